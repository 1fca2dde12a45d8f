//! `aqueduct validate`.

use super::arguments::Global;
use super::exit::{Exit, Failure};
use super::output;
use super::project::Project;
use aqueduct::report::counted;

pub(super) fn run(global: &Global) -> Result<Exit, Failure> {
    let project = Project::load(global)?;
    let graph = project.lower_offline()?;
    let count = counted(graph.resources().len(), "resource");
    output::print(&format!("The manifest of stack {} is valid and makes {count}.\n", project.stack()));
    Ok(Exit::InSync)
}
