//! Elastic IP addresses.

use super::filters::{Field, Filters};
use super::interfaces::{self, Interface};
use super::resource::{Resource, find, find_mut};
use super::{State, instances, internet_gateways, refusals, tags};
use crate::account::Account;
use crate::answer::{Answer, Fault};
use crate::call::Call;
use crate::operation::Operation;
use crate::tags::Tags;
use crate::wire::Xml;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::net::Ipv4Addr;

pub(super) const OPERATIONS: &[Operation] = &[
    Operation::write("AllocateAddress", allocate_address),
    Operation::read("DescribeAddresses", describe_addresses),
    Operation::write("AssociateAddress", associate_address),
    Operation::write("DisassociateAddress", disassociate_address),
    Operation::write("ReleaseAddress", release_address),
];

/// An Elastic IP address.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Address {
    /// `eipalloc-0..`
    pub id: String,
    /// The address itself.
    pub public_ip: Ipv4Addr,
    /// Where it is announced from.
    pub border_group: String,
    /// The pool it is from, `amazon` or `ipv4pool-ec2-..`
    #[serde(default = "amazon")]
    pub pool: String,
    /// Where packets to it go, as long as that interface is there.
    pub association: Option<Association>,
    /// When the association ends, in milliseconds since the epoch.
    #[serde(default)]
    pub leaves_at: Option<u64>,
    /// Its tags.
    pub tags: Tags,
}

/// An Elastic IP address on a network interface.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Association {
    /// `eipassoc-0..`
    pub id: String,
    /// The interface.
    pub interface: String,
    /// The private address it stands for.
    pub private_ip: Ipv4Addr,
}

fn amazon() -> String {
    "amazon".to_owned()
}

impl Address {
    /// Where packets to it go, with the interface.
    pub(super) fn association<'a>(
        &'a self,
        account: &'a Account,
        now: u64,
    ) -> Option<(&'a Association, &'a Interface)> {
        let association = self.association.as_ref().filter(|_| self.leaves_at.is_none_or(|due| due > now))?;
        Some((association, find(account, &association.interface, now).ok()?))
    }

    fn show(&self, account: &Account, now: u64) -> Xml {
        let mut xml = Xml::new()
            .text("allocationId", &self.id)
            .text("publicIp", self.public_ip)
            .text("domain", "vpc")
            .text("publicIpv4Pool", &self.pool)
            .text("networkBorderGroup", &self.border_group);
        if let Some((association, interface)) = self.association(account, now) {
            xml = xml
                .text("associationId", &association.id)
                .optional("instanceId", interface.instance())
                .text("networkInterfaceId", &interface.id)
                .text("networkInterfaceOwnerId", &account.id)
                .text("privateIpAddress", association.private_ip);
        }
        xml.append(tags::show(&self.tags))
    }
}

impl Resource for Address {
    const TYPE: &'static str = "elastic-ip";
    const PREFIX: &'static str = "eipalloc-";
    const CALLED: &'static str = "allocation ID";
    const ABSENT: &'static str = "InvalidAllocationID.NotFound";
    const MALFORMED: &'static str = "InvalidAllocationID.Malformed";

    fn all(state: &State) -> &BTreeMap<String, Self> {
        &state.addresses
    }
    fn all_mut(state: &mut State) -> &mut BTreeMap<String, Self> {
        &mut state.addresses
    }
    fn tags(&self) -> &Tags {
        &self.tags
    }
    fn tags_mut(&mut self) -> &mut Tags {
        &mut self.tags
    }
}

const FIELDS: &[Field<Address>] = &[
    ("allocation-id", |address, _, _| vec![address.id.clone()]),
    ("association-id", |address, account, now| {
        address.association(account, now).map(|(association, _)| association.id.clone()).into_iter().collect()
    }),
    ("domain", |_, _, _| vec!["vpc".into()]),
    ("instance-id", |address, account, now| {
        address.association(account, now).and_then(|(_, on)| Some(on.instance()?.to_owned())).into_iter().collect()
    }),
    ("network-border-group", |address, _, _| vec![address.border_group.clone()]),
    ("network-interface-id", |address, account, now| {
        address.association(account, now).map(|(_, on)| on.id.clone()).into_iter().collect()
    }),
    ("private-ip-address", |address, account, now| {
        address
            .association(account, now)
            .map(|(association, _)| association.private_ip.to_string())
            .into_iter()
            .collect()
    }),
    ("public-ip", |address, _, _| vec![address.public_ip.to_string()]),
];

/// Whether a public address stands for an interface in the VPC.
pub(super) fn mapped(account: &Account, vpc: &str, now: u64) -> bool {
    let elastic = account.ec2.addresses.values().filter_map(|address| address.association(account, now));
    let elastic = elastic.map(|(_, interface)| interface);
    let automatic = interfaces::all(account).filter(|interface| interface.public_ip.is_some());
    elastic.chain(automatic).any(|interface| interface.vpc(account) == Some(vpc))
}

