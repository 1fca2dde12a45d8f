//! Creating, reading and deleting environments.

use super::environment::{BEFORE_ENDPOINTS, CREATING, DELETING, Environment, Status, find, settle};
use super::settings::{EndpointManagement, Settings, check_name};
use super::{checks, invalid, network};
use crate::account::Account;
use crate::answer::{Answer, Fault};
use crate::call::Call;
use crate::operation::Operation;
use crate::tags;
use serde::Deserialize;
use serde_json::json;

pub(super) const OPERATIONS: &[Operation] = &[
    Operation::write("CreateEnvironment", create).at("PUT", "/environments/{Name}"),
    Operation::read("GetEnvironment", get).at("GET", "/environments/{Name}"),
    Operation::read("ListEnvironments", list).at("GET", "/environments"),
    Operation::write("DeleteEnvironment", delete).at("DELETE", "/environments/{Name}"),
];

/// Environments an account may have in a region.
const MOST: usize = 10;
/// Environments on one page.
const PAGE: usize = 25;

fn create(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let mut settings: Settings = call.input()?;
    if settings.worker_replacement_strategy.is_some() {
        return Err(call.invalid("unknown field `WorkerReplacementStrategy`"));
    }
    let given = settings.tags.take().unwrap_or_default();
    check_name(&settings.name)?;
    tags::check(&given).map_err(invalid)?;
    let mut settings = settings.completed();
    settings.check()?;
    settle(account);
    let name = settings.name.clone();
    if account.airflow.environments.contains_key(&name) {
        return Err(invalid(format!("Environment with name {name} already exists.")));
    }
    if account.airflow.environments.len() >= MOST {
        return Err(invalid(format!("You have reached the maximum number of environments, {MOST}.")));
    }
    checks::request(account, &settings)?;
    let (now, id) = (account.now, account.ids.uuid());
    settings.weekly_maintenance_window_start.get_or_insert_with(|| "SUN:03:30".into());
    let customer = settings.endpoint_management == Some(EndpointManagement::Customer);
    let endpoints = if customer { EndpointManagement::Customer } else { EndpointManagement::Service };
    let arn = account.arn("airflow", &format!("environment/{name}"));
    network::attach(account, &arn, &settings.network(), endpoints);
    let environment = Environment {
        arn: arn.clone(),
        created: now,
        status: Status::Creating,
        due: Some(now + if customer { BEFORE_ENDPOINTS } else { CREATING }),
        settings,
        next: None,
        last_update: None,
        tags: given,
        id,
    };
    account.airflow.environments.insert(name, environment);
    Answer::json(json!({ "Arn": arn }))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct One {
    name: String,
}

fn get(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let One { name } = call.input()?;
    check_name(&name)?;
    let environment = find(account, &name)?.clone();
    Answer::json(json!({ "Environment": environment.shown(account) }))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct List {
    max_results: Option<usize>,
    next_token: Option<String>,
}

fn list(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let List { max_results, next_token } = call.input()?;
    let size = max_results.unwrap_or(PAGE);
    if !(1..=PAGE).contains(&size) {
        return Err(invalid(format!("MaxResults must be between 1 and {PAGE}.")));
    }
    settle(account);
    let after = next_token.unwrap_or_default();
    let mut names = account.airflow.environments.keys().filter(|name| **name > after);
    let page: Vec<&String> = names.by_ref().take(size).collect();
    let more = names.next().is_some();
    let mut answer = json!({ "Environments": page });
    if let (true, Some(last)) = (more, page.last()) {
        answer["NextToken"] = last.as_str().into();
    }
    Answer::json(answer)
}

fn delete(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let One { name } = call.input()?;
    check_name(&name)?;
    let now = account.now;
    let environment = find(account, &name)?;
    match environment.status {
        Status::Available | Status::UpdateFailed | Status::CreateFailed | Status::Pending => {}
        status => {
            let message = format!("Environment {name} in {} status cannot be deleted.", status.name());
            return Err(invalid(message));
        }
    }
    (environment.status, environment.due) = (Status::Deleting, Some(now + DELETING));
    let arn = environment.arn.clone();
    network::release(account, &arn, DELETING);
    Answer::json(json!({}))
}
