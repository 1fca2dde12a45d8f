//! VPCs. Each comes with a main route table, a network ACL and a security group `default`.

use super::blocks::{self, Block, overlap};
use super::filters::Field;
use super::resource::{Listed, Resource, describe, find, find_mut};
use super::{State, acls, endpoints, internet_gateways, refusals, route_tables, security_groups, subnets, tags};
use crate::account::Account;
use crate::answer::{Answer, Fault};
use crate::call::Call;
use crate::clock::{SECOND, Timed};
use crate::operation::Operation;
use crate::tags::Tags;
use crate::wire::Xml;
use ipnet::{Ipv4Net, Ipv6Net};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::net::{Ipv4Addr, Ipv6Addr};

pub(super) const OPERATIONS: &[Operation] = &[
    Operation::write("CreateVpc", create_vpc),
    Operation::read("DescribeVpcs", describe::<Vpc>),
    Operation::write("ModifyVpcTenancy", modify_vpc_tenancy),
    Operation::write("AssociateVpcCidrBlock", associate_vpc_cidr_block),
    Operation::write("DisassociateVpcCidrBlock", disassociate_vpc_cidr_block),
    Operation::write("DeleteVpc", delete_vpc),
];

/// How long a VPC is pending.
const PENDING: u64 = 1_500;
/// How long a change of tenancy takes to show.
const TENANCY_TAKES: u64 = SECOND;
/// How many IPv4 blocks a VPC may have.
const MOST_BLOCKS: usize = 5;

/// A VPC.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Vpc {
    /// `vpc-0..`
    pub id: String,
    /// Whether it is available, or still pending.
    pub available: Timed<bool>,
    /// Its IPv4 blocks, the one it was made with first.
    pub blocks: Vec<Block<Ipv4Net>>,
    /// Its IPv6 block.
    pub ipv6: Option<Block<Ipv6Net>>,
    /// Whether instances are on hardware of their own.
    pub dedicated: Timed<bool>,
    /// Its network ACL.
    pub acl: String,
    /// The attribute enableDnsSupport.
    pub dns_support: bool,
    /// The attribute enableDnsHostnames.
    pub dns_hostnames: bool,
    /// The attribute enableNetworkAddressUsageMetrics.
    pub address_metrics: bool,
    /// Its tags.
    pub tags: Tags,
}

impl Vpc {
    /// The blocks that subnets may lie in.
    pub(super) fn usable(&self, now: u64) -> impl Iterator<Item = &Ipv4Net> {
        self.blocks.iter().filter(move |block| block.usable(now)).map(|block| &block.net)
    }

    fn state(&self, now: u64) -> &'static str {
        if *self.available.at(now) { "available" } else { "pending" }
    }
}

impl Resource for Vpc {
    const TYPE: &'static str = "vpc";
    const PREFIX: &'static str = "vpc-";
    const CALLED: &'static str = "vpc ID";
    const ABSENT: &'static str = "InvalidVpcID.NotFound";
    const MALFORMED: &'static str = "InvalidVpcID.Malformed";

    fn all(state: &State) -> &BTreeMap<String, Self> {
        &state.vpcs
    }
    fn all_mut(state: &mut State) -> &mut BTreeMap<String, Self> {
        &mut state.vpcs
    }
    fn tags(&self) -> &Tags {
        &self.tags
    }
    fn tags_mut(&mut self) -> &mut Tags {
        &mut self.tags
    }
}

