//! `kafka/cluster`: an MSK cluster (AWS.md §3.1).

use super::configuration::{Configuration, Revision};
use crate::kinds::ec2::security_group::SecurityGroup;
use crate::kinds::ec2::subnet::Subnet;
use crate::kinds::logs::log_group::LogGroup;
use crate::kinds::s3::bucket::Bucket;
use crate::resource::{Auto, Fixed, Initial, Named, Ref, Set};
use serde::{Deserialize, Serialize};

crate::attribute!(
    /// The part of the cluster's ARN after `cluster/`, its name and UUID: `main/1a2b…-3`. The ARNs of
    /// its topics, groups and transactional ids are `…:topic/<this>/<topic>` and so on.
    pub Uuid = "uuid"
);
crate::attribute!(
    /// The brokers for clients that sign in with IAM, `host:port`, comma separated, in order.
    pub BootstrapBrokersIam = "bootstrap_brokers_iam"
);
crate::attribute!(
    /// The brokers for clients that sign in with a user name and password (SCRAM).
    pub BootstrapBrokersScram = "bootstrap_brokers_scram"
);
crate::attribute!(
    /// The brokers for clients that speak TLS.
    pub BootstrapBrokersTls = "bootstrap_brokers_tls"
);
crate::attribute!(
    /// The brokers for clients that speak plain text.
    pub BootstrapBrokersPlaintext = "bootstrap_brokers_plaintext"
);
crate::attribute!(
    /// The brokers' public addresses for clients that sign in with IAM.
    pub BootstrapBrokersPublicIam = "bootstrap_brokers_public_iam"
);
crate::attribute!(
    /// The ZooKeeper nodes, `host:port`, comma separated, in order; only on clusters that have any:
    /// standard brokers of versions that do not end in `.kraft`.
    pub Zookeeper = "zookeeper"
);

/// An MSK cluster. Its name is unique in account and region; its id is its ARN.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cluster {
    /// 1 to 64 letters, digits and hyphens, a letter first.
    pub name: Fixed<String>,
    /// Whether it has brokers of its own. To change that replaces the cluster.
    pub capacity: Capacity,
    /// Whether the stack owns, and so deletes, topics of this cluster that the manifest does not
    /// list. Kafka's and AWS's own topics, whose names begin with `__`, are never touched.
    #[serde(default)]
    pub prune_topics: Initial<bool>,
}

/// Whether a cluster has brokers of its own.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Capacity {
    /// Brokers of a chosen type and number.
    Provisioned(Provisioned),
    /// None that could be seen; AWS scales. Nothing of it changes in place.
    Serverless(Fixed<Serverless>),
}

/// A cluster with brokers of its own: standard or Express, as the type of the brokers says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Provisioned {
    /// The version of Kafka, such as `3.6.0` or `3.9.x.kraft`. A newer one is an upgrade in place;
    /// an older one, or one with another kind of controllers (`.kraft` or not), replaces the cluster.
    pub version: String,
    /// A multiple of the number of subnets. Fewer than before is accepted by AWS only once their
    /// partitions have been moved away.
    pub brokers: i32,
    /// Such as `kafka.m5.large` or, for Express brokers, `express.m7g.large`. To change between
    /// standard and Express replaces the cluster.
    pub broker_type: String,
    /// Two or three in as many availability zones; exactly three for Express brokers.
    pub subnets: Fixed<Set<Ref<Subnet>>>,
    /// Left out: the default group of the VPC.
    #[serde(default)]
    pub security_groups: Fixed<Auto<Set<Ref<SecurityGroup>>>>,
    /// The volume of each broker, 1 to 16384 GiB; none for Express brokers. Less replaces the cluster.
    #[serde(default)]
    pub storage_gib: Auto<i32>,
    /// Throughput of each volume that is paid for, 250 to 2375 MiB/s; left out, what comes with it.
    #[serde(default)]
    pub storage_throughput: Option<i32>,
    /// Where old segments go. From tiered back to local replaces the cluster.
    #[serde(default)]
    pub storage_mode: StorageMode,
    /// Server properties. AWS can exchange a cluster's configuration, but not take it away.
    #[serde(default)]
    pub configuration: Auto<AppliedConfiguration>,
    /// How clients may sign in.
    #[serde(default)]
    pub authentication: Authentication,
    /// How clients may talk to brokers.
    #[serde(default)]
    pub client_broker: ClientBroker,
    /// Whether brokers talk TLS to each other; true when left out.
    #[serde(default = "yes")]
    pub in_cluster_encryption: Fixed<bool>,
    /// The ARN of the KMS key that encrypts the volumes; left out, AWS's own key.
    #[serde(default)]
    pub kms_key: Fixed<Auto<String>>,
    /// How much CloudWatch is told.
    #[serde(default)]
    pub monitoring: Monitoring,
    /// What Prometheus may scrape.
    #[serde(default)]
    pub open_monitoring: OpenMonitoring,
    /// Where the brokers' logs go.
    #[serde(default)]
    pub broker_logs: Logs,
    /// Where the log of allowed and denied requests goes.
    #[serde(default)]
    pub authorizer_logs: Logs,
    /// Whether brokers have public addresses. AWS turns it on only after creation, and only with
    /// public subnets, TLS alone, encryption in the cluster and no unauthenticated clients.
    #[serde(default)]
    pub public_access: bool,
    /// How clients of other VPCs may sign in over PrivateLink.
    #[serde(default)]
    pub vpc_connectivity: VpcConnectivity,
    /// Kinds of addresses of the brokers.
    #[serde(default)]
    pub network_type: NetworkType,
    /// Whether AWS moves partitions between Express brokers; standard brokers have none of it.
    #[serde(default)]
    pub rebalancing: Auto<Rebalancing>,
}

/// A cluster without visible brokers. Clients sign in with IAM.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Serverless {
    /// One to five VPCs from which it can be reached.
    pub vpcs: Set<ServerlessVpc>,
}

/// Where a serverless cluster can be reached from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ServerlessVpc {
    /// At least two, in as many availability zones.
    pub subnets: Set<Ref<Subnet>>,
    /// At least one.
    pub security_groups: Set<Ref<SecurityGroup>>,
}

/// A revision of a configuration.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AppliedConfiguration {
    /// Its ARN.
    pub arn: Ref<Configuration>,
    /// The number of the revision.
    pub revision: Ref<Configuration, Revision>,
}

/// How clients may sign in. At least one way must be open.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
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

/// How clients may sign in from other VPCs.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
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
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
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

impl Named for Cluster {
    const NAME: &'static str = "kafka/cluster";
}

fn yes() -> Fixed<bool> {
    Fixed(true)
}
