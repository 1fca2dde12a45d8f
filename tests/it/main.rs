//! Every test of the project, in one binary.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking, its helpers, too")]

#[macro_use]
mod conformance;
mod actions;
mod adoption;
mod artefacts;
mod balancers;
mod cli;
mod compute;
mod connect;
mod crash;
mod export;
mod fields;
mod gateway;
mod kafka;
mod leases;
mod lower;
mod manifest;
mod networks;
mod permissions;
mod pipeline;
mod plan;
mod readme;
mod recording;
mod regions;
mod report;
mod resource;
mod sandbox;
mod soak;
mod stages;
mod storage;
mod streams;
mod support;
mod tidy;
mod writers;
