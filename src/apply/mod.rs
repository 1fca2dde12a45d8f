//! Carries out plans: the only place that changes AWS.

mod adoption;
mod executor;
mod retry;
mod settle;
mod timing;

pub use adoption::adopt;
pub use executor::{Interrupt, Outcome, StepError, apply};
pub use timing::{CriticalPath, Finished};
