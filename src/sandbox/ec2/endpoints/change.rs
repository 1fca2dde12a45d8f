//! Making, changing and deleting endpoints.

use super::super::interfaces::{self, Attach};
use super::super::resource::{Resource, find, find_mut};
use super::super::routes::{Destination, Origin, Route, Target};
use super::super::tokens::Token;
use super::super::{RouteTable, Subnet, Vpc, refusals, security_groups, tags};
use super::service::{self, public_name};
use super::{Endpoint, Kind, Phase};
use crate::account::Account;
use crate::answer::{Answer, Fault};
use crate::call::Call;
use crate::clock::{SECOND, Timed};
use crate::wire::{Params, Xml};
use std::collections::BTreeSet;

/// How long the network interfaces of an endpoint take to be made, in milliseconds of virtual time.
const MAKING: u64 = 90 * SECOND;
/// How long an endpoint with network interfaces takes to be deleted, in milliseconds of virtual time.
const DELETING: u64 = 45 * SECOND;
/// How long its network interfaces outlive it, in milliseconds of virtual time.
const LINGERING: u64 = 60 * SECOND;

fn invalid(message: impl Into<String>) -> Fault {
    Fault::new(400, "InvalidParameter", message)
}

pub(super) fn create(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let params = call.params();
    let token = Token::read(&params, call)?;
    let kind = match params.optional::<String>("VpcEndpointType")?.as_deref() {
        None | Some("Gateway") => Kind::Gateway,
        Some("Interface") => Kind::Interface,
        Some(other) => return Err(invalid(format!("Endpoints of type {other} do not exist here."))),
    };
    let vpc: String = params.required("VpcId")?;
    let service: String = params.required("ServiceName")?;
    let policy = policy(&params)?;
    let route_tables = ids(&params, "RouteTableId")?;
    let subnets = ids(&params, "SubnetId")?;
    let groups = ids(&params, "SecurityGroupId")?;
    let private_dns: Option<bool> = params.optional("PrivateDnsEnabled")?;
    let tags = tags::specified(&params, Endpoint::TYPE)?;
    let (ip_type, dns_ip_type) = addresses(&params, ("ipv4", "ipv4"))?;
    let region: Option<String> = params.optional("ServiceRegion")?;
    if region.is_some_and(|region| region != account.region) {
        return Err(invalid(format!("The service {service} does not exist in another region.")));
    }
    refusals::done(&params)?;
    if let Some(made) = token.as_ref().map(|token| token.made(account, call.now)).transpose()?.flatten() {
        let endpoint = made.first().and_then(|id| account.ec2.endpoints.get(id));
        return Ok(answer(account, call, endpoint, token.as_ref()));
    }
    find::<Vpc>(account, &vpc, call.now)?;
    service::check(account, &service, kind)?;
    let id = account.ids.ec2("vpce");
    let mut endpoint = Endpoint {
        id: id.clone(),
        kind,
        service,
        vpc: vpc.clone(),
        phase: match kind {
            Kind::Gateway => Timed::new(call.now, Phase::Available),
            Kind::Interface => Timed::new(call.now, Phase::Pending).then(call.now + MAKING, Phase::Available),
        },
        policy,
        route_tables,
        subnets,
        groups,
        private_dns: private_dns.unwrap_or(kind == Kind::Interface),
        ip_type,
        dns_ip_type,
        created: call.now,
        tags,
    };
    if kind == Kind::Interface && endpoint.groups.is_empty() {
        endpoint.groups.extend(security_groups::default_of(account, &vpc));
    }
    check(account, &endpoint, call.now)?;
    account.ec2.endpoints.insert(id.clone(), endpoint);
    settle_in(account, &id, &[], call.now)?;
    let result = answer(account, call, account.ec2.endpoints.get(&id), token.as_ref());
    if let Some(token) = token {
        token.keep(account, call.now, vec![id]);
    }
    Ok(result)
}

/// The list `name`, each id once.
fn ids(params: &Params, name: &str) -> Result<Vec<String>, Fault> {
    let ids: BTreeSet<String> = params.list(name)?.into_iter().collect();
    Ok(ids.into_iter().collect())
}

fn answer(account: &Account, call: &Call, endpoint: Option<&Endpoint>, token: Option<&Token>) -> Answer {
    use super::super::resource::Listed as _;
    let shown = endpoint.map_or(Xml::new(), |endpoint| endpoint.show(account, call.now));
    let xml = Xml::new().element("vpcEndpoint", shown);
    Answer::xml(xml.optional("clientToken", token.map(|token| &token.text)))
}

/// `PolicyDocument`, which must be a policy.
fn policy(params: &Params) -> Result<Option<String>, Fault> {
    let policy: Option<String> = params.optional("PolicyDocument")?.filter(|text: &String| !text.is_empty());
    let fits = |text: &String| {
        serde_json::from_str::<serde_json::Value>(text)
            .is_ok_and(|document| document.get("Statement").is_some_and(|it| it.is_array() || it.is_object()))
    };
    match policy {
        Some(text) if !fits(&text) => {
            Err(Fault::new(400, "InvalidPolicyDocument", "The policy document is not a valid IAM policy."))
        }
        policy => Ok(policy),
    }
}

