//! Commands that go on until they are stopped.

use super::transcript::Stage;
use aqueduct::apply::{Holder, Taking, seen, take};
use aqueduct::aws::{Connect, Pace, StandIn};
use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

/// A process that is killed in the end, whatever happens.
struct Running(Child);

impl Running {
    fn new(stage: &Stage, arguments: &[&str]) -> Self {
        let mut command = stage.command("aqueduct");
        command.args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped());
        Self(command.spawn().unwrap())
    }

    /// What Ctrl-C sends.
    fn signal(&self, name: &str) {
        let sent = Command::new("kill").args([name, &self.0.id().to_string()]).status().unwrap();
        assert!(sent.success());
    }

    /// Its exit code and the rest of what it says on stderr.
    fn end(mut self) -> (Option<i32>, String) {
        let mut said = String::new();
        self.0.stderr.take().unwrap().read_to_string(&mut said).unwrap();
        (self.0.wait().unwrap().code(), said)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn run(stage: &Stage, line: &str) -> Output {
    stage.command("aqueduct").args(line.split(' ')).output().unwrap()
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

#[test]
fn the_sandbox_serves_other_programs_until_it_is_interrupted() {
    let stage = Stage::new();
    let mut serving = Running::new(&stage, &["sandbox", "--port", "0", "--state", "served"]);
    let mut url = String::new();
    BufReader::new(serving.0.stdout.as_mut().unwrap()).read_line(&mut url).unwrap();
    let url = url.trim_end();
    assert!(url.starts_with("http://127.0.0.1:"), "{url}");

    let applied = run(&stage, &format!("--sandbox={url} apply --yes"));
    assert_eq!(applied.status.code(), Some(0), "{}", text(&applied.stderr));
    let endpoint = [("AWS_ENDPOINT_URL", url), ("AWS_ACCESS_KEY_ID", "sandbox"), ("AWS_SECRET_ACCESS_KEY", "sandbox")];
    let status = stage.command("aqueduct").arg("status").envs(endpoint).output().unwrap();
    assert!(text(&status.stdout).contains("stream/orders"), "as an endpoint of AWS: {}", text(&status.stderr));

    let port = url.rsplit(':').next().unwrap();
    let second = run(&stage, &format!("sandbox --port {port}"));
    assert_eq!(second.status.code(), Some(1));
    let refused = format!("error: cannot listen on 127.0.0.1:{port}: ");
    assert!(text(&second.stderr).starts_with(&refused), "{}", text(&second.stderr));

    serving.signal("-TERM");
    let (code, said) = serving.end();
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains(&format!("export AWS_ENDPOINT_URL={url}")), "{said}");
    let kept = run(&stage, "--sandbox=served drift");
    assert_eq!(text(&kept.stdout), "No drift: AWS is as the manifest wants it.\n");
}

#[test]
fn who_finds_another_run_at_work_says_so_and_leaves() {
    let stage = Stage::new();
    let mut serving = Running::new(&stage, &["sandbox", "--port", "0"]);
    let mut url = String::new();
    BufReader::new(serving.0.stdout.as_mut().unwrap()).read_line(&mut url).unwrap();
    let sandbox = format!("--sandbox={}", url.trim_end());
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let (stand_in, pace) = (Some(StandIn::Url(url.trim_end().to_owned())), Some(Pace::times(500.0)));
    let lease = runtime.block_on(async {
        let cx = Connect { stand_in, pace, ..Connect::default() }.connect("demo").await.unwrap();
        let before = seen(&cx).await.unwrap();
        let taking = take(&cx, before, Holder::new("somebody else", "apply"), Duration::ZERO).await.unwrap();
        let Taking::Taken(lease, _) = taking else { panic!("nobody else is here") };
        lease
    });
    for command in ["apply --yes", "destroy --yes"] {
        let left = run(&stage, &format!("{sandbox} {command}"));
        let destroys_nothing = command.starts_with("destroy");
        assert_eq!(left.status.code(), Some(if destroys_nothing { 0 } else { 4 }), "{}", text(&left.stderr));
        let said = "error: somebody else holds the lease of stack demo since ";
        assert!(destroys_nothing || text(&left.stderr).contains(said), "{}", text(&left.stderr));
    }
    runtime.block_on(lease.give_back());
    let applied = run(&stage, &format!("{sandbox} apply --yes"));
    assert_eq!(applied.status.code(), Some(0), "{}", text(&applied.stderr));
    serving.signal("-INT");
    assert_eq!(serving.end().0, Some(0));
}

#[test]
fn an_interrupted_apply_says_how_to_go_on_and_the_next_one_does() {
    let stage = Stage::new();
    // So slow that nothing is done before the interrupt.
    let mut running = Running::new(&stage, &["--sandbox", "--speed", "0.01", "--trace-calls", "apply", "--yes"]);
    let mut stderr = BufReader::new(running.0.stderr.as_mut().unwrap());
    let mut line = String::new();
    while !line.contains("CreateStream") {
        line.clear();
        assert!(stderr.read_line(&mut line).unwrap() > 0, "no stream was created");
    }
    drop(stderr);
    running.signal("-INT");
    let (code, said) = running.end();
    assert_eq!(code, Some(130), "{said}");
    assert!(said.contains("Interrupted: 0 of 2 steps done."), "{said}");

    let again = run(&stage, "--sandbox apply --yes");
    assert_eq!(again.status.code(), Some(0), "{}", text(&again.stderr));
    let drift = run(&stage, "--sandbox drift");
    assert_eq!(text(&drift.stdout), "No drift: AWS is as the manifest wants it.\n");
}
