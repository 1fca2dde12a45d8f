//! `ec2/route-table`: a route table with its routes and the subnets that follow it (AWS.md §1.6).

use super::cidr::Cidr;
use super::instance::Instance;
use super::internet_gateway::InternetGateway;
use super::nat_gateway::NatGateway;
use super::subnet::Subnet;
use super::vpc::Vpc;
use super::vpc_endpoint::VpcEndpoint;
use crate::resource::{Fixed, Named, Ref, Set};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;

/// A route table with its routes and the subnets that follow it.
///
/// Routes that AWS keeps itself are no part of it: the local ones, those of gateway endpoints, and
/// those that a virtual private gateway propagates.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RouteTable {
    /// The VPC.
    pub vpc: Fixed<Ref<Vpc>>,
    /// Where packets go, by destination.
    #[serde(default)]
    pub routes: BTreeMap<Destination, Target>,
    /// The subnets that follow this table instead of the VPC's main one.
    #[serde(default)]
    pub subnets: Set<Ref<Subnet>>,
}

/// Where packets are bound for: an address block, or a prefix list (`pl-…`).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Destination {
    /// An IPv4 or IPv6 block.
    Cidr(Cidr),
    /// A prefix list, by its id.
    PrefixList(String),
}

/// Which way packets go.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Target {
    /// The internet, both ways.
    InternetGateway(Ref<InternetGateway>),
    /// The internet, outwards.
    NatGateway(Ref<NatGateway>),
    /// An instance that passes packets on.
    Instance(Ref<Instance>),
    /// A network interface that belongs to no instance, `eni-…`.
    NetworkInterface(String),
    /// An endpoint of a gateway load balancer.
    VpcEndpoint(Ref<VpcEndpoint>),
    /// The internet, outwards, over IPv6: `eigw-…`.
    EgressOnlyInternetGateway(String),
    /// A VPN: `vgw-…`.
    VirtualPrivateGateway(String),
    /// Another VPC: `pcx-…`.
    VpcPeering(String),
    /// A transit gateway: `tgw-…`.
    TransitGateway(String),
    /// An Outpost's own network: `lgw-…`.
    LocalGateway(String),
    /// A carrier's network in a Wavelength zone: `cagw-…`.
    CarrierGateway(String),
    /// A core network, by its ARN.
    CoreNetwork(String),
}

impl TryFrom<String> for Destination {
    type Error = super::cidr::InvalidCidr;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        if text.starts_with("pl-") { Ok(Self::PrefixList(text)) } else { text.parse().map(Self::Cidr) }
    }
}

impl From<Destination> for String {
    fn from(destination: Destination) -> Self {
        destination.to_string()
    }
}

impl fmt::Display for Destination {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cidr(cidr) => cidr.fmt(f),
            Self::PrefixList(id) => f.write_str(id),
        }
    }
}

impl Named for RouteTable {
    const NAME: &'static str = "ec2/route-table";
}
