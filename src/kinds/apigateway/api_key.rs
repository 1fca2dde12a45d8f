//! `apigateway/api-key`: a key that callers send as `x-api-key` (AWS.md §5).

use crate::resource::{Auto, Fixed, Named, Secret};
use serde::{Deserialize, Serialize};

/// A key that callers send as `x-api-key`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ApiKey {
    /// Not unique.
    pub name: String,
    /// Free text; may be empty.
    #[serde(default)]
    pub description: String,
    /// Whether callers may use it.
    #[serde(default = "yes")]
    pub enabled: bool,
    /// The customer's id at AWS Marketplace.
    #[serde(default)]
    pub customer_id: Option<String>,
    /// 20 to 128 characters, unique in account and region; AWS makes one when left out.
    #[serde(default)]
    pub value: Fixed<Auto<Secret<String>>>,
}

fn yes() -> bool {
    true
}

impl Named for ApiKey {
    const NAME: &'static str = "apigateway/api-key";
}
