//! What exists already and could be the stack's: for taking it over. Changes nothing.

use super::graph::filled;
use super::{Graph, ObserveError, World};
use crate::aws::{self, Cx, Tagging, patiently};
use crate::resource::{Address, AnyKind, Live, holes};
use futures::future::join_all;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// What came of looking for objects that could be what the manifest wants and the stack does not own.
#[derive(Clone, Debug, Default)]
pub struct Adoptable {
    /// What can be taken over.
    pub found: BTreeMap<Address, Live<Value>>,
    /// What several objects could be, with their ids: somebody must choose.
    pub unclear: BTreeMap<Address, Vec<String>>,
    /// What cannot be taken over: its id, and why.
    pub refused: BTreeMap<Address, (String, String)>,
}

impl Adoptable {
    /// Whether something is said of `address`.
    pub fn known(&self, address: &Address) -> bool {
        self.found.contains_key(address) || self.unclear.contains_key(address) || self.refused.contains_key(address)
    }

    /// Whether nobody must choose or look into anything.
    pub fn is_clear(&self) -> bool {
        self.unclear.is_empty() && self.refused.is_empty()
    }
}

/// Looks for all that `graph` wants and `world` does not have, or for what `chosen` names alone, by the id that `ids` gives,
/// by the manifest's name, or by what it is like. What can be taken over is put into `world` as if it were the stack's.
pub async fn adoptable(
    cx: &Cx,
    graph: &Graph,
    world: &mut World,
    chosen: &BTreeSet<Address>,
    ids: &BTreeMap<Address, String>,
) -> Result<Adoptable, ObserveError> {
    let cx = cx.observing(graph.hints());
    let mut adoptable = Adoptable::default();
    let mut todo: BTreeSet<Address> =
        graph.resources().keys().filter(|one| world.get(one).is_none()).cloned().collect();
    loop {
        // What the manifest names can be there without what it needs. The rest is looked for by what it needs.
        let ready = todo
            .iter()
            .filter(|one| named(graph, world, one).is_some() || graph.needs(one).all(|need| world.get(need).is_some()));
        let wave: Vec<Address> = ready.cloned().collect();
        if wave.is_empty() {
            return Ok(adoptable);
        }
        todo.retain(|address| !wave.contains(address));
        let looks = wave.into_iter().filter(|address| chosen.is_empty() || chosen.contains(address)).map(|address| {
            let (cx, world) = (&cx, &*world);
            async move {
                let found = look(cx, graph, world, &address, ids.get(&address)).await;
                (address.clone(), found.map_err(|error| ObserveError::Aws { what: address.to_string(), error }))
            }
        });
        for (address, found) in join_all(looks.collect::<Vec<_>>()).await {
            sort(&mut adoptable, world, address, found?);
        }
    }
}

/// The id that the manifest gives what it wants at `address`, as far as it is known by now.
fn named(graph: &Graph, world: &World, address: &Address) -> Option<String> {
    let wanted = graph.get(address)?;
    let spec = filled(&wanted.spec, &|address, output| world.output(address, output));
    wanted.kind.natural_id(&spec).filter(|id| holes(id).next().is_none())
}

/// The objects that could be the one at `address`.
async fn look(
    cx: &Cx,
    graph: &Graph,
    world: &World,
    address: &Address,
    id: Option<&String>,
) -> aws::Result<Vec<(Live<Value>, &'static dyn AnyKind)>> {
    let Some(wanted) = graph.get(address) else { return Ok(vec![]) };
    let kind = wanted.kind;
    let ids = match id.cloned().or_else(|| named(graph, world, address)) {
        Some(id) => vec![id],
        None => {
            let spec = filled(&wanted.spec, &|address, output| world.output(address, output));
            patiently(cx, || kind.lookalikes(cx, &spec)).await?
        }
    };
    let readings = join_all(ids.iter().map(|id| patiently(cx, || kind.read(cx, id)))).await;
    let readings: aws::Result<Vec<_>> = readings.into_iter().collect();
    Ok(readings?.into_iter().flatten().map(|live| (live, kind)).collect())
}

fn sort(
    adoptable: &mut Adoptable,
    world: &mut World,
    address: Address,
    found: Vec<(Live<Value>, &'static dyn AnyKind)>,
) {
    // What others than this stack own is only in the way when nothing else fits.
    let (free, taken): (Vec<_>, Vec<_>) = found.into_iter().partition(|(live, _)| live.stack.is_none());
    let mut free = free.into_iter();
    match (free.next(), free.next(), taken.into_iter().next()) {
        (None, _, None) => {}
        (None, _, Some((live, _))) => {
            let why = format!("it belongs to stack {}", live.stack.unwrap_or_default());
            adoptable.refused.insert(address, (live.id, why));
        }
        (Some((live, kind)), None, _) => match unfit(kind) {
            Some(why) => drop(adoptable.refused.insert(address, (live.id, why.to_owned()))),
            None => {
                let live = Live { owner: Some(address.name.clone()), ..live };
                world.foreign.retain(|foreign| foreign.address != address);
                world.resources.insert(address.clone(), live.clone());
                adoptable.found.insert(address, live);
            }
        },
        (Some((first, _)), Some((second, _)), _) => {
            let ids = [first.id, second.id].into_iter().chain(free.map(|(live, _)| live.id));
            adoptable.unclear.insert(address, ids.collect());
        }
    }
}

/// Why no object of `kind` can be taken over.
fn unfit(kind: &dyn AnyKind) -> Option<&'static str> {
    // Topics belong to whoever owns their cluster.
    let by_parent = kind.name() == "kafka/topic";
    let untagged = kind.adoption() == Tagging::None && !by_parent;
    untagged.then_some("it can carry no tags, by which the stack would know it")
}
