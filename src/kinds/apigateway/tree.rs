//! Reading the tree of a REST API: all routes in one call, and what they refer to by name only where
//! they do.

use super::rest_api::RestApi;
use super::route::{
    self, Authorizer, ContentHandling, Integration, IntegrationType, Mapping, Passthrough, Response, Route, Schema,
    Validate,
};
use crate::aws::{Cx, Error, Result};
use crate::resource::{Ref, Set};
use aws_sdk_apigateway::types;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// What an API consists of beside itself, by the ids and names that API Gateway gave it.
#[derive(Clone, Debug, Default)]
pub struct Parts {
    /// The ids of its resources, by path.
    pub resources: BTreeMap<String, String>,
    /// The names of the models that bodies are held against.
    pub models: BTreeSet<String>,
    /// The ids of the validators of requests.
    pub validators: BTreeSet<String>,
    /// The ids of the authorizers.
    pub authorizers: BTreeSet<String>,
}

/// The parts of the API `id`.
pub async fn parts(cx: &Cx, id: &str) -> Result<Parts> {
    let mut parts = Parts::default();
    for resource in resources(cx, id).await? {
        parts.resources.extend(resource.path.zip(resource.id));
        for (_, method) in resource.resource_methods.unwrap_or_default() {
            parts.models.extend(method.request_models.unwrap_or_default().into_values());
            parts.validators.extend(method.request_validator_id);
            parts.authorizers.extend(method.authorizer_id);
        }
    }
    Ok(parts)
}

async fn resources(cx: &Cx, id: &str) -> Result<Vec<types::Resource>> {
    let mut pages = cx.apigateway().get_resources().rest_api_id(id).embed("methods").limit(500).into_paginator().send();
    let mut resources = vec![];
    while let Some(page) = pages.next().await {
        resources.extend(page?.items.unwrap_or_default());
    }
    Ok(resources)
}

/// The routes of the API `id` and its paths without any.
pub(super) async fn routes(cx: &Cx, id: &str) -> Result<(BTreeMap<String, Route>, Set<String>)> {
    let resources = resources(cx, id).await?;
    let shared = Shared::read(cx, id, &resources).await?;
    let paths: Vec<String> = resources.iter().filter_map(|resource| resource.path.clone()).collect();
    let (mut routes, mut bare) = (BTreeMap::new(), vec![]);
    for resource in resources {
        let path = resource.path.ok_or_else(|| Error::unreadable("the path of a resource"))?;
        let methods = resource.resource_methods.unwrap_or_default();
        let inner = paths.iter().any(|other| other.strip_prefix(&path).is_some_and(|rest| rest.starts_with('/')));
        if methods.is_empty() && !inner && path != "/" {
            bare.push(path.clone());
        }
        for (verb, method) in methods {
            let mut route = shared.route(method)?;
            for name in route::variables(&path) {
                route.request_parameters.entry(format!("method.request.path.{name}")).or_insert(false);
            }
            routes.insert(format!("{verb} {path}"), route);
        }
    }
    Ok((routes, Set(bare)))
}

/// What methods refer to by id or name.
#[derive(Default)]
struct Shared {
    validators: HashMap<String, Validate>,
    authorizers: HashMap<String, Authorizer>,
    schemas: HashMap<String, Schema>,
}

impl Shared {
    async fn read(cx: &Cx, id: &str, resources: &[types::Resource]) -> Result<Self> {
        let methods =
            || resources.iter().filter_map(|resource| resource.resource_methods.as_ref()).flat_map(HashMap::values);
        let mut shared = Self::default();
        if methods().any(|method| method.request_validator_id.is_some()) {
            let mut next = Some(String::new());
            while let Some(position) = next {
                let position = Some(position).filter(|position| !position.is_empty());
                let call = cx.apigateway().get_request_validators().rest_api_id(id).limit(500).set_position(position);
                let answer = call.send().await?;
                for found in answer.items.unwrap_or_default() {
                    let validate =
                        Validate { body: found.validate_request_body, parameters: found.validate_request_parameters };
                    shared.validators.extend(found.id.map(|id| (id, validate)));
                }
                next = answer.position.filter(|position| !position.is_empty());
            }
        }
        if methods().any(|method| method.authorizer_id.is_some()) {
            let mut next = Some(String::new());
            while let Some(position) = next {
                let position = Some(position).filter(|position| !position.is_empty());
                let call = cx.apigateway().get_authorizers().rest_api_id(id).limit(500).set_position(position);
                let answer = call.send().await?;
                for found in answer.items.unwrap_or_default() {
                    shared.authorizers.extend(found.id.clone().map(|id| (id, authorizer(found))));
                }
                next = answer.position.filter(|position| !position.is_empty());
            }
        }
        if methods().any(|method| method.request_models.as_ref().is_some_and(|models| !models.is_empty())) {
            let mut pages = cx.apigateway().get_models().rest_api_id(id).limit(500).into_paginator().send();
            while let Some(page) = pages.next().await {
                for found in page?.items.unwrap_or_default() {
                    let schema = serde_json::from_str(found.schema.as_deref().unwrap_or("{}")).unwrap_or(Value::Null);
                    shared.schemas.extend(found.name.map(|name| (name, Schema::new(schema))));
                }
            }
        }
        Ok(shared)
    }

