//! Changing clusters: one operation at a time, each with the version it is based on.

use super::checks;
use super::cluster::{self, Capacity, Cluster, Provisioned, State};
use super::connectivity::reachable;
use super::operations::{self, difference};
use super::shapes::{
    ClientAuthentication, ConfigurationInfo, EncryptionInfo, EnhancedMonitoring, LoggingInfo, OpenMonitoring,
    ProvisionedThroughput, Rebalancing, StorageMode,
};
use super::{bad, configurations, create, network, versions};
use crate::account::Account;
use crate::answer::{Answer, Fault};
use crate::call::Call;
use crate::clock::{HOUR, MINUTE, Timed};
use crate::operation::Operation;
use serde::Deserialize;
use serde_json::json;

pub(super) const OPERATIONS: &[Operation] = &[
    Operation::write("UpdateBrokerCount", broker_count).at("PUT", "/v1/clusters/{clusterArn}/nodes/count"),
    Operation::write("UpdateBrokerType", broker_type).at("PUT", "/v1/clusters/{clusterArn}/nodes/type"),
    Operation::write("UpdateBrokerStorage", broker_storage).at("PUT", "/v1/clusters/{clusterArn}/nodes/storage"),
    Operation::write("UpdateStorage", storage).at("PUT", "/v1/clusters/{clusterArn}/storage"),
    Operation::write("UpdateClusterConfiguration", configuration).at("PUT", "/v1/clusters/{clusterArn}/configuration"),
    Operation::write("UpdateClusterKafkaVersion", version).at("PUT", "/v1/clusters/{clusterArn}/version"),
    Operation::write("UpdateMonitoring", monitoring).at("PUT", "/v1/clusters/{clusterArn}/monitoring"),
    Operation::write("UpdateSecurity", security).at("PATCH", "/v1/clusters/{clusterArn}/security"),
    Operation::write("UpdateRebalancing", rebalancing).at("PUT", "/v1/clusters/{clusterArn}/rebalancing"),
    Operation::write("RebootBroker", reboot).at("PUT", "/v1/clusters/{clusterArn}/reboot-broker"),
];

/// How long after volumes have grown they cannot grow again.
const COOL_DOWN: u64 = 6 * HOUR;

/// What an update is about and how long it takes, in minutes for each broker and for the cluster.
pub(super) struct Work {
    kind: &'static str,
    each: u64,
    once: u64,
}

const fn rolling(kind: &'static str, each: u64) -> Work {
    Work { kind, each, once: 0 }
}

pub(super) const fn quick(kind: &'static str, once: u64) -> Work {
    Work { kind, each: 0, once }
}

/// The provisioned cluster `arn` in a state in which it can be changed.
pub(super) fn ready<'a>(account: &'a mut Account, arn: &str, version: Option<&str>) -> Result<&'a mut Cluster, Fault> {
    let now = account.now;
    let cluster = cluster::find(account, arn)?;
    let state = *cluster.state.at(now);
    if cluster.provisioned().is_none() {
        return Err(bad("clusterArn", "This operation cannot be performed on serverless clusters."));
    }
    if state != State::Active {
        let message = format!("You can't update cluster in {} state.", state.name());
        return Err(bad("clusterArn", message));
    }
    cluster.check_version(version)?;
    Ok(cluster)
}

/// The settings of a cluster that [`ready`] gave.
pub(super) fn settings(cluster: &Cluster) -> Result<Provisioned, Fault> {
    let none = || Fault::internal(&"a provisioned cluster has no settings");
    cluster.provisioned().cloned().ok_or_else(none)
}

/// Begins the change of the cluster to `next`.
pub(super) fn begin(account: &mut Account, arn: &str, work: &Work, next: Provisioned) -> Result<Answer, Fault> {
    let now = account.now;
    let before = settings(cluster::find(account, arn)?)?;
    let (answer, ends) = operate(account, arn, work, &next, None)?;
    let (added, left) = (next.count.saturating_sub(before.count), before.count.saturating_sub(next.count));
    let (added, left) = (usize::try_from(added).unwrap_or_default(), usize::try_from(left).unwrap_or_default());
    let capacity = Capacity::Provisioned(Box::new(next.clone()));
    let cluster = cluster::find(account, arn)?;
    cluster.next = Some((ends, Box::new(next)));
    let kept = cluster.interfaces.len().saturating_sub(left);
    let released = cluster.interfaces.split_off(kept);
    let places = network::places(&capacity);
    let made = network::attach(account, arn, &places[places.len().saturating_sub(added)..]);
    network::release_some(account, &released, ends - now);
    cluster::find(account, arn)?.interfaces.extend(made);
    Ok(answer)
}

