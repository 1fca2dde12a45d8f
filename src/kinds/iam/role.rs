//! `iam/role`: a role with its trust, inline and managed policies.

use crate::resource::Named;

/// A role with its trust, inline and managed policies.
#[derive(Clone, Debug)]
pub struct Role;

impl Named for Role {
    const NAME: &'static str = "iam/role";
}
