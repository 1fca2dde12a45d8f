//! One cluster: what it has, and how it looks from outside.

use super::channels::Channel;
use super::operations::Operation;
use super::shapes::{
    BrokerNodeGroupInfo, ClientAuthentication, ConfigurationInfo, EncryptionInfo, EnhancedMonitoring, LoggingInfo,
    OpenMonitoring, Rebalancing, StorageMode, VpcConfig, bare,
};
use super::topics::Topics;
use super::versions::{self, Version};
use super::{bad, not_found};
use crate::account::Account;
use crate::answer::Fault;
use crate::clock::Timed;
use crate::tags::Tags;
use crate::time::iso8601;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// A cluster.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Cluster {
    pub arn: String,
    pub name: String,
    pub created: u64,
    /// The token every update must name, `KTVPDKIKX0DER`.
    pub version: String,
    pub tags: Tags,
    pub state: Timed<State>,
    pub capacity: Capacity,
    /// What the running update makes of it, and when.
    pub next: Option<(u64, Box<Provisioned>)>,
    /// When its volumes last grew.
    pub grown: Option<u64>,
    pub gone_at: Option<u64>,
    /// The part of its brokers' host names that makes them unique.
    pub host: String,
    /// The network interfaces of its brokers, in their order.
    pub interfaces: Vec<String>,
    pub operations: Vec<Operation>,
    pub topics: Topics,
    pub channels: BTreeMap<String, Channel>,
}

/// The states of a cluster.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum State {
    Creating,
    Active,
    Updating,
    RebootingBroker,
    Deleting,
}

impl State {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Creating => "CREATING",
            Self::Active => "ACTIVE",
            Self::Updating => "UPDATING",
            Self::RebootingBroker => "REBOOTING_BROKER",
            Self::Deleting => "DELETING",
        }
    }
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) enum Capacity {
    Provisioned(Box<Provisioned>),
    Serverless(Vec<VpcConfig>),
}

/// The settings of a provisioned cluster, with every default filled in.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Provisioned {
    pub brokers: BrokerNodeGroupInfo,
    pub count: u32,
    pub version: String,
    pub configuration: Option<ConfigurationInfo>,
    pub authentication: ClientAuthentication,
    pub encryption: EncryptionInfo,
    pub monitoring: EnhancedMonitoring,
    pub open_monitoring: OpenMonitoring,
    pub logging: Option<LoggingInfo>,
    pub storage_mode: Option<StorageMode>,
    pub rebalancing: Option<Rebalancing>,
}

impl Provisioned {
    pub(super) fn express(&self) -> bool {
        self.brokers.instance_type.starts_with("express.")
    }

    pub(super) fn kafka(&self) -> Option<&'static Version> {
        versions::find(&self.version)
    }

    fn software(&self) -> Value {
        let configuration = self.configuration.as_ref();
        json!({
            "kafkaVersion": self.version,
            "configurationArn": configuration.map(|configuration| &configuration.arn),
            "configurationRevision": configuration.map(|configuration| configuration.revision),
        })
    }

    /// What update operations show of a cluster before and after.
    pub(super) fn mutable(&self) -> Value {
        let storage = self.brokers.storage_info.as_ref().and_then(|storage| storage.ebs_storage_info.as_ref());
        let volumes = storage.map(|volume| {
            json!([{
                "kafkaBrokerNodeId": "All",
                "volumeSizeGB": volume.volume_size,
                "provisionedThroughput": volume.provisioned_throughput,
            }])
        });
        bare(json!({
            "brokerEBSVolumeInfo": volumes,
            "configurationInfo": self.configuration,
            "numberOfBrokerNodes": self.count,
            "enhancedMonitoring": self.monitoring,
            "openMonitoring": self.open_monitoring,
            "kafkaVersion": self.version,
            "loggingInfo": self.logging,
            "instanceType": self.brokers.instance_type,
            "clientAuthentication": self.authentication,
            "encryptionInfo": self.encryption,
            "connectivityInfo": self.brokers.connectivity_info,
            "storageMode": self.storage_mode,
            "rebalancing": self.rebalancing,
        }))
    }

    pub(super) fn described(&self, cluster: &Cluster, region: &str) -> Value {
        let zookeeper = |port: u16| {
            let kraft = self.kafka().is_some_and(Version::kraft);
            (!kraft && !self.express()).then(|| {
                let node = |number: u32| format!("z-{number}.{}.kafka.{region}.amazonaws.com:{port}", cluster.host);
                [2, 3, 1].map(node).join(",")
            })
        };
        json!({
            "brokerNodeGroupInfo": self.brokers,
            "rebalancing": self.rebalancing,
            "currentBrokerSoftwareInfo": self.software(),
            "clientAuthentication": self.authentication,
            "encryptionInfo": self.encryption,
            "enhancedMonitoring": self.monitoring,
            "openMonitoring": self.open_monitoring,
            "loggingInfo": self.logging,
            "numberOfBrokerNodes": self.count,
            "zookeeperConnectString": zookeeper(2181),
            "zookeeperConnectStringTls": zookeeper(2182),
            "storageMode": self.storage_mode,
            "customerActionStatus": "NONE",
        })
    }

    pub(super) fn software_of_broker(&self) -> Value {
        bare(self.software())
    }
}

