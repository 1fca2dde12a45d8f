//! Instances.

use crate::sandbox::account::Account;
use crate::sandbox::answer::Fault;

/// The primary network interface of an instance that can get an address or a route.
///
/// # Errors
/// `InvalidInstanceID.NotFound` and the like.
pub(super) fn interface(_account: &Account, instance: &str, _now: u64) -> Result<String, Fault> {
    let message = format!("The instance ID '{instance}' does not exist");
    Err(Fault::new(400, "InvalidInstanceID.NotFound", message))
}

/// Whether an instance passes packets on: it runs.
pub(super) fn forwards(_account: &Account, _instance: &str, _now: u64) -> bool {
    false
}
