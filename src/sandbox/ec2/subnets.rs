//! Subnets.

use super::blocks::{self, Block, overlap};
use super::filters::Field;
use super::resource::{Listed, Resource, describe, find, find_mut};
use super::vpcs::Vpc;
use super::{State, interfaces, refusals, route_tables, tags, zones};
use crate::account::Account;
use crate::answer::{Answer, Fault};
use crate::call::Call;
use crate::clock::Timed;
use crate::operation::Operation;
use crate::tags::Tags;
use crate::wire::Xml;
use ipnet::{Ipv4Net, Ipv6Net};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::net::Ipv4Addr;

pub(super) const OPERATIONS: &[Operation] = &[
    Operation::write("CreateSubnet", create_subnet),
    Operation::read("DescribeSubnets", describe::<Subnet>),
    Operation::write("AssociateSubnetCidrBlock", associate_subnet_cidr_block),
    Operation::write("DisassociateSubnetCidrBlock", disassociate_subnet_cidr_block),
    Operation::write("DeleteSubnet", delete_subnet),
];

/// How long a subnet is pending.
const PENDING: u64 = 1_000;
/// How many addresses AWS keeps for itself: the first four and the last one.
const KEPT: u32 = 5;

/// A subnet.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Subnet {
    /// `subnet-0..`
    pub id: String,
    /// The VPC it is in.
    pub vpc: String,
    /// Whether it is available, or still pending.
    pub available: Timed<bool>,
    /// Its IPv4 block.
    pub net: Ipv4Net,
    /// Its IPv6 block.
    pub ipv6: Option<Block<Ipv6Net>>,
    /// The name of its availability zone.
    pub zone: String,
    /// The id of its availability zone.
    pub zone_id: String,
    /// Whether instances get a public address.
    pub map_public_ips: bool,
    /// Whether interfaces get an IPv6 address.
    pub assign_ipv6: bool,
    /// Whether the resolver makes IPv6 addresses for IPv4 ones.
    pub dns64: bool,
    /// Whether names of instances are made from their ids.
    pub named_by_id: bool,
    /// Whether names made from ids resolve to IPv4 addresses.
    pub a_record: bool,
    /// Whether names made from ids resolve to IPv6 addresses.
    pub aaaa_record: bool,
    /// Its tags.
    pub tags: Tags,
}

impl Subnet {
    /// The IPv6 block that addresses can be taken from.
    pub(super) fn ipv6(&self, now: u64) -> Option<&Block<Ipv6Net>> {
        self.ipv6.as_ref().filter(|block| block.usable(now))
    }

    /// How many addresses it has for interfaces.
    pub(super) fn size(&self) -> u32 {
        (1u32 << (32 - self.net.prefix_len())) - KEPT
    }

    /// The address of the `host`-th interface, counted from 0.
    pub fn address(&self, host: u32) -> Ipv4Addr {
        Ipv4Addr::from(u32::from(self.net.network()).saturating_add(4 + host))
    }

    /// Which interface has `address`, counted from 0; `None` when none can.
    pub(super) fn host(&self, address: Ipv4Addr) -> Option<u32> {
        let host = u32::from(address).checked_sub(u32::from(self.net.network()).checked_add(4)?)?;
        (host < self.size()).then_some(host)
    }

    fn state(&self, now: u64) -> &'static str {
        if *self.available.at(now) { "available" } else { "pending" }
    }
}

/// The subnets of a VPC.
pub(super) fn of_vpc<'a>(account: &'a Account, vpc: &'a str) -> impl Iterator<Item = &'a Subnet> {
    account.ec2.subnets.values().filter(move |subnet| subnet.vpc == vpc)
}

impl Resource for Subnet {
    const TYPE: &'static str = "subnet";
    const PREFIX: &'static str = "subnet-";
    const CALLED: &'static str = "subnet ID";
    const ABSENT: &'static str = "InvalidSubnetID.NotFound";
    const MALFORMED: &'static str = "InvalidSubnetID.Malformed";

    fn all(state: &State) -> &BTreeMap<String, Self> {
        &state.subnets
    }
    fn all_mut(state: &mut State) -> &mut BTreeMap<String, Self> {
        &mut state.subnets
    }
    fn tags(&self) -> &Tags {
        &self.tags
    }
    fn tags_mut(&mut self) -> &mut Tags {
        &mut self.tags
    }
}

