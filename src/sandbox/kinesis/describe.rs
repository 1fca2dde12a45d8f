//! Looking at streams and their shards.

use super::lifecycle::SHARD_QUOTA;
use super::shards::{self, Shard};
use super::stream::{Mode, Status, Stream};
use super::{check_range, invalid_argument, on_stream, settings};
use crate::account::Account;
use crate::answer::{Answer, Fault};
use crate::call::Call;
use crate::clock::HOUR;
use crate::operation::Operation;
use crate::time::epoch_seconds;
use serde::Deserialize;
use serde_json::{Value, json};
use std::ops::Bound;

pub(super) const OPERATIONS: &[Operation] = &[
    Operation::read("DescribeStreamSummary", describe_stream_summary),
    Operation::read("DescribeStream", describe_stream),
    Operation::read("DescribeLimits", describe_limits),
    Operation::read("ListStreams", list_streams),
    Operation::read("ListShards", list_shards),
];

on_stream!(DescribeStreamSummary {});

fn describe_stream_summary(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let input: DescribeStreamSummary = call.input()?;
    let committed = settings::commitment(account, call.now).is_some();
    let stream = input.stream(account, call)?;
    let mut summary = common(stream, call);
    if stream.mode == Mode::OnDemand {
        summary["RecordDistributionStrategy"] = json!(stream.distribution);
        if committed {
            summary["WarmThroughput"] = settings::warm(stream, call.now);
        }
    }
    summary["OpenShardCount"] = stream.open_shards().into();
    summary["ConsumerCount"] = stream.consumers.len().into();
    summary["MaxRecordSizeInKiB"] = stream.max_record_kib.into();
    Answer::json(json!({ "StreamDescriptionSummary": summary }))
}

on_stream!(DescribeStream {
    limit: Option<i32>,
    exclusive_start_shard_id: Option<String>,
});

fn describe_stream(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let input: DescribeStream = call.input()?;
    let limit = page_size(call, "limit", input.limit, 100)?;
    let after = input.exclusive_start_shard_id.as_deref().map(shard_number).transpose()?;
    let stream = input.stream(account, call)?;
    let mut shards =
        stream.shards.iter().filter(|shard| after.is_none_or(|after| shard.number > after)).map(Shard::show);
    let page: Vec<Value> = shards.by_ref().take(limit).collect();
    let mut description = common(stream, call);
    description["HasMoreShards"] = shards.next().is_some().into();
    description["Shards"] = page.into();
    Answer::json(json!({ "StreamDescription": description }))
}

fn common(stream: &Stream, call: &Call) -> Value {
    let mut shown = summary(stream, call);
    shown["RetentionPeriodHours"] = stream.retention_hours.into();
    shown["EnhancedMonitoring"] = json!([{ "ShardLevelMetrics": stream.metrics }]);
    shown["EncryptionType"] = if stream.key.is_some() { "KMS" } else { "NONE" }.into();
    if let Some(key) = &stream.key {
        shown["KeyId"] = key.as_str().into();
    }
    shown
}

