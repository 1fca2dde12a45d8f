//! `overrides`: any field of any resource, by address.

use super::decode::{Map, Spanned};
use serde_json::Value;

/// Fields by address, such as `kafka/cluster/main`. They are merged into what the sections make, map
/// by map; lists are replaced, and `null` restores AWS's default.
pub type Overrides = Map<Spanned<Value>>;