/// Which addresses an endpoint and its names have, as the call asks for; otherwise as `before`.
fn addresses(params: &Params, before: (&str, &str)) -> Result<(String, String), Fault> {
    let of_itself: Option<String> = params.optional("IpAddressType")?;
    let of_names: Option<String> = params.optional("DnsOptions.DnsRecordIpType")?;
    // Names follow, unless something else is said of them.
    let of_names = of_names.or_else(|| of_itself.clone()).unwrap_or_else(|| before.1.to_owned());
    Ok((of_itself.unwrap_or_else(|| before.0.to_owned()), of_names))
}

/// Refuses addresses that the subnets do not have, and names of other addresses.
fn check_addresses(account: &Account, endpoint: &Endpoint, now: u64) -> Result<(), Fault> {
    let Endpoint { ip_type, dns_ip_type, .. } = endpoint;
    let dual = ip_type == "dualstack" && endpoint.kind == Kind::Interface;
    let without = |id: &&String| find::<Subnet>(account, id, now).is_ok_and(|subnet| subnet.ipv6(now).is_none());
    if ip_type != "ipv4" && (!dual || endpoint.subnets.iter().any(|id| without(&id))) {
        return Err(invalid(format!("The IP address type '{ip_type}' is not supported by the subnets.")));
    }
    let fits = match dns_ip_type.as_str() {
        "ipv4" | "service-defined" => true,
        "ipv6" | "dualstack" => dual,
        _ => false,
    };
    if !fits {
        return Err(invalid(format!(
            "The DNS record IP type '{dns_ip_type}' is not supported with the IP address type '{ip_type}'."
        )));
    }
    Ok(())
}

/// Refuses an endpoint whose parts do not go together, or that is in the way of others.
fn check(account: &Account, endpoint: &Endpoint, now: u64) -> Result<(), Fault> {
    let Endpoint { id, kind, service, vpc, .. } = endpoint;
    let others = || {
        let all = account.ec2.endpoints.values().filter(|other| other.exists(now));
        all.filter(|other| other.id != *id && other.vpc == *vpc && other.service == *service && other.kind == *kind)
    };
    check_addresses(account, endpoint, now)?;
    if *kind == Kind::Gateway {
        if !endpoint.subnets.is_empty() || !endpoint.groups.is_empty() {
            let text = "Subnet IDs and security group IDs are only supported for Interface type VPC Endpoint.";
            return Err(invalid(text));
        }
        if endpoint.private_dns {
            return Err(invalid("Private DNS is only supported for Interface type VPC Endpoint."));
        }
        for table in &endpoint.route_tables {
            if find::<RouteTable>(account, table, now)?.vpc != *vpc {
                return Err(invalid(format!("Route table {table} does not belong to VPC {vpc}.")));
            }
            if others().any(|other| other.route_tables.contains(table)) {
                let text =
                    format!("route table {table} already has a route with destination-prefix-list-id of {service}");
                return Err(Fault::new(400, "RouteAlreadyExists", text));
            }
        }
        return Ok(());
    }
    if !endpoint.route_tables.is_empty() {
        return Err(invalid("Route table IDs are only supported for Gateway type VPC Endpoint."));
    }
    let mut zones = BTreeSet::new();
    for id in &endpoint.subnets {
        let subnet: &Subnet = find(account, id, now)?;
        if subnet.vpc != *vpc {
            return Err(invalid(format!("Subnet {id} does not belong to VPC {vpc}.")));
        }
        if !zones.insert(&subnet.zone) {
            let text = format!("Found another VPC endpoint subnet in the availability zone of {id}.");
            return Err(Fault::new(400, "DuplicateSubnetsInSameZone", text));
        }
    }
    security_groups::check(account, &endpoint.groups, vpc)?;
    if endpoint.private_dns {
        let network: &Vpc = find(account, vpc, now)?;
        if !network.dns_support || !network.dns_hostnames {
            return Err(invalid(format!(
                "Enabling private DNS requires both enableDnsSupport and enableDnsHostnames VPC attributes set to true for {vpc}"
            )));
        }
        if others().any(|other| other.private_dns) {
            let name = public_name(account, service);
            return Err(invalid(format!(
                "private-dns-enabled cannot be set because there is already a conflicting DNS domain for {name} in the VPC {vpc}"
            )));
        }
    }
    Ok(())
}

