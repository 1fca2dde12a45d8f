//! `kinesis/stream`: a Kinesis data stream, found by its name (AWS.md §6.1).

use crate::aws::{self, Cx, Error, Tagging, found};
use crate::resource::{
    Actions, Auto, Changes, Dependent, Fixed, Kind, Live, Named, Place, Policy, Retry, Set, Status, Typical, Verb,
};
use aws_sdk_kinesis::types::{
    EncryptionType, MetricsName, RecordDistributionStrategy, ScalingType, StreamDescriptionSummary, StreamMode,
    StreamModeDetails, StreamStatus,
};
use futures::future::try_join_all;
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::time::Duration;

/// A Kinesis data stream.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stream {
    /// 1 to 128 of `a-z A-Z 0-9 _ . -`; unique in account and region.
    pub name: Fixed<String>,
    /// Who decides on the number of shards.
    pub mode: Mode,
    /// Open shards; left out for an on-demand stream, where AWS decides.
    #[serde(default)]
    pub shards: Auto<i32>,
    /// 24 to 8760.
    pub retention_hours: i32,
    /// The KMS key that encrypts records at rest, by id, ARN or alias; none leaves them unencrypted.
    #[serde(default)]
    pub kms_key: Option<String>,
    /// Shard-level metrics, such as `IncomingBytes`.
    #[serde(default)]
    pub shard_metrics: Set<String>,
    /// The largest record, 1024 to 10240 KiB.
    #[serde(default)]
    pub max_record_kib: Auto<i32>,
    /// How many MiB a second it takes at once, without growing first; only on demand, in accounts that
    /// have agreed to a minimum of throughput.
    #[serde(default)]
    pub warm_throughput: Auto<i32>,
    /// How records find their shard; on a stream that is not on demand, always by partition key.
    #[serde(default)]
    pub record_distribution: Distribution,
    /// Who else may use it. Left out, whatever policy it has is left alone and not looked at; one
    /// without statements takes it away.
    #[serde(default)]
    pub policy: Auto<Policy>,
}

/// Who decides on the number of shards.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// AWS, as traffic comes.
    OnDemand,
    /// The manifest.
    Provisioned,
}

/// How records find their shard.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Distribution {
    /// By the partition key that the writer gives, so that records of one key stay in order.
    #[default]
    UserPartitionKey,
    /// Evenly, whatever keys the writer gives.
    Auto,
}

impl Named for Stream {
    const NAME: &'static str = "kinesis/stream";
}

