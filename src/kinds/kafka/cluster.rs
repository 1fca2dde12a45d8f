//! `kafka/cluster`: an MSK cluster (AWS.md §3.1).

mod bootstrap;
mod operation;
mod settings;
mod steps;
mod wire;

pub use settings::{
    AppliedConfiguration, Authentication, ClientBroker, LogBucket, Logs, Monitoring, NetworkType, OpenMonitoring,
    Rebalancing, StorageMode, VpcConnectivity,
};

use super::reason;
use crate::aws::{self, Class, Cx, Error, Tagging, found};
use crate::kinds::ec2::security_group::SecurityGroup;
use crate::kinds::ec2::subnet::Subnet;
use crate::resource::{
    Actions, Auto, Change, Changes, Dependent, Effect, Fixed, Initial, Kind, LOG_DELIVERY, LOGS_TO_FIREHOSE,
    LOGS_TO_S3, Live, Named, Needs, Place, Ref, Retry, Set, Status, To, Typical, Verb,
};
use aws_sdk_kafka::types::{Cluster as Reported, ClusterState};
use futures::future::try_join_all;
use serde::{Deserialize, Serialize};
use std::time::Duration;

crate::attribute!(
    /// The part of the cluster's ARN after `cluster/`, its name and UUID: `main/1a2b…-3`. The ARNs of
    /// its topics, groups and transactional ids are `…:topic/<this>/<topic>` and so on.
    pub Uuid = "uuid"
);
crate::attribute!(
    /// Up to three brokers for clients that sign in with IAM, `host:port`, comma separated, in order.
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
    /// 1 to 64 letters, digits and hyphens, no hyphen first.
    pub name: Fixed<String>,
    /// Whether it has brokers of its own. To change that replaces the cluster.
    pub capacity: Capacity,
    /// Whether the stack owns, and so deletes, topics of this cluster that the manifest does not
    /// list. Kafka's and AWS's own topics, whose names begin with `__`, are never touched.
    #[serde(default)]
    pub prune_topics: Initial<bool>,
    /// What must be there first, such as the routes that make public access possible.
    #[serde(default)]
    pub needs: Needs,
}

/// Whether a cluster has brokers of its own.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::large_enum_variant, reason = "a stack has one or two clusters; a box would only be in the way")]
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
    /// AWS makes no new clusters of versions that it calls deprecated.
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
    /// The volume of each broker, 1 to 16384 GiB: needed for standard brokers, not for Express ones.
    /// Less replaces the cluster; more is possible once in six hours.
    #[serde(default)]
    pub storage_gib: Auto<i32>,
    /// Throughput of each volume that is paid for, from 250 MiB/s to what the type of broker bears;
    /// left out, what comes with it.
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
    /// Kinds of addresses of the brokers. From dual back to IPv4 replaces the cluster.
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

impl Named for Cluster {
    const NAME: &'static str = "kafka/cluster";
}

fn yes() -> Fixed<bool> {
    Fixed(true)
}

const NOT_CURRENT: Retry =
    Retry { code: "BadRequestException", message: "current version", during: Duration::from_secs(300) };

/// Neither a cluster that is being made nor one under maintenance can be deleted.
const NOT_NOW: Retry = Retry {
    code: "BadRequestException",
    message: "You can't delete cluster in",
    during: Duration::from_secs(2 * 60 * 60),
};

/// What MSK looks at of the network.
const NETWORK: &[&str] =
    &["ec2:DescribeRouteTables", "ec2:DescribeSecurityGroups", "ec2:DescribeSubnets", "ec2:DescribeVpcs"];

/// What MSK does in the VPCs of a serverless cluster.
const ENDPOINTS: &[&str] =
    &["ec2:CreateTags", "ec2:CreateVpcEndpoint", "ec2:DescribeVpcAttribute", "ec2:DescribeVpcEndpoints"];

