//! `ec2/elastic-ip`: an Elastic IP address, alone or on an instance (AWS.md §1.4).

use super::instance::Instance;
use crate::resource::{Auto, Fixed, Named, Ref};
use serde::{Deserialize, Serialize};

/// An Elastic IP address: a public IPv4 address that stays the same.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ElasticIp {
    /// The instance that has it; none while it is free or a NAT gateway's.
    #[serde(default)]
    pub instance: Option<Ref<Instance>>,
    /// Where it is announced from, such as `us-east-1-bos-1`; left out, the region.
    #[serde(default)]
    pub border_group: Fixed<Auto<String>>,
}

crate::attribute!(
    /// The address itself.
    pub PublicIp = "public_ip"
);
crate::attribute!(
    /// The association with an instance or a NAT gateway, `eipassoc-…`, while there is one.
    pub Association = "association"
);

impl Named for ElasticIp {
    const NAME: &'static str = "ec2/elastic-ip";
}
