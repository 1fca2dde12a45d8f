//! `kafka/topic`: a topic, made through MSK's topic API (AWS.md §3.3).

use super::cluster::Cluster;
use crate::aws::{self, Class, Cx, Error, found};
use crate::resource::{
    Actions, Change, Changes, Effect, Fixed, Kind, Live, Named, Place, Ref, Retry, Status, To, Typical, Verb, holes,
};
use aws_sdk_kafka::types::TopicState;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use futures::future::try_join_all;
use futures::stream::{StreamExt, TryStreamExt, iter};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;
use std::time::Duration;

/// Settings of a topic by name.
type Settings = BTreeMap<String, String>;

/// How many topics of one cluster are read at a time: the brokers themselves answer.
const AT_ONCE: usize = 4;

/// A topic of a provisioned cluster of Kafka 3.6 or newer. Its id is its ARN.
///
/// Topics cannot be tagged. The stack owns those that the manifest lists and, where it prunes, every
/// other of its clusters but those whose names begin with `__`, which are Kafka's and AWS's own.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Topic {
    /// Where it is.
    pub cluster: Fixed<Ref<Cluster>>,
    /// 1 to 249 of `a-z A-Z 0-9 . _ -`.
    pub name: Fixed<String>,
    /// At least 1. Fewer than before replaces the topic.
    pub partitions: i32,
    /// Copies of each partition, at most one a broker; always 3 on Express brokers.
    pub replication: Fixed<i32>,
    /// Settings such as `retention.ms`. Those not named here are AWS's affair: neither compared nor
    /// set, so a setting taken out of the manifest stays as it is until another one changes.
    #[serde(default)]
    pub config: Settings,
}

impl Named for Topic {
    const NAME: &'static str = "kafka/topic";
}

