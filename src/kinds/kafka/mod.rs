//! MSK.

pub mod channel;
pub mod cluster;
pub mod configuration;
pub mod topic;
