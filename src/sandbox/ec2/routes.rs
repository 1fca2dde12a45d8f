//! Routes.

use super::interfaces::Interface;
use super::internet_gateways::InternetGateway;
use super::nat_gateways::{Life, NatGateway};
use super::resource::{Resource, find, find_mut};
use super::route_tables::RouteTable;
use super::{blocks, instances, refusals};
use crate::account::Account;
use crate::answer::{Answer, Fault};
use crate::call::Call;
use crate::operation::Operation;
use crate::wire::{Params, Xml};
use ipnet::IpNet;
use serde::{Deserialize, Serialize};

pub(super) const OPERATIONS: &[Operation] = &[
    Operation::write("CreateRoute", create_route),
    Operation::write("ReplaceRoute", replace_route),
    Operation::write("DeleteRoute", delete_route),
];

/// One way in a route table.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Route {
    /// Where to.
    pub destination: Destination,
    /// Which way.
    pub target: Target,
    /// Who made it.
    pub origin: Origin,
}

/// Where packets are bound for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Destination {
    /// An address block.
    Block(IpNet),
    /// A prefix list, by its id.
    PrefixList(String),
}

/// Which way packets go.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Target {
    /// They stay in the VPC.
    Local,
    /// An internet gateway.
    InternetGateway(String),
    /// A NAT gateway.
    NatGateway(String),
    /// A network interface, also that of an instance.
    Interface(String),
    /// A gateway endpoint.
    Endpoint(String),
}

/// Who made a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Origin {
    /// It came with the table.
    CreateRouteTable,
    /// Somebody made it, or a gateway endpoint did.
    CreateRoute,
}

impl Origin {
    /// As in answers.
    pub(super) fn text(self) -> &'static str {
        match self {
            Self::CreateRouteTable => "CreateRouteTable",
            Self::CreateRoute => "CreateRoute",
        }
    }
}

impl Target {
    /// What stands in the member gatewayId.
    pub(super) fn gateway(&self) -> Option<&str> {
        match self {
            Self::Local => Some("local"),
            Self::InternetGateway(id) | Self::Endpoint(id) => Some(id),
            Self::NatGateway(_) | Self::Interface(_) => None,
        }
    }
}

impl std::fmt::Display for Destination {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Block(net) => net.fmt(f),
            Self::PrefixList(id) => f.write_str(id),
        }
    }
}

impl Route {
    /// Whether a gateway endpoint keeps it.
    pub(super) fn is_of_endpoint(&self) -> bool {
        matches!(self.target, Target::Endpoint(_))
    }

    /// `active`, or `blackhole` when its target is not there or does not pass packets on.
    pub(super) fn state(&self, account: &Account, vpc: &str, now: u64) -> &'static str {
        let active = match &self.target {
            Target::Local | Target::Endpoint(_) => true,
            Target::InternetGateway(id) => {
                find::<InternetGateway>(account, id, now).is_ok_and(|gateway| gateway.vpc.as_deref() == Some(vpc))
            }
            Target::NatGateway(id) => {
                find::<NatGateway>(account, id, now).is_ok_and(|nat| nat.life(now) == Life::Available)
            }
            Target::Interface(id) => find::<Interface>(account, id, now).is_ok_and(|interface| {
                interface.instance().is_none_or(|instance| instances::forwards(account, instance, now))
            }),
        };
        if active { "active" } else { "blackhole" }
    }

    /// Its members.
    pub(super) fn show(&self, account: &Account, vpc: &str, now: u64) -> Xml {
        let xml = match &self.destination {
            Destination::Block(IpNet::V4(net)) => Xml::new().text("destinationCidrBlock", net),
            Destination::Block(IpNet::V6(net)) => Xml::new().text("destinationIpv6CidrBlock", net),
            Destination::PrefixList(id) => Xml::new().text("destinationPrefixListId", id),
        };
        let xml = xml.optional("gatewayId", self.target.gateway());
        let xml = match &self.target {
            Target::NatGateway(id) => xml.text("natGatewayId", id),
            Target::Interface(id) => {
                let instance = find::<Interface>(account, id, now).ok().and_then(Interface::instance);
                let xml = match instance {
                    Some(instance) => xml.text("instanceId", instance).text("instanceOwnerId", &account.id),
                    None => xml,
                };
                xml.text("networkInterfaceId", id)
            }
            _ => xml,
        };
        xml.text("state", self.state(account, vpc, now)).text("origin", self.origin.text())
    }
}

/// Reads the one destination of a request.
fn destination(params: &Params) -> Result<Destination, Fault> {
    let ipv4 = if params.has("DestinationCidrBlock") {
        Some(Destination::Block(blocks::ipv4(params, "DestinationCidrBlock")?.into()))
    } else {
        None
    };
    let ipv6 = blocks::ipv6(params, "DestinationIpv6CidrBlock")?.map(|net| Destination::Block(net.into()));
    let list = params.optional("DestinationPrefixListId")?.map(Destination::PrefixList);
    let mut given = [ipv4, ipv6, list].into_iter().flatten();
    match (given.next(), given.next()) {
        (Some(destination), None) => Ok(destination),
        (None, _) => Err(refusals::missing("destinationCidrBlock")),
        _ => Err(refusals::combination(
            "Exactly one of destinationCidrBlock, destinationIpv6CidrBlock and destinationPrefixListId must be given.",
        )),
    }
}

/// The parameters that name a target.
const TARGETS: &[&str] = &["GatewayId", "NatGatewayId", "NetworkInterfaceId", "InstanceId"];

