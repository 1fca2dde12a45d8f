//! `sinks`: topics delivered to buckets.

use super::common::{Logs, PROPERTIES};
use super::decode::{Map, Spanned};
use super::forms;
use super::layout::Constraint::{All, Each, Form, Length, Members, Range};
use super::section::{choice, section};

section! {
    /// Delivery of topics to a bucket: by a connector of MSK Connect, or by channels of MSK itself.
    pub struct Sink {
        /// Who delivers.
        via: Spanned<Via>,
        /// The topics.
        topics: Option<Spanned<Vec<Spanned<String>>>> where All(&[Members(1, 50), Each(&Form(&forms::TOPIC))]),
        /// Instead of `topics`, a Java regular expression on their names; for `connect`.
        topics_regex: Option<Spanned<String>> where Length(1, 1024),
        /// The bucket, by its name in `buckets`.
        bucket: Spanned<String>,
        /// What keys of delivered objects begin with.
        prefix: Spanned<String> = "topics" where Form(&forms::OBJECT_KEY),
        /// Where records go that cannot be delivered: for `connect` a topic, for `channel` what keys in the bucket begin with.
        /// Left out, `<stack>.<sink>.dead-letters` or `dead-letters/<sink>/`. Where AWS makes no topics, Kafka Connect does.
        dead_letters: Option<Spanned<String>>,
        /// The log of the delivery.
        logs: Logs = "{}",
        /// For `connect`: the plugin's ZIP or JAR file. It is uploaded to the bucket.
        plugin: Option<Spanned<String>> where Form(&forms::LOCAL_PATH),
        /// For `connect`: the version of Kafka Connect; left out, `3.7.x`.
        connect_version: Option<Spanned<String>> where Form(&forms::CONNECT_VERSION),
        /// For `connect`: the connector's name in AWS; left out, `<stack>-<sink>`. Its offsets belong to the name.
        name: Option<Spanned<String>> where Form(&forms::CONNECTOR),
        /// For `connect`: the workers.
        workers: Option<Spanned<Workers>>,
        /// For `connect`: how many tasks run side by side, at most one a partition; left out, 3.
        tasks: Option<Spanned<i32>> where Range(1, 1000),
        /// For `connect`: how many records make an object; left out, 1000.
        flush_size: Option<Spanned<i32>> where Range(1, 1_000_000),
        /// For `connect`: after how many minutes a smaller object is written, by the clock; left out, 10, or never if the
        /// property `rotate.interval.ms` says when by the time of records.
        rotate_minutes: Option<Spanned<i32>> where Range(1, 1440),
        /// For `connect`: connector properties that go before the generated ones.
        properties: Spanned<Map<Spanned<String>>> = "{}" where PROPERTIES,
        /// For `connect`: properties of the workers that go before the generated ones.
        worker_properties: Spanned<Map<Spanned<String>>> = "{}" where PROPERTIES,
        /// For `channel`: after how many seconds an object is written, 300 to 900; left out, 600.
        freshness_seconds: Option<Spanned<i32>> where Range(300, 900),
        /// For `channel`: what values of records are; left out, `json`.
        converter: Option<Spanned<Converter>>,
        /// For `channel`: how objects are compressed; left out, `gzip`.
        compression: Option<Spanned<Compression>>,
        /// For `channel`: the class objects are stored in; left out, `standard`.
        storage_class: Option<Spanned<StorageClass>>,
        /// For `channel`: keys of objects after the prefix; left out, by topic, date and hour.
        key_template: Option<Spanned<String>> where Form(&forms::KEY_TEMPLATE),
    }
}

section! {
    /// The workers of a connector: `count` of them, or from `min` to `max` as the load asks.
    pub struct Workers {
        /// The size of each in MCU, of 1 CPU and 4 GiB: 1, 2, 4 or 8.
        mcu: i32 = "1" where super::layout::Constraint::Among(&[1, 2, 4, 8]),
        /// How many there always are; left out, 1.
        count: Option<Spanned<i32>> where Range(1, 10),
        /// How many there are at least.
        min: Option<Spanned<i32>> where Range(1, 10),
        /// How many there are at most.
        max: Option<Spanned<i32>> where Range(1, 10),
        /// Percentage of CPU below which there are fewer.
        scale_in_cpu: i32 = "20" where Range(1, 100),
        /// Percentage of CPU above which there are more.
        scale_out_cpu: Spanned<i32> = "80" where Range(1, 100),
    }
}

choice! {
    /// Who delivers topics.
    pub enum Via {
        /// A connector of MSK Connect, with a plugin that you supply.
        Connect = "connect",
        /// A channel of the cluster for each topic; Express brokers only.
        Channel = "channel",
    }
}

choice! {
    /// What values of records are.
    pub enum Converter {
        /// Bytes, delivered as they are.
        ByteArray = "byte_array",
        /// Text.
        String = "string",
        /// JSON.
        Json = "json",
    }
}

choice! {
    /// How objects are compressed.
    pub enum Compression {
        /// Not at all.
        None = "none",
        /// With gzip.
        Gzip = "gzip",
        /// With Zstandard.
        Zstd = "zstd",
    }
}

choice! {
    /// The class objects are stored in.
    pub enum StorageClass {
        /// S3's own default.
        Standard = "standard",
        /// S3 chooses by use.
        IntelligentTiering = "intelligent_tiering",
        /// Rarely read, at once when needed.
        GlacierIr = "glacier_ir",
    }
}

impl Sink {
    /// The topics by name; none when a regular expression chooses them.
    pub fn topics(&self) -> &[Spanned<String>] {
        self.topics.as_ref().map_or(&[], |topics| &topics.value)
    }

    /// Whether objects are cut by the time of their records, not by the clock.
    pub fn rotates_by_records(&self) -> bool {
        let interval = self.properties.get("rotate.interval.ms").and_then(|interval| interval.parse::<i64>().ok());
        interval.is_some_and(|interval| interval > 0)
    }

    /// The folder of delivered objects: the prefix without a slash at its end.
    pub fn folder(&self) -> &str {
        self.prefix.trim_end_matches('/')
    }

    /// The topic for what a connector cannot deliver, or the key prefix of a channel's.
    pub fn dead_letters(&self, stack: &str, sink: &str) -> String {
        match (&self.dead_letters, *self.via) {
            (Some(given), _) => given.value.clone(),
            (None, Via::Connect) => format!("{stack}.{sink}.dead-letters"),
            (None, Via::Channel) => format!("dead-letters/{sink}/"),
        }
    }
}
