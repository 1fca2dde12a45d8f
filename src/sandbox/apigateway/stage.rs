//! Stages: names under which a deployment is called.

use super::api::{Api, find};
use super::patch::{self, Op, Patch};
use super::{bad, body, check_tags, compact, conflict, not_found, one_of, query, shown_tags};
use crate::sandbox::account::Account;
use crate::sandbox::answer::{Answer, Fault};
use crate::sandbox::call::Call;
use crate::sandbox::clock::{MINUTE, Timed};
use crate::sandbox::operation::Operation;
use crate::sandbox::tags::Tags;
use crate::sandbox::time::epoch_seconds;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeMap;

pub(super) const OPERATIONS: &[Operation] = &[
    Operation::write("CreateStage", create).at("POST", "/restapis/{restapi_id}/stages"),
    Operation::read("GetStages", list).at("GET", "/restapis/{restapi_id}/stages"),
    Operation::read("GetStage", get).at("GET", STAGE),
    Operation::write("UpdateStage", update).at("PATCH", STAGE),
    Operation::write("DeleteStage", delete).at("DELETE", STAGE),
    Operation::write("FlushStageCache", flush).at("DELETE", "/restapis/{restapi_id}/stages/{stage_name}/cache/data"),
];

const STAGE: &str = "/restapis/{restapi_id}/stages/{stage_name}";
const SIZES: [&str; 8] = ["0.5", "1.6", "6.1", "13.5", "28.4", "58.2", "118", "237"];
/// How long it takes to make or take away a cache.
const CACHE: u64 = 4 * MINUTE;
/// In one API (AWS.md §5).
const MOST: usize = 10;

