//! `apigateway/vpc-link`: the way from API Gateway to a load balancer inside a VPC (AWS.md §5).

use crate::kinds::elb::load_balancer::LoadBalancer;
use crate::resource::{Arn, Fixed, Named, Ref};
use serde::{Deserialize, Serialize};

/// The way from API Gateway to a load balancer inside a VPC.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VpcLink {
    /// Not unique.
    pub name: String,
    /// Free text; may be empty.
    #[serde(default)]
    pub description: String,
    /// The network load balancer; it must be active when the link is made.
    pub target: Fixed<Ref<LoadBalancer, Arn>>,
}

impl Named for VpcLink {
    const NAME: &'static str = "apigateway/vpc-link";
}
