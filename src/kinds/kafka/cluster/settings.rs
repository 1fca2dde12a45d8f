//! The parts of a provisioned cluster's settings.

use crate::kinds::kafka::configuration::{Configuration, Revision};
use crate::kinds::logs::log_group::LogGroup;
use crate::kinds::s3::bucket::Bucket;
use crate::resource::{Ref, Set};
use aws_sdk_kafka::types;
use serde::{Deserialize, Serialize};

/// A revision of a configuration.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AppliedConfiguration {
    /// Its ARN.
    pub arn: Ref<Configuration>,
    /// The number of the revision.
    pub revision: Ref<Configuration, Revision>,
}

/// How clients may sign in; with IAM alone when nothing is said. At least one way must be open.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Authentication {
    /// With IAM.
    #[serde(default)]
    pub iam: bool,
    /// With a user name and a password that Secrets Manager keeps.
    #[serde(default)]
    pub scram: bool,
    /// With a certificate of one of these authorities, given by ARN.
    #[serde(default)]
    pub tls: Set<String>,
    /// Not at all.
    #[serde(default)]
    pub unauthenticated: bool,
}

impl Default for Authentication {
    fn default() -> Self {
        Self { iam: true, scram: false, tls: Set::default(), unauthenticated: false }
    }
}

/// How clients may sign in from other VPCs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VpcConnectivity {
    /// With IAM.
    #[serde(default)]
    pub iam: bool,
    /// With a user name and a password.
    #[serde(default)]
    pub scram: bool,
    /// With a certificate.
    #[serde(default)]
    pub tls: bool,
}

/// Where old segments go.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StorageMode {
    /// They stay on the brokers' volumes.
    #[default]
    Local,
    /// To cheaper storage that does not fill up.
    Tiered,
}

/// How clients may talk to brokers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClientBroker {
    /// TLS alone.
    #[default]
    Tls,
    /// TLS or plain text.
    TlsPlaintext,
    /// Plain text alone.
    Plaintext,
}

/// How much CloudWatch is told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Monitoring {
    /// What costs nothing.
    #[default]
    Default,
    /// And figures of each broker.
    PerBroker,
    /// And figures of each topic on each broker.
    PerTopicPerBroker,
    /// And figures of each partition.
    PerTopicPerPartition,
}

/// What Prometheus may scrape.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OpenMonitoring {
    /// Figures of the Java machine, on port 11001.
    #[serde(default)]
    pub jmx_exporter: bool,
    /// Figures of the host, on port 11002.
    #[serde(default)]
    pub node_exporter: bool,
}

/// Where logs go; nowhere when nothing is given.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Logs {
    /// A log group of CloudWatch, by name.
    #[serde(default)]
    pub cloudwatch: Option<Ref<LogGroup>>,
    /// A delivery stream of Data Firehose, by name.
    #[serde(default)]
    pub firehose: Option<String>,
    /// A bucket.
    #[serde(default)]
    pub s3: Option<LogBucket>,
}

/// Logs in a bucket.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LogBucket {
    /// The bucket, by name.
    pub bucket: Ref<Bucket>,
    /// What the keys begin with.
    #[serde(default)]
    pub prefix: Option<String>,
}

/// Kinds of addresses of the brokers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NetworkType {
    /// IPv4.
    #[default]
    Ipv4,
    /// IPv4 and IPv6.
    Dual,
}

/// Whether AWS moves partitions between Express brokers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rebalancing {
    /// It does; so new clusters begin.
    Active,
    /// It does not.
    Paused,
}

twins!(StorageMode, types::StorageMode: Local, Tiered);
twins!(ClientBroker, types::ClientBroker: Tls, TlsPlaintext, Plaintext);
twins!(Monitoring, types::EnhancedMonitoring: Default, PerBroker, PerTopicPerBroker, PerTopicPerPartition);
twins!(NetworkType, types::NetworkType: Ipv4, Dual);
twins!(Rebalancing, types::RebalancingStatus: Active, Paused);
