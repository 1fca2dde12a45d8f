//! Managed policies: the account's own. Those of AWS are believed to exist when their ARN is well-formed.

use super::document::{Use, check};
use super::input::{absent, add_tags, conflict, encoded, exists, name, page, path, quota, remove_tags, tag_list, tags};
use super::permissions::solid_length;
use crate::account::Account;
use crate::answer::{Answer, Fault};
use crate::call::Call;
use crate::operation::Operation;
use crate::tags::Tags;
use crate::time::iso8601_seconds;
use crate::wire::{Params, Xml};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A managed policy of the account's own.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Managed {
    id: String,
    arn: String,
    path: String,
    name: String,
    description: Option<String>,
    created: u64,
    updated: u64,
    tags: Tags,
    versions: BTreeMap<u32, Version>,
    default: u32,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Version {
    document: String,
    created: u64,
}

pub(super) const OPERATIONS: &[Operation] = &[
    Operation::write("CreatePolicy", create_policy),
    Operation::read("GetPolicy", get_policy),
    Operation::read("ListPolicies", list_policies),
    Operation::write("DeletePolicy", delete_policy),
    Operation::write("CreatePolicyVersion", create_policy_version),
    Operation::read("GetPolicyVersion", get_policy_version),
    Operation::read("ListPolicyVersions", list_policy_versions),
    Operation::write("SetDefaultPolicyVersion", set_default_policy_version),
    Operation::write("DeletePolicyVersion", delete_policy_version),
    Operation::read("ListEntitiesForPolicy", list_entities_for_policy),
    Operation::write("TagPolicy", tag_policy),
    Operation::write("UntagPolicy", untag_policy),
    Operation::read("ListPolicyTags", list_policy_tags),
];

const LONGEST: usize = 6144;
const MOST_VERSIONS: usize = 5;
const MOST_POLICIES: usize = 1500;

impl Managed {
    /// The document of its default version.
    pub(super) fn document(&self) -> &str {
        self.versions.get(&self.default).map_or("", |version| version.document.as_str())
    }

    pub(super) fn xml(&self, account: &Account, tagged: bool) -> Xml {
        let attached = account.iam.roles.values().filter(|role| role.attached.contains(&self.arn)).count();
        let bounds = account.iam.roles.values().filter(|role| role.boundary.as_ref() == Some(&self.arn)).count();
        let xml = Xml::new()
            .text("PolicyName", &self.name)
            .text("PolicyId", &self.id)
            .text("Arn", &self.arn)
            .text("Path", &self.path)
            .text("DefaultVersionId", format!("v{}", self.default))
            .text("AttachmentCount", attached)
            .text("PermissionsBoundaryUsageCount", bounds)
            .text("IsAttachable", true)
            .optional("Description", self.description.as_ref().filter(|_| tagged))
            .text("CreateDate", iso8601_seconds(self.created))
            .text("UpdateDate", iso8601_seconds(self.updated));
        if tagged { xml.append(tag_list(&self.tags)) } else { xml }
    }

    fn version(&self, number: u32, with_document: bool) -> Option<Xml> {
        let version = self.versions.get(&number)?;
        let document = with_document.then(|| encoded(&version.document));
        let xml = Xml::new().optional("Document", document).text("VersionId", format!("v{number}"));
        let xml = xml.text("IsDefaultVersion", number == self.default);
        Some(xml.text("CreateDate", iso8601_seconds(version.created)))
    }

    pub(super) fn version_list(&self) -> Xml {
        Xml::new().list(
            "PolicyVersionList",
            "member",
            self.versions.keys().filter_map(|number| self.version(*number, true)),
        )
    }

    pub(super) fn arn(&self) -> &str {
        &self.arn
    }
}

/// The last part of a policy's ARN.
pub(super) fn policy_name(arn: &str) -> &str {
    arn.rsplit('/').next().unwrap_or(arn)
}

