//! The operations that changes of connectors are, and looking at them.

use super::connector::{Connector, State, find};
use super::shapes::{Configuration, WorkerSetting};
use super::{Paging, bare, not_found, settle};
use crate::account::Account;
use crate::answer::{Answer, Fault};
use crate::call::Call;
use crate::clock::{MINUTE, SECOND};
use crate::operation;
use crate::time::iso8601;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

pub(super) const OPERATIONS: &[operation::Operation] = &[
    operation::Operation::read("ListConnectorOperations", list).at("GET", "/v1/connectors/{connectorArn}/operations"),
    operation::Operation::read("DescribeConnectorOperation", describe)
        .at("GET", "/v1/connectorOperations/{connectorOperationArn}"),
];

/// How long an operation waits before it begins.
const PENDING: u64 = 5 * SECOND;
/// How long it takes to go back to what was before.
const UNDOING: u64 = 4 * MINUTE;

/// One change of a connector.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Operation {
    pub arn: String,
    pub started: u64,
    /// When the next thing happens to it.
    pub due: u64,
    pub ended: Option<u64>,
    /// Why it is being, or was, undone.
    pub undoing: Option<String>,
    pub work: Work,
}

/// What an operation does.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) enum Work {
    /// Changes what the workers are.
    Workers {
        from: WorkerSetting,
        to: WorkerSetting,
        skip_health: bool,
    },
    /// Changes the connector's properties.
    Configuration {
        from: Configuration,
        to: Configuration,
        skip_health: bool,
    },
    Pause,
    Resume,
    Restart,
}

impl Work {
    fn name(&self) -> &'static str {
        match self {
            Self::Workers { .. } => "UPDATE_WORKER_SETTING",
            Self::Configuration { .. } => "UPDATE_CONNECTOR_CONFIGURATION",
            Self::Pause => "PAUSE_CONNECTOR",
            Self::Resume => "RESUME_CONNECTOR",
            Self::Restart => "RESTART_CONNECTOR",
        }
    }

    /// What states of the operation begin with.
    fn verb(&self) -> &'static str {
        match self {
            Self::Workers { .. } | Self::Configuration { .. } => "UPDATE",
            Self::Pause => "PAUSE",
            Self::Resume => "RESUME",
            Self::Restart => "RESTART",
        }
    }

    /// The connector's state meanwhile.
    pub(super) fn state(&self) -> State {
        match self {
            Self::Workers { .. } | Self::Configuration { .. } => State::Updating,
            Self::Pause => State::Pausing,
            Self::Resume => State::Resuming,
            Self::Restart => State::Restarting,
        }
    }

    pub(super) fn takes(&self) -> u64 {
        match self {
            Self::Workers { .. } => 8 * MINUTE,
            Self::Configuration { .. } => 5 * MINUTE,
            Self::Pause | Self::Resume | Self::Restart => MINUTE,
        }
    }

    fn updates(&self) -> bool {
        matches!(self, Self::Workers { .. } | Self::Configuration { .. })
    }
}

impl Operation {
    /// Does what is due: ends, or finds that the connector is not well and goes back.
    pub(super) fn advance(&mut self, connector: &mut Connector, health: &impl Fn(&Connector) -> Result<(), String>) {
        if self.undoing.is_some() {
            self.ended = Some(self.due);
            connector.state = State::Running;
            return;
        }
        let mut next = connector.clone();
        let skip = match &self.work {
            Work::Workers { to, skip_health, .. } => {
                next.workers = to.clone();
                *skip_health
            }
            Work::Configuration { to, skip_health, .. } => {
                next.configuration = to.clone();
                *skip_health
            }
            Work::Pause | Work::Resume | Work::Restart => true,
        };
        let rests =
            if self.work.updates() { connector.rested_at(self.started) } else { matches!(self.work, Work::Pause) };
        match health(&next) {
            Err(reason) if !skip => {
                self.undoing = Some(reason);
                self.due += UNDOING;
            }
            _ => {
                next.state = if rests { State::Paused } else { State::Running };
                *connector = next;
                self.ended = Some(self.due);
            }
        }
    }