impl Listed for Vpc {
    const IDS: &'static str = "VpcId";
    const SET: &'static str = "vpcSet";
    const FIELDS: &'static [Field<Self>] = &[
        ("cidr", |vpc, _, _| vpc.blocks.first().map(|block| block.net.to_string()).into_iter().collect()),
        ("cidr-block-association.association-id", |vpc, _, now| {
            vpc.blocks.iter().filter(|block| block.shown(now)).map(|block| block.association.clone()).collect()
        }),
        ("cidr-block-association.cidr-block", |vpc, _, now| {
            vpc.blocks.iter().filter(|block| block.shown(now)).map(|block| block.net.to_string()).collect()
        }),
        ("dhcp-options-id", |_, account, _| vec![account.ec2.dhcp_options.clone()]),
        ("ipv6-cidr-block-association.ipv6-cidr-block", |vpc, _, now| {
            vpc.ipv6.iter().filter(|block| block.shown(now)).map(|block| block.net.to_string()).collect()
        }),
        ("is-default", |_, _, _| vec!["false".into()]),
        ("owner-id", |_, account, _| vec![account.id.clone()]),
        ("state", |vpc, _, now| vec![vpc.state(now).into()]),
        ("vpc-id", |vpc, _, _| vec![vpc.id.clone()]),
    ];

    fn show(&self, account: &Account, now: u64) -> Xml {
        let blocks = self.blocks.iter().filter(|block| block.shown(now)).map(|block| block.show("cidrBlock", now));
        let mut xml = Xml::new()
            .text("vpcId", &self.id)
            .text("ownerId", &account.id)
            .text("state", self.state(now))
            .optional("cidrBlock", self.blocks.first().map(|block| block.net))
            .list("cidrBlockAssociationSet", "item", blocks)
            .text("dhcpOptionsId", &account.ec2.dhcp_options)
            .text("instanceTenancy", if *self.dedicated.at(now) { "dedicated" } else { "default" })
            .text("isDefault", false);
        if let Some(block) = self.ipv6.as_ref().filter(|block| block.shown(now)) {
            let block = show_ipv6(block, &account.region, now);
            xml = xml.list("ipv6CidrBlockAssociationSet", "item", [block]);
        }
        xml.append(tags::show(&self.tags))
    }
}

fn show_ipv6(block: &Block<Ipv6Net>, region: &str, now: u64) -> Xml {
    block.show("ipv6CidrBlock", now).text("networkBorderGroup", region).text("ipv6Pool", "Amazon")
}

fn create_vpc(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let params = call.params();
    let net = blocks::ipv4(&params, "CidrBlock")?;
    let tenancy: Option<String> = params.optional("InstanceTenancy")?;
    let ipv6 = params.optional("AmazonProvidedIpv6CidrBlock")?.unwrap_or(false);
    let tags = tags::specified(&params, Vpc::TYPE)?;
    refusals::done(&params)?;
    let dedicated = match tenancy.as_deref() {
        None | Some("default") => false,
        Some("dedicated") => true,
        Some(other) => return Err(params.invalid("instanceTenancy", other)),
    };
    check_size(&net)?;
    if account.ec2.vpcs.len() >= account.ec2.quotas.vpcs {
        return Err(refusals::limit("VpcLimitExceeded", "VPCs"));
    }
    if account.ec2.dhcp_options.is_empty() {
        account.ec2.dhcp_options = account.ids.ec2("dopt");
    }
    let id = account.ids.ec2("vpc");
    let block = Block::first(account.ids.ec2("vpc-cidr-assoc"), net, call.now);
    let ipv6 = ipv6.then(|| amazon_block(account, call.now));
    let vpc = Vpc {
        id: id.clone(),
        available: Timed::new(call.now, false).then(call.now + PENDING, true),
        blocks: vec![block],
        ipv6,
        dedicated: Timed::new(call.now, dedicated),
        acl: acls::make_default(account, &id),
        dns_support: true,
        dns_hostnames: false,
        address_metrics: false,
        tags,
    };
    route_tables::make_main(account, &id);
    security_groups::make_default(account, &id);
    let blocks = vpc.ipv6.iter().map(|block| block.net.into()).chain([net.into()]);
    blocks.for_each(|block| route_tables::add_local(account, &id, block));
    let shown = vpc.show(account, call.now);
    account.ec2.vpcs.insert(id, vpc);
    Ok(Answer::xml(Xml::new().element("vpc", shown)))
}

fn check_size(net: &Ipv4Net) -> Result<(), Fault> {
    if (16..=28).contains(&net.prefix_len()) {
        return Ok(());
    }
    Err(Fault::new(400, "InvalidVpc.Range", format!("The CIDR '{net}' is invalid.")))
}

