//! Carries out plans: the only place that changes AWS.

mod adoption;
mod executor;
mod lease;
mod retry;
mod settle;
mod timing;

pub use adoption::adopt;
pub use executor::{Interrupt, Outcome, StepError, apply};
pub use lease::{Holder, Lease, Seen, Taking, seen, take};
pub use timing::{CriticalPath, Finished};