impl Kind for Cluster {
    const HOLDS_DATA: bool = true;
    const OUTPUTS: &'static [&'static str] = &[
        "arn",
        "uuid",
        "bootstrap_brokers_iam",
        "bootstrap_brokers_scram",
        "bootstrap_brokers_tls",
        "bootstrap_brokers_plaintext",
        "bootstrap_brokers_public_iam",
        "zookeeper",
    ];
    const TAGGING: Tagging = Tagging::Kafka;
    const ACTIONS: Actions = Actions {
        read: &[
            "kafka:ListClustersV2",
            "kafka:DescribeClusterV2",
            "kafka:GetBootstrapBrokers",
            "kafka:ListClusterOperationsV2",
            "kafka:DescribeClusterOperationV2",
        ],
        create: &["kafka:CreateClusterV2", "kafka:TagResource"],
        update: &[
            "kafka:UpdateConnectivity",
            "kafka:UpdateSecurity",
            "kafka:UpdateClusterKafkaVersion",
            "kafka:UpdateClusterConfiguration",
            "kafka:UpdateBrokerStorage",
            "kafka:UpdateBrokerType",
            "kafka:UpdateStorage",
            "kafka:UpdateBrokerCount",
            "kafka:UpdateMonitoring",
            "kafka:UpdateRebalancing",
            "kafka:TagResource",
            "kafka:UntagResource",
        ],
        delete: &["kafka:DeleteCluster"],
        dependent: &[
            Dependent::new(NETWORK, Verb::WRITE, "MSK looks at the network"),
            Dependent::service_linked_role("kafka.amazonaws.com", Verb::WRITE),
            Dependent::new(&["iam:AttachRolePolicy", "iam:PutRolePolicy"], Verb::WRITE, "MSK completes its own role"),
            Dependent::new(&["kms:CreateGrant", "kms:DescribeKey"], Verb::WRITE, "MSK encrypts the volumes")
                .given(&["capacity.provisioned"]),
            Dependent::new(
                &["acm-pca:GetCertificateAuthorityCertificate"],
                Verb::WRITE,
                "MSK reads the authorities' certificates",
            )
            .given(&["capacity.provisioned.authentication.tls"]),
            Dependent::new(ENDPOINTS, Verb::CREATE, "MSK makes endpoints in the VPCs").given(&["capacity.serverless"]),
            Dependent::new(&["ec2:DeleteVpcEndpoints"], &[Verb::Delete], "MSK deletes its endpoints")
                .given(&["capacity.serverless"]),
            Dependent::new(LOG_DELIVERY, Verb::CHANGE, "logs are delivered").given(&[
                "capacity.provisioned.broker_logs.cloudwatch",
                "capacity.provisioned.authorizer_logs.cloudwatch",
                "capacity.provisioned.broker_logs.firehose",
                "capacity.provisioned.authorizer_logs.firehose",
                "capacity.provisioned.broker_logs.s3",
                "capacity.provisioned.authorizer_logs.s3",
            ]),
            Dependent::new(LOGS_TO_S3, Verb::CHANGE, "logs are delivered into a bucket")
                .given(&["capacity.provisioned.broker_logs.s3", "capacity.provisioned.authorizer_logs.s3"]),
            Dependent::new(LOGS_TO_FIREHOSE, Verb::CHANGE, "logs are delivered into a stream")
                .given(&["capacity.provisioned.broker_logs.firehose", "capacity.provisioned.authorizer_logs.firehose"]),
        ],
    };
    const RETRY: &'static [Retry] = &[NOT_CURRENT, NOT_NOW];
    const TYPICAL: Typical = Typical::seconds(20 * 60, 15 * 60, 8 * 60);
    const TIMEOUT: Duration = Duration::from_secs(2 * 60 * 60);

    /// Who looks at a cluster looks at what it holds, too.
    fn arns(&self, place: &Place, verb: Verb) -> Vec<String> {
        let below = if verb == Verb::Read { &["topic", "channel"][..] } else { &[] };
        let kinds = ["cluster"].iter().chain(below);
        kinds.map(|kind| place.arn("kafka", format!("{kind}/{}/*", *self.name))).collect()
    }

    fn natural_id(&self) -> Option<String> {
        Some(self.name.0.clone())
    }

    fn effect(change: &Change) -> Effect {
        let To::Known(to) = &change.to else { return Effect::InPlace };
        let (from, number) = (&change.from, |value: &serde_json::Value| value.as_i64());
        let breaks = match change.field.strip_prefix("capacity.provisioned.") {
            Some("version") => !is_upgrade(from.as_str(), to.as_str()),
            Some("storage_gib") => number(to) < number(from),
            Some("storage_mode") => to == "local",
            Some("network_type") => to == "ipv4",
            Some("broker_type") => is_express(from.as_str()) != is_express(to.as_str()),
            _ => false,
        };
        if breaks { Effect::Replacement } else { Effect::InPlace }
    }

    async fn list(cx: &Cx) -> aws::Result<Vec<Live<Self>>> {
        let ours = |cluster: &Reported| {
            let tags = cluster.tags.iter().flatten().map(|(key, value)| (key.clone(), value.clone())).collect();
            cx.owner(Self::NAME, &tags).is_some()
        };
        let ours = reported(cx, None).await?.into_iter().filter(ours);
        try_join_all(ours.map(|cluster| live(cx, cluster))).await
    }

    async fn read(cx: &Cx, id: &str) -> aws::Result<Option<Live<Self>>> {
        let cluster = if id.starts_with("arn:") {
            describe(cx, id).await?
        } else {
            let named = reported(cx, Some(id)).await?;
            named.into_iter().find(|cluster| cluster.cluster_name.as_deref() == Some(id))
        };
        let Some(cluster) = cluster else { return Ok(None) };
        let changeable = cluster.state == Some(ClusterState::Active) && cluster.provisioned.is_some();
        let live = live(cx, cluster).await?;
        // A change that failed shows nowhere else.
        let undone = if changeable { operation::last_undone(cx, &live.id).await? } else { None };
        Ok(Some(live.undone(undone)))
    }

    async fn create(&self, cx: &Cx) -> aws::Result<String> {
        let call = cx.kafka().create_cluster_v2().cluster_name(&*self.name);
        let call = call.set_tags(Some(cx.tags().into_iter().collect()));
        let call = match &self.capacity {
            Capacity::Provisioned(provisioned) => call.provisioned(provisioned.request()?),
            Capacity::Serverless(serverless) => call.serverless(serverless.request()),
        };
        call.send().await?.cluster_arn.ok_or_else(|| Error::unreadable("the cluster's ARN"))
    }

    async fn update(&self, cx: &Cx, live: &Live<Self>, changes: &Changes) -> aws::Result<()> {
        let (Capacity::Provisioned(wanted), Capacity::Provisioned(now)) = (&self.capacity, &live.spec.capacity) else {
            return Ok(());
        };
        // Every update makes a new version, and a retried one must name the newest.
        let cluster = describe(cx, &live.id).await?.ok_or_else(|| Error::unreadable("the cluster"))?;
        if cluster.state != Some(ClusterState::Active) {
            // A call whose answer was lost has begun a change already.
            return Ok(());
        }
        let version = cluster.current_version.ok_or_else(|| Error::unreadable("the cluster's current version"))?;
        steps::next(cx, &live.id, &version, wanted, now, changes).await
    }

    async fn delete(cx: &Cx, live: &Live<Self>) -> aws::Result<()> {
        match cx.kafka().delete_cluster().cluster_arn(&live.id).send().await.map_err(Error::from) {
            Err(error) if error.is("BadRequestException", "in DELETING state") => Ok(()),
            answer => found(answer).map(drop),
        }
    }
}

