//! `ec2/security-group`: a security group with its rules.

use crate::resource::Named;

/// A security group with its rules.
#[derive(Clone, Debug)]
pub struct SecurityGroup;

impl Named for SecurityGroup {
    const NAME: &'static str = "ec2/security-group";
}
