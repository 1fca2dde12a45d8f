//! EC2: networks, security groups, instances.

pub mod interfaces;

use super::account::Account;
use super::operation::Operation;
use super::tags::Tags;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Every operation.
pub const OPERATIONS: &[&[Operation]] = &[];

/// What the account has in one region.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct State {
    /// Network interfaces by id, those of other services too.
    pub interfaces: BTreeMap<String, interfaces::Interface>,
}

/// Every tagged resource: ARN and tags.
pub fn tagged(_account: &Account) -> Vec<(String, Tags)> {
    Vec::new()
}
