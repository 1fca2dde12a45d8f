//! Kill a run at any call that changes AWS, before or after the call takes effect: the next run
//! converges, with exactly the wanted resources and no other.
//!
//! A crash at a call that only reads leaves what a crash after the last change left, so the calls
//! that change something are all there is to try.

use crate::conformance::Example;
use crate::support::Lab;
use aqueduct::sandbox::faults::{At, Effect};
use aqueduct::world::Graph;
use serde_json::{Map, Value};

mod each {
    for_each_example!(super::survives);
}

async fn survives(example: &Example) {
    let nothing = Value::Object(Map::new());
    let made = example.with(&nothing);
    journey(example, "build", &Graph::default(), &made).await;
    if let Some(fields) = example.changed.first() {
        journey(example, "change", &made, &example.with(fields)).await;
    }
    if let Some(fields) = example.replaced.first() {
        journey(example, "replace", &made, &example.with(fields)).await;
    }
    journey(example, "tear down", &made, &Graph::default()).await;
}

async fn journey(example: &Example, journey: &str, from: &Graph, to: &Graph) {
    let order = if to.resources().is_empty() { from } else { to };
    let start = Lab::new().await;
    start.run(from).await.succeeded(journey);
    let expected = {
        let lab = start.copy().await;
        lab.run_ordered(to, order).await.succeeded(journey);
        lab.tagged().len()
    };
    for call in 1.. {
        for effect in [Effect::CrashBefore, Effect::CrashAfter] {
            let at = format!("{}: {journey}, {effect:?} of change {call}", example.file);
            let lab = start.copy().await;
            lab.sandbox.faults().add(At::write(call), effect);
            let crashed = tokio::select! {
                biased;
                () = lab.sandbox.faults().crashed() => true,
                _ = lab.run_ordered(to, order) => false,
            };
            if !crashed {
                return;
            }
            lab.sandbox.faults().clear();
            let lab = lab.again().await;
            lab.run_ordered(to, order).await.succeeded(&at);
            let plan = lab.plan(to).await;
            assert!(plan.is_empty(), "{at}: the plan is not empty: {plan:#?}");
            assert_eq!(lab.tagged().len(), expected, "{at}: {:?}", lab.tagged());
        }
    }
}
