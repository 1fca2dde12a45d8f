//! Every test of the project, in one binary.

#[macro_use]
mod conformance;
mod compute;
mod connect;
mod crash;
mod gateway;
mod kafka;
mod lower;
mod manifest;
mod networks;
mod pipeline;
mod sandbox;
mod storage;
mod support;
mod tidy;
