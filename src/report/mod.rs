//! What people and machines are shown. Renderers are pure: plans, worlds and events in, text out.
//!
//! Texts carry ANSI styles; whoever prints them takes those off where they do not belong.

mod drawing;
mod event;
mod human;
mod json;
mod progress;
mod status;
mod style;
mod terraform;
mod terraform_api;

pub use drawing::{dot, mermaid};
pub use event::Event;
pub use human::duration as human_duration;
pub use human::{Detail, counted, critical_path, drift as human_drift, plan as human_plan};
pub use json::{FORMAT, Header, plan as json_plan};
pub use progress::Progress;
pub use status::{human as human_status, json as json_status};
pub use style::styled_error;
pub use terraform::{ApiParts, imports as terraform_imports};
