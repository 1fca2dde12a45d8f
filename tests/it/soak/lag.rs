//! Reads that show for a while what was before: nothing is made twice, taken for gone, or taken for changed.

use super::faults::undisturbed;
use super::{everything, owned, seeds};
use crate::pipeline;
use crate::support::Lab;
use aqueduct::world::Graph;
use std::collections::BTreeMap;
use std::time::Duration;

async fn lags(seed: u64, longest: Duration, wanted: &BTreeMap<String, usize>) {
    let at = format!("seed {seed}, up to {longest:?}");
    let graph = pipeline::wanted("pinterest");
    let lab = Lab::of_stack("pinterest").await;
    lab.sandbox.faults().random_lag(seed, longest);
    lab.run(&graph).await.succeeded(&at);
    assert_eq!(lab.sandbox.with_account(|account| owned(account)), *wanted, "{at}");
    tokio::time::sleep(longest).await;
    let plan = lab.again().await.plan(&graph).await;
    assert!(plan.is_empty(), "{at}: {plan:#?}");
    lab.again().await.run_ordered(&Graph::default(), &graph).await.succeeded(&format!("{at}: taken down"));
    assert_eq!(lab.sandbox.with_account(|account| everything(account)), Vec::<String>::new(), "{at}");
}

#[tokio::test(start_paused = true)]
async fn old_answers_mislead_nobody() {
    let (wanted, _) = undisturbed(&pipeline::wanted("pinterest")).await;
    for longest in [Duration::from_secs(5), Duration::from_secs(15)] {
        let seeds = seeds().unwrap_or(2);
        for seed in 0..seeds {
            lags(seed, longest, &wanted).await;
        }
        println!("lag: {seeds} of {seeds} seeds converge with reads up to {longest:?} old");
    }
}
