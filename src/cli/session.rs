//! A manifest together with the AWS it is about.

use super::arguments::Global;
use super::exit::Failure;
use super::output;
use super::project::Project;
use aqueduct::aws::{Connect, Cx, Observer, Pace, StandIn};
use aqueduct::report::{Header, human_duration};
use aqueduct::world::Graph;
use aqueduct_sandbox::{Options, Sandbox};
use std::path::Path;
use std::sync::Arc;

/// What most commands work with.
pub(super) struct Session {
    pub cx: Cx,
    pub graph: Graph,
    pub header: Header,
}

impl Session {
    /// Loads the manifest, connects, checks the account, and lowers.
    pub(super) async fn open(global: &Global) -> Result<Self, Failure> {
        let project = Project::load(global)?;
        let cx = connect(global, project.region(), &project.stack()).await?;
        if let Some(wanted) = project.account().filter(|wanted| *wanted != cx.account()) {
            let found = cx.account();
            return Err(Failure::usage(format!(
                "these credentials are for account {found}, but the manifest is for {wanted}\n  \
                 use another --profile, or change `account:` in the manifest"
            )));
        }
        let (account, region) = (cx.account().to_owned(), cx.region().to_owned());
        let graph = project.lower(cx.place())?;
        Ok(Self { header: Header { stack: project.stack(), account, region }, cx, graph })
    }
}

pub(super) async fn connect(global: &Global, region: String, stack: &str) -> Result<Cx, Failure> {
    let observer = global.trace_calls.then(|| {
        let observer: Observer = Arc::new(|call| {
            let status = call.status.map_or_else(|| "no answer".to_owned(), |status| status.to_string());
            output::say(&format!("{} {} {status} {}", call.service, call.operation, human_duration(call.took)));
        });
        observer
    });
    let mut connect = Connect { profile: global.profile.clone(), region: Some(region), observer, ..Connect::default() };
    if let Some(place) = &global.sandbox {
        connect.stand_in = Some(if place.starts_with("http://") {
            StandIn::Url(place.clone())
        } else {
            let options = Options { speed: global.speed, ..Options::default() };
            StandIn::Client(Sandbox::open(Path::new(place), options)?.http_client())
        });
        connect.pace = Some(Pace::times(global.speed));
    }
    Ok(connect.connect(stack).await?)
}
