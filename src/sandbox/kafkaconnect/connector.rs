//! One connector: what it is, and how it changes by itself.

use super::health;
use super::network;
use super::operations::{Operation, Work};
use super::shapes::{
    ClientAuthentication, Configuration, EncryptionInTransit, KafkaCluster, LogDelivery, NetworkType, WorkerSetting,
};
use super::{bad, not_found, settle as settle_all};
use crate::account::Account;
use crate::answer::Fault;
use crate::clock::MINUTE;
use crate::tags::Tags;
use crate::time::iso8601;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// How long a connector takes to start.
pub(super) const CREATING: u64 = 12 * MINUTE;
/// How long a connector takes to stop.
pub(super) const DELETING: u64 = 4 * MINUTE;

/// A connector.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Connector {
    pub arn: String,
    pub name: String,
    pub description: Option<String>,
    pub created: u64,
    /// The token every update must name, `K3P5ROKL5A1OLE`.
    pub version: String,
    pub state: State,
    /// When creation ends.
    pub ready_at: Option<u64>,
    pub gone_at: Option<u64>,
    /// Why it failed: code and message.
    pub failure: Option<(String, String)>,
    pub workers: WorkerSetting,
    pub configuration: Configuration,
    pub kafka_cluster: KafkaCluster,
    pub authentication: ClientAuthentication,
    pub encryption: EncryptionInTransit,
    pub kafka_connect_version: String,
    pub role: String,
    pub log_delivery: Option<LogDelivery>,
    pub network_type: NetworkType,
    pub tags: Tags,
    pub operations: Vec<Operation>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(super) enum State {
    Creating,
    Running,
    Updating,
    Deleting,
    Failed,
    Restarting,
    Pausing,
    Paused,
    Resuming,
}

impl State {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Creating => "CREATING",
            Self::Running => "RUNNING",
            Self::Updating => "UPDATING",
            Self::Deleting => "DELETING",
            Self::Failed => "FAILED",
            Self::Restarting => "RESTARTING",
            Self::Pausing => "PAUSING",
            Self::Paused => "PAUSED",
            Self::Resuming => "RESUMING",
        }
    }
}

impl Connector {
    /// Whether it, or what it is being changed to, needs the plugin or worker configuration `arn`.
    pub(super) fn uses(&self, arn: &str) -> bool {
        let next = self.operations.iter().filter(|operation| operation.ended.is_none());
        let next = next.filter_map(|operation| match &operation.work {
            Work::Workers { to, .. } => Some(to),
            _ => None,
        });
        self.workers.uses(arn) || next.into_iter().any(|workers| workers.uses(arn))
    }

    /// As listings show it, without its properties.
    pub(super) fn summary(&self) -> Value {
        json!({
            "capacity": self.workers.capacity,
            "connectorArn": self.arn,
            "connectorDescription": self.description,
            "connectorName": self.name,
            "connectorState": self.state,
            "creationTime": iso8601(self.created),
            "currentVersion": self.version,
            "kafkaCluster": self.kafka_cluster,
            "kafkaClusterClientAuthentication": self.authentication,
            "kafkaClusterEncryptionInTransit": self.encryption,
            "kafkaConnectVersion": self.kafka_connect_version,
            "logDelivery": self.log_delivery,
            "networkType": self.network_type,
            "plugins": self.workers.plugins,
            "serviceExecutionRoleArn": self.role,
            "workerConfiguration": self.workers.worker_configuration,
        })
    }

    pub(super) fn described(&self) -> Value {
        let mut value = self.summary();
        value["connectorConfiguration"] = json!(self.configuration);
        value["stateDescription"] =
            json!(self.failure.as_ref().map(|(code, message)| json!({ "code": code, "message": message })));
        value
    }

    /// Begins `work`, which is done when it is due.
    pub(super) fn begin(&mut self, arn: String, now: u64, work: Work) {
        self.state = work.state();
        let due = now + work.takes();
        self.operations.push(Operation { arn, started: now, due, ended: None, undoing: None, work });
    }

    /// Undoes or completes the operations that are due by `now`. `health` says what keeps it from running.
    fn advance(&mut self, now: u64, health: impl Fn(&Self) -> Result<(), String>) {
        if let Some(index) =
            self.operations.iter().position(|operation| operation.ended.is_none() && operation.due <= now)
        {
            let mut operation = self.operations.remove(index);
            operation.advance(self, &health);
            self.operations.insert(index, operation);
        }
    }
}

/// Makes what is due happen in every connector.
pub(super) fn settle(account: &mut Account) {
    let now = account.now;
    let due = |connector: &&Connector| {
        let operations = connector.operations.iter().filter(|operation| operation.ended.is_none());
        let operations = operations.map(|operation| operation.due);
        connector.ready_at.into_iter().chain(operations).any(|due| due <= now)
    };
    let arns: Vec<String> =
        account.kafkaconnect.connectors.values().filter(due).map(|connector| connector.arn.clone()).collect();
    for arn in arns {
        let Some(mut connector) = account.kafkaconnect.connectors.remove(&arn) else { continue };
        if connector.ready_at.take_if(|ready| *ready <= now).is_some() {
            match health::check(account, &connector) {
                Ok(()) => connector.state = State::Running,
                Err(failure) => {
                    connector.state = State::Failed;
                    connector.failure = Some(failure);
                    network::release(account, &arn, 0);
                }
            }
        }
        // Undoing an operation can be due as well.
        for _ in 0..2 {
            connector.advance(now, |connector| health::check(account, connector).map_err(|(_, message)| message));
        }
        account.kafkaconnect.connectors.insert(arn, connector);
    }
}

/// The connector `arn`, up to date.
pub(super) fn find<'a>(account: &'a mut Account, arn: &str) -> Result<&'a mut Connector, Fault> {
    settle_all(account);
    account.kafkaconnect.connectors.get_mut(arn).ok_or_else(|| not_found("connector", arn))
}

/// A new token for updates.
pub(super) fn version(account: &mut Account) -> String {
    format!("K{}", account.ids.base32(13))
}

/// Refuses an update that is based on another than the current version.
pub(super) fn check_version(connector: &Connector, version: &str) -> Result<(), Fault> {
    if connector.version == version {
        return Ok(());
    }
    Err(bad("The version of the connector isn't current. Check the current version and try again."))
}
