//! The whole account in one listing.

use super::input::{encoded, page, tag_list};
use super::managed::Managed;
use super::permissions::attached;
use super::role::Role;
use crate::account::Account;
use crate::answer::{Answer, Fault};
use crate::call::Call;
use crate::operation::Operation;
use crate::time::iso8601_seconds;
use crate::wire::Xml;

pub(super) const OPERATIONS: &[Operation] =
    &[Operation::read("GetAccountAuthorizationDetails", get_account_authorization_details)];

const ENTITIES: [&str; 5] = ["User", "Role", "Group", "LocalManagedPolicy", "AWSManagedPolicy"];

enum Entity<'a> {
    Role(&'a Role),
    Policy(&'a Managed),
}

impl Entity<'_> {
    fn key(&self) -> String {
        match self {
            Self::Role(role) => format!("role/{}", role.name),
            Self::Policy(policy) => format!("policy/{}", policy.arn()),
        }
    }
}

fn get_account_authorization_details(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let params = call.params();
    let filter: Vec<String> = params.list("Filter")?;
    if let Some(unknown) = filter.iter().find(|entity| !ENTITIES.contains(&entity.as_str())) {
        return Err(params.invalid("Filter", unknown));
    }
    let asked = |entity: &str| filter.is_empty() || filter.iter().any(|name| name == entity);
    let policies = account.iam.policies.values().filter(|_| asked("LocalManagedPolicy")).map(Entity::Policy);
    let roles = account.iam.roles.values().filter(|_| asked("Role")).map(Entity::Role);
    let (page, end) = page(&params, policies.chain(roles).collect(), Entity::key)?;
    let (mut roles, mut policies) = (Vec::new(), Vec::new());
    for entity in page {
        match entity {
            Entity::Role(role) => roles.push(detail(account, role)),
            Entity::Policy(policy) => policies.push(policy.xml(account, false).append(policy.version_list())),
        }
    }
    let xml = Xml::new()
        .element("UserDetailList", Xml::new())
        .element("GroupDetailList", Xml::new())
        .list("RoleDetailList", "member", roles)
        .list("Policies", "member", policies);
    Ok(Answer::xml(xml.append(end)))
}

/// A role as this listing has it: without description and longest session.
fn detail(account: &Account, role: &Role) -> Xml {
    let profiles = account.iam.profiles.values().filter(|profile| profile.role.as_ref() == Some(&role.name));
    let inline = role
        .inline
        .iter()
        .map(|(name, document)| Xml::new().text("PolicyName", name).text("PolicyDocument", encoded(document)));
    Xml::new()
        .text("Path", &role.path)
        .text("RoleName", &role.name)
        .text("RoleId", &role.id)
        .text("Arn", &role.arn)
        .text("CreateDate", iso8601_seconds(role.created))
        .text("AssumeRolePolicyDocument", encoded(&role.trust))
        .list("InstanceProfileList", "member", profiles.map(|profile| profile.xml(&account.iam, true)))
        .list("RolePolicyList", "member", inline)
        .list("AttachedManagedPolicies", "member", attached(role))
        .append(role.boundary_xml())
        .append(tag_list(&role.tags))
        .element("RoleLastUsed", Xml::new())
}
