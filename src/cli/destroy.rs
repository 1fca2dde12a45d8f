//! `aqueduct destroy`.

use super::arguments::{Destroy, Global};
use super::exit::{Exit, Failure};
use super::run::{carry_out, check_data_loss};
use super::session::Session;
use super::{confirm, output};
use crate::plan::plan;
use crate::report::{Detail, human_plan};
use crate::world::{Graph, observe};

pub(super) async fn run(global: &Global, command: &Destroy) -> Result<Exit, Failure> {
    let session = Session::open(global).await?;
    let mut world = observe(&session.cx, &session.graph).await?;
    // What others own stays, whatever its name.
    world.foreign.clear();
    let plan = plan(&Graph::default(), &world, &session.graph)?;
    if plan.is_empty() {
        let stack = &session.header.stack;
        output::say(&format!("Nothing to do: stack {stack} owns nothing here."));
        return Ok(Exit::InSync);
    }
    if !command.json {
        output::print(&human_plan(&session.header, &plan, Detail::Changes));
    }
    check_data_loss(&plan, command.allow_data_loss)?;
    let stack = &session.header.stack;
    if !command.yes && !confirm::name("This deletes everything above.", stack)? {
        return Err(Failure::new("not confirmed; nothing was changed"));
    }
    Ok(carry_out(global, &session, &plan, world, command.json).await?.0)
}
