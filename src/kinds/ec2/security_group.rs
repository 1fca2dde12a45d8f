//! `ec2/security-group`: a security group with all its rules (AWS.md §1.8).

use super::vpc::Vpc;
use super::vpc_endpoint::{PrefixList, VpcEndpoint};
use super::{blockers, tags};
use crate::aws::{self, Class, Cx, Error, Tagging, found};
use crate::resource::{Actions, Changes, Fixed, Kind, Live, Named, Ref, Set};
use aws_sdk_ec2::types::{
    Filter, IpPermission, IpRange, Ipv6Range, PrefixListId, ResourceType, SecurityGroup as Description, UserIdGroupPair,
};
use ipnet::IpNet;
use serde::{Deserialize, Deserializer, Serialize};

/// A security group with all its rules; rules that it does not list are revoked.
///
/// A rule whose peer is another group makes this group depend on that one. So of two groups that
/// talk to each other only one may name the other: let the side that is called name its callers in
/// `ingress`, and let the callers' `egress` name addresses.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SecurityGroup {
    /// 1 to 255 of `a-z A-Z 0-9 . _ - : / ( ) # , @ [ ] + = & ; { } ! $ *` and space, not beginning
    /// with `sg-`; unique in the VPC without regard to case.
    pub name: Fixed<String>,
    /// What it is for; 1 to 255 of the same characters.
    pub description: Fixed<String>,
    /// The VPC.
    pub vpc: Fixed<Ref<Vpc>>,
    /// What may come in.
    #[serde(default, deserialize_with = "canonical")]
    pub ingress: Set<Rule>,
    /// What may go out; left out, everything over IPv4, as AWS has it.
    #[serde(default = "everything", deserialize_with = "canonical")]
    pub egress: Set<Rule>,
}

/// One way through a security group.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// `tcp`, `udp`, `icmp`, `icmpv6`, another protocol's number, or `-1` for all.
    pub protocol: String,
    /// The first port, or the ICMP type; of `tcp` and `udp` left out 0, of ICMP -1 (all). Other
    /// protocols have none.
    #[serde(default)]
    pub from_port: Option<i32>,
    /// The last port, or the ICMP code; of `tcp` and `udp` left out 65535, of ICMP -1 (all).
    #[serde(default)]
    pub to_port: Option<i32>,
    /// The other side.
    pub peer: Peer,
    /// At most 255 of the characters of a group's name.
    #[serde(default)]
    pub description: Option<String>,
}

/// The other side of a rule.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Peer {
    /// Addresses, as an IPv4 or IPv6 block.
    Cidr(String),
    /// Whatever carries another security group.
    Group(Ref<SecurityGroup>),
    /// A prefix list, such as that of a gateway endpoint.
    PrefixList(Ref<VpcEndpoint, PrefixList>),
    /// Whatever carries this security group.
    #[serde(rename = "self")]
    Itself,
}

/// The rule that AWS gives every new group.
fn everything() -> Set<Rule> {
    let peer = Peer::Cidr("0.0.0.0/0".into());
    Set(vec![Rule { protocol: "-1".into(), from_port: None, to_port: None, peer, description: None }])
}

impl Named for SecurityGroup {
    const NAME: &'static str = "ec2/security-group";
}

impl Kind for SecurityGroup {
    const TAGGING: Tagging = Tagging::Ec2;
    const ACTIONS: Actions = Actions {
        read: &["ec2:DescribeSecurityGroups"],
        create: &["ec2:CreateSecurityGroup", "ec2:CreateTags"],
        update: &[
            "ec2:AuthorizeSecurityGroupIngress",
            "ec2:AuthorizeSecurityGroupEgress",
            "ec2:RevokeSecurityGroupIngress",
            "ec2:RevokeSecurityGroupEgress",
            "ec2:UpdateSecurityGroupRuleDescriptionsIngress",
            "ec2:UpdateSecurityGroupRuleDescriptionsEgress",
            "ec2:CreateTags",
            "ec2:DeleteTags",
        ],
        delete: &[
            "ec2:DeleteSecurityGroup",
            "ec2:DescribeNetworkInterfaces",
            "ec2:DeleteNetworkInterface",
            "ec2:RevokeSecurityGroupIngress",
            "ec2:RevokeSecurityGroupEgress",
        ],
        dependent: &[],
    };

