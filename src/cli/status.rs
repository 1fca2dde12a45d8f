//! `aqueduct status`.

use super::arguments::{Global, Status};
use super::exit::{Exit, Failure};
use super::output;
use super::session::Session;
use aqueduct::report::{human_status, json_status};
use aqueduct::world::observe;

pub(super) async fn run(global: &Global, command: &Status) -> Result<Exit, Failure> {
    let Session { cx, graph, header } = Session::open(global).await?;
    let world = observe(&cx, &graph).await?;
    if command.json {
        output::print_json(&json_status(&header, &graph, &world));
    } else {
        output::print(&human_status(&header, &graph, &world));
    }
    Ok(Exit::InSync)
}
