//! Placeholder entry point; measures nothing.
fn main() {}
