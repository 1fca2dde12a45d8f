//! `kafkaconnect/custom-plugin`: code for MSK Connect, copied from an object in S3 (AWS.md §4.1).

use crate::kinds::s3::bucket::Bucket;
use crate::kinds::s3::object::{Object, VersionId};
use crate::resource::{Arn, Fixed, Named, Needs, Ref};
use serde::{Deserialize, Serialize};

/// Code for connectors. Its id is its ARN. Nothing of it changes in place, so its name is to hold a
/// digest of the code: other code is then another plugin, and the old one goes once no connector
/// uses it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CustomPlugin {
    /// 1 to 128 characters; unique in account and region.
    pub name: Fixed<String>,
    /// At most 1024 characters.
    #[serde(default)]
    pub description: Fixed<String>,
    /// What the object is.
    pub content_type: Fixed<ContentType>,
    /// The ARN of the bucket that holds the object.
    pub bucket: Fixed<Ref<Bucket, Arn>>,
    /// The object's key.
    pub key: Fixed<String>,
    /// The object's version; left out, the newest when the plugin is created.
    #[serde(default)]
    pub object_version: Fixed<Option<Ref<Object, VersionId>>>,
    /// What must exist first though no field holds it: the object, when its version is left out.
    #[serde(default)]
    pub needs: Needs,
}

/// What a plugin's object is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ContentType {
    /// A JAR file.
    Jar,
    /// A ZIP file of JAR files.
    Zip,
}

impl Named for CustomPlugin {
    const NAME: &'static str = "kafkaconnect/custom-plugin";
}
