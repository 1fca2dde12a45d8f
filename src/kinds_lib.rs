//! What Aqueduct knows of AWS: [`resource`] is what a resource is, [`aws`] is the only door to AWS, [`kinds`] has
//! everything about each kind of AWS object.
//!
//! These three are a crate of their own, because here is the code that calls AWS: it is by far the slowest to build, and
//! an edit of the planner, the manifest, a report or a command does not touch it.

pub mod aws;
pub mod kinds;
pub mod resource;
