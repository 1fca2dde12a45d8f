//! Aqueduct provisions streaming data pipelines on AWS from one YAML manifest, without a state file.

pub mod apply;
pub mod aws;
pub mod kinds;
pub mod manifest;
pub mod plan;
pub mod report;
pub mod resource;
pub mod sandbox;
pub mod world;
