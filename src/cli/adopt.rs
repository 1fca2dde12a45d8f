//! `aqueduct adopt`.

use super::arguments::{Adopt, Global};
use super::exit::{Exit, Failure};
use super::leased::{CHANGED, given_back, taken};
use super::session::Session;
use super::{confirm, output};
use aqueduct::apply::{adopt, seen};
use aqueduct::kinds;
use aqueduct::plan::plan as plan_of;
use aqueduct::report::{Detail, counted, human_plan};
use aqueduct::resource::Address;
use aqueduct::world::{Adoptable, Graph, adoptable, observe};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

pub(super) async fn run(global: &Global, command: &Adopt) -> Result<Exit, Failure> {
    let session = Session::open(global).await?;
    let Session { cx, graph, header } = &session;
    let seen = seen(cx).await?;
    let (chosen, ids) = chosen(graph, &command.resources)?;
    let mut world = observe(cx, graph).await?;
    let found = adoptable(cx, graph, &mut world, &chosen, &ids).await?;
    output::print(&shown(&found));
    let absent = chosen.iter().find(|address| world.get(address).is_none() && !found.known(address));
    if let Some(absent) = absent {
        return Err(Failure::new(match ids.get(absent) {
            Some(id) => format!(
                "{absent}: there is no {id} on AWS; nothing was changed\n  check the id, the account and the region"
            ),
            None => format!(
                "nothing is found that {absent} could be; nothing was changed\n  name its id: aqueduct adopt {absent}=ID"
            ),
        }));
    }
    if found.found.is_empty() {
        output::print("Nothing to take over.\n");
        return Ok(if found.is_clear() { Exit::InSync } else { Exit::Error });
    }
    let plan = plan_of(graph, &world, graph)?;
    output::print(&format!("After that, the plan is:\n\n{}", human_plan(header, &plan, Detail::Changes)));
    let count = counted(found.found.len(), "object");
    if !command.yes && !confirm::yes(&format!("Take over {count}? Only their tags are changed."))? {
        return Err(Failure::new("not confirmed; nothing was changed"));
    }
    let (lease, undisturbed) = taken(&session, seen, "adopt", command.wait.duration()).await?;
    if !undisturbed {
        given_back(lease, false).await;
        return Err(Failure::new(CHANGED));
    }
    let failed = adopt(cx, &found.found).await;
    given_back(lease, false).await;
    for (address, error) in &failed {
        output::say(&format!("{address}: {error}"));
    }
    if !failed.is_empty() {
        return Err(Failure::new(format!("{} of {count} not taken over; run it again", failed.len())));
    }
    output::say(&format!("Took over {count}. `aqueduct plan` shows what is left to do."));
    Ok(if found.is_clear() { Exit::InSync } else { Exit::Error })
}

/// The addresses that are named, and the ids that are given with some.
fn chosen(graph: &Graph, named: &[String]) -> Result<(BTreeSet<Address>, BTreeMap<Address, String>), Failure> {
    let (mut chosen, mut ids) = (BTreeSet::new(), BTreeMap::new());
    for name in named {
        let (text, id) = name.split_once('=').map_or((name.as_str(), None), |(text, id)| (text, Some(id)));
        let address = Address::parse(text, kinds::names()).filter(|address| graph.get(address).is_some());
        let Some(address) = address else {
            return Err(Failure::usage(format!("{text}: the manifest makes no such resource")));
        };
        ids.extend(id.map(|id| (address.clone(), id.to_owned())));
        chosen.insert(address);
    }
    Ok((chosen, ids))
}

fn shown(found: &Adoptable) -> String {
    let mut text = String::new();
    let width = found.found.keys().map(|address| address.to_string().len()).max().unwrap_or_default();
    for (address, live) in &found.found {
        let _ = writeln!(text, "{:width$}  {}", address.to_string(), live.id);
    }
    for (address, ids) in &found.unclear {
        let _ =
            writeln!(text, "? {address} could be any of {}\n    choose: aqueduct adopt {address}=ID", ids.join(", "));
    }
    for (address, (id, why)) in &found.refused {
        let _ = writeln!(text, "! {address} cannot be {id}: {why}");
    }
    if !text.is_empty() {
        text.push('\n');
    }
    text
}