/// The Elastic IP address of an interface.
pub(super) fn of_interface<'a>(account: &'a Account, interface: &str) -> Option<(&'a Address, &'a Association)> {
    account.ec2.addresses.values().find_map(|address| {
        let (association, _) = address.association(account, account.now)?;
        (association.interface == interface).then_some((address, association))
    })
}

fn is_taken(account: &Account, address: Ipv4Addr) -> bool {
    let elastic = account.ec2.addresses.values().any(|known| known.public_ip == address);
    elastic || interfaces::all(account).any(|on| on.public_ip == Some(address))
}

/// A public address that nobody has, of those set aside for documentation.
pub fn free_public_ip(account: &mut Account) -> Ipv4Addr {
    let elastic = account.ec2.addresses.values().map(|address| address.public_ip);
    let taken: BTreeSet<Ipv4Addr> = elastic.chain(interfaces::all(account).filter_map(|on| on.public_ip)).collect();
    let random = account.ids.number() as u32;
    let candidates = (0..3 * 254).map(|step| {
        let place = random.wrapping_add(step) % (3 * 254);
        let last = (place % 254 + 1) as u8;
        match place / 254 {
            0 => Ipv4Addr::new(203, 0, 113, last),
            1 => Ipv4Addr::new(198, 51, 100, last),
            _ => Ipv4Addr::new(192, 0, 2, last),
        }
    });
    // Beyond 762 addresses, more than any quota here, they come from the block for benchmarks.
    let more = Ipv4Addr::from(u32::from(Ipv4Addr::new(198, 18, 0, 0)) | random & 0x1_ffff);
    candidates.into_iter().find(|address| !taken.contains(address)).unwrap_or(more)
}

fn allocate_address(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let params = call.params();
    let domain: Option<String> = params.optional("Domain")?;
    let pool: Option<String> = params.optional("PublicIpv4Pool")?;
    let group: Option<String> = params.optional("NetworkBorderGroup")?;
    let wanted: Option<Ipv4Addr> = params.optional("Address")?;
    let tags = tags::specified(&params, Address::TYPE)?;
    refusals::done(&params)?;
    if let Some(domain) = domain.filter(|domain| domain != "vpc") {
        return Err(params.invalid("domain", &domain));
    }
    let pool = pool.unwrap_or_else(amazon);
    if pool != amazon() && !account.ec2.ipv4_pools.contains(&pool) {
        let message = format!("The pool ID '{pool}' does not exist.");
        return Err(Fault::new(400, "InvalidPublicIpv4PoolID.NotFound", message));
    }
    let border_group = group.unwrap_or_else(|| call.region.clone());
    if !is_border_group(&border_group, &call.region) {
        return Err(params.invalid("networkBorderGroup", &border_group));
    }
    if account.ec2.addresses.len() >= account.ec2.quotas.addresses {
        return Err(refusals::limit("AddressLimitExceeded", "addresses"));
    }
    let public_ip = match wanted {
        Some(wanted) if is_taken(account, wanted) => {
            let message = format!("Address '{wanted}' is in use.");
            return Err(Fault::new(400, "InvalidAddress.NotFound", message));
        }
        Some(wanted) => wanted,
        None => free_public_ip(account),
    };
    let id = account.ids.ec2("eipalloc");
    let shown = Xml::new()
        .text("allocationId", &id)
        .text("publicIp", public_ip)
        .text("domain", "vpc")
        .text("publicIpv4Pool", &pool)
        .text("networkBorderGroup", &border_group);
    account
        .ec2
        .addresses
        .insert(id.clone(), Address { id, public_ip, border_group, pool, association: None, leaves_at: None, tags });
    Ok(Answer::xml(shown))
}

/// The region itself, or a local zone's group such as `us-east-1-bos-1`.
fn is_border_group(group: &str, region: &str) -> bool {
    let Some(rest) = group.strip_prefix(region) else { return false };
    let local = |rest: &str| {
        let (city, number) = rest.split_once('-').unwrap_or_default();
        city.len() == 3
            && city.bytes().all(|letter| letter.is_ascii_lowercase())
            && number.parse::<u8>().is_ok_and(|number| number > 0)
    };
    rest.is_empty() || rest.strip_prefix('-').is_some_and(local)
}

