//! IAM: roles, policies, instance profiles.

mod authorization;
mod details;
mod document;
mod enforcement;
mod input;
mod managed;
mod permissions;
mod profile;
mod role;

pub use authorization::{Need, needs};
pub(super) use document::{check_principals, fits};
pub use enforcement::{InvalidPolicy, Policy};
pub use managed::Managed;
pub use profile::Profile;
pub use role::Role;

use super::account::Account;
use super::operation::Operation;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Every operation.
pub const OPERATIONS: &[&[Operation]] =
    &[role::OPERATIONS, permissions::OPERATIONS, managed::OPERATIONS, profile::OPERATIONS, details::OPERATIONS];

/// How long other services do not see a new role, in milliseconds of virtual time (AWS.md §0.3).
pub const PROPAGATION: u64 = 10_000;

/// What the account has.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct State {
    /// By name.
    pub roles: BTreeMap<String, Role>,
    /// By name.
    pub profiles: BTreeMap<String, Profile>,
    /// The account's own managed policies by ARN.
    pub policies: BTreeMap<String, Managed>,
}

/// Why a service cannot use a role or an instance profile.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WhyNot {
    /// There is none of this name or ARN.
    Absent,
    /// The role's trust policy does not let the service assume it.
    NotTrusted,
    /// It was created less than [`PROPAGATION`] ago.
    NotPropagated,
    /// The instance profile has no role.
    Empty,
}

/// Whether `service` (`kafkaconnect.amazonaws.com`) can assume the role `arn` at `now`: it exists, its trust policy says so,
/// and it is known everywhere.
///
/// # Errors
/// The first of these that does not hold.
pub fn role_usable(account: &Account, arn: &str, service: &str, now: u64) -> Result<(), WhyNot> {
    let role = account.iam.roles.values().find(|role| role.arn == arn).ok_or(WhyNot::Absent)?;
    if !document::trusts(&role.trust, service, &account.id) {
        return Err(WhyNot::NotTrusted);
    }
    if now < role.created.saturating_add(PROPAGATION) { Err(WhyNot::NotPropagated) } else { Ok(()) }
}

/// The instance profile of this name or ARN, when EC2 can use it at `now`: it exists, is known everywhere, and has a role.
///
/// # Errors
/// The first of these that does not hold.
pub fn profile_usable<'a>(account: &'a Account, name_or_arn: &str, now: u64) -> Result<&'a Profile, WhyNot> {
    let all = &account.iam.profiles;
    let profile = all.get(name_or_arn).or_else(|| all.values().find(|profile| profile.arn == name_or_arn));
    let profile = profile.ok_or(WhyNot::Absent)?;
    if now < profile.created.saturating_add(PROPAGATION) {
        return Err(WhyNot::NotPropagated);
    }
    if profile.role.is_none() { Err(WhyNot::Empty) } else { Ok(profile) }
}

/// Whether the policies of the role `arn` allow `action` (`logs:CreateLogGroup`) on some resource. Only its inline policies
/// and the account's own managed ones are looked into; of a policy of AWS's own any action is believed.
pub fn role_may(account: &Account, arn: &str, action: &str) -> bool {
    let Some(role) = account.iam.roles.values().find(|role| role.arn == arn) else { return false };
    let inline = role.inline.values().any(|policy| document::allows(policy, action));
    inline
        || role.attached.iter().any(|policy| match account.iam.policies.get(policy) {
            Some(policy) => document::allows(policy.document(), action),
            None => true,
        })
}