/// Whether the policy `arn` can be attached: one of AWS's with a well-formed ARN, or one that the account has.
///
/// # Errors
/// `InvalidInput` or `NoSuchEntity`.
pub(super) fn attachable(account: &Account, arn: &str) -> Result<(), Fault> {
    let malformed = || Fault::new(400, "InvalidInput", format!("ARN {arn} is not valid."));
    let rest = arn.strip_prefix("arn:aws:iam::").ok_or_else(malformed)?;
    let (owner, name) = rest.split_once(":policy/").ok_or_else(malformed)?;
    let allowed = |character: char| character.is_ascii_alphanumeric() || "_+=,.@-/".contains(character);
    if name.is_empty() || name.ends_with('/') || !name.chars().all(allowed) {
        return Err(malformed());
    }
    if owner == "aws" || account.iam.policies.contains_key(arn) {
        return Ok(());
    }
    Err(absent(format!("Policy {arn} does not exist or is not attachable.")))
}

fn of<'a>(account: &'a mut Account, params: &Params) -> Result<&'a mut Managed, Fault> {
    let arn: String = params.required("PolicyArn")?;
    let missing = || absent(format!("Policy {arn} was not found."));
    account.iam.policies.get_mut(&arn).ok_or_else(missing)
}

fn checked(account: &Account, document: &str) -> Result<(), Fault> {
    check(account, document, Use::Permissions)?;
    if solid_length(document) > LONGEST { Err(quota("PolicySize", LONGEST)) } else { Ok(()) }
}

fn create_policy(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let params = call.params();
    let (name, path, tags) = (name(&params, "PolicyName", 128)?, path(&params)?, tags(&params)?);
    let document: String = params.required("PolicyDocument")?;
    let description: Option<String> = params.optional("Description")?;
    params.finish()?;
    checked(account, &document)?;
    if account.iam.policies.values().any(|other| other.name.eq_ignore_ascii_case(&name)) {
        let text = format!("A policy called {name} already exists. Duplicate names are not allowed.");
        return Err(exists(text));
    }
    if account.iam.policies.len() >= MOST_POLICIES {
        return Err(quota("PoliciesPerAccount", MOST_POLICIES));
    }
    let policy = Managed {
        id: format!("ANPA{}", account.ids.base32(17)),
        arn: format!("arn:aws:iam::{}:policy{path}{name}", account.id),
        path,
        name,
        description,
        created: call.now,
        updated: call.now,
        tags,
        versions: BTreeMap::from([(1, Version { document, created: call.now })]),
        default: 1,
    };
    let answer = Answer::xml(Xml::new().element("Policy", policy.xml(account, true)));
    account.iam.policies.insert(policy.arn.clone(), policy);
    Ok(answer)
}

fn get_policy(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let policy = of(account, &call.params())?.clone();
    Ok(Answer::xml(Xml::new().element("Policy", policy.xml(account, true))))
}

fn list_policies(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let params = call.params();
    let scope: Option<String> = params.optional("Scope")?;
    let prefix: String = params.optional("PathPrefix")?.unwrap_or_else(|| "/".to_owned());
    if scope.as_deref() != Some("Local") {
        // The sandbox does not know which policies AWS has, and says so rather than that there are none.
        return Err(params.invalid("Scope", scope.as_deref().unwrap_or("All")));
    }
    let attached_only = params.optional::<bool>("OnlyAttached")?.unwrap_or(false);
    let is_attached = |policy: &Managed| account.iam.roles.values().any(|role| role.attached.contains(&policy.arn));
    let policies = account.iam.policies.values().filter(|policy| policy.path.starts_with(&prefix));
    let policies = policies.filter(|policy| !attached_only || is_attached(policy)).collect();
    let (policies, end) = page(&params, policies, |policy: &&Managed| policy.arn.clone())?;
    let policies = policies.into_iter().map(|policy| policy.xml(account, false));
    Ok(Answer::xml(Xml::new().list("Policies", "member", policies).append(end)))
}

fn delete_policy(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let params = call.params();
    let policy = of(account, &params)?.clone();
    params.finish()?;
    let used = |arn: &String| {
        account.iam.roles.values().any(|role| role.attached.contains(arn) || role.boundary.as_ref() == Some(arn))
    };
    if used(&policy.arn) {
        return Err(conflict("Cannot delete a policy attached to entities."));
    }
    if policy.versions.len() > 1 {
        let text = "This policy has more than one version. Before you delete a policy, you must delete the policy's versions. The default version is deleted with the policy.";
        return Err(conflict(text));
    }
    account.iam.policies.remove(&policy.arn);
    Ok(Answer::empty())
}