impl Kind for Topic {
    const HOLDS_DATA: bool = true;
    const ACTIONS: Actions = Actions {
        read: &[
            "kafka:ListTopics",
            "kafka:DescribeTopic",
            "kafka-cluster:Connect",
            "kafka-cluster:DescribeTopic",
            "kafka-cluster:DescribeTopicDynamicConfiguration",
        ],
        create: &["kafka:CreateTopic", "kafka-cluster:CreateTopic"],
        update: &["kafka:UpdateTopic", "kafka-cluster:AlterTopic", "kafka-cluster:AlterTopicDynamicConfiguration"],
        delete: &["kafka:DeleteTopic", "kafka-cluster:DeleteTopic"],
        dependent: &[],
    };
    // A channel holds on to its topic a little longer than it lives.
    const RETRY: &'static [Retry] = &[
        Retry { code: "BadRequestException", message: "associated Channel", during: Duration::from_secs(300) },
        // The cluster is there, and reads of topics do not know it yet.
        Retry { code: "BadRequestException", message: "CREATING state", during: Duration::from_secs(120) },
    ];
    const TYPICAL: Typical = Typical::seconds(60, 60, 60);

    fn arns(&self, _: &Place, verb: Verb) -> Vec<String> {
        let cluster = self.cluster.value();
        let named = |topic: &str| format!("{}/{topic}", cluster.replacen(":cluster/", ":topic/", 1));
        // Who lists topics must be allowed to look at each.
        let topic = if verb == Verb::Read { named("*") } else { named(&self.name) };
        vec![topic, cluster.to_owned()]
    }

    fn natural_id(&self) -> Option<String> {
        topic_arn(self.cluster.value(), &self.name)
    }

    fn effect(change: &Change) -> Effect {
        let To::Known(to) = &change.to else { return Effect::InPlace };
        if change.field == "partitions" && to.as_i64() < change.from.as_i64() {
            return Effect::Replacement;
        }
        // AWS reports every setting, most of them the brokers' defaults.
        let setting = change.field.starts_with("config.") || change.field.starts_with("config[");
        if setting && to.is_null() { Effect::Ignored } else { Effect::InPlace }
    }

    async fn list(cx: &Cx) -> aws::Result<Vec<Live<Self>>> {
        let clusters = cx.listed::<Cluster>().await?;
        let pruning = cx.wanted::<Cluster>();
        let mut places: BTreeMap<String, Whereabouts> = BTreeMap::new();
        for (name, topic) in cx.wanted::<Self>() {
            if let Some(cluster) = cluster_of(&topic, &clusters) {
                places.entry(cluster).or_default().wanted.insert(topic.name.0.clone(), (name, topic));
            }
        }
        let named: BTreeMap<String, Settings> =
            cx.wanted::<Self>().into_iter().map(|(name, topic)| (name, topic.config)).collect();
        let prunes = |name: &String| pruning.iter().any(|(cluster, wanted)| cluster == name && *wanted.prune_topics);
        for cluster in clusters.iter().filter(|cluster| cluster.owner.as_ref().is_some_and(prunes)) {
            places.entry(cluster.id.clone()).or_default().prune = Some(named.clone());
        }
        let all = try_join_all(places.iter().map(|(cluster, place)| place.list(cx, cluster))).await?;
        Ok(all.into_iter().flatten().collect())
    }

    async fn read(cx: &Cx, id: &str) -> aws::Result<Option<Live<Self>>> {
        let (cluster, name) = parts(id).ok_or_else(|| Error::internal(format!("{id} is no topic's ARN")))?;
        let topic = match describe(cx, &cluster, name).await {
            Err(error) if error.class == Class::Invalid => hindrance(cx, &cluster, error)
                .await?
                .map(|state| Live::new(id, nothing(&cluster, name)).status(Status::Pending(state))),
            other => other?,
        };
        let Some(topic) = topic else { return Ok(None) };
        Ok(Some(match owner(cx, &cluster, name).await? {
            Some(owner) => topic.owned_as(owner),
            None => topic,
        }))
    }

    async fn create(&self, cx: &Cx) -> aws::Result<String> {
        let cluster = self.cluster.value();
        let id = topic_arn(cluster, &self.name);
        let id = id.ok_or_else(|| Error::internal(format!("`{cluster}` is no cluster's ARN")))?;
        let call = cx.kafka().create_topic().cluster_arn(cluster).topic_name(&*self.name);
        let call = call.partition_count(self.partitions).replication_factor(*self.replication);
        let config = (!self.config.is_empty()).then(|| self.encoded()).transpose()?;
        match call.set_configs(config).send().await.map_err(Error::from) {
            // What the manifest lists is the stack's, and reads may not show yet what a lost call made.
            Err(error) if error.class == Class::AlreadyExists => Ok(id),
            answer => answer.map(|_| id),
        }
    }

    async fn update(&self, cx: &Cx, _: &Live<Self>, changes: &Changes) -> aws::Result<()> {
        // MSK takes only one of the two at a time.
        let call = cx.kafka().update_topic().cluster_arn(self.cluster.value()).topic_name(&*self.name);
        if changes.touch("partitions") {
            match call.partition_count(self.partitions).send().await.map_err(Error::from) {
                // Reads may not show yet what a lost call did.
                Err(error) if error.message.contains(&format!("already has {} partition", self.partitions)) => {}
                answer => drop(answer?),
            }
        } else if changes.touch("config") {
            call.configs(self.encoded()?).send().await?;
        }
        Ok(())
    }

    async fn delete(cx: &Cx, live: &Live<Self>) -> aws::Result<()> {
        let call = cx.kafka().delete_topic().cluster_arn(live.spec.cluster.value()).topic_name(&*live.spec.name);
        found(call.send().await.map_err(Error::from)).map(drop)
    }
}

impl Topic {
    /// The settings as the API wants them: base64 of a JSON object.
    fn encoded(&self) -> aws::Result<String> {
        let text = serde_json::to_string(&self.config).map_err(|error| Error::internal(error.to_string()))?;
        Ok(BASE64_STANDARD.encode(text))
    }
}