fn is_express(broker_type: Option<&str>) -> bool {
    broker_type.is_some_and(|name| name.starts_with("express."))
}

/// Whether MSK moves a cluster from one version to the other in place: to newer ones only, and never
/// from ZooKeeper to Kafka's own controllers.
fn is_upgrade(from: Option<&str>, to: Option<&str>) -> bool {
    let (Some(from), Some(to)) = (from, to) else { return true };
    from.ends_with(".kraft") == to.ends_with(".kraft") && numbers(from) < numbers(to)
}

/// The numbers of a version, where `x` stands for the newest of its line.
fn numbers(version: &str) -> Vec<u32> {
    let number = |part: &str| if part == "x" { Some(u32::MAX) } else { part.parse().ok() };
    version.split('.').map_while(number).collect()
}

/// Every cluster, or those whose names begin with `prefix`.
async fn reported(cx: &Cx, prefix: Option<&str>) -> aws::Result<Vec<Reported>> {
    let call = cx.kafka().list_clusters_v2().max_results(100).set_cluster_name_filter(prefix.map(str::to_owned));
    let mut pages = call.into_paginator().send();
    let mut all = vec![];
    while let Some(page) = pages.next().await {
        all.extend(page?.cluster_info_list.unwrap_or_default());
    }
    Ok(all)
}

