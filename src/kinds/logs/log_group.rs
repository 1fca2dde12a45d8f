//! `logs/log-group`: a CloudWatch log group, found by its name (AWS.md §2.6).

use crate::resource::{Fixed, Named};
use serde::{Deserialize, Serialize};

/// A CloudWatch log group.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LogGroup {
    /// 1 to 512 of `a-z A-Z 0-9 _ - / . #`; unique in account and region.
    pub name: Fixed<String>,
    /// For how long events are kept: 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731,
    /// 1096, 1827, 2192, 2557, 2922, 3288 or 3653 days; none keeps them forever.
    #[serde(default)]
    pub retention_days: Option<i32>,
    /// The ARN of the KMS key that encrypts events; none leaves that to AWS's own keys.
    #[serde(default)]
    pub kms_key: Option<String>,
    /// What can be done with its events, and at which price.
    #[serde(default)]
    pub class: Fixed<Class>,
    /// Whether AWS refuses to delete it. Deleting it from the manifest then counts as losing data.
    #[serde(default)]
    pub deletion_protection: bool,
}

/// What can be done with a group's events.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Class {
    /// Everything.
    #[default]
    Standard,
    /// Less, for half the price.
    InfrequentAccess,
    /// Only delivery elsewhere.
    Delivery,
    /// The least, for the lowest price.
    Essentials,
}

impl LogGroup {
    /// A group that keeps its events forever, as AWS makes it by default.
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: Fixed(name.into()),
            retention_days: None,
            kms_key: None,
            class: Fixed(Class::default()),
            deletion_protection: false,
        }
    }
}

impl Named for LogGroup {
    const NAME: &'static str = "logs/log-group";
}
