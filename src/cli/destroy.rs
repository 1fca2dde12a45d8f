//! `aqueduct destroy`.

use super::arguments::{Destroy, Global};
use super::exit::{Exit, Failure};
use super::planning::{Planned, Scope, nothing_owned, planned};
use super::run::{carry_out, check_data_loss};
use super::session::Session;
use super::{confirm, output};
use aqueduct::report::{Detail, human_plan};

pub(super) async fn run(global: &Global, command: &Destroy) -> Result<Exit, Failure> {
    let session = Session::open(global).await?;
    let Planned { plan, world, .. } = planned(&session, Scope::Destruction).await?;
    if plan.is_empty() {
        output::say(&nothing_owned(&session.header));
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
