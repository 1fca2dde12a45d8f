//! Kinesis data streams.

pub mod stream;