    fn claim(&self) -> Option<String> {
        Some(format!("{} {}", *self.vpc, self.name.to_lowercase()))
    }

    async fn list(cx: &Cx) -> aws::Result<Vec<Live<Self>>> {
        let groups = describe(cx, [tags::ours(cx)]).await?;
        groups.into_iter().map(|group| live(cx, group)).collect()
    }

    async fn read(cx: &Cx, id: &str) -> aws::Result<Option<Live<Self>>> {
        let answer = cx.ec2().describe_security_groups().group_ids(id).send().await.map_err(Error::from);
        let group = found(answer)?.and_then(|answer| answer.security_groups?.into_iter().next());
        group.map(|group| live(cx, group)).transpose()
    }

    async fn lookalikes(&self, cx: &Cx) -> aws::Result<Vec<String>> {
        let like = [tags::filter("vpc-id", [self.vpc.value()]), tags::filter("group-name", [&*self.name])];
        let mut pages = cx.ec2().describe_security_groups().set_filters(Some(like.into())).into_paginator().send();
        let mut ids = vec![];
        while let Some(page) = pages.next().await {
            ids.extend(page?.security_groups.unwrap_or_default().into_iter().filter_map(|one| one.group_id));
        }
        Ok(ids)
    }

    async fn create(&self, cx: &Cx) -> aws::Result<String> {
        let call = cx.ec2().create_security_group().group_name(&*self.name).description(&*self.description);
        let call =
            call.vpc_id(self.vpc.value()).tag_specifications(tags::specification(cx, ResourceType::SecurityGroup));
        call.send().await?.group_id.ok_or_else(|| Error::unreadable("the security group's id"))
    }

    async fn update(&self, cx: &Cx, live: &Live<Self>, changes: &Changes) -> aws::Result<()> {
        if changes.touch("ingress") {
            change(cx, &live.id, Direction::In, &live.spec.ingress, &self.ingress).await?;
        }
        if changes.touch("egress") {
            change(cx, &live.id, Direction::Out, &live.spec.egress, &self.egress).await?;
        }
        Ok(())
    }

    async fn delete(cx: &Cx, live: &Live<Self>) -> aws::Result<()> {
        let delete = || async { cx.ec2().delete_security_group().group_id(&live.id).send().await.map_err(Error::from) };
        let outcome = match delete().await {
            Err(error) if error.class == Class::Dependency && release(cx, &live.id).await? => delete().await,
            outcome => outcome,
        };
        match found(outcome) {
            Err(error) if error.class == Class::Dependency => {
                Err(blockers::clear(cx, "group-id", &live.id, error).await?)
            }
            other => other.map(drop),
        }
    }
}

/// The rules as AWS reports them: protocols by name where they have one, ports only where they mean
/// something, blocks without host bits.
fn canonical<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Set<Rule>, D::Error> {
    let rules = Set::<Rule>::deserialize(deserializer)?;
    let mut canonical: Vec<Rule> = vec![];
    for rule in rules.0.into_iter().map(Rule::canonical) {
        if !canonical.contains(&rule) {
            canonical.push(rule);
        }
    }
    Ok(Set(canonical))
}

impl Rule {
    fn canonical(self) -> Self {
        let protocol = match self.protocol.to_lowercase().as_str() {
            "all" | "-1" => "-1".into(),
            "6" => "tcp".into(),
            "17" => "udp".into(),
            "1" => "icmp".into(),
            "58" => "icmpv6".into(),
            other => other.to_owned(),
        };
        let (from_port, to_port) = match protocol.as_str() {
            "tcp" | "udp" => (self.from_port.or(Some(0)), self.to_port.or(Some(65535))),
            "icmp" | "icmpv6" => (self.from_port.or(Some(-1)), self.to_port.or(Some(-1))),
            _ => (None, None),
        };
        let peer = match self.peer {
            Peer::Cidr(block) => Peer::Cidr(block.parse::<IpNet>().map_or(block, |block| block.trunc().to_string())),
            other => other,
        };
        Self { protocol, from_port, to_port, peer, description: self.description.filter(|text| !text.is_empty()) }
    }

