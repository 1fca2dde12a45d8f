//! `network`: where everything runs.

use super::decode::{Decode, Decoder, Spanned};
use super::diagnostic::Diagnostic;
use super::forms;
use super::layout::Constraint::{All, Each, Form, Members};
use super::layout::Shape;
use super::section::{choice, section};
use super::yaml::{Node, Value};
use ipnet::Ipv4Net;

section! {
    /// Where everything runs: a VPC of its own with one public and one private subnet in each zone, or one that exists.
    /// Left out, a VPC of its own is made if something needs one. An S3 gateway endpoint, which costs nothing, always belongs to it.
    pub struct Network {
        /// The VPC's addresses, `/16` to `/28`.
        cidr: Option<Spanned<Ipv4Net>>,
        /// In how many availability zones, 2 or 3; or their names.
        zones: Spanned<Zones> = "3",
        /// How private subnets reach the internet.
        nat: Spanned<Nat> = "single",
        /// The blocks of the public subnets, one a zone; left out, cut from the upper half of `cidr`.
        public_subnets: Option<Vec<Spanned<Ipv4Net>>>,
        /// The blocks of the private subnets, one a zone; left out, cut from the lower half of `cidr`.
        private_subnets: Option<Vec<Spanned<Ipv4Net>>>,
        /// AWS services to reach without the internet, each by an interface endpoint in every private subnet, such as `kinesis-streams`.
        endpoints: Vec<Spanned<String>> = "[]" where Each(&Form(&forms::ENDPOINT)),
        /// A VPC that exists, instead of one of its own.
        existing: Option<Existing>,
    }
}

section! {
    /// A VPC that exists, with its subnets. Nothing of it is changed.
    pub struct Existing {
        /// The VPC.
        vpc: Spanned<String> where Form(&forms::VPC_ID),
        /// Its private subnets, two or three in as many zones.
        private_subnets: Vec<Spanned<String>> where All(&[Members(2, 3), Each(&Form(&forms::SUBNET_ID))]),
        /// Its public subnets; needed by a machine that the internet can reach.
        public_subnets: Vec<Spanned<String>> = "[]" where All(&[Members(0, 3), Each(&Form(&forms::SUBNET_ID))]),
        /// Its addresses; needed for load balancers and interface endpoints.
        cidr: Option<Spanned<Ipv4Net>>,
        /// The route tables of its private subnets, which get a route to an S3 gateway endpoint; none if it has one.
        route_tables: Vec<Spanned<String>> = "[]" where Each(&Form(&forms::ROUTE_TABLE_ID)),
    }
}

choice! {
    /// How private subnets reach the internet.
    pub enum Nat {
        /// Not at all.
        None = "none",
        /// Through one gateway: cheapest, but all zones depend on that of the gateway.
        Single = "single",
        /// Through a gateway in each zone.
        PerZone = "per-zone",
    }
}

/// The availability zones to use.
#[derive(Clone, Debug, PartialEq)]
pub enum Zones {
    /// So many of the region's.
    Count(u8),
    /// These.
    Named(Vec<Spanned<String>>),
}

impl Zones {
    /// How many there are.
    pub fn count(&self) -> usize {
        match self {
            Self::Count(count) => usize::from(*count),
            Self::Named(names) => names.len(),
        }
    }

    /// Their names in `region`.
    pub fn names(&self, region: &str) -> Vec<String> {
        match self {
            Self::Count(count) => {
                letters(region).chars().take(usize::from(*count)).map(|c| format!("{region}{c}")).collect()
            }
            Self::Named(names) => names.iter().map(|name| name.value.clone()).collect(),
        }
    }
}

/// The letters of a region's first three zones that every account can use; us-west-1 has two for each.
pub fn letters(region: &str) -> &'static str {
    match region {
        "ap-northeast-1" => "acd",
        "ca-central-1" => "abd",
        "us-west-1" => "ac",
        _ => "abc",
    }
}

impl Decode for Zones {
    fn shape() -> Shape {
        Shape::Either(&[u8::shape, Vec::<Spanned<String>>::shape])
    }

    fn decode(node: &Node, cx: &mut Decoder<'_>) -> Option<Self> {
        let zones = match &node.value {
            Value::List(_) => Self::Named(Vec::decode(node, cx)?),
            Value::Scalar(scalar) if scalar.integer().is_some() => Self::Count(u8::decode(node, cx)?),
            _ => return cx.mismatch(node, "2, 3 or a list of zones"),
        };
        if let 2 | 3 = zones.count() {
            return Some(zones);
        }
        let at = if node.span.start == node.span.end { node.owner } else { node.span };
        let wrong = Diagnostic::error(at, format!("{} zones are not possible", zones.count()));
        cx.fail(wrong.help("use 2 or 3: MSK spreads its brokers over two or three, MWAA over two"))
    }
}
