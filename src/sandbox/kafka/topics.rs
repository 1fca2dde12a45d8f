//! Topics (AWS.md §3.3). What reads show is up to a minute old.

use super::cluster::{self, Cluster, State};
use super::topic_settings::{self, Settings, refused};
use super::versions::Version;
use super::{Paging, bad, configurations, not_found, with_token};
use crate::account::Account;
use crate::answer::{Answer, Fault};
use crate::call::Call;
use crate::clock::MINUTE;
use crate::operation::Operation;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeMap;

pub(super) const OPERATIONS: &[Operation] = &[
    Operation::write("CreateTopic", create).at("POST", "/v1/clusters/{clusterArn}/topics"),
    Operation::read("ListTopics", list).at("GET", "/v1/clusters/{clusterArn}/topics"),
    Operation::read("DescribeTopic", describe).at("GET", "/v1/clusters/{clusterArn}/topics/{topicName}"),
    Operation::write("UpdateTopic", update).at("PUT", "/v1/clusters/{clusterArn}/topics/{topicName}"),
    Operation::write("DeleteTopic", delete).at("DELETE", "/v1/clusters/{clusterArn}/topics/{topicName}"),
    Operation::read("DescribeTopicPartitions", partitions)
        .at("GET", "/v1/clusters/{clusterArn}/topics/{topicName}/partitions"),
];

/// How often what reads show is brought up to date.
const REFRESH: u64 = MINUTE;

/// The topics of one cluster: as they are, and as they were at the last full minute.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Topics {
    real: BTreeMap<String, Topic>,
    shown: BTreeMap<String, Topic>,
    shown_at: u64,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Topic {
    partitions: u32,
    replication: u32,
    settings: Settings,
}

impl Topics {
    /// Those that a cluster has from the beginning.
    pub(super) fn new() -> Self {
        let topic = |partitions| Topic { partitions, replication: 3, settings: Settings::new() };
        let names = [("__amazon_msk_canary", 6), ("__consumer_offsets", 50)];
        let real: BTreeMap<_, _> = names.into_iter().map(|(name, count)| (name.to_owned(), topic(count))).collect();
        Self { shown: real.clone(), real, shown_at: 0 }
    }

    /// Brings what reads show up to the last full minute. Called before every change, so that no
    /// change lies between that minute and `real`.
    pub(super) fn refresh(&mut self, now: u64) {
        let minute = now - now % REFRESH;
        if minute > self.shown_at {
            self.shown = self.real.clone();
            self.shown_at = minute;
        }
    }

    /// Whether there is a topic of this name.
    pub(super) fn has(&self, name: &str) -> bool {
        self.real.contains_key(name)
    }

    /// The names of those that are not Kafka's or AWS's own.
    pub(super) fn of_users(&self) -> Vec<&str> {
        self.real.keys().map(String::as_str).filter(|name| !name.starts_with("__")).collect()
    }
}

impl Cluster {
    pub(super) fn topic_arn(&self, name: &str) -> String {
        format!("{}/{name}", self.arn.replacen(":cluster/", ":topic/", 1))
    }
}

/// The cluster, when it has the topic API at this moment.
fn open<'a>(account: &'a mut Account, arn: &str) -> Result<&'a mut Cluster, Fault> {
    let now = account.now;
    let cluster = cluster::find(account, arn)?;
    let Some(provisioned) = cluster.provisioned() else {
        return Err(bad("clusterArn", "Topic operations are not supported for serverless clusters."));
    };
    if provisioned.kafka().map(Version::numbers) < Some(vec![3, 6]) {
        return Err(bad("clusterArn", "Topic operations require Apache Kafka version 3.6.0 or later."));
    }
    let state = *cluster.state.at(now);
    if state != State::Active {
        let message = format!("You can't perform topic operations on a cluster in {} state.", state.name());
        return Err(bad("clusterArn", message));
    }
    Ok(cluster)
}

fn unknown(name: &str) -> Fault {
    let message = format!("Topic {name} does not exist.");
    Fault::new(404, "UnknownTopicOrPartitionException", message).with_member("invalidParameter", "topicName")
}

