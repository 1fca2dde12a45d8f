//! What a stream is, and how it changes with time.

use super::shards::{self, Shard};
use super::{in_use, limit_exceeded};
use crate::answer::Fault;
use crate::call::Call;
use crate::clock::{HOUR, SECOND, Timed};
use crate::tags::Tags;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// How long a stream is CREATING.
pub(super) const CREATING: u64 = 20 * SECOND;
/// How long a stream is DELETING.
pub(super) const DELETING: u64 = 15 * SECOND;
/// How long a stream is UPDATING after a change of its shards.
pub(super) const RESHARDING: u64 = 60 * SECOND;
/// How long a stream is UPDATING after any other change.
pub(super) const UPDATING: u64 = 5 * SECOND;

/// The life of a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Status {
    /// Not there yet: has no shards, refuses changes.
    Creating,
    /// Ready.
    Active,
    /// Refuses changes, takes records.
    Updating,
    /// About to be gone.
    Deleting,
    /// Not shown any more.
    Gone,
}

/// Who decides on the number of shards.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Mode {
    /// Its owner.
    Provisioned,
    /// AWS.
    OnDemand,
}

/// How records find their shard.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Distribution {
    /// Evenly.
    Auto,
    /// By partition key.
    UserPartitionKey,
}

/// What an on-demand stream takes without growing first, in MiB a second.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Warm {
    /// Until the change is done.
    pub before: u32,
    /// What was asked for.
    pub target: u32,
}

/// One data stream.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Stream {
    /// Unique in account and region.
    pub name: String,
    /// In milliseconds since the epoch.
    pub created: u64,
    /// Where it is in its life.
    pub status: Timed<Status>,
    /// Who decides on the number of shards.
    pub mode: Mode,
    /// Open and closed ones, by number.
    pub shards: Vec<Shard>,
    /// The number of shards to have, and from when on.
    pub resharding: Option<(u64, u32)>,
    /// How long records are kept.
    pub retention_hours: u32,
    /// The KMS key, when records are encrypted.
    pub key: Option<String>,
    /// Shard-level metrics that are on.
    pub metrics: BTreeSet<String>,
    /// The largest record in KiB.
    pub max_record_kib: u32,
    /// How records find their shard.
    pub distribution: Distribution,
    /// What it takes at once, when somebody asked for it.
    #[serde(default)]
    pub warm: Option<Warm>,
    /// Its tags.
    pub tags: Tags,
    /// Its enhanced fan-out consumers by name.
    pub consumers: BTreeMap<String, Consumer>,
    /// Its resource policy and those of its consumers, by ARN.
    pub policies: BTreeMap<String, String>,
    /// When its number of shards was changed, for the limit on that.
    pub reshardings: Vec<u64>,
    /// When its mode was changed, for the limit on that.
    pub switches: Vec<u64>,
    /// When its encryption was changed, for the limit on that.
    pub encryptions: Vec<u64>,
    /// Counts records, for their sequence numbers.
    pub written: u64,
}

/// An enhanced fan-out consumer.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Consumer {
    /// Unique in its stream.
    pub name: String,
    /// In milliseconds since the epoch.
    pub created: u64,
    /// Where it is in its life.
    pub status: Timed<Status>,
    /// Its tags.
    pub tags: Tags,
}

impl Consumer {
    /// Whether it is shown.
    pub fn exists(&self, now: u64) -> bool {
        *self.status.at(now) != Status::Gone
    }

    /// `arn:..:stream/<stream>/consumer/<name>:<second of its creation>`.
    pub fn arn(&self, stream_arn: &str) -> String {
        format!("{stream_arn}/consumer/{}:{}", self.name, self.created / SECOND)
    }
}

impl Stream {
    /// Whether it is shown.
    pub fn exists(&self, now: u64) -> bool {
        *self.status.at(now) != Status::Gone
    }

    /// What it is at `now`.
    pub fn status(&self, now: u64) -> Status {
        *self.status.at(now)
    }

    /// Its ARN, in the region of `call`.
    pub(super) fn arn(&self, call: &Call) -> String {
        call.arn("kinesis", &format!("stream/{}", self.name))
    }

    /// Makes the changes that are due.
    pub(super) fn settle(&mut self, now: u64) {
        self.status.settle(now);
        if let Some((due, count)) = self.resharding.filter(|(due, _)| *due <= now) {
            shards::reshard(&mut self.shards, count, due);
            self.resharding = None;
        }
        self.consumers.retain(|_, consumer| consumer.exists(now));
    }

    /// How many shards take records.
    pub(super) fn open_shards(&self) -> usize {
        self.shards.iter().filter(|shard| shard.closed.is_none()).count()
    }

    /// Refuses unless it is ACTIVE, which every change needs.
    pub(super) fn must_be_active(&self, call: &Call) -> Result<(), Fault> {
        let status = self.status(call.now);
        if status == Status::Active {
            return Ok(());
        }
        let status = format!("{status:?}").to_uppercase();
        Err(in_use(format!(
            "Stream {} under account {} not ACTIVE, instead in state {status}",
            self.name, call.account_id
        )))
    }

    /// UPDATING for `duration`, then ACTIVE.
    pub(super) fn busy(&mut self, now: u64, duration: u64) {
        self.status = Timed::new(now, Status::Updating).then(now + duration, Status::Active);
    }
}

/// Notes one more change in `history`, of which there may be `most` in 24 hours.
pub(super) fn daily(history: &mut Vec<u64>, now: u64, most: usize, what: &str) -> Result<(), Fault> {
    history.retain(|at| at + 24 * HOUR > now);
    if history.len() >= most {
        return Err(limit_exceeded(format!("{what} may be changed at most {most} times in 24 hours.")));
    }
    history.push(now);
    Ok(())
}
