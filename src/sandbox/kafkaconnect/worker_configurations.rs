//! Worker configurations (AWS.md §4.2).

use super::{bad, bare, check_description, check_name, check_tags, listing, not_found, settle, taken};
use crate::account::Account;
use crate::answer::{Answer, Fault};
use crate::call::Call;
use crate::clock::SECOND;
use crate::operation::Operation;
use crate::tags::Tags;
use crate::time::iso8601;
use crate::wire::Blob;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

pub(super) const OPERATIONS: &[Operation] = &[
    Operation::write("CreateWorkerConfiguration", create).at("POST", "/v1/worker-configurations"),
    Operation::read("DescribeWorkerConfiguration", describe)
        .at("GET", "/v1/worker-configurations/{workerConfigurationArn}"),
    Operation::read("ListWorkerConfigurations", list).at("GET", "/v1/worker-configurations"),
    Operation::write("DeleteWorkerConfiguration", delete)
        .at("DELETE", "/v1/worker-configurations/{workerConfigurationArn}"),
];

const DELETING: u64 = 5 * SECOND;
/// Worker configurations an account may have in a region.
const MOST: usize = 100;

/// What every worker configuration must say.
const REQUIRED: [&str; 2] = ["key.converter", "value.converter"];

/// Prefixes of properties that MSK Connect sets itself.
const REFUSED: &[&str] = &[
    "access.control.",
    "admin.",
    "admin.listeners.https.",
    "bootstrap.servers",
    "client.",
    "connect.",
    "connector.",
    "group.id",
    "inter.worker.",
    "internal.",
    "listeners",
    "metrics.",
    "plugin.path",
    "response.http.",
    "rest.",
    "sasl.",
    "security.",
    "socket.",
    "ssl.",
    "topic.tracking.",
    "worker.",
];

/// A worker configuration.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct WorkerConfiguration {
    pub arn: String,
    pub name: String,
    pub tags: Tags,
    pub gone_at: Option<u64>,
    description: Option<String>,
    created: u64,
    content: Blob,
}

impl WorkerConfiguration {
    fn state(&self) -> &'static str {
        if self.gone_at.is_some() { "DELETING" } else { "ACTIVE" }
    }

    fn revision(&self) -> Value {
        json!({ "creationTime": iso8601(self.created), "description": self.description, "revision": 1 })
    }

    fn summary(&self) -> Value {
        json!({
            "creationTime": iso8601(self.created),
            "description": self.description,
            "latestRevision": self.revision(),
            "name": self.name,
            "workerConfigurationArn": self.arn,
            "workerConfigurationState": self.state(),
        })
    }
}

/// Whether a connector may use `revision` of the worker configuration `arn`.
pub(super) fn check_usable(account: &Account, arn: &str, revision: i64) -> Result<(), Fault> {
    let known = account.kafkaconnect.worker_configurations.get(arn).filter(|known| known.gone_at.is_none());
    known.ok_or_else(|| not_found("worker configuration", arn))?;
    if revision == 1 { Ok(()) } else { Err(bad(format!("The worker configuration {arn} has no revision {revision}."))) }
}

/// The names in a properties file.
fn names(content: &Blob) -> Result<Vec<String>, Fault> {
    let text = std::str::from_utf8(&content.0).map_err(|_| bad("The value of propertiesFileContent is not text."))?;
    let lines = text.lines().map(str::trim_start).filter(|line| !line.is_empty() && !line.starts_with(['#', '!']));
    let names = lines.map(|line| line.split(['=', ':', ' ', '\t']).next().unwrap_or_default().to_owned());
    Ok(names.collect())
}

fn check(content: &Blob) -> Result<(), Fault> {
    let names = names(content)?;
    if let Some(missing) = REQUIRED.iter().find(|required| !names.iter().any(|name| name == *required)) {
        return Err(bad(format!("The worker configuration must set {missing}.")));
    }
    match names.iter().find(|name| REFUSED.iter().any(|prefix| name.starts_with(prefix))) {
        Some(name) => Err(bad(format!("The property {name} is not supported in a worker configuration."))),
        None => Ok(()),
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Create {
    name: String,
    description: Option<String>,
    properties_file_content: Blob,
    #[serde(default)]
    tags: Tags,
}

fn create(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let Create { name, description, properties_file_content: content, tags } = call.input()?;
    check_name("name", &name)?;
    check_description("description", description.as_deref())?;
    check_tags(&tags)?;
    check(&content)?;
    settle(account);
    let all = &account.kafkaconnect.worker_configurations;
    if all.values().any(|known| known.name == name) {
        return Err(taken());
    }
    if all.len() >= MOST {
        return Err(bad(format!("You have reached the maximum number of worker configurations, {MOST}.")));
    }
    let id = account.ids.uuid();
    let arn = account.arn("kafkaconnect", &format!("worker-configuration/{name}/{id}-4"));
    let created = account.now;
    let workers = WorkerConfiguration { arn: arn.clone(), name, tags, gone_at: None, description, created, content };
    let mut shown = workers.summary();
    if let Some(members) = shown.as_object_mut() {
        members.remove("description");
    }
    account.kafkaconnect.worker_configurations.insert(arn, workers);
    Answer::json(bare(shown))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct One {
    worker_configuration_arn: String,
}

fn describe(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let One { worker_configuration_arn: arn } = call.input()?;
    settle(account);
    let found = account.kafkaconnect.worker_configurations.get(&arn);
    let workers = found.ok_or_else(|| not_found("worker configuration", &arn))?;
    let mut shown = workers.summary();
    shown["latestRevision"]["propertiesFileContent"] = json!(workers.content);
    Answer::json(bare(shown))
}

listing!(List by name_prefix);

fn list(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let input: List = call.input()?;
    settle(account);
    let all = account.kafkaconnect.worker_configurations.values().filter(|workers| input.fits(&workers.name));
    Answer::json(input.paging().page("workerConfigurations", all.map(|workers| bare(workers.summary())))?)
}

fn delete(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let One { worker_configuration_arn: arn } = call.input()?;
    settle(account);
    let now = account.now;
    let state = &mut account.kafkaconnect;
    let found = state.worker_configurations.get_mut(&arn);
    let workers = found.ok_or_else(|| not_found("worker configuration", &arn))?;
    if let Some(user) = state.connectors.values().find(|connector| connector.uses(&arn)) {
        return Err(bad(format!("The worker configuration is in use by the connector {}.", user.name)));
    }
    workers.gone_at.get_or_insert(now + DELETING);
    Answer::json(json!({ "workerConfigurationArn": arn, "workerConfigurationState": "DELETING" }))
}
