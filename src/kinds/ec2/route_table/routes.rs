//! Routes: how they are made, changed and read.

use super::{Destination, RouteTable, Target};
use crate::aws::{self, Class, Cx, Error, found};
use crate::resource::{Live, Ref};
use aws_sdk_ec2::types::{Route, RouteOrigin};
use std::collections::BTreeMap;

/// Says where to and which way in a call that makes or replaces a route, whose builders are alike.
macro_rules! directed {
    ($call:expr, $destination:expr, $target:expr) => {{
        let call = match $destination {
            Destination::Cidr(cidr) if cidr.block().network().is_ipv4() => {
                $call.destination_cidr_block(cidr.to_string())
            }
            Destination::Cidr(cidr) => $call.destination_ipv6_cidr_block(cidr.to_string()),
            Destination::PrefixList(id) => $call.destination_prefix_list_id(id),
        };
        match $target {
            Target::InternetGateway(gateway) => call.gateway_id(gateway.value()),
            Target::NatGateway(gateway) => call.nat_gateway_id(gateway.value()),
            Target::Instance(instance) => call.instance_id(instance.value()),
            Target::NetworkInterface(id) => call.network_interface_id(id),
            Target::VpcEndpoint(endpoint) => call.vpc_endpoint_id(endpoint.value()),
            Target::EgressOnlyInternetGateway(id) => call.egress_only_internet_gateway_id(id),
            Target::VirtualPrivateGateway(id) => call.gateway_id(id),
            Target::VpcPeering(id) => call.vpc_peering_connection_id(id),
            Target::TransitGateway(id) => call.transit_gateway_id(id),
            Target::LocalGateway(id) => call.local_gateway_id(id),
            Target::CarrierGateway(id) => call.carrier_gateway_id(id),
            Target::CoreNetwork(arn) => call.core_network_arn(arn),
        }
    }};
}

impl RouteTable {
    pub(super) async fn update_routes(&self, cx: &Cx, live: &Live<Self>) -> aws::Result<()> {
        for (destination, target) in &self.routes {
            match live.spec.routes.get(destination) {
                Some(now) if now == target => {}
                Some(_) => replace(cx, &live.id, destination, target).await?,
                None => create(cx, &live.id, destination, target).await?,
            }
        }
        for destination in live.spec.routes.keys().filter(|destination| !self.routes.contains_key(destination)) {
            let call = cx.ec2().delete_route().route_table_id(&live.id);
            let call = match destination {
                Destination::Cidr(cidr) if cidr.block().network().is_ipv4() => {
                    call.destination_cidr_block(cidr.to_string())
                }
                Destination::Cidr(cidr) => call.destination_ipv6_cidr_block(cidr.to_string()),
                Destination::PrefixList(id) => call.destination_prefix_list_id(id),
            };
            found(call.send().await.map_err(Error::from))?;
        }
        Ok(())
    }
}

async fn create(cx: &Cx, table: &str, destination: &Destination, target: &Target) -> aws::Result<()> {
    let call = directed!(cx.ec2().create_route().route_table_id(table), destination, target);
    match call.send().await.map_err(Error::from) {
        // Somebody was faster, maybe an earlier attempt whose answer got lost.
        Err(error) if error.class == Class::AlreadyExists => replace(cx, table, destination, target).await,
        other => other.map(drop),
    }
}

async fn replace(cx: &Cx, table: &str, destination: &Destination, target: &Target) -> aws::Result<()> {
    let call = directed!(cx.ec2().replace_route().route_table_id(table), destination, target);
    call.send().await?;
    Ok(())
}

/// The routes that somebody made, without those that AWS keeps itself.
pub(super) fn own(routes: Vec<Route>) -> BTreeMap<Destination, Target> {
    routes.into_iter().filter_map(read).collect()
}

fn read(route: Route) -> Option<(Destination, Target)> {
    if route.origin.as_ref().is_some_and(|origin| *origin != RouteOrigin::CreateRoute) {
        return None;
    }
    let block = route.destination_cidr_block.or(route.destination_ipv6_cidr_block);
    let gateway = route.gateway_id.as_deref().unwrap_or_default();
    let destination = match (block, route.destination_prefix_list_id) {
        (Some(block), _) => Destination::Cidr(block.parse().ok()?),
        // A gateway endpoint keeps this one.
        (None, Some(_)) if gateway.starts_with("vpce-") => return None,
        (None, list) => Destination::PrefixList(list?),
    };
    let by_gateway = match gateway.split('-').next() {
        Some("igw") => Some(Target::InternetGateway(Ref::existing(gateway))),
        Some("vgw") => Some(Target::VirtualPrivateGateway(gateway.into())),
        Some("vpce") => Some(Target::VpcEndpoint(Ref::existing(gateway))),
        _ => None,
    };
    let target = by_gateway
        .or(route.nat_gateway_id.map(|id| Target::NatGateway(Ref::existing(id))))
        .or(route.instance_id.map(|id| Target::Instance(Ref::existing(id))))
        .or(route.network_interface_id.map(Target::NetworkInterface))
        .or(route.egress_only_internet_gateway_id.map(Target::EgressOnlyInternetGateway))
        .or(route.vpc_peering_connection_id.map(Target::VpcPeering))
        .or(route.transit_gateway_id.map(Target::TransitGateway))
        .or(route.local_gateway_id.map(Target::LocalGateway))
        .or(route.carrier_gateway_id.map(Target::CarrierGateway))
        .or(route.core_network_arn.map(Target::CoreNetwork));
    Some((destination, target?))
}
