//! `elb/target-group`: a target group with its targets.

use crate::resource::Named;

/// A target group with its targets.
#[derive(Clone, Debug)]
pub struct TargetGroup;

impl Named for TargetGroup {
    const NAME: &'static str = "elb/target-group";
}
