//! `kafkaconnect/connector`: an MSK Connect connector (AWS.md §4.3).

mod operation;
mod wire;

use super::custom_plugin::CustomPlugin;
use super::properties::Properties;
use super::worker_configuration::WorkerConfiguration;
use super::{RETRY, Tags, indexed, reason, tags_of};
use crate::aws::{self, Cx, Error, Tagging, found};
use crate::kinds::ec2::security_group::SecurityGroup;
use crate::kinds::ec2::subnet::Subnet;
use crate::kinds::iam::role::Role;
use crate::kinds::kafka::cluster::{BootstrapBrokersIam, Cluster};
use crate::kinds::logs::log_group::LogGroup;
use crate::kinds::s3::bucket::Bucket;
use crate::resource::{
    Actions, Arn, Auto, Change, Changes, Dependent, Effect, Fixed, Kind, LOG_DELIVERY, LOGS_TO_FIREHOSE, LOGS_TO_S3,
    Live, Named, Needs, Place, Ref, Retry, Set, Status, To, Typical, Verb,
};
use aws_sdk_kafkaconnect::operation::describe_connector::DescribeConnectorOutput;
use aws_sdk_kafkaconnect::types::ConnectorState;
use futures::future::try_join_all;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::time::Duration;

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

/// What MSK Connect does in the subnets.
const NETWORK: &[&str] =
    &["ec2:CreateNetworkInterface", "ec2:DescribeSecurityGroups", "ec2:DescribeSubnets", "ec2:DescribeVpcs"];

impl Kind for Connector {
    const TAGGING: Tagging = Tagging::KafkaConnect;
    const ACTIONS: Actions = Actions {
        read: &[
            "tag:GetResources",
            "kafkaconnect:ListConnectors",
            "kafkaconnect:DescribeConnector",
            "kafkaconnect:ListTagsForResource",
            "kafkaconnect:ListConnectorOperations",
            "kafkaconnect:DescribeConnectorOperation",
        ],
        create: &["kafkaconnect:CreateConnector", "kafkaconnect:TagResource"],
        update: &[
            "kafkaconnect:UpdateConnector",
            "kafkaconnect:PauseConnector",
            "kafkaconnect:ResumeConnector",
            "kafkaconnect:TagResource",
            "kafkaconnect:UntagResource",
        ],
        delete: &["kafkaconnect:DeleteConnector"],
        dependent: &[
            Dependent::pass_role("kafkaconnect.amazonaws.com", Verb::CREATE),
            Dependent::service_linked_role("kafkaconnect.amazonaws.com", Verb::WRITE),
            Dependent::new(NETWORK, Verb::CREATE, "MSK Connect puts network interfaces into the subnets"),
            Dependent::new(LOG_DELIVERY, Verb::CHANGE, "logs are delivered").given(&[
                "logs.log_group",
                "logs.firehose",
                "logs.s3",
            ]),
            Dependent::new(LOGS_TO_S3, Verb::CHANGE, "logs are delivered into a bucket").given(&["logs.s3"]),
            Dependent::new(LOGS_TO_FIREHOSE, Verb::CHANGE, "logs are delivered into a stream")
                .given(&["logs.firehose"]),
        ],
    };
    const RETRY: &'static [Retry] = RETRY;
    const TYPICAL: Typical = Typical::seconds(12 * 60, 8 * 60, 5 * 60);
    const TIMEOUT: Duration = Duration::from_secs(60 * 60);

    fn arns(&self, place: &Place, _: Verb) -> Vec<String> {
        vec![place.arn("kafkaconnect", format!("connector/{}/*", *self.name))]
    }

    fn natural_id(&self) -> Option<String> {
        Some(self.name.0.clone())
    }

    fn effect(change: &Change) -> Effect {
        match (change.field.as_str(), &change.to) {
            ("configuration[connector.class]", _) => Effect::Replacement,
            ("bootstrap_servers", To::Known(to)) if same_cluster(change.from.as_str(), to.as_str()) => Effect::Ignored,
            ("bootstrap_servers", _) => Effect::Replacement,
            _ => Effect::InPlace,
        }
    }

    async fn list(cx: &Cx) -> aws::Result<Vec<Live<Self>>> {
        let ours = indexed(cx, "connector").await?;
        let live = ours.into_iter().map(|(arn, tags)| async move {
            describe(cx, &arn).await?.map(|connector| live(cx, connector, tags)).transpose()
        });
        Ok(try_join_all(live).await?.into_iter().flatten().collect())
    }