/// Gives a gateway a route in each of its tables, and an interface endpoint a network interface in each of its subnets that
/// is not in `before`.
fn settle_in(account: &mut Account, id: &str, before: &[String], now: u64) -> Result<(), Fault> {
    let Endpoint { subnets, groups, route_tables, service, .. } = find::<Endpoint>(account, id, now)?.clone();
    let list = service::prefix_lists(&account.region).into_iter().find(|list| list.name == service);
    let target = Target::Endpoint(id.to_owned());
    for table in account.ec2.route_tables.values_mut() {
        table.routes.retain(|route| route.target != target);
        if let Some(list) = list.as_ref().filter(|_| route_tables.contains(&table.id)) {
            let destination = Destination::PrefixList(list.id.clone());
            table.routes.push(Route { destination, target: target.clone(), origin: Origin::CreateRoute });
        }
    }
    let description = format!("VPC Endpoint Interface {id}");
    for interface in account.ec2.interfaces.values_mut().filter(|interface| interface.owner == id) {
        interface.groups.clone_from(&groups);
        if !subnets.contains(&interface.subnet) {
            interface.release_at.get_or_insert(now + LINGERING);
        }
    }
    for subnet in subnets.iter().filter(|subnet| !before.contains(subnet)) {
        let requester = Some("vpce.amazonaws.com");
        let new = Attach { subnet, groups: &groups, description: &description, requester, owner: id };
        interfaces::attach(account, new);
    }
    Ok(())
}

pub(super) fn modify(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let params = call.params();
    let id: String = params.required("VpcEndpointId")?;
    let mut endpoint = find::<Endpoint>(account, &id, call.now)?.clone();
    let before = endpoint.subnets.clone();
    for (list, name) in [
        (&mut endpoint.route_tables, "RouteTableId"),
        (&mut endpoint.subnets, "SubnetId"),
        (&mut endpoint.groups, "SecurityGroupId"),
    ] {
        let removed: Vec<String> = params.list(&format!("Remove{name}"))?;
        if let Some(stranger) = removed.iter().find(|one| !list.contains(one)) {
            return Err(invalid(format!("{stranger} is not associated with {id}.")));
        }
        list.retain(|one| !removed.contains(one));
        list.extend(ids(&params, &format!("Add{name}"))?);
        list.sort();
        list.dedup();
    }
    let reset: bool = params.optional("ResetPolicy")?.unwrap_or_default();
    let new = policy(&params)?;
    if reset && new.is_some() {
        return Err(refusals::combination("ResetPolicy and PolicyDocument cannot be used together."));
    }
    endpoint.policy = if reset { None } else { new.or(endpoint.policy) };
    endpoint.private_dns = params.optional("PrivateDnsEnabled")?.unwrap_or(endpoint.private_dns);
    let asked = addresses(&params, (&endpoint.ip_type, &endpoint.dns_ip_type))?;
    (endpoint.ip_type, endpoint.dns_ip_type) = asked;
    refusals::done(&params)?;
    let phase = *endpoint.phase.at(call.now);
    if phase != Phase::Available {
        let text = format!("The VPC endpoint {id} is in the state {} and cannot be modified.", phase.name());
        return Err(Fault::new(400, "IncorrectState", text));
    }
    if endpoint.kind == Kind::Interface && endpoint.groups.is_empty() {
        return Err(invalid("An Interface type VPC Endpoint must have at least one security group."));
    }
    check(account, &endpoint, call.now)?;
    if endpoint.subnets != before {
        endpoint.phase = Timed::new(call.now, Phase::Pending).then(call.now + MAKING, Phase::Available);
    }
    *find_mut::<Endpoint>(account, &id, call.now)? = endpoint;
    settle_in(account, &id, &before, call.now)?;
    Ok(refusals::yes())
}

/// Always succeeds as a whole.
pub(super) fn delete(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let params = call.params();
    let ids: Vec<String> = params.list("VpcEndpointId")?;
    refusals::done(&params)?;
    if ids.is_empty() {
        return Err(refusals::missing("VpcEndpointId"));
    }
    let mut unsuccessful = Vec::new();
    for id in &ids {
        let endpoint = match find_mut::<Endpoint>(account, id, call.now) {
            Ok(endpoint) => endpoint,
            Err(fault) => {
                let error = Xml::new().text("code", &fault.code).text("message", &fault.message);
                unsuccessful.push(Xml::new().element("error", error).text("resourceId", id));
                continue;
            }
        };
        match endpoint.kind {
            _ if *endpoint.phase.at(call.now) == Phase::Deleting => {}
            Kind::Gateway => {
                endpoint.phase = Timed::new(call.now, Phase::Gone);
                let target = Target::Endpoint(id.clone());
                let tables = account.ec2.route_tables.values_mut();
                tables.for_each(|table| table.routes.retain(|route| route.target != target));
            }
            Kind::Interface => {
                endpoint.phase = Timed::new(call.now, Phase::Deleting).then(call.now + DELETING, Phase::Gone);
                interfaces::release_later(account, id, DELETING + LINGERING);
            }
        }
    }
    Ok(Answer::xml(Xml::new().list("unsuccessful", "item", unsuccessful)))
}
