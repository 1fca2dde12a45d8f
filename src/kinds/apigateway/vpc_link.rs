//! `apigateway/vpc-link`: a VPC link.

use crate::resource::Named;

/// A VPC link.
#[derive(Clone, Debug)]
pub struct VpcLink;

impl Named for VpcLink {
    const NAME: &'static str = "apigateway/vpc-link";
}
