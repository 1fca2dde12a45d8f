//! `ec2/internet-gateway`: an internet gateway with its attachment.

use crate::resource::Named;

/// An internet gateway with its attachment.
#[derive(Clone, Debug)]
pub struct InternetGateway;

impl Named for InternetGateway {
    const NAME: &'static str = "ec2/internet-gateway";
}
