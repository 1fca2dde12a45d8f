//! `streams`: Kinesis data streams.

use super::common::{TAGS, Tags};
use super::decode::Spanned;
use super::forms;
use super::layout::Constraint::{Form, Range};
use super::section::{choice, section};

section! {
    /// A Kinesis data stream. The key is its name in AWS.
    pub struct Stream {
        /// How many shards; left out, AWS scales on demand.
        shards: Option<Spanned<i32>> where Range(1, 20000),
        /// For how many hours records stay.
        retention_hours: i32 = "24" where Range(24, 8760),
        /// Whether records are encrypted at rest.
        encrypted: Spanned<bool> = "true",
        /// The KMS key that encrypts records; left out, AWS's own for Kinesis.
        kms_key: Option<Spanned<String>> where Form(&forms::KMS_KEY_OR_ALIAS),
        /// The largest record in KiB, 1024 to 10240.
        max_record_kib: Option<i32> where Range(1024, 10240),
        /// Metrics of each shard to publish; they cost.
        shard_metrics: Vec<Spanned<ShardMetric>> = "[]",
        /// Tags on top of the manifest's.
        tags: Tags = "{}" where TAGS,
    }
}

choice! {
    /// A metric of each shard.
    pub enum ShardMetric {
        /// Bytes put.
        IncomingBytes = "IncomingBytes",
        /// Records put.
        IncomingRecords = "IncomingRecords",
        /// Bytes got.
        OutgoingBytes = "OutgoingBytes",
        /// Records got.
        OutgoingRecords = "OutgoingRecords",
        /// Puts refused for too much.
        WriteProvisionedThroughputExceeded = "WriteProvisionedThroughputExceeded",
        /// Gets refused for too much.
        ReadProvisionedThroughputExceeded = "ReadProvisionedThroughputExceeded",
        /// How old the last record got was.
        IteratorAgeMilliseconds = "IteratorAgeMilliseconds",
    }
}
