//! Roles.

use super::document::{Use, check};
use super::input::{
    absent, add_tags, conflict, encoded, exists, name, page, path, path_prefix, quota, remove_tags, tag_list, tags,
};
use crate::account::Account;
use crate::answer::{Answer, Fault};
use crate::call::Call;
use crate::operation::Operation;
use crate::tags::Tags;
use crate::time::iso8601_seconds;
use crate::wire::{Params, Xml};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// A role.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Role {
    /// Unique in the account, whatever the case.
    pub name: String,
    /// `AROA..`; another one when a role of the same name is created again.
    pub id: String,
    /// With path and name.
    pub arn: String,
    /// Begins and ends with `/`.
    pub path: String,
    /// When it was created, in milliseconds of virtual time since the epoch.
    pub created: u64,
    /// The trust policy as it was given.
    pub trust: String,
    /// For people.
    pub description: Option<String>,
    /// In seconds.
    pub max_session: u32,
    /// The ARN of the policy that bounds it.
    pub boundary: Option<String>,
    /// Its own policies by name, as they were given.
    pub inline: BTreeMap<String, String>,
    /// The ARNs of the managed policies attached to it.
    pub attached: BTreeSet<String>,
    /// Its tags.
    pub tags: Tags,
}

pub(super) const OPERATIONS: &[Operation] = &[
    Operation::write("CreateRole", create_role),
    Operation::read("GetRole", get_role),
    Operation::read("ListRoles", list_roles),
    Operation::write("UpdateRole", update_role),
    Operation::write("UpdateRoleDescription", update_role_description),
    Operation::write("UpdateAssumeRolePolicy", update_assume_role_policy),
    Operation::write("DeleteRole", delete_role),
    Operation::write("TagRole", tag_role),
    Operation::write("UntagRole", untag_role),
    Operation::read("ListRoleTags", list_role_tags),
];

/// The longest trust policy, in characters without white space (AWS.md §2.1).
const LONGEST_TRUST: usize = 2048;
const MOST_ROLES: usize = 1000;

impl Role {
    /// What GetRole shows, or the part of it that ListRoles does.
    pub(super) fn xml(&self, listed: bool) -> Xml {
        let xml = Xml::new()
            .text("Path", &self.path)
            .text("RoleName", &self.name)
            .text("RoleId", &self.id)
            .text("Arn", &self.arn)
            .text("CreateDate", iso8601_seconds(self.created))
            .text("AssumeRolePolicyDocument", encoded(&self.trust))
            .optional("Description", self.description.as_ref())
            .text("MaxSessionDuration", self.max_session);
        if listed {
            return xml;
        }
        xml.append(self.boundary_xml()).append(tag_list(&self.tags)).element("RoleLastUsed", Xml::new())
    }

    pub(super) fn boundary_xml(&self) -> Xml {
        match &self.boundary {
            None => Xml::new(),
            Some(arn) => {
                let inner = Xml::new()
                    .text("PermissionsBoundaryType", "PermissionsBoundaryPolicy")
                    .text("PermissionsBoundaryArn", arn);
                Xml::new().element("PermissionsBoundary", inner)
            }
        }
    }
}

/// The role that the parameter `RoleName` names.
pub(super) fn of<'a>(account: &'a mut Account, params: &Params) -> Result<&'a mut Role, Fault> {
    let name = name(params, "RoleName", 64)?;
    let missing = || absent(format!("The role with name {name} cannot be found."));
    let role = account.iam.roles.get_mut(&name).ok_or_else(missing)?;
    Ok(role)
}

fn description(params: &Params) -> Result<Option<String>, Fault> {
    let description: Option<String> = params.optional("Description")?;
    let allowed = |character: char| matches!(character, '\t' | '\n' | '\r' | ' '..='~' | '\u{a1}'..='\u{ff}');
    match description {
        Some(text) if text.chars().count() > 1000 || !text.chars().all(allowed) => {
            Err(params.invalid("Description", &text))
        }
        other => Ok(other),
    }
}

fn max_session(params: &Params) -> Result<Option<u32>, Fault> {
    let seconds: Option<u32> = params.optional("MaxSessionDuration")?;
    match seconds {
        Some(seconds) if !(3600..=43200).contains(&seconds) => {
            Err(params.invalid("MaxSessionDuration", &seconds.to_string()))
        }
        other => Ok(other),
    }
}

fn trust(account: &Account, text: &str) -> Result<(), Fault> {
    check(account, text, Use::Trust)?;
    let length = text.chars().filter(|character| !character.is_whitespace()).count();
    if length > LONGEST_TRUST { Err(quota("ACLSizePerRole", LONGEST_TRUST)) } else { Ok(()) }
}

