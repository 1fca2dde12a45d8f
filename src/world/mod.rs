//! What is wanted and what is live.

mod adoptable;
mod graph;
mod observe;

pub use adoptable::{Adoptable, adoptable};
pub(crate) use graph::filled;
pub use graph::{Draft, Graph, GraphError, Wanted};
pub use observe::{Foreign, ObserveError, World, confirm, observe};
