//! `elb/load-balancer`: a network load balancer.

use crate::resource::Named;

/// A network load balancer.
#[derive(Clone, Debug)]
pub struct LoadBalancer;

impl Named for LoadBalancer {
    const NAME: &'static str = "elb/load-balancer";
}