/// What the stack has to do with the topics of one cluster.
#[derive(Default)]
struct Whereabouts {
    /// By the topic's name: the name in the manifest and the spec.
    wanted: BTreeMap<String, (String, Topic)>,
    /// Where the other topics go, too, which have the addresses of their names: the settings that the
    /// manifest gives for each address.
    prune: Option<BTreeMap<String, Settings>>,
}

impl Whereabouts {
    async fn list(&self, cx: &Cx, cluster: &str) -> aws::Result<Vec<Live<Topic>>> {
        let topics = match shown(cx, cluster).await {
            Ok(topics) => topics,
            Err(error) if error.class == Class::NotFound => return Ok(vec![]),
            Err(error) if error.class == Class::Invalid => {
                let Some(state) = hindrance(cx, cluster, error).await? else { return Ok(vec![]) };
                return Ok(self.unreadable(cluster, &state));
            }
            Err(error) => return Err(error),
        };
        let ours = topics.into_iter().filter_map(|topic| {
            let name = &topic.spec.name.0;
            if let Some((owner, wanted)) = self.wanted.get(name) {
                return Some((topic.clone().owned_as(owner), wanted.config.clone()));
            }
            let named = self.prune.as_ref().filter(|_| !name.starts_with("__"))?;
            Some((topic.clone().owned_as(name), named.get(name).cloned().unwrap_or_default()))
        });
        let ours: Vec<_> = ours.map(|(topic, config)| with_settings(cx, cluster, topic, config)).collect();
        let ours: Vec<_> = iter(ours).buffered(AT_ONCE).try_collect().await?;
        Ok(ours.into_iter().flatten().collect())
    }

    /// The wanted topics, of which nothing can be known while the cluster is in `state`.
    fn unreadable(&self, cluster: &str, state: &str) -> Vec<Live<Topic>> {
        let live = |(name, wanted): &(String, Topic)| {
            let spec = Topic { cluster: Fixed(Ref::existing(cluster)), ..wanted.clone() };
            let id = topic_arn(cluster, &wanted.name)?;
            Some(Live::new(id, spec).owned_as(name).status(Status::Pending(state.to_owned())))
        };
        self.wanted.values().filter_map(live).collect()
    }
}

/// The cluster's ARN, when `topic` names it or one of `clusters` is it.
fn cluster_of(topic: &Topic, clusters: &[Live<Cluster>]) -> Option<String> {
    if topic.cluster.is_known() {
        return Some(topic.cluster.value().to_owned());
    }
    let hole = holes(topic.cluster.value()).next()?;
    let name = hole.address.strip_prefix(Cluster::NAME)?.strip_prefix('/')?;
    clusters.iter().find(|cluster| cluster.owner.as_deref() == Some(name)).map(|cluster| cluster.id.clone())
}

/// The name under which the stack owns the topic.
async fn owner(cx: &Cx, cluster: &str, name: &str) -> aws::Result<Option<String>> {
    if !cx.acting_name().is_empty() {
        return Ok(Some(cx.acting_name().to_owned()));
    }
    let mut wanted = cx.wanted::<Topic>();
    wanted.retain(|(_, topic)| *topic.name == name);
    if wanted.is_empty() {
        return Ok(None);
    }
    let clusters = cx.listed::<Cluster>().await?;
    let here = |topic: &Topic| cluster_of(topic, &clusters).as_deref() == Some(cluster);
    Ok(wanted.into_iter().find(|(_, topic)| here(topic)).map(|(name, _)| name))
}

/// Why the cluster's topics cannot be read just now; `None` when there are none. `error` is what AWS
/// said about them, which stands when the cluster is in order.
async fn hindrance(cx: &Cx, cluster: &str, error: Error) -> aws::Result<Option<String>> {
    let Some(live) = Cluster::read(cx, cluster).await? else { return Ok(None) };
    match live.status {
        Status::Ready => Err(error),
        Status::Failed(_) | Status::Deleting => Ok(None),
        Status::Pending(state) if state == "CREATING" => Ok(None),
        Status::Pending(state) => Ok(Some(format!("unknown while its cluster is {state}"))),
    }
}

