//! `apigateway/stage`: a stage of a REST API with its deployment (AWS.md §5).

use super::rest_api::{Definition, RestApi};
use crate::kinds::logs::log_group::LogGroup;
use crate::resource::{Arn, Auto, Fixed, Named, Needs, Ref};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A stage of a REST API with its deployment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stage {
    /// 1 to 128 of `A-Z a-z 0-9 _ -`; unique within the API; the first part of its URLs' path.
    pub name: Fixed<String>,
    /// The API.
    pub api: Fixed<Ref<RestApi>>,
    /// What is deployed, as the digest of the API's routes: `Ref::to(<the API's name>)`. A change of
    /// any route changes it and so makes a new deployment. A change that somebody made behind our
    /// back and that is put back does not: the snapshot that is deployed never had it. Any other
    /// text is a label of the user's own, and only a new label makes a new deployment.
    pub definition: Ref<RestApi, Definition>,
    /// Free text; may be empty.
    #[serde(default)]
    pub description: String,
    /// Values that mappings may use as `stageVariables.<name>`.
    #[serde(default)]
    pub variables: BTreeMap<String, String>,
    /// Whether requests are traced with X-Ray.
    #[serde(default)]
    pub tracing: bool,
    /// One line of log for each request; needs `apigateway/account`.
    #[serde(default)]
    pub access_log: Option<AccessLog>,
    /// The size of the stage's cache in GB: `0.5`, `1.6`, `6.1`, `13.5`, `28.4`, `58.2`, `118` or
    /// `237`; none has no cache.
    #[serde(default)]
    pub cache_cluster_gb: Option<String>,
    /// The certificate with which API Gateway identifies itself to HTTP backends.
    #[serde(default)]
    pub client_certificate: Option<String>,
    /// Settings by route, such as `GET /streams`; `*/*` for all routes.
    #[serde(default)]
    pub method_settings: BTreeMap<String, MethodSettings>,
    /// What must exist first: the `apigateway/account` where requests are logged.
    #[serde(default)]
    pub needs: Needs,
}

/// One line of log for each request.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccessLog {
    /// The log group, without `:*` at the end; or a Firehose stream `amazon-apigateway-*`, by ARN.
    pub destination: Ref<LogGroup, Arn>,
    /// One line with `$context` variables, among them `$context.requestId` or
    /// `$context.extendedRequestId`.
    pub format: String,
}

/// Settings of one route or of all.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MethodSettings {
    /// Whether CloudWatch gets detailed metrics.
    #[serde(default)]
    pub metrics: bool,
    /// What is logged of each execution; needs `apigateway/account`.
    #[serde(default)]
    pub logging_level: LoggingLevel,
    /// Whether whole requests and answers are logged, secrets included.
    #[serde(default)]
    pub data_trace: bool,
    /// Requests a second; the account's limit when left out.
    #[serde(default)]
    pub throttling_rate_limit: Auto<f64>,
    /// Requests at once; the account's limit when left out.
    #[serde(default)]
    pub throttling_burst_limit: Auto<i32>,
    /// Whether answers are cached; needs `cache_cluster_gb`.
    #[serde(default)]
    pub caching: bool,
    /// How long answers are kept, 0 to 3600.
    #[serde(default = "five_minutes")]
    pub cache_ttl_seconds: i32,
    /// Whether the cache is encrypted.
    #[serde(default)]
    pub cache_encrypted: bool,
    /// Whether callers need a permission to bypass the cache.
    #[serde(default = "yes")]
    pub cache_control_needs_authorization: bool,
    /// What happens to callers that try without.
    #[serde(default)]
    pub unauthorized_cache_control: UnauthorizedCacheControl,
}

fn five_minutes() -> i32 {
    300
}

fn yes() -> bool {
    true
}

impl Default for MethodSettings {
    fn default() -> Self {
        Self {
            metrics: false,
            logging_level: LoggingLevel::default(),
            data_trace: false,
            throttling_rate_limit: Auto::default(),
            throttling_burst_limit: Auto::default(),
            caching: false,
            cache_ttl_seconds: five_minutes(),
            cache_encrypted: false,
            cache_control_needs_authorization: true,
            unauthorized_cache_control: UnauthorizedCacheControl::default(),
        }
    }
}

/// What is logged of each execution.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum LoggingLevel {
    /// Nothing.
    #[default]
    Off,
    /// Errors.
    Error,
    /// Everything.
    Info,
}

/// What happens to callers that try to bypass the cache without permission.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum UnauthorizedCacheControl {
    /// The request fails.
    #[serde(rename = "FAIL_WITH_403")]
    FailWith403,
    /// It is answered from the cache, with a warning header.
    #[default]
    SucceedWithResponseHeader,
    /// It is answered from the cache.
    SucceedWithoutResponseHeader,
}

impl Named for Stage {
    const NAME: &'static str = "apigateway/stage";
}
