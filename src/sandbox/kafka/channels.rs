//! Channels: delivery from topics of Express clusters to S3 and Iceberg (AWS.md §3.4).

use super::channel_shapes::{
    Destination, Encryption, IcebergDestination, S3Destination, TopicConfiguration, check_destination, check_freshness,
};
use super::checks;
use super::cluster::{self, Cluster, State};
use super::shapes::{Logs, bare};
use super::{Paging, bad, not_found, taken, with_token};
use crate::account::Account;
use crate::answer::{Answer, Fault};
use crate::call::Call;
use crate::clock::{MINUTE, SECOND, Timed};
use crate::iam::{self, WhyNot};
use crate::logs;
use crate::operation::Operation;
use crate::s3;
use crate::tags::{self, Tags};
use crate::time::iso8601;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

pub(super) const OPERATIONS: &[Operation] = &[
    Operation::write("CreateChannel", create).at("POST", "/v1/clusters/{clusterArn}/channels"),
    Operation::read("ListChannels", list).at("GET", "/v1/clusters/{clusterArn}/channels"),
    Operation::read("DescribeChannel", describe).at("GET", "/v1/clusters/{clusterArn}/channels/{channelArn}"),
    Operation::write("UpdateChannel", update).at("PUT", "/v1/clusters/{clusterArn}/channels/{channelArn}"),
    Operation::write("DeleteChannel", delete).at("DELETE", "/v1/clusters/{clusterArn}/channels/{channelArn}"),
];

const CREATION: u64 = 2 * MINUTE;
const CHANGE: u64 = MINUTE;
const DELETION: u64 = MINUTE;
/// How much longer the topic keeps its channel in mind.
const HOLD: u64 = 30 * SECOND;
/// Channels a cluster may have, and a topic.
const MOST: (usize, usize) = (50, 10);

/// A channel.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Channel {
    arn: String,
    name: String,
    created: u64,
    /// The topic's name.
    topic: String,
    topics: Vec<TopicConfiguration>,
    destination: Destination,
    encryption: Option<Encryption>,
    logging: Option<Logs>,
    status: Timed<Status>,
    failure: Option<Reason>,
    pub tags: Tags,
    gone_at: Option<u64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum Status {
    Creating,
    Active,
    Updating,
    Deleting,
    Failed,
    Suspended,
}

/// Why something does not work: a code and a text.
type Reason = (String, String);

impl Channel {
    pub(super) fn arn(&self) -> &str {
        &self.arn
    }

    fn gone(&self, now: u64) -> bool {
        self.gone_at.is_some_and(|gone| gone <= now)
    }

    /// Whether the topic cannot be deleted because of this channel.
    pub(super) fn holds(&self, topic: &str, now: u64) -> bool {
        self.topic == topic && self.gone_at.is_none_or(|gone| gone + HOLD > now)
    }

    /// What it is now, and why it does not deliver.
    fn status(&self, account: &Account) -> (Status, Option<Reason>) {
        let delivers = |status| matches!(status, Status::Active | Status::Updating);
        let wrong = |status| if delivers(status) { doom(account, &self.destination) } else { None };
        match *self.status.at(account.now) {
            Status::Failed => (Status::Failed, self.failure.clone()),
            status => match wrong(status) {
                Some(reason) => (Status::Suspended, Some(reason)),
                None => (status, None),
            },
        }
    }

    fn summary(&self, account: &Account) -> Value {
        json!({
            "channelArn": self.arn,
            "channelName": self.name,
            "status": self.status(account).0,
            "creationTime": iso8601(self.created),
            "destinationType": self.destination.kind(),
        })
    }

    fn described(&self, account: &Account) -> Value {
        let mut value = self.summary(account);
        match &self.destination {
            Destination::S3(to) => value["s3DestinationConfiguration"] = json!(to),
            Destination::Iceberg(to) => value["icebergDestinationConfiguration"] = json!(to),
        }
        value["encryptionConfiguration"] = json!(self.encryption);
        value["topicConfigurationList"] = json!(self.topics);
        value["loggingInfo"] = json!(self.logging);
        value["tags"] = json!(self.tags);
        if let (_, Some((code, message))) = self.status(account) {
            value["stateInfo"] = json!({ "code": code, "message": message });
        }
        bare(value)
    }
}

