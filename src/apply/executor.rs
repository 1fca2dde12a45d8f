//! Runs the steps of a plan, each as soon as those it comes after are done.

use super::retry::{Purpose, attempt};
use super::settle::{Target, gone, settle};
use super::timing::{CriticalPath, Finished};
use crate::aws::{self, Class, Cx};
use crate::kinds;
use crate::plan::{Action, Change, Plan, Step};
use crate::report::Event;
use crate::resource::{Address, AnyKind, Live, Status};
use crate::world::{World, filled};
use futures::stream::{FuturesUnordered, StreamExt};
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::Mutex;
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::Instant;

/// Creations of one resource that came to nothing before giving up: an EC2 client token may bring
/// back an instance that was terminated (DESIGN.md §4).
const GENERATIONS: u32 = 5;

/// Why a step did not succeed.
#[derive(Clone, Debug, thiserror::Error)]
pub enum StepError {
    /// A call failed.
    #[error(transparent)]
    Aws(#[from] aws::Error),
    /// The object is not what it was when the plan was made.
    #[error("`{field}` changed since the plan was made; plan again")]
    Stale {
        /// The field.
        field: String,
    },
    /// AWS reports success, but not what was asked for.
    #[error("AWS accepted the change, but still reports {}", unsettled(.changes))]
    Unsettled {
        /// What still differs.
        changes: Vec<Change>,
    },
    /// AWS says it failed.
    #[error("AWS reports a failure: {reason}\n  the next apply deletes it and creates it again")]
    Failed {
        /// AWS's reason.
        reason: String,
    },
    /// AWS began the change and took it back.
    #[error("AWS took the change back: {reason}\n  the next apply tries again")]
    Undone {
        /// What it was and AWS's reason.
        reason: String,
    },
    /// It disappeared.
    #[error("it disappeared while it was being worked on; apply again")]
    Vanished,
    /// It takes too long.
    #[error("still {state} after {} minutes; AWS may yet finish: apply again to go on waiting", .waited.as_secs() / 60)]
    TimedOut {
        /// Its state.
        state: String,
        /// How long was waited.
        waited: Duration,
    },
    /// The name is taken.
    #[error(
        "{id} exists already and does not belong to this stack\n  choose another name in the manifest, or delete the object, or take \
         it over with `aqueduct adopt`"
    )]
    Taken {
        /// The object in the way.
        id: String,
    },
    /// A reference whose target has no such output.
    #[error("AWS gave no value for {0}")]
    Unknown(String),
}

fn unsettled(changes: &[Change]) -> String {
    let fields = changes.iter().map(|change| format!("{} as {}", change.field, change.from));
    fields.collect::<Vec<_>>().join(", ")
}

/// What came of a plan.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// What is live now, as far as the plan touched it.
    pub world: World,
    /// Steps that succeeded.
    pub done: usize,
    /// Steps that failed, with the reason.
    pub failed: Vec<(Address, String)>,
    /// Steps never begun because one they come after failed.
    pub skipped: usize,
    /// Whether the run was interrupted.
    pub interrupted: bool,
    /// What decided how long it took.
    pub critical_path: CriticalPath,
}

impl Outcome {
    /// Whether everything was done.
    pub fn complete(&self) -> bool {
        self.failed.is_empty() && self.skipped == 0 && !self.interrupted
    }
}

/// Says that a run is to stop: no step is begun any more, waits are abandoned, calls under way end.
#[derive(Clone, Debug)]
pub struct Interrupt(watch::Receiver<bool>);

impl Interrupt {
    /// An interrupt and what triggers it.
    pub fn new() -> (watch::Sender<bool>, Self) {
        let (sender, receiver) = watch::channel(false);
        (sender, Self(receiver))
    }

