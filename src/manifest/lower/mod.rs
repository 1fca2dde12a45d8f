//! Sections to resources.

pub mod cloud_init;
pub mod connector;
pub mod policies;
pub mod routes;
