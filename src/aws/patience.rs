//! Reading in spite of errors that pass by themselves.

use super::{Class, Cx, Result};
use std::future::Future;
use std::time::Duration;
use tokio::time::Instant;

/// A rolling restart of brokers moves every controller within this time (AWS.md §3.3).
const PATIENCE: Duration = Duration::from_secs(90);

/// Calls until it succeeds, fails in a way that does not pass by itself, or 90 seconds of AWS's time are over. What the
/// connection loses, the SDK has asked for again already.
pub async fn patiently<T, F: Future<Output = Result<T>>>(cx: &Cx, call: impl Fn() -> F) -> Result<T> {
    let start = Instant::now();
    let mut pause = Duration::from_secs(1);
    loop {
        match call().await {
            Err(error)
                if matches!(error.class, Class::Busy | Class::Throttled)
                    && cx.pace().since(start) + pause <= PATIENCE =>
            {
                cx.pace().sleep(pause).await;
                pause = (pause * 2).min(Duration::from_secs(10));
            }
            other => return other,
        }
    }
}
