//! The embedded AWS: one account that speaks AWS's own wire protocols.
//!
//! A second, independent implementation of what AWS does: it imports nothing from the rest of the crate. It is strict, in
//! that it refuses what it does not know as AWS refuses it, and lazy, in that nothing runs in the background: states carry
//! the time of their next change and whoever looks sees it.
//!
//! - [`services::ALL`] is the table of services. Each is a folder: its state, its table of operations, one file a
//!   resource family.
//! - A handler is `fn(&mut Account, &Call) -> Result<Answer, Fault>`. The protocol around it is in [`wire`].
//! - Time, latency, [`faults`] and rate limits are the same for all of them and happen here.

pub mod account;
pub mod airflow;
pub mod answer;
pub mod apigateway;
pub mod call;
mod client;
pub mod clock;
pub mod ec2;
pub mod elasticloadbalancing;
pub mod faults;
pub mod files;
pub mod iam;
pub mod ids;
pub mod kafka;
pub mod kafkaconnect;
pub mod kinesis;
mod limits;
pub mod logs;
pub mod objects;
pub mod operation;
pub mod s3;
mod server;
pub mod services;
mod serving;
mod signature;
mod store;
pub mod sts;
pub mod tagging;
pub mod tags;
pub mod time;
pub mod wire;

pub use account::Account;
pub use call::{CallRecord, Outcome};
pub use faults::Faults;
pub use serving::{Change, Lost, Options, Sandbox};
pub use store::OpenError;
