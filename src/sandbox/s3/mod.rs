//! S3: buckets and objects.

mod bucket;
mod checksum;
mod encryption;
mod input;
mod lifecycle;
mod listing;
mod multipart;
mod node;
mod object;
mod policy;
mod removal;
mod settings;
mod tagging;
mod unset;
mod version;

pub use bucket::Bucket;
pub use version::Version;

use super::account::Account;
use super::operation::Operation;
use super::tags::Tags;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Every operation.
pub const OPERATIONS: &[&[Operation]] = &[
    bucket::OPERATIONS,
    settings::OPERATIONS,
    encryption::OPERATIONS,
    lifecycle::OPERATIONS,
    policy::OPERATIONS,
    unset::OPERATIONS,
    listing::OPERATIONS,
    object::OPERATIONS,
    removal::OPERATIONS,
    tagging::OPERATIONS,
    multipart::OPERATIONS,
];

/// What the account has, in all regions.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct State {
    /// By name.
    pub buckets: BTreeMap<String, Bucket>,
    /// Names that other accounts have.
    pub foreign: BTreeSet<String>,
    /// Until when the names of deleted buckets cannot be used again, in milliseconds of virtual time since the epoch.
    pub leaving: BTreeMap<String, u64>,
}

impl State {
    /// Writes `id` for the principal `arn` (both in quotes) in every bucket policy: who it named is gone.
    pub fn principal_gone(&mut self, arn: &str, id: &str) {
        for policy in self.buckets.values_mut().filter_map(|bucket| bucket.policy.as_mut()) {
            *policy = policy.replace(arn, id);
        }
    }
}

/// Every tagged bucket of the region being shown: ARN and tags. The index knows no objects.
pub fn tagged(account: &Account) -> Vec<(String, Tags)> {
    let buckets = account.s3.buckets.values();
    let ours = buckets.filter(|bucket| bucket.region == account.region && !bucket.tags.is_empty());
    ours.map(|bucket| (format!("arn:aws:s3:::{}", bucket.name), bucket.tags.clone())).collect()
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
pub fn object(account: &Account, bucket: &str, key: &str, version: Option<&str>) -> Option<Object> {
    let versions = account.s3.buckets.get(bucket)?.objects.get(key)?;
    let found = match version {
        Some(id) => versions.iter().find(|version| version.id == id),
        None => versions.last(),
    };
    let found = found.filter(|version| !version.marker)?;
    Some(Object { version: found.id.clone(), size: found.size })
}

/// The bucket of this name, for services that look at its settings.
pub fn bucket<'a>(account: &'a Account, name: &str) -> Option<&'a Bucket> {
    account.s3.buckets.get(name)
}
