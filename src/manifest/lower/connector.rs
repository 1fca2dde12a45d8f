//! The properties of an S3 sink connector (PIPELINE §5, with errors and idle partitions looked after).

use std::collections::BTreeMap;

/// What an S3 sink is to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct S3Sink<'a> {
    /// The topics it reads.
    pub topics: &'a [String],
    /// The bucket it writes to.
    pub bucket: &'a str,
    /// The bucket's region.
    pub region: &'a str,
    /// Its parallel tasks.
    pub tasks: u32,
    /// Records in one object.
    pub flush_size: u32,
    /// After how many seconds, by the clock, an object is written however few records it has.
    pub rotate_seconds: Option<u32>,
    /// Where records go that cannot be read as JSON.
    pub dead_letters: Option<DeadLetters<'a>>,
}

/// A topic for records that cannot be delivered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeadLetters<'a> {
    /// The topic.
    pub topic: &'a str,
    /// Its copies.
    pub replication: i32,
}

/// The properties, all but `connector.class` open to `overrides`, where an empty value takes one away.
pub fn properties(sink: &S3Sink<'_>, overrides: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    let S3Sink { topics, bucket, region, tasks, flush_size, rotate_seconds, dead_letters } = sink;
    let mut properties: BTreeMap<String, String> = BTreeMap::new();
    let mut set = |key: &str, value: String| drop(properties.insert(key.to_owned(), value));
    set("connector.class", "io.confluent.connect.s3.S3SinkConnector".into());
    set("tasks.max", tasks.to_string());
    set("topics", topics.join(","));
    set("s3.region", (*region).into());
    set("s3.bucket.name", (*bucket).into());
    set("storage.class", "io.confluent.connect.s3.storage.S3Storage".into());
    set("format.class", "io.confluent.connect.s3.format.json.JsonFormat".into());
    set("partitioner.class", "io.confluent.connect.storage.partitioner.DefaultPartitioner".into());
    set("schema.compatibility", "NONE".into());
    set("key.converter", "org.apache.kafka.connect.storage.StringConverter".into());
    set("value.converter", "org.apache.kafka.connect.json.JsonConverter".into());
    set("value.converter.schemas.enable", "false".into());
    set("flush.size", flush_size.to_string());
    // The only rotation that also writes what an idle partition still holds; it needs the time zone.
    if let Some(seconds) = rotate_seconds {
        set("rotate.schedule.interval.ms", (u64::from(*seconds) * 1000).to_string());
    }
    set("timezone", "UTC".into());
    set("behavior.on.null.values", "ignore".into());
    if let Some(DeadLetters { topic, replication }) = dead_letters {
        set("errors.tolerance", "all".into());
        set("errors.log.enable", "true".into());
        set("errors.deadletterqueue.topic.name", (*topic).into());
        set("errors.deadletterqueue.topic.replication.factor", replication.to_string());
        set("errors.deadletterqueue.context.headers.enable", "true".into());
    }
    for (key, value) in overrides {
        // `topics` and `topics.regex` exclude each other.
        match key.as_str() {
            "topics.regex" => drop(properties.remove("topics")),
            "topics" => drop(properties.remove("topics.regex")),
            _ => {}
        }
        if value.is_empty() {
            drop(properties.remove(key))
        } else {
            drop(properties.insert(key.clone(), value.clone()))
        }
    }
    properties
}