/// A /56 of those set aside for documentation.
fn amazon_block(account: &mut Account, now: u64) -> Block<Ipv6Net> {
    let random = account.ids.number() as u16;
    let (high, low) = (random, (account.ids.number() as u16) & 0xff00);
    let address = Ipv6Addr::new(0x2001, 0xdb8, high, low, 0, 0, 0, 0);
    let net = Ipv6Net::new_assert(address, 56);
    Block::added(account.ids.ec2("vpc-cidr-assoc"), net, now, &account.ec2.failing_blocks)
}

fn modify_vpc_tenancy(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let params = call.params();
    let id: String = params.required("VpcId")?;
    let tenancy: String = params.required("InstanceTenancy")?;
    refusals::done(&params)?;
    if tenancy != "default" {
        return Err(params.invalid("instanceTenancy", &tenancy));
    }
    let vpc = find_mut::<Vpc>(account, &id, call.now)?;
    let dedicated = *vpc.dedicated.at(call.now);
    vpc.dedicated = Timed::new(call.now, dedicated).then(call.now + TENANCY_TAKES, false);
    Ok(refusals::yes())
}

fn associate_vpc_cidr_block(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let params = call.params();
    let id: String = params.required("VpcId")?;
    let amazon = params.optional("AmazonProvidedIpv6CidrBlock")?.unwrap_or(false);
    let net = if params.has("CidrBlock") { Some(blocks::ipv4(&params, "CidrBlock")?) } else { None };
    refusals::done(&params)?;
    let (region, now) = (account.region.clone(), call.now);
    find::<Vpc>(account, &id, now)?;
    let answer = Xml::new().text("vpcId", &id);
    match (net, amazon) {
        (Some(net), false) => {
            check_size(&net)?;
            check_fit(find(account, &id, now)?, &net, now)?;
            let block = Block::added(account.ids.ec2("vpc-cidr-assoc"), net, now, &account.ec2.failing_blocks);
            let (shown, holds) = (block.show("cidrBlock", now), block.reason.is_none());
            let vpc = find_mut::<Vpc>(account, &id, now)?;
            vpc.blocks.retain(|block| block.shown(now));
            vpc.blocks.push(block);
            if holds {
                route_tables::add_local(account, &id, net.into());
            }
            Ok(Answer::xml(answer.element("cidrBlockAssociation", shown)))
        }
        (None, true) => {
            let block = amazon_block(account, now);
            let (shown, net, holds) = (show_ipv6(&block, &region, now), block.net, block.reason.is_none());
            let vpc = find_mut::<Vpc>(account, &id, now)?;
            if vpc.ipv6.as_ref().is_some_and(|block| block.taken(now)) {
                let message = format!("The maximum number of IPv6 CIDR blocks of the vpc '{id}' has been reached.");
                return Err(Fault::new(400, "VpcCidrLimitExceeded", message));
            }
            vpc.ipv6 = Some(block);
            if holds {
                route_tables::add_local(account, &id, net.into());
            }
            Ok(Answer::xml(answer.element("ipv6CidrBlockAssociation", shown)))
        }
        _ => Err(refusals::combination(
            "Exactly one of the parameters cidrBlock and amazonProvidedIpv6CidrBlock must be given.",
        )),
    }
}

/// Refuses a block that the VPC cannot have beside those it has.
fn check_fit(vpc: &Vpc, net: &Ipv4Net, now: u64) -> Result<(), Fault> {
    let mut there = vpc.blocks.iter().filter(|block| block.taken(now)).map(|block| &block.net);
    if there.clone().count() >= MOST_BLOCKS {
        let message = format!("This network '{}' has met its maximum number of allowed CIDRs: {MOST_BLOCKS}", vpc.id);
        return Err(Fault::new(400, "VpcCidrLimitExceeded", message));
    }
    if let Some(other) = there.find(|other| overlap(other, net)) {
        let message = format!("The CIDR '{net}' conflicts with '{other}' of the vpc '{}'.", vpc.id);
        return Err(Fault::new(400, "InvalidVpc.Range", message));
    }
    let first = vpc.blocks.first().and_then(|block| private_range(&block.net));
    if let (Some(first), Some(second)) = (first, private_range(net))
        && first != second
    {
        let message = format!(
            "The CIDR '{net}' is restricted. Use a CIDR from the same private address range as the current VPC CIDR, or use a publicly-routable CIDR."
        );
        return Err(Fault::new(400, "InvalidVpc.Range", message));
    }
    Ok(())
}

