//! `kafka`: the MSK cluster and its topics.

use super::common::{Logs, PROPERTIES};
use super::decode::{Map, Spanned};
use super::forms;
use super::layout::Constraint::{Each, Form, Keys, Members, Range};
use super::section::{choice, section};

/// Topics can be made through AWS from this version on (AWS.md §3.3).
const TOPICS_SINCE: (u32, u32) = (3, 6);

section! {
    /// An MSK cluster with its topics.
    pub struct Kafka {
        /// Its name in AWS; left out, `<stack>-main`.
        name: Option<Spanned<String>> where Form(&forms::CLUSTER),
        /// What kind of brokers it has.
        mode: Spanned<Mode> = "standard",
        /// The version of Kafka, as MSK names it. Topics need 3.6 or newer.
        version: Spanned<String> = "3.8.x" where Form(&forms::KAFKA_VERSION),
        /// The type of the brokers; left out, `kafka.m7g.large`, for Express `express.m7g.large`.
        broker_type: Option<Spanned<String>> where Form(&forms::BROKER_TYPE),
        /// How many brokers, a multiple of the number of zones; left out, one a zone.
        brokers: Option<Spanned<i32>> where Range(1, 60),
        /// The brokers' volumes; Express and serverless clusters have none to choose.
        storage: Option<Spanned<Storage>>,
        /// Server properties such as `log.retention.hours`, on top of MSK's defaults.
        configuration: Spanned<Map<String>> = "{}" where PROPERTIES,
        /// How clients sign in. All ways but `none` need TLS.
        authentication: Spanned<Vec<Spanned<Authentication>>> = "[iam]" where Members(1, 4),
        /// Private certificate authorities whose certificates are good for `tls`.
        certificate_authorities: Vec<Spanned<String>> = "[]" where Each(&Form(&forms::AUTHORITY)),
        /// How clients talk to brokers.
        client_broker: Spanned<ClientBroker> = "tls",
        /// The KMS key that encrypts the volumes; left out, AWS's own.
        kms_key: Option<Spanned<String>> where Form(&forms::KMS_KEY),
        /// How much CloudWatch is told; all but `default` costs.
        monitoring: Spanned<Monitoring> = "default",
        /// Whether Prometheus may scrape brokers and hosts.
        prometheus: bool = "false",
        /// The brokers' logs.
        logs: Spanned<Logs> = "{}",
        /// The topics by name.
        topics: Map<Topic> = "{}" where Keys(&Form(&forms::TOPIC)),
        /// Whether topics that the manifest does not list are deleted. Kafka's own never are.
        prune: Spanned<bool> = "false",
    }
}

section! {
    /// A topic.
    pub struct Topic {
        /// How many partitions; never fewer later on.
        partitions: Spanned<i32> = "3" where Range(1, 10000),
        /// How many copies; left out, 3 or one a broker if there are fewer.
        replication: Option<Spanned<i32>> where Range(1, 60),
        /// Settings such as `retention.ms`.
        config: Map<Spanned<String>> = "{}" where PROPERTIES,
    }
}

section! {
    /// The volume of each broker. It can only grow.
    pub struct Storage {
        /// GiB, 1 to 16384.
        size_gib: Spanned<i32> = "100" where Range(1, 16384),
        /// Throughput to pay for, MiB a second; left out, what comes with the volume.
        throughput_mibps: Option<Spanned<i32>> where Range(250, 2375),
        /// Whether old segments go to cheaper storage.
        tiered: Spanned<bool> = "false",
    }
}

choice! {
    /// What kind of brokers a cluster has.
    pub enum Mode {
        /// Brokers of a chosen type with volumes of their own.
        Standard = "standard",
        /// Brokers without volumes to care for; three zones, three copies.
        Express = "express",
        /// None to be seen; AWS scales. No topics through AWS, IAM only.
        Serverless = "serverless",
    }
}

choice! {
    /// How clients sign in.
    pub enum Authentication {
        /// With IAM, on port 9098.
        Iam = "iam",
        /// With a user name and password from Secrets Manager, on port 9096.
        Scram = "scram",
        /// With a certificate, on port 9094.
        Tls = "tls",
        /// Not at all.
        None = "none",
    }
}

choice! {
    /// How clients talk to brokers.
    pub enum ClientBroker {
        /// TLS alone.
        Tls = "tls",
        /// TLS or plain text.
        TlsPlaintext = "tls_plaintext",
        /// Plain text alone.
        Plaintext = "plaintext",
    }
}

choice! {
    /// How much CloudWatch is told.
    pub enum Monitoring {
        /// What costs nothing.
        Default = "default",
        /// And figures of each broker.
        PerBroker = "per_broker",
        /// And figures of each topic on each broker.
        PerTopicPerBroker = "per_topic_per_broker",
        /// And figures of each partition.
        PerTopicPerPartition = "per_topic_per_partition",
    }
}

impl Kafka {
    /// The type of the brokers; none without brokers.
    pub fn broker_type(&self) -> Option<&str> {
        let default = match *self.mode {
            Mode::Standard => "kafka.m7g.large",
            Mode::Express => "express.m7g.large",
            Mode::Serverless => return None,
        };
        Some(self.broker_type.as_ref().map_or(default, |given| given.value.as_str()))
    }

    /// How many brokers there are in `zones` zones; 0 without brokers.
    pub fn brokers(&self, zones: usize) -> i32 {
        let one_a_zone = i32::try_from(zones).unwrap_or(3);
        match *self.mode {
            Mode::Serverless => 0,
            _ => self.brokers.map_or(one_a_zone, |given| *given),
        }
    }

    /// How many copies `topic` has on `brokers` brokers.
    pub fn replication(&self, topic: &Topic, brokers: i32) -> i32 {
        topic.replication.map_or_else(|| self.copies(brokers), |given| *given)
    }

    /// How many copies a topic has that says nothing of them, on `brokers` brokers; a serverless cluster keeps three.
    pub fn copies(&self, brokers: i32) -> i32 {
        match *self.mode {
            Mode::Serverless => 3,
            _ => brokers.clamp(1, 3),
        }
    }

    /// Whether topics can be made through AWS (AWS.md §3.3). If not, those who use topics make them.
    pub fn manages_topics(&self) -> bool {
        *self.mode != Mode::Serverless && self.version() >= TOPICS_SINCE
    }

    /// Whether clients may sign in `way`; a serverless cluster knows IAM alone.
    pub fn accepts(&self, way: Authentication) -> bool {
        match *self.mode {
            Mode::Serverless => way == Authentication::Iam,
            _ => self.authentication.iter().any(|given| given.value == way),
        }
    }

    /// The version as numbers.
    pub fn version(&self) -> (u32, u32) {
        forms::kafka_version(&self.version).unwrap_or_default()
    }
}
