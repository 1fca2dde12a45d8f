//! `kinesis/stream`: a Kinesis data stream, found by its name (AWS.md §6.1).

use crate::aws::{self, Cx, Error, Tagging, found};
use crate::resource::{Auto, Changes, Fixed, Kind, Live, Named, Retry, Set, Status, Typical};
use aws_sdk_kinesis::types::{
    EncryptionType, MetricsName, ScalingType, StreamDescriptionSummary, StreamMode, StreamModeDetails, StreamStatus,
};
use futures::future::try_join_all;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap};
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

impl Named for Stream {
    const NAME: &'static str = "kinesis/stream";
}

impl Kind for Stream {
    const HOLDS_DATA: bool = true;
    const TAGGING: Tagging = Tagging::Kinesis;
    const TYPICAL: Typical = Typical::seconds(30, 60, 30);
    const RETRY: &'static [Retry] = &[Retry {
        code: "LimitExceededException",
        message: "simultaneously be in CREATING or DELETING",
        during: Duration::from_secs(600),
    }];

    fn natural_id(&self) -> Option<String> {
        Some(self.name.0.clone())
    }

    async fn list(cx: &Cx) -> aws::Result<Vec<Live<Self>>> {
        let prefix = cx.arn("kinesis", "stream/");
        let index = cx.tag_index().await?;
        let ours = index.iter().filter_map(|(arn, tags)| {
            let name = arn.strip_prefix(&prefix)?;
            (!name.contains('/')).then(|| describe(cx, name, Some(tags.clone())))
        });
        Ok(try_join_all(ours).await?.into_iter().flatten().collect())
    }

    async fn read(cx: &Cx, id: &str) -> aws::Result<Option<Live<Self>>> {
        describe(cx, id, None).await
    }

    async fn create(&self, cx: &Cx) -> aws::Result<String> {
        let tags: HashMap<String, String> = cx.tags().into_iter().collect();
        let call = cx.kinesis().create_stream().stream_name(&*self.name).set_tags(Some(tags));
        let call = call.stream_mode_details(self.mode.details()?).set_max_record_size_in_kib(*self.max_record_kib);
        let shards = self.shards.filter(|_| self.mode == Mode::Provisioned);
        call.set_shard_count(shards).send().await?;
        Ok(self.name.0.clone())
    }

    async fn update(&self, cx: &Cx, live: &Live<Self>, changes: &Changes) -> aws::Result<()> {
        // Each change puts the stream into UPDATING, where no other is accepted: one at a time.
        let (name, kinesis) = (live.id.as_str(), cx.kinesis());
        if changes.touch("mode") {
            let arn = live.outputs.get("arn").ok_or_else(|| Error::unreadable("the stream's ARN"))?;
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
            let arn = live.outputs.get("arn").ok_or_else(|| Error::unreadable("the stream's ARN"))?;
            kinesis.update_max_record_size().stream_arn(arn).max_record_size_in_kib(size).send().await?;
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

fn missing(metrics: &Set<String>, from: &Stream) -> Vec<MetricsName> {
    let missing = metrics.iter().filter(|metric| !from.shard_metrics.contains(metric));
    missing.map(|metric| MetricsName::from(metric.as_str())).collect()
}

async fn describe(cx: &Cx, name: &str, tags: Option<BTreeMap<String, String>>) -> aws::Result<Option<Live<Stream>>> {
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
    let spec = normal_form(summary);
    Ok(Some(Live::new(name, spec).output("arn", arn).tagged(cx, tags).status(status)))
}

fn normal_form(summary: StreamDescriptionSummary) -> Stream {
    let on_demand = summary.stream_mode_details.is_some_and(|details| details.stream_mode == StreamMode::OnDemand);
    let metrics =
        summary.enhanced_monitoring.into_iter().flat_map(|level| level.shard_level_metrics.unwrap_or_default());
    Stream {
        name: Fixed(summary.stream_name),
        mode: if on_demand { Mode::OnDemand } else { Mode::Provisioned },
        shards: Auto(Some(summary.open_shard_count)),
        retention_hours: summary.retention_period_hours,
        kms_key: summary.key_id.filter(|_| summary.encryption_type == Some(EncryptionType::Kms)),
        shard_metrics: metrics.map(|metric| metric.as_str().to_owned()).collect(),
        max_record_kib: Auto(summary.max_record_size_in_kib),
    }
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
