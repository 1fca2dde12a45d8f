//! Rules.

use super::super::State;
use super::super::filters::Field;
use super::super::resource::{Listed, Resource};
use super::super::tags;
use crate::account::Account;
use crate::tags::Tags;
use crate::wire::Xml;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// One rule of a security group.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Rule {
    /// `sgr-0..`
    pub id: String,
    /// The group it is of.
    pub group: String,
    /// Whether it is about what goes out.
    pub egress: bool,
    /// `tcp`, `udp`, `icmp`, `icmpv6`, a number, or `-1`.
    pub protocol: String,
    /// The first port, or the ICMP type.
    pub from: Option<i32>,
    /// The last port, or the ICMP code.
    pub to: Option<i32>,
    /// The other side.
    pub peer: Peer,
    /// What it is for.
    pub description: Option<String>,
    /// Its tags.
    pub tags: Tags,
}

/// The other side of a rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Peer {
    /// An IPv4 block without host bits.
    V4(String),
    /// An IPv6 block without host bits.
    V6(String),
    /// A security group by id.
    Group(String),
    /// A prefix list by id.
    PrefixList(String),
}

impl Peer {
    pub(super) fn v4(&self) -> Option<String> {
        if let Self::V4(block) = self { Some(block.clone()) } else { None }
    }

    pub(super) fn v6(&self) -> Option<String> {
        if let Self::V6(block) = self { Some(block.clone()) } else { None }
    }

    pub(super) fn group(&self) -> Option<String> {
        if let Self::Group(id) = self { Some(id.clone()) } else { None }
    }

    pub(super) fn prefix_list(&self) -> Option<String> {
        if let Self::PrefixList(id) = self { Some(id.clone()) } else { None }
    }
}

impl Resource for Rule {
    const TYPE: &'static str = "security-group-rule";
    const PREFIX: &'static str = "sgr-";
    const CALLED: &'static str = "security group rule ID";
    const ABSENT: &'static str = "InvalidSecurityGroupRuleId.NotFound";
    const MALFORMED: &'static str = "InvalidSecurityGroupRuleId.Malformed";

    fn all(state: &State) -> &BTreeMap<String, Self> {
        &state.security_group_rules
    }

    fn all_mut(state: &mut State) -> &mut BTreeMap<String, Self> {
        &mut state.security_group_rules
    }

    fn tags(&self) -> &Tags {
        &self.tags
    }

    fn tags_mut(&mut self) -> &mut Tags {
        &mut self.tags
    }
}

impl Listed for Rule {
    const IDS: &'static str = "SecurityGroupRuleId";
    const SET: &'static str = "securityGroupRuleSet";
    const FIELDS: &'static [Field<Self>] = &[
        ("group-id", |rule, _, _| vec![rule.group.clone()]),
        ("security-group-rule-id", |rule, _, _| vec![rule.id.clone()]),
    ];

    fn show(&self, account: &Account, _: u64) -> Xml {
        let arn = account.arn("ec2", &format!("{}/{}", Self::TYPE, self.id));
        let xml = self.identity().text("groupOwnerId", &account.id);
        let xml = match self.peer.group() {
            Some(id) => {
                let vpc = account.ec2.security_groups.get(&id).map(|group| &group.vpc);
                let other = Xml::new().text("groupId", &id).text("userId", &account.id).optional("vpcId", vpc);
                xml.element("referencedGroupInfo", other)
            }
            None => xml,
        };
        let xml = xml.optional("description", self.description.as_ref()).append(tags::show(&self.tags));
        xml.text("securityGroupRuleArn", arn)
    }
}

impl Rule {
    /// A rule for all protocols, to be [`add`]ed.
    pub(super) fn any(group: &str, egress: bool, peer: Peer) -> Self {
        let (protocol, group) = ("-1".to_owned(), group.to_owned());
        let (id, description, tags) = (String::new(), None, Tags::new());
        Self { id, group, egress, protocol, from: None, to: None, peer, description, tags }
    }

