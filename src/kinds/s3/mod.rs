//! S3.

pub mod bucket;
mod contents;
mod lifecycle;
pub mod object;
