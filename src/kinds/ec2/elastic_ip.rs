//! `ec2/elastic-ip`: an Elastic IP address.

use crate::resource::Named;

/// An Elastic IP address.
#[derive(Clone, Debug)]
pub struct ElasticIp;

impl Named for ElasticIp {
    const NAME: &'static str = "ec2/elastic-ip";
}