/// Begins an operation on the cluster that would make `next` of it, or fails in the end. Gives the answer to the
/// call, and when the operation ends.
fn operate(
    account: &mut Account,
    arn: &str,
    work: &Work,
    next: &Provisioned,
    failure: Option<(String, String)>,
) -> Result<(Answer, u64), Fault> {
    let now = account.now;
    let (version, id) = (create::version(account), account.ids.uuid());
    let operation = account.arn("kafka", "cluster-operation");
    let cluster = cluster::find(account, arn)?;
    let before = settings(cluster)?;
    if before == *next {
        return Err(bad("clusterArn", "The request does not include any updates. Verify the request, then try again."));
    }
    let ends = now + (work.each * u64::from(before.count) + work.once) * MINUTE;
    let (source, target) = difference(&before.mutable(), &next.mutable());
    let operation = operations::Operation {
        arn: format!("{operation}/{}/{id}", cluster.path()),
        kind: work.kind.to_owned(),
        started: now,
        ends,
        source,
        target,
        failure,
    };
    let answer = json!({ "clusterArn": arn, "clusterOperationArn": operation.arn });
    cluster.operations.push(operation);
    cluster.version = version;
    cluster.state = Timed::new(now, State::Updating).then(ends, State::Active);
    Ok((Answer::json(answer)?, ends))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Count {
    cluster_arn: String,
    current_version: String,
    target_number_of_broker_nodes: u32,
}

fn broker_count(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let Count { cluster_arn: arn, current_version, target_number_of_broker_nodes: target } = call.input()?;
    let cluster = ready(account, &arn, Some(&current_version))?;
    let mut next = settings(cluster)?;
    let zones = next.brokers.client_subnets.len();
    checks::multiple(zones, target)?;
    if target < next.count {
        let one_each = u32::try_from(zones).is_ok_and(|zones| next.count - target == zones);
        let sturdy = !next.brokers.instance_type.contains(".t3.");
        if !one_each || !sturdy || target == 0 {
            let message = "Remove exactly one broker from each Availability Zone, from M5 or M7g brokers.";
            return Err(bad("targetNumberOfBrokerNodes", message));
        }
        if !cluster.topics.of_users().is_empty() {
            let message = "The brokers to be removed must not host any partitions. Reassign them, then try again.";
            return Err(bad("targetNumberOfBrokerNodes", message));
        }
    }
    let kind = if target < next.count { "DECREASE_BROKER_COUNT" } else { "INCREASE_BROKER_COUNT" };
    let added = usize::try_from(target.saturating_sub(next.count)).unwrap_or_default() / zones.max(1);
    next.count = target;
    // MSK finds out only when it makes the brokers.
    match network::crowded(account, &next.brokers.client_subnets, added) {
        None => begin(account, &arn, &quick(kind, 10), next),
        Some(subnet) => {
            let text = format!("The subnet {subnet} has too few free addresses.");
            let failure = Some(("InsufficientFreeAddressesInSubnet".to_owned(), text));
            operate(account, &arn, &quick(kind, 10), &next, failure).map(|(answer, _)| answer)
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Type {
    cluster_arn: String,
    current_version: String,
    target_instance_type: String,
}

fn broker_type(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let Type { cluster_arn: arn, current_version, target_instance_type: target } = call.input()?;
    let mut next = settings(ready(account, &arn, Some(&current_version))?)?;
    checks::instance_type(&target, next.kafka().is_some_and(versions::Version::kraft))?;
    if target.starts_with("express.") != next.express() {
        let message = "You can't change between Standard and Express instance types.";
        return Err(bad("targetInstanceType", message));
    }
    next.brokers.instance_type = target;
    checks::storage(&next.brokers, next.storage_mode)?;
    begin(account, &arn, &rolling("UPDATE_BROKER_TYPE", 5), next)
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct BrokerStorage {
    cluster_arn: String,
    current_version: String,
    #[serde(rename = "targetBrokerEBSVolumeInfo")]
    target_broker_ebs_volume_info: Vec<Volume>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Volume {
    kafka_broker_node_id: String,
    provisioned_throughput: Option<ProvisionedThroughput>,
    #[serde(rename = "volumeSizeGB")]
    volume_size_gb: Option<i64>,
}

fn broker_storage(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let BrokerStorage { cluster_arn: arn, current_version, target_broker_ebs_volume_info: volumes } = call.input()?;
    let [volume] = volumes.as_slice() else {
        return Err(bad("targetBrokerEBSVolumeInfo", "Specify one volume for all brokers."));
    };
    if !volume.kafka_broker_node_id.eq_ignore_ascii_case("all") {
        return Err(bad("kafkaBrokerNodeId", "The volumes of all brokers must be updated together. Specify All."));
    }
    let throughput = volume.provisioned_throughput.clone();
    change_storage(account, &arn, &current_version, volume.volume_size_gb, throughput, None)
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Storage {
    cluster_arn: String,
    current_version: String,
    provisioned_throughput: Option<ProvisionedThroughput>,
    storage_mode: Option<StorageMode>,
    #[serde(rename = "volumeSizeGB")]
    volume_size_gb: Option<i64>,
}

fn storage(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let Storage { cluster_arn: arn, current_version, provisioned_throughput, storage_mode, volume_size_gb } =
        call.input()?;
    change_storage(account, &arn, &current_version, volume_size_gb, provisioned_throughput, storage_mode)
}

fn change_storage(
    account: &mut Account,
    arn: &str,
    version: &str,
    size: Option<i64>,
    throughput: Option<ProvisionedThroughput>,
    mode: Option<StorageMode>,
) -> Result<Answer, Fault> {
    let now = account.now;
    let cluster = ready(account, arn, Some(version))?;
    let before = settings(cluster)?;
    let mut next = before.clone();
    if let Some(mode) = mode {
        if next.storage_mode == Some(StorageMode::Tiered) && mode == StorageMode::Local {
            return Err(bad("storageMode", "You can't turn off tiered storage for a cluster."));
        }
        next.storage_mode = Some(mode);
    }
    let mut grows = false;
    if size.is_some() || throughput.is_some() {
        let mut storage = next.brokers.storage_info.clone().unwrap_or_default();
        let mut volume = storage.ebs_storage_info.unwrap_or_default();
        grows = size.is_some_and(|size| Some(size) > volume.volume_size);
        if size.is_some_and(|size| Some(size) < volume.volume_size) {
            return Err(bad("volumeSizeGB", "You can only increase the size of the EBS volumes."));
        }
        volume.volume_size = size.or(volume.volume_size);
        volume.provisioned_throughput = throughput.or(volume.provisioned_throughput);
        storage.ebs_storage_info = Some(volume);
        next.brokers.storage_info = Some(storage);
    }
    checks::storage(&next.brokers, next.storage_mode)?;
    if next == before {
        let message = "The request does not include any updates to the EBS volumes of the cluster. Verify the request, \
                       then try again.";
        return Err(bad("targetBrokerEBSVolumeInfo", message));
    }
    if grows && cluster.grown.is_some_and(|grown| now < grown + COOL_DOWN) {
        let message = "The volumes were scaled less than six hours ago. Wait for the cool-down period to end.";
        return Err(bad("volumeSizeGB", message));
    }
    if grows {
        cluster.grown = Some(now);
    }
    begin(account, arn, &quick("UPDATE_BROKER_STORAGE", 3), next)
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Configuration {
    cluster_arn: String,
    current_version: String,
    configuration_info: ConfigurationInfo,
}

fn configuration(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let Configuration { cluster_arn: arn, current_version, configuration_info: info } = call.input()?;
    let mut next = settings(ready(account, &arn, Some(&current_version))?)?;
    configurations::usable(account, &info.arn, info.revision, &next.version)?;
    next.configuration = Some(info);
    begin(account, &arn, &rolling("UPDATE_CLUSTER_CONFIGURATION", 5), next)
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Upgrade {
    cluster_arn: String,
    current_version: String,
    configuration_info: Option<ConfigurationInfo>,
    target_kafka_version: String,
}

fn version(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let Upgrade { cluster_arn: arn, current_version, configuration_info, target_kafka_version } = call.input()?;
    let mut next = settings(ready(account, &arn, Some(&current_version))?)?;
    let target = checks::version(&target_kafka_version, next.express())?;
    if !next.kafka().is_some_and(|version| version.upgrades_to(target)) {
        let message = format!("You can't update the Kafka version from {} to {}.", next.version, target.name);
        return Err(bad("targetKafkaVersion", message));
    }
    if let Some(info) = configuration_info.as_ref().or(next.configuration.as_ref()) {
        configurations::usable(account, &info.arn, info.revision, target.name)?;
    }
    next.version = target.name.to_owned();
    next.configuration = configuration_info.or(next.configuration);
    begin(account, &arn, &rolling("UPDATE_CLUSTER_KAFKA_VERSION", 10), next)
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct MonitoringRequest {
    cluster_arn: String,
    current_version: String,
    enhanced_monitoring: Option<EnhancedMonitoring>,
    open_monitoring: Option<OpenMonitoring>,
    logging_info: Option<LoggingInfo>,
}

fn monitoring(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let MonitoringRequest { cluster_arn: arn, current_version, enhanced_monitoring, open_monitoring, logging_info } =
        call.input()?;
    let mut next = settings(ready(account, &arn, Some(&current_version))?)?;
    if let Some(info) = &logging_info {
        checks::logging(info)?;
    }
    next.monitoring = enhanced_monitoring.unwrap_or(next.monitoring);
    next.open_monitoring = open_monitoring.unwrap_or(next.open_monitoring);
    if let Some(mut info) = logging_info {
        let known = next.logging.and_then(|known| known.authorizer_logs);
        info.authorizer_logs = info.authorizer_logs.or(known);
        next.logging = Some(info);
    }
    begin(account, &arn, &quick("UPDATE_MONITORING", 3), next)
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Security {
    cluster_arn: String,
    current_version: String,
    client_authentication: Option<ClientAuthentication>,
    encryption_info: Option<EncryptionInfo>,
}

fn security(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let Security { cluster_arn: arn, current_version, client_authentication, encryption_info } = call.input()?;
    let mut next = settings(ready(account, &arn, Some(&current_version))?)?;
    if let Some(info) = encryption_info {
        if info.encryption_at_rest.is_some() {
            return Err(bad("encryptionInfo", "You can't update the encryption at rest of a cluster."));
        }
        let mut known = next.encryption.encryption_in_transit.unwrap_or_default();
        let wanted = info.encryption_in_transit.unwrap_or_default();
        if wanted.in_cluster.is_some() && wanted.in_cluster != known.in_cluster {
            return Err(bad("encryptionInfo", "You can't update the in-cluster encryption of a cluster."));
        }
        known.client_broker = wanted.client_broker.or(known.client_broker);
        next.encryption.encryption_in_transit = Some(known);
    }
    if let Some(clients) = client_authentication {
        // Authorities may come with TLS that is off; then they count for nothing.
        let off = clients.tls.as_ref().is_some_and(|tls| tls.enabled == Some(false));
        let mut merged = next.authentication.merged(clients);
        if off {
            merged.tls = None;
        }
        next.authentication = merged;
    }
    checks::authentication(&next.authentication, &next.encryption)?;
    next.authentication = next.authentication.spelled_out();
    let info = next.brokers.connectivity_info.clone().unwrap_or_default();
    reachable(&info, &next)?;
    begin(account, &arn, &quick("UPDATE_SECURITY", 10), next)
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct RebalancingRequest {
    cluster_arn: String,
    current_version: String,
    rebalancing: Rebalancing,
}

fn rebalancing(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let RebalancingRequest { cluster_arn: arn, current_version, rebalancing } = call.input()?;
    let mut next = settings(ready(account, &arn, Some(&current_version))?)?;
    if !next.express() {
        return Err(bad("rebalancing", "The rebalancing parameter is only supported for Express instance types."));
    }
    next.rebalancing = Some(rebalancing);
    begin(account, &arn, &quick("UPDATE_REBALANCING", 1), next)
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Reboot {
    cluster_arn: String,
    broker_ids: Vec<String>,
}

fn reboot(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let Reboot { cluster_arn: arn, broker_ids } = call.input()?;
    let (now, id) = (account.now, account.ids.uuid());
    let operation = account.arn("kafka", "cluster-operation");
    let cluster = ready(account, &arn, None)?;
    let count = settings(cluster)?.count;
    let known = |id: &String| id.parse::<u32>().is_ok_and(|id| (1..=count).contains(&id));
    if broker_ids.is_empty() || !broker_ids.iter().all(known) {
        return Err(bad("brokerIds", "Specify brokers of this cluster by their ids."));
    }
    let ends = now + 5 * MINUTE;
    let operation = operations::Operation {
        arn: format!("{operation}/{}/{id}", cluster.path()),
        kind: "REBOOT_NODE".to_owned(),
        started: now,
        ends,
        source: json!({}),
        target: json!({}),
        failure: None,
    };
    let answer = json!({ "clusterArn": arn, "clusterOperationArn": operation.arn });
    cluster.operations.push(operation);
    cluster.state = Timed::new(now, State::RebootingBroker).then(ends, State::Active);
    Answer::json(answer)
}
