//! How a VPC's addresses are cut into subnets.

use super::diagnostic::Diagnostic;
use super::network::Network;
use super::source::Span;
use ipnet::Ipv4Net;
use std::net::Ipv4Addr;

/// The VPC's block when the manifest names none.
const DEFAULT: (Ipv4Addr, u8) = (Ipv4Addr::new(10, 0, 0, 0), 16);
/// The smallest subnet that AWS makes.
const SMALLEST: u8 = 28;
/// The largest VPC and subnet.
const LARGEST: u8 = 16;

/// The blocks of a VPC and its subnets, one public and one private a zone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Blocks {
    /// The VPC.
    pub vpc: Ipv4Net,
    /// Its public subnets.
    pub public: Vec<Ipv4Net>,
    /// Its private subnets.
    pub private: Vec<Ipv4Net>,
}

/// The block of the VPC.
pub fn vpc(network: &Network) -> Ipv4Net {
    let default = || Ipv4Net::new(DEFAULT.0, DEFAULT.1).unwrap_or_default();
    network.cidr.map_or_else(default, |cidr| *cidr)
}

/// Cuts the VPC of `network` into subnets.
///
/// Blocks that the manifest leaves to us are of one size, an eighth of the VPC or, of a small one,
/// what comes closest: the private ones from the start of its lower half, the public ones from that of its upper half.
///
/// # Errors
/// Everything that does not fit.
pub fn cut(network: &Network) -> Result<Blocks, Vec<Diagnostic>> {
    let vpc = vpc(network);
    let zones = network.zones.count();
    let at = network.cidr.map_or(network.span, |cidr| cidr.span);
    if !(LARGEST..=SMALLEST).contains(&vpc.prefix_len()) {
        let wrong = Diagnostic::error(at, format!("{vpc} cannot be a VPC"));
        return Err(vec![wrong.help("a VPC's block is a `/16` to `/28`, such as `10.0.0.0/16`")]);
    }
    let derived = derive(vpc, zones);
    let given = |blocks: &Option<Vec<_>>| blocks.clone();
    let (public, private) = (given(&network.public_subnets), given(&network.private_subnets));
    let mut wrong = vec![];
    if derived.is_none() && (public.is_none() || private.is_none()) {
        let message = format!("{vpc} has no room for {} subnets of 16 addresses", zones * 2);
        return Err(vec![Diagnostic::error(at, message).help("take a larger block, such as `10.0.0.0/16`")]);
    }
    let (derived_public, derived_private) = derived.unwrap_or_default();
    let mut all: Vec<(Ipv4Net, Option<Span>)> = vec![];
    for (what, given, derived) in [("public", &public, &derived_public), ("private", &private, &derived_private)] {
        let Some(given) = given else {
            all.extend(derived.iter().map(|block| (*block, None)));
            continue;
        };
        if given.len() != zones {
            let at = given.first().map_or(network.span, |first| first.span);
            let message = format!("{} {what} subnets for {zones} zones", given.len());
            wrong.push(
                Diagnostic::error(at, message).other(network.zones.span, "zones").help("give one block for each zone"),
            );
        }
        all.extend(given.iter().map(|block| (block.value, Some(block.span))));
    }
    for (index, (block, span)) in all.iter().enumerate() {
        let Some(span) = span else { continue };
        if !(LARGEST..=SMALLEST).contains(&block.prefix_len()) {
            wrong.push(
                Diagnostic::error(*span, format!("{block} cannot be a subnet"))
                    .help("a subnet's block is a `/16` to `/28`"),
            );
        } else if !vpc.contains(block) {
            let message = format!("{block} lies outside the VPC's {vpc}");
            let wrong_block = Diagnostic::error(*span, message).help(format!("take a block inside {vpc}"));
            wrong.push(match network.cidr {
                Some(cidr) => wrong_block.other(cidr.span, "the VPC"),
                None => wrong_block,
            });
        }
        for (other_index, (other, other_span)) in all.iter().enumerate() {
            let overlap = block.contains(other) || other.contains(block);
            // Of two that the manifest gives the later one is wrong.
            if overlap && other_index != index && (other_index < index || other_span.is_none()) {
                let message = format!("{block} overlaps {other}");
                let diagnostic = Diagnostic::error(*span, message);
                wrong.push(match other_span {
                    Some(other_span) => {
                        diagnostic.other(*other_span, "this one").help("give each subnet addresses of its own")
                    }
                    None => diagnostic
                        .help(format!("{other} was cut for a subnet that the manifest does not give; give them all")),
                });
                break;
            }
        }
    }
    if !wrong.is_empty() {
        return Err(wrong);
    }
    let plain = |given: Option<Vec<super::decode::Spanned<Ipv4Net>>>, derived: Vec<Ipv4Net>| match given {
        Some(given) => given.into_iter().map(|block| block.value).collect(),
        None => derived,
    };
    Ok(Blocks { vpc, public: plain(public, derived_public), private: plain(private, derived_private) })
}

/// The public and private blocks of `zones` zones, if there is room.
fn derive(vpc: Ipv4Net, zones: usize) -> Option<(Vec<Ipv4Net>, Vec<Ipv4Net>)> {
    let bits = (SMALLEST - vpc.prefix_len()).min(3);
    let half = (1_usize << bits) / 2;
    if zones > half {
        return None;
    }
    let blocks: Vec<Ipv4Net> = vpc.subnets(vpc.prefix_len() + bits).ok()?.collect();
    Some((blocks.get(half..half + zones)?.to_vec(), blocks.get(..zones)?.to_vec()))
}
