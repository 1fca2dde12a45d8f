//! Elastic network interfaces, which every service with a foot in a subnet has there.

use super::filters::Field;
use super::resource::{Listed, Resource, describe, find};
use super::subnets::Subnet;
use super::{State, addresses, refusals, security_groups, tags};
use crate::account::Account;
use crate::answer::{Answer, Fault};
use crate::call::Call;
use crate::operation::Operation;
use crate::tags::Tags;
use crate::time::iso8601;
use crate::wire::Xml;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::net::Ipv4Addr;

pub(super) const OPERATIONS: &[Operation] = &[
    Operation::read("DescribeNetworkInterfaces", describe::<Interface>),
    Operation::write("DeleteNetworkInterface", delete),
];

/// A network interface.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Interface {
    /// `eni-0..`
    pub id: String,
    /// The subnet it is in.
    pub subnet: String,
    /// Its security groups.
    pub groups: Vec<String>,
    /// What DescribeNetworkInterfaces shows.
    pub description: String,
    /// The service that made it (`kafka.amazonaws.com`); `None` when the account itself did. Others' cannot be deleted.
    pub requester: Option<String>,
    /// The resource it belongs to (its ARN or id), by which it is released; empty when it was left behind.
    pub owner: String,
    /// Which address of its subnet it has, from 0: AWS keeps the first four for itself.
    pub host: u32,
    /// Which further addresses it has.
    pub more_hosts: Vec<u32>,
    /// The public address it got by itself, which goes with it.
    pub public_ip: Option<Ipv4Addr>,
    /// When it was made, in milliseconds of virtual time since the epoch.
    pub created: u64,
    /// When it goes away, in milliseconds of virtual time since the epoch.
    pub release_at: Option<u64>,
    /// Whether it takes packets that are not for it.
    pub forwarding: bool,
    /// Its tags.
    pub tags: Tags,
}

/// An interface to be made.
#[derive(Clone, Copy, Debug)]
pub struct Attach<'a> {
    /// The subnet.
    pub subnet: &'a str,
    /// The security groups.
    pub groups: &'a [String],
    /// What people see.
    pub description: &'a str,
    /// The service that makes it; `None` for the account itself.
    pub requester: Option<&'a str>,
    /// The ARN or id of the resource it is for.
    pub owner: &'a str,
}

/// Makes an interface and gives its id. Whether subnet and groups exist and whether there is [`room`] is the caller's to
/// check.
pub fn attach(account: &mut Account, attach: Attach) -> String {
    let host = free_host(account, attach.subnet);
    attach_at(account, attach, host)
}

/// As [`attach`], with the address of the `host`-th interface, which the caller found to be [`free`].
pub fn attach_at(account: &mut Account, attach: Attach, host: u32) -> String {
    forget(account);
    let id = account.ids.ec2("eni");
    let interface = Interface {
        id: id.clone(),
        subnet: attach.subnet.to_owned(),
        groups: attach.groups.to_vec(),
        description: attach.description.to_owned(),
        requester: attach.requester.map(str::to_owned),
        owner: attach.owner.to_owned(),
        host,
        created: account.now,
        ..Interface::default()
    };
    account.ec2.interfaces.insert(id.clone(), interface);
    id
}

/// Lets every interface of `owner` go `after` milliseconds of virtual time from now. Until then they block the deletion of
/// their subnet and groups.
pub fn release_later(account: &mut Account, owner: &str, after: u64) {
    let due = account.now.saturating_add(after);
    for interface in account.ec2.interfaces.values_mut().filter(|interface| interface.owner == owner) {
        interface.release_at.get_or_insert(due);
    }
    forget(account);
}

/// Every interface there is now.
pub fn all(account: &Account) -> impl Iterator<Item = &Interface> {
    account.ec2.interfaces.values().filter(|interface| interface.exists(account.now))
}

/// How many more addresses the subnet has.
pub fn room(account: &Account, subnet: &Subnet) -> usize {
    (subnet.size() as usize).saturating_sub(hosts(account, &subnet.id).len())
}

/// Whether nobody has the address of the `host`-th interface of `subnet`.
pub fn free(account: &Account, subnet: &str, host: u32) -> bool {
    !hosts(account, subnet).contains(&host)
}

/// The first free address of `subnet`, as the number of an interface.
pub(super) fn free_host(account: &Account, subnet: &str) -> u32 {
    let taken = hosts(account, subnet);
    (0..).find(|host| !taken.contains(host)).unwrap_or_default()
}

