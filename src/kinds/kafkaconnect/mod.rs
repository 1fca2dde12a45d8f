//! MSK Connect.

pub mod connector;
pub mod custom_plugin;
pub mod worker_configuration;
