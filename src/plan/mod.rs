//! What to do: pure, synchronous, total. No AWS, no clock.

mod diff;
mod digest;
mod order;
mod planner;

pub use crate::resource::{Change, To};
pub use diff::{compare, differences};
pub use digest::digest;
pub use planner::{Action, Plan, PlanError, Step, Why, destruction, plan};
