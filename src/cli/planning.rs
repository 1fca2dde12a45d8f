//! Observing and planning: shared by the commands that show or carry out a plan.

use super::exit::Failure;
use super::session::Session;
use crate::kinds;
use crate::plan::{Plan, destruction, digest, plan};
use crate::report::Header;
use crate::resource::Address;
use crate::world::{Graph, World, observe};
use std::collections::BTreeSet;

/// What a plan is to be about.
pub(super) enum Scope<'a> {
    /// All that the manifest wants and the stack owns.
    Everything,
    /// These addresses and what they need; everything when there are none.
    Targets(&'a [String]),
    /// The destruction of everything the stack owns.
    Destruction,
}

/// A plan with what it was made from.
pub(super) struct Planned {
    pub plan: Plan,
    pub world: World,
    pub digest: String,
}

/// Observes and plans.
pub(super) async fn planned(session: &Session, scope: Scope<'_>) -> Result<Planned, Failure> {
    let order = &session.graph;
    match scope {
        Scope::Everything | Scope::Targets([]) => {
            let world = observe(&session.cx, order).await?;
            let digest = digest(order, &world);
            Ok(Planned { plan: plan(order, &world, order)?, world, digest })
        }
        Scope::Targets(targets) => {
            let graph = targeted(order, targets)?;
            let world = observe(&session.cx, order).await?;
            let digest = digest(&graph, &world);
            let world = only(world, &graph);
            Ok(Planned { plan: plan(&graph, &world, order)?, world, digest })
        }
        Scope::Destruction => {
            let world = observe(&session.cx, order).await?;
            let digest = digest(&Graph::default(), &world);
            Ok(Planned { plan: destruction(&world, order), world, digest })
        }
    }
}

/// What there is to say when a destruction finds nothing.
pub(super) fn nothing_owned(header: &Header) -> String {
    format!("Nothing to do: stack {} owns nothing here.", header.stack)
}

/// The part of `graph` that the addresses name, with all that it needs.
fn targeted(graph: &Graph, targets: &[String]) -> Result<Graph, Failure> {
    let mut chosen = BTreeSet::new();
    for target in targets {
        let address = Address::parse(target, kinds::names()).filter(|address| graph.get(address).is_some());
        let Some(address) = address else {
            let known = graph.resources().keys().map(ToString::to_string);
            let near = known.min_by_key(|known| strsim::damerau_levenshtein(known, target));
            let help = near.map(|near| format!("\n  did you mean {near}?")).unwrap_or_default();
            return Err(Failure::usage(format!("--target {target}: the manifest makes no such resource{help}")));
        };
        chosen.insert(address);
    }
    Ok(graph.only(&chosen))
}

/// The part of `world` that `graph` is about.
fn only(mut world: World, graph: &Graph) -> World {
    world.resources.retain(|address, _| graph.get(address).is_some());
    world.surplus.retain(|(address, _)| graph.get(address).is_some());
    world.foreign.retain(|foreign| graph.get(&foreign.address).is_some());
    world
}
