//! How fast time passes on AWS's side.

use std::time::Duration;
use tokio::time::Instant;

/// AWS's time relative to ours: 1 for AWS itself, more for a sandbox that is sped up. Every wait of
/// the engine is given in AWS's time.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    factor: f64,
}

impl Pace {
    /// Real time.
    pub const REAL: Self = Self { factor: 1.0 };

    /// `factor` seconds of AWS's time in one of ours; at least one thousandth.
    pub fn times(factor: f64) -> Self {
        Self { factor: factor.max(0.001) }
    }

    /// The pace of what is between runs: computers are busy for a while now and then however fast a sandbox lives.
    pub fn of_runs(self) -> Self {
        Self { factor: self.factor.clamp(1.0, 20.0) }
    }

    /// Waits for `duration` of AWS's time.
    pub async fn sleep(self, duration: Duration) {
        tokio::time::sleep(duration.div_f64(self.factor)).await;
    }

    /// AWS's time that has passed since `start`.
    pub fn since(self, start: Instant) -> Duration {
        self.of(start.elapsed())
    }

    /// `duration` of ours in AWS's time.
    pub fn of(self, duration: Duration) -> Duration {
        duration.mul_f64(self.factor)
    }
}