impl Kind for Stream {
    const HOLDS_DATA: bool = true;
    const TAGGING: Tagging = Tagging::Kinesis;
    const ACTIONS: Actions = Actions {
        read: &[
            "tag:GetResources",
            "kinesis:DescribeStreamSummary",
            "kinesis:ListTagsForResource",
            "kinesis:GetResourcePolicy",
        ],
        create: &["kinesis:CreateStream", "kinesis:AddTagsToStream"],
        update: &[
            "kinesis:UpdateStreamMode",
            "kinesis:IncreaseStreamRetentionPeriod",
            "kinesis:DecreaseStreamRetentionPeriod",
            "kinesis:StartStreamEncryption",
            "kinesis:StopStreamEncryption",
            "kinesis:UpdateShardCount",
            "kinesis:EnableEnhancedMonitoring",
            "kinesis:DisableEnhancedMonitoring",
            "kinesis:UpdateMaxRecordSize",
            "kinesis:UpdateStreamWarmThroughput",
            "kinesis:UpdateStreamRecordDistributionStrategy",
            "kinesis:PutResourcePolicy",
            "kinesis:DeleteResourcePolicy",
            "kinesis:AddTagsToStream",
            "kinesis:RemoveTagsFromStream",
        ],
        delete: &["kinesis:DeleteStream"],
        dependent: &[Dependent::new(&["kms:DescribeKey"], Verb::UPDATE, "Kinesis looks at the key").given(&["kms_key"])],
    };
    const TYPICAL: Typical = Typical::seconds(30, 60, 30);
    const RETRY: &'static [Retry] = &[
        // Five at a time: hundreds take their time (AWS.md §0.5).
        Retry {
            code: "LimitExceededException",
            message: "simultaneously be in CREATING or DELETING",
            during: Duration::from_secs(2 * 60 * 60),
        },
        Retry { code: "LimitExceededException", message: "Rate exceeded for stream", during: Duration::from_secs(600) },
    ];

    fn arns(&self, place: &Place, verb: Verb) -> Vec<String> {
        let key = self.kms_key.as_deref().filter(|_| verb != Verb::Read).map(|key| match key {
            arn if arn.starts_with("arn:") && arn.contains(":key/") => arn.to_owned(),
            alias if alias.contains("alias/") => place.arn("kms", "key/*"),
            id => place.arn("kms", format!("key/{id}")),
        });
        [place.arn("kinesis", format!("stream/{}", *self.name))].into_iter().chain(key).collect()
    }

    fn natural_id(&self) -> Option<String> {
        Some(self.name.0.clone())
    }

    async fn list(cx: &Cx) -> aws::Result<Vec<Live<Self>>> {
        let prefix = cx.arn("kinesis", "stream/");
        let index = cx.tag_index().await?;
        let guarded: BTreeSet<String> = cx
            .wanted::<Self>()
            .into_iter()
            .filter(|(_, stream)| stream.policy.is_some())
            .map(|(_, stream)| stream.name.0)
            .collect();
        let ours = index.iter().filter_map(|(arn, tags)| {
            let name = arn.strip_prefix(&prefix)?;
            (!name.contains('/')).then(|| describe(cx, name, Some(tags.clone()), guarded.contains(name)))
        });
        Ok(try_join_all(ours).await?.into_iter().flatten().collect())
    }

    async fn read(cx: &Cx, id: &str) -> aws::Result<Option<Live<Self>>> {
        describe(cx, id, None, true).await
    }

    async fn create(&self, cx: &Cx) -> aws::Result<String> {
        let tags: HashMap<String, String> = cx.tags().into_iter().collect();
        let call = cx.kinesis().create_stream().stream_name(&*self.name).set_tags(Some(tags));
        let call = call.stream_mode_details(self.mode.details()?).set_max_record_size_in_kib(*self.max_record_kib);
        let shards = self.shards.filter(|_| self.mode == Mode::Provisioned);
        let call = call.set_shard_count(shards).set_warm_throughput_mibps(*self.warm_throughput);
        let distribution = Some(self.record_distribution).filter(|_| self.mode == Mode::OnDemand);
        call.set_record_distribution_strategy(distribution.map(Into::into)).send().await?;
        Ok(self.name.0.clone())
    }

    async fn update(&self, cx: &Cx, live: &Live<Self>, changes: &Changes) -> aws::Result<()> {
        // Each change puts the stream into UPDATING, where no other is accepted: one at a time.
        let (name, kinesis) = (live.id.as_str(), cx.kinesis());
        let arn = live.outputs.get("arn").ok_or_else(|| Error::unreadable("the stream's ARN"))?;
        let distribute = |how: Distribution| {
            let call = kinesis.update_stream_record_distribution_strategy().stream_arn(arn);
            call.record_distribution_strategy(how.into()).send()
        };
        if live.spec.record_distribution != self.record_distribution
            && self.record_distribution == Distribution::UserPartitionKey
        {
            // Before the mode, for only streams on demand know another.
            distribute(self.record_distribution).await?;
        } else if changes.touch("mode") {
            kinesis.update_stream_mode().stream_arn(arn).stream_mode_details(self.mode.details()?).send().await?;
        } else if changes.touch("retention_hours") && self.retention_hours > live.spec.retention_hours {
            let call = kinesis.increase_stream_retention_period().stream_name(name);
            call.retention_period_hours(self.retention_hours).send().await?;
        } else if changes.touch("retention_hours") {
            let call = kinesis.decrease_stream_retention_period().stream_name(name);
            call.retention_period_hours(self.retention_hours).send().await?;
        } else if changes.touch("kms_key") {
            match (&self.kms_key, &live.spec.kms_key) {
                (Some(key), _) => {
                    let call = kinesis.start_stream_encryption().stream_name(name);
                    call.encryption_type(EncryptionType::Kms).key_id(key).send().await?;
                }
                (None, Some(key)) => {
                    let call = kinesis.stop_stream_encryption().stream_name(name);
                    call.encryption_type(EncryptionType::Kms).key_id(key).send().await?;
                }
                (None, None) => {}
            }
        } else if changes.touch("shards") {
            if let (Some(wanted), Some(now)) = (*self.shards, *live.spec.shards) {
                // One call at most doubles or halves; the engine comes back for the rest.
                let target = wanted.clamp((now + 1) / 2, now * 2);
                let call = kinesis.update_shard_count().stream_name(name).target_shard_count(target);
                call.scaling_type(ScalingType::UniformScaling).send().await?;
            }
        } else if changes.touch("shard_metrics") {
            let (add, drop) = (missing(&self.shard_metrics, &live.spec), missing(&live.spec.shard_metrics, self));
            if !drop.is_empty() {
                let call = kinesis.disable_enhanced_monitoring().stream_name(name);
                call.set_shard_level_metrics(Some(drop)).send().await?;
            } else if !add.is_empty() {
                let call = kinesis.enable_enhanced_monitoring().stream_name(name);
                call.set_shard_level_metrics(Some(add)).send().await?;
            }
        } else if let (true, Some(size)) = (changes.touch("max_record_kib"), *self.max_record_kib) {
            kinesis.update_max_record_size().stream_arn(arn).max_record_size_in_kib(size).send().await?;
        } else if changes.touch("record_distribution") {
            distribute(self.record_distribution).await?;
        } else if let (true, Some(throughput)) = (changes.touch("warm_throughput"), *self.warm_throughput) {
            let call = kinesis.update_stream_warm_throughput().stream_arn(arn);
            call.warm_throughput_mibps(throughput).send().await?;
        } else if let (true, Some(policy)) = (changes.touch("policy"), &*self.policy) {
            if *policy == nobody_else() {
                let call = kinesis.delete_resource_policy().resource_arn(arn);
                found(call.send().await.map_err(Error::from))?;
            } else {
                kinesis.put_resource_policy().resource_arn(arn).policy(policy.to_json()).send().await?;
            }
        }
        Ok(())
    }

    async fn delete(cx: &Cx, live: &Live<Self>) -> aws::Result<()> {
        let call = cx.kinesis().delete_stream().stream_name(&live.id).enforce_consumer_deletion(true);
        found(call.send().await.map_err(Error::from)).map(drop)
    }
}

