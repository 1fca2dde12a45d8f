//! Instances.

use crate::sandbox::account::Account;

/// The primary network interface of an instance that is not terminated.
pub(super) fn interface(_account: &Account, _instance: &str, _now: u64) -> Option<String> {
    None
}

/// Whether an instance passes packets on: it runs.
pub(super) fn forwards(_account: &Account, _instance: &str, _now: u64) -> bool {
    false
}
