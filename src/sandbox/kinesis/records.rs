//! Records in and out.

use super::shards::{self, Record, Shard};
use super::stream::{Distribution, Status, Stream};
use super::{check_range, find, invalid_argument, not_found, on_stream};
use crate::account::Account;
use crate::answer::{Answer, Fault};
use crate::call::Call;
use crate::clock::{HOUR, MINUTE};
use crate::operation::Operation;
use crate::time::epoch_seconds;
use crate::wire::Blob;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use md5::{Digest, Md5};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

pub(super) const OPERATIONS: &[Operation] = &[
    Operation::write("PutRecord", put_record),
    Operation::write("PutRecords", put_records),
    Operation::read("GetShardIterator", get_shard_iterator),
    Operation::read("GetRecords", get_records),
];

/// How long a shard iterator is good for.
const ITERATOR_LIFE: u64 = 5 * MINUTE;

on_stream!(PutRecord {
    data: Blob,
    partition_key: Option<String>,
    explicit_hash_key: Option<String>,
    #[serde(rename = "SequenceNumberForOrdering")]
    _sequence_number_for_ordering: Option<String>,
});

fn put_record(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let mut input: PutRecord = call.input()?;
    let stream = writable(input.stream(account, call)?, call)?;
    let entry = Entry {
        data: std::mem::take(&mut input.data),
        partition_key: input.partition_key.take(),
        explicit_hash_key: input.explicit_hash_key.take(),
    };
    let place = check(stream, &entry)?;
    let (shard, sequence) = put(stream, call.now, entry, place);
    Answer::json(json!({
        "ShardId": shards::id(shard),
        "SequenceNumber": sequence.to_string(),
        "EncryptionType": encryption(stream),
    }))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Entry {
    data: Blob,
    partition_key: Option<String>,
    explicit_hash_key: Option<String>,
}

on_stream!(PutRecords {
    records: Vec<Entry>,
});

fn put_records(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let mut input: PutRecords = call.input()?;
    check_range(call, "records", i64::try_from(input.records.len()).unwrap_or(i64::MAX), 1, 500)?;
    let entries = std::mem::take(&mut input.records);
    let stream = writable(input.stream(account, call)?, call)?;
    let places = entries.iter().map(|entry| check(stream, entry)).collect::<Result<Vec<_>, _>>()?;
    let results: Vec<Value> = entries
        .into_iter()
        .zip(places)
        .map(|(entry, place)| {
            let (shard, sequence) = put(stream, call.now, entry, place);
            json!({ "ShardId": shards::id(shard), "SequenceNumber": sequence.to_string() })
        })
        .collect();
    Answer::json(json!({ "FailedRecordCount": 0, "Records": results, "EncryptionType": encryption(stream) }))
}

/// Streams take records from their creation to their deletion.
fn writable<'a>(stream: &'a mut Stream, call: &Call) -> Result<&'a mut Stream, Fault> {
    match stream.status(call.now) {
        Status::Active | Status::Updating => Ok(stream),
        _ => Err(not_found(call, &stream.name)),
    }
}

/// The hash key of a record that may be put; `None` leaves the shard to the stream.
fn check(stream: &Stream, entry: &Entry) -> Result<Option<u128>, Fault> {
    let key = entry.partition_key.as_deref();
    let most = stream.max_record_kib as usize * 1_024;
    if entry.data.0.len() + key.map_or(0, str::len) > most {
        return Err(invalid_argument(format!("A record with its partition key may have at most {most} bytes.")));
    }
    if key.is_some_and(|key| key.is_empty() || key.chars().count() > 256) {
        return Err(invalid_argument("A partition key must have 1 to 256 characters."));
    }
    match (&entry.explicit_hash_key, key) {
        (Some(hash), _) => hash
            .parse()
            .map(Some)
            .map_err(|_| invalid_argument(format!("Invalid ExplicitHashKey. {hash} must be a number below 2^128."))),
        (None, Some(key)) => Ok(Some(u128::from_be_bytes(Md5::digest(key).into()))),
        (None, None) if stream.distribution == Distribution::Auto => Ok(None),
        (None, None) => Err(invalid_argument("A record needs a PartitionKey.")),
    }
}

fn put(stream: &mut Stream, now: u64, entry: Entry, place: Option<u128>) -> (u32, u128) {
    stream.written += 1;
    let (written, open) = (stream.written, stream.open_shards().max(1) as u64);
    let horizon = now.saturating_sub(u64::from(stream.retention_hours) * HOUR);
    let mut candidates = stream.shards.iter_mut().filter(|shard| shard.closed.is_none());
    let shard = match place {
        Some(hash) => candidates.find(|shard| (shard.first..=shard.last).contains(&hash)),
        None => candidates.nth(usize::try_from(written % open).unwrap_or_default()),
    };
    // Open shards share all hash keys among them, so there always is one.
    let Some(shard) = shard else { return (0, 0) };
    let sequence = shards::sequence(now, shard.number, written);
    shard.trim(horizon);
    shard.records.push_back(Record { sequence, arrived: now, data: entry.data, partition_key: entry.partition_key });
    (shard.number, sequence)
}

fn encryption(stream: &Stream) -> &'static str {
    if stream.key.is_some() { "KMS" } else { "NONE" }
}

/// A place in a shard, which clients carry around as opaque text.
#[derive(Serialize, Deserialize)]
struct Iterator {
    stream: String,
    created: u64,
    shard: u32,
    /// The first sequence number to read, as text because JSON numbers end before it does.
    from: String,
    issued: u64,
}

