//! Changes of stages.

use super::patch::{Op, Patch};
use super::stage::Stage;
use super::{bad, one_of};
use crate::answer::Fault;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Where requests are logged, as on the wire.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AccessLog {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub destination_arn: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub format: Option<String>,
}

/// A part of the traffic for another deployment, as on the wire.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Canary {
    #[serde(default)]
    pub percent_traffic: f64,
    pub deployment_id: String,
    #[serde(default)]
    pub stage_variable_overrides: BTreeMap<String, String>,
    #[serde(default)]
    pub use_stage_cache: bool,
}

/// Settings of one method or of all, as on the wire.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MethodSetting {
    pub metrics_enabled: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub logging_level: Option<String>,
    pub data_trace_enabled: bool,
    pub throttling_burst_limit: i32,
    pub throttling_rate_limit: f64,
    pub caching_enabled: bool,
    pub cache_ttl_in_seconds: i32,
    pub cache_data_encrypted: bool,
    pub require_authorization_for_cache_control: bool,
    pub unauthorized_cache_control_header_strategy: String,
}

impl Default for MethodSetting {
    fn default() -> Self {
        Self {
            metrics_enabled: false,
            logging_level: None,
            data_trace_enabled: false,
            throttling_burst_limit: 5_000,
            throttling_rate_limit: 10_000.0,
            caching_enabled: false,
            cache_ttl_in_seconds: 300,
            cache_data_encrypted: false,
            require_authorization_for_cache_control: true,
            unauthorized_cache_control_header_strategy: "SUCCEED_WITH_RESPONSE_HEADER".to_owned(),
        }
    }
}

impl Stage {
    /// Makes one change. True when it needs the account to have a role for logs.
    pub(super) fn change(&mut self, patch: &Patch, now: u64) -> Result<bool, Fault> {
        let replace = matches!(patch.op, Op::Replace);
        let raw: Vec<&str> = patch.path.strip_prefix('/').unwrap_or(&patch.path).split('/').collect();
        match raw.as_slice() {
            ["deploymentId"] if replace => self.deployment_id = patch.text(),
            ["deploymentId"] if patch.op == Op::Copy => self.promote(patch)?,
            ["variables"] if patch.op == Op::Copy => self.promote(patch)?,
            ["description"] if replace => self.description = patch.filled(),
            ["documentationVersion"] if replace => self.documentation_version = patch.filled(),
            ["clientCertificateId"] if replace => self.client_certificate_id = patch.filled(),
            ["tracingEnabled"] if replace => self.tracing = patch.truth(),
            ["cacheClusterEnabled"] if replace => self.set_cache(patch.truth(), None, now)?,
            ["cacheClusterSize"] if replace => self.set_cache(self.cache_enabled, patch.filled(), now)?,
            ["variables", _] => {
                let name = patch.parts().pop().unwrap_or_default();
                if patch.op == Op::Remove {
                    self.variables.remove(&name);
                } else {
                    check_variable(&name, &patch.text())?;
                    self.variables.insert(name, patch.text());
                }
            }
            ["accessLogSettings"] if patch.op == Op::Remove => self.access_log = None,
            ["canarySettings"] if patch.op == Op::Remove => self.canary = None,
            ["accessLogSettings", field] if patch.op != Op::Remove => return self.change_access_log(field, patch),
            ["accessLogSettings", ..] if patch.op != Op::Remove => return Err(no_access_log_path()),
            ["canarySettings", rest @ ..] if replace && !rest.is_empty() => self.change_canary(rest, patch)?,
            ["canarySettings", ..] if patch.op == Op::Add => {
                return Err(bad(format!("Invalid add operation with path: {}", patch.path)));
            }
            [resource, verb] if patch.op == Op::Remove => {
                let key = format!("{resource}/{verb}");
                if self.method_settings.remove(&key).is_none() {
                    return Err(bad(format!(
                        "Cannot remove method setting {key} because there is no method setting for this method "
                    )));
                }
            }
            [resource, verb, group, setting] if replace => {
                let key = format!("{resource}/{verb}");
                return self.change_method(&key, (group, setting), patch);
            }
            _ => return Err(no_path(patch)),
        }
        Ok(false)
    }

