//! NAT gateways.

use super::addresses::{self, Address};
use super::filters::Field;
use super::interfaces::{self, Attach};
use super::resource::{Listed, Resource, describe, find, find_mut};
use super::subnets::Subnet;
use super::tokens::Token;
use super::{State, internet_gateways, refusals, tags};
use crate::account::Account;
use crate::answer::{Answer, Fault};
use crate::call::Call;
use crate::clock::{HOUR, SECOND, Timed};
use crate::operation::Operation;
use crate::tags::Tags;
use crate::time::iso8601;
use crate::wire::Xml;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::net::Ipv4Addr;

pub(super) const OPERATIONS: &[Operation] = &[
    Operation::write("CreateNatGateway", create_nat_gateway),
    Operation::read("DescribeNatGateways", describe::<NatGateway>),
    Operation::write("DeleteNatGateway", delete_nat_gateway),
];

/// How long a NAT gateway is pending before it is available.
const PENDING: u64 = 90 * SECOND;
/// How long one is pending before it fails.
const FAILING: u64 = 5 * SECOND;
/// How long one is deleting.
const DELETING: u64 = 60 * SECOND;
/// How long one that failed or was deleted is still listed.
const LINGERING: u64 = HOUR;

/// A NAT gateway.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct NatGateway {
    /// `nat-0..`
    pub id: String,
    /// The subnet it stands in.
    pub subnet: String,
    /// The VPC of its subnet.
    pub vpc: String,
    /// The availability zone of its subnet.
    pub zone: String,
    /// Whether it reaches the internet.
    pub public: bool,
    /// Its addresses, the primary one first. None when it failed before it had any.
    pub addresses: Vec<NatAddress>,
    /// The network interface.
    pub interface: Option<String>,
    /// Where it is in its life.
    pub life: Timed<Life>,
    /// Why it fails, as code and message.
    pub failure: Option<(String, String)>,
    /// In milliseconds since the epoch.
    pub created: u64,
    /// In milliseconds since the epoch.
    pub deleted: Option<u64>,
    /// Its tags.
    pub tags: Tags,
}

/// An address of a NAT gateway.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct NatAddress {
    /// The Elastic IP address.
    pub allocation: Option<String>,
    /// The association of the Elastic IP address.
    pub association: Option<String>,
    /// The public address.
    pub public_ip: Option<Ipv4Addr>,
    /// The private address.
    pub private_ip: Ipv4Addr,
    /// `associating`, `succeeded`, `failed`, `disassociating`; empty when it is gone.
    pub status: Timed<String>,
    /// Why it fails.
    #[serde(default)]
    pub failure: Option<String>,
}

/// The life of a NAT gateway.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Life {
    /// Being made.
    Pending,
    /// Could not be made.
    Failed,
    /// Ready.
    Available,
    /// Going away.
    Deleting,
    /// Gone, but still listed.
    Deleted,
    /// Not listed any more.
    Gone,
}

impl Life {
    fn text(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Failed => "failed",
            Self::Available => "available",
            Self::Deleting => "deleting",
            Self::Deleted | Self::Gone => "deleted",
        }
    }
}

impl NatGateway {
    /// Where it is in its life.
    pub(super) fn life(&self, now: u64) -> Life {
        *self.life.at(now)
    }

    /// The members of one of its addresses.
    pub(super) fn show_address(&self, address: &NatAddress, now: u64) -> Xml {
        let primary = self.addresses.first().is_some_and(|first| first.private_ip == address.private_ip);
        Xml::new()
            .optional("allocationId", address.allocation.as_ref())
            .optional("associationId", address.association.as_ref())
            .optional("networkInterfaceId", self.interface.as_ref())
            .text("privateIp", address.private_ip)
            .optional("publicIp", address.public_ip)
            .text("isPrimary", primary)
            .text("status", address.status.at(now))
            .optional("failureMessage", address.failure.as_ref().filter(|_| address.status.at(now) == "failed"))
    }
}

impl Resource for NatGateway {
    const TYPE: &'static str = "natgateway";
    const PREFIX: &'static str = "nat-";
    const CALLED: &'static str = "NAT gateway ID";
    const ABSENT: &'static str = "NatGatewayNotFound";
    const MALFORMED: &'static str = "NatGatewayMalformed";

    fn all(state: &State) -> &BTreeMap<String, Self> {
        &state.nat_gateways
    }
    fn all_mut(state: &mut State) -> &mut BTreeMap<String, Self> {
        &mut state.nat_gateways
    }
    fn tags(&self) -> &Tags {
        &self.tags
    }
    fn tags_mut(&mut self) -> &mut Tags {
        &mut self.tags
    }
    fn exists(&self, now: u64) -> bool {
        !matches!(self.life(now), Life::Deleted | Life::Gone)
    }
    fn shown(&self, now: u64) -> bool {
        self.life(now) != Life::Gone
    }
    fn absent(id: &str) -> Fault {
        Fault::new(400, Self::ABSENT, format!("NAT gateway {id} was not found"))
    }
}

