//! The feet connectors have in their subnets.

use super::bad;
use super::shapes::Vpc;
use crate::sandbox::account::Account;
use crate::sandbox::answer::Fault;
use crate::sandbox::clock::MINUTE;
use crate::sandbox::ec2::interfaces::{self, Attach};
use std::collections::BTreeSet;

/// How long interfaces outlive the connector.
const LINGER: u64 = 2 * MINUTE;

/// Refuses subnets and groups that are not there, or not of one VPC.
pub(super) fn check(account: &Account, vpc: &Vpc) -> Result<(), Fault> {
    if vpc.subnets.is_empty() {
        return Err(bad("At least one subnet must be specified."));
    }
    let mut vpcs = BTreeSet::new();
    for id in &vpc.subnets {
        let subnet = account.ec2.subnets.get(id).ok_or_else(|| bad(format!("The subnet ID '{id}' does not exist.")))?;
        vpcs.insert(subnet.vpc.as_str());
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