impl Mode {
    fn details(self) -> aws::Result<StreamModeDetails> {
        let mode = match self {
            Self::OnDemand => StreamMode::OnDemand,
            Self::Provisioned => StreamMode::Provisioned,
        };
        Ok(StreamModeDetails::builder().stream_mode(mode).build()?)
    }
}

impl From<Distribution> for RecordDistributionStrategy {
    fn from(distribution: Distribution) -> Self {
        match distribution {
            Distribution::UserPartitionKey => Self::UserPartitionKey,
            Distribution::Auto => Self::Auto,
        }
    }
}

/// The policy of a stream that has none.
fn nobody_else() -> Policy {
    Policy::new(json!({ "Version": "2012-10-17", "Statement": [] }))
}

fn missing(metrics: &Set<String>, from: &Stream) -> Vec<MetricsName> {
    let missing = metrics.iter().filter(|metric| !from.shard_metrics.contains(metric));
    missing.map(|metric| MetricsName::from(metric.as_str())).collect()
}

/// `tags` are read when they are not known, and the policy when it is asked for.
async fn describe(
    cx: &Cx,
    name: &str,
    tags: Option<BTreeMap<String, String>>,
    policy: bool,
) -> aws::Result<Option<Live<Stream>>> {
    let answer = cx.kinesis().describe_stream_summary().stream_name(name).send().await.map_err(Error::from);
    let Some(answer) = found(answer)? else { return Ok(None) };
    let summary = answer.stream_description_summary.ok_or_else(|| Error::unreadable("the stream"))?;
    let tags = match tags {
        Some(tags) => tags,
        None => match found(tags_of(cx, &summary.stream_arn).await)? {
            Some(tags) => tags,
            None => return Ok(None),
        },
    };
    let (arn, status) = (summary.stream_arn.clone(), status(&summary.stream_status));
    let there = matches!(summary.stream_status, StreamStatus::Active | StreamStatus::Updating);
    let mut spec = normal_form(summary)?;
    if policy && there {
        spec.policy = Auto(Some(policy_of(cx, &arn).await?));
    }
    Ok(Some(Live::new(name, spec).output("arn", arn).tagged(cx, tags).status(status)))
}

