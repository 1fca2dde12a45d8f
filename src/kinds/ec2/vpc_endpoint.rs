//! `ec2/vpc-endpoint`: a private way to an AWS service, of type gateway or interface (AWS.md §1.7).

use super::route_table::RouteTable;
use super::security_group::SecurityGroup;
use super::subnet::Subnet;
use super::vpc::Vpc;
use crate::resource::{Auto, Fixed, Named, Policy, Ref, Set};
use serde::{Deserialize, Serialize};

/// A VPC endpoint: a private way from a VPC to an AWS service.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VpcEndpoint {
    /// The VPC. For private DNS it needs both its DNS flags on.
    pub vpc: Fixed<Ref<Vpc>>,
    /// The service's name, such as `com.amazonaws.us-east-1.s3`.
    pub service: Fixed<String>,
    /// How the service is reached.
    #[serde(rename = "type")]
    pub endpoint_type: Fixed<EndpointType>,
    /// Gateway only: the route tables that get a route to the service.
    #[serde(default)]
    pub route_tables: Set<Ref<RouteTable>>,
    /// Interface only: the subnets that get a network interface, at most one per zone.
    #[serde(default)]
    pub subnets: Set<Ref<Subnet>>,
    /// Interface only: who may reach its network interfaces; left out, the VPC's default group.
    #[serde(default)]
    pub security_groups: Auto<Set<Ref<SecurityGroup>>>,
    /// Interface only: whether the service's public name resolves to the endpoint inside the VPC.
    #[serde(default)]
    pub private_dns: bool,
    /// What may be done through it; none allows everything.
    #[serde(default)]
    pub policy: Option<Policy>,
}

/// How an endpoint reaches its service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EndpointType {
    /// By routes; free of charge, for S3 and DynamoDB only.
    Gateway,
    /// By network interfaces in subnets.
    Interface,
}

crate::attribute!(
    /// The id of the prefix list that holds a gateway endpoint's addresses, for security group rules.
    pub PrefixList = "prefix_list"
);

impl Named for VpcEndpoint {
    const NAME: &'static str = "ec2/vpc-endpoint";
}
