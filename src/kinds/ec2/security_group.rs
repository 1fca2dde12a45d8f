//! `ec2/security-group`: a security group with all its rules (AWS.md §1.8).

use super::vpc::Vpc;
use super::vpc_endpoint::{PrefixList, VpcEndpoint};
use crate::resource::{Fixed, Named, Ref, Set};
use serde::{Deserialize, Serialize};

/// A security group with all its rules; rules that it does not list are revoked.
///
/// A rule whose peer is another group makes this group depend on that one. So of two groups that
/// talk to each other only one may name the other: let the side that is called name its callers in
/// `ingress`, and let the callers' `egress` name addresses.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SecurityGroup {
    /// 1 to 255 of `a-z A-Z 0-9 . _ - : / ( ) # , @ [ ] + = & ; { } ! $ *` and space, not beginning
    /// with `sg-`; unique in the VPC without regard to case.
    pub name: Fixed<String>,
    /// What it is for; 1 to 255 of the same characters.
    pub description: Fixed<String>,
    /// The VPC.
    pub vpc: Fixed<Ref<Vpc>>,
    /// What may come in.
    #[serde(default)]
    pub ingress: Set<Rule>,
    /// What may go out; left out, everything over IPv4, as AWS has it.
    #[serde(default = "everything")]
    pub egress: Set<Rule>,
}

/// One way through a security group.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// `tcp`, `udp`, `icmp`, `icmpv6`, another protocol's number, or `-1` for all.
    pub protocol: String,
    /// The first port, or the ICMP type; of `tcp` and `udp` left out 0, of ICMP -1 (all). Other
    /// protocols have none.
    #[serde(default)]
    pub from_port: Option<i32>,
    /// The last port, or the ICMP code; of `tcp` and `udp` left out 65535, of ICMP -1 (all).
    #[serde(default)]
    pub to_port: Option<i32>,
    /// The other side.
    pub peer: Peer,
    /// At most 255 of the characters of a group's name.
    #[serde(default)]
    pub description: Option<String>,
}

/// The other side of a rule.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Peer {
    /// Addresses, as an IPv4 or IPv6 block.
    Cidr(String),
    /// Whatever carries another security group.
    Group(Ref<SecurityGroup>),
    /// A prefix list, such as that of a gateway endpoint.
    PrefixList(Ref<VpcEndpoint, PrefixList>),
    /// Whatever carries this security group.
    #[serde(rename = "self")]
    Itself,
}

/// The rule that AWS gives every new group.
fn everything() -> Set<Rule> {
    let peer = Peer::Cidr("0.0.0.0/0".into());
    Set(vec![Rule { protocol: "-1".into(), from_port: None, to_port: None, peer, description: None }])
}

impl Named for SecurityGroup {
    const NAME: &'static str = "ec2/security-group";
}