async fn describe(cx: &Cx, arn: &str) -> aws::Result<Option<Reported>> {
    let answer = cx.kafka().describe_cluster_v2().cluster_arn(arn).send().await.map_err(Error::from);
    Ok(found(answer)?.and_then(|answer| answer.cluster_info))
}

async fn live(cx: &Cx, cluster: Reported) -> aws::Result<Live<Cluster>> {
    let arn = cluster.cluster_arn.clone().ok_or_else(|| Error::unreadable("a cluster's ARN"))?;
    let tags = cluster.tags.clone().unwrap_or_default();
    let mut status = status(&cluster);
    let brokers = match status {
        Status::Ready | Status::Pending(_) if cluster.state != Some(ClusterState::Creating) => {
            let answer = cx.kafka().get_bootstrap_brokers().cluster_arn(&arn).send().await.map_err(Error::from);
            match answer {
                // Not all states in between have brokers to name.
                Err(error) if status != Status::Ready && matches!(error.class, Class::Invalid | Class::Busy) => None,
                // What was ready when it was described has begun to change since.
                Err(error) if error.class == Class::Invalid && error.message.contains(" state") => {
                    status = Status::Pending("changing".into());
                    None
                }
                answer => found(answer)?,
            }
        }
        _ => None,
    };
    let provisioned = cluster.provisioned.as_ref();
    let count = provisioned.and_then(|provisioned| provisioned.number_of_broker_nodes);
    let zookeeper = provisioned.and_then(|provisioned| provisioned.zookeeper_connect_string.as_deref());
    let zookeeper = zookeeper.map(bootstrap::sorted);
    let uuid = arn.split_once(":cluster/").map(|(_, rest)| rest.to_owned());
    let mut live = Live::new(&arn, wire::normal_form(cluster)?).output("arn", &arn).tagged(cx, tags).status(status);
    let named = brokers.iter().flat_map(|brokers| bootstrap::outputs(brokers, count));
    let named = named.chain([("uuid", uuid), ("zookeeper", zookeeper)]);
    for (name, value) in named {
        live.outputs.extend(value.map(|value| (name.to_owned(), value)));
    }
    Ok(live)
}

fn status(cluster: &Reported) -> Status {
    match &cluster.state {
        Some(ClusterState::Active) => Status::Ready,
        Some(ClusterState::Deleting) => Status::Deleting,
        Some(ClusterState::Failed) => {
            let info = cluster.state_info.as_ref();
            Status::Failed(reason(info.and_then(|info| info.code()), info.and_then(|info| info.message())))
        }
        Some(other) => Status::Pending(other.as_str().to_owned()),
        None => Status::Pending("in an unknown state".into()),
    }
}