fn hosts(account: &Account, subnet: &str) -> BTreeSet<u32> {
    let there = all(account).filter(|interface| interface.subnet == subnet);
    there.flat_map(|interface| interface.more_hosts.iter().copied().chain([interface.host])).collect()
}

/// Drops the interfaces whose time has come.
fn forget(account: &mut Account) {
    let now = account.now;
    account.ec2.interfaces.retain(|_, interface| interface.exists(now));
}

impl Interface {
    /// Its private address.
    pub fn address(&self, account: &Account) -> Option<Ipv4Addr> {
        Some(account.ec2.subnets.get(&self.subnet)?.address(self.host))
    }

    /// The VPC it is in.
    pub fn vpc<'a>(&self, account: &'a Account) -> Option<&'a str> {
        Some(account.ec2.subnets.get(&self.subnet)?.vpc.as_str())
    }

    /// The instance it belongs to.
    pub fn instance(&self) -> Option<&str> {
        Some(self.owner.as_str()).filter(|owner| owner.starts_with("i-"))
    }

    /// Its public address, an Elastic IP or its own.
    pub fn public_address(&self, account: &Account) -> Option<Ipv4Addr> {
        addresses::of_interface(account, &self.id).map(|(address, _)| address.public_ip).or(self.public_ip)
    }

    fn kind(&self) -> &'static str {
        match self.owner.as_str() {
            owner if owner.starts_with("nat-") => "natGateway",
            owner if owner.starts_with("vpce-") => "vpc_endpoint",
            owner if owner.contains(":loadbalancer/net/") => "network_load_balancer",
            _ => "interface",
        }
    }

    /// The last part of its id, for what hangs on it.
    fn number(&self) -> &str {
        self.id.strip_prefix("eni-").unwrap_or(&self.id)
    }

    fn mac(&self) -> String {
        let digits: Vec<char> = self.number().chars().rev().take(10).collect();
        let pairs = digits.chunks(2).map(|pair| pair.iter().collect::<String>());
        std::iter::once("02".to_owned()).chain(pairs).collect::<Vec<_>>().join(":")
    }

    fn attachment(&self, account: &Account) -> Xml {
        let mut xml = match self.instance() {
            Some(instance) => Xml::new()
                .text("attachmentId", format_args!("eni-attach-{}", self.number()))
                .text("instanceId", instance)
                .text("instanceOwnerId", &account.id),
            None => Xml::new()
                .text("attachmentId", format_args!("ela-attach-{}", self.number()))
                .text("instanceOwnerId", self.requester.as_deref().unwrap_or("amazon-aws")),
        };
        xml = xml.text("deviceIndex", u32::from(self.instance().is_none())).text("status", "attached");
        let goes_along = self.instance().is_some();
        xml.text("attachTime", iso8601(self.created)).text("deleteOnTermination", goes_along)
    }

    fn association(&self, account: &Account) -> Option<Xml> {
        let name = |ip: Ipv4Addr| format!("ec2-{}.compute-1.amazonaws.com", ip.to_string().replace('.', "-"));
        match (addresses::of_interface(account, &self.id), self.public_ip) {
            (Some((address, association)), _) => Some(
                Xml::new()
                    .text("allocationId", &address.id)
                    .text("associationId", &association.id)
                    .text("ipOwnerId", &account.id)
                    .text("publicDnsName", name(address.public_ip))
                    .text("publicIp", address.public_ip),
            ),
            (None, Some(ip)) => {
                let xml = Xml::new().text("ipOwnerId", "amazon").text("publicDnsName", name(ip));
                Some(xml.text("publicIp", ip))
            }
            (None, None) => None,
        }
    }
}

impl Resource for Interface {
    const TYPE: &'static str = "network-interface";
    const PREFIX: &'static str = "eni-";
    const CALLED: &'static str = "networkInterface ID";
    const ABSENT: &'static str = "InvalidNetworkInterfaceID.NotFound";
    const MALFORMED: &'static str = "InvalidNetworkInterfaceId.Malformed";

    fn all(state: &State) -> &BTreeMap<String, Self> {
        &state.interfaces
    }
    fn all_mut(state: &mut State) -> &mut BTreeMap<String, Self> {
        &mut state.interfaces
    }
    fn tags(&self) -> &Tags {
        &self.tags
    }
    fn tags_mut(&mut self) -> &mut Tags {
        &mut self.tags
    }
    fn exists(&self, now: u64) -> bool {
        self.release_at.is_none_or(|due| due > now)
    }
}

