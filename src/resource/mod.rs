//! What a resource is: the [`Kind`] trait, the field types that tell the engine about a field,
//! and the tree through which the engine sees every kind alike.

mod actions;
mod address;
mod change;
mod erased;
mod field;
mod kind;
mod live;
mod place;
mod policy;
mod reference;
pub mod tree;

pub use actions::{Actions, Dependent, LOG_DELIVERY, LOGS_TO_FIREHOSE, LOGS_TO_S3, Verb, has_resource};
pub use address::Address;
pub use change::{Change, To};
pub use erased::{AnyKind, Erased, SpecError};
pub use field::{Auto, Fixed, Initial, Needs, Secret, Set};
pub use kind::{Changes, Effect, Kind, Named, Retry, Typical};
pub use live::{Live, Status};
pub use place::Place;
pub use policy::Policy;
pub use reference::{Arn, Attribute, Hole, Id, Ref, holes, resolve};
