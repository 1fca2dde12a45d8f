//! `aqueduct drift`.

use super::arguments::{Drift, Global};
use super::exit::{Exit, Failure};
use super::output;
use super::planning::{Planned, Scope, planned};
use super::session::Session;
use aqueduct::report::{human_drift, json_plan};

pub(super) async fn run(global: &Global, command: &Drift) -> Result<Exit, Failure> {
    let session = Session::open(global).await?;
    let Planned { plan, digest, .. } = planned(&session, Scope::Everything).await?;
    if command.json {
        output::print_json(&json_plan(&session.header, &plan, &digest));
    } else if plan.is_empty() {
        output::print("No drift: AWS is as the manifest wants it.\n");
    } else {
        output::print(&human_drift(&session.header, &plan));
    }
    Ok(if plan.in_sync() { Exit::InSync } else { Exit::Differences })
}