    fn state(&self, now: u64) -> String {
        let verb = self.work.verb();
        match (&self.undoing, self.ended) {
            (Some(_), Some(_)) => "ROLLBACK_COMPLETE".into(),
            (Some(_), None) => "ROLLBACK_IN_PROGRESS".into(),
            (None, Some(_)) => format!("{verb}_COMPLETE"),
            (None, None) if now < self.started + PENDING => "PENDING".into(),
            (None, None) => format!("{verb}_IN_PROGRESS"),
        }
    }

    fn summary(&self, now: u64) -> Value {
        json!({
            "connectorOperationArn": self.arn,
            "connectorOperationType": self.work.name(),
            "connectorOperationState": self.state(now),
            "creationTime": iso8601(self.started),
            "endTime": self.ended.map(iso8601),
        })
    }

    fn described(&self, connector: &str, now: u64) -> Value {
        let mut value = self.summary(now);
        value["connectorArn"] = connector.into();
        value["operationSteps"] = self.steps(now);
        match &self.work {
            Work::Workers { from, to, .. } => {
                value["originWorkerSetting"] = json!(from);
                value["targetWorkerSetting"] = json!(to);
            }
            Work::Configuration { from, to, .. } => {
                value["originConnectorConfiguration"] = json!(from);
                value["targetConnectorConfiguration"] = json!(to);
            }
            Work::Pause | Work::Resume | Work::Restart => {}
        }
        if let Some(reason) = &self.undoing {
            value["errorInfo"] = json!({ "code": "UnknownError.Unknown", "message": reason });
        }
        value
    }

    fn steps(&self, now: u64) -> Value {
        if !self.work.updates() {
            return Value::Null;
        }
        let (done, last) = match (&self.undoing, self.ended) {
            (Some(_), _) => ("COMPLETED", "FAILED"),
            (None, Some(_)) => ("COMPLETED", "COMPLETED"),
            (None, None) if now < self.started + PENDING => ("PENDING", "PENDING"),
            (None, None) => ("IN_PROGRESS", "PENDING"),
        };
        let end = if self.undoing.is_some() { "CANCELLED" } else { last };
        let steps = [
            ("INITIALIZE_UPDATE", if done == "PENDING" { done } else { "COMPLETED" }),
            (self.work.name(), done),
            ("VALIDATE_UPDATE", last),
            ("FINALIZE_UPDATE", end),
        ];
        steps.into_iter().map(|(kind, state)| json!({ "stepType": kind, "stepState": state })).collect()
    }
}

impl Connector {
    /// Whether it was paused when an update began at `time`.
    fn rested_at(&self, time: u64) -> bool {
        let mut before = self.operations.iter().filter(|operation| operation.started < time);
        let last = before.rfind(|operation| !operation.work.updates());
        last.is_some_and(|operation| matches!(operation.work, Work::Pause))
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct List {
    connector_arn: String,
    max_results: Option<usize>,
    next_token: Option<String>,
}

fn list(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let List { connector_arn, max_results, next_token } = call.input()?;
    let now = account.now;
    // AWS promises no order, so clients must not count on one.
    let operations = find(account, &connector_arn)?.operations.iter();
    let operations = operations.map(|operation| bare(operation.summary(now)));
    Answer::json(Paging { max_results, next_token }.page("connectorOperations", operations)?)
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct One {
    connector_operation_arn: String,
}

fn describe(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let One { connector_operation_arn: arn } = call.input()?;
    settle(account);
    let mut all =
        account.kafkaconnect.connectors.values().flat_map(|connector| {
            connector.operations.iter().map(move |operation| (connector.arn.as_str(), operation))
        });
    let found = all.find(|(_, operation)| operation.arn == arn);
    let (connector, operation) = found.ok_or_else(|| not_found("connector operation", &arn))?;
    Answer::json(bare(operation.described(connector, account.now)))
}
