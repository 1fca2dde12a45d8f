//! The policies that `iam-policy` prints, with the sandbox holding callers to them: enough for the work, and nothing of
//! them to spare.

use crate::conformance::Example;
use crate::pipeline::{beside_others, wanted};
use crate::support::Lab;
use aqueduct::apply::{Holder, Taking, seen, take};
use aqueduct::permissions::{MANAGED_POLICY, Purpose, policy, size, split};
use aqueduct::plan::plan;
use aqueduct::world::{Graph, observe};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::time::Duration;

const ALL: &[Purpose] = &[Purpose::Apply, Purpose::Destroy];

fn least(lab: &Lab, graph: &Graph, purposes: &[Purpose]) -> Value {
    policy(graph, lab.cx.place(), purposes)
}

/// Takes the lease, plans, applies, finds nothing to do, destroys; gives the first thing that went wrong.
async fn life(lab: &Lab, graph: &Graph) -> Result<(), String> {
    let text = |error: aqueduct::aws::Error| error.to_string();
    let before = seen(&lab.cx).await.map_err(text)?;
    let Taking::Taken(lease, true) =
        take(&lab.cx, before, Holder::new("test", "life"), Duration::ZERO).await.map_err(text)?
    else {
        panic!("nobody else is here")
    };
    step(lab, graph, graph).await?;
    let world = observe(&lab.cx, graph).await.map_err(|error| error.to_string())?;
    let again = plan(graph, &world, graph).map_err(|error| error.to_string())?;
    assert!(again.is_empty(), "{again:#?}");
    step(lab, &Graph::default(), graph).await?;
    lease.remove().await;
    let s3 = lab.sandbox.with_account(|account| account.s3.buckets.len());
    assert_eq!(s3, 0, "the control bucket is left");
    Ok(())
}

async fn step(lab: &Lab, graph: &Graph, order: &Graph) -> Result<(), String> {
    let world = observe(&lab.cx, order).await.map_err(|error| error.to_string())?;
    let plan = plan(graph, &world, order).map_err(|error| error.to_string())?;
    let run = lab.carry_out(&plan, world).await;
    match run.outcome.failed.first() {
        Some((address, error)) => Err(format!("{address}: {error}")),
        None => Ok(()),
    }
}

async fn lives_by_its_policy(what: &str, lab: &Lab, graph: &Graph) {
    let policy = least(lab, graph, ALL);
    let lab = lab.held_to(&policy).await;
    life(&lab, graph).await.unwrap_or_else(|error| panic!("{what}: {error}\n{policy:#}"));
}

#[tokio::test(start_paused = true)]
async fn shipped_manifests_live_by_their_policies() {
    for manifest in ["pinterest", "minimal", "kafka-express"] {
        lives_by_its_policy(manifest, &Lab::of_stack(manifest).await, &wanted(manifest)).await;
    }
    let (_, _, lab, graph) = beside_others().await;
    lives_by_its_policy("existing-network", &lab, &graph).await;
}

#[tokio::test(start_paused = true)]
async fn every_example_of_a_kind_lives_by_its_policy() {
    for example in Example::all() {
        lives_by_its_policy(&example.file, &Lab::new().await, &example.with(&json!({}))).await;
    }
}

#[tokio::test(start_paused = true)]
async fn no_statement_can_be_left_out() {
    let (lab, graph) = (Lab::of_stack("pinterest").await, wanted("pinterest"));
    let whole = least(&lab, &graph, ALL);
    let statements = whole["Statement"].as_array().unwrap();
    for (index, left_out) in statements.iter().enumerate() {
        let mut policy = whole.clone();
        policy["Statement"].as_array_mut().unwrap().remove(index);
        let Err(error) = life(&lab.held_to(&policy).await, &graph).await else { panic!("not needed: {left_out:#}") };
        let mut actions = left_out["Action"].as_array().unwrap().iter().map(|action| action.as_str().unwrap());
        assert!(actions.any(|action| error.contains(action)), "{error} names nothing of {left_out:#}");
        assert!(error.contains("not authorized to perform"), "{error}");
    }
}

#[tokio::test(start_paused = true)]
async fn who_may_plan_may_not_apply() {
    let (lab, graph) = (Lab::of_stack("pinterest").await, wanted("pinterest"));
    let looking = least(&lab, &graph, &[Purpose::Plan]);
    let error = step(&lab.held_to(&looking).await, &graph, &graph).await.unwrap_err();
    assert!(error.contains("not authorized to perform"), "{error}");
    assert_eq!(lab.tagged(), BTreeSet::new());

    step(&lab, &graph, &graph).await.unwrap();
    let lab = lab.held_to(&looking).await;
    let world = observe(&lab.cx, &graph).await.unwrap();
    assert!(plan(&graph, &world, &graph).unwrap().is_empty());
    let error = step(&lab, &Graph::default(), &graph).await.unwrap_err();
    assert!(error.contains("not authorized to perform"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn who_may_destroy_may_not_make() {
    let (lab, graph) = (Lab::of_stack("minimal").await, wanted("minimal"));
    let tearing_down = least(&lab, &graph, &[Purpose::Destroy]);
    let error = step(&lab.held_to(&tearing_down).await, &graph, &graph).await.unwrap_err();
    assert!(error.contains("kinesis:CreateStream"), "{error}");
    step(&lab, &graph, &graph).await.unwrap();
    let lab = lab.held_to(&tearing_down).await;
    step(&lab, &Graph::default(), &graph).await.unwrap();
    assert_eq!(lab.tagged(), BTreeSet::new());
}

#[tokio::test(start_paused = true)]
async fn long_policies_are_split_where_iam_has_room_for_their_parts() {
    let (lab, graph) = (Lab::of_stack("pinterest").await, wanted("pinterest"));
    let whole = least(&lab, &graph, ALL);
    let parts = split(&whole);
    assert!(size(&whole) > MANAGED_POLICY);
    assert!(parts.iter().all(|part| size(part) <= MANAGED_POLICY), "{:?}", parts.iter().map(size).collect::<Vec<_>>());
    let statements = parts.iter().flat_map(|part| part["Statement"].as_array().unwrap().clone()).collect::<Vec<_>>();
    assert_eq!(Value::from(statements), whole["Statement"]);
}
