//! Deployments: snapshots of an API that stages show to callers.

use super::api::{Api, find};
use super::patch::{self, Op};
use super::settings::Settings;
use super::stage::{self, Stage};
use super::tree::Tree;
use super::{bad, body, compact, not_found, page, query};
use crate::account::Account;
use crate::answer::{Answer, Fault};
use crate::call::Call;
use crate::operation::Operation;
use crate::time::epoch_seconds;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

pub(super) const OPERATIONS: &[Operation] = &[
    Operation::write("CreateDeployment", create).at("POST", "/restapis/{restapi_id}/deployments"),
    Operation::read("GetDeployments", list).at("GET", "/restapis/{restapi_id}/deployments"),
    Operation::read("GetDeployment", get).at("GET", DEPLOYMENT),
    Operation::write("UpdateDeployment", update).at("PATCH", DEPLOYMENT),
    Operation::write("DeleteDeployment", delete).at("DELETE", DEPLOYMENT),
];

const DEPLOYMENT: &str = "/restapis/{restapi_id}/deployments/{deployment_id}";

/// A snapshot of an API.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Deployment {
    /// Six characters.
    pub id: String,
    /// What its maker says about it.
    pub description: Option<String>,
    /// In milliseconds since the epoch.
    pub created: u64,
    /// The API's tree at that time.
    pub tree: Tree,
    /// The API's settings at that time.
    pub settings: Settings,
}

impl Deployment {
    fn show(&self, summary: bool) -> Value {
        compact(json!({
            "id": self.id,
            "description": self.description,
            "createdDate": epoch_seconds(self.created),
            "apiSummary": summary.then(|| self.summary()),
        }))
    }

    fn summary(&self) -> Map<String, Value> {
        let mut summary = Map::new();
        for (resource, method) in self.tree.methods() {
            let of = summary.entry(self.tree.path(resource)).or_insert_with(|| json!({}));
            of[&method.http_method] = json!({
                "authorizationType": method.authorization_type,
                "apiKeyRequired": method.api_key_required,
            });
        }
        summary
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Create {
    stage_name: Option<String>,
    stage_description: Option<String>,
    description: Option<String>,
    cache_cluster_enabled: Option<bool>,
    cache_cluster_size: Option<String>,
    #[serde(default)]
    variables: BTreeMap<String, String>,
    tracing_enabled: Option<bool>,
}

/// Refuses an API of which there can be no snapshot.
fn check(api: &Api) -> Result<(), Fault> {
    if api.tree.methods().next().is_none() {
        return Err(bad("The REST API doesn't contain any methods"));
    }
    if api.tree.methods().any(|(_, method)| method.method_integration.is_none()) {
        return Err(bad("No integration defined for method"));
    }
    if api.settings.endpoint.is_private() && api.settings.policy.is_none() {
        return Err(bad("Private REST API doesn't have a resource policy attached to it"));
    }
    Ok(())
}

fn create(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let input: Create = body(call)?;
    let id = account.ids.base36(6);
    let api = find(account, call)?;
    check(api)?;
    let Create { stage_name, stage_description, description, cache_cluster_enabled, cache_cluster_size, .. } = input;
    if let Some(name) = stage_name.filter(|name| !name.is_empty()) {
        if let Some(stage) = api.stages.get_mut(&name) {
            stage.deployment_id.clone_from(&id);
            stage.updated = call.now;
        } else {
            let mut stage = Stage::new(&name, &id, call.now)?;
            stage.description = stage_description;
            stage.set_variables(input.variables)?;
            stage.tracing = input.tracing_enabled.unwrap_or_default();
            stage.set_cache(cache_cluster_enabled.unwrap_or_default(), cache_cluster_size, call.now)?;
            stage::add(api, stage)?;
        }
    }
    let (tree, settings) = (api.tree.clone(), api.settings.clone());
    let deployment = Deployment { id: id.clone(), description, created: call.now, tree, settings };
    let shown = deployment.show(false);
    api.deployments.insert(id, deployment);
    Ok(Answer::json(shown)?.status(201))
}

fn list(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    query(call, &["position", "limit"])?;
    let deployments = &find(account, call)?.deployments;
    page(call, deployments.iter().map(|(id, deployment)| (id.clone(), deployment.show(false))).collect())
}

fn named<'a>(account: &'a mut Account, call: &Call) -> Result<&'a mut Deployment, Fault> {
    let deployment = find(account, call)?.deployments.get_mut(call.path("deployment_id"));
    deployment.ok_or_else(|| not_found("Invalid Deployment identifier specified"))
}

fn get(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    query(call, &["embed"])?;
    let summary = match call.query("embed") {
        None => false,
        Some("apisummary") => true,
        Some(other) => return Err(bad(format!("Invalid embed value specified: {other}"))),
    };
    Answer::json(named(account, call)?.show(summary))
}

fn update(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let patches = patch::operations(call)?;
    let deployment = named(account, call)?;
    for patch in &patches {
        match (patch.path.as_str(), patch.op) {
            ("/description", Op::Replace) => deployment.description = patch.filled(),
            _ => return Err(patch.none_of(&["/description"])),
        }
    }
    Answer::json(deployment.show(false))
}

fn delete(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    query(call, &[])?;
    let id = named(account, call)?.id.clone();
    let api = find(account, call)?;
    if api.stages.values().any(|stage| stage.uses(&id)) {
        return Err(bad("Active stages pointing to this deployment must be moved or deleted"));
    }
    api.deployments.remove(&id);
    Ok(Answer::empty().status(202))
}