impl Listed for NatGateway {
    const IDS: &'static str = "NatGatewayId";
    const SET: &'static str = "natGatewaySet";
    const FIELDS: &'static [Field<Self>] = &[
        ("nat-gateway-id", |nat, _, _| vec![nat.id.clone()]),
        ("state", |nat, _, now| vec![nat.life(now).text().into()]),
        ("subnet-id", |nat, _, _| vec![nat.subnet.clone()]),
        ("vpc-id", |nat, _, _| vec![nat.vpc.clone()]),
    ];

    fn show(&self, _account: &Account, now: u64) -> Xml {
        let life = self.life(now);
        let addresses = self.addresses.iter().filter(|address| !address.status.at(now).is_empty());
        let addresses = addresses.map(|address| self.show_address(address, now));
        let failure = self.failure.as_ref().filter(|_| matches!(life, Life::Failed | Life::Deleting | Life::Deleted));
        Xml::new()
            .text("natGatewayId", &self.id)
            .text("subnetId", &self.subnet)
            .text("vpcId", &self.vpc)
            .text("state", life.text())
            .text("connectivityType", if self.public { "public" } else { "private" })
            .text("availabilityMode", "zonal")
            .text("createTime", iso8601(self.created))
            .optional("deleteTime", self.deleted.filter(|_| life == Life::Deleted).map(iso8601))
            .optional("failureCode", failure.map(|(code, _)| code))
            .optional("failureMessage", failure.map(|(_, message)| message))
            .list("natGatewayAddressSet", "item", addresses)
            .append(tags::show(&self.tags))
    }
}

/// What a gateway is to be.
struct Wish {
    public: bool,
    allocations: Vec<String>,
    private_ip: Option<Ipv4Addr>,
}

fn create_nat_gateway(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let params = call.params();
    let subnet: String = params.required("SubnetId")?;
    let connectivity: Option<String> = params.optional("ConnectivityType")?;
    let mode: Option<String> = params.optional("AvailabilityMode")?;
    let primary: Option<String> = params.optional("AllocationId")?;
    let secondary: Vec<String> = params.list("SecondaryAllocationId")?;
    let private_ip: Option<Ipv4Addr> = params.optional("PrivateIpAddress")?;
    let tags = tags::specified(&params, NatGateway::TYPE)?;
    let token = Token::read(&params, call)?;
    refusals::done(&params)?;
    if let Some(mode) = mode.filter(|mode| mode != "zonal") {
        return Err(params.invalid("availabilityMode", &mode));
    }
    let public = match connectivity.as_deref() {
        None | Some("public") => true,
        Some("private") => false,
        Some(other) => return Err(params.invalid("connectivityType", other)),
    };
    match (public, &primary) {
        (true, None) => return Err(refusals::missing("AllocationId")),
        (false, Some(_)) => {
            return Err(refusals::combination("A private NAT gateway cannot have an Elastic IP address."));
        }
        _ => {}
    }
    if let Some(token) = &token
        && let Some(id) = token.made(account, call.now)?.and_then(|ids| ids.into_iter().next())
        && let Some(nat) = account.ec2.nat_gateways.get(&id).filter(|nat| nat.shown(call.now))
    {
        return Ok(answer(nat, account, call, &token.text));
    }
    let allocations: Vec<String> = primary.into_iter().chain(secondary).collect();
    let nat = build(account, call, &subnet, Wish { public, allocations, private_ip }, tags)?;
    let text = token.as_ref().map(|token| token.text.clone()).unwrap_or_default();
    let answer = answer(&nat, account, call, &text);
    if let Some(token) = token {
        token.keep(account, call.now, vec![nat.id.clone()]);
    }
    account.ec2.nat_gateways.retain(|_, nat| nat.shown(call.now));
    account.ec2.nat_gateways.insert(nat.id.clone(), nat);
    Ok(answer)
}

fn answer(nat: &NatGateway, account: &Account, call: &Call, token: &str) -> Answer {
    let token = Some(token).filter(|token| !token.is_empty());
    Answer::xml(Xml::new().optional("clientToken", token).element("natGateway", nat.show(account, call.now)))
}

