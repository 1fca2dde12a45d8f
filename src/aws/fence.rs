//! The right to change things, for as long as it lasts.

use super::Pace;
use std::sync::Mutex;
use std::time::{Duration, SystemTime};
use tokio::time::Instant;

/// Lets calls that change something pass only while its time has not run out. Until a time is set for it, it is open.
#[derive(Debug)]
pub struct Fence {
    pace: Pace,
    until: Mutex<Option<Until>>,
}

#[derive(Clone, Copy, Debug)]
struct Until {
    since: Instant,
    by_the_wall: SystemTime,
    lasts: Duration,
}

impl Fence {
    /// An open one, whose time passes at the pace of runs.
    pub fn new(pace: Pace) -> Self {
        Self { pace: pace.of_runs(), until: Mutex::new(None) }
    }

    /// Open for `lasts` from `since` on.
    pub fn keep(&self, since: Instant, lasts: Duration) {
        let ago = since.elapsed();
        let by_the_wall = SystemTime::now().checked_sub(ago).unwrap_or(SystemTime::UNIX_EPOCH);
        *self.lock() = Some(Until { since, by_the_wall, lasts });
    }

    /// Closed for good.
    pub fn close(&self) {
        self.keep(Instant::now(), Duration::ZERO);
    }

    /// Open without end.
    pub fn lift(&self) {
        *self.lock() = None;
    }

    /// Whether calls may pass now.
    pub fn is_open(&self) -> bool {
        let Some(Until { since, by_the_wall, lasts }) = *self.lock() else { return true };
        // The one clock stands still while the machine sleeps, the other may be set back.
        let by_the_wall = by_the_wall.elapsed().unwrap_or_default();
        self.pace.of(since.elapsed().max(by_the_wall)) < lasts
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<Until>> {
        self.until.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}
