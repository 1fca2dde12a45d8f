//! What differs in one field.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeSet;

/// One difference.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Change {
    /// The path of the field, such as `retention_hours` or `routes[GET /streams].action`.
    pub field: String,
    /// The live value; null when there is none.
    pub from: Value,
    /// The wanted value.
    pub to: To,
    /// Whether AWS can only change it by replacing the resource.
    pub replaces: bool,
}

/// A wanted value.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum To {
    /// Known when planning; null takes the field away.
    Known(Value),
    /// Depends on what AWS answers while the plan runs.
    Later {
        /// The addresses that must be made or changed first.
        after: BTreeSet<String>,
    },
}
