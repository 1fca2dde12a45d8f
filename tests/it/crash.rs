//! Kill a run at any call that changes AWS, before or after the call takes effect: the next run
//! converges, with exactly the wanted resources and no other.
//!
//! A dead run leaves nothing but the account, so one run that is not killed shows the account at
//! every point where one could have died, and only what comes afterwards has to be run for each. A
//! crash at a call that only reads, or that is refused, leaves what a crash after the last change
//! left, so the changes are all there is to try.

use crate::conformance::Example;
use crate::support::Lab;
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
    let lab = Lab::new().await;
    lab.run(from).await.succeeded(journey);
    lab.sandbox.keep_changes();
    lab.again().await.run_ordered(to, order).await.succeeded(journey);
    let expected = lab.tagged().len();
    let changes = lab.sandbox.take_changes();
    assert!(!changes.is_empty(), "{}: {journey} changes nothing", example.file);
    for (number, change) in changes.into_iter().enumerate() {
        for (moment, account) in [("before", change.before), ("after", change.after)] {
            let at = format!("{}: {journey}, crash {moment} change {number}, {}", example.file, change.operation);
            let lab = lab.in_account(account).await;
            lab.run_ordered(to, order).await.succeeded(&at);
            let plan = lab.plan(to).await;
            assert!(plan.is_empty(), "{at}: the plan is not empty: {plan:#?}");
            assert_eq!(lab.tagged().len(), expected, "{at}: {:?}", lab.tagged());
        }
    }
}
