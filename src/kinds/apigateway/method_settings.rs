//! Settings of a stage's routes (AWS.md §5).

use super::patch::{Patch, escaped, unescaped};
use super::{route, tree};
use crate::aws::{self, Error};
use crate::resource::Auto;
use aws_sdk_apigateway::types::MethodSetting;
use serde::{Deserialize, Serialize};

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

/// Where the settings of `key` are: the path of a route is one part, with its slashes escaped.
pub(super) fn settings_path(key: &str) -> aws::Result<String> {
    if key == "*/*" {
        return Ok("/*/*".into());
    }
    let parts =
        route::parts(key).ok_or_else(|| Error::internal(format!("`{key}` is no route: use `GET /path` or `*/*`")))?;
    Ok(format!("/{}/{}", escaped(parts.1), parts.0))
}

/// The key of what AWS calls `streams/GET` or `~1streams/GET`.
pub(super) fn settings_key(aws: &str) -> String {
    match aws.rsplit_once('/') {
        Some(("*", "*")) | None => aws.into(),
        Some((path, method)) => format!("{method} /{}", unescaped(path).trim_start_matches('/')),
    }
}

impl MethodSettings {
    /// What must be set at `path` to come from `live` to here. Settings that are new begin as AWS's
    /// defaults, or as those of `*/*`; what that leaves wrong shows up when they are read back.
    pub(super) fn patch(&self, path: &str, live: Option<&Self>, patch: &mut Patch) {
        let begun = Self::default();
        let now = live.unwrap_or(&begun);
        if self.metrics != now.metrics || live.is_none() {
            patch.replace(format!("{path}/metrics/enabled"), self.metrics);
        }
        if self.logging_level != now.logging_level {
            patch.replace(format!("{path}/logging/loglevel"), self.logging_level.word());
        }
        if self.data_trace != now.data_trace {
            patch.replace(format!("{path}/logging/dataTrace"), self.data_trace);
        }
        if let Some(rate) = self.throttling_rate_limit.filter(|rate| Some(*rate) != *now.throttling_rate_limit) {
            patch.replace(format!("{path}/throttling/rateLimit"), rate);
        }
        if let Some(burst) = self.throttling_burst_limit.filter(|burst| Some(*burst) != *now.throttling_burst_limit) {
            patch.replace(format!("{path}/throttling/burstLimit"), burst);
        }
        if self.caching != now.caching {
            patch.replace(format!("{path}/caching/enabled"), self.caching);
        }
        if self.cache_ttl_seconds != now.cache_ttl_seconds {
            patch.replace(format!("{path}/caching/ttlInSeconds"), self.cache_ttl_seconds);
        }
        if self.cache_encrypted != now.cache_encrypted {
            patch.replace(format!("{path}/caching/dataEncrypted"), self.cache_encrypted);
        }
        if self.cache_control_needs_authorization != now.cache_control_needs_authorization {
            let needed = self.cache_control_needs_authorization;
            patch.replace(format!("{path}/caching/requireAuthorizationForCacheControl"), needed);
        }
        if self.unauthorized_cache_control != now.unauthorized_cache_control {
            let strategy = self.unauthorized_cache_control.word();
            patch.replace(format!("{path}/caching/unauthorizedCacheControlHeaderStrategy"), strategy);
        }
    }

    pub(super) fn of(found: MethodSetting) -> aws::Result<Self> {
        let strategy = found.unauthorized_cache_control_header_strategy;
        let strategy = strategy.map(|strategy| tree::parsed(strategy.as_str())).transpose()?;
        let level = found.logging_level.filter(|level| !level.is_empty());
        Ok(Self {
            metrics: found.metrics_enabled,
            logging_level: level.map(|level| tree::parsed(&level)).transpose()?.unwrap_or_default(),
            data_trace: found.data_trace_enabled,
            throttling_rate_limit: Auto(Some(found.throttling_rate_limit)),
            throttling_burst_limit: Auto(Some(found.throttling_burst_limit)),
            caching: found.caching_enabled,
            cache_ttl_seconds: found.cache_ttl_in_seconds,
            cache_encrypted: found.cache_data_encrypted,
            cache_control_needs_authorization: found.require_authorization_for_cache_control,
            unauthorized_cache_control: strategy.unwrap_or_default(),
        })
    }
}

impl LoggingLevel {
    fn word(self) -> &'static str {
        match self {
            Self::Off => "OFF",
            Self::Error => "ERROR",
            Self::Info => "INFO",
        }
    }
}

impl UnauthorizedCacheControl {
    fn word(self) -> &'static str {
        match self {
            Self::FailWith403 => "FAIL_WITH_403",
            Self::SucceedWithResponseHeader => "SUCCEED_WITH_RESPONSE_HEADER",
            Self::SucceedWithoutResponseHeader => "SUCCEED_WITHOUT_RESPONSE_HEADER",
        }
    }
}
