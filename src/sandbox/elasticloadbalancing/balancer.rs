//! Load balancers.

use super::attributes::BALANCER_DEFAULTS;
use super::input::{self, misfit, page, refused};
use crate::account::Account;
use crate::answer::{Answer, Fault};
use crate::call::Call;
use crate::clock::{MINUTE, Timed};
use crate::ec2::interfaces::{self, Attach};
use crate::operation::Operation;
use crate::tags::Tags;
use crate::time::iso8601;
use crate::wire::{Params, Xml};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

pub(super) const OPERATIONS: &[Operation] = &[
    Operation::write("CreateLoadBalancer", create),
    Operation::read("DescribeLoadBalancers", describe),
    Operation::write("DeleteLoadBalancer", delete),
    Operation::write("SetSubnets", set_subnets),
    Operation::write("SetSecurityGroups", set_security_groups),
];

/// How long a new load balancer is being set up, in milliseconds of virtual time.
const PROVISIONING: u64 = 2 * MINUTE;
/// How long its network interfaces outlive it, in milliseconds of virtual time.
const LINGERING: u64 = 2 * MINUTE;
/// Load balancers of one kind in a region where nobody asked for more.
const QUOTA: usize = 50;

/// A network load balancer.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct LoadBalancer {
    /// `arn:aws:elasticloadbalancing:<region>:<account>:loadbalancer/net/<name>/<16 hexadecimal digits>`
    pub arn: String,
    /// Unique in account and region.
    pub name: String,
    /// Whether it has only private addresses.
    pub internal: bool,
    /// The VPC of its subnets.
    pub vpc: String,
    /// One per zone.
    pub subnets: Vec<String>,
    /// Empty when it was made without.
    pub groups: Vec<String>,
    /// Whether traffic through PrivateLink must pass the groups.
    pub enforce_on_private_link: bool,
    /// `provisioning`, then `active`.
    pub state: Timed<String>,
    /// Virtual time of its creation in milliseconds since the epoch.
    pub created: u64,
    /// All attributes with their values.
    pub attributes: BTreeMap<String, String>,
    /// Its tags.
    pub tags: Tags,
}

impl LoadBalancer {
    fn address(&self, region: &str) -> String {
        let id = self.arn.rsplit('/').next().unwrap_or_default();
        format!("{}-{id}.elb.{region}.amazonaws.com", self.name)
    }

    /// `net/<name>/<id>`, by which listeners and interfaces name it.
    pub(super) fn short(&self) -> &str {
        self.arn.split_once("loadbalancer/").map_or("", |(_, short)| short)
    }
}

/// The load balancer `arn`.
///
/// # Errors
/// `LoadBalancerNotFound`.
pub(super) fn find<'a>(account: &'a Account, arn: &str) -> Result<&'a LoadBalancer, Fault> {
    account.elasticloadbalancing.balancers.get(arn).ok_or_else(|| not_found(arn))
}

/// As [`find`], to change it.
pub(super) fn find_mut<'a>(account: &'a mut Account, arn: &str) -> Result<&'a mut LoadBalancer, Fault> {
    account.elasticloadbalancing.balancers.get_mut(arn).ok_or_else(|| not_found(arn))
}

fn not_found(which: &str) -> Fault {
    Fault::new(400, "LoadBalancerNotFound", format!("Load balancer '{which}' not found"))
}

