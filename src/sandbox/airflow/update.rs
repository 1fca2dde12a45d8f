//! Changing environments (AWS.md §7).

use super::environment::{LastUpdate, SNAPSHOT, Status, UPDATING, UpdateStatus, find};
use super::settings::{Settings, check_name};
use super::{checks, invalid};
use crate::account::Account;
use crate::answer::{Answer, Fault};
use crate::call::Call;
use crate::operation::Operation;
use serde_json::json;

pub(super) const OPERATIONS: &[Operation] =
    &[Operation::write("UpdateEnvironment", update).at("PATCH", "/environments/{Name}")];

fn update(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let mut given: Settings = call.input()?;
    check_name(&given.name)?;
    let subnets = given.network_configuration.as_ref().is_some_and(|network| !network.subnet_ids.is_empty());
    let refused = [
        ("Tags", given.tags.is_some()),
        ("KmsKey", given.kms_key.is_some()),
        ("EndpointManagement", given.endpoint_management.is_some()),
        ("SubnetIds", subnets),
    ];
    if let Some((member, _)) = refused.into_iter().find(|(_, there)| *there) {
        return Err(call.invalid(format!("unknown field `{member}`")));
    }
    let strategy = given.worker_replacement_strategy.take();
    let (now, name) = (account.now, given.name.clone());
    let environment = find(account, &name)?;
    if !matches!(environment.status, Status::Available | Status::UpdateFailed) {
        let status = environment.status.name();
        return Err(invalid(format!("Environment {name} in {status} status cannot be updated.")));
    }
    let before = environment.settings.clone();
    let next = before.clone().updated(given);
    next.check()?;
    checks::request(account, &next)?;
    let environment = find(account, &name)?;
    let other_version = before.airflow_version != next.airflow_version;
    (environment.status, environment.due) = match other_version {
        true => (Status::CreatingSnapshot, Some(now + SNAPSHOT)),
        false => (Status::Updating, Some(now + UPDATING)),
    };
    environment.next = Some(Box::new(next));
    environment.last_update = Some(LastUpdate { created: now, status: UpdateStatus::Pending, error: None, strategy });
    Answer::json(json!({ "Arn": environment.arn }))
}
