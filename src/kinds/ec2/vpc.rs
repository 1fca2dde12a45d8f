//! `ec2/vpc`: a VPC.

use crate::resource::Named;

/// A VPC.
#[derive(Clone, Debug)]
pub struct Vpc;

impl Named for Vpc {
    const NAME: &'static str = "ec2/vpc";
}
