//! API Gateway.

pub mod account;
pub mod api_key;
pub mod rest_api;
pub mod route;
pub mod stage;
pub mod usage_plan;
pub mod vpc_link;
