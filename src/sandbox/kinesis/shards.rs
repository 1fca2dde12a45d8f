//! Shards: ranges of hash keys, each with its records.

use crate::wire::Blob;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::VecDeque;

/// A shard.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Shard {
    /// From 0 in each stream.
    pub number: u32,
    /// The shards it came from: none, one that was split, or two that were merged.
    pub parents: Vec<u32>,
    /// The first hash key.
    pub first: u128,
    /// The last hash key.
    pub last: u128,
    /// In milliseconds since the epoch.
    pub opened: u64,
    /// Takes no records since; milliseconds since the epoch.
    pub closed: Option<u64>,
    /// By sequence number.
    pub records: VecDeque<Record>,
}

/// A record.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Record {
    /// Rises within the shard.
    pub sequence: u128,
    /// In milliseconds since the epoch.
    pub arrived: u64,
    /// What its producer put there.
    pub data: Blob,
    /// Decides on the shard.
    pub partition_key: Option<String>,
}

/// The name of the shard with this number.
pub(super) fn id(number: u32) -> String {
    format!("shardId-{number:012}")
}

/// The number of the shard with this name.
pub(super) fn number(id: &str) -> Option<u32> {
    id.strip_prefix("shardId-").and_then(|digits| digits.parse().ok())
}

/// The sequence number of the `count`-th record, put into shard `number` at `now`: later ones are larger.
pub(super) fn sequence(now: u64, number: u32, count: u64) -> u128 {
    (u128::from(now) << 72) | (u128::from(count & 0xff_ffff_ffff) << 32) | u128::from(number)
}

/// Closes the open shards and opens `count` new ones that share the hash keys evenly.
pub(super) fn reshard(shards: &mut Vec<Shard>, count: u32, now: u64) {
    let next = shards.iter().map(|shard| shard.number + 1).max().unwrap_or_default();
    let before: Vec<(u32, u128, u128)> = shards
        .iter_mut()
        .filter(|shard| shard.closed.is_none())
        .map(|shard| {
            shard.closed = Some(now);
            (shard.number, shard.first, shard.last)
        })
        .collect();
    let count = count.max(1);
    let width = u128::MAX / u128::from(count);
    for index in 0..count {
        let first = u128::from(index) * width + u128::from(index > 0);
        let last = if index + 1 == count { u128::MAX } else { u128::from(index + 1) * width };
        let overlap = before.iter().filter(|(_, from, to)| *from <= last && *to >= first);
        // A shard names two parents at most; where three overlap, the outer one is left out.
        let parents = overlap.map(|(number, _, _)| *number).take(2).collect();
        shards.push(Shard {
            number: next + index,
            parents,
            first,
            last,
            opened: now,
            closed: None,
            records: VecDeque::new(),
        });
    }
}

impl Shard {
    /// As the API shows it.
    pub(super) fn show(&self) -> Value {
        let mut sequence_numbers =
            json!({ "StartingSequenceNumber": sequence(self.opened, self.number, 0).to_string() });
        if let Some(closed) = self.closed {
            sequence_numbers["EndingSequenceNumber"] = sequence(closed, self.number, u64::MAX).to_string().into();
        }
        let mut shown = json!({
            "ShardId": id(self.number),
            "HashKeyRange": { "StartingHashKey": self.first.to_string(), "EndingHashKey": self.last.to_string() },
            "SequenceNumberRange": sequence_numbers,
        });
        for (name, parent) in ["ParentShardId", "AdjacentParentShardId"].iter().zip(&self.parents) {
            shown[*name] = id(*parent).into();
        }
        shown
    }

    /// Drops records older than `horizon`.
    pub(super) fn trim(&mut self, horizon: u64) {
        while self.records.front().is_some_and(|record| record.arrived < horizon) {
            self.records.pop_front();
        }
    }
}
