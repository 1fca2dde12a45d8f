//! `iam/role`: a role with its trust, inline and managed policies, found by its name (AWS.md §2.1).

use crate::resource::{Auto, Fixed, Named, Policy, Set};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A role with its trust, inline and managed policies.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Role {
    /// 1 to 64 of `a-z A-Z 0-9 _ + = , . @ -`; unique in the account.
    pub name: Fixed<String>,
    /// Begins and ends with `/`; left out, `/aqueduct/<stack>/`.
    #[serde(default)]
    pub path: Fixed<Auto<String>>,
    /// Who may assume it; at most 2048 characters.
    pub trust: Policy,
    /// Its own policies by name; at most 10,240 characters together.
    #[serde(default)]
    pub inline: BTreeMap<String, Policy>,
    /// The ARNs of managed policies; at most 10.
    #[serde(default)]
    pub managed: Set<String>,
    /// At most 1000 characters.
    #[serde(default)]
    pub description: String,
    /// How long a session may last, 3600 to 43200 seconds.
    #[serde(default = "hour")]
    pub max_session_seconds: i32,
    /// The ARN of the managed policy that bounds its permissions.
    #[serde(default)]
    pub permissions_boundary: Option<String>,
}

fn hour() -> i32 {
    3600
}

impl Role {
    /// A role that `trust` may assume, without permissions, else as AWS makes it by default.
    pub fn new(name: impl Into<String>, trust: Policy) -> Self {
        Self {
            name: Fixed(name.into()),
            path: Fixed(Auto(None)),
            trust,
            inline: BTreeMap::new(),
            managed: Set::default(),
            description: String::new(),
            max_session_seconds: hour(),
            permissions_boundary: None,
        }
    }
}

impl Named for Role {
    const NAME: &'static str = "iam/role";
}
