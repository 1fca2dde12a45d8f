//! `aqueduct export`.

use super::arguments::{Export, Format, Global};
use super::exit::{Exit, Failure};
use super::output;
use super::session::Session;
use aqueduct::report::terraform_imports;
use aqueduct::world::observe;

pub(super) async fn run(global: &Global, command: &Export) -> Result<Exit, Failure> {
    let Session { cx, graph, header } = Session::open(global).await?;
    let world = observe(&cx, &graph).await?;
    output::print(&match command.format {
        Format::Terraform => terraform_imports(&header, &world),
    });
    Ok(Exit::InSync)
}
