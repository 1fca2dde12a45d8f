//! The feet clusters have in their subnets.

use super::bad;
use super::cluster::Capacity;
use crate::account::Account;
use crate::answer::Fault;
use crate::clock::MINUTE;
use crate::ec2::interfaces::{self, Attach};
use crate::ec2::{RouteTable, SecurityGroup, Target};

/// How long interfaces outlive the cluster.
const LINGER: u64 = 2 * MINUTE;

/// A subnet with the security groups of an interface in it.
pub(super) type Place = (String, Vec<String>);

/// The zone ids of `subnets`, when a cluster can be there: subnets of one VPC in different zones with
/// room for `each` more interfaces, and groups of that VPC.
pub(super) fn check(
    account: &Account,
    parameter: &str,
    subnets: &[String],
    groups: Option<&[String]>,
    each: usize,
) -> Result<Vec<String>, Fault> {
    let mut zones = vec![];
    let mut vpc = None;
    for id in subnets {
        let subnet = account.ec2.subnets.get(id);
        let subnet = subnet.ok_or_else(|| bad(parameter, format!("The subnet {id} does not exist.")))?;
        if *vpc.get_or_insert(&subnet.vpc) != &subnet.vpc {
            return Err(bad(parameter, "The subnets must all be in the same VPC."));
        }
        if zones.contains(&subnet.zone_id) {
            return Err(bad(parameter, "Specify subnets that are in distinct Availability Zones."));
        }
        if interfaces::room(account, subnet) < each {
            return Err(bad(parameter, format!("The subnet {id} has too few free addresses.")));
        }
        zones.push(subnet.zone_id.clone());
    }
    for id in groups.unwrap_or_default() {
        let group = account.ec2.security_groups.get(id).filter(|group| Some(&group.vpc) == vpc);
        if group.is_none() {
            return Err(bad("securityGroups", format!("The security group {id} does not exist in the VPC.")));
        }
    }
    Ok(zones)
}

/// The first of `subnets` that has no room for `each` more interfaces.
pub(super) fn crowded<'a>(account: &Account, subnets: &'a [String], each: usize) -> Option<&'a str> {
    let full =
        |id: &&String| account.ec2.subnets.get(*id).is_none_or(|subnet| interfaces::room(account, subnet) < each);
    subnets.iter().find(full).map(String::as_str)
}

/// The default group of the subnets' VPC.
pub(super) fn default_groups(account: &Account, subnets: &[String]) -> Vec<String> {
    let vpc = subnets.first().and_then(|id| account.ec2.subnets.get(id)).map(|subnet| &subnet.vpc);
    let default = |group: &&SecurityGroup| Some(&group.vpc) == vpc && group.name == "default";
    account.ec2.security_groups.values().find(default).map(|group| group.id.clone()).into_iter().collect()
}

/// Whether what is in the subnet can be reached from the internet: its route table leads there.
pub(super) fn is_public(account: &Account, subnet: &str) -> bool {
    let Some(vpc) = account.ec2.subnets.get(subnet).map(|subnet| &subnet.vpc) else { return false };
    let tables = || account.ec2.route_tables.values().filter(|table| table.vpc == *vpc);
    let of = |whose: Option<&str>| {
        let follows = |table: &&RouteTable| table.associations.iter().any(|one| one.subnet.as_deref() == whose);
        tables().find(follows)
    };
    let table = of(Some(subnet)).or_else(|| of(None));
    table.is_some_and(|table| table.routes.iter().any(|route| matches!(route.target, Target::InternetGateway(_))))
}

/// Whether the subnet has IPv6 addresses.
pub(super) fn has_ipv6(account: &Account, subnet: &str) -> bool {
    account.ec2.subnets.get(subnet).is_some_and(|subnet| subnet.ipv6.is_some())
}

/// Where the cluster needs interfaces: one for each broker, or for each subnet.
pub(super) fn places(capacity: &Capacity) -> Vec<Place> {
    match capacity {
        Capacity::Provisioned(provisioned) => {
            let subnets = provisioned.brokers.client_subnets.iter().cycle();
            let groups = provisioned.brokers.security_groups.clone().unwrap_or_default();
            let count = usize::try_from(provisioned.count).unwrap_or_default();
            subnets.take(count).map(|subnet| (subnet.clone(), groups.clone())).collect()
        }
        Capacity::Serverless(vpcs) => {
            let of = |groups: &Option<Vec<String>>| groups.clone().unwrap_or_default();
            let each = vpcs
                .iter()
                .flat_map(|vpc| vpc.subnet_ids.iter().map(move |id| (id.clone(), of(&vpc.security_group_ids))));
            each.collect()
        }
    }
}

/// Makes the interfaces and gives their ids.
pub(super) fn attach(account: &mut Account, arn: &str, places: &[Place]) -> Vec<String> {
    let description = format!("DO NOT DELETE - Amazon MSK network interface for cluster {arn}");
    let each = places.iter().map(|(subnet, groups)| {
        let attach =
            Attach { subnet, groups, description: &description, requester: Some("kafka.amazonaws.com"), owner: arn };
        interfaces::attach(account, attach)
    });
    each.collect()
}

/// Lets the interfaces go some time after the cluster, which is gone `after` milliseconds from now.
pub(super) fn release(account: &mut Account, arn: &str, after: u64) {
    interfaces::release_later(account, arn, after + LINGER);
}

/// Lets the interfaces of brokers go that leave the cluster `after` milliseconds from now.
pub(super) fn release_some(account: &mut Account, ids: &[String], after: u64) {
    let due = account.now + after + LINGER;
    for id in ids {
        if let Some(interface) = account.ec2.interfaces.get_mut(id) {
            interface.release_at.get_or_insert(due);
        }
    }
}
