//! IAM.

pub mod instance_profile;
pub mod role;

use crate::resource::Retry;
use std::time::Duration;

/// A refusal that passes by itself once a new role is known everywhere (AWS.md §0.3).
pub(in crate::kinds) const fn new_role(code: &'static str, message: &'static str) -> Retry {
    Retry { code, message, during: Duration::from_secs(120) }
}