/// Every channel of the cluster that is there now.
pub(super) fn all(cluster: &Cluster, now: u64) -> impl Iterator<Item = &Channel> {
    cluster.channels.values().filter(move |channel| !channel.gone(now))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Create {
    cluster_arn: String,
    channel_name: String,
    encryption_configuration: Option<Encryption>,
    iceberg_destination_configuration: Option<IcebergDestination>,
    s3_destination_configuration: Option<S3Destination>,
    #[serde(default)]
    tags: Tags,
    topic_configuration_list: Vec<TopicConfiguration>,
    logging_info: Option<Logs>,
}

fn create(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let input: Create = call.input()?;
    let now = account.now;
    let name = input.channel_name;
    let allowed = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
    if !(1..=64).contains(&name.len()) || !name.chars().all(allowed) {
        return Err(bad("channelName", "The parameter value contains one or more characters that are not valid."));
    }
    tags::check(&input.tags).map_err(|message| bad("tags", message))?;
    let topics = input.topic_configuration_list;
    let [topic] = topics.as_slice() else {
        return Err(bad("topicConfigurationList", "The size of list should be between 1 and 1."));
    };
    let mut destination = match (input.s3_destination_configuration, input.iceberg_destination_configuration) {
        (Some(to), None) => Destination::S3(to),
        (None, Some(to)) => Destination::Iceberg(to),
        _ => return Err(bad("s3DestinationConfiguration", "Specify exactly one destination.")),
    };
    check_destination(&mut destination, topic)?;
    if let Some(logs) = &input.logging_info {
        checks::logs("loggingInfo", "channel logs", logs)?;
        check_log_group(account, logs)?;
    }
    let cluster = open(account, &input.cluster_arn)?;
    let prefix = cluster.topic_arn("");
    let topic_name = topic.topic_arn.strip_prefix(&prefix).filter(|name| cluster.topics.has(name));
    let topic_name = topic_name.ok_or_else(|| bad("topicArn", "The topic does not exist in the cluster."))?.to_owned();
    cluster.channels.retain(|_, channel| channel.gone_at.is_none_or(|gone| gone + HOLD > now));
    if all(cluster, now).any(|channel| channel.name == name) {
        return Err(taken("channelName"));
    }
    let of_topic = all(cluster, now).filter(|channel| channel.topic == topic_name).count();
    if all(cluster, now).count() >= MOST.0 || of_topic >= MOST.1 {
        let message = format!("A cluster can have {} channels, a topic {}.", MOST.0, MOST.1);
        return Err(bad("channelName", message));
    }
    let failure = doom(account, &destination);
    let id = account.ids.uuid();
    let cluster = open(account, &input.cluster_arn)?;
    let arn = format!("{}/{name}/{id}", cluster.arn.replacen(":cluster/", ":channel/", 1));
    let end = if failure.is_some() { Status::Failed } else { Status::Active };
    let channel = Channel {
        arn: arn.clone(),
        name,
        created: now,
        topic: topic_name,
        topics,
        destination,
        encryption: input.encryption_configuration,
        logging: input.logging_info,
        status: Timed::new(now, Status::Creating).then(now + CREATION, end),
        failure,
        tags: input.tags,
        gone_at: None,
    };
    cluster.channels.insert(arn.clone(), channel);
    Answer::json(json!({ "channelArn": arn }))
}

/// The cluster, when it can have channels at this moment.
fn open<'a>(account: &'a mut Account, arn: &str) -> Result<&'a mut Cluster, Fault> {
    let now = account.now;
    let cluster = cluster::find(account, arn)?;
    if !cluster.provisioned().is_some_and(|provisioned| provisioned.express()) {
        return Err(bad("clusterArn", "Channels are only supported for clusters with Express brokers."));
    }
    let state = *cluster.state.at(now);
    if state != State::Active {
        let message = format!("You can't perform channel operations on a cluster in {} state.", state.name());
        return Err(bad("clusterArn", message));
    }
    Ok(cluster)
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
    let now = account.now;
    let cluster = cluster::find(account, &cluster_arn)?;
    let fits = |channel: &&Channel| prefix.as_ref().is_none_or(|prefix| channel.topic.starts_with(prefix));
    let channels: Vec<Channel> = all(cluster, now).filter(fits).cloned().collect();
    let channels = channels.iter().map(|channel| channel.summary(account));
    let (page, next) = Paging { max_results, next_token }.page(channels)?;
    Answer::json(with_token(json!({ "channels": page }), next))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct One {
    cluster_arn: String,
    channel_arn: String,
}

