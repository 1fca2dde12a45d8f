//! Stages: names under which a deployment is called.

use super::api::{Api, find};
use super::patch;
use super::stage_settings::{AccessLog, Canary, MethodSetting, check_variable};
use super::{bad, body, check_tags, compact, conflict, not_found, one_of, query, shown_tags};
use crate::account::Account;
use crate::answer::{Answer, Fault};
use crate::call::Call;
use crate::clock::{MINUTE, Timed};
use crate::logs;
use crate::operation::Operation;
use crate::tags::Tags;
use crate::time::epoch_seconds;
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

    /// Whether its work on requests is logged, into a group that API Gateway makes itself.
    fn logs_work(&self) -> bool {
        let logs = |level: Option<&str>| level.is_some_and(|level| level != "OFF");
        self.method_settings
            .values()
            .any(|setting| setting.data_trace_enabled || logs(setting.logging_level.as_deref()))
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
    let api = find(account, call)?;
    check_deployments(api, &changed)?;
    let group = changed.logs_work().then(|| format!("API-Gateway-Execution-Logs_{}/{}", api.id, changed.name));
    let shown = changed.show(call.now, true);
    *named(account, call)? = changed;
    if let Some(group) = group {
        logs::ensure(account, &group);
    }
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
