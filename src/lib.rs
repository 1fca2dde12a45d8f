//! Aqueduct provisions streaming data pipelines on AWS from one YAML manifest, without a state file.
pub mod manifest;
pub mod sandbox;
