//! Looking at AWS: everything the stack owns, and what stands where it wants to build.

use super::Graph;
use super::graph::filled;
use crate::aws::{self, Class, Cx, Tagging, patiently};
use crate::kinds;
use crate::plan::differences;
use crate::resource::{Address, AnyKind, Live, tree};
use futures::future::join_all;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// All that is live of one stack.
#[derive(Clone, Debug, Default)]
pub struct World {
    /// What the stack owns, by address.
    pub resources: BTreeMap<Address, Live<Value>>,
    /// What an interrupted replacement left behind: the address has another that fits better.
    pub surplus: Vec<(Address, Live<Value>)>,
    /// What stands in the way: the manifest's name, taken by an object the stack does not own.
    pub foreign: Vec<Foreign>,
}

/// An object in the way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Foreign {
    /// Whose place it takes.
    pub address: Address,
    /// Its id on AWS.
    pub id: String,
}

/// A look at AWS that failed.
#[derive(Clone, Debug, thiserror::Error)]
pub enum ObserveError {
    /// A listing or reading failed.
    #[error("cannot read {what}: {error}{}", hint(.error))]
    Aws {
        /// The kind or address.
        what: String,
        /// AWS's error.
        error: aws::Error,
    },
}

fn hint(error: &aws::Error) -> &'static str {
    match error.class {
        Class::Denied => "\n  the credentials in use may not read this; nothing was changed",
        Class::Transport => "\n  check the network, the region and AWS's status, then try again; nothing was changed",
        _ => "",
    }
}

impl World {
    /// The live resource at `address`.
    pub fn get(&self, address: &Address) -> Option<&Live<Value>> {
        self.resources.get(address)
    }

    /// The output `attribute`, or the id, of the live resource at `address`.
    pub fn output(&self, address: &Address, attribute: &str) -> Option<String> {
        let live = self.get(address)?;
        if attribute == "id" { Some(live.id.clone()) } else { live.outputs.get(attribute).cloned() }
    }

    /// Each live resource with the addresses that it holds typed references to.
    pub(crate) fn all_needs(&self) -> Vec<(Address, BTreeSet<Address>)> {
        let mut holders: HashMap<(&str, &str), &Address> = HashMap::new();
        for (address, live) in &self.resources {
            for value in live.outputs.values().chain([&live.id]) {
                holders.insert((address.kind, value), address);
            }
        }
        let needs = |(address, live): (&Address, &Live<Value>)| {
            let mut needs = BTreeSet::new();
            if let Some(Ok(tree)) = kinds::named(address.kind).map(|kind| kind.tree(&live.spec)) {
                tree::texts(&tree, &mut |kind, text| {
                    needs.extend(kind.and_then(|kind| holders.get(&(kind, text))).map(|holder| (*holder).clone()));
                });
            }
            (address.clone(), needs)
        };
        self.resources.iter().map(needs).collect()
    }
}

/// Reads all that `graph`'s stack owns, and what stands in its way. Changes nothing.
///
/// One bulk listing per kind, all side by side; then one reading for each wanted name that no
/// listing showed.
pub async fn observe(cx: &Cx, graph: &Graph) -> Result<World, ObserveError> {
    let cx = cx.observing(graph.hints());
    let listings = join_all(kinds::ALL.iter().map(|kind| {
        let cx = &cx;
        async move { (*kind, patiently(cx, || kind.list(cx)).await) }
    }));
    let mut world = World::default();
    for (kind, found) in listings.await {
        let found = found.map_err(|error| ObserveError::Aws { what: kind.name().into(), error })?;
        for live in found {
            let Some(name) = live.owner.clone() else { continue };
            settle_in(&mut world, graph, kind, Address::new(kind.name(), name), live);
        }
    }
    look_for_unlisted(&cx, graph, &mut world).await?;
    Ok(world)
}

/// Reads `suspects` once more, each by itself: what listings say of tags may lag behind (AWS.md §0.1). Changes nothing on
/// AWS.
pub async fn confirm(cx: &Cx, world: &mut World, suspects: Vec<Address>) -> Result<(), ObserveError> {
    let known = suspects.into_iter().filter_map(|address| {
        let kind = kinds::named(address.kind)?;
        let id = world.resources.get(&address)?.id.clone();
        Some(async move { (patiently(cx, || kind.read(cx, &id)).await, kind, address, id) })
    });
    for (reading, kind, address, id) in join_all(known.collect::<Vec<_>>()).await {
        let found = reading.map_err(|error| ObserveError::Aws { what: address.to_string(), error })?;
        world.resources.remove(&address);
        match found {
            Some(live) if live.owner.as_ref() == Some(&address.name) || kind.tagging() == Tagging::None => {
                world.resources.insert(address, live);
            }
            Some(_) => world.foreign.push(Foreign { address, id }),
            None => {}
        }
    }
    Ok(())
}

/// Of two with one address, the one that fits the manifest is kept; the other is surplus.
fn settle_in(world: &mut World, graph: &Graph, kind: &dyn AnyKind, address: Address, live: Live<Value>) {
    let Some(other) = world.resources.remove(&address) else {
        world.resources.insert(address, live);
        return;
    };
    let misfit = |live: &Live<Value>| {
        let wanted = graph.get(&address);
        let changes = wanted.map_or(0, |wanted| {
            // Needed kinds are listed first, so what the spec refers to is in the world by now.
            let spec = filled(&wanted.spec, &|address, output| world.output(address, output));
            let changes = differences(kind, &spec, &wanted.tags, live);
            changes.iter().filter(|change| change.replaces).count()
        });
        (changes, live.status != crate::resource::Status::Ready, live.id.clone())
    };
    let (keep, spare) = if misfit(&live) < misfit(&other) { (live, other) } else { (other, live) };
    world.resources.insert(address.clone(), keep);
    world.surplus.push((address, spare));
}

async fn look_for_unlisted(cx: &Cx, graph: &Graph, world: &mut World) -> Result<(), ObserveError> {
    let unlisted = graph.resources().iter().filter(|(address, _)| !world.resources.contains_key(address));
    let natural = unlisted.filter_map(|(address, wanted)| {
        let spec = filled(&wanted.spec, &|address, output| world.output(address, output));
        let id = wanted.kind.natural_id(&spec)?;
        let known = crate::resource::holes(&id).next().is_none();
        known.then_some((address, wanted.kind, id))
    });
    let readings =
        natural.map(|(address, kind, id)| async move { (address, patiently(cx, || kind.read(cx, &id)).await, id) });
    for (address, reading, id) in join_all(readings.collect::<Vec<_>>()).await {
        let found = reading.map_err(|error| ObserveError::Aws { what: address.to_string(), error })?;
        match found {
            None => {}
            // What the stack owns by another address is none of others: the plan lets it go first.
            Some(live) => match live.owner.clone() {
                Some(name) => drop(world.resources.entry(Address::new(address.kind, name)).or_insert(live)),
                None => world.foreign.push(Foreign { address: address.clone(), id }),
            },
        }
    }
    Ok(())
}
