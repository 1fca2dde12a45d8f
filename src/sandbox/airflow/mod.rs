//! MWAA: Airflow environments (AWS.md §7, API model 2020-07-01).

mod checks;
mod environment;
mod environments;
mod network;
mod settings;
mod tag;
mod update;

use super::account::Account;
use super::answer::Fault;
use super::operation::Operation;
use super::tags::Tags;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Every operation.
pub const OPERATIONS: &[&[Operation]] = &[environments::OPERATIONS, update::OPERATIONS, tag::OPERATIONS];

/// What the account has in one region.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct State {
    /// By name. Deleted ones may linger until somebody looks.
    environments: BTreeMap<String, environment::Environment>,
}

/// Every tagged resource: ARN and tags.
pub fn tagged(account: &Account) -> Vec<(String, Tags)> {
    let there = account.airflow.environments.values().filter(|environment| environment.exists(account.now));
    let tagged = there.filter(|environment| !environment.tags.is_empty());
    tagged.map(|environment| (environment.arn.clone(), environment.tags.clone())).collect()
}

fn invalid(message: impl Into<String>) -> Fault {
    Fault::new(400, "ValidationException", message)
}

fn not_found(name: &str) -> Fault {
    Fault::new(404, "ResourceNotFoundException", format!("Environment {name} not found."))
}
