//! `ec2/nat-gateway`: a NAT gateway, public or private (AWS.md §1.5).

use super::elastic_ip::ElasticIp;
use super::subnet::Subnet;
use crate::resource::{Auto, Fixed, Named, Needs, Ref, Set};
use serde::{Deserialize, Serialize};

/// A NAT gateway: the way out for what has no public address.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NatGateway {
    /// The subnet it stands in; of a public one, a subnet with a route to an internet gateway.
    pub subnet: Fixed<Ref<Subnet>>,
    /// Its public address; none makes a private gateway, which only reaches other networks.
    #[serde(default)]
    pub elastic_ip: Fixed<Option<Ref<ElasticIp>>>,
    /// Further public addresses, for more connections to one destination; at most 7.
    #[serde(default)]
    pub secondary_elastic_ips: Set<Ref<ElasticIp>>,
    /// Its address inside the subnet.
    #[serde(default)]
    pub private_ip: Fixed<Auto<String>>,
    /// What must be there first: the attached internet gateway, without which a public one fails.
    #[serde(default)]
    pub needs: Needs,
}

crate::attribute!(
    /// The public address; of a public gateway only.
    pub PublicIp = "public_ip"
);
crate::attribute!(
    /// The address inside the subnet.
    pub PrivateIp = "private_ip"
);

impl Named for NatGateway {
    const NAME: &'static str = "ec2/nat-gateway";
}
