//! The feet connectors have in their subnets.

use super::bad;
use super::shapes::{NetworkType, Vpc};
use crate::account::Account;
use crate::answer::Fault;
use crate::clock::MINUTE;
use crate::ec2::interfaces::{self, Attach};
use crate::ec2::{Peer, Rule};
use crate::kafka::Broker;
use ipnet::Ipv4Net;
use std::collections::BTreeSet;

/// How long interfaces outlive the connector.
const LINGER: u64 = 2 * MINUTE;

/// Refuses subnets and groups that are not there, or not of one VPC, and subnets without the addresses that are asked for.
pub(super) fn check(account: &Account, vpc: &Vpc, kind: NetworkType) -> Result<(), Fault> {
    if vpc.subnets.is_empty() {
        return Err(bad("At least one subnet must be specified."));
    }
    let mut vpcs = BTreeSet::new();
    for id in &vpc.subnets {
        let subnet = account.ec2.subnets.get(id).ok_or_else(|| bad(format!("The subnet ID '{id}' does not exist.")))?;
        vpcs.insert(subnet.vpc.as_str());
        if kind == NetworkType::Dual && subnet.ipv6.is_none() {
            return Err(bad(format!("The subnet {id} has no IPv6 addresses.")));
        }
    }
    for id in &vpc.security_groups {
        let group = account.ec2.security_groups.get(id);
        let group = group.ok_or_else(|| bad(format!("The security group '{id}' does not exist.")))?;
        vpcs.insert(group.vpc.as_str());
    }
    if vpcs.len() > 1 {
        return Err(bad("All subnets and security groups must be in the same VPC."));
    }
    Ok(())
}

/// Makes an interface in each subnet.
pub(super) fn attach(account: &mut Account, arn: &str, vpc: &Vpc) {
    let description = format!("DO NOT DELETE - Amazon MSK Connect network interface for connector {arn}");
    for subnet in &vpc.subnets {
        let (groups, requester) = (&vpc.security_groups, Some("kafkaconnect.amazonaws.com"));
        interfaces::attach(account, Attach { subnet, groups, description: &description, requester, owner: arn });
    }
}

/// Lets the interfaces go some time after the connector, which is gone `after` milliseconds from now.
pub(super) fn release(account: &mut Account, arn: &str, after: u64) {
    interfaces::release_later(account, arn, after + LINGER);
}

/// Whether security groups let workers in `vpc` talk to `broker`. Groups nobody knows let everything through.
pub(super) fn lets_through(account: &Account, vpc: &Vpc, broker: &Broker) -> bool {
    let rules = |groups: &[String], egress: bool| -> Vec<&Rule> {
        let all = account.ec2.security_group_rules.values();
        let of = all.filter(|rule| rule.egress == egress && groups.contains(&rule.group));
        of.filter(|rule| covers(rule, broker.port)).collect()
    };
    let reaches = |rules: Vec<&Rule>, groups: &[String], subnets: &[String]| {
        rules.iter().any(|rule| match &rule.peer {
            Peer::V4(block) => within(account, subnets, block),
            Peer::Group(group) => groups.contains(group),
            Peer::V6(_) | Peer::PrefixList(_) => false,
        })
    };
    let known = |groups: &[String]| groups.iter().any(|group| account.ec2.security_groups.contains_key(group));
    let out = !known(&vpc.security_groups)
        || reaches(rules(&vpc.security_groups, true), &broker.security_groups, &broker.subnets);
    let into = !known(&broker.security_groups)
        || reaches(rules(&broker.security_groups, false), &vpc.security_groups, &vpc.subnets);
    out && into
}

fn covers(rule: &Rule, port: u16) -> bool {
    let port = i32::from(port);
    match rule.protocol.as_str() {
        "-1" => true,
        "tcp" | "6" => (rule.from.unwrap_or(0)..=rule.to.unwrap_or(65535)).contains(&port),
        _ => false,
    }
}

/// Whether every one of `subnets` lies in `block`.
fn within(account: &Account, subnets: &[String], block: &str) -> bool {
    let Ok(block) = block.parse::<Ipv4Net>() else { return false };
    let nets = subnets.iter().filter_map(|id| account.ec2.subnets.get(id)).map(|subnet| subnet.net);
    nets.into_iter().all(|net| block.contains(&net))
}
