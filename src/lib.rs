//! Aqueduct provisions streaming data pipelines on AWS from one YAML manifest, without a state file.
//!
//! The way of the data, and of reading: [`manifest`] parses YAML into sections and lowers them into the
//! [`world::Graph`] of what is wanted; [`world::observe`] reads what is live; [`plan`] compares the two;
//! [`apply`] does what is between them; [`report`] shows all of it. [`permissions`] says what IAM must allow for that. [`resource`] is the abstraction they
//! share, [`kinds`] has everything about each kind of AWS object, [`aws`] is the only door to AWS. The command line,
//! `src/cli`, is the program's, not the library's.
//!
//! Two folders are built as crates of their own, so that an edit elsewhere does not wait for them: `src/kinds`, together
//! with `src/resource` and `src/aws`, is [`aqueduct_kinds`]; `src/sandbox` is [`aqueduct_sandbox`], an AWS of its own, for
//! trying and testing.
//!
//! ARCHITECTURE.md has the invariants.

pub use aqueduct_kinds::{attribute, aws, kinds, resource};

pub mod apply;
pub mod manifest;
pub mod permissions;
pub mod plan;
pub mod report;
pub mod world;
