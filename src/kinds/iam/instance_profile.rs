//! `iam/instance-profile`: what gives a role to an instance, found by its name (AWS.md §2.3).

use super::role::Role;
use crate::resource::{Auto, Fixed, Named, Ref};
use serde::{Deserialize, Serialize};

/// An instance profile.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InstanceProfile {
    /// 1 to 128 of `a-z A-Z 0-9 _ + = , . @ -`; unique in the account.
    pub name: Fixed<String>,
    /// Begins and ends with `/`; left out, `/aqueduct/<stack>/`.
    #[serde(default)]
    pub path: Fixed<Auto<String>>,
    /// The role that instances with it have.
    pub role: Ref<Role>,
}

impl Named for InstanceProfile {
    const NAME: &'static str = "iam/instance-profile";
}