fn create_policy_version(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let params = call.params();
    let document: String = params.required("PolicyDocument")?;
    let as_default = params.optional::<bool>("SetAsDefault")?.unwrap_or(false);
    of(account, &params)?;
    params.finish()?;
    checked(account, &document)?;
    let policy = of(account, &params)?;
    if policy.versions.len() >= MOST_VERSIONS {
        let text = format!(
            "A managed policy can have up to {MOST_VERSIONS} versions. Before you create a new version, you must delete an existing version."
        );
        return Err(Fault::new(409, "LimitExceeded", text));
    }
    let number = policy.versions.keys().last().map_or(1, |last| last + 1);
    policy.versions.insert(number, Version { document, created: call.now });
    policy.updated = call.now;
    if as_default {
        policy.default = number;
    }
    let version = policy.version(number, false).unwrap_or_default();
    Ok(Answer::xml(Xml::new().element("PolicyVersion", version)))
}

fn version_id(params: &Params) -> Result<(String, u32), Fault> {
    let id: String = params.required("VersionId")?;
    let number = id.strip_prefix('v').and_then(|digits| digits.parse().ok());
    number.map(|number| (id.clone(), number)).ok_or_else(|| params.invalid("VersionId", &id))
}

fn no_version(id: &str) -> Fault {
    absent(format!("Policy version {id} does not exist or is not attachable."))
}

fn get_policy_version(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let params = call.params();
    let (id, number) = version_id(&params)?;
    let version = of(account, &params)?.version(number, true).ok_or_else(|| no_version(&id))?;
    Ok(Answer::xml(Xml::new().element("PolicyVersion", version)))
}

fn list_policy_versions(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let params = call.params();
    let policy = of(account, &params)?;
    let numbers = policy.versions.keys().copied().collect();
    let (numbers, end) = page(&params, numbers, |number: &u32| format!("{number:010}"))?;
    let versions = numbers.into_iter().filter_map(|number| policy.version(number, false));
    Ok(Answer::xml(Xml::new().list("Versions", "member", versions).append(end)))
}

fn set_default_policy_version(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let params = call.params();
    let (id, number) = version_id(&params)?;
    let policy = of(account, &params)?;
    params.finish()?;
    if !policy.versions.contains_key(&number) {
        return Err(no_version(&id));
    }
    policy.default = number;
    policy.updated = call.now;
    Ok(Answer::empty())
}

fn delete_policy_version(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let params = call.params();
    let (id, number) = version_id(&params)?;
    let policy = of(account, &params)?;
    params.finish()?;
    if policy.default == number {
        return Err(conflict("Cannot delete the default version of a policy."));
    }
    policy.versions.remove(&number).map(|_| Answer::empty()).ok_or_else(|| no_version(&id))
}

fn list_entities_for_policy(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let params = call.params();
    let arn: String = params.required("PolicyArn")?;
    attachable(account, &arn)?;
    let roles: Vec<(String, String)> = account
        .iam
        .roles
        .values()
        .filter(|role| role.attached.contains(&arn) || role.boundary.as_ref() == Some(&arn))
        .map(|role| (role.name.clone(), role.id.clone()))
        .collect();
    let (roles, end) = page(&params, roles, |(name, _): &(String, String)| name.clone())?;
    let role = |(name, id): &(String, String)| Xml::new().text("RoleName", name).text("RoleId", id);
    let none = Xml::new().element("PolicyGroups", Xml::new()).element("PolicyUsers", Xml::new());
    Ok(Answer::xml(none.list("PolicyRoles", "member", roles.iter().map(role)).append(end)))
}

fn tag_policy(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let params = call.params();
    let more = tags(&params)?;
    let policy = of(account, &params)?;
    params.finish()?;
    add_tags(&mut policy.tags, more)?;
    Ok(Answer::empty())
}

fn untag_policy(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let params = call.params();
    let keys: Vec<String> = params.list("TagKeys")?;
    let policy = of(account, &params)?;
    params.finish()?;
    remove_tags(&mut policy.tags, &keys);
    Ok(Answer::empty())
}

fn list_policy_tags(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let params = call.params();
    let tags = of(account, &params)?.tags.clone().into_iter().collect();
    let (tags, end) = page(&params, tags, |(key, _): &(String, String)| key.clone())?;
    Ok(Answer::xml(tag_list(&tags.into_iter().collect()).append(end)))
}
