//! The whole pipeline, `manifests/pinterest.yaml`: made, left alone, changed behind its back, put right,
//! torn down, and killed on the way.

use crate::support::{Lab, Run, connect, graph};
use aqueduct::manifest::source::{Source, Sources};
use aqueduct::manifest::{Inputs, Loaded, load, load_texts, lower};
use aqueduct::plan::Action;
use aqueduct::resource::Place;
use aqueduct::world::Graph;
use aqueduct_sandbox::faults::{At, Effect};
use serde_json::json;
use std::collections::BTreeSet;

pub const INPUTS: Inputs<'_> = Inputs { account: Some("000000000000"), region: None, env: &|_| None };

/// The bar of a no-op plan.
const MOST_CALLS: usize = 75;

pub fn wanted(file: &str) -> Graph {
    let path = format!("{}/manifests/{file}.yaml", env!("CARGO_MANIFEST_DIR"));
    lowered(load(&[path.into()], &INPUTS))
}

pub fn lowered(loaded: Loaded) -> Graph {
    let manifest = loaded.manifest.unwrap_or_else(|| panic!("{}", loaded.diagnostics.render(&loaded.sources, false)));
    let region = manifest.header.region.value.clone();
    let place = Place::new("test", region, "000000000000");
    lower(&manifest, &loaded.sources, &place).unwrap_or_else(|wrong| panic!("{}", wrong.render(&loaded.sources, false)))
}

async fn lab() -> Lab {
    Lab::of_stack("pinterest").await
}

async fn made(graph: &Graph) -> (Lab, Run) {
    let lab = lab().await;
    let run = lab.run(graph).await.succeeded("create");
    (lab, run)
}

#[tokio::test(start_paused = true)]
async fn it_is_made_and_then_there_is_nothing_to_do() {
    let graph = wanted("pinterest");
    let (lab, run) = made(&graph).await;
    assert_eq!(run.outcome.done, graph.resources().len());

    lab.sandbox.clear_calls();
    let plan = lab.again().await.plan(&graph).await;
    assert!(plan.is_empty(), "{plan:#?}");
    let calls = lab.sandbox.calls();
    let names = || calls.iter().map(|call| format!("{} {}\n", call.service, call.operation)).collect::<String>();
    assert!(calls.len() <= MOST_CALLS, "a no-op plan takes {} calls:\n{}", calls.len(), names());
    assert!(calls.iter().all(|call| !call.mutating), "a plan changes something");

    lab.sandbox.clear_calls();
    lab.run(&graph).await.succeeded("apply again");
    let changes: Vec<_> = lab.sandbox.calls().into_iter().filter(|call| call.mutating).collect();
    assert!(changes.is_empty(), "a second apply changes something: {changes:#?}");
}

#[tokio::test(start_paused = true)]
async fn nothing_waits_for_what_it_does_not_need() {
    let (_, run) = made(&wanted("pinterest")).await;
    let path = run.outcome.critical_path;
    assert!(path.idle < 0.05, "{} % of the time nothing of the critical path runs: {path:#?}", path.idle * 100.0);
}

#[tokio::test(start_paused = true)]
async fn destroy_leaves_nothing() {
    let graph = wanted("pinterest");
    let (lab, _) = made(&graph).await;
    lab.run_ordered(&Graph::default(), &graph).await.succeeded("destroy");
    assert_eq!(lab.tagged(), BTreeSet::new());
    let world = lab.look(&graph).await;
    assert!(world.resources.is_empty(), "{:?}", world.resources.keys());
    assert!(world.foreign.is_empty(), "left behind: {:?}", world.foreign);
    let groups = lab.sandbox.with_account(|account| account.logs.groups.keys().cloned().collect::<Vec<_>>());
    assert_eq!(groups, Vec::<String>::new(), "left behind");
}

#[tokio::test(start_paused = true)]
async fn what_others_change_is_found_and_put_right() {
    let graph = wanted("pinterest");
    let (lab, _) = made(&graph).await;
    let kinesis = lab.cx.kinesis().increase_stream_retention_period().stream_name("streaming_df_pin");
    kinesis.retention_period_hours(48).send().await.unwrap();
    let bucket =
        lab.look(&graph).await.resources.into_iter().find(|(address, _)| address.kind == "s3/bucket").unwrap().1.id;
    lab.cx.s3().delete_public_access_block().bucket(&bucket).send().await.unwrap();
    let plan = lab.plan(&graph).await;
    let changed: Vec<String> = plan.steps.iter().map(|step| step.address.kind.to_string()).collect();
    assert_eq!(changed, ["kinesis/stream", "s3/bucket"]);
    assert!(plan.steps.iter().all(|step| matches!(step.action, Action::Update { .. })));
    lab.run(&graph).await.succeeded("heal");
    assert!(lab.plan(&graph).await.is_empty());
}

