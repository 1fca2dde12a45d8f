//! Observing and planning: shared by the commands that show or carry out a plan.

use super::exit::Failure;
use super::session::Session;
use aqueduct::kinds;
use aqueduct::plan::{Plan, destruction, digest, plan as plan_of};
use aqueduct::report::Header;
use aqueduct::resource::Address;
use aqueduct::world::{Graph, World, confirm, observe};
use std::collections::BTreeSet;

/// What a plan is to be about.
#[derive(Clone, Copy)]
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
        Scope::Everything | Scope::Targets([]) => compared(session, order, observe(&session.cx, order).await?).await,
        Scope::Targets(targets) => {
            let graph = targeted(order, targets)?;
            let world = only(observe(&session.cx, order).await?, &graph);
            compared(session, &graph, world).await
        }
        Scope::Destruction => {
            let world = observe(&session.cx, order).await?;
            let digest = digest(&Graph::default(), &world);
            Ok(Planned { plan: destruction(&world, order), world, digest })
        }
    }
}

/// Plans, and believes in differences only after a second look.
async fn compared(session: &Session, graph: &Graph, mut world: World) -> Result<Planned, Failure> {
    let mut plan = plan_of(graph, &world, &session.graph)?;
    let suspects = plan.differing();
    if !suspects.is_empty() {
        confirm(&session.cx, &mut world, suspects).await?;
        plan = plan_of(graph, &world, &session.graph)?;
    }
    Ok(Planned { plan, digest: digest(graph, &world), world })
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
