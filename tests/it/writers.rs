//! Several writers at once, cut off from the control bucket now and then: whatever comes in between, what one of them changes
//! is never followed by what an earlier one changes. `AQUEDUCT_SOAK=N` tries fifty times N interleavings.

use crate::leases::{change, try_for};
use crate::soak;
use aqueduct::apply::seen;
use aqueduct::aws::{Connect, Cx, StandIn};
use aqueduct_sandbox::{Options, Sandbox};
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

const WRITERS: u64 = 3;

/// A way to the sandbox on which nothing gets through to S3 while it is cut.
#[derive(Clone, Debug)]
struct Line {
    way: SharedHttpClient,
    cut: Arc<AtomicBool>,
}

#[derive(Debug)]
struct Wire {
    way: SharedHttpConnector,
    cut: Arc<AtomicBool>,
}

impl HttpClient for Line {
    fn http_connector(&self, settings: &HttpConnectorSettings, components: &RuntimeComponents) -> SharedHttpConnector {
        let way = self.way.http_connector(settings, components);
        SharedHttpConnector::new(Wire { way, cut: self.cut.clone() })
    }
}

impl HttpConnector for Wire {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        if self.cut.load(Ordering::Relaxed) && request.uri().contains("/leases/") {
            return HttpConnectorFuture::ready(Err(ConnectorError::io("the line is cut".into())));
        }
        self.way.call(request)
    }
}

/// Numbers that follow from a seed.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit
    }

    fn seconds(&mut self, limit: u64) -> Duration {
        Duration::from_millis(self.below(limit * 1000))
    }
}

/// Comes, takes the lease if it can, changes things, leaves or dies; and again.
async fn write(cx: Cx, cut: Arc<AtomicBool>, name: u64, mut dice: Dice) {
    for turn in 0..3 {
        tokio::time::sleep(dice.seconds(90)).await;
        cut.store(false, Ordering::Relaxed);
        let Ok(before) = seen(&cx).await else { continue };
        tokio::time::sleep(dice.seconds(5)).await;
        let Ok((lease, _)) = try_for(&cx, before, &name.to_string()).await else { continue };
        for step in 0..8 {
            cut.store(dice.below(3) == 0, Ordering::Relaxed);
            tokio::time::sleep(dice.seconds(40)).await;
            if change(&cx, &format!("{name}-{turn}-{step}")).await.is_err() {
                break;
            }
        }
        if dice.below(2) == 0 {
            cut.store(false, Ordering::Relaxed);
            lease.give_back().await;
        } else {
            drop(lease);
            // Another process goes on, which has no fence of an earlier one.
            cx.fence().lift();
        }
    }
}

/// Who changed what, in this order.
async fn interleaved(seed: u64) -> Vec<String> {
    let sandbox = Sandbox::new(Options::default());
    let mut writers = vec![];
    for name in 0..WRITERS {
        let cut = Arc::new(AtomicBool::new(false));
        let line = Line { way: sandbox.http_client(), cut: cut.clone() };
        let way = StandIn::Client(SharedHttpClient::new(line));
        let cx = Connect { stand_in: Some(way), ..Connect::default() }.connect("test").await.unwrap();
        writers.push(tokio::spawn(write(cx, cut, name, Dice(seed * WRITERS + name))));
    }
    for writer in writers {
        writer.await.unwrap();
    }
    let groups = sandbox.with_account(|account| account.logs.groups.clone());
    let mut changes: Vec<_> = groups.into_iter().map(|(name, group)| (group.created, name)).collect();
    changes.sort();
    changes.into_iter().map(|(_, name)| name).collect()
}

#[test]
fn no_writer_follows_a_later_one() {
    let interleavings = soak::seeds().map_or(40, |seeds| 50 * seeds);
    let mut handovers = 0;
    for seed in 0..interleavings {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();
        let changes = runtime.block_on(interleaved(seed));
        let turns: Vec<&str> = changes.iter().map(|change| change.rsplit_once('-').unwrap().0).collect();
        let mut gone: Vec<&str> = vec![];
        for pair in turns.windows(2).filter(|pair| pair[0] != pair[1]) {
            gone.push(pair[0]);
            assert!(!gone.contains(&pair[1]), "seed {seed}: {} comes back: {changes:?}", pair[1]);
            handovers += 1;
        }
    }
    assert!(handovers > interleavings, "only {handovers} handovers in {interleavings} interleavings");
    println!("{interleavings} interleavings, {handovers} handovers, none with two writers");
}
