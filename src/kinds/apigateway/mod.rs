//! API Gateway.

pub mod account;
pub mod api_key;
pub mod canary;
mod deployment;
pub mod execution_logs;
pub mod gateway_response;
pub mod method_settings;
mod openapi;
mod patch;
pub mod rest_api;
pub mod route;
pub mod stage;
mod tree;
pub mod usage_plan;
pub mod vpc_link;

pub use tree::{Parts, parts};
