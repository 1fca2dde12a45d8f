//! VPC links: the ways to load balancers inside a VPC.

use super::patch::{self, Op};
use super::{bad, body, check_tags, compact, not_found, page, query, shown_tags};
use crate::account::Account;
use crate::answer::{Answer, Fault};
use crate::call::Call;
use crate::clock::{MINUTE, SECOND, Timed};
use crate::operation::Operation;
use crate::tags::Tags;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

pub(super) const OPERATIONS: &[Operation] = &[
    Operation::write("CreateVpcLink", create).at("POST", "/vpclinks"),
    Operation::read("GetVpcLinks", list).at("GET", "/vpclinks"),
    Operation::read("GetVpcLink", get).at("GET", "/vpclinks/{vpclink_id}"),
    Operation::write("UpdateVpcLink", update).at("PATCH", "/vpclinks/{vpclink_id}"),
    Operation::write("DeleteVpcLink", delete).at("DELETE", "/vpclinks/{vpclink_id}"),
];

/// How long a link is PENDING.
const PENDING: u64 = 3 * MINUTE;
/// How long a link is DELETING.
const DELETING: u64 = 90 * SECOND;

/// The life of a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Status {
    /// Being made.
    Pending,
    /// Usable.
    Available,
    /// Never to be usable.
    Failed,
    /// About to be gone.
    Deleting,
    /// Not shown any more.
    Gone,
}

/// The way to a load balancer inside a VPC.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct VpcLink {
    /// Six characters.
    pub id: String,
    /// Not unique.
    pub name: String,
    /// Free text.
    pub description: Option<String>,
    /// The one network load balancer.
    pub target_arns: Vec<String>,
    /// Where it is in its life.
    pub status: Timed<Status>,
    /// Why it failed, as far as it is told.
    #[serde(default)]
    pub trouble: Option<String>,
    /// Its tags.
    pub tags: Tags,
}

impl VpcLink {
    /// Whether it is shown.
    pub fn exists(&self, now: u64) -> bool {
        *self.status.at(now) != Status::Gone
    }

    /// Lets it fail, for a reason that is told or not.
    pub fn fail(&mut self, now: u64, trouble: Option<String>) {
        (self.status, self.trouble) = (Timed::new(now, Status::Failed), trouble);
    }

    fn show(&self, now: u64, alone: bool) -> Value {
        let status = self.status.at(now);
        compact(json!({
            "id": self.id,
            "name": self.name,
            "description": self.description,
            "targetArns": self.target_arns,
            "status": status,
            "statusMessage": match status {
                Status::Available => Some("Your vpc link is ready for use"),
                Status::Failed => self.trouble.as_deref(),
                _ => None,
            },
            "tags": shown_tags(&self.tags, alone),
        }))
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Create {
    name: String,
    description: Option<String>,
    target_arns: Vec<String>,
    #[serde(default)]
    tags: Tags,
}

fn create(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let input: Create = body(call)?;
    check_tags(&input.tags)?;
    if input.name.is_empty() {
        return Err(bad("Name cannot be empty"));
    }
    let [target] = input.target_arns.as_slice() else {
        return Err(bad("Invalid VPC link: exactly one target ARN must be specified"));
    };
    let status = if usable(account, target, call.now)? { Status::Available } else { Status::Failed };
    let id = account.ids.base36(6);
    let Create { name, description, target_arns, tags } = input;
    let status = Timed::new(call.now, Status::Pending).then(call.now + PENDING, status);
    let trouble = Some("The network load balancer of the vpc link is not active".to_owned());
    let link = VpcLink { id: id.clone(), name, description, target_arns, status, trouble, tags };
    let shown = link.show(call.now, false);
    account.apigateway.vpc_links.insert(id, link);
    Ok(Answer::json(shown)?.status(202))
}

/// Whether the load balancer `arn` is there and active.
fn usable(account: &Account, arn: &str, now: u64) -> Result<bool, Fault> {
    let parts: Vec<&str> = arn.splitn(6, ':').collect();
    match parts.as_slice() {
        ["arn", _, "elasticloadbalancing", _, _, name] if name.starts_with("loadbalancer/net/") => {}
        _ => return Err(bad(format!("Invalid ARN. ARN is not well formed {arn}"))),
    }
    let balancer = account.elasticloadbalancing.balancers.get(arn);
    Ok(balancer.is_some_and(|balancer| balancer.state.at(now) == "active"))
}

fn list(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    query(call, &["position", "limit"])?;
    let links = account.apigateway.vpc_links.values().filter(|link| link.exists(call.now));
    page(call, links.map(|link| (link.id.clone(), link.show(call.now, false))).collect())
}

fn named<'a>(account: &'a mut Account, call: &Call) -> Result<&'a mut VpcLink, Fault> {
    let link = account.apigateway.vpc_links.get_mut(call.path("vpclink_id"));
    link.filter(|link| link.exists(call.now)).ok_or_else(|| not_found("Invalid Vpc Link identifier specified"))
}

fn get(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    query(call, &[])?;
    Answer::json(named(account, call)?.show(call.now, true))
}

fn update(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let patches = patch::operations(call)?;
    let link = named(account, call)?;
    let mut changed = link.clone();
    for patch in &patches {
        match (patch.path.as_str(), patch.op) {
            ("/name", Op::Replace) => changed.name = patch.filled().ok_or_else(|| bad("Name cannot be empty"))?,
            ("/description", Op::Replace) => changed.description = patch.filled(),
            _ => return Err(patch.none_of(&["/name", "/description"])),
        }
    }
    *link = changed;
    Answer::json(link.show(call.now, true))
}

fn delete(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    query(call, &[])?;
    let id = named(account, call)?.id.clone();
    for api in account.apigateway.apis.values() {
        let uses = |(_, method): &(_, &super::Method)| {
            let integration = method.method_integration.as_ref();
            integration.is_some_and(|integration| integration.connection_id.as_ref() == Some(&id))
        };
        if let Some((resource, method)) = api.tree.methods().find(uses) {
            return Err(bad(format!(
                "Cannot delete vpc link. Vpc link '{id}', is referenced in [{}:{}:{}] in format of [Method:Resource:Api].",
                method.http_method, resource.id, api.id
            )));
        }
    }
    let link = named(account, call)?;
    link.status = Timed::new(call.now, Status::Deleting).then(call.now + DELETING, Status::Gone);
    Ok(Answer::empty().status(202))
}