    async fn triggered(&mut self) {
        if self.0.wait_for(|stop| *stop).await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Progress {
    Waiting,
    Running,
    Done,
    Failed,
}

/// Runs `plan` against AWS. `world` is what the plan was made from. Every transition goes to `emit`.
/// Dropping the future at any point is safe: another run converges.
pub async fn apply(
    cx: &Cx,
    plan: &Plan,
    world: World,
    mut interrupt: Interrupt,
    emit: &(dyn Fn(Event) + Sync),
) -> Outcome {
    let start = Instant::now();
    let world = Mutex::new(world);
    let mut progress = vec![Progress::Waiting; plan.steps.len()];
    let mut finished: Vec<Option<Finished>> = vec![None; plan.steps.len()];
    let mut failed = vec![];
    let mut skipped = 0;
    let mut interrupted = false;
    let mut running = FuturesUnordered::new();
    loop {
        for (index, step) in plan.steps.iter().enumerate().filter(|_| !interrupted) {
            if progress[index] != Progress::Waiting {
                continue;
            }
            let cause = step.after.iter().find(|before| progress[**before] == Progress::Failed);
            if let Some(cause) = cause {
                progress[index] = Progress::Failed;
                skipped += 1;
                let because = plan.steps[*cause].address.clone();
                emit(Event::Skipped { address: step.address.clone(), because });
            } else if step.after.iter().all(|before| progress[*before] == Progress::Done) {
                progress[index] = Progress::Running;
                let typical = typical(step);
                emit(Event::Started { address: step.address.clone(), action: verb(&step.action), typical });
                let world = &world;
                running.push(async move {
                    let began = cx.pace().since(start);
                    (index, began, run(cx, step, world, emit).await)
                });
            }
        }
        let ended = tokio::select! {
            biased;
            () = interrupt.triggered(), if !interrupted => {
                interrupted = true;
                break;
            }
            ended = running.next() => ended,
        };
        let Some((index, began, outcome)) = ended else { break };
        let address = plan.steps[index].address.clone();
        let ended = cx.pace().since(start);
        match outcome {
            Ok(()) => {
                progress[index] = Progress::Done;
                let action = verb(&plan.steps[index].action);
                emit(Event::Done { address: address.clone(), action, took: ended.saturating_sub(began) });
                finished[index] = Some(Finished { address, action, began, ended });
            }
            Err(error) => {
                progress[index] = Progress::Failed;
                emit(Event::Failed { address: address.clone(), error: error.to_string() });
                failed.push((address, error.to_string()));
            }
        }
    }
    drop(running);
    let done = finished.iter().flatten().count();
    let total = cx.pace().since(start);
    let critical_path = CriticalPath::of(&finished, |index| plan.steps[index].after.clone(), total);
    let world = world.into_inner().unwrap_or_else(|poisoned| poisoned.into_inner());
    Outcome { world, done, failed, skipped, interrupted, critical_path }
}

fn verb(action: &Action) -> &'static str {
    match action {
        Action::Create { .. } => "create",
        Action::Update { .. } => "update",
        Action::Wait { .. } => "wait",
        Action::Delete { .. } => "delete",
    }
}

fn typical(step: &Step) -> Duration {
    let typical = kinds::named(step.address.kind).map(AnyKind::typical);
    typical.map_or(Duration::ZERO, |typical| match step.action {
        Action::Create { .. } | Action::Wait { .. } => typical.create,
        Action::Update { .. } => typical.update,
        Action::Delete { .. } => typical.delete,
    })
}

async fn run(cx: &Cx, step: &Step, world: &Mutex<World>, emit: &(dyn Fn(Event) + Sync)) -> Result<(), StepError> {
    let address = &step.address;
    let kind =
        kinds::named(address.kind).ok_or_else(|| aws::Error::internal(format!("there is no kind for {address}")))?;
    match &step.action {
        Action::Create { spec, tags, .. } => {
            let spec = resolved(spec, world)?;
            let live = create(cx, kind, address, &spec, tags, emit).await?;
            remember(world, address, live);
        }
        Action::Update { id, spec, tags, .. } | Action::Wait { id, spec, tags, .. } => {
            let spec = resolved(spec, world)?;
            let cx = cx.acting_for(address, tags, 0);
            let target = Target { cx: &cx, kind, address, spec: &spec, tags, emit, fresh: false };
            let live = settle(&target, id).await?;
            remember(world, address, live);
        }
        Action::Delete { live, .. } => {
            let (spec, tags) = (Value::Null, BTreeMap::new());
            let cx = cx.acting_for(address, &tags, 0);
            if live.status != Status::Deleting {
                attempt(&cx, kind, address, Purpose::Delete, emit, || kind.delete(&cx, (**live).clone())).await?;
            }
            let target = Target { cx: &cx, kind, address, spec: &spec, tags: &tags, emit, fresh: false };
            gone(&target, &live.id).await?;
            let mut world = world.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
            if world.get(address).is_some_and(|there| there.id == live.id) {
                world.resources.remove(address);
            }
        }
    }
    Ok(())
}

fn resolved(spec: &Value, world: &Mutex<World>) -> Result<Value, StepError> {
    let world = world.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    let missing = Mutex::new(None);
    let spec = filled(spec, &|address, output| {
        let value = world.output(address, output);
        if value.is_none() {
            *missing.lock().unwrap_or_else(|poisoned| poisoned.into_inner()) = Some(format!("{output} of {address}"));
        }
        value
    });
    match missing.into_inner().unwrap_or_else(|poisoned| poisoned.into_inner()) {
        Some(missing) => Err(StepError::Unknown(missing)),
        None => Ok(spec),
    }
}

fn remember(world: &Mutex<World>, address: &Address, live: Live<Value>) {
    let mut world = world.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    world.resources.insert(address.clone(), live);
}

async fn create(
    cx: &Cx,
    kind: &'static dyn AnyKind,
    address: &Address,
    spec: &Value,
    tags: &BTreeMap<String, String>,
    emit: &(dyn Fn(Event) + Sync),
) -> Result<Live<Value>, StepError> {
    let mut generation = 0;
    loop {
        let cx = cx.acting_for(address, tags, generation);
        let call = || async {
            match kind.create(&cx, spec).await {
                Err(error) => match made_all_the_same(&cx, kind, address, spec, &error).await? {
                    Some(id) => Ok(id),
                    None => Err(error),
                },
                other => other,
            }
        };
        let id = match attempt(&cx, kind, address, Purpose::Create, emit, call).await {
            Err(error) if error.class == Class::AlreadyExists => {
                let id = kind.natural_id(spec).unwrap_or_else(|| error.message.clone());
                return Err(StepError::Taken { id });
            }
            other => other?,
        };
        let target = Target { cx: &cx, kind, address, spec, tags, emit, fresh: true };
        match settle(&target, &id).await {
            Err(StepError::Vanished) => match kind.epitaph(&cx, &id).await? {
                Some(reason) => return Err(StepError::Failed { reason }),
                None if generation < GENERATIONS => generation += 1,
                None => return Err(StepError::Vanished),
            },
            other => return other,
        }
    }
}

/// For how long an object that was just made may be missing from listings, or seen without its tags (AWS.md §1, §2.1).
const LISTED: Duration = Duration::from_secs(60);

/// The id of the object that is there although its creation failed with `error`: the answer got lost, and perhaps the
/// call was made again.
async fn made_all_the_same(
    cx: &Cx,
    kind: &dyn AnyKind,
    address: &Address,
    spec: &Value,
    error: &aws::Error,
) -> aws::Result<Option<String>> {
    if !matches!(error.class, Class::AlreadyExists | Class::Busy | Class::Transport) {
        return Ok(None);
    }
    let start = Instant::now();
    loop {
        let found = ours(cx, kind, address, spec).await?;
        if found.is_some() || cx.pace().since(start) > LISTED {
            return Ok(found);
        }
        cx.pace().sleep(Duration::from_secs(5)).await;
    }
}

/// The id of the object at `address` if it is there and belongs to the stack.
async fn ours(cx: &Cx, kind: &dyn AnyKind, address: &Address, spec: &Value) -> aws::Result<Option<String>> {
    if let Some(id) = kind.natural_id(spec) {
        let live = kind.read(cx, &id).await?;
        return Ok(live.filter(|live| live.owner.as_ref() == Some(&address.name)).map(|live| live.id));
    }
    let all = kind.list(cx).await?;
    let alive = |live: &Live<Value>| !matches!(live.status, Status::Deleting | Status::Failed(_));
    Ok(all.into_iter().find(|live| live.owner.as_ref() == Some(&address.name) && alive(live)).map(|live| live.id))
}
