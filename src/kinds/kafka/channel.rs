//! `kafka/channel`: delivery of a topic's records to S3 or an Iceberg table by MSK itself (AWS.md
//! §3.4).

use super::cluster::{Cluster, Logs};
use super::topic::Topic;
use crate::kinds::iam::role::Role;
use crate::kinds::s3::bucket::Bucket;
use crate::resource::{Arn, Auto, Fixed, Named, Ref};
use serde::{Deserialize, Serialize};

/// A channel: MSK itself delivers the records of one topic of an Express cluster, from the moment
/// the channel is active. Its id is its ARN.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Channel {
    /// The cluster, with Express brokers.
    pub cluster: Fixed<Ref<Cluster>>,
    /// 1 to 64 of `a-z A-Z 0-9 . _ -`; unique in the cluster.
    pub name: Fixed<String>,
    /// The topic.
    pub topic: Fixed<Ref<Topic, Arn>>,
    /// What the values of the records are.
    pub converter: Fixed<Converter>,
    /// The ARN of the schema in Glue's registry; only with [`Converter::Json`] into Iceberg.
    #[serde(default)]
    pub schema: Fixed<Option<String>>,
    /// Where the records go.
    pub destination: Fixed<Destination>,
    /// Where records go that cannot be delivered.
    pub dead_letters: Fixed<DeadLetters>,
    /// The role that MSK takes on to deliver; it trusts `kafka.amazonaws.com`.
    pub role: Fixed<Ref<Role, Arn>>,
    /// How long a record may wait, 300 to 900 seconds; 600 when left out.
    #[serde(default = "ten_minutes")]
    pub freshness_seconds: i32,
    /// The ARN of the KMS key that encrypts what is under way; left out, AWS's own.
    #[serde(default)]
    pub kms_key: Fixed<Auto<String>>,
    /// Where the channel's log goes.
    #[serde(default)]
    pub logs: Fixed<Logs>,
}

/// What the values of records are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Converter {
    /// Bytes, delivered as they are.
    ByteArray,
    /// Text.
    String,
    /// JSON.
    Json,
    /// JSON that begins with the number of its schema in Glue's registry.
    JsonSchemaGsr,
}

/// Where records go.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Destination {
    /// Objects in a bucket.
    S3(S3Destination),
    /// An Iceberg table in an S3 table bucket.
    Iceberg(IcebergDestination),
}

/// Objects in a bucket.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct S3Destination {
    /// The bucket.
    pub bucket: Ref<Bucket, Arn>,
    /// The account that must own the bucket.
    #[serde(default)]
    pub bucket_owner: Option<String>,
    /// What keys begin with.
    #[serde(default)]
    pub prefix: Option<String>,
    /// The rest of the keys, with variables such as `!{topic-name}` and exactly one of
    /// `!{sequence-number}` and `!{kafka-offset}` in the last part.
    #[serde(default)]
    pub key_template: Auto<String>,
    /// How objects are compressed.
    #[serde(default)]
    pub compression: Compression,
    /// The class objects are stored in.
    #[serde(default)]
    pub storage_class: StorageClass,
}

/// How objects are compressed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Compression {
    /// Not at all.
    #[default]
    None,
    /// With gzip.
    Gzip,
    /// With Zstandard.
    Zstd,
}

/// The class objects are stored in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StorageClass {
    /// S3's own default.
    #[default]
    Standard,
    /// S3 chooses by use.
    IntelligentTiering,
    /// Rarely read, at once when needed.
    GlacierIr,
}

/// An Iceberg table, which the channel makes; it must not exist before.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IcebergDestination {
    /// The ARN of the S3 table bucket, in the same region.
    pub warehouse: String,
    /// The ARN of the catalog; left out, AWS derives it.
    #[serde(default)]
    pub catalog: Auto<String>,
    /// The database (namespace).
    pub database: String,
    /// The table.
    pub table: String,
    /// The column whose hour partitions the table.
    pub partition_by: String,
    /// How files are compressed.
    #[serde(default)]
    pub compression: IcebergCompression,
}

/// How the files of a table are compressed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IcebergCompression {
    /// With Zstandard.
    #[default]
    Zstd,
    /// With Snappy.
    Snappy,
}

/// Where records go that cannot be delivered.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeadLetters {
    /// The bucket.
    pub bucket: Ref<Bucket, Arn>,
    /// The account that must own the bucket.
    #[serde(default)]
    pub bucket_owner: Option<String>,
    /// What keys begin with.
    #[serde(default)]
    pub prefix: Option<String>,
}

impl Named for Channel {
    const NAME: &'static str = "kafka/channel";
}

fn ten_minutes() -> i32 {
    600
}