/// Which of the private ranges a block is from.
fn private_range(net: &Ipv4Net) -> Option<usize> {
    let ranges = [
        Ipv4Net::new_assert(Ipv4Addr::new(10, 0, 0, 0), 8),
        Ipv4Net::new_assert(Ipv4Addr::new(172, 16, 0, 0), 12),
        Ipv4Net::new_assert(Ipv4Addr::new(192, 168, 0, 0), 16),
    ];
    ranges.iter().position(|range| range.contains(net))
}

fn disassociate_vpc_cidr_block(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let params = call.params();
    let association: String = params.required("AssociationId")?;
    refusals::done(&params)?;
    let now = call.now;
    let holder = account.ec2.vpcs.values().find_map(|vpc| {
        let ipv4 = vpc.blocks.iter().filter(|block| block.usable(now)).map(|block| &block.association);
        let ipv6 = vpc.ipv6.iter().filter(|block| block.usable(now)).map(|block| &block.association);
        ipv4.chain(ipv6).any(|id| *id == association).then(|| vpc.id.clone())
    });
    let id = holder.ok_or_else(|| {
        let message = format!("The vpc CIDR block association ID '{association}' does not exist");
        Fault::new(400, "InvalidVpcCidrBlockAssociationID.NotFound", message)
    })?;
    let in_use = |net: &dyn std::fmt::Display| {
        refusals::dependency(format!("The CIDR '{net}' has dependencies and cannot be disassociated."))
    };
    let vpc = find::<Vpc>(account, &id, now)?;
    let (shown, net) = match vpc.blocks.iter().position(|block| block.association == association) {
        Some(0) => {
            let message = format!(
                "The vpc CIDR block with association ID {association} may not be disassociated. It is the primary IPv4 CIDR block of the VPC"
            );
            return Err(Fault::new(400, "OperationNotPermitted", message));
        }
        Some(place) => {
            let net = vpc.blocks[place].net;
            if subnets::of_vpc(account, &id).any(|subnet| net.contains(&subnet.net)) {
                return Err(in_use(&net));
            }
            let block = &mut find_mut::<Vpc>(account, &id, now)?.blocks[place];
            block.remove(now);
            (Xml::new().element("cidrBlockAssociation", block.show("cidrBlock", now)), net.into())
        }
        None => {
            if let Some(taken) = subnets::of_vpc(account, &id).find_map(|subnet| subnet.ipv6(now)) {
                return Err(in_use(&taken.net));
            }
            let region = account.region.clone();
            let Some(block) = &mut find_mut::<Vpc>(account, &id, now)?.ipv6 else {
                return Err(Vpc::absent(&id));
            };
            block.remove(now);
            (Xml::new().element("ipv6CidrBlockAssociation", show_ipv6(block, &region, now)), block.net.into())
        }
    };
    route_tables::remove_local(account, &id, net);
    Ok(Answer::xml(Xml::new().text("vpcId", &id).append(shown)))
}

fn delete_vpc(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let params = call.params();
    let id: String = params.required("VpcId")?;
    refusals::done(&params)?;
    find::<Vpc>(account, &id, call.now)?;
    let blocked = subnets::of_vpc(account, &id).next().is_some()
        || internet_gateways::of_vpc(account, &id).is_some()
        || route_tables::block(account, &id)
        || endpoints::block(account, &id, call.now)
        || security_groups::block(account, &id);
    if blocked {
        return Err(refusals::in_use("vpc", &id));
    }
    account.ec2.vpcs.remove(&id);
    account.ec2.route_tables.retain(|_, table| table.vpc != id);
    account.ec2.acls.retain(|_, acl| acl.vpc != id);
    security_groups::drop_default(account, &id);
    Ok(refusals::yes())
}