/// The resource policy of the stream `arn`. AWS does not say how it answers when there is none.
async fn policy_of(cx: &Cx, arn: &str) -> aws::Result<Policy> {
    let answer = found(cx.kinesis().get_resource_policy().resource_arn(arn).send().await.map_err(Error::from))?;
    let text = answer.map(|answer| answer.policy).unwrap_or_default();
    if text.is_empty() {
        return Ok(nobody_else());
    }
    let policy = Policy::parse(&text).ok_or_else(|| Error::unreadable("a policy document"))?;
    let empty = policy.document().get("Statement").is_none();
    Ok(if empty { nobody_else() } else { policy })
}

fn normal_form(summary: StreamDescriptionSummary) -> aws::Result<Stream> {
    let on_demand = summary.stream_mode_details.is_some_and(|details| details.stream_mode == StreamMode::OnDemand);
    let metrics =
        summary.enhanced_monitoring.into_iter().flat_map(|level| level.shard_level_metrics.unwrap_or_default());
    let record_distribution = match summary.record_distribution_strategy {
        None | Some(RecordDistributionStrategy::UserPartitionKey) => Distribution::UserPartitionKey,
        Some(RecordDistributionStrategy::Auto) => Distribution::Auto,
        Some(other) => return Err(Error::internal(format!("AWS distributes records by {other}, which is not known"))),
    };
    Ok(Stream {
        name: Fixed(summary.stream_name),
        mode: if on_demand { Mode::OnDemand } else { Mode::Provisioned },
        shards: Auto(Some(summary.open_shard_count)),
        retention_hours: summary.retention_period_hours,
        kms_key: summary.key_id.filter(|_| summary.encryption_type == Some(EncryptionType::Kms)),
        shard_metrics: metrics.map(|metric| metric.as_str().to_owned()).collect(),
        max_record_kib: Auto(summary.max_record_size_in_kib),
        warm_throughput: Auto(summary.warm_throughput.and_then(|throughput| throughput.target_mibps)),
        record_distribution,
        policy: Auto(None),
    })
}

fn status(status: &StreamStatus) -> Status {
    match status {
        StreamStatus::Active => Status::Ready,
        StreamStatus::Deleting => Status::Deleting,
        other => Status::Pending(other.as_str().to_owned()),
    }
}

async fn tags_of(cx: &Cx, arn: &str) -> aws::Result<BTreeMap<String, String>> {
    let answer = cx.kinesis().list_tags_for_resource().resource_arn(arn).send().await?;
    let pair = |tag: aws_sdk_kinesis::types::Tag| (tag.key, tag.value.unwrap_or_default());
    Ok(answer.tags.unwrap_or_default().into_iter().map(pair).collect())
}