#[tokio::test(start_paused = true)]
async fn every_shipped_manifest_can_be_made_and_unmade() {
    for file in ["minimal", "kafka-express"] {
        let graph = wanted(file);
        let stack = if file == "minimal" { "minimal" } else { "express" };
        let lab = Lab::of_stack(stack).await;
        lab.run(&graph).await.succeeded(file);
        assert!(lab.plan(&graph).await.is_empty(), "{file}");
        lab.run_ordered(&Graph::default(), &graph).await.succeeded(file);
        assert_eq!(lab.tagged(), BTreeSet::new(), "{file}");
    }
}

/// A network that others made, with its graph, and the stack that `existing-network.yaml` makes in it.
pub async fn beside_others() -> (Lab, Graph, Lab, Graph) {
    let platform = Lab::of_stack("platform").await;
    let subnet = |block: &str, zone: &str| json!({ "vpc": "⟦ec2/vpc/main|id⟧", "cidr": block, "zone": zone });
    let network = [
        ("ec2/vpc/main", json!({ "cidr": "10.20.0.0/16", "dns_hostnames": true })),
        ("ec2/subnet/a", subnet("10.20.0.0/24", "us-east-1a")),
        ("ec2/subnet/b", subnet("10.20.1.0/24", "us-east-1b")),
        ("ec2/route-table/main", json!({ "vpc": "⟦ec2/vpc/main|id⟧" })),
    ];
    let network = graph(network.iter().map(|(address, spec)| (*address, spec)));
    let ids = platform.run(&network).await.succeeded("network").outcome.world.resources;
    let id = |name: &str| ids.iter().find(|(address, _)| address.to_string() == name).unwrap().1.id.clone();
    let path = format!("{}/manifests/existing-network.yaml", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(&path).unwrap();
    let text = text.replace("eu-west-1", "us-east-1").replace("vpc-0123456789abcdef0", &id("ec2/vpc/main"));
    let text = text.replace("subnet-0123456789abcdef1", &id("ec2/subnet/a"));
    let text = text.replace("subnet-0123456789abcdef2", &id("ec2/subnet/b"));
    let text = text.replace("rtb-0123456789abcdef3", &id("ec2/route-table/main"));
    let graph = lowered(load_texts(Sources::new(vec![Source { path: path.into(), text }]), &INPUTS));
    let lab = Lab { cx: connect(&platform.sandbox, "shared").await, sandbox: platform.sandbox.clone() };
    (platform, network, lab, graph)
}

#[tokio::test(start_paused = true)]
async fn a_network_that_others_made_is_built_in_and_left_as_it_was() {
    let (platform, network, lab, graph) = beside_others().await;
    lab.run(&graph).await.succeeded("create");
    assert!(lab.plan(&graph).await.is_empty());
    assert!(platform.plan(&network).await.is_empty(), "the network is another than it was");
    lab.run_ordered(&Graph::default(), &graph).await.succeeded("destroy");
    assert!(platform.plan(&network).await.is_empty(), "the network is another than it was");
}

/// Every fiftieth change, before and after its effect; `crash.rs` does each call of each kind.
#[tokio::test(start_paused = true)]
async fn a_run_killed_on_the_way_is_finished_by_the_next() {
    let graph = wanted("pinterest");
    let expected = made(&graph).await.0.tagged().len();
    for call in (20..).step_by(50) {
        for effect in [Effect::CrashBefore, Effect::CrashAfter] {
            let at = format!("{effect:?} of change {call}");
            let lab = lab().await;
            lab.sandbox.faults().add(At::write(call), effect);
            let crashed = tokio::select! {
                biased;
                () = lab.sandbox.faults().crashed() => true,
                _ = lab.run(&graph) => false,
            };
            if !crashed {
                return;
            }
            lab.sandbox.faults().clear();
            let lab = lab.again().await;
            lab.run(&graph).await.succeeded(&at);
            let plan = lab.plan(&graph).await;
            assert!(plan.is_empty(), "{at}: {plan:#?}");
            assert_eq!(lab.tagged().len(), expected, "{at}: {:?}", lab.tagged());
        }
    }
}