impl Listed for Subnet {
    const IDS: &'static str = "SubnetId";
    const SET: &'static str = "subnetSet";
    const FIELDS: &'static [Field<Self>] = &[
        ("availability-zone", |subnet, _, _| vec![subnet.zone.clone()]),
        ("availability-zone-id", |subnet, _, _| vec![subnet.zone_id.clone()]),
        ("available-ip-address-count", |subnet, account, _| vec![interfaces::room(account, subnet).to_string()]),
        ("cidr-block", |subnet, _, _| vec![subnet.net.to_string()]),
        ("default-for-az", |_, _, _| vec!["false".into()]),
        ("ipv6-cidr-block-association.ipv6-cidr-block", |subnet, _, now| {
            subnet.ipv6.iter().filter(|block| block.shown(now)).map(|block| block.net.to_string()).collect()
        }),
        ("map-public-ip-on-launch", |subnet, _, _| vec![subnet.map_public_ips.to_string()]),
        ("owner-id", |_, account, _| vec![account.id.clone()]),
        ("state", |subnet, _, now| vec![subnet.state(now).into()]),
        ("subnet-arn", |subnet, account, _| vec![account.arn("ec2", &format!("subnet/{}", subnet.id))]),
        ("subnet-id", |subnet, _, _| vec![subnet.id.clone()]),
        ("vpc-id", |subnet, _, _| vec![subnet.vpc.clone()]),
    ];

    fn show(&self, account: &Account, now: u64) -> Xml {
        let ipv6 = self.ipv6.iter().filter(|block| block.shown(now)).map(|block| block.show("ipv6CidrBlock", now));
        let names = Xml::new()
            .text("hostnameType", if self.named_by_id { "resource-name" } else { "ip-name" })
            .text("enableResourceNameDnsARecord", self.a_record)
            .text("enableResourceNameDnsAAAARecord", self.aaaa_record);
        Xml::new()
            .text("subnetId", &self.id)
            .text("subnetArn", account.arn("ec2", &format!("subnet/{}", self.id)))
            .text("state", self.state(now))
            .text("ownerId", &account.id)
            .text("vpcId", &self.vpc)
            .text("cidrBlock", self.net)
            .list("ipv6CidrBlockAssociationSet", "item", ipv6)
            .text("availableIpAddressCount", interfaces::room(account, self))
            .text("availabilityZone", &self.zone)
            .text("availabilityZoneId", &self.zone_id)
            .text("defaultForAz", false)
            .text("mapPublicIpOnLaunch", self.map_public_ips)
            .text("mapCustomerOwnedIpOnLaunch", false)
            .text("assignIpv6AddressOnCreation", self.assign_ipv6)
            .text("enableDns64", self.dns64)
            .text("ipv6Native", false)
            .element("privateDnsNameOptionsOnLaunch", names)
            .append(tags::show(&self.tags))
    }
}

fn create_subnet(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let params = call.params();
    let vpc_id: String = params.required("VpcId")?;
    let net = blocks::ipv4(&params, "CidrBlock")?;
    let ipv6 = blocks::ipv6(&params, "Ipv6CidrBlock")?;
    let zone: Option<String> = params.optional("AvailabilityZone")?;
    let zone_id: Option<String> = params.optional("AvailabilityZoneId")?;
    let tags = tags::specified(&params, Subnet::TYPE)?;
    refusals::done(&params)?;
    let vpc = find::<Vpc>(account, &vpc_id, call.now)?;
    if !(16..=28).contains(&net.prefix_len()) || !vpc.usable(call.now).any(|block| block.contains(&net)) {
        return Err(out_of_range(&net));
    }
    if of_vpc(account, &vpc_id).any(|other| overlap(&other.net, &net)) {
        return Err(conflict(&net));
    }
    if let Some(net) = ipv6 {
        check_ipv6(account, vpc, &net, call.now)?;
    }
    let zone = match zones::find(&call.region, zone.as_deref(), zone_id.as_deref())? {
        Some(zone) => zone,
        None => any_zone(account, call)?,
    };
    let id = account.ids.ec2("subnet");
    let ipv6 =
        ipv6.map(|net| Block::added(account.ids.ec2("subnet-cidr-assoc"), net, call.now, &account.ec2.failing_blocks));
    let subnet = Subnet {
        id: id.clone(),
        vpc: vpc_id,
        available: Timed::new(call.now, false).then(call.now + PENDING, true),
        net,
        ipv6,
        zone: zone.name,
        zone_id: zone.id,
        map_public_ips: false,
        assign_ipv6: false,
        dns64: false,
        named_by_id: false,
        a_record: false,
        aaaa_record: false,
        tags,
    };
    let shown = subnet.show(account, call.now);
    account.ec2.subnets.insert(id, subnet);
    Ok(Answer::xml(Xml::new().element("subnet", shown)))
}

