//! `kafkaconnect/connector`: an MSK Connect connector (AWS.md §4.3).

use super::custom_plugin::CustomPlugin;
use super::properties::Properties;
use super::worker_configuration::WorkerConfiguration;
use crate::kinds::ec2::security_group::SecurityGroup;
use crate::kinds::ec2::subnet::Subnet;
use crate::kinds::iam::role::Role;
use crate::kinds::kafka::cluster::{BootstrapBrokersIam, Cluster};
use crate::kinds::logs::log_group::LogGroup;
use crate::kinds::s3::bucket::Bucket;
use crate::resource::{Arn, Auto, Fixed, Named, Needs, Ref, Set};
use serde::{Deserialize, Serialize};

/// A connector. Its id is its ARN. Its offsets belong to its name: another of the same name goes on
/// where it ended.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Connector {
    /// 1 to 128 characters; unique in account and region.
    pub name: Fixed<String>,
    /// At most 1024 characters.
    #[serde(default)]
    pub description: Fixed<String>,
    /// How many workers of which size.
    pub capacity: Capacity,
    /// The connector's properties, `connector.class` and `tasks.max` among them. Another class
    /// replaces the connector, everything else changes in place. With autoscaling AWS overrides
    /// `tasks.max`.
    pub configuration: Properties,
    /// The code it runs.
    pub plugin: Plugin,
    /// Properties of its workers; none leaves them to AWS, which converts keys and values to strings.
    #[serde(default)]
    pub worker_configuration: Option<AppliedWorkerConfiguration>,
    /// The role it works as, which must trust `kafkaconnect.amazonaws.com`.
    pub role: Fixed<Ref<Role, Arn>>,
    /// The brokers, `host:port`, comma separated: an output of the cluster (another than this type
    /// says by [`Ref::existing`] of its text) or plain text. Another cluster or port replaces the
    /// connector; other brokers of the same one mean nothing, for AWS names three of them at random.
    pub bootstrap_servers: Ref<Cluster, BootstrapBrokersIam>,
    /// The version of Kafka Connect, such as `3.7.x`.
    pub version: Fixed<String>,
    /// Where its workers have network interfaces. They must reach the brokers, S3 and whatever else
    /// the plugin talks to.
    pub subnets: Fixed<Set<Ref<Subnet>>>,
    /// Of its workers' network interfaces.
    pub security_groups: Fixed<Set<Ref<SecurityGroup>>>,
    /// How it signs in at the brokers.
    #[serde(default)]
    pub authentication: Fixed<Authentication>,
    /// How it talks to the brokers.
    #[serde(default)]
    pub encryption: Fixed<Encryption>,
    /// Kinds of addresses of its workers.
    #[serde(default)]
    pub network_type: Fixed<NetworkType>,
    /// Where its workers' logs go.
    #[serde(default)]
    pub logs: Fixed<Logs>,
    /// Whether it rests, with its workers stopped and its offsets kept.
    #[serde(default)]
    pub paused: bool,
    /// What must exist first though no field holds it: topics, and the ways to AWS's services.
    #[serde(default)]
    pub needs: Needs,
}

/// How many workers of which size.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Capacity {
    /// As many as the load asks for.
    Autoscaling(Autoscaling),
    /// Always the same.
    Provisioned(Provisioned),
}

/// As many workers as the load asks for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Autoscaling {
    /// At least, 1 to 10.
    pub min_workers: i32,
    /// At most, 1 to 10.
    pub max_workers: i32,
    /// The size of a worker in MCU, of 1 CPU and 4 GiB each: 1, 2, 4 or 8.
    #[serde(default = "one")]
    pub mcu: i32,
    /// Percentage of CPU below which there are fewer workers, 1 to 100; 20 when left out.
    #[serde(default = "scale_in_cpu")]
    pub scale_in_cpu: i32,
    /// Percentage of CPU above which there are more workers, 1 to 100; 80 when left out.
    #[serde(default = "scale_out_cpu")]
    pub scale_out_cpu: i32,
    /// How many tasks there may be; at least `max_workers`.
    #[serde(default)]
    pub max_tasks: Auto<i32>,
}

/// Always the same number of workers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Provisioned {
    /// 1 to 10.
    pub workers: i32,
    /// The size of a worker in MCU, of 1 CPU and 4 GiB each: 1, 2, 4 or 8.
    #[serde(default = "one")]
    pub mcu: i32,
}

/// The code a connector runs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plugin {
    /// The plugin's ARN.
    pub arn: Ref<CustomPlugin>,
    /// Its revision; AWS makes only the first.
    #[serde(default = "first")]
    pub revision: i64,
}

/// Properties of a connector's workers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AppliedWorkerConfiguration {
    /// The configuration's ARN.
    pub arn: Ref<WorkerConfiguration>,
    /// Its revision; AWS makes only the first.
    #[serde(default = "first")]
    pub revision: i64,
}

/// How a connector signs in at the brokers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Authentication {
    /// As its role.
    #[default]
    Iam,
    /// Not at all.
    None,
}

/// How a connector talks to the brokers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Encryption {
    /// With TLS.
    #[default]
    Tls,
    /// In plain text.
    Plaintext,
}

/// Kinds of addresses of a connector's workers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NetworkType {
    /// IPv4.
    #[default]
    Ipv4,
    /// IPv4 and IPv6.
    Dual,
}

/// Where workers' logs go.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Logs {
    /// The name of a log group.
    pub log_group: Option<Ref<LogGroup>>,
    /// The name of a Firehose stream.
    pub firehose: Option<String>,
    /// A place in a bucket.
    pub s3: Option<LogBucket>,
}

/// A place for logs in a bucket.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LogBucket {
    /// The bucket's name.
    pub bucket: Ref<Bucket>,
    /// What keys begin with.
    #[serde(default)]
    pub prefix: String,
}

fn one() -> i32 {
    1
}

fn first() -> i64 {
    1
}

fn scale_in_cpu() -> i32 {
    20
}

fn scale_out_cpu() -> i32 {
    80
}

impl Named for Connector {
    const NAME: &'static str = "kafkaconnect/connector";
}
