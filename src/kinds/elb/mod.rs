//! Network load balancers.

pub mod listener;
pub mod load_balancer;
mod tags;
pub mod target_group;
