//! Kinds of `kafkaconnect`.

pub mod connector;
pub mod custom_plugin;
pub mod properties;
pub mod worker_configuration;
