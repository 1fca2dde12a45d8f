//! `aqueduct graph`.

use super::arguments::{Drawing, Global, Graph};
use super::exit::{Exit, Failure};
use super::output;
use super::project::Project;
use aqueduct::report::{dot, mermaid};

pub(super) fn run(global: &Global, command: &Graph) -> Result<Exit, Failure> {
    let graph = Project::load(global)?.lower_offline()?;
    output::print(&match command.format {
        Drawing::Dot => dot(&graph),
        Drawing::Mermaid => mermaid(&graph),
    });
    Ok(Exit::InSync)
}
