//! `aqueduct plan`.

use super::arguments::{Global, Plan};
use super::exit::{Exit, Failure};
use super::planning::{Planned, Scope, nothing_owned, planned};
use super::session::Session;
use super::{output, plan_file};
use aqueduct::report::{Detail, human_plan, json_plan};

pub(super) async fn run(global: &Global, command: &Plan) -> Result<Exit, Failure> {
    let session = Session::open(global).await?;
    let scope = if command.destroy { Scope::Destruction } else { Scope::Targets(&command.targets) };
    let Planned { plan, digest, .. } = planned(&session, scope).await?;
    if command.json {
        output::print_json(&json_plan(&session.header, &plan, &digest));
    } else if command.destroy && plan.is_empty() {
        output::print(&format!("{}\n", nothing_owned(&session.header)));
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
    let differs = command.detailed_exitcode && !plan.in_sync();
    Ok(if differs { Exit::Differences } else { Exit::InSync })
}
