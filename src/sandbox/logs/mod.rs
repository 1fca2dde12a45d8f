//! CloudWatch Logs: log groups.

use super::account::Account;
use super::operation::Operation;
use super::tags::Tags;
use serde::{Deserialize, Serialize};

/// Every operation.
pub const OPERATIONS: &[&[Operation]] = &[];

/// What the account has in one region.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct State {}

/// Every tagged resource: ARN and tags.
pub fn tagged(_account: &Account) -> Vec<(String, Tags)> {
    Vec::new()
}