    /// Whether AWS takes both for the same rule: all but the description is equal.
    fn is(&self, other: &Self) -> bool {
        let key = |rule: &Self| (rule.protocol.clone(), rule.from_port, rule.to_port, rule.peer.clone());
        key(self) == key(other)
    }

    /// The rule as a part of a call about the group `id`.
    fn permission(&self, id: &str, described: bool) -> IpPermission {
        let description = self.description.clone().filter(|_| described);
        let call = IpPermission::builder().ip_protocol(&self.protocol);
        let call = call.set_from_port(self.from_port).set_to_port(self.to_port);
        let group =
            |group: &str| UserIdGroupPair::builder().group_id(group).set_description(description.clone()).build();
        match &self.peer {
            Peer::Cidr(block) if block.contains(':') => {
                call.ipv6_ranges(Ipv6Range::builder().cidr_ipv6(block).set_description(description).build())
            }
            Peer::Cidr(block) => call.ip_ranges(IpRange::builder().cidr_ip(block).set_description(description).build()),
            Peer::Group(other) => call.user_id_group_pairs(group(other.value())),
            Peer::Itself => call.user_id_group_pairs(group(id)),
            Peer::PrefixList(list) => {
                let list = PrefixListId::builder().prefix_list_id(list.value()).set_description(description);
                call.prefix_list_ids(list.build())
            }
        }
        .build()
    }
}

#[derive(Clone, Copy)]
enum Direction {
    In,
    Out,
}

/// Makes the rules of one direction `wanted`. What is new comes first, so that nothing that goes on
/// being allowed is cut in between.
async fn change(cx: &Cx, id: &str, direction: Direction, live: &[Rule], wanted: &[Rule]) -> aws::Result<()> {
    let twin = |rule: &Rule, among: &[Rule]| among.iter().find(|other| other.is(rule)).cloned();
    let missing: Vec<&Rule> = wanted.iter().filter(|rule| twin(rule, live).is_none()).collect();
    let surplus: Vec<&Rule> = live.iter().filter(|rule| twin(rule, wanted).is_none()).collect();
    let renamed = |rule: &&Rule| twin(rule, live).is_some_and(|twin| twin.description != rule.description);
    let renamed: Vec<&Rule> = wanted.iter().filter(renamed).collect();
    if !missing.is_empty() {
        authorize(cx, id, direction, &missing).await?;
    }
    if !surplus.is_empty() {
        revoke(cx, id, direction, &surplus).await?;
    }
    if !renamed.is_empty() {
        describe_rules(cx, id, direction, &renamed).await?;
    }
    Ok(())
}

/// Sends one of the calls that take rules of a group.
macro_rules! send {
    ($cx:ident.$call:ident($id:ident, $rules:ident)) => {
        $cx.ec2().$call().group_id($id).set_ip_permissions(Some($rules)).send().await.map(drop).map_err(Error::from)
    };
}

/// A rule that is there already makes the whole call fail; the engine looks again and asks for the
/// others.
async fn authorize(cx: &Cx, id: &str, direction: Direction, rules: &[&Rule]) -> aws::Result<()> {
    let rules = rules.iter().map(|rule| rule.permission(id, true)).collect();
    let outcome = match direction {
        Direction::In => send!(cx.authorize_security_group_ingress(id, rules)),
        Direction::Out => send!(cx.authorize_security_group_egress(id, rules)),
    };
    outcome.or_else(|error| if error.class == Class::AlreadyExists { Ok(()) } else { Err(error) })
}

async fn revoke(cx: &Cx, id: &str, direction: Direction, rules: &[&Rule]) -> aws::Result<()> {
    let rules = rules.iter().map(|rule| rule.permission(id, false)).collect();
    let outcome = match direction {
        Direction::In => send!(cx.revoke_security_group_ingress(id, rules)),
        Direction::Out => send!(cx.revoke_security_group_egress(id, rules)),
    };
    found(outcome).map(drop)
}

