//! REST APIs themselves.

use super::deployment::Deployment;
use super::settings::{EndpointInput, Settings, check_policy, compression_size};
use super::stage::Stage;
use super::tree::Tree;
use super::{bad, body, check_tags, compact, not_found, one_of, page, patch, query, shown_tags};
use crate::account::Account;
use crate::answer::{Answer, Fault};
use crate::call::Call;
use crate::clock::{SECOND, Timed};
use crate::operation::Operation;
use crate::tags::Tags;
use crate::time::epoch_seconds;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeMap;

pub(super) const OPERATIONS: &[Operation] = &[
    Operation::write("CreateRestApi", create).at("POST", "/restapis"),
    Operation::read("GetRestApis", list).at("GET", "/restapis"),
    Operation::read("GetRestApi", get).at("GET", "/restapis/{restapi_id}"),
    Operation::write("UpdateRestApi", update).at("PATCH", "/restapis/{restapi_id}"),
    Operation::write("DeleteRestApi", delete).at("DELETE", "/restapis/{restapi_id}"),
];

/// How long a change of the endpoint takes.
const UPDATING: u64 = 10 * SECOND;
/// Regional and private ones (AWS.md §5).
const MOST: usize = 600;

/// One REST API.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Api {
    /// Ten characters.
    pub id: String,
    /// In milliseconds since the epoch.
    pub created: u64,
    /// `AVAILABLE`, `UPDATING` or `FAILED`.
    pub status: Timed<String>,
    /// Why a change of the endpoint comes to nothing, when it does.
    #[serde(default)]
    pub trouble: Option<String>,
    /// What stands outside of the tree.
    pub settings: Settings,
    /// Its resources as they are edited. Callers see the snapshot of a deployment.
    pub tree: Tree,
    /// Snapshots by id.
    pub deployments: BTreeMap<String, Deployment>,
    /// Stages by name.
    pub stages: BTreeMap<String, Stage>,
    /// Its tags.
    pub tags: Tags,
}

/// The API that the label `restapi_id` names.
pub(super) fn find<'a>(account: &'a mut Account, call: &Call) -> Result<&'a mut Api, Fault> {
    let id = call.path("restapi_id");
    let message = format!("Invalid API identifier specified {}:{id}", account.id);
    account.apigateway.apis.get_mut(id).ok_or_else(|| not_found(message))
}

/// Adds an API without anything in it.
pub(super) fn add(account: &mut Account, settings: Settings, tags: Tags) -> Result<String, Fault> {
    if account.apigateway.apis.len() >= MOST {
        return Err(Fault::new(
            429,
            "LimitExceededException",
            "Maximum number of REST APIs for this account has been reached. Please contact AWS if you need additional REST APIs.",
        ));
    }
    let id = account.ids.base36(10);
    let tree = Tree::new(&mut account.ids);
    let status = Timed::new(account.now, "AVAILABLE".to_owned());
    let (deployments, stages) = (BTreeMap::new(), BTreeMap::new());
    let (created, trouble) = (account.now, None);
    let api = Api { id: id.clone(), created, status, trouble, settings, tree, deployments, stages, tags };
    account.apigateway.apis.insert(id.clone(), api);
    Ok(id)
}

/// The API `id` as answers show it: on its own, or among others.
pub(super) fn show(account: &Account, id: &str, alone: bool) -> Value {
    let Some(api) = account.apigateway.apis.get(id) else { return Value::Null };
    let settings = &api.settings;
    let types = &settings.binary_media_types;
    let status = api.status.at(account.now);
    compact(json!({
        "id": api.id,
        "name": settings.name,
        "description": settings.description,
        "createdDate": epoch_seconds(api.created),
        "version": settings.version,
        "binaryMediaTypes": Some(types).filter(|types| !types.is_empty()),
        "minimumCompressionSize": settings.minimum_compression_size,
        "apiKeySource": settings.api_key_source,
        "endpointConfiguration": settings.endpoint,
        "policy": settings.shown_policy(account, id),
        "tags": shown_tags(&api.tags, alone),
        "disableExecuteApiEndpoint": settings.disable_execute_api_endpoint,
        "rootResourceId": api.tree.root,
        "securityPolicy": settings.security_policy,
        "endpointAccessMode": settings.endpoint_access_mode,
        "apiStatus": status,
        "apiStatusMessage": api.trouble.as_ref().filter(|_| status == "FAILED"),
    }))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Create {
    name: String,
    description: Option<String>,
    version: Option<String>,
    binary_media_types: Option<Vec<String>>,
    minimum_compression_size: Option<Value>,
    api_key_source: Option<String>,
    endpoint_configuration: Option<EndpointInput>,
    policy: Option<String>,
    #[serde(default)]
    tags: Tags,
    #[serde(default)]
    disable_execute_api_endpoint: bool,
    security_policy: Option<String>,
    endpoint_access_mode: Option<String>,
}

fn create(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let input: Create = body(call)?;
    if input.name.trim().is_empty() {
        return Err(bad("API name cannot be blank"));
    }
    if input.description.as_deref() == Some("") {
        return Err(bad("Description cannot be an empty string"));
    }
    if let Some(source) = &input.api_key_source {
        one_of(source, "createRestApiInput.apiKeySource", &["HEADER", "AUTHORIZER"])?;
    }
    input.policy.as_deref().map_or(Ok(()), check_policy)?;
    check_tags(&input.tags)?;
    let settings = Settings {
        name: input.name,
        description: input.description,
        version: input.version,
        binary_media_types: input.binary_media_types.unwrap_or_default(),
        minimum_compression_size: input.minimum_compression_size.as_ref().map(compression_size).transpose()?,
        api_key_source: input.api_key_source.unwrap_or_else(|| "HEADER".to_owned()),
        endpoint: input.endpoint_configuration.unwrap_or_default().endpoint()?,
        policy: input.policy,
        disable_execute_api_endpoint: input.disable_execute_api_endpoint,
        security_policy: input.security_policy,
        endpoint_access_mode: input.endpoint_access_mode,
    };
    settings.check()?;
    let id = add(account, settings, input.tags)?;
    Ok(Answer::json(show(account, &id, false))?.status(201))
}

fn list(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    query(call, &["position", "limit"])?;
    let shown = account.apigateway.apis.keys().map(|id| (id.clone(), show(account, id, false)));
    page(call, shown.collect())
}

fn get(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    query(call, &[])?;
    let id = find(account, call)?.id.clone();
    Answer::json(show(account, &id, true))
}

fn update(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let patches = patch::operations(call)?;
    let api = find(account, call)?;
    let mut settings = api.settings.clone();
    let mut slow = false;
    for patch in &patches {
        slow |= settings.change(patch)?;
    }
    settings.check()?;
    let fails = slow && api.trouble.is_some();
    if slow {
        let end = if fails { "FAILED" } else { "AVAILABLE" };
        api.status = Timed::new(call.now, "UPDATING".to_owned()).then(call.now + UPDATING, end.to_owned());
    }
    if !fails {
        api.settings = settings;
    }
    let id = api.id.clone();
    Answer::json(show(account, &id, true))
}

fn delete(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    query(call, &[])?;
    let id = find(account, call)?.id.clone();
    let plan = account.apigateway.usage_plans.values().find(|plan| plan.stages.iter().any(|stage| stage.api_id == id));
    if let Some(plan) = plan {
        return Err(bad(format!("Cannot delete REST API {id}: its stages are associated with usage plan {}", plan.id)));
    }
    account.apigateway.apis.remove(&id);
    Ok(Answer::empty().status(202))
}
