//! `ec2/subnet`: a subnet.

use crate::resource::Named;

/// A subnet.
#[derive(Clone, Debug)]
pub struct Subnet;

impl Named for Subnet {
    const NAME: &'static str = "ec2/subnet";
}