fn create_role(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let params = call.params();
    let name = name(&params, "RoleName", 64)?;
    let path = path(&params)?;
    let document: String = params.required("AssumeRolePolicyDocument")?;
    let description = description(&params)?;
    let max_session = max_session(&params)?.unwrap_or(3600);
    let boundary: Option<String> = params.optional("PermissionsBoundary")?;
    let tags = tags(&params)?;
    params.finish()?;
    trust(account, &document)?;
    if let Some(arn) = &boundary {
        super::managed::attachable(account, arn)?;
    }
    if account.iam.roles.keys().any(|other| other.eq_ignore_ascii_case(&name)) {
        return Err(exists(format!("Role with name {name} already exists.")));
    }
    if account.iam.roles.len() >= MOST_ROLES {
        return Err(quota("RolesPerAccount", MOST_ROLES));
    }
    let role = Role {
        id: format!("AROA{}", account.ids.base32(17)),
        arn: format!("arn:aws:iam::{}:role{path}{name}", account.id),
        path,
        created: call.now,
        trust: document,
        description,
        max_session,
        boundary,
        inline: BTreeMap::new(),
        attached: BTreeSet::new(),
        tags,
        name,
    };
    let answer = Answer::xml(Xml::new().element("Role", role.xml(false)));
    account.iam.roles.insert(role.name.clone(), role);
    Ok(answer)
}

fn get_role(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let role = of(account, &call.params())?;
    Ok(Answer::xml(Xml::new().element("Role", role.xml(false))))
}

fn list_roles(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let params = call.params();
    let prefix = path_prefix(&params)?;
    let roles = account.iam.roles.values().filter(|role| role.path.starts_with(&prefix)).collect();
    let (roles, end) = page(&params, roles, |role| role.name.clone())?;
    let roles = Xml::new().list("Roles", "member", roles.into_iter().map(|role| role.xml(true)));
    Ok(Answer::xml(roles.append(end)))
}

fn update_role(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let params = call.params();
    let (description, max_session) = (description(&params)?, max_session(&params)?);
    let role = of(account, &params)?;
    params.finish()?;
    if let Some(description) = description {
        role.description = Some(description).filter(|text| !text.is_empty());
    }
    role.max_session = max_session.unwrap_or(role.max_session);
    Ok(Answer::xml(Xml::new()))
}

fn update_role_description(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let params = call.params();
    let text = description(&params)?.ok_or_else(|| params.missing("Description"))?;
    let role = of(account, &params)?;
    params.finish()?;
    role.description = Some(text).filter(|text| !text.is_empty());
    Ok(Answer::xml(Xml::new().element("Role", role.xml(false))))
}

fn update_assume_role_policy(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let params = call.params();
    let document: String = params.required("PolicyDocument")?;
    of(account, &params)?;
    params.finish()?;
    trust(account, &document)?;
    of(account, &params)?.trust = document;
    Ok(Answer::empty())
}

fn delete_role(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let params = call.params();
    let role = of(account, &params)?.clone();
    params.finish()?;
    if account.iam.profiles.values().any(|profile| profile.role.as_ref() == Some(&role.name)) {
        return Err(conflict("Cannot delete entity, must remove roles from instance profile first."));
    }
    if !role.inline.is_empty() {
        return Err(conflict("Cannot delete entity, must delete policies first."));
    }
    if !role.attached.is_empty() {
        return Err(conflict("Cannot delete entity, must detach all policies first."));
    }
    account.iam.roles.remove(&role.name);
    // Policies go on naming who is gone, by the id that no other will ever have (AWS.md §0.3).
    let (arn, id) = (format!("\"{}\"", role.arn), format!("\"{}\"", role.id));
    for other in account.iam.roles.values_mut() {
        other.trust = other.trust.replace(&arn, &id);
    }
    account.s3.principal_gone(&arn, &id);
    Ok(Answer::empty())
}

fn tag_role(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let params = call.params();
    let more = tags(&params)?;
    let role = of(account, &params)?;
    params.finish()?;
    add_tags(&mut role.tags, more)?;
    Ok(Answer::empty())
}

fn untag_role(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let params = call.params();
    let keys: Vec<String> = params.list("TagKeys")?;
    let role = of(account, &params)?;
    params.finish()?;
    remove_tags(&mut role.tags, &keys);
    Ok(Answer::empty())
}

fn list_role_tags(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let params = call.params();
    let tags = of(account, &params)?.tags.clone().into_iter().collect();
    let (tags, end) = page(&params, tags, |(key, _): &(String, String)| key.clone())?;
    Ok(Answer::xml(tag_list(&tags.into_iter().collect()).append(end)))
}
