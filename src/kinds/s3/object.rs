//! `s3/object`: an object uploaded from a file, found by bucket and key (AWS.md §2.5).

use super::bucket::Bucket;
use crate::attribute;
use crate::resource::{Auto, Fixed, Initial, Named, Ref};
use serde::{Deserialize, Serialize};

/// An object uploaded from a file. It carries the two tags of its owner and none of the user's: S3
/// lists objects without tags and bills for each.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Object {
    /// Where it lies.
    pub bucket: Fixed<Ref<Bucket>>,
    /// Its name in the bucket, at most 1024 bytes.
    pub key: Fixed<String>,
    /// What it holds.
    pub content: Content,
    /// Its MIME type; left out, S3 says `application/octet-stream`.
    #[serde(default)]
    pub content_type: Auto<String>,
}

/// What an object holds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Content {
    /// The MD5 of the content as 32 lower-case hexadecimal digits, which is how S3 lists it.
    pub md5: String,
    /// Where the content comes from when it is uploaded.
    #[serde(default)]
    pub source: Initial<Option<Source>>,
}

/// Where content comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// A local file of at most 5 GB. Lowering makes its path relative to the working directory.
    File(String),
    /// The content itself, without references.
    Text(String),
}

attribute!(
    /// The object's version; `null` in a bucket that keeps none.
    pub VersionId = "version_id"
);
attribute!(
    /// S3's own digest of the object.
    pub Etag = "etag"
);
attribute!(
    /// `s3://bucket/key`.
    pub Url = "url"
);

impl Named for Object {
    const NAME: &'static str = "s3/object";
}
