//! What people and machines are shown. Renderers are pure: plans and events in, text out.

mod event;

pub use event::Event;
