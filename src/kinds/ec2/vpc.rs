//! `ec2/vpc`: a VPC with its address blocks and attributes (AWS.md §1.1).

use super::cidr::Cidr;
use crate::resource::{Fixed, Named, Set};
use serde::{Deserialize, Serialize};

/// A VPC with its address blocks and attributes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Vpc {
    /// Its IPv4 block, from /16 to /28.
    pub cidr: Fixed<Cidr>,
    /// Further IPv4 blocks, each from /16 to /28.
    #[serde(default)]
    pub secondary_cidrs: Set<Cidr>,
    /// Whether it has an IPv6 block (a /56) of Amazon's.
    #[serde(default)]
    pub ipv6: bool,
    /// Whether names are resolved by the VPC's own server.
    #[serde(default = "yes")]
    pub dns_support: bool,
    /// Whether instances with a public address get a public name. Interface endpoints with private
    /// DNS, MSK and MWAA want this and `dns_support`.
    #[serde(default)]
    pub dns_hostnames: bool,
    /// Whether CloudWatch gets metrics of how many addresses are in use.
    #[serde(default)]
    pub address_usage_metrics: bool,
    /// Whose hardware instances run on. From `dedicated` to `default` it is changed in place.
    #[serde(default)]
    pub tenancy: Tenancy,
}

/// Whose hardware instances run on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tenancy {
    /// Shared with others, unless an instance asks for something else.
    #[default]
    Default,
    /// This account's alone.
    Dedicated,
}

fn yes() -> bool {
    true
}

crate::attribute!(
    /// The IPv6 block, when it has one.
    pub Ipv6Cidr = "ipv6_cidr"
);

impl Named for Vpc {
    const NAME: &'static str = "ec2/vpc";
}