    async fn read(cx: &Cx, id: &str) -> aws::Result<Option<Live<Self>>> {
        let arn = if id.starts_with("arn:") { Some(id.to_owned()) } else { named(cx, id).await? };
        let Some(arn) = arn else { return Ok(None) };
        let Some(connector) = describe(cx, &arn).await? else { return Ok(None) };
        let Some(tags) = tags_of(cx, &arn).await? else { return Ok(None) };
        let live = live(cx, connector, tags)?;
        // An operation that was rolled back shows nowhere else.
        let undone = if live.status == Status::Ready { operation::last_undone(cx, &arn).await? } else { None };
        Ok(Some(live.undone(undone)))
    }

    async fn create(&self, cx: &Cx) -> aws::Result<String> {
        let call = self.request(cx.kafkaconnect().create_connector())?;
        let answer = call.set_tags(Some(cx.tags().into_iter().collect())).send().await?;
        answer.connector_arn.ok_or_else(|| Error::unreadable("the connector's ARN"))
    }

    async fn update(&self, cx: &Cx, live: &Live<Self>, changes: &Changes) -> aws::Result<()> {
        let connect = cx.kafkaconnect();
        if live.spec.paused && !self.paused {
            connect.resume_connector().connector_arn(&live.id).send().await?;
            return Ok(());
        }
        let workers = ["capacity", "plugin", "worker_configuration"].into_iter().any(|field| changes.touch(field));
        if workers || changes.touch("configuration") {
            // Every update makes a new version, and a retried one must name the newest.
            let version = describe(cx, &live.id).await?.and_then(|connector| connector.current_version);
            let version = version.ok_or_else(|| Error::unreadable("the connector's current version"))?;
            let call = connect.update_connector().connector_arn(&live.id).current_version(version);
            // One that rests cannot prove its health.
            let call = call.skip_health_validation(live.spec.paused);
            // One call takes either the workers' settings or the connector's properties.
            let call = if workers { self.worker_settings(call, &live.spec, changes)? } else { self.properties(call) };
            call.send().await?;
        } else if self.paused && !live.spec.paused {
            connect.pause_connector().connector_arn(&live.id).send().await?;
        }
        Ok(())
    }

    async fn delete(cx: &Cx, live: &Live<Self>) -> aws::Result<()> {
        let answer = cx.kafkaconnect().delete_connector().connector_arn(&live.id).send().await;
        found(answer.map_err(Error::from)).map(drop)
    }
}

/// Whether two lists of brokers are of one cluster and port. AWS names some of the brokers, at random.
fn same_cluster(one: Option<&str>, other: Option<&str>) -> bool {
    let brokers = |list: Option<&str>| -> BTreeSet<String> {
        let domain = |broker: &str| broker.split_once('.').map_or(broker, |(_, domain)| domain).to_owned();
        list.unwrap_or_default().split(',').map(domain).collect()
    };
    let managed = one.is_some_and(|list| list.split(',').all(|broker| broker.contains(".amazonaws.com")));
    managed && brokers(one) == brokers(other)
}

async fn describe(cx: &Cx, arn: &str) -> aws::Result<Option<DescribeConnectorOutput>> {
    found(cx.kafkaconnect().describe_connector().connector_arn(arn).send().await.map_err(Error::from))
}

/// The ARN of the connector called `name`.
async fn named(cx: &Cx, name: &str) -> aws::Result<Option<String>> {
    let call = cx.kafkaconnect().list_connectors().max_results(100).connector_name_prefix(name);
    let mut pages = call.into_paginator().send();
    while let Some(page) = pages.next().await {
        let mut found = page?.connectors.unwrap_or_default().into_iter();
        if let Some(found) = found.find(|found| found.connector_name() == Some(name)) {
            return Ok(found.connector_arn);
        }
    }
    Ok(None)
}

fn live(cx: &Cx, connector: DescribeConnectorOutput, tags: Tags) -> aws::Result<Live<Connector>> {
    let arn = connector.connector_arn.clone().ok_or_else(|| Error::unreadable("a connector's ARN"))?;
    let status = match &connector.connector_state {
        Some(ConnectorState::Running | ConnectorState::Paused) => Status::Ready,
        Some(ConnectorState::Deleting) => Status::Deleting,
        Some(ConnectorState::Failed) => {
            let state = connector.state_description.as_ref();
            let (code, message) = (state.and_then(|state| state.code()), state.and_then(|state| state.message()));
            Status::Failed(reason(code, message))
        }
        other => Status::Pending(other.as_ref().map_or("in an unknown state", |state| state.as_str()).to_owned()),
    };
    let spec = wire::normal_form(connector)?;
    Ok(Live::new(&arn, spec).output("arn", &arn).tagged(cx, tags).status(status))
}
