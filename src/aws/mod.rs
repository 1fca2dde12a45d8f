//! The only door to AWS: clients, error classes, rate budgets, tags, the pace of waiting.

mod budget;
mod connect;
mod context;
mod control;
mod error;
mod fence;
mod pace;
mod patience;
mod tags;
mod transport;

pub use connect::{Connect, ConnectError, StandIn};
pub use context::{Cx, Hint, TagIndex};
pub use control::{Control, Stored, now};
pub use error::{Class, Error, Result, classify, found};
pub use fence::Fence;
pub use pace::Pace;
pub use patience::patiently;
pub use tags::{ADDRESS_TAG, REGION_TAG, STACK_TAG, Tagging};
pub use tags::{TagChange, retag};
pub use transport::{CallTrace, Observer};
