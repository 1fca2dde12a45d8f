//! Address blocks in AWS's spelling.

use ipnet::{IpNet, Ipv4Net};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// An IPv4 or IPv6 block, such as `10.0.0.0/16`. The bits after the prefix are zero, as AWS has it:
/// `10.0.1.5/16` is read as `10.0.0.0/16`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Cidr(IpNet);

impl Cidr {
    /// The block that `block` lies in.
    pub fn new(block: IpNet) -> Self {
        Self(block.trunc())
    }

    /// The block itself.
    pub fn block(self) -> IpNet {
        self.0
    }
}

impl From<Ipv4Net> for Cidr {
    fn from(block: Ipv4Net) -> Self {
        Self::new(block.into())
    }
}

impl FromStr for Cidr {
    type Err = InvalidCidr;

    fn from_str(text: &str) -> Result<Self, InvalidCidr> {
        text.parse().map(Self::new).map_err(|_| InvalidCidr(text.into()))
    }
}

impl TryFrom<String> for Cidr {
    type Error = InvalidCidr;

    fn try_from(text: String) -> Result<Self, InvalidCidr> {
        text.parse()
    }
}

impl From<Cidr> for String {
    fn from(cidr: Cidr) -> Self {
        cidr.to_string()
    }
}

impl fmt::Display for Cidr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A text that is no address block.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no address block; write one like 10.0.0.0/16")]
pub struct InvalidCidr(String);
