//! Errors that pass by themselves.

use crate::aws::{self, Class, Cx};
use crate::report::Event;
use crate::resource::{Address, AnyKind};
use std::future::Future;
use std::time::Duration;
use tokio::time::Instant;

/// What a call is for; each has its own patience.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    Create,
    Read,
    Update,
    Delete,
}

const MINUTE: Duration = Duration::from_secs(60);

/// For how long to try again, by purpose, for errors of any kind.
fn patience(purpose: Purpose, class: Class) -> Duration {
    match (class, purpose) {
        (Class::Throttled, _) => 10 * MINUTE,
        (Class::Transport, _) => 2 * MINUTE,
        (Class::Busy, Purpose::Delete) => 30 * MINUTE,
        (Class::Busy, _) => 5 * MINUTE,
        // Network interfaces of managed services outlive what they belonged to (AWS.md §0.4).
        (Class::Dependency, Purpose::Delete) => 45 * MINUTE,
        (Class::Dependency, _) => 2 * MINUTE,
        // What was made a moment ago is not known everywhere yet (AWS.md §1, §2.1).
        (Class::NotFound, Purpose::Create | Purpose::Update) => MINUTE,
        // It is there already, and reads do not show it yet.
        (Class::AlreadyExists, Purpose::Update) => 2 * MINUTE,
        _ => Duration::ZERO,
    }
}

/// How much longer to go on with calls that fail.
pub(super) struct Patience {
    start: Instant,
    pause: Duration,
}

impl Patience {
    pub(super) fn new() -> Self {
        Self { start: Instant::now(), pause: Duration::from_secs(1) }
    }

    /// Waits until the call that failed with `error` may be made again. Gives the error back when it does not pass by
    /// itself, or did not for too long.
    pub(super) async fn wait(
        &mut self,
        cx: &Cx,
        kind: &dyn AnyKind,
        address: &Address,
        purpose: Purpose,
        emit: &(dyn Fn(Event) + Sync),
        error: aws::Error,
    ) -> aws::Result<()> {
        let table = kind.retry().iter().filter(|retry| error.is(retry.code, retry.message)).map(|retry| retry.during);
        let patience = table.chain([patience(purpose, error.class)]).max().unwrap_or_default();
        if cx.pace().since(self.start) + self.pause > patience {
            return Err(error);
        }
        emit(Event::Retrying { address: address.clone(), error: error.without_request() });
        cx.pace().sleep(self.pause).await;
        self.pause = (self.pause * 8 / 5).min(Duration::from_secs(15));
        Ok(())
    }
}

/// Calls until it succeeds, fails for good, or patience ends.
pub(super) async fn attempt<T, F: Future<Output = aws::Result<T>>>(
    cx: &Cx,
    kind: &dyn AnyKind,
    address: &Address,
    purpose: Purpose,
    emit: &(dyn Fn(Event) + Sync),
    mut call: impl FnMut() -> F,
) -> aws::Result<T> {
    let mut patience = Patience::new();
    loop {
        match call().await {
            Ok(value) => return Ok(value),
            Err(error) => patience.wait(cx, kind, address, purpose, emit, error).await?,
        }
    }
}