fn create(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let params = call.params();
    let name = input::name(&params, "Load balancer")?;
    let kind: String = params.optional("Type")?.unwrap_or_else(|| "application".to_owned());
    match kind.as_str() {
        "network" => {}
        "application" | "gateway" => return Err(refused("Only load balancers of type 'network' exist here")),
        other => return Err(params.invalid("Type", other)),
    }
    let scheme: String = params.optional("Scheme")?.unwrap_or_else(|| "internet-facing".to_owned());
    if !["internal", "internet-facing"].contains(&scheme.as_str()) {
        return Err(params.invalid("Scheme", &scheme));
    }
    let internal = scheme == "internal";
    match params.optional::<String>("IpAddressType")?.as_deref() {
        None | Some("ipv4") => {}
        Some("dualstack") if internal => return Err(misfit("Internal load balancers must use ipv4")),
        Some("dualstack") => return Err(misfit("The subnets have no IPv6 CIDR blocks")),
        Some(other) => return Err(params.invalid("IpAddressType", other)),
    }
    let subnets = subnets(&params)?;
    let groups: Vec<String> = params.list("SecurityGroups")?;
    let tags = input::tags(&params)?;
    params.finish()?;
    let vpc = check_subnets(account, &subnets, internal)?;
    check_groups(account, &groups, &vpc)?;

    let state = &account.elasticloadbalancing;
    if let Some(known) = state.balancers.values().find(|known| known.name == name) {
        let same = known.internal == internal
            && set(&known.subnets) == set(&subnets)
            && set(&known.groups) == set(&groups)
            && known.tags == tags;
        if same {
            return Ok(Answer::xml(shown(account, [known])));
        }
        let message = format!("A load balancer with the same name '{name}' exists, but with different settings");
        return Err(Fault::new(400, "DuplicateLoadBalancerName", message));
    }
    if state.balancers.len() >= QUOTA {
        let message = format!("The maximum number of network load balancers has been reached: {QUOTA}");
        return Err(Fault::new(400, "TooManyLoadBalancers", message));
    }
    let id = account.ids.hex(16);
    let balancer = LoadBalancer {
        arn: input::arn(account, &format!("loadbalancer/net/{name}/{id}")),
        name,
        internal,
        vpc,
        subnets: Vec::new(),
        groups,
        enforce_on_private_link: true,
        state: Timed::new(call.now, "provisioning".to_owned()).then(call.now + PROVISIONING, "active".to_owned()),
        created: call.now,
        attributes: BALANCER_DEFAULTS.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect(),
        tags,
    };
    let arn = balancer.arn.clone();
    account.elasticloadbalancing.balancers.insert(arn.clone(), balancer);
    settle_in(account, &arn, subnets)?;
    Ok(Answer::xml(shown(account, [find(account, &arn)?])))
}

/// `Subnets`, or the subnets of `SubnetMappings` without more.
fn subnets(params: &Params) -> Result<Vec<String>, Fault> {
    let subnets: Vec<String> = params.list("Subnets")?;
    let mapped: Result<Vec<String>, Fault> =
        params.structures("SubnetMappings").iter().map(|mapping| mapping.required("SubnetId")).collect();
    let mapped = mapped?;
    match (subnets.is_empty(), mapped.is_empty()) {
        (true, true) => Err(refused("Either subnets or subnet mappings must be specified")),
        (false, false) => Err(refused("You must specify either subnets or subnet mappings, but not both")),
        (false, true) => Ok(subnets),
        (true, false) => Ok(mapped),
    }
}

/// The VPC of `subnets`, which must be in one VPC and in a zone each.
fn check_subnets(account: &Account, subnets: &[String], internal: bool) -> Result<String, Fault> {
    let (mut vpcs, mut zones) = (BTreeSet::new(), BTreeSet::new());
    for id in subnets {
        let Some(subnet) = account.ec2.subnets.get(id) else {
            return Err(Fault::new(400, "SubnetNotFound", format!("The subnet ID '{id}' does not exist")));
        };
        vpcs.insert(subnet.vpc.clone());
        if !zones.insert(subnet.zone.clone()) {
            return Err(misfit("A load balancer cannot be attached to multiple subnets in the same Availability Zone"));
        }
    }
    let vpc = vpcs.pop_first().unwrap_or_default();
    if let Some(other) = vpcs.first() {
        return Err(misfit(format!("All subnets must belong to the same VPC: '{vpc}', '{other}'")));
    }
    let attached = account.ec2.internet_gateways.values().any(|gateway| gateway.vpc.as_ref() == Some(&vpc));
    if !internal && !attached {
        return Err(Fault::new(400, "InvalidSubnet", format!("VPC {vpc} has no internet gateway")));
    }
    Ok(vpc)
}

