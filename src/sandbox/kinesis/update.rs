//! Everything that changes a stream in place. All of it needs ACTIVE and leaves the stream UPDATING for a while.

use super::lifecycle::{ModeDetails, SHARD_QUOTA};
use super::stream::{Distribution, Mode, RESHARDING, UPDATING, Warm, daily};
use super::{check_range, invalid_argument, limit_exceeded, on_stream, settings};
use crate::account::Account;
use crate::answer::{Answer, Fault};
use crate::call::Call;
use crate::operation::Operation;
use serde::Deserialize;
use serde_json::json;
use std::collections::BTreeSet;

pub(super) const OPERATIONS: &[Operation] = &[
    Operation::write("UpdateShardCount", update_shard_count),
    Operation::write("UpdateStreamMode", update_stream_mode),
    Operation::write("IncreaseStreamRetentionPeriod", increase_retention),
    Operation::write("DecreaseStreamRetentionPeriod", decrease_retention),
    Operation::write("StartStreamEncryption", start_encryption),
    Operation::write("StopStreamEncryption", stop_encryption),
    Operation::write("EnableEnhancedMonitoring", enable_monitoring),
    Operation::write("DisableEnhancedMonitoring", disable_monitoring),
    Operation::write("UpdateMaxRecordSize", update_max_record_size),
    Operation::write("UpdateStreamRecordDistributionStrategy", update_distribution),
    Operation::write("UpdateStreamWarmThroughput", update_warm_throughput),
];

/// Shard-level metrics, of which `ALL` stands for all.
const METRICS: [&str; 7] = [
    "IncomingBytes",
    "IncomingRecords",
    "OutgoingBytes",
    "OutgoingRecords",
    "WriteProvisionedThroughputExceeded",
    "ReadProvisionedThroughputExceeded",
    "IteratorAgeMilliseconds",
];

#[derive(Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum ScalingType {
    UniformScaling,
}

on_stream!(UpdateShardCount {
    target_shard_count: i32,
    #[serde(rename = "ScalingType")]
    _scaling_type: ScalingType,
});

