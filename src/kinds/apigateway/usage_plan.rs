//! `apigateway/usage-plan`: who may call how often, with its keys (AWS.md §5).

use super::api_key::ApiKey;
use super::stage::Stage;
use crate::resource::{Named, Ref, Set};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Who may call how often, with its keys.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UsagePlan {
    /// Not unique.
    pub name: String,
    /// Free text; may be empty.
    #[serde(default)]
    pub description: String,
    /// The stages it opens.
    #[serde(default)]
    pub stages: Set<PlanStage>,
    /// How fast one key may call.
    #[serde(default)]
    pub throttle: Option<Throttle>,
    /// How often one key may call within a period.
    #[serde(default)]
    pub quota: Option<Quota>,
    /// The product at AWS Marketplace.
    #[serde(default)]
    pub product_code: Option<String>,
    /// The keys that callers may use.
    #[serde(default)]
    pub keys: Set<Ref<ApiKey>>,
}

/// A stage that a usage plan opens.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlanStage {
    /// The stage.
    pub stage: Ref<Stage>,
    /// Limits of single routes, such as `GET /streams`.
    #[serde(default)]
    pub throttle: BTreeMap<String, Throttle>,
}

/// How fast one key may call.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Throttle {
    /// Requests a second.
    pub rate_limit: f64,
    /// Requests at once.
    pub burst_limit: i32,
}

/// How often one key may call within a period.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Quota {
    /// Requests in a period.
    pub limit: i32,
    /// The period.
    pub period: Period,
    /// Requests taken off the first period.
    #[serde(default)]
    pub offset: i32,
}

/// The period of a quota.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Period {
    /// A day.
    Day,
    /// A week.
    Week,
    /// A month.
    Month,
}

impl Named for UsagePlan {
    const NAME: &'static str = "apigateway/usage-plan";
}