fn describe_addresses(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let params = call.params();
    let ids: Vec<String> = params.list("AllocationId")?;
    let ips: Vec<String> = params.list("PublicIp")?;
    let filters = Filters::read(&params, FIELDS)?;
    refusals::done(&params)?;
    for id in &ids {
        find::<Address>(account, id, call.now)?;
    }
    let all = &account.ec2.addresses;
    if let Some(ip) = ips.iter().find(|ip| !all.values().any(|address| address.public_ip.to_string() == **ip)) {
        return Err(Fault::new(400, "InvalidAddress.NotFound", format!("Address '{ip}' not found.")));
    }
    let chosen = all.values().filter(|address| {
        let named = ids.is_empty() && ips.is_empty()
            || ids.contains(&address.id)
            || ips.contains(&address.public_ip.to_string());
        named && filters.fit(FIELDS, *address, &address.tags, account, call.now)
    });
    let items = chosen.map(|address| address.show(account, call.now));
    Ok(Answer::xml(Xml::new().list("addressesSet", "item", items)))
}

fn associate_address(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let params = call.params();
    let id: String = params.required("AllocationId")?;
    let instance: Option<String> = params.optional("InstanceId")?;
    let interface: Option<String> = params.optional("NetworkInterfaceId")?;
    let private_ip: Option<Ipv4Addr> = params.optional("PrivateIpAddress")?;
    let move_over = params.optional("AllowReassociation")?.unwrap_or(false);
    refusals::done(&params)?;
    let now = call.now;
    find::<Address>(account, &id, now)?;
    let interface = match (instance, interface) {
        (Some(instance), None) => instances::interface(account, &instance, now)?,
        (None, Some(interface)) => interface,
        _ => return Err(refusals::combination("Exactly one of instanceId and networkInterfaceId must be given.")),
    };
    let on = find::<Interface>(account, &interface, now)?;
    let primary = on.address(account).ok_or_else(|| Interface::absent(&interface))?;
    if let Some(other) = private_ip.filter(|other| *other != primary) {
        return Err(params.invalid("privateIpAddress", &other.to_string()));
    }
    let vpc = on.vpc(account).unwrap_or_default();
    if internet_gateways::of_vpc(account, vpc).is_none() {
        let message = format!("Network {vpc} is not attached to any internet gateway");
        return Err(Fault::new(400, "Gateway.NotAttached", message));
    }
    let there = find::<Address>(account, &id, now)?.association(account, now).map(|(there, _)| there);
    if let Some(there) = there.filter(|there| there.interface == interface) {
        return Ok(associated(&there.id));
    }
    if let Some(there) = there.filter(|_| !move_over) {
        return Err(already_associated(&id, &there.id));
    }
    if let Some((other, there)) = of_interface(account, &interface) {
        if !move_over {
            return Err(already_associated(&interface, &there.id));
        }
        let other = other.id.clone();
        find_mut::<Address>(account, &other, now)?.association = None;
    }
    let association = put_on(account, &id, &interface, primary, now)?;
    Ok(associated(&association))
}

fn associated(id: &str) -> Answer {
    Answer::xml(Xml::new().text("return", true).text("associationId", id))
}

fn already_associated(id: &str, association: &str) -> Fault {
    let message = format!("resource {id} is already associated with associate-id {association}");
    Fault::new(400, "Resource.AlreadyAssociated", message)
}

/// Lets the address stand for an interface and gives the id of the association.
pub(super) fn put_on(
    account: &mut Account,
    id: &str,
    interface: &str,
    private_ip: Ipv4Addr,
    now: u64,
) -> Result<String, Fault> {
    let association = Association { id: account.ids.ec2("eipassoc"), interface: interface.to_owned(), private_ip };
    let made = association.id.clone();
    let address = find_mut::<Address>(account, id, now)?;
    (address.association, address.leaves_at) = (Some(association), None);
    Ok(made)
}

fn disassociate_address(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let params = call.params();
    let association: String = params.required("AssociationId")?;
    refusals::done(&params)?;
    let now = call.now;
    let found = account.ec2.addresses.values().find_map(|address| {
        let (there, interface) = address.association(account, now)?;
        (there.id == association).then(|| (address.id.clone(), interface.requester.is_some()))
    });
    let Some((id, managed)) = found else {
        let message = format!("The association ID '{association}' does not exist");
        return Err(Fault::new(400, "InvalidAssociationID.NotFound", message));
    };
    if managed {
        return Err(Fault::new(400, "AuthFailure", "You do not have permission to access the specified resource."));
    }
    find_mut::<Address>(account, &id, now)?.association = None;
    Ok(refusals::yes())
}

fn release_address(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let params = call.params();
    let id: String = params.required("AllocationId")?;
    let group: Option<String> = params.optional("NetworkBorderGroup")?;
    refusals::done(&params)?;
    let address = find::<Address>(account, &id, call.now)?;
    if let Some(group) = group.filter(|group| *group != address.border_group) {
        return Err(params.invalid("networkBorderGroup", &group));
    }
    if address.association(account, call.now).is_some() {
        let message = format!("Address {} is in use.", address.public_ip);
        return Err(Fault::new(400, "InvalidIPAddress.InUse", message));
    }
    account.ec2.addresses.remove(&id);
    Ok(refusals::yes())
}
