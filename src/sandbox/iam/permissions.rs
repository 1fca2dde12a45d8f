//! What a role may do: inline policies, attached policies, its boundary.

use super::document::{Use, check};
use super::input::{absent, encoded, name, page, quota};
use super::managed::{attachable, policy_name};
use super::role::{Role, of};
use crate::account::Account;
use crate::answer::{Answer, Fault};
use crate::call::Call;
use crate::operation::Operation;
use crate::wire::Xml;

pub(super) const OPERATIONS: &[Operation] = &[
    Operation::write("PutRolePolicy", put_role_policy),
    Operation::read("GetRolePolicy", get_role_policy),
    Operation::write("DeleteRolePolicy", delete_role_policy),
    Operation::read("ListRolePolicies", list_role_policies),
    Operation::write("AttachRolePolicy", attach_role_policy),
    Operation::write("DetachRolePolicy", detach_role_policy),
    Operation::read("ListAttachedRolePolicies", list_attached_role_policies),
    Operation::write("PutRolePermissionsBoundary", put_role_permissions_boundary),
    Operation::write("DeleteRolePermissionsBoundary", delete_role_permissions_boundary),
];

/// How long the inline policies of a role may be together, in characters without white space (AWS.md §2.1).
const LONGEST_INLINE: usize = 10_240;
const MOST_ATTACHED: usize = 10;

fn put_role_policy(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let params = call.params();
    let policy = name(&params, "PolicyName", 128)?;
    let document: String = params.required("PolicyDocument")?;
    let role = of(account, &params)?.clone();
    params.finish()?;
    check(account, &document, Use::Permissions)?;
    let others = role.inline.iter().filter(|(other, _)| **other != policy).map(|(_, text)| text);
    let length: usize = others.chain([&document]).map(|text| solid_length(text)).sum();
    if length > LONGEST_INLINE {
        let text = format!("Maximum policy size of {LONGEST_INLINE} bytes exceeded for role {}", role.name);
        return Err(Fault::new(409, "LimitExceeded", text));
    }
    of(account, &params)?.inline.insert(policy, document);
    Ok(Answer::empty())
}

/// How many characters count.
pub(super) fn solid_length(document: &str) -> usize {
    document.chars().filter(|character| !character.is_whitespace()).count()
}

fn no_policy(name: &str) -> Fault {
    absent(format!("The role policy with name {name} cannot be found."))
}

fn get_role_policy(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let params = call.params();
    let policy = name(&params, "PolicyName", 128)?;
    let role = of(account, &params)?;
    let document = role.inline.get(&policy).ok_or_else(|| no_policy(&policy))?;
    let xml = Xml::new().text("RoleName", &role.name).text("PolicyName", &policy);
    Ok(Answer::xml(xml.text("PolicyDocument", encoded(document))))
}

fn delete_role_policy(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let params = call.params();
    let policy = name(&params, "PolicyName", 128)?;
    let role = of(account, &params)?;
    params.finish()?;
    role.inline.remove(&policy).map(|_| Answer::empty()).ok_or_else(|| no_policy(&policy))
}

fn list_role_policies(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let params = call.params();
    let names = of(account, &params)?.inline.keys().cloned().collect();
    let (names, end) = page(&params, names, String::clone)?;
    Ok(Answer::xml(Xml::new().texts("PolicyNames", "member", names).append(end)))
}

fn attach_role_policy(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let params = call.params();
    let arn: String = params.required("PolicyArn")?;
    of(account, &params)?;
    params.finish()?;
    attachable(account, &arn)?;
    let role = of(account, &params)?;
    if !role.attached.contains(&arn) && role.attached.len() >= MOST_ATTACHED {
        return Err(quota("PoliciesPerRole", MOST_ATTACHED));
    }
    role.attached.insert(arn);
    Ok(Answer::empty())
}

fn detach_role_policy(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let params = call.params();
    let arn: String = params.required("PolicyArn")?;
    let role = of(account, &params)?;
    params.finish()?;
    if role.attached.remove(&arn) { Ok(Answer::empty()) } else { Err(absent(format!("Policy {arn} was not found."))) }
}

/// `AttachedPolicy` of an output.
pub(super) fn attached(role: &Role) -> impl Iterator<Item = Xml> {
    role.attached.iter().map(|arn| attached_policy(arn))
}

fn attached_policy(arn: &str) -> Xml {
    Xml::new().text("PolicyName", policy_name(arn)).text("PolicyArn", arn)
}

fn list_attached_role_policies(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let params = call.params();
    let prefix: String = params.optional("PathPrefix")?.unwrap_or_else(|| "/".to_owned());
    let below = |arn: &&String| arn.split_once(":policy").is_some_and(|(_, path)| path.starts_with(&prefix));
    let arns: Vec<String> = of(account, &params)?.attached.iter().filter(below).cloned().collect();
    let (arns, end) = page(&params, arns, String::clone)?;
    let policies = arns.iter().map(|arn| attached_policy(arn));
    Ok(Answer::xml(Xml::new().list("AttachedPolicies", "member", policies).append(end)))
}

fn put_role_permissions_boundary(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let params = call.params();
    let arn: String = params.required("PermissionsBoundary")?;
    of(account, &params)?;
    params.finish()?;
    attachable(account, &arn)?;
    of(account, &params)?.boundary = Some(arn);
    Ok(Answer::empty())
}

fn delete_role_permissions_boundary(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let params = call.params();
    let role = of(account, &params)?;
    params.finish()?;
    let name = role.name.clone();
    let missing = || absent(format!("Role {name} does not have a permissions boundary."));
    role.boundary.take().map(|_| Answer::empty()).ok_or_else(missing)
}
