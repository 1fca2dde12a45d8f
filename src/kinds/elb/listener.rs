//! `elb/listener`: a port of a network load balancer (API model of 2015-12-01).

use super::load_balancer::LoadBalancer;
use super::target_group::{Protocol, TargetGroup};
use crate::resource::{Arn, Fixed, Named, Ref};
use serde::{Deserialize, Serialize};

/// A port of a network load balancer that forwards to a target group.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Listener {
    /// The load balancer.
    pub load_balancer: Fixed<Ref<LoadBalancer, Arn>>,
    /// 1 to 65535; unique on the load balancer.
    pub port: i32,
    /// What it takes; that of the target group.
    #[serde(default)]
    pub protocol: Protocol,
    /// Where it forwards to.
    pub target_group: Ref<TargetGroup, Arn>,
}

impl Named for Listener {
    const NAME: &'static str = "elb/listener";
}
