//! What a stage shows to its callers, as an OpenAPI 3.0 document.

use super::api::find;
use super::deployment::Deployment;
use super::tree::{Integration, Method, Tree};
use super::{bad, compact, not_found, query};
use crate::account::Account;
use crate::answer::{Answer, Fault};
use crate::call::Call;
use crate::operation::Operation;
use crate::time::iso8601_seconds;
use serde_json::{Map, Value, json};

pub(super) const OPERATIONS: &[Operation] =
    &[Operation::read("GetExport", export)
        .at("GET", "/restapis/{restapi_id}/stages/{stage_name}/exports/{export_type}")];

/// Which of AWS's extensions the document has.
#[derive(Clone, Copy)]
struct Extensions {
    integrations: bool,
    authorizers: bool,
}

fn export(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    query(call, &["extensions"])?;
    if call.path("export_type") != "oas30" {
        return Err(bad(format!("Unsupported export type: {}", call.path("export_type"))));
    }
    let asked: Vec<&str> = call.query("extensions").into_iter().flat_map(|list| list.split(',')).collect();
    let known = ["integrations", "authorizers", "apigateway"];
    if let Some(other) = asked.iter().find(|name| !known.contains(name)) {
        return Err(bad(format!("Invalid extension specified: {other}")));
    }
    let has = |name: &str| asked.contains(&name) || asked.contains(&"apigateway");
    let extensions = Extensions { integrations: has("integrations"), authorizers: has("authorizers") };
    let region = account.region.clone();
    let api = find(account, call)?;
    let stage = api.stages.get(call.path("stage_name"));
    let stage = stage.ok_or_else(|| not_found("Invalid stage identifier specified"))?;
    let deployment = api.deployments.get(&stage.deployment_id);
    let deployment = deployment.ok_or_else(|| not_found("Invalid Deployment identifier specified"))?;
    let url = format!("https://{}.execute-api.{region}.amazonaws.com/{{basePath}}", api.id);
    let server = json!({ "url": url, "variables": { "basePath": { "default": stage.name } } });
    let document = document(deployment, &server, extensions);
    let version = document["info"]["version"].as_str().unwrap_or_default().to_owned();
    let (text, kind) = match call.header("accept") {
        Some("application/yaml") => {
            (serde_yaml::to_string(&document).map_err(|error| Fault::internal(&error))?, "yaml")
        }
        _ => (document.to_string(), "json"),
    };
    let file = format!("attachment; filename=\"oas30_{version}.{kind}\"");
    let answer = Answer::raw(text).header("content-type", "application/octet-stream");
    Ok(answer.header("content-disposition", file))
}

fn document(deployment: &Deployment, server: &Value, extensions: Extensions) -> Value {
    let Deployment { tree, settings, created, .. } = deployment;
    let mut paths = Map::new();
    for (resource, method) in tree.methods() {
        let name = match method.http_method.as_str() {
            "ANY" => "x-amazon-apigateway-any-method".to_owned(),
            verb => verb.to_ascii_lowercase(),
        };
        let item = paths.entry(tree.path(resource)).or_insert_with(|| json!({}));
        item[name] = operation(tree, method, extensions);
    }
    let schemas: Map<String, Value> = tree
        .models
        .values()
        .filter(|model| tree.methods().any(|(_, method)| refers(method, &model.name)))
        .map(|model| (model.name.clone(), serde_json::from_str(&model.schema).unwrap_or_default()))
        .collect();
    let validators: Map<String, Value> = tree
        .validators
        .values()
        .filter(|_| extensions.integrations)
        .filter_map(|validator| {
            let flags = json!({
                "validateRequestBody": validator.validate_request_body,
                "validateRequestParameters": validator.validate_request_parameters,
            });
            Some((validator.name.clone()?, flags))
        })
        .collect();
    let types = Some(&settings.binary_media_types).filter(|types| extensions.integrations && !types.is_empty());
    let responses = Some(&tree.gateway_responses).filter(|set| extensions.integrations && !set.is_empty());
    let version = settings.version.clone().unwrap_or_else(|| iso8601_seconds(*created));
    let info = compact(json!({ "title": settings.name, "description": settings.description, "version": version }));
    compact(json!({
        "openapi": "3.0.1",
        "info": info,
        "servers": [server],
        "paths": paths,
        "components": compact(json!({ "schemas": filled(schemas), "securitySchemes": filled(schemes(tree, extensions)) })),
        "x-amazon-apigateway-request-validators": filled(validators),
        "x-amazon-apigateway-gateway-responses": responses,
        "x-amazon-apigateway-binary-media-types": types,
    }))
}

fn filled(map: Map<String, Value>) -> Option<Map<String, Value>> {
    Some(map).filter(|map| !map.is_empty())
}

fn refers(method: &Method, model: &str) -> bool {
    let answers = method.method_responses.values().filter_map(|answer| answer.response_models.as_ref());
    method.request_models.iter().chain(answers).any(|models| models.values().any(|name| name == model))
}

fn content<'a>(models: impl Iterator<Item = (&'a String, &'a String)>) -> Map<String, Value> {
    let reference = |name: &String| json!({ "schema": { "$ref": format!("#/components/schemas/{name}") } });
    models.map(|(content_type, model)| (content_type.clone(), reference(model))).collect()
}

