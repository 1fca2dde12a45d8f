//! Lifecycle rules of buckets.

use crate::aws;
use crate::resource::Set;
use aws_sdk_s3::types::{
    AbortIncompleteMultipartUpload, ExpirationStatus, LifecycleExpiration, LifecycleRule as Written,
    LifecycleRuleAndOperator, LifecycleRuleFilter, NoncurrentVersionExpiration, NoncurrentVersionTransition, Tag,
    Transition as Move, TransitionStorageClass,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

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

impl LifecycleRule {
    pub(super) fn write(&self) -> aws::Result<Written> {
        let status = if self.enabled { ExpirationStatus::Enabled } else { ExpirationStatus::Disabled };
        let expiration = (self.expiration_days.is_some() || self.expire_delete_markers).then(|| {
            let marker = self.expire_delete_markers.then_some(true);
            let days = self.expiration_days;
            LifecycleExpiration::builder().set_days(days).set_expired_object_delete_marker(marker).build()
        });
        let noncurrent = self.noncurrent_days.map(|days| {
            let newer = self.noncurrent_newer_versions;
            NoncurrentVersionExpiration::builder().noncurrent_days(days).set_newer_noncurrent_versions(newer).build()
        });
        let abort = self
            .abort_multipart_days
            .map(|days| AbortIncompleteMultipartUpload::builder().days_after_initiation(days).build());
        let moves = self.transitions.iter().map(|to| {
            Move::builder().days(to.days).storage_class(TransitionStorageClass::from(to.storage_class.as_str())).build()
        });
        let noncurrent_moves = self.noncurrent_transitions.iter().map(|to| {
            let class = TransitionStorageClass::from(to.storage_class.as_str());
            NoncurrentVersionTransition::builder().noncurrent_days(to.days).storage_class(class).build()
        });
        let rule = Written::builder().id(&self.id).status(status).filter(self.filter()?);
        let rule = rule.set_expiration(expiration).set_noncurrent_version_expiration(noncurrent);
        let rule = rule.set_abort_incomplete_multipart_upload(abort).set_transitions(some(moves.collect()));
        Ok(rule.set_noncurrent_version_transitions(some(noncurrent_moves.collect())).build()?)
    }

    /// A filter holds one condition, or several below `And`.
    fn filter(&self) -> aws::Result<LifecycleRuleFilter> {
        let tags: Result<Vec<Tag>, _> =
            self.tags.iter().map(|(key, value)| Tag::builder().key(key).value(value).build()).collect();
        let tags = tags?;
        let prefix = Some(self.prefix.clone()).filter(|prefix| !prefix.is_empty());
        let sizes = [self.larger_than_bytes, self.smaller_than_bytes];
        let conditions = usize::from(prefix.is_some()) + tags.len() + sizes.iter().flatten().count();
        let filter = LifecycleRuleFilter::builder();
        if conditions > 1 {
            let and = LifecycleRuleAndOperator::builder().set_prefix(prefix).set_tags(some(tags));
            let and = and.set_object_size_greater_than(sizes[0]).set_object_size_less_than(sizes[1]);
            return Ok(filter.and(and.build()).build());
        }
        let prefix = prefix.or_else(|| (conditions == 0).then(String::new));
        let filter = filter.set_prefix(prefix).set_tag(tags.into_iter().next());
        Ok(filter.set_object_size_greater_than(sizes[0]).set_object_size_less_than(sizes[1]).build())
    }

    pub(super) fn read(rule: Written) -> Self {
        let mut read = Self::new(rule.id.unwrap_or_default());
        read.enabled = rule.status == ExpirationStatus::Enabled;
        // Rules from before there were filters have a prefix of their own.
        #[expect(deprecated, reason = "S3 still gives it back where it was given")]
        let old = rule.prefix;
        let filter = rule.filter.unwrap_or_else(|| LifecycleRuleFilter::builder().set_prefix(old).build());
        let and = filter.and.unwrap_or_else(|| LifecycleRuleAndOperator::builder().build());
        read.prefix = filter.prefix.or(and.prefix).unwrap_or_default();
        let tags = and.tags.into_iter().flatten().chain(filter.tag);
        read.tags = tags.map(|tag| (tag.key, tag.value)).collect();
        read.larger_than_bytes = filter.object_size_greater_than.or(and.object_size_greater_than);
        read.smaller_than_bytes = filter.object_size_less_than.or(and.object_size_less_than);
        if let Some(expiration) = rule.expiration {
            read.expiration_days = expiration.days;
            read.expire_delete_markers = expiration.expired_object_delete_marker.unwrap_or(false);
        }
        if let Some(expiration) = rule.noncurrent_version_expiration {
            read.noncurrent_days = expiration.noncurrent_days;
            read.noncurrent_newer_versions = expiration.newer_noncurrent_versions;
        }
        read.abort_multipart_days =
            rule.abort_incomplete_multipart_upload.and_then(|abort| abort.days_after_initiation);
        let moves = rule.transitions.into_iter().flatten();
        read.transitions = moves.map(|to| transition(to.days, to.storage_class)).collect();
        let moves = rule.noncurrent_version_transitions.into_iter().flatten();
        read.noncurrent_transitions = moves.map(|to| transition(to.noncurrent_days, to.storage_class)).collect();
        read
    }
}

fn transition(days: Option<i32>, class: Option<TransitionStorageClass>) -> Transition {
    let storage_class = class.map(|class| class.as_str().to_owned()).unwrap_or_default();
    Transition { days: days.unwrap_or(0), storage_class }
}

fn some<T>(items: Vec<T>) -> Option<Vec<T>> {
    Some(items).filter(|items| !items.is_empty())
}

/// The rules of a whole configuration.
pub(super) fn read(rules: Option<Vec<Written>>) -> Set<LifecycleRule> {
    rules.into_iter().flatten().map(LifecycleRule::read).collect()
}
