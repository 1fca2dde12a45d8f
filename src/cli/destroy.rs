//! `aqueduct destroy`.

use super::arguments::{Destroy, Global};
use super::exit::{Exit, Failure};
use super::leased::{CHANGED, given_back, taken};
use super::planning::{Planned, Scope, nothing_owned, planned};
use super::run::{carry_out, check_data_loss};
use super::session::Session;
use super::{confirm, output};
use aqueduct::apply::seen;
use aqueduct::report::{Detail, human_plan};

pub(super) async fn run(global: &Global, command: &Destroy) -> Result<Exit, Failure> {
    let session = Session::open(global).await?;
    let seen = seen(&session.cx).await?;
    let Planned { mut plan, mut world, digest } = planned(&session, Scope::Destruction).await?;
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
    let (lease, undisturbed) = taken(&session, seen, "destroy", command.wait.duration()).await?;
    if !undisturbed {
        let now = planned(&session, Scope::Destruction).await?;
        if now.digest != digest {
            given_back(lease, false).await;
            return Err(Failure::new(CHANGED));
        }
        (plan, world) = (now.plan, now.world);
    }
    let (exit, _) = carry_out(global, &session, &plan, world, command.json).await?;
    given_back(lease, exit == Exit::InSync).await;
    Ok(exit)
}
