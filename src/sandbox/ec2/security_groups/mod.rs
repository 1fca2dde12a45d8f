//! Security groups (AWS.md §1.8).

mod change;
mod permission;
mod rule;

use super::State;
use super::filters::Field;
use super::resource::{Listed, Resource, describe, find};
use super::{Vpc, interfaces, refusals, tags};
use crate::account::Account;
use crate::answer::{Answer, Fault};
use crate::call::Call;
use crate::operation::Operation;
use crate::tags::Tags;
use crate::wire::{Params, Xml};
use rule::aggregated;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

pub use rule::{Peer, Rule};

pub(super) const OPERATIONS: &[Operation] = &[
    Operation::write("CreateSecurityGroup", create),
    Operation::write("DeleteSecurityGroup", delete),
    Operation::read("DescribeSecurityGroups", describe::<SecurityGroup>),
    Operation::read("DescribeSecurityGroupRules", describe::<Rule>),
    Operation::write("AuthorizeSecurityGroupIngress", change::authorize_ingress),
    Operation::write("AuthorizeSecurityGroupEgress", change::authorize_egress),
    Operation::write("RevokeSecurityGroupIngress", change::revoke_ingress),
    Operation::write("RevokeSecurityGroupEgress", change::revoke_egress),
    Operation::write("ModifySecurityGroupRules", change::modify),
    Operation::write("UpdateSecurityGroupRuleDescriptionsIngress", change::redescribe_ingress),
    Operation::write("UpdateSecurityGroupRuleDescriptionsEgress", change::redescribe_egress),
];

/// Groups of one VPC where nobody asked for more.
const QUOTA: usize = 500;

/// A security group. Its rules are resources of their own.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SecurityGroup {
    /// `sg-0..`
    pub id: String,
    /// Unique in the VPC without regard to case; `default` is the VPC's own.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// The VPC.
    pub vpc: String,
    /// Its tags.
    pub tags: Tags,
}

impl Resource for SecurityGroup {
    const TYPE: &'static str = "security-group";
    const PREFIX: &'static str = "sg-";
    const CALLED: &'static str = "security group";
    const ABSENT: &'static str = "InvalidGroup.NotFound";
    const MALFORMED: &'static str = "InvalidGroupId.Malformed";

    fn all(state: &State) -> &BTreeMap<String, Self> {
        &state.security_groups
    }

    fn all_mut(state: &mut State) -> &mut BTreeMap<String, Self> {
        &mut state.security_groups
    }

    fn tags(&self) -> &Tags {
        &self.tags
    }

    fn tags_mut(&mut self) -> &mut Tags {
        &mut self.tags
    }
}

