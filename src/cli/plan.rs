//! `aqueduct plan`.

use super::arguments::{Global, Plan};
use super::exit::{Exit, Failure};
use super::session::Session;
use super::{output, plan_file};
use crate::kinds;
use crate::plan::{digest, plan};
use crate::report::{Detail, human_plan, json_plan};
use crate::resource::Address;
use crate::world::{Graph, observe};
use std::collections::BTreeSet;

pub(super) async fn run(global: &Global, command: &Plan) -> Result<Exit, Failure> {
    let session = Session::open(global).await?;
    let graph = if command.destroy { Graph::default() } else { targeted(&session.graph, &command.targets)? };
    let world = observe(&session.cx, &session.graph).await?;
    let digest = digest(&graph, &world);
    let plan = if command.targets.is_empty() {
        plan(&graph, &world, &session.graph)?
    } else {
        plan(&graph, &super::run::only(&world, &graph), &session.graph)?
    };
    if command.json {
        output::print_json(&json_plan(&session.header, &plan, &digest));
    } else {
        let detail = if global.verbose { Detail::Everything } else { Detail::Changes };
        output::print(&human_plan(&session.header, &plan, detail));
    }
    if global.verbose {
        output::say(&format!("{} AWS calls", session.cx.calls()));
    }
    if let Some(file) = &command.out {
        plan_file::save(file, &session.header, &plan, &digest, command)?;
    }
    let differs = command.detailed_exitcode && !plan.is_empty();
    Ok(if differs { Exit::Differences } else { Exit::InSync })
}

/// The part of `graph` that the addresses name, with all that it needs; everything when there are none.
pub(super) fn targeted(graph: &Graph, targets: &[String]) -> Result<Graph, Failure> {
    if targets.is_empty() {
        return Ok(graph.clone());
    }
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
