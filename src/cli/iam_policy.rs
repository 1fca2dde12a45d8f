//! `aqueduct iam-policy`.

use super::arguments::{Global, IamPolicy, Purpose as Named};
use super::exit::{Exit, Failure};
use super::output;
use super::project::Project;
use super::session::connect;
use aqueduct::permissions::{MANAGED_POLICY, Purpose, policy, size, split};
use aqueduct::resource::Place;

pub(super) async fn run(global: &Global, command: &IamPolicy) -> Result<Exit, Failure> {
    let project = Project::load(global)?;
    let place = match project.account() {
        Some(account) => Place::new(project.stack(), project.region(), account),
        None => connect(global, project.region(), &project.stack()).await?.place().clone(),
    };
    let purposes: Vec<Purpose> = command.purposes.iter().map(|named| purpose(*named)).collect();
    let policy = policy(&project.lower(&place)?, &place, &purposes);
    let document = if command.split { split(&policy).into() } else { policy.clone() };
    output::print(&format!("{document:#}\n"));
    let size = size(&policy);
    if size > MANAGED_POLICY && !command.split {
        output::say(&format!(
            "warning: {size} characters, of which IAM takes {MANAGED_POLICY} in a managed policy: \
             attach the policies that --split prints"
        ));
    }
    Ok(Exit::InSync)
}

fn purpose(named: Named) -> Purpose {
    match named {
        Named::Plan => Purpose::Plan,
        Named::Apply | Named::Operate => Purpose::Apply,
        Named::Destroy => Purpose::Destroy,
    }
}