/// `topic` with those of its settings that `wanted` names.
async fn with_settings(
    cx: &Cx,
    cluster: &str,
    topic: Live<Topic>,
    wanted: Settings,
) -> aws::Result<Option<Live<Topic>>> {
    if wanted.is_empty() {
        return Ok(Some(topic));
    }
    let described = describe(cx, cluster, &topic.spec.name).await?;
    Ok(described.map(|mut live| {
        live.spec.config.retain(|key, _| wanted.contains_key(key));
        Live { owner: topic.owner, ..live }
    }))
}

/// Every topic of the cluster, without its settings: those are not in the listing.
async fn shown(cx: &Cx, cluster: &str) -> aws::Result<Vec<Live<Topic>>> {
    let mut pages = cx.kafka().list_topics().cluster_arn(cluster).max_results(100).into_paginator().send();
    let mut all = vec![];
    while let Some(page) = pages.next().await {
        for topic in page?.topics.unwrap_or_default() {
            let name = topic.topic_name.unwrap_or_default();
            let counts = (topic.partition_count, topic.replication_factor);
            all.extend(live(cluster, &name, counts, BTreeMap::new()));
        }
    }
    Ok(all)
}

async fn describe(cx: &Cx, cluster: &str, name: &str) -> aws::Result<Option<Live<Topic>>> {
    let answer = cx.kafka().describe_topic().cluster_arn(cluster).topic_name(name).send().await.map_err(Error::from);
    let Some(topic) = found(answer)? else { return Ok(None) };
    let config = topic.configs.as_deref().map(decoded).transpose()?.unwrap_or_default();
    let status = match topic.status {
        Some(TopicState::Deleting) => Status::Deleting,
        None | Some(TopicState::Active) => Status::Ready,
        Some(other) => Status::Pending(other.as_str().to_owned()),
    };
    let counts = (topic.partition_count, topic.replication_factor);
    Ok(live(cluster, name, counts, config).map(|live| live.status(status)))
}

fn live(
    cluster: &str,
    name: &str,
    (partitions, replication): (Option<i32>, Option<i32>),
    config: Settings,
) -> Option<Live<Topic>> {
    let id = topic_arn(cluster, name)?;
    let spec = Topic {
        partitions: partitions.unwrap_or_default(),
        replication: Fixed(replication.unwrap_or_default()),
        config,
        ..nothing(cluster, name)
    };
    Some(Live::new(&id, spec).output("arn", &id))
}

fn nothing(cluster: &str, name: &str) -> Topic {
    let (cluster, name) = (Fixed(Ref::existing(cluster)), Fixed(name.to_owned()));
    Topic { cluster, name, partitions: 0, replication: Fixed(0), config: BTreeMap::new() }
}

/// The settings in a text of the API.
fn decoded(text: &str) -> aws::Result<Settings> {
    let unreadable = || Error::unreadable("a topic's settings as base64 of a JSON object");
    let bytes = BASE64_STANDARD.decode(text).map_err(|_| unreadable())?;
    let values: BTreeMap<String, Value> = serde_json::from_slice(&bytes).map_err(|_| unreadable())?;
    let text = |value: Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    Ok(values.into_iter().map(|(key, value)| (key, text(value))).collect())
}

/// The ARN of the topic `name` of `cluster`.
fn topic_arn(cluster: &str, name: &str) -> Option<String> {
    let (account, path) = cluster.split_once(":cluster/")?;
    Some(format!("{account}:topic/{path}/{name}"))
}

/// The cluster's ARN and the name of the topic `arn`.
fn parts(arn: &str) -> Option<(String, &str)> {
    let (account, path) = arn.split_once(":topic/")?;
    let (cluster, name) = path.rsplit_once('/')?;
    Some((format!("{account}:cluster/{cluster}"), name))
}
