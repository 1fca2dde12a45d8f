//! S3: buckets and objects.

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

impl State {
    /// Writes `id` for the principal `arn` (both in quotes) in every bucket policy: who it named is gone.
    pub fn principal_gone(&mut self, _arn: &str, _id: &str) {}
}

/// Every tagged resource: ARN and tags.
pub fn tagged(_account: &Account) -> Vec<(String, Tags)> {
    Vec::new()
}

/// An object as other services need it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Object {
    /// Of this version; `null` without versioning.
    pub version: String,
    /// In bytes.
    pub size: u64,
}

/// The object `key` of `bucket` in its `version`, or in the current one. `None` when there is none, or when a delete marker
/// stands for it.
pub fn object(_account: &Account, _bucket: &str, _key: &str, _version: Option<&str>) -> Option<Object> {
    None
}