fn update_shard_count(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let input: UpdateShardCount = call.input()?;
    check_range(call, "targetShardCount", i64::from(input.target_shard_count), 1, 1_000_000)?;
    let target = input.target_shard_count.unsigned_abs() as usize;
    let open = account.kinesis.open_shards(call.now);
    let stream = input.stream(account, call)?;
    stream.must_be_active(call)?;
    if stream.mode == Mode::OnDemand {
        return Err(call.invalid(format!("Stream {} is ON_DEMAND: its shard count cannot be updated.", stream.name)));
    }
    let current = stream.open_shards();
    if target > 2 * current {
        return Err(invalid_argument(format!(
            "UpdateShardCount cannot scale up over double your current open shard count. Current open shard count: {current} Target shard count: {target}"
        )));
    }
    if 2 * target < current {
        return Err(invalid_argument(format!(
            "UpdateShardCount cannot scale down below half your current open shard count. Current open shard count: {current} Target shard count: {target}"
        )));
    }
    if target == current {
        return Err(invalid_argument(format!("Stream {} already has {current} open shards.", stream.name)));
    }
    if open - current + target > SHARD_QUOTA {
        return Err(limit_exceeded(format!(
            "This request would exceed the shard limit of {SHARD_QUOTA} for the account."
        )));
    }
    daily(&mut stream.reshardings, call.now, 10, "The shard count of a stream")?;
    stream.busy(call.now, RESHARDING);
    stream.resharding = Some((call.now + RESHARDING, input.target_shard_count.unsigned_abs()));
    Answer::json(json!({
        "StreamName": stream.name,
        "StreamARN": stream.arn(call),
        "CurrentShardCount": current,
        "TargetShardCount": target,
    }))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct UpdateStreamMode {
    #[serde(rename = "StreamARN")]
    stream_arn: String,
    stream_mode_details: ModeDetails,
}

fn update_stream_mode(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let input: UpdateStreamMode = call.input()?;
    let stream = super::find(account, call, None, Some(&input.stream_arn))?;
    stream.must_be_active(call)?;
    if stream.mode == input.stream_mode_details.stream_mode {
        return Err(invalid_argument(format!("Stream {} is already in this mode.", stream.name)));
    }
    daily(&mut stream.switches, call.now, 2, "The mode of a stream")?;
    stream.mode = input.stream_mode_details.stream_mode;
    // Both are for streams on demand alone.
    (stream.warm, stream.distribution) = (None, Distribution::UserPartitionKey);
    stream.busy(call.now, UPDATING);
    Ok(Answer::empty())
}

on_stream!(RetentionPeriod { retention_period_hours: i32 });

fn increase_retention(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let input: RetentionPeriod = call.input()?;
    retention(account, call, &input, |wanted, current| wanted < current, "shorter", "Decrease")
}

fn decrease_retention(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let input: RetentionPeriod = call.input()?;
    retention(account, call, &input, |wanted, current| wanted > current, "longer", "Increase")
}

fn retention(
    account: &mut Account,
    call: &Call,
    input: &RetentionPeriod,
    wrong: fn(u32, u32) -> bool,
    comparison: &str,
    other: &str,
) -> Result<Answer, Fault> {
    let hours = u32::try_from(input.retention_period_hours).ok().filter(|hours| (24..=8_760).contains(hours));
    let Some(hours) = hours else {
        return Err(invalid_argument(format!(
            "Requested retention period ({} hours) must be between 24 and 8760 hours.",
            input.retention_period_hours
        )));
    };
    let stream = input.stream(account, call)?;
    stream.must_be_active(call)?;
    if wrong(hours, stream.retention_hours) {
        return Err(invalid_argument(format!(
            "Requested retention period ({hours} hours) for stream {} can not be {comparison} than existing retention period ({} hours). Use {other}RetentionPeriod API.",
            stream.name, stream.retention_hours
        )));
    }
    stream.retention_hours = hours;
    stream.busy(call.now, UPDATING);
    Ok(Answer::empty())
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
enum EncryptionType {
    None,
    Kms,
}

on_stream!(Encryption { encryption_type: EncryptionType, key_id: String });

fn start_encryption(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    encrypt(account, call, true)
}

fn stop_encryption(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    encrypt(account, call, false)
}

fn encrypt(account: &mut Account, call: &Call, start: bool) -> Result<Answer, Fault> {
    let input: Encryption = call.input()?;
    check_range(call, "keyId", i64::try_from(input.key_id.len()).unwrap_or(i64::MAX), 1, 2_048)?;
    if input.encryption_type != EncryptionType::Kms {
        return Err(invalid_argument("EncryptionType must be KMS."));
    }
    let stream = input.stream(account, call)?;
    stream.must_be_active(call)?;
    if !start && stream.key.as_ref().is_some_and(|key| *key != input.key_id) {
        return Err(invalid_argument(format!(
            "Stream {} is not encrypted with the key {}.",
            stream.name, input.key_id
        )));
    }
    daily(&mut stream.encryptions, call.now, 25, "The encryption of a stream")?;
    stream.key = start.then_some(input.key_id);
    stream.busy(call.now, UPDATING);
    Ok(Answer::empty())
}

on_stream!(Monitoring {
    shard_level_metrics: Vec<String>,
});

fn enable_monitoring(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    monitor(account, call, |metrics, named| metrics.union(named).cloned().collect())
}

fn disable_monitoring(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    monitor(account, call, |metrics, named| metrics.difference(named).cloned().collect())
}

type Combine = fn(&BTreeSet<String>, &BTreeSet<String>) -> BTreeSet<String>;

fn monitor(account: &mut Account, call: &Call, combine: Combine) -> Result<Answer, Fault> {
    let input: Monitoring = call.input()?;
    check_range(call, "shardLevelMetrics", i64::try_from(input.shard_level_metrics.len()).unwrap_or(i64::MAX), 1, 7)?;
    let mut named = BTreeSet::new();
    for metric in &input.shard_level_metrics {
        match metric.as_str() {
            "ALL" => named.extend(METRICS.map(str::to_owned)),
            name if METRICS.contains(&name) => {
                named.insert(name.to_owned());
            }
            name => return Err(call.invalid(format!("1 validation error detected: Value '[{name}]' at 'shardLevelMetrics' failed to satisfy constraint: Member must satisfy enum value set: {METRICS:?}"))),
        }
    }
    let stream = input.stream(account, call)?;
    stream.must_be_active(call)?;
    let desired = combine(&stream.metrics, &named);
    let before = std::mem::replace(&mut stream.metrics, desired);
    stream.busy(call.now, UPDATING);
    Answer::json(json!({
        "StreamName": stream.name,
        "StreamARN": stream.arn(call),
        "CurrentShardLevelMetrics": before,
        "DesiredShardLevelMetrics": stream.metrics,
    }))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct UpdateMaxRecordSize {
    #[serde(rename = "StreamARN")]
    stream_arn: Option<String>,
    #[serde(rename = "MaxRecordSizeInKiB")]
    size: u32,
}

fn update_max_record_size(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let input: UpdateMaxRecordSize = call.input()?;
    check_range(call, "maxRecordSizeInKiB", i64::from(input.size), 1_024, 10_240)?;
    let stream = super::find(account, call, None, input.stream_arn.as_deref())?;
    stream.must_be_active(call)?;
    stream.max_record_kib = input.size;
    stream.busy(call.now, UPDATING);
    Ok(Answer::empty())
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct UpdateDistribution {
    #[serde(rename = "StreamARN")]
    stream_arn: String,
    record_distribution_strategy: Distribution,
}

fn update_distribution(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let input: UpdateDistribution = call.input()?;
    let stream = super::find(account, call, None, Some(&input.stream_arn))?;
    stream.must_be_active(call)?;
    if stream.mode == Mode::Provisioned {
        let message = format!("Stream {} is PROVISIONED: it has no record distribution strategy.", stream.name);
        return Err(invalid_argument(message));
    }
    stream.distribution = input.record_distribution_strategy;
    stream.busy(call.now, UPDATING);
    Ok(Answer::empty())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct UpdateWarmThroughput {
    #[serde(rename = "StreamName")]
    stream_name: Option<String>,
    #[serde(rename = "StreamARN")]
    stream_arn: Option<String>,
    #[serde(rename = "WarmThroughputMiBps")]
    target: u32,
}

fn update_warm_throughput(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let input: UpdateWarmThroughput = call.input()?;
    let (name, arn) = (input.stream_name.as_deref(), input.stream_arn.as_deref());
    let mode = super::find(account, call, name, arn)?.mode;
    settings::check_warm(account, call, mode, input.target)?;
    let stream = super::find(account, call, name, arn)?;
    stream.must_be_active(call)?;
    let before = stream.warm.map_or(settings::COLD, |warm| warm.target);
    stream.warm = Some(Warm { before, target: input.target });
    stream.busy(call.now, RESHARDING);
    Answer::json(json!({
        "StreamName": stream.name,
        "StreamARN": stream.arn(call),
        "WarmThroughput": settings::warm(stream, call.now),
    }))
}