fn check_groups(account: &Account, groups: &[String], vpc: &str) -> Result<(), Fault> {
    for id in groups {
        match account.ec2.security_groups.get(id) {
            None => {
                let message = format!("Security group ID '{id}' is invalid: it does not exist");
                return Err(Fault::new(400, "InvalidSecurityGroup", message));
            }
            Some(group) if group.vpc != vpc => {
                return Err(misfit(format!("Security group '{id}' does not belong to VPC '{vpc}'")));
            }
            Some(_) => {}
        }
    }
    Ok(())
}

fn set(ids: &[String]) -> BTreeSet<&String> {
    ids.iter().collect()
}

/// Gives the load balancer a network interface in each of `subnets`, and lets go of those it has elsewhere.
fn settle_in(account: &mut Account, arn: &str, subnets: Vec<String>) -> Result<(), Fault> {
    let balancer = find(account, arn)?;
    let description = format!("ELB {}", balancer.short());
    let (groups, before) = (balancer.groups.clone(), balancer.subnets.clone());
    let due = account.now + LINGERING;
    for interface in account.ec2.interfaces.values_mut() {
        if interface.owner == arn && !subnets.contains(&interface.subnet) {
            interface.release_at.get_or_insert(due);
        }
    }
    for subnet in subnets.iter().filter(|subnet| !before.contains(subnet)) {
        let requester = Some("amazon-elb");
        let new = Attach { subnet, groups: &groups, description: &description, requester, owner: arn };
        interfaces::attach(account, new);
    }
    find_mut(account, arn)?.subnets = subnets;
    Ok(())
}

fn describe(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let params = call.params();
    let arns: Vec<String> = params.list("LoadBalancerArns")?;
    let names: Vec<String> = params.list("Names")?;
    if !arns.is_empty() && !names.is_empty() {
        return Err(refused("Load balancer names and load balancer ARNs cannot be specified at the same time"));
    }
    if arns.len() > 20 || names.len() > 20 {
        return Err(refused("At most 20 load balancers can be described at a time"));
    }
    let all = &account.elasticloadbalancing.balancers;
    if let Some(name) = names.iter().find(|name| !all.values().any(|known| known.name == **name)) {
        return Err(Fault::new(400, "LoadBalancerNotFound", format!("Load balancers '[{name}]' not found")));
    }
    if arns.iter().any(|arn| !all.contains_key(arn)) {
        return Err(Fault::new(400, "LoadBalancerNotFound", "One or more load balancers not found"));
    }
    let asked = |balancer: &&LoadBalancer| {
        (arns.is_empty() || arns.contains(&balancer.arn)) && (names.is_empty() || names.contains(&balancer.name))
    };
    let (page, next) = page(&params, all.values().filter(asked).collect())?;
    Ok(Answer::xml(shown(account, page).append(next)))
}

fn delete(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let params = call.params();
    let arn: String = params.required("LoadBalancerArn")?;
    params.finish()?;
    let Ok(balancer) = find(account, &arn) else { return Ok(Answer::xml(Xml::new())) };
    if balancer.attributes.get("deletion_protection.enabled").is_some_and(|value| value == "true") {
        let message = format!("Load balancer '{arn}' cannot be deleted because deletion protection is enabled");
        return Err(Fault::new(400, "OperationNotPermitted", message));
    }
    let mut links = account.apigateway.vpc_links.values().filter(|link| link.exists(call.now));
    if links.any(|link| link.target_arns.contains(&arn)) {
        let message =
            format!("Load balancer '{arn}' cannot be deleted because it is currently associated with another service");
        return Err(Fault::new(400, "ResourceInUse", message));
    }
    interfaces::release_later(account, &arn, LINGERING);
    let state = &mut account.elasticloadbalancing;
    state.listeners.retain(|_, listener| listener.balancer != arn);
    state.balancers.remove(&arn);
    Ok(Answer::xml(Xml::new()))
}

