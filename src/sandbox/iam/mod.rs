//! IAM: roles, policies, instance profiles.

use super::account::Account;
use super::operation::Operation;
use serde::{Deserialize, Serialize};

/// Every operation.
pub const OPERATIONS: &[&[Operation]] = &[];

/// How long other services do not see a new role, in milliseconds of virtual time (AWS.md §0.3).
pub const PROPAGATION: u64 = 10_000;

/// What the account has.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct State {}

/// Why a service cannot assume a role.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WhyNot {
    /// There is no role of this ARN.
    Absent,
    /// Its trust policy does not let the service assume it.
    NotTrusted,
    /// It was created less than [`PROPAGATION`] ago.
    NotPropagated,
}

/// Whether `service` (`kafkaconnect.amazonaws.com`) can assume the role `arn` at `now`: it exists, its trust policy says so,
/// and it is known everywhere.
///
/// # Errors
/// The first of these that does not hold.
pub fn role_usable(_account: &Account, _arn: &str, _service: &str, _now: u64) -> Result<(), WhyNot> {
    Err(WhyNot::Absent)
}
