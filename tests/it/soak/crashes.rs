//! The program itself, killed with SIGKILL at a change of AWS, before or after the change has its effect: run again, it
//! finishes what was begun.

use super::{everything, owned, seeds};
use aqueduct_sandbox::faults::{At, Effect};
use aqueduct_sandbox::{Account, Options, Sandbox};
use futures::stream::{self, StreamExt as _};
use std::process::{Output, Stdio};
use std::sync::Arc;
use std::time::Instant;
use tokio::net::TcpListener;
use tokio::process::Command;
use tokio::task::AbortHandle;

/// How many times faster than real time the sandbox lives. Leases run out twenty times faster.
const SPEED: f64 = 20_000.0;
/// How many programs are killed at once: mostly they wait for the lease of the dead.
const AT_ONCE: usize = 8;
/// How often one may be told that things have changed meanwhile: what the dead had begun ends while the living wait.
const MOST_RUNS: usize = 4;

/// A sandbox behind a socket, until it is dropped.
struct Served {
    sandbox: Arc<Sandbox>,
    url: String,
    serving: AbortHandle,
}

impl Served {
    async fn of(account: Option<Account>) -> Self {
        let options = Options { speed: SPEED, ..Options::default() };
        let sandbox = match account {
            Some(account) => Sandbox::of(account, options),
            None => Sandbox::new(options),
        };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let serving = tokio::spawn(sandbox.clone().serve(listener)).abort_handle();
        Self { sandbox, url, serving }
    }

    /// The program, which is killed when it is dropped.
    fn program(&self, words: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_aqueduct"));
        let manifest = concat!(env!("CARGO_MANIFEST_DIR"), "/manifests/pinterest.yaml");
        command.env_clear().env("USER", "tests").args(["--speed", &SPEED.to_string(), "-f", manifest]);
        command.arg(format!("--sandbox={}", self.url)).args(words);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
        command
    }

    async fn run(&self, words: &[&str]) -> Output {
        self.program(words).output().await.unwrap()
    }

    /// Runs the program until it does not say any more that things have changed meanwhile, and gives how often that was.
    async fn finish(&self, words: &[&str], at: &str) -> usize {
        for runs in 1..=MOST_RUNS {
            let Output { status, stderr, .. } = self.run(words).await;
            if status.success() {
                return runs;
            }
            let said = String::from_utf8(stderr).unwrap();
            assert!(said.contains("nothing was changed"), "{at}: {status}: {said}");
        }
        panic!("{at}: things change again and again");
    }

    fn account(&self) -> Account {
        self.sandbox.with_account(|account| account.clone())
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

/// A command on an account, and what there must be after it.
struct Journey {
    words: &'static [&'static str],
    from: Option<Account>,
    to: Account,
    changes: u64,
}

impl Journey {
    async fn of(words: &'static [&'static str], from: Option<Account>) -> Self {
        let served = Served::of(from.clone()).await;
        served.finish(words, "undisturbed").await;
        let changes = served.sandbox.calls().iter().filter(|call| call.mutating).count();
        Self { words, from, to: served.account(), changes: changes.try_into().unwrap() }
    }

    /// Kills the program at its `call`-th change, and once more at the change after it when `twice`; then lets it finish.
    /// Whether there was such a change.
    async fn survives(&self, call: u64, effect: Effect, twice: bool) -> bool {
        let at = format!("{} killed at change {call}, {effect:?}", self.words[0]);
        let served = Served::of(self.from.clone()).await;
        for call in [call, 2].into_iter().take(1 + usize::from(twice)) {
            let mut child = served.program(self.words).spawn().unwrap();
            served.sandbox.faults().add(At::write(call), effect.clone());
            tokio::select! {
                biased;
                () = served.sandbox.faults().crashed() => child.kill().await.unwrap(),
                _ = child.wait() => return false,
            }
            served.sandbox.faults().clear();
        }
        served.finish(self.words, &at).await;
        let (is, was) = (served.account(), &self.to);
        assert_eq!(owned(&is), owned(was), "{at}");
        assert_eq!(everything(&is).len(), everything(was).len(), "{at}: {:#?}", everything(&is));
        true
    }
}

/// The journeys of a pipeline: making it, and taking it down.
async fn journeys() -> [Journey; 2] {
    let apply = Journey::of(&["apply", "--yes"], None).await;
    let destroy = Journey::of(&["destroy", "--yes", "--allow-data-loss"], Some(apply.to.clone())).await;
    assert_eq!(everything(&destroy.to), Vec::<String>::new(), "left behind by a run that nobody disturbs");
    [apply, destroy]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_program_that_is_killed_is_finished_by_its_next_run() {
    let began = Instant::now();
    let journeys = journeys().await;
    let every = seeds().is_some();
    let cases = journeys.iter().flat_map(|journey| {
        let step = if every { 1 } else { journey.changes / 3 };
        let calls = (2..=journey.changes).step_by(step.try_into().unwrap());
        calls.flat_map(move |call| {
            let both = [Effect::CrashBefore, Effect::CrashAfter];
            let skipped = usize::from(!every && (call / step).is_multiple_of(2));
            let taken = if every { 2 } else { 1 };
            both.into_iter().skip(skipped).take(taken).map(move |effect| (journey, call, effect))
        })
    });
    let survived: Vec<bool> = stream::iter(cases)
        .map(|(journey, call, effect)| journey.survives(call, effect, call % 5 == 0))
        .buffer_unordered(AT_ONCE)
        .collect()
        .await;
    let crashed = survived.iter().filter(|crashed| **crashed).count();
    assert!(crashed >= if every { 300 } else { 4 }, "only {crashed} of {} were killed on the way", survived.len());
    println!("crashes: {crashed} killed, all of them finished by the next run; {:.0} s", began.elapsed().as_secs_f64());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_plan_file_is_there_whole_or_not_at_all() {
    let folder = std::path::PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("plan-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let file = folder.join("saved.plan");
    let words = ["plan", "--out", file.to_str().unwrap()];
    let served = Served::of(None).await;
    served.run(&words).await;
    let whole = std::fs::read(&file).unwrap();
    assert!(!whole.is_empty());
    // Killed at any of its calls it has written nothing; killed afterwards, everything.
    for call in [1, 30, 60] {
        std::fs::remove_file(&file).unwrap();
        served.sandbox.faults().add(At::call(call), Effect::CrashAfter);
        let mut child = served.program(&words).spawn().unwrap();
        tokio::select! {
            biased;
            () = served.sandbox.faults().crashed() => child.kill().await.unwrap(),
            _ = child.wait() => {}
        }
        assert!(!file.exists(), "killed at call {call}");
        served.sandbox.faults().clear();
        served.run(&words).await;
        assert_eq!(std::fs::read(&file).unwrap().len(), whole.len(), "killed at call {call}");
    }
    std::fs::remove_dir_all(folder).unwrap();
}
