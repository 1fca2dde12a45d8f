//! Virtual time, and states that change by themselves as it passes.

use serde::{Deserialize, Serialize};
use std::collections::VecDeque;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tokio::time::Instant;

/// One second of virtual time, in the milliseconds everything here counts in.
pub const SECOND: u64 = 1_000;
/// One minute of virtual time in milliseconds.
pub const MINUTE: u64 = 60 * SECOND;
/// One hour of virtual time in milliseconds.
pub const HOUR: u64 = 60 * MINUTE;

/// Virtual time: milliseconds since the epoch, passing `speed` times as fast as tokio's clock.
#[derive(Debug)]
pub struct Clock {
    origin: Instant,
    start: u64,
    speed: f64,
}

impl Clock {
    /// A clock that shows `start` (milliseconds since the epoch) now. A `speed` that is not a positive number counts as 1.
    pub fn new(start: u64, speed: f64) -> Self {
        let speed = if speed.is_finite() && speed > 0.0 { speed } else { 1.0 };
        Self { origin: Instant::now(), start, speed }
    }

    /// Milliseconds since the epoch. Never goes back.
    pub fn now(&self) -> u64 {
        self.start.saturating_add(stretch(self.origin.elapsed(), self.speed))
    }

    /// How much virtual time passes per unit of tokio's.
    pub fn speed(&self) -> f64 {
        self.speed
    }
}

/// The wall clock in milliseconds since the epoch.
pub(super) fn wall() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

/// `elapsed` in milliseconds, times `speed`.
pub(super) fn stretch(elapsed: Duration, speed: f64) -> u64 {
    // Casting saturates, so absurd speeds stop the clock at the end of time instead of wrapping it.
    (elapsed.as_secs_f64() * 1_000.0 * speed) as u64
}

/// A state with the changes that are due in the future. Nothing runs in the background: whoever looks says what time it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Timed<S> {
    state: S,
    since: u64,
    #[serde(default = "VecDeque::new", skip_serializing_if = "VecDeque::is_empty")]
    next: VecDeque<(u64, S)>,
}

impl<S> Timed<S> {
    /// `state` from `now` on, with nothing to follow.
    pub fn new(now: u64, state: S) -> Self {
        Self { state, since: now, next: VecDeque::new() }
    }

    /// Followed by `state` at `due` (milliseconds since the epoch). Calls must come in order of time.
    #[must_use]
    pub fn then(mut self, due: u64, state: S) -> Self {
        self.next.push_back((due, state));
        self
    }

    /// The state at `now`.
    pub fn at(&self, now: u64) -> &S {
        self.next.iter().rev().find(|(due, _)| *due <= now).map_or(&self.state, |(_, state)| state)
    }

    /// When the state at `now` was entered.
    pub fn since(&self, now: u64) -> u64 {
        self.next.iter().rev().find(|(due, _)| *due <= now).map_or(self.since, |(due, _)| *due)
    }

    /// When the last of the changes to come is due; `None` when `now` is past them all.
    pub fn settled_at(&self, now: u64) -> Option<u64> {
        self.next.back().map(|(due, _)| *due).filter(|due| *due > now)
    }

    /// Makes every change due by `now`; true when there was one.
    pub fn settle(&mut self, now: u64) -> bool {
        let mut changed = false;
        while let Some((due, state)) = self.next.pop_front() {
            if due > now {
                self.next.push_front((due, state));
                break;
            }
            self.state = state;
            self.since = due;
            changed = true;
        }
        changed
    }
}
