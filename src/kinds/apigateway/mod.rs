//! API Gateway.

pub mod account;
pub mod api_key;
mod deployment;
pub mod gateway_response;
mod openapi;
mod patch;
pub mod rest_api;
pub mod route;
pub mod stage;
mod tree;
pub mod usage_plan;
pub mod vpc_link;
