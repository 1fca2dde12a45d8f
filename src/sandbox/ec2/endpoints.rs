//! VPC endpoints of the types gateway and interface, and the prefix lists of gateways (AWS.md §1.7).

mod change;
mod service;

use super::State;
use super::filters::Field;
use super::resource::{Listed, Resource, describe};
use super::{interfaces, security_groups, tags};
use crate::account::Account;
use crate::clock::Timed;
use crate::operation::Operation;
use crate::tags::Tags;
use crate::time::iso8601;
use crate::wire::Xml;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

pub(super) use service::check_prefix_list;

pub(super) const OPERATIONS: &[Operation] = &[
    Operation::write("CreateVpcEndpoint", change::create),
    Operation::write("ModifyVpcEndpoint", change::modify),
    Operation::write("DeleteVpcEndpoints", change::delete),
    Operation::read("DescribeVpcEndpoints", describe::<Endpoint>),
    Operation::read("DescribePrefixLists", service::describe_prefix_lists),
];

/// A VPC endpoint.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Endpoint {
    /// `vpce-0..`
    pub id: String,
    /// How it reaches its service.
    pub kind: Kind,
    /// `com.amazonaws.<region>.<service>`
    pub service: String,
    /// The VPC.
    pub vpc: String,
    /// Where it is in its life.
    pub phase: Timed<Phase>,
    /// The policy document as it was sent; `None` allows everything.
    pub policy: Option<String>,
    /// The route tables of a gateway.
    pub route_tables: Vec<String>,
    /// The subnets of an interface endpoint.
    pub subnets: Vec<String>,
    /// The security groups of an interface endpoint.
    pub groups: Vec<String>,
    /// Whether the service's public name leads to an interface endpoint.
    pub private_dns: bool,
    /// `ipv4` or `dualstack`
    #[serde(default = "ipv4")]
    pub ip_type: String,
    /// `ipv4`, `ipv6`, `dualstack` or `service-defined`
    #[serde(default = "ipv4")]
    pub dns_ip_type: String,
    /// Virtual time of its creation in milliseconds since the epoch.
    pub created: u64,
    /// Its tags.
    pub tags: Tags,
}

fn ipv4() -> String {
    "ipv4".to_owned()
}

/// How an endpoint reaches its service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Kind {
    /// By routes.
    Gateway,
    /// By network interfaces.
    Interface,
}

/// Where an endpoint is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Phase {
    /// Network interfaces are being made.
    Pending,
    /// Usable.
    Available,
    /// Network interfaces are being removed.
    Deleting,
    /// Not there any more.
    Gone,
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Self::Gateway => "Gateway",
            Self::Interface => "Interface",
        }
    }
}

impl Phase {
    /// As it goes over the wire: in lower case, whatever the API model says.
    fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Available => "available",
            Self::Deleting => "deleting",
            Self::Gone => "deleted",
        }
    }
}

impl Resource for Endpoint {
    const TYPE: &'static str = "vpc-endpoint";
    const PREFIX: &'static str = "vpce-";
    const CALLED: &'static str = "Vpc Endpoint Id";
    const ABSENT: &'static str = "InvalidVpcEndpointId.NotFound";
    const MALFORMED: &'static str = "InvalidVpcEndpointId.Malformed";

    fn all(state: &State) -> &BTreeMap<String, Self> {
        &state.endpoints
    }

    fn all_mut(state: &mut State) -> &mut BTreeMap<String, Self> {
        &mut state.endpoints
    }

    fn tags(&self) -> &Tags {
        &self.tags
    }

    fn tags_mut(&mut self) -> &mut Tags {
        &mut self.tags
    }

    fn exists(&self, now: u64) -> bool {
        *self.phase.at(now) != Phase::Gone
    }
}

impl Listed for Endpoint {
    const IDS: &'static str = "VpcEndpointId";
    const SET: &'static str = "vpcEndpointSet";
    const FIELDS: &'static [Field<Self>] = &[
        ("ip-address-type", |endpoint, _, _| vec![endpoint.ip_type.clone()]),
        ("service-name", |endpoint, _, _| vec![endpoint.service.clone()]),
        ("service-region", |_, account, _| vec![account.region.clone()]),
        ("vpc-endpoint-id", |endpoint, _, _| vec![endpoint.id.clone()]),
        ("vpc-endpoint-state", |endpoint, _, now| vec![endpoint.phase.at(now).name().to_owned()]),
        ("vpc-endpoint-type", |endpoint, _, _| vec![endpoint.kind.name().to_owned()]),
        ("vpc-id", |endpoint, _, _| vec![endpoint.vpc.clone()]),
    ];

    fn show(&self, account: &Account, now: u64) -> Xml {
        let groups = self
            .groups
            .iter()
            .map(|id| Xml::new().text("groupId", id).optional("groupName", security_groups::name(account, id)));
        let own = interfaces::all(account).filter(|interface| interface.owner == self.id);
        let names = service::names(account, self)
            .into_iter()
            .map(|name| Xml::new().text("dnsName", name).text("hostedZoneId", "Z7HUB22UULQXV"));
        Xml::new()
            .text("vpcEndpointId", &self.id)
            .text("vpcEndpointType", self.kind.name())
            .text("vpcId", &self.vpc)
            .text("serviceName", &self.service)
            .text("state", self.phase.at(now).name())
            .text("policyDocument", self.policy.as_deref().unwrap_or_else(|| service::open_policy(self.kind)))
            .texts(
                "routeTableIdSet",
                "item",
                self.route_tables.iter().filter(|id| account.ec2.route_tables.contains_key(*id)),
            )
            .texts("subnetIdSet", "item", &self.subnets)
            .list("groupSet", "item", groups)
            .text("ipAddressType", &self.ip_type)
            .element("dnsOptions", Xml::new().text("dnsRecordIpType", &self.dns_ip_type))
            .text("privateDnsEnabled", self.private_dns)
            .text("requesterManaged", false)
            .texts("networkInterfaceIdSet", "item", own.map(|interface| &interface.id))
            .list("dnsEntrySet", "item", names)
            .text("creationTimestamp", iso8601(self.created))
            .append(tags::show(&self.tags))
            .text("ownerId", &account.id)
            .text("serviceRegion", &account.region)
    }
}

/// Whether the VPC has endpoints that are not deleted, which block its deletion.
pub(super) fn block(account: &Account, vpc: &str, now: u64) -> bool {
    account.ec2.endpoints.values().any(|endpoint| endpoint.vpc == vpc && endpoint.exists(now))
}
