//! YAML text to spanned, typed sections, and their lowering into wanted resources.

pub mod airflow;
pub mod api;
pub mod buckets;
mod check;
pub mod client;
pub mod common;
pub mod decode;
pub mod diagnostic;
pub mod forms;
pub mod header;
pub mod interpolate;
pub mod kafka;
pub mod layout;
pub mod load;
pub mod lower;
pub mod merge;
pub mod network;
pub mod overrides;
pub mod regex;
pub mod root;
pub mod section;
pub mod sinks;
pub mod source;
pub mod streams;
pub mod subnets;
pub mod yaml;

pub use load::{Inputs, Loaded, UNKNOWN_ACCOUNT, load, load_texts};
pub use lower::lower;
pub use root::Manifest;
