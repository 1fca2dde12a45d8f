//! Carries out plans: the only place that changes AWS.

mod executor;
mod retry;
mod settle;
mod timing;

pub use executor::{Interrupt, Outcome, StepError, apply};
pub use timing::{CriticalPath, Finished};