impl Listed for Interface {
    const IDS: &'static str = "NetworkInterfaceId";
    const SET: &'static str = "networkInterfaceSet";
    const FIELDS: &'static [Field<Self>] = &[
        ("addresses.private-ip-address", |on, account, _| addresses_of(on, account).map(|ip| ip.to_string()).collect()),
        ("association.allocation-id", |on, account, _| {
            addresses::of_interface(account, &on.id).map(|(address, _)| address.id.clone()).into_iter().collect()
        }),
        ("association.association-id", |on, account, _| {
            addresses::of_interface(account, &on.id).map(|(_, there)| there.id.clone()).into_iter().collect()
        }),
        ("association.public-ip", |on, account, _| {
            on.public_address(account).map(|ip| ip.to_string()).into_iter().collect()
        }),
        ("attachment.instance-id", |on, _, _| on.instance().map(str::to_owned).into_iter().collect()),
        ("attachment.status", |on, _, _| on.used().then(|| "attached".into()).into_iter().collect()),
        ("availability-zone", |on, account, _| {
            account.ec2.subnets.get(&on.subnet).map(|subnet| subnet.zone.clone()).into_iter().collect()
        }),
        ("description", |on, _, _| vec![on.description.clone()]),
        ("group-id", |on, _, _| on.groups.clone()),
        ("interface-type", |on, _, _| vec![on.kind().into()]),
        ("mac-address", |on, _, _| vec![on.mac()]),
        ("network-interface-id", |on, _, _| vec![on.id.clone()]),
        ("owner-id", |_, account, _| vec![account.id.clone()]),
        ("private-ip-address", |on, account, _| on.address(account).map(|ip| ip.to_string()).into_iter().collect()),
        ("requester-id", |on, _, _| on.requester.iter().cloned().collect()),
        ("requester-managed", |on, _, _| vec![on.requester.is_some().to_string()]),
        ("status", |on, _, _| vec![on.status().into()]),
        ("subnet-id", |on, _, _| vec![on.subnet.clone()]),
        ("vpc-id", |on, account, _| on.vpc(account).map(str::to_owned).into_iter().collect()),
    ];

    fn show(&self, account: &Account, _now: u64) -> Xml {
        let subnet = account.ec2.subnets.get(&self.subnet);
        let groups = self.groups.iter().map(|group| {
            Xml::new().text("groupId", group).optional("groupName", security_groups::name(account, group))
        });
        let association = self.association(account);
        let private = addresses_of(self, account).enumerate().map(|(place, ip)| {
            let xml = Xml::new().text("privateIpAddress", ip).text("primary", place == 0);
            match association.clone().filter(|_| place == 0) {
                Some(association) => xml.element("association", association),
                None => xml,
            }
        });
        let name = self.address(account).map(|ip| format!("ip-{}.ec2.internal", ip.to_string().replace('.', "-")));
        let mut xml = Xml::new()
            .text("networkInterfaceId", &self.id)
            .text("subnetId", &self.subnet)
            .optional("vpcId", self.vpc(account))
            .optional("availabilityZone", subnet.map(|subnet| subnet.zone.as_str()))
            .text("description", &self.description)
            .text("ownerId", &account.id)
            .optional("requesterId", self.requester.as_deref())
            .text("requesterManaged", self.requester.is_some())
            .text("status", self.status())
            .text("macAddress", self.mac())
            .optional("privateIpAddress", self.address(account))
            .optional("privateDnsName", name)
            .text("sourceDestCheck", !self.forwarding)
            .text("interfaceType", self.kind())
            .list("groupSet", "item", groups)
            .list("privateIpAddressesSet", "item", private);
        if self.used() {
            xml = xml.element("attachment", self.attachment(account));
        }
        if let Some(association) = association.clone() {
            xml = xml.element("association", association);
        }
        xml.append(tags::show(&self.tags))
    }
}

impl Interface {
    fn used(&self) -> bool {
        !self.owner.is_empty()
    }

    fn status(&self) -> &'static str {
        if self.used() { "in-use" } else { "available" }
    }
}

fn delete(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let params = call.params();
    let id: String = params.required("NetworkInterfaceId")?;
    refusals::done(&params)?;
    if find::<Interface>(account, &id, call.now)?.used() {
        let message = format!("Network interface '{id}' is currently in use.");
        return Err(Fault::new(400, "InvalidParameterValue", message));
    }
    account.ec2.interfaces.remove(&id);
    Ok(refusals::yes())
}

fn addresses_of<'a>(on: &'a Interface, account: &'a Account) -> impl Iterator<Item = Ipv4Addr> {
    let subnet = account.ec2.subnets.get(&on.subnet);
    let hosts = std::iter::once(on.host).chain(on.more_hosts.iter().copied());
    hosts.filter_map(move |host| Some(subnet?.address(host)))
}
