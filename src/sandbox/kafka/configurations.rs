//! Configurations and their revisions (AWS.md §3.2).

use super::{Paging, bad, check_name, cluster, taken, versions, with_token};
use crate::account::Account;
use crate::answer::{Answer, Fault};
use crate::call::Call;
use crate::clock::SECOND;
use crate::operation::Operation;
use crate::time::iso8601;
use crate::wire::Blob;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

pub(super) const OPERATIONS: &[Operation] = &[
    Operation::write("CreateConfiguration", create).at("POST", "/v1/configurations"),
    Operation::read("ListConfigurations", list).at("GET", "/v1/configurations"),
    Operation::read("DescribeConfiguration", describe).at("GET", "/v1/configurations/{arn}"),
    Operation::write("UpdateConfiguration", update).at("PUT", "/v1/configurations/{arn}"),
    Operation::write("DeleteConfiguration", delete).at("DELETE", "/v1/configurations/{arn}"),
    Operation::read("ListConfigurationRevisions", list_revisions).at("GET", "/v1/configurations/{arn}/revisions"),
    Operation::read("DescribeConfigurationRevision", describe_revision)
        .at("GET", "/v1/configurations/{arn}/revisions/{revision}"),
];

/// How long a deletion takes.
const DELETION: u64 = 3 * SECOND;

/// A configuration.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Configuration {
    pub arn: String,
    name: String,
    description: String,
    versions: Vec<String>,
    created: u64,
    revisions: Vec<Revision>,
    gone_at: Option<u64>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Revision {
    created: u64,
    description: String,
    properties: Blob,
}

/// The settings a custom configuration may contain.
const ALLOWED: &[&str] = &[
    "allow.everyone.if.no.acl.found",
    "auto.create.topics.enable",
    "compression.type",
    "connections.max.idle.ms",
    "custom.advertised.listeners",
    "default.replication.factor",
    "delete.topic.enable",
    "group.initial.rebalance.delay.ms",
    "group.max.session.timeout.ms",
    "group.min.session.timeout.ms",
    "leader.imbalance.per.broker.percentage",
    "log.cleaner.delete.retention.ms",
    "log.cleaner.min.cleanable.ratio",
    "log.cleanup.policy",
    "log.flush.interval.messages",
    "log.flush.interval.ms",
    "log.message.timestamp.difference.max.ms",
    "log.message.timestamp.type",
    "log.retention.bytes",
    "log.retention.hours",
    "log.retention.minutes",
    "log.retention.ms",
    "log.roll.ms",
    "log.segment.bytes",
    "max.incremental.fetch.session.cache.slots",
    "message.max.bytes",
    "min.insync.replicas",
    "num.io.threads",
    "num.network.threads",
    "num.partitions",
    "num.recovery.threads.per.data.dir",
    "num.replica.fetchers",
    "offsets.retention.minutes",
    "offsets.topic.replication.factor",
    "replica.fetch.max.bytes",
    "replica.fetch.response.max.bytes",
    "replica.lag.time.max.ms",
    "replica.selector.class",
    "replica.socket.receive.buffer.bytes",
    "socket.receive.buffer.bytes",
    "socket.request.max.bytes",
    "socket.send.buffer.bytes",
    "transaction.max.timeout.ms",
    "transaction.state.log.min.isr",
    "transaction.state.log.replication.factor",
    "transactional.id.expiration.ms",
    "unclean.leader.election.enable",
    "zookeeper.connection.timeout.ms",
    "zookeeper.session.timeout.ms",
];

impl Configuration {
    fn summary(&self) -> Value {
        let state = if self.gone_at.is_some() { "DELETING" } else { "ACTIVE" };
        json!({
            "arn": self.arn,
            "name": self.name,
            "description": self.description,
            "kafkaVersions": self.versions,
            "creationTime": iso8601(self.created),
            "latestRevision": self.revision(self.revisions.len()),
            "state": state,
        })
    }

    fn revision(&self, number: usize) -> Option<Value> {
        let revision = self.revisions.get(number.checked_sub(1)?)?;
        let created = iso8601(revision.created);
        Some(json!({ "revision": number, "creationTime": created, "description": revision.description }))
    }
}

/// The configuration, unless it is gone.
fn find<'a>(account: &'a Account, arn: &str) -> Result<&'a Configuration, Fault> {
    let found = account.kafka.configurations.get(arn);
    let found = found.filter(|configuration| configuration.gone_at.is_none_or(|gone| gone > account.now));
    found.ok_or_else(|| bad("arn", "Configuration ARN does not exist."))
}

/// Whether a cluster may use `revision` of the configuration: its settings as text, when it is there.
pub(super) fn usable(account: &Account, arn: &str, revision: i64, version: &str) -> Result<(), Fault> {
    let found = find(account, arn).ok().filter(|configuration| configuration.gone_at.is_none());
    let configuration = found.ok_or_else(|| bad("configurationInfo", "Invalid Configuration ARN."))?;
    let number = usize::try_from(revision).unwrap_or(0);
    if configuration.revision(number).is_none() {
        return Err(bad("configurationInfo", "Invalid Configuration revision."));
    }
    if !configuration.versions.is_empty() && !configuration.versions.iter().any(|known| known == version) {
        let message = format!("The configuration is not compatible with Kafka version {version}.");
        return Err(bad("configurationInfo", message));
    }
    Ok(())
}

