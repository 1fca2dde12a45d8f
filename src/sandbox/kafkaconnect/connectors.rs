//! Creating, reading and deleting connectors (AWS.md §4.3).

use super::connector::{self, CREATING, Connector, DELETING, State, find};
use super::shapes::{
    AuthenticationType, Capacity, ClientAuthentication, Configuration, EncryptionInTransit, EncryptionType,
    KafkaCluster, LogDelivery, NetworkType, Plugin, WorkerConfiguration, WorkerSetting, check_configuration,
};
use super::{bad, bare, check_description, check_name, check_tags, health, listing, network, settle, taken};
use crate::account::Account;
use crate::answer::{Answer, Fault};
use crate::call::Call;
use crate::iam::{self, WhyNot};
use crate::operation::Operation;
use crate::tags::Tags;
use serde::Deserialize;
use serde_json::json;

pub(super) const OPERATIONS: &[Operation] = &[
    Operation::write("CreateConnector", create).at("POST", "/v1/connectors"),
    Operation::read("DescribeConnector", describe).at("GET", "/v1/connectors/{connectorArn}"),
    Operation::read("ListConnectors", list).at("GET", "/v1/connectors"),
    Operation::write("DeleteConnector", delete).at("DELETE", "/v1/connectors/{connectorArn}"),
];

/// The versions of Kafka Connect there are (AWS.md, PIPELINE.md §5).
const VERSIONS: [&str; 2] = ["2.7.1", "3.7.x"];

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Create {
    capacity: Capacity,
    connector_configuration: Configuration,
    connector_description: Option<String>,
    connector_name: String,
    kafka_cluster: KafkaCluster,
    kafka_cluster_client_authentication: ClientAuthentication,
    kafka_cluster_encryption_in_transit: EncryptionInTransit,
    kafka_connect_version: String,
    log_delivery: Option<LogDelivery>,
    network_type: Option<NetworkType>,
    plugins: Vec<Plugin>,
    service_execution_role_arn: String,
    worker_configuration: Option<WorkerConfiguration>,
    #[serde(default)]
    tags: Tags,
}

fn create(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let input: Create = call.input()?;
    check_name("connectorName", &input.connector_name)?;
    check_description("connectorDescription", input.connector_description.as_deref())?;
    check_tags(&input.tags)?;
    check_configuration(&input.connector_configuration)?;
    if !VERSIONS.contains(&input.kafka_connect_version.as_str()) {
        return Err(bad(format!("The Kafka Connect version {} is not supported.", input.kafka_connect_version)));
    }
    let authentication = input.kafka_cluster_client_authentication.authentication_type;
    let encryption = input.kafka_cluster_encryption_in_transit.encryption_type;
    if (authentication, encryption) == (AuthenticationType::Iam, EncryptionType::Plaintext) {
        return Err(bad("IAM authentication requires TLS encryption in transit."));
    }
    if let Some(delivery) = &input.log_delivery {
        delivery.worker_log_delivery.check()?;
    }
    let capacity = input.capacity.checked(false)?;
    settle(account);
    if account.kafkaconnect.connectors.values().any(|connector| connector.name == input.connector_name) {
        return Err(taken());
    }
    let (plugins, worker_configuration) = (input.plugins, input.worker_configuration);
    let workers = WorkerSetting { capacity, plugins, worker_configuration };
    workers.check(account)?;
    check_role(account, &input.service_execution_role_arn)?;
    let vpc = &input.kafka_cluster.apache_kafka_cluster.vpc;
    let network_type = input.network_type.unwrap_or_default();
    network::check(account, vpc, network_type)?;
    let (now, id, name) = (account.now, account.ids.uuid(), input.connector_name);
    let arn = account.arn("kafkaconnect", &format!("connector/{name}/{id}-4"));
    network::attach(account, &arn, vpc);
    let connector = Connector {
        arn: arn.clone(),
        name: name.clone(),
        description: input.connector_description,
        created: now,
        version: connector::version(account),
        state: State::Creating,
        ready_at: Some(now + CREATING),
        gone_at: None,
        failure: None,
        workers,
        configuration: input.connector_configuration,
        kafka_cluster: input.kafka_cluster,
        authentication: input.kafka_cluster_client_authentication,
        encryption: input.kafka_cluster_encryption_in_transit,
        kafka_connect_version: input.kafka_connect_version,
        role: input.service_execution_role_arn,
        log_delivery: input.log_delivery,
        network_type,
        tags: input.tags,
        operations: Vec::new(),
    };
    account.kafkaconnect.connectors.insert(arn.clone(), connector);
    Answer::json(json!({ "connectorArn": arn, "connectorName": name, "connectorState": State::Creating }))
}

/// A role that is not known everywhere yet is noticed at once; what is wrong with it for good, when workers start.
fn check_role(account: &Account, arn: &str) -> Result<(), Fault> {
    if !arn.starts_with("arn:aws:iam::") {
        return Err(bad("The value of serviceExecutionRoleArn is not the ARN of a role."));
    }
    match iam::role_usable(account, arn, health::PRINCIPAL, account.now) {
        Err(WhyNot::NotPropagated) => Err(bad(format!("The role {arn} cannot be assumed by MSK Connect."))),
        _ => Ok(()),
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct One {
    connector_arn: String,
}

fn describe(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    Answer::json(bare(find(account, &call.input::<One>()?.connector_arn)?.described()))
}

listing!(List by connector_name_prefix);

fn list(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let input: List = call.input()?;
    settle(account);
    let connectors = account.kafkaconnect.connectors.values().filter(|connector| input.fits(&connector.name));
    Answer::json(input.paging().page("connectors", connectors.map(|connector| bare(connector.summary())))?)
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Delete {
    connector_arn: String,
    current_version: Option<String>,
}

fn delete(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let Delete { connector_arn: arn, current_version } = call.input()?;
    let now = account.now;
    let connector = find(account, &arn)?;
    if let Some(version) = current_version {
        connector::check_version(connector, &version)?;
    }
    match connector.state {
        State::Running | State::Failed | State::Paused => {}
        State::Deleting => return Answer::json(json!({ "connectorArn": arn, "connectorState": State::Deleting })),
        state => return Err(bad(format!("You can't delete a connector in {} state.", state.name()))),
    }
    connector.state = State::Deleting;
    connector.gone_at = Some(now + DELETING);
    network::release(account, &arn, DELETING);
    Answer::json(json!({ "connectorArn": arn, "connectorState": State::Deleting }))
}
