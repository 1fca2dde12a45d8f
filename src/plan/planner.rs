//! From what is wanted and what is live to the steps between.

use super::diff::differences;
use super::order::arrange;
use crate::resource::{Address, Change, Live, Status};
use crate::world::{Foreign, Graph, World};
use serde::Serialize;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// An order of work in which nothing is left to decide.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Plan {
    /// The steps; each comes after those it needs.
    pub steps: Vec<Step>,
}

/// One change of one resource.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// Whose.
    pub address: Address,
    /// What.
    pub action: Action,
    /// Steps that must have succeeded first, as indexes into [`Plan::steps`].
    pub after: Vec<usize>,
    /// Whether it loses data and so needs `--allow-data-loss`.
    pub loses_data: bool,
}

/// What a step does.
#[derive(Clone, Debug, PartialEq)]
pub enum Action {
    /// Makes it and waits until it is as wanted.
    Create {
        /// Its wanted spec.
        spec: Value,
        /// Its wanted user tags.
        tags: BTreeMap<String, String>,
        /// Why another is deleted for it, when one is.
        replaces: Option<Why>,
    },
    /// Changes it in place and waits until it is as wanted.
    Update {
        /// The id of the object.
        id: String,
        /// Its wanted spec.
        spec: Value,
        /// Its wanted user tags.
        tags: BTreeMap<String, String>,
        /// What differs.
        changes: Vec<Change>,
    },
    /// Waits for what is being made or changed already.
    Wait {
        /// The id of the object.
        id: String,
        /// Its wanted spec.
        spec: Value,
        /// Its wanted user tags.
        tags: BTreeMap<String, String>,
        /// AWS's word for its state.
        state: String,
    },
    /// Deletes it and waits until it is gone.
    Delete {
        /// The object.
        live: Box<Live<Value>>,
        /// Why.
        why: Why,
    },
}

/// Why a live object goes.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// The manifest does not ask for it.
    Unwanted,
    /// Everything goes, because that was asked for.
    Destroyed,
    /// What differs; some of it cannot be changed in place.
    Fixed(Vec<Change>),
    /// It failed; AWS's reason.
    Failed(String),
    /// Another is wanted in its place while it is being deleted already.
    Deleting,
    /// An interrupted replacement left it behind.
    Surplus,
}

/// Why there can be no plan.
#[derive(Clone, Debug, thiserror::Error)]
pub enum PlanError {
    /// Names that others hold.
    #[error("{}", taken(.0))]
    Taken(Vec<Foreign>),
}

fn taken(foreign: &[Foreign]) -> String {
    let lines = foreign
        .iter()
        .map(|Foreign { address, id }| format!("{address}: {id} exists, but does not belong to this stack"));
    let help = "  choose another name in the manifest, or delete the object, or take it over with `aqueduct adopt`";
    lines.chain([help.to_owned()]).collect::<Vec<_>>().join("\n")
}

/// What turns `world` into `graph`. `order` is a graph whose edges also order deletions: the whole
/// manifest's when `graph` is a part of it.
pub fn plan(graph: &Graph, world: &World, order: &Graph) -> Result<Plan, PlanError> {
    if !world.foreign.is_empty() {
        return Err(PlanError::Taken(world.foreign.clone()));
    }
    let mut moving = Moving::default();
    let mut build = BTreeMap::new();
    let mut remove = BTreeMap::new();
    for address in graph.creation_order() {
        let Some(wanted) = graph.get(&address) else { continue };
        let spec = moving.resolve(&wanted.spec, world);
        let tags = wanted.tags.clone();
        let Some(live) = world.get(&address) else {
            build.insert(address, Action::Create { spec, tags, replaces: None });
            continue;
        };
        let changes = differences(wanted.kind, &spec, &tags, live);
        let why = match &live.status {
            Status::Failed(reason) => Some(Why::Failed(reason.clone())),
            Status::Deleting => Some(Why::Deleting),
            _ => changes.iter().any(|change| change.replaces).then(|| Why::Fixed(changes.clone())),
        };
        if let Some(why) = why {
            moving.replaced.insert(address.clone());
            remove.insert(address.clone(), (live.clone(), why.clone()));
            build.insert(address, Action::Create { spec, tags, replaces: Some(why) });
        } else if !changes.is_empty() {
            moving.changed.insert(address.clone());
            build.insert(address, Action::Update { id: live.id.clone(), spec, tags, changes });
        } else if let Status::Pending(state) = &live.status {
            build.insert(address, Action::Wait { id: live.id.clone(), spec, tags, state: state.clone() });
        }
    }
    for (address, live) in &world.resources {
        if graph.get(address).is_none() {
            remove.insert(address.clone(), (live.clone(), Why::Unwanted));
        }
    }
    Ok(arrange(graph, order, world, build, remove))
}

/// What deletes everything in `world`, in the order of its own references and of the edges of `order`.
/// What the stack does not own stays, whatever its name.
pub fn destruction(world: &World, order: &Graph) -> Plan {
    let gone = |(address, live): (&Address, &Live<Value>)| (address.clone(), (live.clone(), Why::Destroyed));
    arrange(&Graph::default(), order, world, BTreeMap::new(), world.resources.iter().map(gone).collect())
}

/// Resources whose outputs will not stay what they are.
#[derive(Default)]
struct Moving {
    replaced: BTreeSet<Address>,
    changed: BTreeSet<Address>,
}

impl Moving {
    /// `spec` with every hole filled whose value is known before anything is done.
    fn resolve(&self, spec: &Value, world: &World) -> Value {
        crate::world::filled(spec, &|address, output| {
            let volatile = || crate::kinds::named(address.kind).is_some_and(|kind| kind.volatile().contains(&output));
            if self.replaced.contains(address) || self.changed.contains(address) && volatile() {
                return None;
            }
            world.output(address, output)
        })
    }
}

impl Plan {
    /// Whether AWS is as wanted: nothing is to be done but to wait for what AWS does by itself.
    pub fn in_sync(&self) -> bool {
        self.steps.iter().all(|step| matches!(step.action, Action::Wait { .. }))
    }

    /// The addresses whose live objects differ from what is wanted.
    pub fn differing(&self) -> Vec<Address> {
        let differs =
            |action: &Action| matches!(action, Action::Update { .. } | Action::Delete { why: Why::Fixed(_), .. });
        let steps = self.steps.iter().filter(|step| differs(&step.action));
        steps.map(|step| step.address.clone()).collect()
    }

    /// Whether everything is as wanted.
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    /// The steps that lose data.
    pub fn losing_data(&self) -> impl Iterator<Item = &Step> {
        self.steps.iter().filter(|step| step.loses_data)
    }
}
