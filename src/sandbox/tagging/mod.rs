//! Resource Groups Tagging: the index of everything that has tags.

use super::operation::Operation;
use serde::{Deserialize, Serialize};

/// Every operation.
pub const OPERATIONS: &[&[Operation]] = &[];

/// What the index remembers in one region.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct State {
    /// How long what is deleted stays listed, in milliseconds of virtual time.
    #[serde(skip)]
    pub lag: u64,
}