async fn describe_rules(cx: &Cx, id: &str, direction: Direction, rules: &[&Rule]) -> aws::Result<()> {
    let rules = rules.iter().map(|rule| rule.permission(id, true)).collect();
    let outcome = match direction {
        Direction::In => send!(cx.update_security_group_rule_descriptions_ingress(id, rules)),
        Direction::Out => send!(cx.update_security_group_rule_descriptions_egress(id, rules)),
    };
    found(outcome).map(drop)
}

/// Revokes the rules by which other groups of this stack refer to the group `id`, which keep it from
/// being deleted; whether there were any.
async fn release(cx: &Cx, id: &str) -> aws::Result<bool> {
    let named = |name: &str| describe(cx, [tags::ours(cx), tags::filter(name, [id])]);
    let mut released = false;
    for (direction, groups) in [
        (Direction::In, named("ip-permission.group-id").await?),
        (Direction::Out, named("egress.ip-permission.group-id").await?),
    ] {
        for group in groups.into_iter().filter(|group| group.group_id() != Some(id)) {
            let Live { id: user, spec, .. } = live(cx, group)?;
            let rules = match direction {
                Direction::In => &spec.ingress,
                Direction::Out => &spec.egress,
            };
            let names = |rule: &&Rule| matches!(&rule.peer, Peer::Group(group) if group.value() == id);
            let rules: Vec<&Rule> = rules.iter().filter(names).collect();
            revoke(cx, &user, direction, &rules).await?;
            released = true;
        }
    }
    Ok(released)
}

async fn describe<const N: usize>(cx: &Cx, filters: [Filter; N]) -> aws::Result<Vec<Description>> {
    let call = cx.ec2().describe_security_groups().set_filters(Some(filters.into()));
    let mut pages = call.max_results(1000).into_paginator().send();
    let mut groups = vec![];
    while let Some(page) = pages.next().await {
        groups.extend(page?.security_groups.unwrap_or_default());
    }
    Ok(groups)
}

fn live(cx: &Cx, group: Description) -> aws::Result<Live<SecurityGroup>> {
    let id = group.group_id.ok_or_else(|| Error::unreadable("the security group's id"))?;
    let arn = group.security_group_arn.unwrap_or_else(|| cx.arn("ec2", format_args!("security-group/{id}")));
    let rules = |permissions: Option<Vec<IpPermission>>| {
        let rules = permissions.unwrap_or_default().into_iter().flat_map(|permission| rules(&id, permission));
        rules.map(Rule::canonical).collect()
    };
    let spec = SecurityGroup {
        name: Fixed(group.group_name.unwrap_or_default()),
        description: Fixed(group.description.unwrap_or_default()),
        vpc: Fixed(Ref::existing(group.vpc_id.unwrap_or_default())),
        ingress: rules(group.ip_permissions),
        egress: rules(group.ip_permissions_egress),
    };
    Ok(Live::new(&id, spec).output("arn", arn).tagged(cx, tags::pairs(group.tags)))
}

/// One rule for each peer that AWS puts together under the same protocol and ports.
fn rules(id: &str, permission: IpPermission) -> Vec<Rule> {
    let blocks = permission.ip_ranges.unwrap_or_default().into_iter();
    let blocks = blocks.filter_map(|range| Some((Peer::Cidr(range.cidr_ip?), range.description)));
    let blocks6 = permission.ipv6_ranges.unwrap_or_default().into_iter();
    let blocks6 = blocks6.filter_map(|range| Some((Peer::Cidr(range.cidr_ipv6?), range.description)));
    let groups = permission.user_id_group_pairs.unwrap_or_default().into_iter().filter_map(|pair| {
        let group = pair.group_id?;
        let peer = if group == id { Peer::Itself } else { Peer::Group(Ref::existing(group)) };
        Some((peer, pair.description))
    });
    let lists = permission.prefix_list_ids.unwrap_or_default().into_iter();
    let lists =
        lists.filter_map(|list| Some((Peer::PrefixList(Ref::existing(list.prefix_list_id?)), list.description)));
    let protocol = permission.ip_protocol.unwrap_or_default();
    let (from_port, to_port) = (permission.from_port, permission.to_port);
    let rule = |(peer, description)| Rule { protocol: protocol.clone(), from_port, to_port, peer, description };
    blocks.chain(blocks6).chain(groups).chain(lists).map(rule).collect()
}