    /// Whether a group can have only one of the two.
    pub(super) fn is(&self, other: &Self) -> bool {
        let key = |rule: &Self| (rule.group.clone(), rule.egress, rule.protocol.clone(), rule.from, rule.to);
        key(self) == key(other) && self.peer == other.peer
    }

    /// The rule as AWS tells it in error messages.
    pub(super) fn told(&self) -> String {
        let peer = match &self.peer {
            Peer::V4(peer) | Peer::V6(peer) | Peer::Group(peer) | Peer::PrefixList(peer) => peer,
        };
        let ports = match (self.from, self.to) {
            (Some(from), Some(to)) => format!(", from port: {from}, to port: {to}"),
            _ => String::new(),
        };
        let protocol = if self.protocol == "-1" { "ALL".to_owned() } else { self.protocol.to_uppercase() };
        format!("the specified rule \"peer: {peer}, {protocol}{ports}, ALLOW\"")
    }

    /// A `RevokedSecurityGroupRule`.
    pub(super) fn show_revoked(&self) -> Xml {
        let xml = self.identity().optional("referencedGroupId", self.peer.group());
        xml.optional("description", self.description.as_ref())
    }

    fn identity(&self) -> Xml {
        let (from, to) = if self.protocol == "-1" { (Some(-1), Some(-1)) } else { (self.from, self.to) };
        Xml::new()
            .text("securityGroupRuleId", &self.id)
            .text("groupId", &self.group)
            .text("isEgress", self.egress)
            .text("ipProtocol", &self.protocol)
            .optional("fromPort", from)
            .optional("toPort", to)
            .optional("cidrIpv4", self.peer.v4())
            .optional("cidrIpv6", self.peer.v6())
            .optional("prefixListId", self.peer.prefix_list())
    }
}

/// Gives `rule` an id and keeps it.
pub(super) fn add(account: &mut Account, rule: Rule) -> String {
    let id = account.ids.ec2("sgr");
    account.ec2.security_group_rules.insert(id.clone(), Rule { id: id.clone(), ..rule });
    id
}

/// `rules` as `IpPermissions`: those of equal protocol and ports together.
pub(super) fn aggregated<'a>(account: &Account, rules: impl Iterator<Item = &'a Rule>) -> Vec<Xml> {
    let mut bundles: Vec<Vec<&Rule>> = Vec::new();
    for rule in rules {
        let key = |rule: &Rule| (rule.protocol.clone(), rule.from, rule.to);
        match bundles.iter_mut().find(|bundle| bundle.first().is_some_and(|first| key(first) == key(rule))) {
            Some(bundle) => bundle.push(rule),
            None => bundles.push(vec![rule]),
        }
    }
    bundles.iter().filter_map(|bundle| Some(permission(account, bundle.first()?, bundle))).collect()
}

fn permission(account: &Account, first: &Rule, bundle: &[&Rule]) -> Xml {
    let peers = |list: &str, member: &str, of: fn(&Peer) -> Option<String>| {
        let items = bundle.iter().filter_map(|rule| Some((of(&rule.peer)?, rule)));
        let item = |(peer, rule): (String, &&Rule)| {
            let xml = Xml::new();
            let xml = if list == "groups" { xml.text("userId", &account.id) } else { xml };
            xml.text(member, peer).optional("description", rule.description.as_ref())
        };
        Xml::new().list(list, "item", items.map(item))
    };
    Xml::new()
        .text("ipProtocol", &first.protocol)
        .optional("fromPort", first.from)
        .optional("toPort", first.to)
        .append(peers("groups", "groupId", Peer::group))
        .append(peers("ipRanges", "cidrIp", Peer::v4))
        .append(peers("ipv6Ranges", "cidrIpv6", Peer::v6))
        .append(peers("prefixListIds", "prefixListId", Peer::prefix_list))
}
