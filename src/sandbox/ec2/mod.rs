//! EC2: networks, security groups, instances (AWS.md §1, API model 2016-11-15).
//!
//! One file a type of resource. What they have in common is in `resource` (finding and listing), `filters`, `paging`,
//! `tags`, `tokens` and `refusals`. To add a type: its file with its struct, its `Resource` and `Listed`, and its
//! operations; its map in [`State`]; its table in [`OPERATIONS`]; its entry in `tags::TYPES`.

mod acls;
mod addresses;
mod associations;
mod blocks;
mod endpoints;
mod filters;
mod instances;
pub mod interfaces;
mod internet_gateways;
mod key_pairs;
mod nat_addresses;
mod nat_gateways;
mod paging;
mod refusals;
mod resource;
mod route_tables;
mod routes;
mod security_groups;
mod subnet_attributes;
mod subnets;
mod tags;
mod tokens;
mod volumes;
mod vpc_attributes;
mod vpcs;
mod zones;

pub use acls::Acl;
pub use addresses::{Address, free_public_ip};
pub(super) use associations::associated;
pub use endpoints::Endpoint;
pub use instances::{Instance, Power};
pub use internet_gateways::InternetGateway;
pub use key_pairs::KeyPair;
pub use nat_gateways::NatGateway;
pub use route_tables::RouteTable;
pub use routes::Target;
pub use security_groups::{Peer, Rule, SecurityGroup};
pub use subnets::Subnet;
pub use volumes::Volume;
pub use vpcs::Vpc;
pub use zones::{Zone, zones};

use super::account::Account;
use super::operation::Operation;
use super::tags::Tags;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Every operation.
pub const OPERATIONS: &[&[Operation]] = &[
    vpcs::OPERATIONS,
    vpc_attributes::OPERATIONS,
    subnets::OPERATIONS,
    subnet_attributes::OPERATIONS,
    internet_gateways::OPERATIONS,
    addresses::OPERATIONS,
    nat_gateways::OPERATIONS,
    nat_addresses::OPERATIONS,
    route_tables::OPERATIONS,
    routes::OPERATIONS,
    acls::OPERATIONS,
    interfaces::OPERATIONS,
    endpoints::OPERATIONS,
    security_groups::OPERATIONS,
    instances::OPERATIONS,
    volumes::OPERATIONS,
    key_pairs::OPERATIONS,
    zones::OPERATIONS,
    tags::OPERATIONS,
];

/// What the account has in one region. Every map is by id.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct State {
    /// How many of some things it may have.
    pub quotas: Quotas,
    /// Network interfaces, those of other services too.
    pub interfaces: BTreeMap<String, interfaces::Interface>,
    /// VPCs.
    pub vpcs: BTreeMap<String, Vpc>,
    /// Blocks whose association with a VPC or a subnet fails, and Elastic IP addresses that no NAT gateway gets beside its
    /// first, with AWS's reason; an empty one stands for every block.
    pub failing_blocks: BTreeMap<String, String>,
    /// Subnets.
    pub subnets: BTreeMap<String, Subnet>,
    /// Internet gateways.
    pub internet_gateways: BTreeMap<String, InternetGateway>,
    /// Elastic IP addresses, by their allocation ids.
    pub addresses: BTreeMap<String, Address>,
    /// Pools of addresses that the account has brought along, `ipv4pool-ec2-..`.
    pub ipv4_pools: BTreeSet<String>,
    /// NAT gateways, those that are deleted for an hour more.
    pub nat_gateways: BTreeMap<String, NatGateway>,
    /// Route tables.
    pub route_tables: BTreeMap<String, RouteTable>,
    /// Network ACLs.
    pub acls: BTreeMap<String, Acl>,
    /// VPC endpoints.
    pub endpoints: BTreeMap<String, Endpoint>,
    /// Security groups.
    pub security_groups: BTreeMap<String, SecurityGroup>,
    /// The rules of security groups.
    pub security_group_rules: BTreeMap<String, Rule>,
    /// Instances, those that are terminated for an hour more.
    pub instances: BTreeMap<String, Instance>,
    /// Volumes.
    pub volumes: BTreeMap<String, Volume>,
    /// Key pairs.
    pub key_pairs: BTreeMap<String, KeyPair>,
    /// The id of the one set of DHCP options.
    pub dhcp_options: String,
    /// Client tokens of the past day.
    pub tokens: tokens::Tokens,
}

/// How many of some things an account may have in a region (AWS.md §1).
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default)]
pub struct Quotas {
    /// VPCs.
    pub vpcs: usize,
    /// Elastic IP addresses.
    pub addresses: usize,
    /// NAT gateways in one availability zone: pending, available and deleting ones.
    pub nat_gateways: usize,
    /// Routes in one route table that are not AWS's own.
    pub routes: usize,
}

impl Default for Quotas {
    fn default() -> Self {
        Self { vpcs: 5, addresses: 5, nat_gateways: 5, routes: 50 }
    }
}

/// Every tagged resource: ARN and tags.
pub fn tagged(account: &Account) -> Vec<(String, Tags)> {
    tags::tagged(account)
}
