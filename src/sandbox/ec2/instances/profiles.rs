//! Instance profiles of instances.

use super::super::filters::{Field, Filters};
use super::super::paging::Page;
use super::super::refusals;
use super::super::resource::{Resource, find, find_mut};
use super::{Instance, Power};
use crate::account::Account;
use crate::answer::{Answer, Fault};
use crate::call::Call;
use crate::iam::{self, WhyNot};
use crate::tags::Tags;
use crate::time::iso8601;
use crate::wire::{Params, Xml};
use serde::{Deserialize, Serialize};

/// The instance profile that an instance has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Association {
    /// `iip-assoc-0..`
    pub id: String,
    /// The profile's ARN.
    pub profile: String,
    /// The profile's unique id.
    pub profile_id: String,
    /// Since when, in milliseconds of virtual time since the epoch.
    pub since: u64,
}

/// The profile that the structure `IamInstanceProfile` names, when it is given.
pub(super) fn read(account: &mut Account, params: &Params, now: u64) -> Result<Option<Association>, Fault> {
    let arn: Option<String> = params.optional("IamInstanceProfile.Arn")?;
    let name: Option<String> = params.optional("IamInstanceProfile.Name")?;
    let (called, given) = match (arn, name) {
        (None, None) => return Ok(None),
        (Some(arn), None) => ("ARN", arn),
        (None, Some(name)) => ("name", name),
        (Some(_), Some(_)) => {
            return Err(refusals::combination(
                "The parameters 'Arn' and 'Name' of an instance profile exclude each other",
            ));
        }
    };
    let invalid = |text: String| refusals::invalid(format!("Value ({given}) for parameter iamInstanceProfile.{text}"));
    let member = if called == "ARN" { "arn" } else { "name" };
    let fits = (called == "ARN") == given.starts_with("arn:");
    let found = if fits { iam::profile_usable(account, &given, now) } else { Err(WhyNot::Absent) };
    let profile = found.map_err(|why| match why {
        WhyNot::Empty => {
            invalid(format!("{member} is invalid. IAM Instance Profile \"{given}\" has no associated IAM Roles"))
        }
        _ => invalid(format!("{member} is invalid. Invalid IAM Instance Profile {called}")),
    })?;
    let (profile, profile_id) = (profile.arn.clone(), profile.id.clone());
    Ok(Some(Association { id: account.ids.ec2("iip-assoc"), profile, profile_id, since: now }))
}

pub(super) fn associate(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let params = call.params();
    let id: String = params.required("InstanceId")?;
    let wanted = read(account, &params, call.now)?.ok_or_else(|| refusals::missing("IamInstanceProfile"))?;
    refusals::done(&params)?;
    let instance: &Instance = find(account, &id, call.now)?;
    if instance.profile.is_some() {
        let text = format!("There is an existing association for instance {id}");
        return Err(Fault::new(400, "IncorrectState", text));
    }
    put(account, call, &id, Some(wanted), "associating")
}

pub(super) fn replace(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let params = call.params();
    let association: String = params.required("AssociationId")?;
    let wanted = read(account, &params, call.now)?.ok_or_else(|| refusals::missing("IamInstanceProfile"))?;
    refusals::done(&params)?;
    let id = holder(account, &association, call.now)?;
    put(account, call, &id, Some(wanted), "associating")
}

pub(super) fn disassociate(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let params = call.params();
    let association: String = params.required("AssociationId")?;
    refusals::done(&params)?;
    let id = holder(account, &association, call.now)?;
    put(account, call, &id, None, "disassociating")
}

/// The instance that an association is of.
fn holder(account: &Account, association: &str, now: u64) -> Result<String, Fault> {
    let mut all = Instance::all(&account.ec2).values().filter(|instance| instance.alive(now));
    let found = all.find(|instance| instance.profile.as_ref().is_some_and(|it| it.id == association));
    found.map(|instance| instance.id.clone()).ok_or_else(|| {
        let text = format!("An invalid association-id of '{association}' was given");
        Fault::new(400, "InvalidAssociationID.NotFound", text)
    })
}

/// Gives the instance another profile and shows it, or the one it had.
fn put(account: &mut Account, call: &Call, id: &str, to: Option<Association>, state: &str) -> Result<Answer, Fault> {
    let instance: &mut Instance = find_mut(account, id, call.now)?;
    if !matches!(instance.power(call.now), Power::Pending | Power::Running | Power::Stopping | Power::Stopped) {
        let text = format!("The instance '{id}' is not in the 'running' or 'stopped' states.");
        return Err(Fault::new(400, "IncorrectInstanceState", text));
    }
    let before = std::mem::replace(&mut instance.profile, to.clone());
    let shown = to.or(before).map_or(Xml::new(), |association| show(id, &association, state));
    Ok(Answer::xml(Xml::new().element("iamInstanceProfileAssociation", shown)))
}

fn show(instance: &str, association: &Association, state: &str) -> Xml {
    let profile = Xml::new().text("arn", &association.profile).text("id", &association.profile_id);
    Xml::new()
        .text("associationId", &association.id)
        .text("instanceId", instance)
        .element("iamInstanceProfile", profile)
        .text("state", state)
        .text("timestamp", iso8601(association.since))
}

const FIELDS: &[Field<(String, Association)>] = &[
    ("instance-id", |(instance, _), _, _| vec![instance.clone()]),
    ("state", |_, _, _| vec!["associated".to_owned()]),
];

pub(super) fn describe(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let params = call.params();
    let ids: Vec<String> = params.list("AssociationId")?;
    let filters = Filters::read(&params, FIELDS)?;
    let page = Page::read(&params, 1_000, !ids.is_empty())?;
    refusals::done(&params)?;
    for id in &ids {
        holder(account, id, call.now)?;
    }
    let alive = Instance::all(&account.ec2).values().filter(|instance| instance.alive(call.now));
    let mut all: Vec<(String, Association)> =
        alive.filter_map(|instance| Some((instance.id.clone(), instance.profile.clone()?))).collect();
    all.sort_by(|(_, one), (_, other)| one.id.cmp(&other.id));
    let chosen = all.iter().filter(|one| {
        (ids.is_empty() || ids.contains(&one.1.id)) && filters.fit(FIELDS, *one, &Tags::new(), account, call.now)
    });
    let items = chosen.map(|(instance, it)| (it.id.as_str(), show(instance, it, "associated")));
    Ok(Answer::xml(page.cut("iamInstanceProfileAssociationSet", items)))
}
