//! The feet clusters have in their subnets.

use super::cluster::Capacity;
use crate::sandbox::account::Account;
use crate::sandbox::answer::Fault;
use crate::sandbox::clock::MINUTE;
use crate::sandbox::ec2::interfaces::{self, Attach};

/// How long interfaces outlive the cluster.
const LINGER: u64 = 2 * MINUTE;

/// A subnet with the security groups of an interface in it.
pub(super) type Place = (String, Vec<String>);

/// The zone ids of `subnets`, when cluster brokers can be there.
pub(super) fn check(_: &Account, subnets: &[String], _: Option<&[String]>) -> Result<Vec<String>, Fault> {
    Ok((1..=subnets.len()).map(|number| format!("use1-az{number}")).collect())
}

/// The default group of the subnets' VPC.
pub(super) fn default_groups(_: &Account, _: &[String]) -> Vec<String> {
    Vec::new()
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
