//! Where environments are, and what they can reach from there.

use super::invalid;
use super::settings::{EndpointManagement, Network};
use crate::account::Account;
use crate::answer::Fault;
use crate::clock::MINUTE;
use crate::ec2::interfaces::{self, Attach};
use crate::ec2::{RouteTable, Subnet, Target};

/// How long interfaces outlive the environment.
const LINGER: u64 = 3 * MINUTE;

/// What an environment without a way to the internet needs endpoints for, beside S3 (AWS.md §7).
const SERVICES: [&str; 9] =
    ["monitoring", "ecr.dkr", "ecr.api", "logs", "sqs", "kms", "airflow.api", "airflow.env", "airflow.ops"];

/// Refuses subnets and groups that MWAA cannot use.
pub(super) fn check(account: &Account, network: &Network) -> Result<(), Fault> {
    let subnets = network.subnet_ids.iter().map(|id| {
        let message = || invalid(format!("Invalid request provided: The subnet ID '{id}' does not exist"));
        account.ec2.subnets.get(id).ok_or_else(message)
    });
    let subnets = subnets.collect::<Result<Vec<&Subnet>, Fault>>()?;
    let [one, other] = subnets.as_slice() else { return Ok(()) };
    if one.vpc != other.vpc {
        return Err(invalid("Invalid request provided: All subnets must be in the same VPC"));
    }
    if one.zone == other.zone {
        return Err(invalid("Invalid request provided: Subnets must be in different availability zones"));
    }
    for id in &network.security_group_ids {
        match account.ec2.security_groups.get(id) {
            None => return Err(invalid(format!("Invalid request provided: The security group '{id}' does not exist"))),
            Some(group) if group.vpc != one.vpc => {
                return Err(invalid(format!(
                    "Invalid request provided: The security group '{id}' is not in {}",
                    one.vpc
                )));
            }
            Some(_) => {}
        }
    }
    for subnet in subnets {
        if ways(account, subnet).any(|target| matches!(target, Target::InternetGateway(_))) {
            return Err(invalid(format!("Invalid request provided: The subnet {} is not a private subnet", subnet.id)));
        }
    }
    Ok(())
}

/// Which ways lead out of the subnet.
fn ways<'a>(account: &'a Account, subnet: &'a Subnet) -> impl Iterator<Item = &'a Target> {
    let follows = |table: &&RouteTable, id: Option<&str>| {
        table.vpc == subnet.vpc && table.associations.iter().any(|follower| follower.subnet.as_deref() == id)
    };
    let mut tables = account.ec2.route_tables.values();
    let own = tables.find(|table| follows(table, Some(&subnet.id)));
    let table = own.or_else(|| account.ec2.route_tables.values().find(|table| follows(table, None)));
    table.into_iter().flat_map(|table| &table.routes).map(|route| &route.target)
}

/// Whether an environment in `network` reaches the services it needs.
pub(super) fn reaches_services(account: &Account, network: &Network) -> bool {
    let subnets = network.subnet_ids.iter().filter_map(|id| account.ec2.subnets.get(id));
    let mut subnets = subnets.peekable();
    let vpc = subnets.peek().map(|subnet| subnet.vpc.clone()).unwrap_or_default();
    let routed = subnets.all(|subnet| {
        ways(account, subnet).any(|target| matches!(target, Target::NatGateway(_) | Target::Interface(_)))
    });
    let there =
        |service: &str| account.ec2.endpoints.values().any(|found| found.vpc == vpc && found.service == service);
    let endpoint = |name: &&str| there(&format!("com.amazonaws.{}.{name}", account.region));
    routed || SERVICES.iter().all(&endpoint) && endpoint(&"s3")
}

/// Whether the customer's own endpoints for `services` are there.
pub(super) fn has_endpoints(account: &Account, services: &[&str]) -> bool {
    services.iter().all(|service| account.ec2.endpoints.values().any(|endpoint| endpoint.service == *service))
}

/// Makes the interfaces of an environment, and those of its endpoints when MWAA makes them.
pub(super) fn attach(account: &mut Account, arn: &str, network: &Network, endpoints: EndpointManagement) {
    let uses: &[&str] = match endpoints {
        EndpointManagement::Service => &["environment", "web server", "database"],
        EndpointManagement::Customer => &["environment"],
    };
    for subnet in &network.subnet_ids {
        for of in uses {
            let description = format!("Amazon MWAA network interface of the {of} of {arn}");
            let (groups, requester) = (&network.security_group_ids, Some("airflow.amazonaws.com"));
            interfaces::attach(account, Attach { subnet, groups, description: &description, requester, owner: arn });
        }
    }
}

/// Gives the interfaces of an environment other groups.
pub(super) fn regroup(account: &mut Account, arn: &str, groups: &[String]) {
    let of = account.ec2.interfaces.values_mut().filter(|interface| interface.owner == arn);
    of.for_each(|interface| interface.groups = groups.to_vec());
}

/// Lets the interfaces go some time after the environment, which is gone `after` milliseconds from now.
pub(super) fn release(account: &mut Account, arn: &str, after: u64) {
    interfaces::release_later(account, arn, after + LINGER);
}
