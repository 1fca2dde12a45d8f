//! Random faults of the wire and of AWS: runs converge, with a bounded number of calls, and lose nothing.

use super::{everything, owned, seeds};
use crate::pipeline;
use crate::support::{Lab, Run};
use aqueduct::aws::{Connect, StandIn};
use aqueduct::world::Graph;
use aqueduct_sandbox::answer::Fault;
use aqueduct_sandbox::faults::{At, Effect};
use std::collections::BTreeMap;
use std::time::Duration;

/// How many runs in a row may fail before one succeeds.
const MOST_RUNS: usize = 8;

fn faults() -> Vec<Effect> {
    let refuse = |status, code: &'static str| Effect::Refuse(Fault::new(status, code, "the sandbox was told to"));
    vec![
        Effect::Throttle,
        Effect::LoseCall,
        Effect::LoseAnswer,
        Effect::Delay(Duration::from_secs(20)),
        refuse(503, "ServiceUnavailable"),
        refuse(500, "InternalFailure"),
    ]
}

/// Runs until a run succeeds; how many that took.
async fn converge(lab: &Lab, graph: &Graph, order: &Graph, at: &str) -> usize {
    for runs in 1..=MOST_RUNS {
        let lab = lab.again().await;
        let world = aqueduct::world::observe(&lab.cx, order).await;
        let Ok(world) = world else { continue };
        let plan = aqueduct::plan::plan(graph, &world, order).unwrap();
        let Run { outcome, .. } = lab.carry_out(&plan, world).await;
        if outcome.complete() {
            return runs;
        }
    }
    panic!("{at}: {MOST_RUNS} runs in a row fail");
}

/// What the stack owns when nothing goes wrong, and how many calls that takes.
pub async fn undisturbed(graph: &Graph) -> (BTreeMap<String, usize>, usize) {
    let lab = Lab::of_stack("pinterest").await;
    lab.run(graph).await.succeeded("undisturbed");
    (lab.sandbox.with_account(|account| owned(account)), lab.sandbox.calls().len())
}

/// Makes the pipeline and takes it down with faults on `rate` of all calls: how many runs and calls making it took.
async fn seed(seed: u64, rate: f64, wanted: &BTreeMap<String, usize>) -> (usize, usize) {
    let at = format!("seed {seed}, {rate} of all calls");
    let graph = pipeline::wanted("pinterest");
    let lab = Lab::of_stack("pinterest").await;
    lab.sandbox.faults().random("*", seed, rate, &faults());
    let runs = converge(&lab, &graph, &graph, &at).await;
    let calls = lab.sandbox.calls().len();
    lab.sandbox.faults().clear();
    let plan = lab.again().await.plan(&graph).await;
    assert!(plan.is_empty(), "{at}: {plan:#?}");
    assert_eq!(lab.sandbox.with_account(|account| owned(account)), *wanted, "{at}");
    lab.sandbox.faults().random("*", seed ^ 0x5eed, rate, &faults());
    converge(&lab, &Graph::default(), &graph, &at).await;
    lab.sandbox.faults().clear();
    assert_eq!(lab.sandbox.with_account(|account| everything(account)), Vec::<String>::new(), "{at}");
    (runs, calls)
}

#[tokio::test(start_paused = true)]
async fn runs_converge_under_random_faults() {
    let seeds = seeds();
    let (wanted, calls) = undisturbed(&pipeline::wanted("pinterest")).await;
    let some = seeds.map_or(1, |seeds| seeds.div_ceil(10));
    for (rate, many) in [(0.01, some), (0.05, some), (0.2, seeds.unwrap_or(2))] {
        let (mut most_runs, mut most_calls) = (0, 0);
        for number in 0..many {
            let (runs, calls) = seed(number, rate, &wanted).await;
            (most_runs, most_calls) = (most_runs.max(runs), most_calls.max(calls));
        }
        assert!(most_calls <= 2 * calls, "{most_calls} calls at {rate}, where {calls} are enough");
        println!("faults: {many} of {many} seeds converge at {rate}; at most {most_runs} runs, {most_calls} calls");
    }
}

/// A read whose answer is lost is sent again; a change is not, because it may have had its effect.
#[tokio::test(start_paused = true)]
async fn only_reads_are_sent_again() {
    let lab = Lab::new().await;
    // The SDK counts what it sends again by process, service and region: here no other test has used it up.
    let way = Some(StandIn::Client(lab.sandbox.http_client()));
    let elsewhere = Connect { stand_in: way, region: Some("eu-west-3".into()), ..Connect::default() };
    let cx = elsewhere.connect("test").await.unwrap();
    lab.sandbox.faults().add(At::every("*").times(3), Effect::LoseAnswer);
    let limits = cx.kinesis().describe_limits().send().await.unwrap();
    assert_eq!(limits.open_shard_count(), 0);
    let before = lab.sandbox.calls().len();
    lab.sandbox.faults().add(At::every("*"), Effect::LoseAnswer);
    cx.kinesis().create_stream().stream_name("clicks").shard_count(1).send().await.unwrap_err();
    assert_eq!(lab.sandbox.calls().len(), before + 1);
}