fn build(account: &mut Account, call: &Call, subnet: &str, wish: Wish, tags: Tags) -> Result<NatGateway, Fault> {
    let now = call.now;
    let subnet = find::<Subnet>(account, subnet, now)?.clone();
    for allocation in &wish.allocations {
        find::<Address>(account, allocation, now)?;
    }
    let counts = |nat: &&NatGateway| {
        nat.zone == subnet.zone && matches!(nat.life(now), Life::Pending | Life::Available | Life::Deleting)
    };
    if account.ec2.nat_gateways.values().filter(counts).count() >= account.ec2.quotas.nat_gateways {
        return Err(refusals::limit("NatGatewayLimitExceeded", "NAT gateways"));
    }
    let host = match wish.private_ip {
        None => interfaces::free_host(account, &subnet.id),
        Some(ip) => match subnet.host(ip) {
            None => {
                return Err(refusals::invalid(format!("Address {ip} does not fall within the subnet's address range")));
            }
            Some(host) if !interfaces::free(account, &subnet.id, host) => {
                return Err(Fault::new(400, "InvalidIPAddress.InUse", format!("Address {ip} is in use.")));
            }
            Some(host) => host,
        },
    };
    let failure = flaw(account, &subnet, &wish, now);
    let id = account.ids.ec2("nat");
    let life = Timed::new(now, Life::Pending);
    let mut nat = NatGateway {
        id: id.clone(),
        subnet: subnet.id.clone(),
        vpc: subnet.vpc.clone(),
        zone: subnet.zone.clone(),
        public: wish.public,
        addresses: Vec::new(),
        interface: None,
        life: match failure {
            Some(_) => life.then(now + FAILING, Life::Failed).then(now + FAILING + LINGERING, Life::Gone),
            None => life.then(now + PENDING, Life::Available),
        },
        failure,
        created: now,
        deleted: None,
        tags,
    };
    if nat.failure.is_some() {
        return Ok(nat);
    }
    let description = format!("Interface for NAT Gateway {id}");
    let attach = Attach {
        subnet: &subnet.id,
        groups: &[],
        description: &description,
        requester: Some("nat-gateway.amazonaws.com"),
        owner: &id,
    };
    let interface = interfaces::attach_at(account, attach, host);
    nat.interface = Some(interface.clone());
    let count = wish.allocations.len().max(1);
    for place in 0..count {
        let host = if place == 0 { host } else { another_host(account, &subnet, &interface) };
        let address = take(account, wish.allocations.get(place), &interface, subnet.address(host), now)?;
        nat.addresses.push(address);
    }
    Ok(nat)
}

/// Why the gateway will fail (AWS.md §1.5).
fn flaw(account: &Account, subnet: &Subnet, wish: &Wish, now: u64) -> Option<(String, String)> {
    let flaw = |code: &str, message: String| Some((code.to_owned(), message));
    if wish.public && internet_gateways::of_vpc(account, &subnet.vpc).is_none() {
        return flaw("Gateway.NotAttached", format!("Network {} has no Internet gateway attached", subnet.vpc));
    }
    let taken = wish
        .allocations
        .iter()
        .find(|id| find::<Address>(account, id, now).is_ok_and(|address| address.association(account, now).is_some()));
    if let Some(id) = taken {
        return flaw("Resource.AlreadyAssociated", format!("Elastic IP address {id} is already associated"));
    }
    if interfaces::room(account, subnet) < wish.allocations.len().max(1) {
        let message = "Subnet has insufficient free addresses to create this NAT gateway";
        return flaw("InsufficientFreeAddressesInSubnet", message.to_owned());
    }
    None
}

/// Gives the interface one more address and says which.
pub(super) fn another_host(account: &mut Account, subnet: &Subnet, interface: &str) -> u32 {
    let host = interfaces::free_host(account, &subnet.id);
    if let Some(interface) = account.ec2.interfaces.get_mut(interface) {
        interface.more_hosts.push(host);
    }
    host
}

/// Puts an Elastic IP address, if there is one, on a private address of the interface.
pub(super) fn take(
    account: &mut Account,
    allocation: Option<&String>,
    interface: &str,
    private_ip: Ipv4Addr,
    now: u64,
) -> Result<NatAddress, Fault> {
    let status = Timed::new(now, "succeeded".to_owned());
    let mut address =
        NatAddress { allocation: None, association: None, public_ip: None, private_ip, status, failure: None };
    if let Some(allocation) = allocation {
        address.association = Some(addresses::put_on(account, allocation, interface, private_ip, now)?);
        address.public_ip = Some(find::<Address>(account, allocation, now)?.public_ip);
        address.allocation = Some(allocation.clone());
    }
    Ok(address)
}

fn delete_nat_gateway(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let params = call.params();
    let id: String = params.required("NatGatewayId")?;
    refusals::done(&params)?;
    let now = call.now;
    let nat = find_mut::<NatGateway>(account, &id, now)?;
    if nat.life(now) != Life::Deleting {
        let due = now + DELETING;
        nat.life = Timed::new(now, Life::Deleting).then(due, Life::Deleted).then(due + LINGERING, Life::Gone);
        nat.deleted = Some(due);
        interfaces::release_later(account, &id, DELETING);
    }
    Ok(Answer::xml(Xml::new().text("natGatewayId", id)))
}