fn summary(stream: &Stream, call: &Call) -> Value {
    json!({
        "StreamName": stream.name,
        "StreamARN": stream.arn(call),
        "StreamStatus": stream.status(call.now),
        "StreamModeDetails": { "StreamMode": stream.mode },
        "StreamCreationTimestamp": epoch_seconds(stream.created),
    })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Nothing {}

fn describe_limits(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let Nothing {} = call.input()?;
    account.kinesis.settle(call.now);
    let streams = account.kinesis.streams.values();
    let (on_demand, provisioned): (Vec<_>, Vec<_>) = streams.partition(|stream| stream.mode == Mode::OnDemand);
    Answer::json(json!({
        "ShardLimit": SHARD_QUOTA,
        "OpenShardCount": provisioned.iter().map(|stream| stream.open_shards()).sum::<usize>(),
        "OnDemandStreamCount": on_demand.len(),
        "OnDemandStreamCountLimit": 50,
    }))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct ListStreams {
    limit: Option<i32>,
    exclusive_start_stream_name: Option<String>,
    next_token: Option<String>,
}

fn list_streams(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let input: ListStreams = call.input()?;
    let limit = page_size(call, "limit", input.limit, 100)?;
    let after = match (&input.exclusive_start_stream_name, &input.next_token) {
        (Some(_), Some(_)) => {
            return Err(invalid_argument("NextToken and ExclusiveStartStreamName cannot be provided together."));
        }
        (Some(name), None) | (None, Some(name)) => Bound::Excluded(name.as_str()),
        (None, None) => Bound::Unbounded,
    };
    let streams = account.kinesis.streams.range::<str, _>((after, Bound::Unbounded));
    let mut shown = streams.map(|(_, stream)| stream).filter(|stream| stream.exists(call.now));
    let page: Vec<&Stream> = shown.by_ref().take(limit).collect();
    let more = shown.next().is_some();
    let mut answer = json!({
        "StreamNames": page.iter().map(|stream| stream.name.as_str()).collect::<Vec<_>>(),
        "HasMoreStreams": more,
        "StreamSummaries": page.iter().map(|stream| summary(stream, call)).collect::<Vec<_>>(),
    });
    if let (true, Some(last)) = (more, page.last()) {
        answer["NextToken"] = last.name.as_str().into();
    }
    Answer::json(answer)
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct ShardFilter {
    r#type: FilterType,
    shard_id: Option<String>,
    timestamp: Option<f64>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum FilterType {
    AfterShardId,
    AtTrimHorizon,
    FromTrimHorizon,
    AtLatest,
    AtTimestamp,
    FromTimestamp,
}

on_stream!(ListShards {
    next_token: Option<String>,
    exclusive_start_shard_id: Option<String>,
    max_results: Option<i32>,
    stream_creation_timestamp: Option<f64>,
    shard_filter: Option<ShardFilter>,
});

fn list_shards(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let mut input: ListShards = call.input()?;
    let limit = page_size(call, "maxResults", input.max_results, 1_000)?;
    let mut after = input.exclusive_start_shard_id.as_deref().map(shard_number).transpose()?;
    if let Some(token) = &input.next_token {
        let named = input.stream_name.is_some() || input.stream_arn.is_some();
        if named || after.is_some() || input.stream_creation_timestamp.is_some() {
            return Err(invalid_argument(
                "NextToken cannot be provided together with any other parameter but MaxResults.",
            ));
        }
        let (name, number) = token
            .rsplit_once('/')
            .and_then(|(name, number)| Some((name.to_owned(), number.parse().ok()?)))
            .ok_or_else(|| Fault::new(400, "ExpiredNextTokenException", "The NextToken is not valid."))?;
        (input.stream_name, after) = (Some(name), Some(number));
    }
    let stream = input.stream(account, call)?;
    if matches!(stream.status(call.now), Status::Creating) {
        stream.must_be_active(call)?;
    }
    let horizon = call.now.saturating_sub(u64::from(stream.retention_hours) * HOUR);
    let keep = filter(input.shard_filter.as_ref(), horizon, call.now)?;
    let shards = stream.shards.iter().filter(|shard| after.is_none_or(|after| shard.number > after));
    let mut shards = shards.filter(|shard| keep(shard));
    let page: Vec<&Shard> = shards.by_ref().take(limit).collect();
    let more = shards.next().is_some();
    let mut answer = json!({ "Shards": page.iter().map(|shard| shard.show()).collect::<Vec<_>>() });
    if let (true, Some(last)) = (more, page.last()) {
        answer["NextToken"] = format!("{}/{}", stream.name, last.number).into();
    }
    Answer::json(answer)
}

type Keep = Box<dyn Fn(&Shard) -> bool>;

/// Which shards a filter lets through. Without one it is those that still hold records.
fn filter(filter: Option<&ShardFilter>, horizon: u64, now: u64) -> Result<Keep, Fault> {
    let open_at =
        |time: u64| move |shard: &Shard| shard.opened <= time && shard.closed.is_none_or(|closed| closed > time);
    let open_from = |time: u64| move |shard: &Shard| shard.closed.is_none_or(|closed| closed > time);
    let Some(filter) = filter else {
        return Ok(Box::new(open_from(horizon)));
    };
    let timestamp = || {
        let seconds = filter.timestamp.ok_or_else(|| invalid_argument("The shard filter needs a Timestamp."))?;
        Ok((seconds * 1_000.0) as u64)
    };
    Ok(match filter.r#type {
        FilterType::AtTrimHorizon => Box::new(open_at(horizon)),
        FilterType::FromTrimHorizon => Box::new(open_from(horizon)),
        FilterType::AtLatest => Box::new(open_at(now)),
        FilterType::AtTimestamp => Box::new(open_at(timestamp()?)),
        FilterType::FromTimestamp => Box::new(open_from(timestamp()?)),
        FilterType::AfterShardId => {
            let id = filter.shard_id.as_deref().ok_or_else(|| invalid_argument("The shard filter needs a ShardId."))?;
            let after = shard_number(id)?;
            Box::new(move |shard| shard.number > after)
        }
    })
}

fn shard_number(id: &str) -> Result<u32, Fault> {
    shards::number(id).ok_or_else(|| invalid_argument(format!("{id} is not the id of a shard.")))
}

fn page_size(call: &Call, member: &str, given: Option<i32>, default: usize) -> Result<usize, Fault> {
    let Some(given) = given else { return Ok(default) };
    check_range(call, member, i64::from(given), 1, 10_000)?;
    Ok(usize::try_from(given).unwrap_or(default))
}
