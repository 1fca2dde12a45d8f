//! Security groups.

use crate::sandbox::account::Account;

/// Makes the group `default` of a new VPC.
pub(super) fn make_default(_account: &mut Account, _vpc: &str) {}

/// Takes away the group `default` of a VPC that is deleted.
pub(super) fn drop_default(_account: &mut Account, _vpc: &str) {}

/// Whether the VPC has others than its group `default`, which block its deletion.
pub(super) fn block(_account: &Account, _vpc: &str) -> bool {
    false
}

/// The name of a group.
pub(super) fn name<'a>(_account: &'a Account, _group: &str) -> Option<&'a str> {
    None
}
