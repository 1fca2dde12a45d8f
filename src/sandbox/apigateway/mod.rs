//! API Gateway: REST APIs (AWS.md §5, API model 2015-07-09).

mod account;
mod api;
mod deployment;
mod export;
mod gateway_response;
mod import;
mod integration;
mod keys;
mod mapping;
mod method;
mod openapi;
mod parts;
mod patch;
mod resource;
mod response;
mod settings;
mod stage;
mod stage_settings;
mod tag;
mod tree;
mod usage;
mod vpc_link;

pub use api::Api;
pub use deployment::Deployment;
pub use gateway_response::GatewayResponse;
pub use keys::ApiKey;
pub use stage::Stage;
pub use tree::{
    Authorizer, Integration, IntegrationResponse, Method, MethodResponse, Model, Resource, Tree, Validator,
};
pub use usage::UsagePlan;
pub use vpc_link::VpcLink;

use super::account::Account;
use super::answer::{Answer, Fault};
use super::call::Call;
use super::operation::Operation;
use super::tags::{self, Tags};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Every operation.
pub const OPERATIONS: &[&[Operation]] = &[
    api::OPERATIONS,
    import::OPERATIONS,
    resource::OPERATIONS,
    method::OPERATIONS,
    integration::OPERATIONS,
    response::OPERATIONS,
    parts::OPERATIONS,
    gateway_response::OPERATIONS,
    deployment::OPERATIONS,
    stage::OPERATIONS,
    export::OPERATIONS,
    vpc_link::OPERATIONS,
    keys::OPERATIONS,
    usage::OPERATIONS,
    account::OPERATIONS,
    tag::OPERATIONS,
];

/// What the account has in one region.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct State {
    /// REST APIs by id.
    pub apis: BTreeMap<String, Api>,
    /// VPC links by id. Deleted ones may linger until somebody looks.
    pub vpc_links: BTreeMap<String, VpcLink>,
    /// API keys by id.
    pub api_keys: BTreeMap<String, ApiKey>,
    /// Usage plans by id.
    pub usage_plans: BTreeMap<String, UsagePlan>,
    /// The role with which logs are written, by ARN.
    pub cloudwatch_role: Option<String>,
}

/// Every tagged resource: ARN and tags.
pub fn tagged(account: &Account) -> Vec<(String, Tags)> {
    let State { apis, vpc_links, api_keys, usage_plans, .. } = &account.apigateway;
    let links = vpc_links.values().filter(|link| link.exists(account.now));
    let apis = apis.values().flat_map(|api| {
        let stages =
            api.stages.values().map(|stage| (format!("restapis/{}/stages/{}", api.id, stage.name), &stage.tags));
        std::iter::once((format!("restapis/{}", api.id), &api.tags)).chain(stages)
    });
    apis.chain(links.map(|link| (format!("vpclinks/{}", link.id), &link.tags)))
        .chain(api_keys.values().map(|key| (format!("apikeys/{}", key.id), &key.tags)))
        .chain(usage_plans.values().map(|plan| (format!("usageplans/{}", plan.id), &plan.tags)))
        .filter(|(_, tags)| !tags.is_empty())
        .map(|(path, tags)| (format!("arn:aws:apigateway:{}::/{path}", account.region), tags.clone()))
        .collect()
}

fn bad(message: impl Into<String>) -> Fault {
    Fault::new(400, "BadRequestException", message)
}

fn not_found(message: impl Into<String>) -> Fault {
    Fault::new(404, "NotFoundException", message)
}

fn conflict(message: impl Into<String>) -> Fault {
    Fault::new(409, "ConflictException", message)
}

/// A value that is none of those the model lists.
fn no_member(value: &str, at: &str, known: &[&str]) -> Fault {
    let message = format!(
        "1 validation error detected: Value '{value}' at '{at}' failed to satisfy constraint: Member must satisfy enum value set: [{}]",
        known.join(", ")
    );
    Fault::new(400, "ValidationException", message)
}

/// Refuses what is none of `known`.
fn one_of(value: &str, at: &str, known: &[&str]) -> Result<(), Fault> {
    if known.contains(&value) { Ok(()) } else { Err(no_member(value, at, known)) }
}

/// The members of the body. Give `T` `#[serde(deny_unknown_fields)]`.
fn body<T: DeserializeOwned>(call: &Call) -> Result<T, Fault> {
    query(call, &[])?;
    let body = if call.body().is_empty() { b"{}" } else { call.body().as_ref() };
    serde_json::from_slice(body).map_err(|error| bad(format!("Invalid request input: {error}")))
}

/// Refuses query parameters that are none of `known`.
fn query(call: &Call, known: &[&str]) -> Result<(), Fault> {
    let unknown = call.request.parameters.iter().find(|(name, _)| !known.contains(&name.as_str()));
    unknown.map_or(Ok(()), |(name, _)| Err(bad(format!("Invalid parameter specified: {name}"))))
}

/// One page of `items`, which are given with the ids they are in order of.
fn page(call: &Call, items: Vec<(String, Value)>) -> Result<Answer, Fault> {
    let limit = call.query("limit").unwrap_or("25");
    let limit: usize = limit.parse().map_err(|_| bad(format!("Invalid limit specified: {limit}")))?;
    // More than 500 counts as 500, none as the default.
    let limit = if limit == 0 { 25 } else { limit.min(500) };
    let after = call.query("position");
    let mut rest = items.into_iter().filter(|(id, _)| after.is_none_or(|after| id.as_str() > after));
    let shown: Vec<(String, Value)> = rest.by_ref().take(limit).collect();
    let more = rest.next().and(shown.last()).map(|(id, _)| id.clone());
    let items: Vec<Value> = shown.into_iter().map(|(_, item)| item).collect();
    Answer::json(compact(json!({ "item": items, "position": more })))
}

/// Without members that are null.
fn compact(mut value: Value) -> Value {
    if let Some(members) = value.as_object_mut() {
        members.retain(|_, member| !member.is_null());
    }
    value
}

/// Tags in an answer about one resource are there even when there are none, in lists only when there are.
fn shown_tags(tags: &Tags, alone: bool) -> Option<&Tags> {
    (alone || !tags.is_empty()).then_some(tags)
}

fn check_tags(tags: &Tags) -> Result<(), Fault> {
    tags::check(tags).map_err(bad)
}
