//! Network load balancers.

pub mod listener;
pub mod load_balancer;
pub mod target_group;