fn answer(cluster: &Cluster, name: &str, status: &str) -> Result<Answer, Fault> {
    Answer::json(json!({ "topicArn": cluster.topic_arn(name), "topicName": name, "status": status }))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Create {
    cluster_arn: String,
    topic_name: String,
    partition_count: u32,
    replication_factor: u32,
    configs: Option<String>,
}

fn create(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let Create { cluster_arn, topic_name: name, partition_count, replication_factor, configs } = call.input()?;
    let settings = configs.map_or_else(|| Ok(Settings::new()), |configs| topic_settings::decode(&configs))?;
    let cluster = open(account, &cluster_arn)?;
    let (express, brokers) = cluster.provisioned().map_or((false, 0), |all| (all.express(), all.count));
    let allowed = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
    if name.is_empty() || name.len() > 249 || name == "." || name == ".." || !name.chars().all(allowed) {
        return Err(refused("topicName", format!("Topic name {name} is invalid.")));
    }
    if partition_count == 0 || replication_factor == 0 {
        let message = "The number of partitions and the replication factor must be at least 1.";
        return Err(bad("partitionCount", message));
    }
    topic_settings::check(&settings, express)?;
    if cluster.topics.has(&name) {
        let message = format!("Topic {name} already exists.");
        return Err(Fault::new(409, "TopicExistsException", message).with_member("invalidParameter", "topicName"));
    }
    // Express brokers make three copies whatever is asked for.
    let replication = if express { 3 } else { replication_factor };
    if replication > brokers {
        let message = format!("Replication factor: {replication} larger than available brokers: {brokers}.");
        return Err(refused("replicationFactor", message));
    }
    let topic = Topic { partitions: partition_count, replication, settings };
    cluster.topics.real.insert(name.clone(), topic);
    answer(cluster, &name, "CREATING")
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct List {
    cluster_arn: String,
    topic_name_filter: Option<String>,
    max_results: Option<usize>,
    next_token: Option<String>,
}

fn list(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let List { cluster_arn, topic_name_filter: prefix, max_results, next_token } = call.input()?;
    let cluster = open(account, &cluster_arn)?;
    let prefix = prefix.unwrap_or_default();
    let all = cluster.topics.shown.iter().filter(|(name, _)| name.starts_with(&prefix)).map(|(name, topic)| {
        json!({
            "topicArn": cluster.topic_arn(name),
            "topicName": name,
            "replicationFactor": topic.replication,
            "partitionCount": topic.partitions,
            "outOfSyncReplicaCount": 0,
        })
    });
    let (page, next) = Paging { max_results, next_token }.page(all)?;
    Answer::json(with_token(json!({ "topics": page }), next))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct One {
    cluster_arn: String,
    topic_name: String,
}

fn describe(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let One { cluster_arn, topic_name: name } = call.input()?;
    let cluster = open(account, &cluster_arn)?;
    let (arn, shown) = (cluster.topic_arn(&name), cluster.topics.shown.get(&name).cloned());
    let configuration = cluster.provisioned().and_then(|provisioned| provisioned.configuration.clone());
    let topic = shown.ok_or_else(|| not_found("topicName", format!("Topic {name} does not exist.")))?;
    let brokers =
        configuration.map_or_else(Vec::new, |info| configurations::settings(account, &info.arn, info.revision));
    Answer::json(json!({
        "topicArn": arn,
        "topicName": name,
        "replicationFactor": topic.replication,
        "partitionCount": topic.partitions,
        "configs": topic_settings::encode(&topic_settings::effective(&topic.settings, &brokers))?,
        "status": "ACTIVE",
    }))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Update {
    cluster_arn: String,
    topic_name: String,
    configs: Option<String>,
    partition_count: Option<u32>,
}

fn update(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let Update { cluster_arn, topic_name: name, configs, partition_count } = call.input()?;
    let settings = configs.map(|configs| topic_settings::decode(&configs)).transpose()?;
    let cluster = open(account, &cluster_arn)?;
    let express = cluster.provisioned().is_some_and(|provisioned| provisioned.express());
    let topic = cluster.topics.real.get_mut(&name).ok_or_else(|| unknown(&name))?;
    match (settings, partition_count) {
        (Some(settings), None) => {
            topic_settings::check(&settings, express)?;
            topic.settings = settings;
        }
        (None, Some(count)) if count > topic.partitions => topic.partitions = count,
        (None, Some(count)) => {
            let now = topic.partitions;
            let message = match count == now {
                true => format!("Topic already has {now} partition(s)."),
                false => {
                    format!("The topic {name} currently has {now} partition(s); {count} would not be an increase.")
                }
            };
            return Err(refused("partitionCount", message));
        }
        _ => return Err(bad("partitionCount", "You must specify either configs or partitionCount to update.")),
    }
    answer(cluster, &name, "UPDATING")
}

fn delete(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let One { cluster_arn, topic_name: name } = call.input()?;
    let now = account.now;
    let cluster = open(account, &cluster_arn)?;
    if !cluster.topics.has(&name) {
        return Err(unknown(&name));
    }
    if cluster.channels.values().any(|channel| channel.holds(&name, now)) {
        let message = format!("Topic {name} has an associated Channel. Delete the Channel, then try again.");
        return Err(bad("topicName", message));
    }
    cluster.topics.real.remove(&name);
    answer(cluster, &name, "DELETING")
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct ListPartitions {
    cluster_arn: String,
    topic_name: String,
    max_results: Option<usize>,
    next_token: Option<String>,
}

fn partitions(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let ListPartitions { cluster_arn, topic_name: name, max_results, next_token } = call.input()?;
    let cluster = open(account, &cluster_arn)?;
    let brokers = cluster.provisioned().map_or(1, |provisioned| provisioned.count.max(1));
    let topic = cluster.topics.shown.get(&name);
    let topic = topic.ok_or_else(|| not_found("topicName", format!("Topic {name} does not exist.")))?;
    let all = (0..topic.partitions).map(|partition| -> Value {
        let copies: Vec<u32> = (0..topic.replication).map(|copy| (partition + copy) % brokers + 1).collect();
        json!({ "partition": partition, "leader": copies.first(), "replicas": copies, "isr": copies })
    });
    let (page, next) = Paging { max_results, next_token }.page(all)?;
    Answer::json(with_token(json!({ "partitions": page }), next))
}
