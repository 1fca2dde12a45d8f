//! What the engine says while it works: the contract between it and every renderer.

use crate::resource::Address;
use serde::{Serialize, Serializer};
use std::time::Duration;

/// Something that happened during a run. Durations are AWS's time.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// A step began.
    Started {
        /// Whose step.
        address: Address,
        /// `create`, `update`, `wait` or `delete`.
        action: &'static str,
        /// How long that typically takes.
        #[serde(rename = "typical_ms", serialize_with = "milliseconds")]
        typical: Duration,
    },
    /// A step waits for AWS.
    Waiting {
        /// Whose step.
        address: Address,
        /// AWS's word for the state.
        state: String,
        /// For how long already.
        #[serde(rename = "waited_ms", serialize_with = "milliseconds")]
        waited: Duration,
        /// How long it typically takes.
        #[serde(rename = "typical_ms", serialize_with = "milliseconds")]
        typical: Duration,
    },
    /// A call failed in a way that passes by itself; it is made again.
    Retrying {
        /// Whose step.
        address: Address,
        /// The error.
        error: String,
    },
    /// A change was sent to AWS.
    Changed {
        /// Whose.
        address: Address,
    },
    /// A step succeeded.
    Done {
        /// Whose step.
        address: Address,
        /// `create`, `update`, `wait` or `delete`.
        action: &'static str,
        /// How long it took.
        #[serde(rename = "took_ms", serialize_with = "milliseconds")]
        took: Duration,
    },
    /// A step failed.
    Failed {
        /// Whose step.
        address: Address,
        /// Why, and what to do.
        error: String,
    },
    /// A step was not begun because one before it failed.
    Skipped {
        /// Whose step.
        address: Address,
        /// The address whose step failed.
        because: Address,
    },
}

fn milliseconds<S: Serializer>(duration: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_u64(u64::try_from(duration.as_millis()).unwrap_or(u64::MAX))
}