fn any_zone(account: &mut Account, call: &Call) -> Result<zones::Zone, Fault> {
    let mut zones = zones::zones(&call.region);
    let place = account.ids.number() as usize % zones.len().max(1);
    if zones.is_empty() { Err(Fault::internal(&"the region has no zones")) } else { Ok(zones.swap_remove(place)) }
}

fn out_of_range(net: &dyn std::fmt::Display) -> Fault {
    Fault::new(400, "InvalidSubnet.Range", format!("The CIDR '{net}' is invalid."))
}

fn conflict(net: &dyn std::fmt::Display) -> Fault {
    Fault::new(400, "InvalidSubnet.Conflict", format!("The CIDR '{net}' conflicts with another subnet"))
}

/// Refuses an IPv6 block that is no /64 of the VPC's, or that another subnet has.
fn check_ipv6(account: &Account, vpc: &Vpc, net: &Ipv6Net, now: u64) -> Result<(), Fault> {
    let block = vpc.ipv6.as_ref().filter(|block| block.usable(now));
    if net.prefix_len() != 64 || !block.is_some_and(|block| block.net.contains(net)) {
        return Err(out_of_range(net));
    }
    if of_vpc(account, &vpc.id).filter_map(|subnet| subnet.ipv6(now)).any(|block| block.net == *net) {
        return Err(conflict(net));
    }
    Ok(())
}

fn associate_subnet_cidr_block(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let params = call.params();
    let id: String = params.required("SubnetId")?;
    let net = blocks::ipv6(&params, "Ipv6CidrBlock")?;
    refusals::done(&params)?;
    let net = net.ok_or_else(|| params.missing("Ipv6CidrBlock"))?;
    let subnet = find::<Subnet>(account, &id, call.now)?;
    if subnet.ipv6.as_ref().is_some_and(|block| block.taken(call.now)) {
        let message = format!("The maximum number of IPv6 CIDR blocks of the subnet '{id}' has been reached.");
        return Err(Fault::new(400, "SubnetCidrLimitExceeded", message));
    }
    check_ipv6(account, find(account, &subnet.vpc, call.now)?, &net, call.now)?;
    let block = Block::added(account.ids.ec2("subnet-cidr-assoc"), net, call.now, &account.ec2.failing_blocks);
    let shown = block.show("ipv6CidrBlock", call.now);
    find_mut::<Subnet>(account, &id, call.now)?.ipv6 = Some(block);
    Ok(Answer::xml(Xml::new().text("subnetId", id).element("ipv6CidrBlockAssociation", shown)))
}

fn disassociate_subnet_cidr_block(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let params = call.params();
    let association: String = params.required("AssociationId")?;
    refusals::done(&params)?;
    let now = call.now;
    let mut subnets = account.ec2.subnets.values_mut();
    let found = subnets.find_map(|subnet| {
        let flags = subnet.assign_ipv6 || subnet.aaaa_record;
        let block = subnet.ipv6.as_mut().filter(|block| block.usable(now) && block.association == association)?;
        Some((&subnet.id, flags, block))
    });
    let Some((id, flags, block)) = found else {
        let message = format!("The subnet CIDR block association ID '{association}' does not exist");
        return Err(Fault::new(400, "InvalidSubnetCidrBlockAssociationID.NotFound", message));
    };
    if flags {
        let message = format!("The subnet '{id}' still gives IPv6 addresses or names to what is created in it.");
        return Err(refusals::dependency(message));
    }
    block.remove(now);
    let shown = block.show("ipv6CidrBlock", now);
    Ok(Answer::xml(Xml::new().text("subnetId", id).element("ipv6CidrBlockAssociation", shown)))
}

fn delete_subnet(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let params = call.params();
    let id: String = params.required("SubnetId")?;
    refusals::done(&params)?;
    find::<Subnet>(account, &id, call.now)?;
    if interfaces::all(account).any(|interface| interface.subnet == id) {
        return Err(refusals::in_use("subnet", &id));
    }
    account.ec2.subnets.remove(&id);
    route_tables::forget_subnet(account, &id);
    Ok(refusals::yes())
}