fn operation(tree: &Tree, method: &Method, extensions: Extensions) -> Value {
    let parameters = method.request_parameters.iter().flatten().filter_map(|(name, required)| {
        let (place, name) = name.strip_prefix("method.request.")?.split_once('.')?;
        let place = if place == "querystring" { "query" } else { place };
        let required = required.then_some(true);
        Some(compact(json!({ "name": name, "in": place, "required": required, "schema": { "type": "string" } })))
    });
    let parameters: Vec<Value> = parameters.collect();
    let body =
        method.request_models.as_ref().map(|models| json!({ "content": content(models.iter()), "required": true }));
    let responses = method.method_responses.iter().map(|(status, answer)| {
        let headers = answer.response_parameters.iter().flatten().filter_map(|(name, _)| {
            let name = name.strip_prefix("method.response.header.")?;
            Some((name.to_owned(), json!({ "schema": { "type": "string" } })))
        });
        let shown = compact(json!({
            "description": format!("{status} response"),
            "headers": filled(headers.collect()),
            "content": content(answer.response_models.iter().flatten()),
        }));
        (status.clone(), shown)
    });
    let mut security = Map::new();
    if method.api_key_required {
        security.insert("api_key".to_owned(), json!([]));
    }
    if method.authorization_type == "AWS_IAM" {
        security.insert("sigv4".to_owned(), json!([]));
    }
    if let Some(authorizer) = method.authorizer_id.as_ref().and_then(|id| tree.authorizers.get(id)) {
        security.insert(authorizer.name.clone(), json!(method.authorization_scopes.clone().unwrap_or_default()));
    }
    let security: Vec<Value> = security.into_iter().map(|(name, scopes)| json!({ name: scopes })).collect();
    let integration = method.method_integration.as_ref().filter(|_| extensions.integrations);
    let validator = method.request_validator_id.as_ref().and_then(|id| tree.validators.get(id));
    compact(json!({
        "operationId": method.operation_name,
        "parameters": Some(parameters).filter(|parameters| !parameters.is_empty()),
        "requestBody": body,
        "responses": filled(responses.collect()),
        "security": Some(security).filter(|security| !security.is_empty()),
        "x-amazon-apigateway-request-validator": validator.filter(|_| extensions.integrations).map(|found| &found.name),
        "x-amazon-apigateway-integration": integration.map(described),
    }))
}

/// The integration as documents have it: words in lower case, responses by pattern.
fn described(integration: &Integration) -> Value {
    let mut fields = json!(integration);
    let answers = integration.integration_responses.values().map(|answer| {
        let mut fields = json!(answer);
        let pattern = fields.as_object_mut().and_then(|fields| fields.remove("selectionPattern"));
        let pattern = pattern.as_ref().and_then(Value::as_str).filter(|pattern| !pattern.is_empty());
        (pattern.unwrap_or("default").to_owned(), fields)
    });
    let answers: Map<String, Value> = answers.collect();
    if let Some(fields) = fields.as_object_mut() {
        for own in ["integrationResponses", "cacheNamespace"] {
            fields.remove(own);
        }
        fields.retain(|name, value| name != "cacheKeyParameters" || *value != json!([]));
        fields.extend(filled(answers).map(|answers| ("responses".to_owned(), Value::Object(answers))));
        for name in ["type", "passthroughBehavior"] {
            if let Some(Value::String(word)) = fields.get_mut(name) {
                word.make_ascii_lowercase();
            }
        }
    }
    fields
}

fn schemes(tree: &Tree, extensions: Extensions) -> Map<String, Value> {
    let mut schemes = Map::new();
    if tree.methods().any(|(_, method)| method.api_key_required) {
        schemes.insert("api_key".to_owned(), json!({ "type": "apiKey", "name": "x-api-key", "in": "header" }));
    }
    if tree.methods().any(|(_, method)| method.authorization_type == "AWS_IAM") {
        let scheme = json!({
            "type": "apiKey", "name": "Authorization", "in": "header", "x-amazon-apigateway-authtype": "awsSigv4",
        });
        schemes.insert("sigv4".to_owned(), scheme);
    }
    for authorizer in tree.authorizers.values() {
        let source = authorizer.identity_source.as_deref().unwrap_or_default();
        let header = source.strip_prefix("method.request.header.").filter(|_| authorizer.kind != "REQUEST");
        let details = compact(json!({
            "type": authorizer.kind.to_ascii_lowercase(),
            "authorizerUri": authorizer.authorizer_uri,
            "authorizerCredentials": authorizer.authorizer_credentials,
            "identitySource": authorizer.identity_source.as_ref().filter(|_| header.is_none()),
            "identityValidationExpression": authorizer.identity_validation_expression,
            "authorizerResultTtlInSeconds": authorizer.authorizer_result_ttl_in_seconds,
            "providerARNs": authorizer.provider_arns,
        }));
        let mut scheme = json!({ "type": "apiKey", "name": header.unwrap_or("Unused"), "in": "header" });
        if extensions.authorizers {
            scheme["x-amazon-apigateway-authtype"] = json!(authorizer.auth_type);
            scheme["x-amazon-apigateway-authorizer"] = details;
        }
        schemes.insert(authorizer.name.clone(), scheme);
    }
    schemes
}
