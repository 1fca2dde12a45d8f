//! Tags of load balancers, target groups and listeners, by ARN.

use super::input::{self, check_tags, refused};
use crate::account::Account;
use crate::answer::{Answer, Fault};
use crate::call::Call;
use crate::operation::Operation;
use crate::tags::Tags;
use crate::wire::Xml;

pub(super) const OPERATIONS: &[Operation] = &[
    Operation::write("AddTags", add),
    Operation::write("RemoveTags", remove),
    Operation::read("DescribeTags", describe),
];

fn add(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let params = call.params();
    let arns: Vec<String> = params.list("ResourceArns")?;
    let tags = input::tags(&params)?;
    params.finish()?;
    if arns.is_empty() || tags.is_empty() {
        return Err(params.missing(if arns.is_empty() { "ResourceArns" } else { "Tags" }));
    }
    for arn in &arns {
        let mut all = tags_of(account, arn)?.clone();
        all.extend(tags.clone());
        check_tags(&all)?;
    }
    for arn in &arns {
        tags_of(account, arn)?.extend(tags.clone());
    }
    Ok(Answer::xml(Xml::new()))
}

fn remove(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let params = call.params();
    let arns: Vec<String> = params.list("ResourceArns")?;
    let keys: Vec<String> = params.list("TagKeys")?;
    params.finish()?;
    if arns.is_empty() || keys.is_empty() {
        return Err(params.missing(if arns.is_empty() { "ResourceArns" } else { "TagKeys" }));
    }
    for arn in &arns {
        tags_of(account, arn)?;
    }
    for arn in &arns {
        tags_of(account, arn)?.retain(|key, _| !keys.contains(key));
    }
    Ok(Answer::xml(Xml::new()))
}

fn describe(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let params = call.params();
    let arns: Vec<String> = params.list("ResourceArns")?;
    if !(1..=20).contains(&arns.len()) {
        return Err(refused("The number of resource ARNs must be between 1 and 20"));
    }
    let mut shown = Vec::new();
    for arn in &arns {
        let tag = |(key, value): (&String, &String)| Xml::new().text("Key", key).text("Value", value);
        let tags = tags_of(account, arn)?.iter().map(tag).collect::<Vec<_>>();
        shown.push(Xml::new().text("ResourceArn", arn).list("Tags", "member", tags));
    }
    Ok(Answer::xml(Xml::new().list("TagDescriptions", "member", shown)))
}

fn tags_of<'a>(account: &'a mut Account, arn: &str) -> Result<&'a mut Tags, Fault> {
    let resource = arn.splitn(6, ':').nth(5).unwrap_or_default();
    let kind = resource.split('/').next().unwrap_or_default();
    let state = &mut account.elasticloadbalancing;
    let (tags, code) = match kind {
        "loadbalancer" => (state.balancers.get_mut(arn).map(|it| &mut it.tags), "LoadBalancerNotFound"),
        "targetgroup" => (state.target_groups.get_mut(arn).map(|it| &mut it.tags), "TargetGroupNotFound"),
        "listener" => (state.listeners.get_mut(arn).map(|it| &mut it.tags), "ListenerNotFound"),
        _ => return Err(refused(format!("'{arn}' is not a valid ARN of a resource of load balancing"))),
    };
    tags.ok_or_else(|| Fault::new(400, code, format!("The following resource does not exist: '{arn}'")))
}
