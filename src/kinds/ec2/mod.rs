//! EC2 and VPC.

mod blockers;
pub mod cidr;
pub mod elastic_ip;
pub mod instance;
pub mod internet_gateway;
pub mod nat_gateway;
pub mod route_table;
pub mod security_group;
pub mod subnet;
mod tags;
mod token;
pub mod vpc;
pub mod vpc_endpoint;