impl Listed for SecurityGroup {
    const IDS: &'static str = "GroupId";
    const SET: &'static str = "securityGroupInfo";
    const FIELDS: &'static [Field<Self>] = &[
        ("description", |group, _, _| vec![group.description.clone()]),
        ("group-id", |group, _, _| vec![group.id.clone()]),
        ("group-name", |group, _, _| vec![group.name.clone()]),
        ("owner-id", |_, account, _| vec![account.id.clone()]),
        ("vpc-id", |group, _, _| vec![group.vpc.clone()]),
        ("ip-permission.cidr", |group, account, _| group.each(account, false, |rule| rule.peer.v4())),
        ("ip-permission.from-port", |group, account, _| group.each(account, false, |rule| text(rule.from))),
        ("ip-permission.group-id", |group, account, _| group.each(account, false, |rule| rule.peer.group())),
        ("ip-permission.ipv6-cidr", |group, account, _| group.each(account, false, |rule| rule.peer.v6())),
        ("ip-permission.prefix-list-id", |group, account, _| {
            group.each(account, false, |rule| rule.peer.prefix_list())
        }),
        ("ip-permission.protocol", |group, account, _| group.each(account, false, |rule| Some(rule.protocol.clone()))),
        ("ip-permission.to-port", |group, account, _| group.each(account, false, |rule| text(rule.to))),
        ("egress.ip-permission.cidr", |group, account, _| group.each(account, true, |rule| rule.peer.v4())),
        ("egress.ip-permission.from-port", |group, account, _| group.each(account, true, |rule| text(rule.from))),
        ("egress.ip-permission.group-id", |group, account, _| group.each(account, true, |rule| rule.peer.group())),
        ("egress.ip-permission.ipv6-cidr", |group, account, _| group.each(account, true, |rule| rule.peer.v6())),
        ("egress.ip-permission.prefix-list-id", |group, account, _| {
            group.each(account, true, |rule| rule.peer.prefix_list())
        }),
        ("egress.ip-permission.protocol", |group, account, _| {
            group.each(account, true, |rule| Some(rule.protocol.clone()))
        }),
        ("egress.ip-permission.to-port", |group, account, _| group.each(account, true, |rule| text(rule.to))),
    ];

    fn show(&self, account: &Account, _: u64) -> Xml {
        Xml::new()
            .text("ownerId", &account.id)
            .text("groupId", &self.id)
            .text("groupName", &self.name)
            .text("groupDescription", &self.description)
            .text("vpcId", &self.vpc)
            .list("ipPermissions", "item", aggregated(account, self.rules(account, false)))
            .list("ipPermissionsEgress", "item", aggregated(account, self.rules(account, true)))
            .append(tags::show(&self.tags))
            .text("securityGroupArn", self.arn(account))
    }
}

fn text(port: Option<i32>) -> Option<String> {
    port.map(|port| port.to_string())
}

impl SecurityGroup {
    /// Its rules of one direction.
    fn rules<'a>(&'a self, account: &'a Account, egress: bool) -> impl Iterator<Item = &'a Rule> {
        let all = account.ec2.security_group_rules.values();
        all.filter(move |rule| rule.group == self.id && rule.egress == egress)
    }

    /// What `part` finds in its rules of one direction.
    fn each(&self, account: &Account, egress: bool, part: fn(&Rule) -> Option<String>) -> Vec<String> {
        self.rules(account, egress).filter_map(part).collect()
    }

    fn arn(&self, account: &Account) -> String {
        account.arn("ec2", &format!("security-group/{}", self.id))
    }
}

/// Makes the group `default` of a new VPC, whose members may talk to each other.
pub(super) fn make_default(account: &mut Account, vpc: &str) {
    let id = make(account, "default", "default VPC security group", vpc, Tags::new());
    rule::add(account, Rule::any(&id, false, Peer::Group(id.clone())));
}

/// Takes away the group `default` of a VPC that is deleted.
pub(super) fn drop_default(account: &mut Account, vpc: &str) {
    if let Some(id) = default_of(account, vpc) {
        remove(account, &id);
    }
}

/// Whether the VPC has others than its group `default`, which block its deletion.
pub(super) fn block(account: &Account, vpc: &str) -> bool {
    account.ec2.security_groups.values().any(|group| group.vpc == vpc && group.name != "default")
}

/// The name of a group.
pub(super) fn name<'a>(account: &'a Account, group: &str) -> Option<&'a str> {
    account.ec2.security_groups.get(group).map(|group| group.name.as_str())
}

/// The id of the group `default` of `vpc`.
pub(super) fn default_of(account: &Account, vpc: &str) -> Option<String> {
    let mut groups = account.ec2.security_groups.values();
    groups.find(|group| group.vpc == vpc && group.name == "default").map(|group| group.id.clone())
}

/// Refuses `groups` unless each exists and is in `vpc`.
pub(super) fn check(account: &Account, groups: &[String], vpc: &str) -> Result<(), Fault> {
    for id in groups {
        let group: &SecurityGroup = find(account, id, account.now)?;
        if group.vpc != vpc {
            let text = format!("Security group {id} and subnet belong to different networks.");
            return Err(Fault::new(400, "InvalidParameter", text));
        }
    }
    Ok(())
}