/// A name under which a deployment is called.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Stage {
    /// Unique in the API.
    pub name: String,
    /// What callers see.
    pub deployment_id: String,
    /// Free text.
    pub description: Option<String>,
    /// Values for mappings.
    pub variables: BTreeMap<String, String>,
    /// Whether requests are traced.
    pub tracing: bool,
    /// Whether it is to have a cache.
    pub cache_enabled: bool,
    /// How large the cache is, or was.
    pub cache_size: Option<String>,
    /// `AVAILABLE`, `NOT_AVAILABLE`, `CREATE_IN_PROGRESS` or `DELETE_IN_PROGRESS`.
    pub cache: Timed<String>,
    /// Settings by `resource/VERB`, as their maker wrote it.
    pub method_settings: BTreeMap<String, MethodSetting>,
    /// Where requests are logged.
    pub access_log: Option<AccessLog>,
    /// How it shows itself to backends.
    pub client_certificate_id: Option<String>,
    /// The documentation that goes with it.
    pub documentation_version: Option<String>,
    /// A part of the traffic for another deployment.
    pub canary: Option<Canary>,
    /// In milliseconds since the epoch.
    pub created: u64,
    /// In milliseconds since the epoch.
    pub updated: u64,
    /// Its tags.
    pub tags: Tags,
}

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
    pub(super) fn new(name: &str, deployment_id: &str, now: u64) -> Result<Self, Fault> {
        let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"_-".contains(&byte);
        if !(1..=128).contains(&name.len()) || !name.bytes().all(fits) {
            return Err(bad("Stage name only allows a-zA-Z0-9_-"));
        }
        Ok(Self {
            name: name.to_owned(),
            deployment_id: deployment_id.to_owned(),
            description: None,
            variables: BTreeMap::new(),
            tracing: false,
            cache_enabled: false,
            cache_size: None,
            cache: Timed::new(now, "NOT_AVAILABLE".to_owned()),
            method_settings: BTreeMap::new(),
            access_log: None,
            client_certificate_id: None,
            documentation_version: None,
            canary: None,
            created: now,
            updated: now,
            tags: Tags::new(),
        })
    }

    /// Whether callers see `deployment`.
    pub fn uses(&self, deployment: &str) -> bool {
        self.deployment_id == deployment
            || self.canary.as_ref().is_some_and(|canary| canary.deployment_id == deployment)
    }

    pub(super) fn set_variables(&mut self, variables: BTreeMap<String, String>) -> Result<(), Fault> {
        for (name, value) in &variables {
            check_variable(name, value)?;
        }
        self.variables = variables;
        Ok(())
    }

    pub(super) fn set_cache(&mut self, enabled: bool, size: Option<String>, now: u64) -> Result<(), Fault> {
        if let Some(size) = &size {
            one_of(size, "cacheClusterSize", &SIZES)?;
        }
        let resized = enabled && size.is_some() && size != self.cache_size;
        if enabled && self.cache_size.is_none() {
            self.cache_size = Some("0.5".to_owned());
        }
        if size.is_some() {
            self.cache_size = size;
        }
        if enabled != self.cache_enabled || resized {
            let (during, after) =
                if enabled { ("CREATE_IN_PROGRESS", "AVAILABLE") } else { ("DELETE_IN_PROGRESS", "NOT_AVAILABLE") };
            self.cache = Timed::new(now, during.to_owned()).then(now + CACHE, after.to_owned());
        }
        self.cache_enabled = enabled;
        Ok(())
    }

    fn show(&self, now: u64, alone: bool) -> Value {
        compact(json!({
            "deploymentId": self.deployment_id,
            "clientCertificateId": self.client_certificate_id,
            "stageName": self.name,
            "description": self.description,
            "cacheClusterEnabled": self.cache_enabled,
            "cacheClusterSize": self.cache_size,
            "cacheClusterStatus": self.cache.at(now),
            "methodSettings": self.method_settings,
            "variables": Some(&self.variables).filter(|variables| !variables.is_empty()),
            "documentationVersion": self.documentation_version,
            "accessLogSettings": self.access_log,
            "canarySettings": self.canary,
            "tracingEnabled": self.tracing,
            "tags": shown_tags(&self.tags, alone),
            "createdDate": epoch_seconds(self.created),
            "lastUpdatedDate": epoch_seconds(self.updated),
        }))
    }

    /// Makes one change. True when it needs the account to have a role for logs.
    fn change(&mut self, patch: &Patch, now: u64) -> Result<bool, Fault> {
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

fn check_variable(name: &str, value: &str) -> Result<(), Fault> {
    let named = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~:/?#&=,".contains(&byte);
    if named && !value.is_empty() && value.bytes().all(fits) {
        return Ok(());
    }
    Err(bad(format!(
        "Stage variable names can only contain alphanumeric characters and underscores, their values must match [A-Za-z0-9-._~:/?#&=,]+: {name}"
    )))
}

/// Adds `stage` to `api`.
pub(super) fn add(api: &mut Api, stage: Stage) -> Result<(), Fault> {
    if api.stages.contains_key(&stage.name) {
        return Err(conflict("Stage already exists"));
    }
    if api.stages.len() >= MOST {
        return Err(Fault::new(
            429,
            "LimitExceededException",
            "Maximum number of stages for this API has been reached. Please contact AWS if you need additional stages.",
        ));
    }
    api.stages.insert(stage.name.clone(), stage);
    Ok(())
}

fn check_deployments(api: &Api, stage: &Stage) -> Result<(), Fault> {
    let canary = stage.canary.as_ref().map(|canary| &canary.deployment_id);
    let mut used = std::iter::once(&stage.deployment_id).chain(canary);
    if used.all(|id| api.deployments.contains_key(id)) { Ok(()) } else { Err(bad("Deployment id does not exist")) }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Create {
    stage_name: String,
    deployment_id: String,
    description: Option<String>,
    #[serde(default)]
    cache_cluster_enabled: bool,
    cache_cluster_size: Option<String>,
    #[serde(default)]
    variables: BTreeMap<String, String>,
    documentation_version: Option<String>,
    canary_settings: Option<Canary>,
    #[serde(default)]
    tracing_enabled: bool,
    #[serde(default)]
    tags: Tags,
}

fn create(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let input: Create = body(call)?;
    check_tags(&input.tags)?;
    let mut stage = Stage::new(&input.stage_name, &input.deployment_id, call.now)?;
    stage.description = input.description.filter(|text| !text.is_empty());
    stage.set_variables(input.variables)?;
    stage.set_cache(input.cache_cluster_enabled, input.cache_cluster_size, call.now)?;
    stage.documentation_version = input.documentation_version;
    stage.canary = input.canary_settings;
    stage.tracing = input.tracing_enabled;
    stage.tags = input.tags;
    let api = find(account, call)?;
    check_deployments(api, &stage)?;
    let shown = stage.show(call.now, false);
    add(api, stage)?;
    Ok(Answer::json(shown)?.status(201))
}

fn list(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    query(call, &["deploymentId"])?;
    let api = find(account, call)?;
    let wanted = |stage: &&Stage| call.query("deploymentId").is_none_or(|id| stage.deployment_id == id);
    let shown: Vec<Value> = api.stages.values().filter(wanted).map(|stage| stage.show(call.now, false)).collect();
    Answer::json(json!({ "item": shown }))
}

fn named<'a>(account: &'a mut Account, call: &Call) -> Result<&'a mut Stage, Fault> {
    let stage = find(account, call)?.stages.get_mut(call.path("stage_name"));
    stage.ok_or_else(|| not_found("Invalid stage identifier specified"))
}

fn get(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    query(call, &[])?;
    Answer::json(named(account, call)?.show(call.now, true))
}

fn update(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let patches = patch::operations(call)?;
    let has_role = account.apigateway.cloudwatch_role.is_some();
    let mut changed = named(account, call)?.clone();
    for patch in &patches {
        if changed.change(patch, call.now)? && !has_role {
            return Err(bad("CloudWatch Logs role ARN must be set in account settings to enable logging"));
        }
    }
    changed.updated = call.now;
    check_deployments(find(account, call)?, &changed)?;
    let shown = changed.show(call.now, true);
    *named(account, call)? = changed;
    Answer::json(shown)
}

fn delete(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    query(call, &[])?;
    let name = named(account, call)?.name.clone();
    let id = find(account, call)?.id.clone();
    let plans = account.apigateway.usage_plans.values();
    let mut users = plans.filter(|plan| plan.stages.iter().any(|stage| stage.api_id == id && stage.stage == name));
    if let Some(plan) = users.next() {
        return Err(bad(format!("Cannot delete stage {name}: it is associated with usage plan {}", plan.id)));
    }
    find(account, call)?.stages.remove(&name);
    Ok(Answer::empty().status(202))
}

fn flush(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    query(call, &[])?;
    if named(account, call)?.cache.at(call.now) != "AVAILABLE" {
        return Err(bad("Invalid stage: its cache is not available"));
    }
    Ok(Answer::empty().status(202))
}