    fn change_access_log(&mut self, field: &str, patch: &Patch) -> Result<bool, Fault> {
        let value = || patch.filled().ok_or_else(|| bad("Access Log value must not be empty"));
        let log = self.access_log.get_or_insert_default();
        match field {
            "destinationArn" => {
                let arn = value()?;
                let parts: Vec<&str> = arn.splitn(6, ':').collect();
                let fits = match parts.as_slice() {
                    ["arn", _, "logs", _, _, name] => {
                        name.strip_prefix("log-group:").is_some_and(|name| !name.is_empty() && !name.contains(':'))
                    }
                    ["arn", _, "firehose", _, _, name] => name.starts_with("deliverystream/amazon-apigateway-"),
                    _ => false,
                };
                if !fits {
                    return Err(bad(format!(
                        "Invalid ARN specified in the request. ARNs must start with 'arn:' and name a log group or a stream: {arn}"
                    )));
                }
                let needs_role = parts.get(2) == Some(&"logs");
                log.destination_arn = Some(arn);
                Ok(needs_role)
            }
            "format" => {
                log.format = Some(value()?);
                Ok(false)
            }
            _ => Err(no_access_log_path()),
        }
    }

    fn change_canary(&mut self, path: &[&str], patch: &Patch) -> Result<(), Fault> {
        let main = self.deployment_id.clone();
        let canary = self.canary.get_or_insert_with(|| Canary { deployment_id: main, ..Canary::default() });
        match path {
            ["deploymentId"] => canary.deployment_id = patch.text(),
            ["percentTraffic"] => canary.percent_traffic = patch.number()?,
            ["useStageCache"] => canary.use_stage_cache = patch.truth(),
            ["stageVariableOverrides", _] => {
                let name = patch.parts().pop().unwrap_or_default();
                check_variable(&name, &patch.text())?;
                canary.stage_variable_overrides.insert(name, patch.text());
            }
            _ => return Err(no_path(patch)),
        }
        Ok(())
    }

    /// Copies from the canary to the stage itself.
    fn promote(&mut self, patch: &Patch) -> Result<(), Fault> {
        let canary = self.canary.as_ref().ok_or_else(|| bad("Promotion not available. Canary does not exist."))?;
        match (patch.path.as_str(), patch.from.as_deref()) {
            ("/deploymentId", Some("/canarySettings/deploymentId")) => {
                self.deployment_id.clone_from(&canary.deployment_id);
            }
            ("/variables", Some("/canarySettings/stageVariableOverrides")) => {
                self.variables.extend(canary.stage_variable_overrides.clone());
            }
            (path, from) => {
                return Err(bad(format!(
                    "Invalid copy operation with path: {path} and from {}. Valid copy:path are [/deploymentId, /variables] and valid copy:from are [/canarySettings/deploymentId, /canarySettings/stageVariableOverrides]",
                    from.unwrap_or("null")
                )));
            }
        }
        Ok(())
    }

