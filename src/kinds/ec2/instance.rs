//! `ec2/instance`: an EC2 instance.

use crate::resource::Named;

/// An EC2 instance.
#[derive(Clone, Debug)]
pub struct Instance;

impl Named for Instance {
    const NAME: &'static str = "ec2/instance";
}
