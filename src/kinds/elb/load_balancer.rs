//! `elb/load-balancer`: a network load balancer, found by its name (API model of 2015-12-01).

use crate::kinds::ec2::security_group::SecurityGroup;
use crate::kinds::ec2::subnet::Subnet;
use crate::resource::{Auto, Fixed, Named, Ref, Set};
use serde::{Deserialize, Serialize};

/// A network load balancer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LoadBalancer {
    /// 1 to 32 of `a-z A-Z 0-9 -`, not beginning or ending with `-` nor beginning with `internal-`;
    /// unique in account and region.
    pub name: Fixed<String>,
    /// Whether it has only private addresses, as an API's VPC link wants it.
    pub internal: Fixed<bool>,
    /// The subnets it has an address in, one per zone.
    pub subnets: Set<Ref<Subnet>>,
    /// Who may reach it; a load balancer made without any cannot get one later.
    #[serde(default)]
    pub security_groups: Set<Ref<SecurityGroup>>,
    /// Whether traffic that comes through a VPC link or endpoint service must pass the security
    /// groups, too; only with security groups.
    #[serde(default)]
    pub check_private_link: Auto<bool>,
    /// Whether each zone's address spreads over the targets of all zones.
    #[serde(default)]
    pub cross_zone: bool,
    /// Whether AWS refuses to delete it. Deleting a protected load balancer needs
    /// `--allow-data-loss`.
    #[serde(default)]
    pub deletion_protection: bool,
}

crate::attribute!(
    /// The name that resolves to its addresses.
    pub DnsName = "dns_name"
);

impl Named for LoadBalancer {
    const NAME: &'static str = "elb/load-balancer";
}