    /// Settings of single methods begin as copies of those of all.
    fn change_method(&mut self, key: &str, (group, setting): (&str, &str), patch: &Patch) -> Result<bool, Fault> {
        let all = self.method_settings.get("*/*").cloned().unwrap_or_default();
        let mut settings = self.method_settings.get(key).cloned().unwrap_or(all);
        let mut needs_role = false;
        match (group, setting) {
            ("metrics", "enabled") => settings.metrics_enabled = patch.truth(),
            ("logging", "loglevel") => {
                let level = patch.text();
                if !["OFF", "ERROR", "INFO"].contains(&level.as_str()) {
                    return Err(bad(format!(
                        "Invalid logging level specified: {level}. Must be one of: [OFF, ERROR, INFO]"
                    )));
                }
                needs_role = level != "OFF";
                settings.logging_level = Some(level);
            }
            ("logging", "dataTrace") => {
                settings.data_trace_enabled = patch.truth();
                needs_role = patch.truth();
            }
            ("throttling", "burstLimit") => settings.throttling_burst_limit = patch.number()?,
            ("throttling", "rateLimit") => settings.throttling_rate_limit = patch.number()?,
            ("caching", "enabled") => settings.caching_enabled = patch.truth(),
            ("caching", "dataEncrypted") => settings.cache_data_encrypted = patch.truth(),
            ("caching", "requireAuthorizationForCacheControl") => {
                settings.require_authorization_for_cache_control = patch.truth();
            }
            ("caching", "ttlInSeconds") => {
                let seconds: i32 = patch.number()?;
                if !(0..=3_600).contains(&seconds) {
                    return Err(bad("Invalid cache TTL specified, must be between 0 and 3600 seconds"));
                }
                settings.cache_ttl_in_seconds = seconds;
            }
            ("caching", "unauthorizedCacheControlHeaderStrategy") => {
                let known = ["FAIL_WITH_403", "SUCCEED_WITH_RESPONSE_HEADER", "SUCCEED_WITHOUT_RESPONSE_HEADER"];
                one_of(&patch.text(), "unauthorizedCacheControlHeaderStrategy", &known)?;
                settings.unauthorized_cache_control_header_strategy = patch.text();
            }
            _ => return Err(no_path(patch)),
        }
        self.method_settings.insert(key.to_owned(), settings);
        Ok(needs_role)
    }
}

fn no_access_log_path() -> Fault {
    bad(
        "Invalid accessLogSettings path. Must be one of : [/accessLogSettings/destinationArn, /accessLogSettings/format]",
    )
}

/// AWS's own list, misprints included.
fn no_path(patch: &Patch) -> Fault {
    let Patch { op, path, .. } = patch;
    if *op == Op::Remove {
        let key = path.strip_prefix('/').unwrap_or(path);
        return bad(format!("Cannot remove method setting {key} because there is no method setting for this method "));
    }
    bad(format!(
        "Invalid method setting path: {path}. Must be one of: [/deploymentId, /description, /cacheClusterEnabled, /cacheClusterSize, /clientCertificateId, /accessLogSettings, /accessLogSettings/destinationArn, /accessLogSettings/format, /{{resourcePath}}/{{httpMethod}}/metrics/enabled, /{{resourcePath}}/{{httpMethod}}/logging/dataTrace, /{{resourcePath}}/{{httpMethod}}/logging/loglevel, /{{resourcePath}}/{{httpMethod}}/throttling/burstLimit/{{resourcePath}}/{{httpMethod}}/throttling/rateLimit/{{resourcePath}}/{{httpMethod}}/caching/ttlInSeconds, /{{resourcePath}}/{{httpMethod}}/caching/enabled, /{{resourcePath}}/{{httpMethod}}/caching/dataEncrypted, /{{resourcePath}}/{{httpMethod}}/caching/requireAuthorizationForCacheControl, /{{resourcePath}}/{{httpMethod}}/caching/unauthorizedCacheControlHeaderStrategy, /*/*/metrics/enabled, /*/*/logging/dataTrace, /*/*/logging/loglevel, /*/*/throttling/burstLimit /*/*/throttling/rateLimit /*/*/caching/ttlInSeconds, /*/*/caching/enabled, /*/*/caching/dataEncrypted, /*/*/caching/requireAuthorizationForCacheControl, /*/*/caching/unauthorizedCacheControlHeaderStrategy, /variables/{{variable_name}}, /tracingEnabled]"
    ))
}

pub(super) fn check_variable(name: &str, value: &str) -> Result<(), Fault> {
    let named = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~:/?#&=,".contains(&byte);
    if named && !value.is_empty() && value.bytes().all(fits) {
        return Ok(());
    }
    Err(bad(format!(
        "Stage variable names can only contain alphanumeric characters and underscores, their values must match [A-Za-z0-9-._~:/?#&=,]+: {name}"
    )))
}
