//! `aqueduct apply`.

use super::arguments::{Apply, Global};
use super::exit::{Exit, Failure};
use super::leased::{CHANGED, given_back, taken};
use super::plan_file::{self, Saved};
use super::planning::{Planned, Scope, planned};
use super::run::{carry_out, check_data_loss};
use super::session::Session;
use super::{confirm, output};
use aqueduct::apply::seen;
use aqueduct::report::{Detail, human_plan};

pub(super) async fn run(global: &Global, command: &Apply) -> Result<Exit, Failure> {
    let saved = command.plan.as_deref().map(plan_file::load).transpose()?;
    let session = Session::open(global).await?;
    let scope = match &saved {
        Some(saved) if saved.destroy => Scope::Destruction,
        Some(saved) => Scope::Targets(&saved.targets),
        None => Scope::Targets(&command.targets),
    };
    let seen = seen(&session.cx).await?;
    let Planned { mut plan, mut world, digest } = planned(&session, scope).await?;
    let detail = if global.verbose { Detail::Everything } else { Detail::Changes };
    let shown = human_plan(&session.header, &plan, detail);
    if let Some(saved) = &saved {
        check(saved, &session, &digest, &shown)?;
    }
    if !command.json {
        output::print(&shown);
    }
    if plan.is_empty() {
        return Ok(Exit::InSync);
    }
    check_data_loss(&plan, command.allow_data_loss)?;
    if !command.yes && saved.is_none() && !confirm::yes("Apply this plan?")? {
        return Err(Failure::new("not confirmed; nothing was changed"));
    }
    let (lease, undisturbed) = taken(&session, seen, "apply", command.wait.duration()).await?;
    if !undisturbed {
        let now = planned(&session, scope).await?;
        if now.digest != digest {
            given_back(lease, false).await;
            return Err(Failure::new(CHANGED));
        }
        (plan, world) = (now.plan, now.world);
    }
    let (exit, _) = carry_out(global, &session, &plan, world, command.json).await?;
    given_back(lease, false).await;
    if exit == Exit::InSync && !command.json {
        output::say("`aqueduct status` shows the addresses to use.");
    }
    Ok(exit)
}

/// A saved plan holds for the same stack, manifest and AWS only.
fn check(saved: &Saved, session: &Session, now: &str, shown: &str) -> Result<(), Failure> {
    if saved.header != session.header {
        let (was, is) = (&saved.header, &session.header);
        return Err(Failure::new(format!(
            "the plan is for stack {} in {} {}, but this is stack {} in {} {}; nothing was changed",
            was.stack, was.account, was.region, is.stack, is.account, is.region
        )));
    }
    if saved.digest != now {
        return Err(Failure::new(format!(
            "the manifest or AWS has changed since the plan was saved; nothing was changed\n  \
             plan again and save that; this is what it would be now:\n\n{shown}"
        )));
    }
    Ok(())
}
