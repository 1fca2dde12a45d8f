//! Addresses, zones, and what belongs to a VPC that exists.

use super::Check;
use crate::manifest::diagnostic::Diagnostic;
use crate::manifest::network::{Existing, Network, Zones, letters};
use crate::manifest::source::Span;
use crate::manifest::subnets;
use ipnet::Ipv4Net;

pub(super) fn check(cx: &mut Check<'_>) {
    let Some(Some(network)) = &cx.parts.network else { return };
    cx.unique(&network.endpoints);
    let gateway = network.existing.as_ref().is_none_or(|existing| !existing.route_tables.is_empty());
    for endpoint in network.endpoints.iter().filter(|endpoint| gateway && endpoint.value == "s3") {
        let wrong = Diagnostic::error(endpoint.span, "S3 needs no interface endpoint, which costs by the hour");
        cx.push(wrong.help("remove it: the network has a gateway endpoint for S3, which costs nothing"));
    }
    match &network.existing {
        Some(existing) => exists(cx, network, existing),
        None => own(cx, network),
    }
}

fn own(cx: &mut Check<'_>, network: &Network) {
    zones(cx, network);
    match subnets::cut(network) {
        Ok(blocks) if !private(blocks.vpc) => {
            let at = network.cidr.map_or(network.span, |cidr| cidr.span);
            let wrong = Diagnostic::warning(at, format!("{} is not a private block", blocks.vpc));
            cx.push(wrong.help("take one from 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16 or 100.64.0.0/10"));
        }
        Ok(_) => {}
        Err(wrong) => wrong.into_iter().for_each(|wrong| cx.push(wrong)),
    }
}

fn zones(cx: &mut Check<'_>, network: &Network) {
    let Some(header) = &cx.parts.header else { return };
    let names = match &network.zones.value {
        Zones::Named(names) => names,
        Zones::Count(wanted) => {
            let there = letters(&header.region).len();
            if network.existing.is_none() && usize::from(*wanted) > there {
                let at = if network.zones.given { network.zones.span } else { network.span };
                let wrong = Diagnostic::error(at, format!("{} has {there} zones", header.region.value));
                let wrong = wrong.other(header.region.span, "the region");
                cx.push(wrong.help(format!("write `network: {{zones: {there}}}`")));
            }
            return;
        }
    };
    cx.unique(names);
    for name in names {
        let letter = name.strip_prefix(header.region.as_str()).unwrap_or_default();
        if letter.len() != 1 || !letter.bytes().all(|byte| byte.is_ascii_lowercase()) {
            let region = &header.region.value;
            let wrong = Diagnostic::error(name.span, format!("`{}` is no zone of {region}", name.value));
            cx.push(wrong.help(format!("its zones are `{region}a`, `{region}b` and so on")));
        }
    }
}

fn private(block: Ipv4Net) -> bool {
    let shared = block.addr().octets()[0] == 100 && (64..128).contains(&block.addr().octets()[1]);
    block.addr().is_private() || shared
}

fn exists(cx: &mut Check<'_>, network: &Network, existing: &Existing) {
    let first = |blocks: &Option<Vec<crate::manifest::decode::Spanned<Ipv4Net>>>| {
        blocks.as_ref().map(|blocks| blocks.first().map_or(network.span, |block| block.span))
    };
    let ours: [(&str, Option<Span>); 5] = [
        ("cidr", network.cidr.map(|cidr| cidr.span)),
        ("zones", network.zones.given.then_some(network.zones.span)),
        ("nat", network.nat.given.then_some(network.nat.span)),
        ("public_subnets", first(&network.public_subnets)),
        ("private_subnets", first(&network.private_subnets)),
    ];
    for (name, span) in ours {
        if let Some(span) = span {
            let wrong = Diagnostic::error(span, format!("`{name}` describes a VPC of our own, but this one exists"));
            cx.push(wrong.other(existing.span, "here").help(format!("remove `{name}`, or remove `existing`")));
        }
    }
    cx.unique(existing.private_subnets.iter().chain(&existing.public_subnets));
    cx.unique(&existing.route_tables);
    if existing.cidr.is_none()
        && let Some(endpoint) = network.endpoints.first()
    {
        let wrong = Diagnostic::error(endpoint.span, "interface endpoints must know who may reach them");
        cx.push(wrong.other(existing.span, "this VPC").help("give the VPC's block as `existing.cidr`"));
    }
}
