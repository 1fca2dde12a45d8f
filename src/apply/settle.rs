//! Settling: read until ready and equal.

use super::executor::StepError;
use super::retry::{Patience, Purpose, attempt};
use crate::aws::{self, Cx, TagChange, Tagging};
use crate::plan::{Change, differences};
use crate::report::Event;
use crate::resource::{Address, AnyKind, Changes, Live, Status};
use serde_json::Value;
use std::collections::BTreeMap;
use std::time::Duration;
use tokio::time::Instant;

/// How long after a creation "not there" only means that reads lag behind (AWS.md §1, §3.3).
const GRACE: Duration = Duration::from_secs(150);
/// How long after an update the old value only means that reads lag behind.
const LAG: Duration = Duration::from_secs(120);
/// Updates that leave the same difference before giving up.
const ROUNDS: u32 = 3;

/// What an object is to become.
pub(super) struct Target<'a> {
    pub cx: &'a Cx,
    pub kind: &'static dyn AnyKind,
    pub address: &'a Address,
    pub spec: &'a Value,
    pub tags: &'a BTreeMap<String, String>,
    pub emit: &'a (dyn Fn(Event) + Sync),
    /// Whether the object was created just now, so that it may not be readable yet.
    pub fresh: bool,
}

/// Updates until AWS reports what was asked for.
///
/// This is also how creation finishes: whatever `create` could not set in its one call shows up
/// here as a difference.
pub(super) async fn settle(target: &Target<'_>, id: &str) -> Result<Live<Value>, StepError> {
    let Target { cx, kind, address, emit, .. } = *target;
    let mut asked: Vec<Asked> = vec![];
    let mut undone: Option<String> = None;
    let mut pause = Poll::new(kind.typical().update);
    let mut failing: Option<(Vec<Change>, Patience)> = None;
    loop {
        let live = ready(target, id).await?;
        let changes = differences(kind, target.spec, target.tags, &live);
        if changes.is_empty() {
            return Ok(live);
        }
        if let Some(fixed) = changes.iter().find(|change| change.replaces) {
            return Err(StepError::Stale { field: fixed.field.clone() });
        }
        if !asked.is_empty()
            && live.undone != undone
            && let Some(reason) = live.undone
        {
            return Err(StepError::Undone { reason });
        }
        // A difference that was seen before: the read lags. Another: the next step of several.
        let before = asked.iter().position(|asked| asked.changes == changes);
        if let Some(asked) = before.and_then(|before| asked.get_mut(before)) {
            if cx.pace().since(asked.last) < LAG {
                cx.pace().sleep(pause.next()).await;
                continue;
            }
            asked.rounds += 1;
            if asked.rounds == ROUNDS {
                return Err(StepError::Unsettled { changes });
            }
        }
        if let Err(error) = change(target, &live, &changes).await {
            // It may have had its effect all the same, or part of it: look before asking again.
            let (_, mut patience) =
                failing.take().filter(|(before, _)| *before == changes).unwrap_or_else(|| (vec![], Patience::new()));
            patience.wait(cx, kind, address, Purpose::Update, emit, error).await?;
            failing = Some((changes, patience));
            continue;
        }
        failing = None;
        emit(Event::Changed { address: address.clone() });
        match before.and_then(|before| asked.get_mut(before)) {
            Some(asked) => asked.last = Instant::now(),
            None => asked.push(Asked { changes, last: Instant::now(), rounds: 0 }),
        }
        undone = live.undone;
        pause = Poll::new(kind.typical().update);
    }
}

/// A difference that an update was to end.
struct Asked {
    changes: Vec<Change>,
    last: Instant,
    /// How often it was still there after the first update.
    rounds: u32,
}

async fn change(target: &Target<'_>, live: &Live<Value>, changes: &[Change]) -> aws::Result<()> {
    let Target { cx, kind, spec, tags, .. } = *target;
    let (tag_changes, changes): (Vec<_>, Vec<_>) = changes.iter().cloned().partition(|change| {
        change.field == "tags" || change.field.starts_with("tags.") || change.field.starts_with("tags[")
    });
    if !tag_changes.is_empty() && kind.tagging() != Tagging::None {
        let set = tags.iter().filter(|(key, value)| live.tags.get(*key) != Some(value));
        let unset = live.tags.keys().filter(|key| !tags.contains_key(*key));
        let change = TagChange {
            id: &live.id,
            arn: live.outputs.get("arn").unwrap_or(&live.id),
            set: set.map(|(key, value)| (key.clone(), value.clone())).collect(),
            unset: unset.cloned().collect(),
            all: cx.tags(),
        };
        aws::retag(cx, kind.tagging(), change).await?;
    }
    if !changes.is_empty() {
        kind.update(cx, spec, live.clone(), &Changes(changes)).await?;
    }
    Ok(())
}

/// Waits until the object is there and ready.
async fn ready(target: &Target<'_>, id: &str) -> Result<Live<Value>, StepError> {
    let Target { cx, kind, address, emit, fresh, .. } = *target;
    let start = Instant::now();
    let typical = if fresh { kind.typical().create } else { kind.typical().update };
    let mut pause = Poll::new(typical);
    loop {
        let waited = cx.pace().since(start);
        let state = match attempt(cx, kind, address, Purpose::Read, emit, || kind.read(cx, id)).await? {
            Some(live) => match &live.status {
                Status::Ready => return Ok(live),
                Status::Failed(reason) => return Err(StepError::Failed { reason: reason.clone() }),
                Status::Deleting => return Err(StepError::Vanished),
                Status::Pending(state) => state.clone(),
            },
            None if fresh && waited < GRACE => "not readable yet".into(),
            None => return Err(StepError::Vanished),
        };
        if waited > kind.timeout() {
            return Err(StepError::TimedOut { state, waited });
        }
        emit(Event::Waiting { address: address.clone(), state, waited, typical });
        cx.pace().sleep(pause.next()).await;
    }
}

/// Waits until the object is gone.
pub(super) async fn gone(target: &Target<'_>, id: &str) -> Result<(), StepError> {
    let Target { cx, kind, address, emit, .. } = *target;
    let start = Instant::now();
    let typical = kind.typical().delete;
    let mut pause = Poll::new(typical);
    while let Some(live) = attempt(cx, kind, address, Purpose::Read, emit, || kind.read(cx, id)).await? {
        let waited = cx.pace().since(start);
        match live.status {
            Status::Failed(reason) if waited > typical => return Err(StepError::Failed { reason }),
            _ if waited > kind.timeout() => {
                return Err(StepError::TimedOut { state: "still there".into(), waited });
            }
            _ => {}
        }
        emit(Event::Waiting { address: address.clone(), state: "deleting".into(), waited, typical });
        cx.pace().sleep(pause.next()).await;
    }
    Ok(())
}

/// The rhythm of looking again: at once for what takes a moment, calm for what takes half an hour.
struct Poll {
    next: Duration,
    longest: Duration,
}

impl Poll {
    fn new(typical: Duration) -> Self {
        let longest = (typical / 20).clamp(Duration::from_secs(2), Duration::from_secs(15));
        Self { next: Duration::from_millis(250), longest }
    }

    fn next(&mut self) -> Duration {
        let pause = self.next;
        self.next = (self.next * 2).min(self.longest);
        pause
    }
}