impl Iterator {
    fn encode(&self) -> Value {
        serde_json::to_vec(self).map_or(Value::Null, |json| BASE64_STANDARD.encode(json).into())
    }

    fn decode(text: &str) -> Option<(Self, u128)> {
        let iterator: Self = serde_json::from_slice(&BASE64_STANDARD.decode(text).ok()?).ok()?;
        let from = iterator.from.parse().ok()?;
        Some((iterator, from))
    }
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum IteratorType {
    AtSequenceNumber,
    AfterSequenceNumber,
    TrimHorizon,
    Latest,
    AtTimestamp,
}

on_stream!(GetShardIterator {
    shard_id: String,
    shard_iterator_type: IteratorType,
    starting_sequence_number: Option<String>,
    timestamp: Option<f64>,
});

fn get_shard_iterator(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let input: GetShardIterator = call.input()?;
    let given = input.starting_sequence_number.as_deref().map(str::parse::<u128>).transpose();
    let given = given.map_err(|_| invalid_argument("StartingSequenceNumber is not a sequence number."))?;
    let sequence = || given.ok_or_else(|| invalid_argument("This iterator type needs a StartingSequenceNumber."));
    let stream = writable(input.stream(account, call)?, call)?;
    let shard = shard(stream, call, &input.shard_id)?;
    let from = match input.shard_iterator_type {
        IteratorType::TrimHorizon => 0,
        // The next record is larger than any there is, whenever it comes.
        IteratorType::Latest => shard.records.back().map_or(0, |record| record.sequence + 1),
        IteratorType::AtSequenceNumber => sequence()?,
        IteratorType::AfterSequenceNumber => sequence()?.saturating_add(1),
        IteratorType::AtTimestamp => {
            let seconds = input.timestamp.ok_or_else(|| invalid_argument("AT_TIMESTAMP needs a Timestamp."))?;
            shards::sequence((seconds * 1_000.0) as u64, 0, 0)
        }
    };
    let (number, created) = (shard.number, stream.created);
    let iterator =
        Iterator { stream: stream.name.clone(), created, shard: number, from: from.to_string(), issued: call.now };
    Answer::json(json!({ "ShardIterator": iterator.encode() }))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct GetRecords {
    shard_iterator: String,
    limit: Option<i32>,
    #[serde(rename = "StreamARN")]
    stream_arn: Option<String>,
}

fn get_records(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let input: GetRecords = call.input()?;
    let limit = input.limit.unwrap_or(10_000);
    check_range(call, "limit", i64::from(limit), 1, 10_000)?;
    let (iterator, from) =
        Iterator::decode(&input.shard_iterator).ok_or_else(|| invalid_argument("Invalid ShardIterator."))?;
    if iterator.issued + ITERATOR_LIFE < call.now {
        return Err(Fault::new(400, "ExpiredIteratorException", "Iterator expired: it is older than 300 seconds."));
    }
    let stream = writable(find(account, call, Some(&iterator.stream), input.stream_arn.as_deref())?, call)?;
    if stream.created != iterator.created {
        return Err(not_found(call, &iterator.stream));
    }
    let (horizon, encryption) = (call.now.saturating_sub(u64::from(stream.retention_hours) * HOUR), encryption(stream));
    let shard = shard(stream, call, &shards::id(iterator.shard))?;
    shard.trim(horizon);
    let first = shard.records.partition_point(|record| record.sequence < from);
    let page: Vec<&Record> = shard.records.range(first..).take(limit.unsigned_abs() as usize).collect();
    let next = page.last().map_or(from, |record| record.sequence + 1);
    let behind = shard.records.get(first + page.len()).map_or(0, |record| call.now.saturating_sub(record.arrived));
    let records: Vec<Value> = page
        .iter()
        .map(|record| {
            let mut shown = json!({
                "SequenceNumber": record.sequence.to_string(),
                "ApproximateArrivalTimestamp": epoch_seconds(record.arrived),
                "Data": record.data,
                "EncryptionType": encryption,
            });
            if let Some(key) = &record.partition_key {
                shown["PartitionKey"] = key.as_str().into();
            }
            shown
        })
        .collect();
    let ended = shard.closed.is_some() && first + page.len() == shard.records.len();
    let number = shard.number;
    let mut answer = json!({ "Records": records, "MillisBehindLatest": behind });
    if ended {
        let children = stream.shards.iter().filter(|child| child.parents.contains(&number)).map(|child| {
            json!({
                "ShardId": shards::id(child.number),
                "ParentShards": child.parents.iter().map(|parent| shards::id(*parent)).collect::<Vec<_>>(),
                "HashKeyRange": { "StartingHashKey": child.first.to_string(), "EndingHashKey": child.last.to_string() },
            })
        });
        answer["ChildShards"] = children.collect();
    } else {
        let iterator = Iterator { from: next.to_string(), issued: call.now, ..iterator };
        answer["NextShardIterator"] = iterator.encode();
    }
    Answer::json(answer)
}

fn shard<'a>(stream: &'a mut Stream, call: &Call, id: &str) -> Result<&'a mut Shard, Fault> {
    let Stream { name, shards, .. } = stream;
    let number = shards::number(id);
    shards.iter_mut().find(|shard| Some(shard.number) == number).ok_or_else(|| {
        let message = format!("Shard {id} in stream {name} under account {} does not exist", call.account_id);
        Fault::new(400, "ResourceNotFoundException", message)
    })
}