fn find<'a>(account: &'a mut Account, cluster: &str, arn: &str) -> Result<&'a mut Channel, Fault> {
    let now = account.now;
    let cluster = cluster::find(account, cluster)?;
    let found = cluster.channels.get_mut(arn).filter(|channel| !channel.gone(now));
    found.ok_or_else(|| not_found("channelArn", format!("Channel {arn} does not exist.")))
}

fn describe(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let One { cluster_arn, channel_arn } = call.input()?;
    let channel = find(account, &cluster_arn, &channel_arn)?.clone();
    Answer::json(channel.described(account))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Update {
    cluster_arn: String,
    channel_arn: String,
    s3_destination_update: Option<Freshness>,
    iceberg_destination_update: Option<Freshness>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Freshness {
    data_freshness_in_seconds: u32,
}

fn update(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let Update { cluster_arn, channel_arn, s3_destination_update, iceberg_destination_update } = call.input()?;
    let now = account.now;
    let (status, _) = find(account, &cluster_arn, &channel_arn)?.clone().status(account);
    let channel = find(account, &cluster_arn, &channel_arn)?;
    let wanted = match (&channel.destination, s3_destination_update, iceberg_destination_update) {
        (Destination::S3(_), Some(wanted), None) | (Destination::Iceberg(_), None, Some(wanted)) => wanted,
        _ => return Err(bad("s3DestinationUpdate", "The update must be of the destination that the channel has.")),
    };
    check_freshness(wanted.data_freshness_in_seconds)?;
    if status != Status::Active {
        return Err(bad("channelArn", "You can only update a channel in ACTIVE state."));
    }
    *channel.destination.freshness() = Some(wanted.data_freshness_in_seconds);
    channel.status = Timed::new(now, Status::Updating).then(now + CHANGE, Status::Active);
    Answer::json(json!({ "channelArn": channel_arn }))
}

fn delete(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let One { cluster_arn, channel_arn } = call.input()?;
    let now = account.now;
    let channel = find(account, &cluster_arn, &channel_arn)?;
    if channel.gone_at.is_none() {
        channel.status = Timed::new(now, Status::Deleting);
        channel.gone_at = Some(now + DELETION);
    }
    Answer::json(json!({ "channelArn": channel_arn }))
}

/// Whether the log group is there.
fn check_log_group(account: &Account, logs: &Logs) -> Result<(), Fault> {
    let group = logs.cloud_watch_logs.as_ref().filter(|logs| logs.enabled).and_then(|logs| logs.log_group.as_ref());
    match group.filter(|name| !logs::exists(account, name)) {
        None => Ok(()),
        Some(name) => Err(bad("loggingInfo", format!("The log group {name} does not exist."))),
    }
}

/// Why the channel cannot deliver, when it cannot: MSK finds out while making it, and later suspends it.
fn doom(account: &Account, destination: &Destination) -> Option<Reason> {
    let role = destination.role();
    if let Err(why) = iam::role_usable(account, role, "kafka.amazonaws.com", account.now) {
        let reason = match why {
            WhyNot::Absent => "does not exist",
            _ => "cannot be assumed by kafka.amazonaws.com",
        };
        return Some(("AccessDenied".to_owned(), format!("The role {role} {reason}.")));
    }
    let absent = |arn: &&str| arn.strip_prefix("arn:aws:s3:::").and_then(|name| s3::bucket(account, name)).is_none();
    let bucket = destination.buckets().into_iter().find(absent)?;
    Some(("DestinationNotFound".to_owned(), format!("The bucket {bucket} does not exist.")))
}
