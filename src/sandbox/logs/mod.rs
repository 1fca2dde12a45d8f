//! CloudWatch Logs: log groups, and the account's policy on how long they keep events.

mod group;
mod policy;

pub use group::Group;

use super::account::Account;
use super::operation::Operation;
use super::tags::Tags;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Every operation.
pub const OPERATIONS: &[&[Operation]] = &[group::OPERATIONS, policy::OPERATIONS];

/// What the account has in one region.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct State {
    /// By name.
    pub groups: BTreeMap<String, Group>,
    policy: Option<policy::Policy>,
}

/// Every tagged resource: ARN and tags.
pub fn tagged(account: &Account) -> Vec<(String, Tags)> {
    let groups = account.logs.groups.values().filter(|group| !group.tags.is_empty());
    groups.map(|group| (group.arn.clone(), group.tags.clone())).collect()
}

/// Whether there is a log group of this name in the region being shown: what services that write to one want to know.
pub fn exists(account: &Account, name: &str) -> bool {
    account.logs.groups.contains_key(name)
}

/// Makes the log group when it is not there, as services do that write into their own (AWS.md §2.6).
pub fn ensure(account: &mut Account, name: &str) {
    if !exists(account, name) {
        let group = Group::new(account, name);
        account.logs.groups.insert(name.to_owned(), group);
    }
}
