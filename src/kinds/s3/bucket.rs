//! `s3/bucket`: a bucket with all its settings, found by its name (AWS.md §2.4).

use crate::resource::{Auto, Fixed, Named, Policy, Set};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A bucket.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bucket {
    /// 3 to 63 of `a-z 0-9 . -`; unique in the partition.
    pub name: Fixed<String>,
    /// Whether overwritten and deleted objects are kept as versions.
    #[serde(default)]
    pub versioning: bool,
    /// How objects are encrypted at rest.
    #[serde(default)]
    pub encryption: Encryption,
    /// What keeps it from being public.
    #[serde(default)]
    pub public_access_block: PublicAccessBlock,
    /// Its policy; at most 20 KB.
    #[serde(default)]
    pub policy: Option<Policy>,
    /// What happens to objects as they age; at most 1000 rules.
    #[serde(default)]
    pub lifecycle: Set<LifecycleRule>,
    /// Who owns objects that other accounts write.
    #[serde(default)]
    pub ownership: Ownership,
    /// Whether deleting the bucket deletes every object in it. No setting of AWS: kept in the tag
    /// `aqueduct:force-destroy`, so that it is known when the manifest is gone.
    #[serde(default)]
    pub force_destroy: bool,
}

/// How objects are encrypted at rest unless their writer says otherwise.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Encryption {
    /// With whose keys.
    pub algorithm: Algorithm,
    /// The ARN of the KMS key; none is the account's own key for S3. Only with KMS.
    pub kms_key: Option<String>,
    /// Whether a key of the bucket's own saves most calls to KMS.
    pub bucket_key: bool,
    /// Whether writers may bring keys of their own (SSE-C).
    pub customer_keys: Auto<bool>,
}

/// The algorithms of server-side encryption.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Algorithm {
    /// Keys that S3 manages.
    #[default]
    Aes256,
    /// Keys in KMS.
    Kms,
    /// Keys in KMS, two layers.
    KmsDsse,
}

/// The four flags that keep a bucket from being public; all set unless said otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PublicAccessBlock {
    /// Refuses new public ACLs.
    pub block_acls: bool,
    /// Ignores public ACLs that there are.
    pub ignore_acls: bool,
    /// Refuses new public policies.
    pub block_policy: bool,
    /// Lets a public policy serve only this account and AWS's services.
    pub restrict_bucket: bool,
}

impl Default for PublicAccessBlock {
    fn default() -> Self {
        Self { block_acls: true, ignore_acls: true, block_policy: true, restrict_bucket: true }
    }
}

/// Who owns objects that other accounts write.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ownership {
    /// The bucket's account; ACLs mean nothing.
    #[default]
    BucketOwnerEnforced,
    /// The bucket's account, when the writer gives it full control.
    BucketOwnerPreferred,
    /// The writer.
    ObjectWriter,
}

/// What happens to some objects as they age.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LifecycleRule {
    /// At most 255 characters; unique in the bucket.
    pub id: String,
    /// Whether it is followed.
    #[serde(default = "yes")]
    pub enabled: bool,
    /// What keys must begin with; empty fits all.
    #[serde(default)]
    pub prefix: String,
    /// Tags that objects must have.
    #[serde(default)]
    pub tags: BTreeMap<String, String>,
    /// Only objects of more bytes.
    #[serde(default)]
    pub larger_than_bytes: Option<i64>,
    /// Only objects of fewer bytes.
    #[serde(default)]
    pub smaller_than_bytes: Option<i64>,
    /// Days after which an object expires.
    #[serde(default)]
    pub expiration_days: Option<i32>,
    /// Whether a delete marker with no version under it goes. Not together with `expiration_days`.
    #[serde(default)]
    pub expire_delete_markers: bool,
    /// Days after which a version that is no longer current is deleted.
    #[serde(default)]
    pub noncurrent_days: Option<i32>,
    /// How many versions that are no longer current stay nevertheless, 1 to 100. Only with
    /// `noncurrent_days`.
    #[serde(default)]
    pub noncurrent_newer_versions: Option<i32>,
    /// Moves of objects to cheaper storage.
    #[serde(default)]
    pub transitions: Set<Transition>,
    /// Moves of versions that are no longer current, by days since then.
    #[serde(default)]
    pub noncurrent_transitions: Set<Transition>,
    /// Days after which an upload in parts that was never finished is given up.
    #[serde(default)]
    pub abort_multipart_days: Option<i32>,
}

fn yes() -> bool {
    true
}

impl LifecycleRule {
    /// A rule for every object that as yet does nothing, which AWS refuses.
    pub fn new(id: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            enabled: true,
            prefix: String::new(),
            tags: BTreeMap::new(),
            larger_than_bytes: None,
            smaller_than_bytes: None,
            expiration_days: None,
            expire_delete_markers: false,
            noncurrent_days: None,
            noncurrent_newer_versions: None,
            transitions: Set::default(),
            noncurrent_transitions: Set::default(),
            abort_multipart_days: None,
        }
    }
}

/// A move to another class of storage.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Transition {
    /// After how many days.
    pub days: i32,
    /// `STANDARD_IA`, `ONEZONE_IA`, `INTELLIGENT_TIERING`, `GLACIER_IR`, `GLACIER` or `DEEP_ARCHIVE`.
    pub storage_class: String,
}

impl Bucket {
    /// A bucket as AWS makes it by default: private, encrypted with S3's keys, without versions.
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: Fixed(name.into()),
            versioning: false,
            encryption: Encryption::default(),
            public_access_block: PublicAccessBlock::default(),
            policy: None,
            lifecycle: Set::default(),
            ownership: Ownership::default(),
            force_destroy: false,
        }
    }
}

impl Named for Bucket {
    const NAME: &'static str = "s3/bucket";
}
