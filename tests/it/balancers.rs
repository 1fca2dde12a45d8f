//! What listeners, load balancers and target groups do where answers get lost and the index of tags lags.

use crate::support::{Lab, graph};
use aqueduct::plan::Action;
use aqueduct::world::Graph;
use aqueduct_sandbox::faults::{At, Effect};
use serde_json::{Value, json};
use std::time::Duration;

const HOUR: Duration = Duration::from_secs(60 * 60);
const LISTENER: &str = "elb/listener/main";

fn all(resources: &[(&'static str, Value)]) -> Graph {
    graph(resources.iter().map(|(address, spec)| (*address, spec)))
}

/// A load balancer with two target groups.
fn balancer() -> Vec<(&'static str, Value)> {
    let group = |name: &str, port: u16| json!({ "name": name, "port": port, "vpc": "⟦ec2/vpc/main|id⟧" });
    vec![
        ("ec2/vpc/main", json!({ "cidr": "10.0.0.0/16" })),
        ("ec2/subnet/main", json!({ "vpc": "⟦ec2/vpc/main|id⟧", "cidr": "10.0.1.0/24" })),
        ("elb/load-balancer/main", json!({ "name": "main", "internal": true, "subnets": ["⟦ec2/subnet/main|id⟧"] })),
        ("elb/target-group/one", group("one", 8082)),
        ("elb/target-group/two", group("two", 8083)),
    ]
}

/// That, with a listener that leads to the target group `group`.
fn listening(group: &str) -> Graph {
    let mut resources = balancer();
    let listener = json!({
        "load_balancer": "⟦elb/load-balancer/main|arn⟧",
        "port": 80,
        "target_group": format!("⟦elb/target-group/{group}|arn⟧"),
    });
    resources.push((LISTENER, listener));
    all(&resources)
}

/// All but the listener, seen by the index of tags as it was before.
async fn lagging() -> Lab {
    let lab = Lab::new().await;
    lab.sandbox.faults().lag_of("tagging", HOUR);
    lab.run(&all(&balancer())).await.succeeded("build");
    lab
}

fn listeners(lab: &Lab) -> usize {
    lab.sandbox.with_account(|account| account.elasticloadbalancing.listeners.len())
}

#[tokio::test(start_paused = true)]
async fn what_the_index_does_not_know_yet_is_there() {
    let lab = lagging().await;
    let wanted = listening("one");
    lab.run(&wanted).await.succeeded("listen");
    let plan = lab.plan(&wanted).await;
    assert!(plan.is_empty(), "{plan:#?}");
    lab.run_ordered(&Graph::default(), &wanted).await.succeeded("destroy");
    assert!(lab.tagged().is_empty(), "{:?}", lab.tagged());
}

#[tokio::test(start_paused = true)]
async fn a_listener_whose_creation_was_not_answered_is_taken_and_not_made_twice() {
    let lab = lagging().await;
    lab.sandbox.faults().add(At::operation("elasticloadbalancing.CreateListener", 1), Effect::LoseAnswer);
    lab.run(&listening("one")).await.succeeded("listen without the answer");
    assert_eq!(listeners(&lab), 1);
}

#[tokio::test(start_paused = true)]
async fn a_listener_that_an_earlier_run_made_otherwise_is_taken_by_its_port_and_changed() {
    let lab = lagging().await;
    // The plan was made before the run that was killed made the listener.
    let wanted = listening("two");
    let world = lab.look(&wanted).await;
    let plan = aqueduct::plan::plan(&wanted, &world, &wanted).unwrap();
    assert!(plan.steps.iter().any(|step| matches!(step.action, Action::Create { .. })));
    lab.run(&listening("one")).await.succeeded("listen");
    lab.carry_out(&plan, world).await.succeeded("listen again");
    assert_eq!(listeners(&lab), 1);
    let plan = lab.plan(&wanted).await;
    assert!(plan.is_empty(), "{plan:#?}");
}

#[tokio::test(start_paused = true)]
async fn a_port_that_others_listen_on_is_not_taken() {
    let lab = lagging().await;
    let wanted = listening("one");
    lab.run(&wanted).await.succeeded("listen");
    let mut tags = std::collections::BTreeMap::new();
    lab.sandbox.with_account(|account| {
        for listener in account.elasticloadbalancing.listeners.values_mut() {
            std::mem::swap(&mut listener.tags, &mut tags);
        }
    });
    let run = lab.run(&listening("two")).await;
    let [(address, error)] = run.outcome.failed.as_slice() else { panic!("{:?}", run.outcome.failed) };
    assert_eq!(address.to_string(), LISTENER);
    assert!(error.contains("does not belong to this stack"), "{error}");
}
