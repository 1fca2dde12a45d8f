//! `ec2/internet-gateway`: an internet gateway with its attachment (AWS.md §1.3).

use super::vpc::Vpc;
use crate::resource::{Named, Ref};
use serde::{Deserialize, Serialize};

/// An internet gateway with its attachment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InternetGateway {
    /// The VPC it is attached to, which can have no other one. Empty in what AWS reports as long as
    /// it is attached to none.
    pub vpc: Ref<Vpc>,
}

impl Named for InternetGateway {
    const NAME: &'static str = "ec2/internet-gateway";
}