    fn route(&self, method: types::Method) -> Result<Route> {
        let models = method.request_models.unwrap_or_default().into_iter();
        let schemas = models.map(|(content_type, model)| {
            let schema = self.schemas.get(&model).cloned();
            Ok((content_type, schema.ok_or_else(|| Error::unreadable(format!("the model {model}")))?))
        });
        let validator = method.request_validator_id.as_ref().and_then(|id| self.validators.get(id));
        let authorizer = method.authorizer_id.as_ref().and_then(|id| self.authorizers.get(id));
        let (integration, mappings) = integration(method.method_integration)?;
        let mut responses: BTreeMap<String, Response> = BTreeMap::new();
        for (status, response) in method.method_responses.unwrap_or_default() {
            let names = response.response_parameters.unwrap_or_default().into_keys();
            let header = |name: String| name.strip_prefix("method.response.header.").map(str::to_owned);
            responses.entry(status).or_default().headers = names.filter_map(header).collect();
        }
        for (status, mapping) in mappings {
            responses.entry(status).or_default().mapping = Some(mapping);
        }
        Ok(Route {
            authorization: method.authorization_type.unwrap_or_default(),
            authorizer: authorizer.cloned(),
            authorization_scopes: Set(method.authorization_scopes.unwrap_or_default()),
            api_key_required: method.api_key_required.unwrap_or_default(),
            operation_name: method.operation_name,
            request_parameters: method.request_parameters.unwrap_or_default().into_iter().collect(),
            request_schemas: schemas.collect::<Result<_>>()?,
            validate: validator.copied().unwrap_or_default(),
            integration,
            responses,
        })
    }
}

fn authorizer(found: types::Authorizer) -> Authorizer {
    Authorizer {
        name: found.name.unwrap_or_default(),
        kind: found.r#type.map(|kind| kind.as_str().to_owned()).unwrap_or_default(),
        uri: found.authorizer_uri,
        credentials: found.authorizer_credentials.map(Ref::existing),
        identity_source: found.identity_source,
        identity_validation: found.identity_validation_expression,
        result_ttl_seconds: found.authorizer_result_ttl_in_seconds.unwrap_or(300),
        providers: Set(found.provider_arns.unwrap_or_default()),
    }
}

fn integration(found: Option<types::Integration>) -> Result<(Integration, Vec<(String, Mapping)>)> {
    let Some(found) = found else { return Ok((Integration::new(IntegrationType::Missing), vec![])) };
    let mut mappings = vec![];
    for (status, response) in found.integration_responses.unwrap_or_default() {
        let mapping = Mapping {
            selection_pattern: response.selection_pattern.filter(|pattern| !pattern.is_empty()),
            parameters: sorted(response.response_parameters),
            templates: sorted(response.response_templates),
            content_handling: content_handling(response.content_handling)?,
        };
        mappings.push((status, mapping));
    }
    let kind = found.r#type.ok_or_else(|| Error::unreadable("the type of an integration"))?;
    let passthrough = found.passthrough_behavior.as_deref().map(parsed::<Passthrough>).transpose()?;
    let through_link = found.connection_type == Some(types::ConnectionType::VpcLink);
    let integration = Integration {
        kind: parsed(kind.as_str())?,
        http_method: found.http_method,
        uri: found.uri,
        credentials: found.credentials.map(Ref::existing),
        connection: found.connection_id.filter(|_| through_link).map(Ref::existing),
        target: found.integration_target,
        request_parameters: sorted(found.request_parameters),
        request_templates: sorted(found.request_templates),
        passthrough: passthrough.unwrap_or_default(),
        content_handling: content_handling(found.content_handling)?,
        timeout_ms: if found.timeout_in_millis == 0 { 29_000 } else { found.timeout_in_millis },
        cache_key_parameters: Set(found.cache_key_parameters.unwrap_or_default()),
        insecure_skip_verification: found.tls_config.is_some_and(|tls| tls.insecure_skip_verification),
        stream_response: found.response_transfer_mode == Some(types::ResponseTransferMode::Stream),
    };
    Ok((integration, mappings))
}

fn content_handling(found: Option<types::ContentHandlingStrategy>) -> Result<Option<ContentHandling>> {
    found.map(|word| parsed(word.as_str())).transpose()
}

fn sorted(found: Option<HashMap<String, String>>) -> BTreeMap<String, String> {
    found.unwrap_or_default().into_iter().collect()
}

/// One of AWS's words.
pub(super) fn parsed<T: DeserializeOwned>(word: &str) -> Result<T> {
    serde_json::from_value(Value::from(word)).map_err(|_| Error::unreadable(format!("a word known for `{word}`")))
}

/// Everything of `api` that a deployment takes a snapshot of.
pub(super) fn snapshot(api: &RestApi) -> impl serde::Serialize {
    (
        &api.routes,
        &api.bare_paths,
        &api.binary_media_types,
        api.minimum_compression_bytes,
        api.api_key_source,
        &api.policy,
        api.disable_execute_api_endpoint,
        &api.gateway_responses,
    )
}
