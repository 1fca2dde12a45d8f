//! `ec2/route-table`: a route table with its routes and the subnets that follow it (AWS.md §1.6).

mod routes;
mod subnets;

use super::cidr::Cidr;
use super::instance::Instance;
use super::internet_gateway::InternetGateway;
use super::nat_gateway::NatGateway;
use super::subnet::Subnet;
use super::tags;
use super::token::token;
use super::vpc::Vpc;
use super::vpc_endpoint::VpcEndpoint;
use crate::aws::{self, Cx, Error, Tagging, found};
use crate::resource::{Actions, Changes, Fixed, Kind, Live, Named, Ref, Retry, Set, Typical};
use aws_sdk_ec2::types::{ResourceType, RouteTable as Description};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;
use subnets::{disassociate, followers};

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

/// What was made just now is not known everywhere.
const fn unknown_yet(code: &'static str) -> Retry {
    Retry { code, message: "", during: Duration::from_secs(60) }
}

impl Kind for RouteTable {
    const TAGGING: Tagging = Tagging::Ec2;
    const ACTIONS: Actions = Actions {
        read: &["ec2:DescribeRouteTables"],
        create: &["ec2:CreateRouteTable", "ec2:CreateTags"],
        update: &[
            "ec2:CreateRoute",
            "ec2:ReplaceRoute",
            "ec2:DeleteRoute",
            "ec2:AssociateRouteTable",
            "ec2:ReplaceRouteTableAssociation",
            "ec2:DisassociateRouteTable",
            "ec2:CreateTags",
            "ec2:DeleteTags",
        ],
        delete: &["ec2:DisassociateRouteTable", "ec2:DeleteRouteTable"],
        dependent: &[],
    };
    const TYPICAL: Typical = Typical::seconds(2, 2, 2);
    const RETRY: &'static [Retry] = &[
        unknown_yet("InvalidVpcID.NotFound"),
        unknown_yet("InvalidRouteTableID.NotFound"),
        unknown_yet("InvalidSubnetID.NotFound"),
        unknown_yet("InvalidGatewayID.NotFound"),
        unknown_yet("InvalidNatGatewayID.NotFound"),
        unknown_yet("NatGatewayNotFound"),
        unknown_yet("InvalidInstanceID.NotFound"),
    ];

    async fn list(cx: &Cx) -> aws::Result<Vec<Live<Self>>> {
        let mut pages = cx.ec2().describe_route_tables().filters(tags::ours(cx)).into_paginator().send();
        let mut all = vec![];
        while let Some(page) = pages.next().await {
            all.extend(page?.route_tables.unwrap_or_default());
        }
        all.into_iter().map(|table| live(cx, table)).collect()
    }

    async fn read(cx: &Cx, id: &str) -> aws::Result<Option<Live<Self>>> {
        describe(cx, id).await?.map(|table| live(cx, table)).transpose()
    }

    async fn lookalikes(&self, cx: &Cx) -> aws::Result<Vec<String>> {
        let like = [
            tags::filter("vpc-id", [self.vpc.value()]),
            tags::filter("association.subnet-id", self.subnets.iter().map(Ref::value)),
        ];
        let mut pages = cx.ec2().describe_route_tables().set_filters(Some(like.into())).into_paginator().send();
        let mut ids = vec![];
        while let Some(page) = pages.next().await {
            ids.extend(page?.route_tables.unwrap_or_default().into_iter().filter_map(|one| one.route_table_id));
        }
        Ok(ids)
    }

    async fn create(&self, cx: &Cx) -> aws::Result<String> {
        let call = cx.ec2().create_route_table().vpc_id(self.vpc.value()).client_token(token(cx, self, ""));
        let call = call.tag_specifications(tags::specification(cx, ResourceType::RouteTable));
        let table = call.send().await?.route_table;
        table.and_then(|table| table.route_table_id).ok_or_else(|| Error::unreadable("the route table's id"))
    }

    async fn update(&self, cx: &Cx, live: &Live<Self>, changes: &Changes) -> aws::Result<()> {
        if changes.touch("routes") {
            self.update_routes(cx, live).await?;
        }
        if changes.touch("subnets") {
            self.update_subnets(cx, live).await?;
        }
        Ok(())
    }

    async fn delete(cx: &Cx, live: &Live<Self>) -> aws::Result<()> {
        let Some(table) = describe(cx, &live.id).await? else { return Ok(()) };
        for association in followers(&table) {
            disassociate(cx, association).await?;
        }
        let answer = cx.ec2().delete_route_table().route_table_id(&live.id).send().await.map_err(Error::from);
        found(answer).map(drop)
    }
}

async fn describe(cx: &Cx, id: &str) -> aws::Result<Option<Description>> {
    let answer = cx.ec2().describe_route_tables().route_table_ids(id).send().await.map_err(Error::from);
    Ok(found(answer)?.and_then(|answer| answer.route_tables?.pop()))
}

fn live(cx: &Cx, table: Description) -> aws::Result<Live<RouteTable>> {
    let id = table.route_table_id.clone().ok_or_else(|| Error::unreadable("the route table's id"))?;
    let spec = RouteTable {
        vpc: Fixed(Ref::existing(table.vpc_id.as_deref().unwrap_or_default())),
        subnets: followers(&table).filter_map(|it| it.subnet_id.clone()).map(Ref::existing).collect(),
        routes: routes::own(table.routes.unwrap_or_default()),
    };
    let arn = cx.arn("ec2", format_args!("route-table/{id}"));
    Ok(Live::new(id, spec).output("arn", arn).tagged(cx, tags::pairs(table.tags)))
}
