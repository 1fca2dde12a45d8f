//! CreateStream and DeleteStream.

use super::stream::{CREATING, DELETING, Distribution, Mode, Status, Stream, Warm};
use super::{check_name, check_range, in_use, invalid_argument, limit_exceeded, on_stream, settings};
use crate::account::Account;
use crate::answer::{Answer, Fault};
use crate::call::Call;
use crate::clock::Timed;
use crate::operation::Operation;
use crate::tags::{self, Tags};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};

pub(super) const OPERATIONS: &[Operation] =
    &[Operation::write("CreateStream", create_stream), Operation::write("DeleteStream", delete_stream)];

/// How many streams may be in CREATING or DELETING.
const MOST_IN_TRANSITION: usize = 5;
/// Open shards an account may have in a region where nobody asked for more.
pub(super) const SHARD_QUOTA: usize = 1_000;
/// Open shards of a new on-demand stream.
const ON_DEMAND_SHARDS: u32 = 4;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct ModeDetails {
    pub stream_mode: Mode,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct CreateStream {
    stream_name: String,
    shard_count: Option<i32>,
    stream_mode_details: Option<ModeDetails>,
    tags: Option<Tags>,
    #[serde(rename = "MaxRecordSizeInKiB")]
    max_record_size: Option<u32>,
    warm_throughput_mi_bps: Option<u32>,
    record_distribution_strategy: Option<Distribution>,
}

fn create_stream(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let input: CreateStream = call.input()?;
    let now = call.now;
    check_name(call, "streamName", &input.stream_name)?;
    let mode = input.stream_mode_details.map_or(Mode::Provisioned, |details| details.stream_mode);
    let count = match (mode, input.shard_count) {
        (Mode::Provisioned, Some(count)) => {
            check_range(call, "shardCount", i64::from(count), 1, 1_000_000)?;
            u32::try_from(count).unwrap_or(1)
        }
        (Mode::Provisioned, None) => return Err(call.invalid("ShardCount must be provided for a PROVISIONED stream.")),
        (Mode::OnDemand, Some(_)) => {
            return Err(call.invalid("ShardCount must not be provided for an ON_DEMAND stream."));
        }
        (Mode::OnDemand, None) => ON_DEMAND_SHARDS,
    };
    let max_record_kib = input.max_record_size.unwrap_or(1_024);
    check_range(call, "maxRecordSizeInKiB", i64::from(max_record_kib), 1_024, 10_240)?;
    if let Some(target) = input.warm_throughput_mi_bps {
        settings::check_warm(account, call, mode, target)?;
    }
    if input.record_distribution_strategy == Some(Distribution::Auto) && mode == Mode::Provisioned {
        return Err(invalid_argument("A PROVISIONED stream cannot have the record distribution strategy AUTO."));
    }
    let tags = input.tags.unwrap_or_default();
    tags::check(&tags).map_err(invalid_argument)?;

    let open = account.kinesis.open_shards(now);
    let streams = &mut account.kinesis.streams;
    if streams.contains_key(&input.stream_name) {
        let message = format!("Stream {} under account {} already exists.", input.stream_name, call.account_id);
        return Err(in_use(message));
    }
    let in_transition =
        streams.values().filter(|stream| matches!(stream.status(now), Status::Creating | Status::Deleting)).count();
    if in_transition >= MOST_IN_TRANSITION {
        return Err(limit_exceeded(format!(
            "Limit exceeded: at most {MOST_IN_TRANSITION} streams can simultaneously be in CREATING or DELETING state."
        )));
    }
    if mode == Mode::Provisioned && open + count as usize > SHARD_QUOTA {
        return Err(limit_exceeded(format!(
            "This request would exceed the shard limit for the account {} in {}. Current shard count for the account: {open}. Limit: {SHARD_QUOTA}. Number of additional shards that would have resulted from this request: {count}.",
            call.account_id, call.region
        )));
    }
    let stream = Stream {
        name: input.stream_name,
        created: now,
        status: Timed::new(now, Status::Creating).then(now + CREATING, Status::Active),
        mode,
        shards: Vec::new(),
        resharding: Some((now + CREATING, count)),
        retention_hours: 24,
        key: None,
        metrics: BTreeSet::new(),
        max_record_kib,
        distribution: input.record_distribution_strategy.unwrap_or(Distribution::UserPartitionKey),
        warm: input.warm_throughput_mi_bps.map(|target| Warm { before: 0, target }),
        tags,
        consumers: BTreeMap::new(),
        policies: BTreeMap::new(),
        reshardings: Vec::new(),
        switches: Vec::new(),
        encryptions: Vec::new(),
        written: 0,
    };
    streams.insert(stream.name.clone(), stream);
    Ok(Answer::empty())
}

on_stream!(DeleteStream {
    enforce_consumer_deletion: Option<bool>,
});

fn delete_stream(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let input: DeleteStream = call.input()?;
    let stream = input.stream(account, call)?;
    stream.must_be_active(call)?;
    if !stream.consumers.is_empty() && input.enforce_consumer_deletion != Some(true) {
        return Err(in_use(format!(
            "Stream {} under account {} has registered consumers; set EnforceConsumerDeletion to delete it with them.",
            stream.name, call.account_id
        )));
    }
    stream.status = Timed::new(call.now, Status::Deleting).then(call.now + DELETING, Status::Gone);
    for consumer in stream.consumers.values_mut() {
        consumer.status = Timed::new(call.now, Status::Deleting).then(call.now + DELETING, Status::Gone);
    }
    Ok(Answer::empty())
}