/// Reads what names the one target of a request: parameter and value.
fn target(params: &Params) -> Result<(&'static str, String), Fault> {
    let mut given = Vec::new();
    for name in TARGETS {
        given.extend(params.optional::<String>(name)?.map(|value| (*name, value)));
    }
    match given.len() {
        0 | 1 => given.pop().ok_or_else(|| {
            let message =
                "The request must contain exactly one of gatewayId, natGatewayId, networkInterfaceId, instanceId";
            Fault::new(400, "MissingParameter", message)
        }),
        _ => {
            let names: Vec<&str> = given.iter().map(|(name, _)| *name).collect();
            Err(refusals::combination(format!("The parameters {} cannot be used together", names.join(" and "))))
        }
    }
}

/// The target itself, which must be fit for a table of `vpc`.
fn resolve(account: &Account, table: &RouteTable, (name, value): (&str, String), now: u64) -> Result<Target, Fault> {
    let elsewhere = |what: &str| {
        let message = format!("route table {} and {what} {value} belong to different networks", table.id);
        Err(refusals::invalid(message))
    };
    match name {
        "GatewayId" if value.starts_with(InternetGateway::PREFIX) => {
            let gateway = find::<InternetGateway>(account, &value, now);
            match gateway.map(|gateway| gateway.vpc.as_deref() == Some(&table.vpc)) {
                Ok(true) => Ok(Target::InternetGateway(value)),
                Ok(false) => elsewhere("network gateway"),
                Err(_) => {
                    let message = format!("The gateway ID '{value}' does not exist");
                    Err(Fault::new(400, "InvalidGatewayID.NotFound", message))
                }
            }
        }
        "GatewayId" => {
            Err(Fault::new(400, "InvalidGatewayID.NotFound", format!("The gateway ID '{value}' does not exist")))
        }
        "NatGatewayId" => {
            let nat = find::<NatGateway>(account, &value, now).ok();
            match nat.filter(|nat| nat.life(now) == Life::Available) {
                Some(nat) if nat.vpc == table.vpc => Ok(Target::NatGateway(value)),
                Some(_) => elsewhere("NAT gateway"),
                None => {
                    let message = format!("The NatGateway ID '{value}' does not exist");
                    Err(Fault::new(400, "InvalidNatGatewayID.NotFound", message))
                }
            }
        }
        "InstanceId" => {
            let interface = instances::interface(account, &value, now)?;
            resolve(account, table, ("NetworkInterfaceId", interface), now)
        }
        _ => {
            let interface = find::<Interface>(account, &value, now)?;
            if interface.vpc(account) == Some(&table.vpc) {
                Ok(Target::Interface(value))
            } else {
                elsewhere("interface")
            }
        }
    }
}

fn create_route(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let params = call.params();
    let id: String = params.required("RouteTableId")?;
    let destination = destination(&params)?;
    let target = target(&params)?;
    refusals::done(&params)?;
    let table = find::<RouteTable>(account, &id, call.now)?;
    let target = resolve(account, table, target, call.now)?;
    if table.routes.iter().any(|route| route.destination == destination) {
        let message = format!("The route identified by {destination} already exists.");
        return Err(Fault::new(400, "RouteAlreadyExists", message));
    }
    if let Destination::PrefixList(list) = &destination {
        let message = format!("The prefix list ID '{list}' does not exist");
        return Err(Fault::new(400, "InvalidPrefixListID.NotFound", message));
    }
    let own = table.routes.iter().filter(|route| route.origin == Origin::CreateRoute && !route.is_of_endpoint());
    if own.count() >= account.ec2.quotas.routes {
        return Err(refusals::limit("RouteLimitExceeded", "routes"));
    }
    let route = Route { destination, target, origin: Origin::CreateRoute };
    find_mut::<RouteTable>(account, &id, call.now)?.routes.push(route);
    Ok(refusals::yes())
}

fn replace_route(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let params = call.params();
    let id: String = params.required("RouteTableId")?;
    let destination = destination(&params)?;
    let target = target(&params)?;
    refusals::done(&params)?;
    let table = find::<RouteTable>(account, &id, call.now)?;
    let target = resolve(account, table, target, call.now)?;
    let route = own_route(account, &id, &destination, "replace", call.now)?;
    route.target = target;
    Ok(refusals::yes())
}

fn delete_route(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let params = call.params();
    let id: String = params.required("RouteTableId")?;
    let destination = destination(&params)?;
    refusals::done(&params)?;
    own_route(account, &id, &destination, "remove", call.now)?;
    let table = find_mut::<RouteTable>(account, &id, call.now)?;
    table.routes.retain(|route| route.destination != destination);
    Ok(refusals::yes())
}

/// The route with this destination, unless AWS keeps it itself.
fn own_route<'a>(
    account: &'a mut Account,
    table: &str,
    destination: &Destination,
    verb: &str,
    now: u64,
) -> Result<&'a mut Route, Fault> {
    let routes = &mut find_mut::<RouteTable>(account, table, now)?.routes;
    let Some(route) = routes.iter_mut().find(|route| route.destination == *destination) else {
        let message = format!("no route with destination-cidr-block {destination} in route table {table}");
        return Err(Fault::new(400, "InvalidRoute.NotFound", message));
    };
    let kept = match route.target {
        Target::Local => "local",
        Target::Endpoint(_) => "VPC endpoint",
        _ => return Ok(route),
    };
    Err(refusals::invalid(format!("cannot {verb} {kept} route {destination} in route table {table}")))
}