/// A group with the rule that lets everything out; gives its id.
fn make(account: &mut Account, name: &str, description: &str, vpc: &str, tags: Tags) -> String {
    let (name, description, vpc) = (name.to_owned(), description.to_owned(), vpc.to_owned());
    let group = SecurityGroup { id: account.ids.ec2("sg"), name, description, vpc, tags };
    let id = group.id.clone();
    account.ec2.security_groups.insert(id.clone(), group);
    rule::add(account, Rule::any(&id, true, Peer::V4("0.0.0.0/0".to_owned())));
    id
}

fn remove(account: &mut Account, id: &str) {
    account.ec2.security_groups.remove(id);
    account.ec2.security_group_rules.retain(|_, rule| rule.group != id);
}

fn create(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let params = call.params();
    let name: String = params.required("GroupName")?;
    let description: String = params.required("GroupDescription")?;
    let vpc: Option<String> = params.optional("VpcId")?;
    let tags = tags::specified(&params, SecurityGroup::TYPE)?;
    refusals::done(&params)?;
    for (member, text) in [("groupName", &name), ("groupDescription", &description)] {
        if text.is_empty() || text.chars().count() > 255 || !text.chars().all(allowed) {
            return Err(refusals::invalid(format!(
                "Value ({text}) for parameter {member} is invalid. Character sets beyond ASCII are not supported."
            )));
        }
    }
    if name.to_lowercase().starts_with("sg-") {
        let message = "invalid value for parameter groupName: group names may not be in the format sg-*";
        return Err(refusals::invalid(message));
    }
    let vpc = vpc.ok_or_else(|| Fault::new(400, "VPCIdNotSpecified", "No default VPC for this user"))?;
    find::<Vpc>(account, &vpc, call.now)?;
    let there = || account.ec2.security_groups.values().filter(|group| group.vpc == vpc);
    if there().any(|group| group.name.eq_ignore_ascii_case(&name)) {
        let message = format!("The security group '{name}' already exists for VPC '{vpc}'");
        return Err(Fault::new(400, "InvalidGroup.Duplicate", message));
    }
    if there().count() >= QUOTA {
        return Err(refusals::limit("SecurityGroupLimitExceeded", "security groups for this VPC"));
    }
    let id = make(account, &name, &description, &vpc, tags);
    let group: &SecurityGroup = find(account, &id, call.now)?;
    let xml = Xml::new().text("return", true).text("groupId", &id).append(tags::show(&group.tags));
    Ok(Answer::xml(xml.text("securityGroupArn", group.arn(account))))
}

/// What names and descriptions may consist of.
fn allowed(character: char) -> bool {
    character.is_ascii_alphanumeric() || ". _-:/()#,@[]+=&;{}!$*".contains(character)
}

/// The group that `GroupId` names. By `GroupName` only groups of a default VPC are named, and there is none.
fn named<'a>(account: &'a Account, params: &Params) -> Result<&'a SecurityGroup, Fault> {
    if let Some(name) = params.optional::<String>("GroupName")? {
        let text = format!("The security group '{name}' does not exist in default VPC 'none'");
        return Err(Fault::new(400, "InvalidGroup.NotFound", text));
    }
    let id: Option<String> = params.optional("GroupId")?;
    find(account, &id.ok_or_else(|| refusals::missing("groupName or groupId"))?, account.now)
}

fn delete(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let params = call.params();
    let SecurityGroup { id, name, .. } = named(account, &params)?.clone();
    refusals::done(&params)?;
    if name == "default" {
        let text = format!("the specified group: \"{id}\" name: \"default\" cannot be deleted by a user");
        return Err(Fault::new(400, "CannotDelete", text));
    }
    let attached = interfaces::all(account).any(|interface| interface.groups.contains(&id));
    let itself = Peer::Group(id.clone());
    let mut rules = account.ec2.security_group_rules.values();
    if attached || rules.any(|rule| rule.group != id && rule.peer == itself) {
        return Err(refusals::dependency(format!("resource {id} has a dependent object")));
    }
    remove(account, &id);
    Ok(Answer::xml(Xml::new().text("return", true).text("groupId", id)))
}
