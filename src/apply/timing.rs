//! Which chain of steps decided how long it took.

use crate::resource::Address;
use serde::Serialize;
use std::time::Duration;

/// One step that ended well, with times since the start of the run, in AWS's time.
#[derive(Clone, Debug, Serialize)]
pub struct Finished {
    /// Whose step.
    pub address: Address,
    /// `create`, `update`, `wait` or `delete`.
    pub action: &'static str,
    /// When it began.
    pub began: Duration,
    /// When it ended.
    pub ended: Duration,
}

/// The chain of steps that each began when the one before ended, up to the last of all.
#[derive(Clone, Debug, Default, Serialize)]
pub struct CriticalPath {
    /// The steps, first to last.
    pub steps: Vec<Finished>,
    /// How long the run took.
    pub total: Duration,
    /// The share of the run in which no step of the path was running, 0 to 1.
    pub idle: f64,
}

impl CriticalPath {
    /// Follows the latest predecessor back from the step that ended last. `after` gives each step's
    /// predecessors by index.
    pub(super) fn of(finished: &[Option<Finished>], after: impl Fn(usize) -> Vec<usize>, total: Duration) -> Self {
        let latest = |indexes: Vec<usize>| {
            indexes.into_iter().filter_map(|index| Some((finished[index].as_ref()?.ended, index))).max()
        };
        let mut steps = vec![];
        let mut at = latest((0..finished.len()).collect());
        while let Some((_, index)) = at {
            steps.extend(finished[index].clone());
            at = latest(after(index));
        }
        steps.reverse();
        let busy: Duration = steps.iter().map(|step| step.ended.saturating_sub(step.began)).sum();
        let idle = if total.is_zero() { 0.0 } else { 1.0 - (busy.as_secs_f64() / total.as_secs_f64()).min(1.0) };
        Self { steps, total, idle }
    }
}
