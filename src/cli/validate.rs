//! `aqueduct validate`.

use super::arguments::Global;
use super::exit::{Exit, Failure};
use super::output;
use super::project::Project;

pub(super) fn run(global: &Global) -> Result<Exit, Failure> {
    let project = Project::load(global)?;
    let graph = project.lower_offline()?;
    let count = graph.resources().len();
    output::print(&format!("The manifest of stack {} is valid and makes {count} resources.\n", project.stack()));
    Ok(Exit::InSync)
}
