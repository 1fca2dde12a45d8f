//! One service of AWS goes down while a run is at work: everything that does not need it is made, the rest is named, and
//! the next run makes it.

use super::faults::undisturbed;
use super::{owned, seeds};
use crate::pipeline;
use crate::support::Lab;
use aqueduct::report::Event;
use aqueduct_sandbox::answer::Fault;
use aqueduct_sandbox::faults::{At, Effect};
use std::collections::BTreeSet;

/// The sandbox's name of a service, and the kinds that it makes.
const SERVICES: [(&str, &str); 6] = [
    ("kinesis", "kinesis/"),
    ("apigateway", "apigateway/"),
    ("kafka", "kafka/"),
    ("kafkaconnect", "kafkaconnect/"),
    ("airflow", "mwaa/"),
    ("iam", "iam/"),
];

#[tokio::test(start_paused = true)]
async fn a_service_that_is_down_holds_up_only_what_needs_it() {
    let graph = pipeline::wanted("pinterest");
    let (wanted, _) = undisturbed(&graph).await;
    let tried = if seeds().is_some() { &SERVICES[..] } else { &SERVICES[..2] };
    for (service, kinds) in tried {
        let lab = Lab::of_stack("pinterest").await;
        let world = lab.look(&graph).await;
        let plan = aqueduct::plan::plan(&graph, &world, &graph).unwrap();
        let down = Effect::Refuse(Fault::new(503, "ServiceUnavailable", "the sandbox was told to"));
        lab.sandbox.faults().add(At::every(&format!("{service}.*")), down);
        let run = lab.carry_out(&plan, world).await;
        assert!(!run.outcome.complete(), "{service}");
        let (mut done, mut missing) = (0, BTreeSet::new());
        for event in &run.events {
            match event {
                Event::Done { .. } => done += 1,
                Event::Failed { address, error } => {
                    assert!(address.kind.starts_with(kinds), "{service} is down, and {address} fails: {error}");
                    assert!(error.contains("ServiceUnavailable"), "{address}: {error}");
                    missing.insert(address);
                }
                Event::Skipped { address, because } => {
                    assert!(missing.contains(because), "{service}: {address} is skipped because of {because}");
                    missing.insert(address);
                }
                _ => {}
            }
        }
        assert_eq!((done, done + missing.len()), (run.outcome.done, plan.steps.len()), "{service}: {missing:?}");
        lab.sandbox.faults().clear();
        lab.again().await.run(&graph).await.succeeded(service);
        assert_eq!(lab.sandbox.with_account(|account| owned(account)), wanted, "{service}");
        println!("down: {service}: {done} of {} steps done without it", plan.steps.len());
    }
}
