//! `ec2/subnet`: a subnet (AWS.md §1.2).

use super::cidr::Cidr;
use super::vpc::Vpc;
use crate::resource::{Auto, Fixed, Named, Ref};
use serde::{Deserialize, Serialize};

/// A subnet: a part of a VPC's addresses in one availability zone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Subnet {
    /// The VPC.
    pub vpc: Fixed<Ref<Vpc>>,
    /// Its IPv4 block, from /16 to /28, inside of a block of the VPC; AWS keeps the first four
    /// addresses and the last one for itself.
    pub cidr: Fixed<Cidr>,
    /// The availability zone, such as `us-east-1a`; left out, AWS chooses.
    #[serde(default)]
    pub zone: Fixed<Auto<String>>,
    /// Which /64 of the VPC's IPv6 block it has, counted from 0; none for a subnet without IPv6.
    #[serde(default)]
    pub ipv6: Option<u8>,
    /// Whether instances launched here get a public IPv4 address.
    #[serde(default)]
    pub map_public_ips: bool,
    /// Whether network interfaces created here get an IPv6 address; needs `ipv6`.
    #[serde(default)]
    pub assign_ipv6: bool,
    /// Whether the resolver makes IPv6 addresses for names that have IPv4 addresses only.
    #[serde(default)]
    pub dns64: bool,
    /// How the private names of instances launched here are made.
    #[serde(default)]
    pub hostname_type: HostnameType,
    /// Whether a name after the instance's id resolves to its IPv4 address.
    #[serde(default)]
    pub resource_name_a_record: bool,
    /// Whether a name after the instance's id resolves to its IPv6 address; needs `ipv6`.
    #[serde(default)]
    pub resource_name_aaaa_record: bool,
}

/// How the private names of instances are made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HostnameType {
    /// After the private IPv4 address.
    #[default]
    IpName,
    /// After the instance's id.
    ResourceName,
}

crate::attribute!(
    /// The availability zone.
    pub Zone = "zone"
);

impl Named for Subnet {
    const NAME: &'static str = "ec2/subnet";
}