fn set_subnets(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let params = call.params();
    let arn: String = params.required("LoadBalancerArn")?;
    let subnets = subnets(&params)?;
    params.finish()?;
    let balancer = find(account, &arn)?;
    let vpc = check_subnets(account, &subnets, balancer.internal)?;
    if vpc != balancer.vpc {
        return Err(misfit(format!("The subnets must belong to VPC '{}'", balancer.vpc)));
    }
    settle_in(account, &arn, subnets)?;
    let zones = zones(account, find(account, &arn)?);
    Ok(Answer::xml(zones.text("IpAddressType", "ipv4")))
}

fn set_security_groups(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let params = call.params();
    let arn: String = params.required("LoadBalancerArn")?;
    let groups: Vec<String> = params.list("SecurityGroups")?;
    let enforce: Option<String> = params.optional("EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic")?;
    params.finish()?;
    let enforce = match enforce.as_deref() {
        None => None,
        Some("on") => Some(true),
        Some("off") => Some(false),
        Some(other) => return Err(params.invalid("EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic", other)),
    };
    if groups.is_empty() {
        return Err(params.missing("SecurityGroups"));
    }
    let balancer = find(account, &arn)?;
    if balancer.groups.is_empty() {
        return Err(misfit(
            "You cannot set security groups on a Network Load Balancer that was created without security groups",
        ));
    }
    check_groups(account, &groups, &balancer.vpc)?;
    for interface in account.ec2.interfaces.values_mut().filter(|interface| interface.owner == arn) {
        interface.groups.clone_from(&groups);
    }
    let balancer = find_mut(account, &arn)?;
    balancer.groups = groups;
    balancer.enforce_on_private_link = enforce.unwrap_or(balancer.enforce_on_private_link);
    let xml = Xml::new().texts("SecurityGroupIds", "member", &balancer.groups);
    let enforce = on_or_off(balancer.enforce_on_private_link);
    Ok(Answer::xml(xml.text("EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic", enforce)))
}

fn on_or_off(on: bool) -> &'static str {
    if on { "on" } else { "off" }
}

fn shown<'a>(account: &Account, balancers: impl IntoIterator<Item = &'a LoadBalancer>) -> Xml {
    let shown = balancers.into_iter().map(|balancer| show(account, balancer));
    Xml::new().list("LoadBalancers", "member", shown)
}

fn show(account: &Account, balancer: &LoadBalancer) -> Xml {
    let enforce = (!balancer.groups.is_empty()).then(|| on_or_off(balancer.enforce_on_private_link));
    Xml::new()
        .text("LoadBalancerArn", &balancer.arn)
        .text("DNSName", balancer.address(&account.region))
        .text("CanonicalHostedZoneId", "Z26RNL4JYFTOTI")
        .text("CreatedTime", iso8601(balancer.created))
        .text("LoadBalancerName", &balancer.name)
        .text("Scheme", if balancer.internal { "internal" } else { "internet-facing" })
        .text("VpcId", &balancer.vpc)
        .element("State", Xml::new().text("Code", balancer.state.at(account.now)))
        .text("Type", "network")
        .append(zones(account, balancer))
        .texts("SecurityGroups", "member", &balancer.groups)
        .text("IpAddressType", "ipv4")
        .optional("EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic", enforce)
        .text("EnablePrefixForIpv6SourceNat", "off")
}

fn zones(account: &Account, balancer: &LoadBalancer) -> Xml {
    let zones = balancer.subnets.iter().map(|id| {
        let zone = account.ec2.subnets.get(id).map(|subnet| subnet.zone.clone());
        Xml::new().optional("ZoneName", zone).text("SubnetId", id).list("LoadBalancerAddresses", "member", [])
    });
    Xml::new().list("AvailabilityZones", "member", zones)
}
