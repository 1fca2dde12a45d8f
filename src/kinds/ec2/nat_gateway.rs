//! `ec2/nat-gateway`: a NAT gateway.

use crate::resource::Named;

/// A NAT gateway.
#[derive(Clone, Debug)]
pub struct NatGateway;

impl Named for NatGateway {
    const NAME: &'static str = "ec2/nat-gateway";
}