impl Cluster {
    /// Makes what is due by `now` happen.
    fn settle(&mut self, now: u64) {
        if let (Some((_, next)), Capacity::Provisioned(known)) =
            (self.next.take_if(|(due, _)| *due <= now), &mut self.capacity)
        {
            *known = next;
        }
        self.state.settle(now);
        self.topics.refresh(now);
    }

    /// Whether it has the configuration `arn`, or will have it when the running update is done.
    pub(super) fn uses(&self, arn: &str) -> bool {
        let next = self.next.as_ref().map(|(_, next)| next.as_ref());
        let mut settings = self.provisioned().into_iter().chain(next);
        settings.any(|settings| settings.configuration.as_ref().is_some_and(|info| info.arn == arn))
    }

    pub(super) fn provisioned(&self) -> Option<&Provisioned> {
        match &self.capacity {
            Capacity::Provisioned(provisioned) => Some(provisioned),
            Capacity::Serverless(_) => None,
        }
    }

    pub(super) fn kind(&self) -> &'static str {
        if self.provisioned().is_some() { "PROVISIONED" } else { "SERVERLESS" }
    }

    /// Whether `version`, when it is given, is the current one.
    pub(super) fn check_version(&self, version: Option<&str>) -> Result<(), Fault> {
        if version.is_some_and(|version| version != self.version) {
            let message = "The version of the cluster isn’t current. Check the current version and try again.";
            return Err(bad("currentVersion", message));
        }
        Ok(())
    }

    /// The name and UUID, as the ARNs of its topics and channels have them.
    pub(super) fn path(&self) -> &str {
        self.arn.split_once(":cluster/").map_or("", |(_, path)| path)
    }

    /// As the newer operations describe it.
    pub(super) fn described(&self, now: u64, region: &str) -> Value {
        let mut value = self.common(now);
        value["clusterType"] = self.kind().into();
        match &self.capacity {
            Capacity::Provisioned(provisioned) => value["provisioned"] = provisioned.described(self, region),
            Capacity::Serverless(vpcs) => {
                value["serverless"] = json!({
                    "vpcConfigs": vpcs,
                    "clientAuthentication": { "sasl": { "iam": { "enabled": true } } },
                    "connectivityInfo": { "networkType": "IPV4" },
                });
            }
        }
        bare(value)
    }

    /// As the older operations describe it, which know provisioned clusters alone.
    pub(super) fn described_v1(&self, now: u64, region: &str) -> Option<Value> {
        let mut value = self.common(now);
        let Value::Object(settings) = self.provisioned()?.described(self, region) else { return None };
        value.as_object_mut()?.extend(settings);
        Some(bare(value))
    }

    fn common(&self, now: u64) -> Value {
        let running = self.operations.iter().rev().find(|operation| operation.ends > now);
        json!({
            "activeOperationArn": running.map(|operation| &operation.arn),
            "clusterArn": self.arn,
            "clusterName": self.name,
            "creationTime": iso8601(self.created),
            "currentVersion": self.version,
            "state": self.state.at(now).name(),
            "tags": self.tags,
        })
    }
}

/// Every cluster there is now, with everything done that is due.
pub(super) fn all(account: &mut Account) -> impl Iterator<Item = &mut Cluster> {
    let now = account.now;
    let clusters = &mut account.kafka.clusters;
    clusters.retain(|_, cluster| cluster.gone_at.is_none_or(|gone| gone > now));
    clusters.values_mut().for_each(|cluster| cluster.settle(now));
    clusters.values_mut()
}

/// The cluster `arn`.
pub(super) fn find<'a>(account: &'a mut Account, arn: &str) -> Result<&'a mut Cluster, Fault> {
    if !arn.starts_with("arn:") {
        return Err(bad("clusterArn", "One or more of the parameters are not valid."));
    }
    let found = all(account).find(|cluster| cluster.arn == arn);
    found.ok_or_else(|| not_found("clusterArn", format!("Cluster {arn} does not exist.")))
}