/// The settings of a revision; none when there is no such revision.
pub(super) fn settings(account: &Account, arn: &str, revision: i64) -> Vec<(String, String)> {
    let revision = usize::try_from(revision - 1).ok();
    let found = account.kafka.configurations.get(arn).zip(revision);
    let found = found.and_then(|(configuration, index)| configuration.revisions.get(index));
    found.map_or_else(Vec::new, |revision| parse(&revision.properties))
}

fn parse(properties: &Blob) -> Vec<(String, String)> {
    let text = String::from_utf8_lossy(&properties.0);
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with(['#', '!']));
    let pairs = lines.map(|line| line.split_once('=').unwrap_or((line, "")));
    pairs.map(|(key, value)| (key.trim().to_owned(), value.trim().to_owned())).collect()
}

fn check(properties: &Blob) -> Result<(), Fault> {
    match parse(properties).iter().find(|(key, _)| !ALLOWED.contains(&key.as_str())) {
        None => Ok(()),
        Some((key, _)) => {
            let message = format!("Key '{key}' is not supported by at least one Apache Kafka version");
            Err(bad("serverProperties", message))
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Create {
    name: String,
    server_properties: Blob,
    #[serde(default)]
    kafka_versions: Vec<String>,
    #[serde(default)]
    description: String,
}

fn create(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let Create { name, server_properties, kafka_versions, description } = call.input()?;
    check_name("name", &name)?;
    for version in &kafka_versions {
        versions::known("kafkaVersions", version)?;
    }
    check(&server_properties)?;
    let now = account.now;
    account.kafka.configurations.retain(|_, configuration| configuration.gone_at.is_none_or(|gone| gone > now));
    if account.kafka.configurations.values().any(|configuration| configuration.name == name) {
        return Err(taken("name"));
    }
    let id = format!("{}-{}", account.ids.uuid(), 1 + account.ids.number() % 9);
    let arn = account.arn("kafka", &format!("configuration/{name}/{id}"));
    let revision = Revision { created: now, description: description.clone(), properties: server_properties };
    let (versions, revisions) = (kafka_versions, vec![revision]);
    let configuration =
        Configuration { arn: arn.clone(), name, description, versions, created: now, revisions, gone_at: None };
    let mut output = configuration.summary();
    if let Some(members) = output.as_object_mut() {
        members.retain(|name, _| name != "description" && name != "kafkaVersions");
    }
    account.kafka.configurations.insert(arn, configuration);
    Answer::json(output)
}

fn list(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let now = account.now;
    let there = account.kafka.configurations.values();
    let there = there.filter(|configuration| configuration.gone_at.is_none_or(|gone| gone > now));
    let (page, next) = call.input::<Paging>()?.page(there.map(Configuration::summary))?;
    Answer::json(with_token(json!({ "configurations": page }), next))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Named {
    arn: String,
}

fn describe(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    Answer::json(find(account, &call.input::<Named>()?.arn)?.summary())
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Update {
    arn: String,
    server_properties: Blob,
    #[serde(default)]
    description: String,
}

fn update(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let Update { arn, server_properties, description } = call.input()?;
    if find(account, &arn)?.gone_at.is_some() {
        return Err(bad("arn", "You can't update a configuration in DELETING state."));
    }
    check(&server_properties)?;
    let now = account.now;
    let configuration = account.kafka.configurations.get_mut(&arn);
    let configuration = configuration.ok_or_else(|| bad("arn", "Configuration ARN does not exist."))?;
    configuration.revisions.push(Revision { created: now, description, properties: server_properties });
    let latest = configuration.revision(configuration.revisions.len());
    Answer::json(json!({ "arn": arn, "latestRevision": latest }))
}

fn delete(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let Named { arn } = call.input()?;
    find(account, &arn)?;
    if cluster::all(account).any(|cluster| cluster.uses(&arn)) {
        let text = "Configuration is in use by one or more clusters. Dissociate the configuration from the clusters.";
        return Err(bad("arn", text));
    }
    let due = account.now + DELETION;
    if let Some(configuration) = account.kafka.configurations.get_mut(&arn) {
        configuration.gone_at.get_or_insert(due);
    }
    Answer::json(json!({ "arn": arn, "state": "DELETING" }))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct ListRevisions {
    arn: String,
    max_results: Option<usize>,
    next_token: Option<String>,
}

fn list_revisions(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let ListRevisions { arn, max_results, next_token } = call.input()?;
    let configuration = find(account, &arn)?;
    let revisions = (1..=configuration.revisions.len()).filter_map(|number| configuration.revision(number));
    let (page, next) = Paging { max_results, next_token }.page(revisions)?;
    Answer::json(with_token(json!({ "revisions": page }), next))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OneRevision {
    arn: String,
    revision: usize,
}

fn describe_revision(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let OneRevision { arn, revision: number } = call.input()?;
    let configuration = find(account, &arn)?;
    let index = number.checked_sub(1).and_then(|index| configuration.revisions.get(index));
    let revision = index.ok_or_else(|| bad("revision", "Configuration revision does not exist."))?;
    Answer::json(json!({
        "arn": arn,
        "revision": number,
        "creationTime": iso8601(revision.created),
        "description": revision.description,
        "serverProperties": revision.properties,
    }))
}
