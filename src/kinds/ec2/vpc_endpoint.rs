//! `ec2/vpc-endpoint`: a VPC endpoint.

use crate::resource::Named;

/// A VPC endpoint.
#[derive(Clone, Debug)]
pub struct VpcEndpoint;

impl Named for VpcEndpoint {
    const NAME: &'static str = "ec2/vpc-endpoint";
}
