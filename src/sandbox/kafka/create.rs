//! Making clusters.

use super::checks;
use super::cluster::{self, Capacity, Cluster, Provisioned, State};
use super::configurations;
use super::shapes::{
    AzDistribution, BrokerNodeGroupInfo, ClientAuthentication, ClientBroker, ConfigurationInfo, ConnectivityInfo,
    EncryptionAtRest, EncryptionInTransit, EncryptionInfo, EnhancedMonitoring, Exporter, LoggingInfo, NetworkType,
    OpenMonitoring, Prometheus, PublicAccess, Rebalancing, RebalancingStatus, StorageMode, Switch, VpcConfig,
    VpcConnectivity,
};
use super::topics::Topics;
use super::{bad, check_name, network, taken};
use crate::account::Account;
use crate::answer::{Answer, Fault};
use crate::call::Call;
use crate::clock::{MINUTE, Timed};
use crate::operation::Operation;
use crate::tags::{self, Tags};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

pub(super) const OPERATIONS: &[Operation] = &[
    Operation::write("CreateClusterV2", create_v2).at("POST", "/api/v2/clusters"),
    Operation::write("CreateCluster", create).at("POST", "/v1/clusters"),
];

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct CreateV2 {
    cluster_name: String,
    #[serde(default)]
    tags: Tags,
    provisioned: Option<ProvisionedRequest>,
    serverless: Option<ServerlessRequest>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct ProvisionedRequest {
    broker_node_group_info: BrokerNodeGroupInfo,
    rebalancing: Option<Rebalancing>,
    client_authentication: Option<ClientAuthentication>,
    configuration_info: Option<ConfigurationInfo>,
    encryption_info: Option<EncryptionInfo>,
    enhanced_monitoring: Option<EnhancedMonitoring>,
    open_monitoring: Option<OpenMonitoring>,
    kafka_version: String,
    logging_info: Option<LoggingInfo>,
    number_of_broker_nodes: u32,
    storage_mode: Option<StorageMode>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct ServerlessRequest {
    vpc_configs: Vec<VpcConfig>,
    client_authentication: Option<ClientAuthentication>,
}

/// The older operation has the settings beside the name.
fn create(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let mut settings: Map<String, Value> = call.input()?;
    let mut request = Map::new();
    for name in ["clusterName", "tags"] {
        request.extend(settings.remove_entry(name));
    }
    request.insert("provisioned".to_owned(), settings.into());
    let request: CreateV2 = serde_json::from_value(request.into()).map_err(|error| call.invalid(error.to_string()))?;
    let (arn, name, _) = accept(account, request)?;
    Answer::json(json!({ "clusterArn": arn, "clusterName": name, "state": "CREATING" }))
}

fn create_v2(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let (arn, name, kind) = accept(account, call.input()?)?;
    Answer::json(json!({ "clusterArn": arn, "clusterName": name, "state": "CREATING", "clusterType": kind }))
}

/// The new cluster's ARN, name and type.
fn accept(account: &mut Account, request: CreateV2) -> Result<(String, String, &'static str), Fault> {
    let CreateV2 { cluster_name: name, tags, provisioned: with_brokers, serverless: without } = request;
    check_name("clusterName", &name)?;
    if name.len() > 64 {
        return Err(bad("clusterName", "The cluster name must have 1 to 64 characters."));
    }
    tags::check(&tags).map_err(|message| bad("tags", message))?;
    let capacity = match (with_brokers, without) {
        (Some(request), None) => provisioned(account, request)?,
        (None, Some(request)) => serverless(account, request)?,
        _ => return Err(bad("provisioned", "Specify either provisioned or serverless, but not both.")),
    };
    if cluster::all(account).any(|cluster| cluster.name == name) {
        return Err(taken("clusterName"));
    }
    let (arn, kind) = make(account, &name, tags, capacity)?;
    Ok((arn, name, kind))
}

/// The settings, checked and with every default.
fn provisioned(account: &mut Account, request: ProvisionedRequest) -> Result<Capacity, Fault> {
    let ProvisionedRequest { broker_node_group_info: mut brokers, number_of_broker_nodes: count, .. } = request;
    let express = brokers.instance_type.starts_with("express.");
    let version = checks::version(&request.kafka_version, express)?;
    checks::instance_type(&brokers.instance_type, version.kraft())?;
    checks::placement(&brokers, count)?;
    checks::storage(&brokers, request.storage_mode)?;
    checks::connectivity_at_creation(&brokers)?;
    let open = || ClientAuthentication { unauthenticated: Some(Switch { enabled: Some(true) }), ..Default::default() };
    let clients = request.client_authentication.unwrap_or_else(open);
    let mut encryption = request.encryption_info.unwrap_or_default();
    checks::authentication(&clients, &encryption)?;
    if let Some(info) = &request.logging_info {
        checks::logging(info)?;
    }
    if let Some(info) = &request.configuration_info {
        configurations::usable(account, &info.arn, info.revision, version.name)?;
    }
    if request.rebalancing.is_some() && !express {
        return Err(bad("rebalancing", "The rebalancing parameter is only supported for Express instance types."));
    }
    let each = usize::try_from(count).unwrap_or(usize::MAX) / brokers.client_subnets.len().max(1);
    let (subnets, groups) = (&brokers.client_subnets, brokers.security_groups.as_deref());
    let zones = network::check(account, "clientSubnets", subnets, groups, each)?;
    let in_transit = encryption.encryption_in_transit.unwrap_or_default();
    encryption.encryption_in_transit = Some(EncryptionInTransit {
        client_broker: Some(in_transit.client_broker.unwrap_or(ClientBroker::Tls)),
        in_cluster: Some(in_transit.in_cluster.unwrap_or(true)),
    });
    let key = encryption.encryption_at_rest.map(|at_rest| at_rest.data_volume_kms_key_id);
    let key = match key {
        Some(key) if key.starts_with("arn:") => key,
        Some(key) => account.arn("kms", &format!("key/{key}")),
        None => own_key(account),
    };
    encryption.encryption_at_rest = Some(EncryptionAtRest { data_volume_kms_key_id: key });
    brokers.broker_az_distribution = Some(AzDistribution::Default);
    let groups = brokers.security_groups.take().filter(|groups| !groups.is_empty());
    brokers.security_groups = Some(groups.unwrap_or_else(|| network::default_groups(account, &brokers.client_subnets)));
    brokers.zone_ids = Some(zones);
    brokers.connectivity_info = Some(ConnectivityInfo {
        public_access: Some(PublicAccess { r#type: Some("DISABLED".to_owned()) }),
        vpc_connectivity: Some(VpcConnectivity::default().spelled_out()),
        network_type: Some(NetworkType::Ipv4),
    });
    let exporter = |exporter: Option<Exporter>| Some(exporter.unwrap_or_default());
    let Prometheus { jmx_exporter, node_exporter } = request.open_monitoring.unwrap_or_default().prometheus;
    let prometheus = Prometheus { jmx_exporter: exporter(jmx_exporter), node_exporter: exporter(node_exporter) };
    let rebalancing = request.rebalancing.and_then(|rebalancing| rebalancing.status);
    let rebalancing = express.then(|| Rebalancing { status: rebalancing.or(Some(RebalancingStatus::Active)) });
    Ok(Capacity::Provisioned(Box::new(Provisioned {
        count,
        version: version.name.to_owned(),
        configuration: request.configuration_info,
        authentication: clients.spelled_out(),
        encryption,
        monitoring: request.enhanced_monitoring.unwrap_or_default(),
        open_monitoring: OpenMonitoring { prometheus },
        logging: request.logging_info,
        storage_mode: (!express).then(|| request.storage_mode.unwrap_or_default()),
        rebalancing,
        brokers,
    })))
}

fn serverless(account: &mut Account, request: ServerlessRequest) -> Result<Capacity, Fault> {
    let ServerlessRequest { vpc_configs: mut vpcs, client_authentication: clients } = request;
    checks::serverless(&vpcs)?;
    if !clients.is_some_and(|clients| clients.iam()) {
        return Err(bad("clientAuthentication", "A serverless cluster must use SASL/IAM authentication."));
    }
    for vpc in &mut vpcs {
        network::check(account, "subnetIds", &vpc.subnet_ids, vpc.security_group_ids.as_deref(), 1)?;
        let default = || network::default_groups(account, &vpc.subnet_ids);
        vpc.security_group_ids = Some(vpc.security_group_ids.take().unwrap_or_else(default));
    }
    Ok(Capacity::Serverless(vpcs))
}

/// The key `aws/kafka`, which AWS makes when it is first needed.
fn own_key(account: &mut Account) -> String {
    if account.kafka.own_key.is_empty() {
        let id = account.ids.uuid();
        account.kafka.own_key = account.arn("kms", &format!("key/{id}"));
    }
    account.kafka.own_key.clone()
}

fn make(account: &mut Account, name: &str, tags: Tags, capacity: Capacity) -> Result<(String, &'static str), Fault> {
    let now = account.now;
    let takes = match &capacity {
        Capacity::Serverless(_) => 4 * MINUTE,
        Capacity::Provisioned(provisioned) if provisioned.express() => 8 * MINUTE,
        Capacity::Provisioned(_) => 20 * MINUTE,
    };
    let (id, number) = (account.ids.uuid(), 1 + account.ids.number() % 25);
    let arn = account.arn("kafka", &format!("cluster/{name}/{id}-{number}"));
    let cluster = Cluster {
        arn: arn.clone(),
        name: name.to_owned(),
        created: now,
        version: version(account),
        tags,
        state: Timed::new(now, State::Creating).then(now + takes, State::Active),
        capacity,
        next: None,
        grown: None,
        gone_at: None,
        host: format!("{}.{}.c{number}", name.to_ascii_lowercase(), account.ids.base36(6)),
        interfaces: Vec::new(),
        operations: Vec::new(),
        topics: Topics::new(),
        channels: BTreeMap::new(),
    };
    let kind = cluster.kind();
    let places = network::places(&cluster.capacity);
    account.kafka.clusters.insert(arn.clone(), cluster);
    let interfaces = network::attach(account, &arn, &places);
    cluster::find(account, &arn)?.interfaces = interfaces;
    Ok((arn, kind))
}

/// A new version token.
pub(super) fn version(account: &mut Account) -> String {
    format!("K{}", account.ids.base32(12))
}
