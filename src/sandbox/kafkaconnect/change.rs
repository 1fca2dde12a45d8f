//! Changing connectors: one operation at a time, updates with the version they are based on.

use super::bad;
use super::connector::{self, Connector, State, find};
use super::operations::Work;
use super::shapes::{Capacity, Configuration, Plugin, WorkerConfiguration, WorkerSetting, check_configuration};
use crate::account::Account;
use crate::answer::{Answer, Fault};
use crate::call::Call;
use crate::operation::Operation;
use serde::Deserialize;
use serde_json::json;

pub(super) const OPERATIONS: &[Operation] = &[
    Operation::write("UpdateConnector", update).at("PUT", "/v1/connectors/{connectorArn}"),
    Operation::write("PauseConnector", pause).at("PUT", "/v1/connectors/{connectorArn}/pause"),
    Operation::write("ResumeConnector", resume).at("PUT", "/v1/connectors/{connectorArn}/resume"),
    Operation::write("RestartConnector", restart).at("POST", "/v1/connectors/{connectorArn}/restart"),
];

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Update {
    connector_arn: String,
    current_version: String,
    capacity: Option<Capacity>,
    connector_configuration: Option<Configuration>,
    plugins: Option<Vec<Plugin>>,
    worker_configuration: Option<WorkerConfiguration>,
    use_default_worker_configuration: Option<bool>,
    skip_health_validation: Option<bool>,
}

fn update(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let input: Update = call.input()?;
    let skip_health = input.skip_health_validation.unwrap_or(false);
    let default_workers = input.use_default_worker_configuration.unwrap_or(false);
    if default_workers && input.worker_configuration.is_some() {
        return Err(bad("workerConfiguration and useDefaultWorkerConfiguration exclude each other."));
    }
    let connector = find(account, &input.connector_arn)?.clone();
    match connector.state {
        State::Running => {}
        State::Paused if skip_health => {}
        State::Paused => return Err(bad("A paused connector can only be updated with skipHealthValidation.")),
        state => return Err(bad(format!("You can't update a connector in {} state.", state.name()))),
    }
    connector::check_version(&connector, &input.current_version)?;
    let changes_workers =
        input.capacity.is_some() || input.plugins.is_some() || input.worker_configuration.is_some() || default_workers;
    let work = match (input.connector_configuration, changes_workers) {
        (Some(to), false) => {
            check_configuration(&to)?;
            if to.get("connector.class") != connector.configuration.get("connector.class") {
                return Err(bad("connector.class cannot be changed."));
            }
            Work::Configuration { from: connector.configuration, to, skip_health }
        }
        (None, true) => {
            let from = connector.workers;
            let capacity = input.capacity.map_or(Ok(from.capacity.clone()), |capacity| capacity.checked(true))?;
            let plugins = input.plugins.unwrap_or_else(|| from.plugins.clone());
            let kept = from.worker_configuration.clone().filter(|_| !default_workers);
            let worker_configuration = input.worker_configuration.or(kept);
            let to = WorkerSetting { capacity, plugins, worker_configuration };
            to.check(account)?;
            Work::Workers { from, to, skip_health }
        }
        (Some(_), true) => {
            return Err(bad("Either the worker setting or the connector configuration can be updated, not both."));
        }
        (None, false) => return Err(bad("The request does not include any updates.")),
    };
    let unchanged = match &work {
        Work::Workers { from, to, .. } => from == to,
        Work::Configuration { from, to, .. } => from == to,
        _ => false,
    };
    if unchanged {
        return Err(bad("The request does not include any updates."));
    }
    let version = connector::version(account);
    let operation = begin(account, &input.connector_arn, work)?;
    find(account, &input.connector_arn)?.version = version;
    Answer::json(json!({
        "connectorArn": input.connector_arn,
        "connectorOperationArn": operation,
        "connectorState": State::Updating,
    }))
}

/// Begins `work` and gives the ARN of the operation.
fn begin(account: &mut Account, arn: &str, work: Work) -> Result<String, Fault> {
    let (now, id) = (account.now, account.ids.uuid());
    let path = arn.split_once(":connector/").map_or(arn, |(_, path)| path).to_owned();
    let operation = account.arn("kafkaconnect", &format!("connector-operation/{path}/{id}"));
    find(account, arn)?.begin(operation.clone(), now, work);
    Ok(operation)
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct One {
    connector_arn: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Restart {
    connector_arn: String,
    #[serde(rename = "onlyFailedTasks")]
    _only_failed_tasks: Option<bool>,
}

fn pause(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let One { connector_arn } = call.input()?;
    switch(account, &connector_arn, "pause", State::Running, Work::Pause)
}

fn resume(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let One { connector_arn } = call.input()?;
    switch(account, &connector_arn, "resume", State::Paused, Work::Resume)
}

fn restart(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let Restart { connector_arn, .. } = call.input()?;
    switch(account, &connector_arn, "restart", State::Running, Work::Restart)
}

fn switch(account: &mut Account, arn: &str, verb: &str, from: State, work: Work) -> Result<Answer, Fault> {
    let Connector { state, .. } = find(account, arn)?;
    if *state != from {
        let message = format!("You can't {verb} a connector in {} state.", state.name());
        return Err(Fault::new(409, "ConflictException", message));
    }
    let operation = begin(account, arn, work)?;
    Answer::json(json!({ "connectorArn": arn, "connectorOperationArn": operation }))
}
