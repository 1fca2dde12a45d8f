//! Elastic Load Balancing version 2: network load balancers, target groups, listeners (API model 2015-12-01).
//!
//! Application and gateway load balancers are refused.

mod attributes;
mod balancer;
mod input;
mod listener;
mod tag;
mod target_group;
mod targets;

pub use balancer::LoadBalancer;
pub use listener::Listener;
pub use target_group::TargetGroup;

use super::account::Account;
use super::operation::Operation;
use super::tags::Tags;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Every operation.
pub const OPERATIONS: &[&[Operation]] = &[
    balancer::OPERATIONS,
    attributes::OPERATIONS,
    target_group::OPERATIONS,
    targets::OPERATIONS,
    listener::OPERATIONS,
    tag::OPERATIONS,
];

/// What the account has in one region.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct State {
    /// By ARN.
    pub balancers: BTreeMap<String, LoadBalancer>,
    /// By ARN.
    pub target_groups: BTreeMap<String, TargetGroup>,
    /// By ARN.
    pub listeners: BTreeMap<String, Listener>,
}

/// Every tagged resource: ARN and tags.
pub fn tagged(account: &Account) -> Vec<(String, Tags)> {
    let State { balancers, target_groups, listeners } = &account.elasticloadbalancing;
    let balancers = balancers.values().map(|balancer| (&balancer.arn, &balancer.tags));
    let target_groups = target_groups.values().map(|group| (&group.arn, &group.tags));
    let listeners = listeners.values().map(|listener| (&listener.arn, &listener.tags));
    let all = balancers.chain(target_groups).chain(listeners);
    all.filter(|(_, tags)| !tags.is_empty()).map(|(arn, tags)| (arn.clone(), tags.clone())).collect()
}
