//! The versions of objects, and which of them there are after a write.

use super::bucket::Bucket;
use crate::ids::Ids;
use crate::tags::Tags;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// One version of an object, or a delete marker.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Version {
    /// `null` when it was written without versioning.
    pub id: String,
    /// Whether it says that the object is deleted; then the rest is empty.
    pub marker: bool,
    /// In bytes.
    pub size: u64,
    /// Without its quotes.
    pub etag: String,
    /// When it was written, in milliseconds of virtual time since the epoch.
    pub modified: u64,
    /// Headers that are given back as they came: `content-type`, `x-amz-meta-..`.
    pub headers: BTreeMap<String, String>,
    /// `AES256`, `aws:kms`, ..
    pub encryption: String,
    /// The ARN of its KMS key.
    pub kms_key: Option<String>,
    /// `STANDARD`, ..
    pub storage_class: String,
    /// Its tags.
    pub tags: Tags,
}

/// What became of a version that was to be deleted.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Removed {
    /// The version that is gone, or the marker that was made.
    pub version: Option<String>,
    /// Whether `version` is a delete marker.
    pub marker: bool,
    /// Versions whose bytes are not needed any more.
    pub bytes: Vec<String>,
}

/// The version that objects have without versioning.
pub(super) const NULL: &str = "null";

impl Bucket {
    /// Whether versions are kept.
    pub(super) fn keeps_versions(&self) -> bool {
        self.versioning.as_deref() == Some("Enabled")
    }

    /// The current version of `key`, unless a delete marker stands for it.
    pub(super) fn current(&self, key: &str) -> Option<&Version> {
        self.objects.get(key)?.last().filter(|version| !version.marker)
    }

    /// The id that a new version of an object gets.
    pub(super) fn next_version(&self, ids: &mut Ids) -> String {
        if self.keeps_versions() { ids.base36(32) } else { NULL.to_owned() }
    }

    /// Makes `version` the current one of `key`. One of the same id goes.
    pub(super) fn write(&mut self, key: &str, version: Version) {
        let versions = self.objects.entry(key.to_owned()).or_default();
        versions.retain(|other| other.id != version.id);
        versions.push(version);
    }

    /// Deletes `key`: with a marker where versions are kept.
    pub(super) fn remove(&mut self, key: &str, now: u64, ids: &mut Ids) -> Removed {
        let null = self.objects.get(key).is_some_and(|versions| versions.iter().any(|version| version.id == NULL));
        let bytes = if null && !self.keeps_versions() { vec![NULL.to_owned()] } else { Vec::new() };
        if self.versioning.is_none() {
            self.objects.remove(key);
            return Removed { version: None, marker: false, bytes };
        }
        let id = self.next_version(ids);
        self.write(key, Version { id: id.clone(), marker: true, modified: now, ..Version::default() });
        Removed { version: Some(id), marker: true, bytes }
    }

    /// Deletes the version `id` of `key` for good. A version that is not there is deleted already.
    pub(super) fn remove_version(&mut self, key: &str, id: &str) -> Removed {
        let mut removed = Removed { version: Some(id.to_owned()), marker: false, bytes: Vec::new() };
        if let Some(versions) = self.objects.get_mut(key)
            && let Some(at) = versions.iter().position(|version| version.id == id)
        {
            removed.marker = versions.remove(at).marker;
            removed.bytes.push(id.to_owned());
            if versions.is_empty() {
                self.objects.remove(key);
            }
        }
        removed
    }
}
