//! A REST API as the document that `PutRestApi` takes: OpenAPI 3.0.1 with API Gateway's extensions.

use super::rest_api::RestApi;
use super::route::{self, Authorizer, Integration, IntegrationType, Mapping, Route, Schema, Validate};
use crate::aws::{Class, Error, Result};
use serde::Serialize;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// The whole of `api` but its endpoint type and TLS settings, which no document can hold.
pub(super) fn document(api: &RestApi) -> Result<Value> {
    let mut shared = Shared::default();
    let mut paths = Map::new();
    for path in api.bare_paths.iter() {
        paths.insert(path.clone(), json!({}));
    }
    for (key, route) in &api.routes {
        let (method, path) =
            route::parts(key).ok_or_else(|| invalid(format!("`{key}` is no route: use `GET /path`")))?;
        let name = match method {
            "ANY" => "x-amazon-apigateway-any-method".to_owned(),
            verb => verb.to_ascii_lowercase(),
        };
        let item = paths.entry(path).or_insert_with(|| json!({}));
        item[name] = shared.operation(key, route)?;
    }
    let mut document = Fields::default();
    document.put("openapi", "3.0.1");
    let mut info = Fields::default();
    info.put("title", &api.name);
    info.put("description", Some(&api.description).filter(|text| !text.is_empty()));
    info.put("version", "1");
    document.put("info", info.0);
    document.put("paths", paths);
    let mut components = Fields::default();
    components.filled("schemas", shared.schemas);
    components.filled("securitySchemes", shared.schemes);
    document.filled("components", components.0);
    document.filled("x-amazon-apigateway-request-validators", shared.validators);
    document.filled("x-amazon-apigateway-gateway-responses", gateway_responses(api));
    document.put("x-amazon-apigateway-api-key-source", api.api_key_source);
    document.put("x-amazon-apigateway-minimum-compression-size", api.minimum_compression_bytes);
    document.put("x-amazon-apigateway-policy", &api.policy);
    if !api.binary_media_types.is_empty() {
        document.put("x-amazon-apigateway-binary-media-types", &*api.binary_media_types);
    }
    let mut endpoint = Fields::default();
    endpoint.put("disableExecuteApiEndpoint", api.disable_execute_api_endpoint.then_some(true));
    if !api.vpc_endpoints.is_empty() {
        endpoint.put("vpcEndpointIds", &*api.vpc_endpoints);
    }
    document.filled("x-amazon-apigateway-endpoint-configuration", endpoint.0);
    Ok(Value::Object(document.0))
}

fn gateway_responses(api: &RestApi) -> Map<String, Value> {
    let responses = api.gateway_responses.iter().map(|(kind, response)| {
        let mut fields = Fields::default();
        fields.put("statusCode", &response.status);
        fields.filled("responseParameters", response.parameters.clone());
        fields.filled("responseTemplates", response.templates.clone());
        (kind.clone(), Value::Object(fields.0))
    });
    responses.collect()
}

fn invalid(message: String) -> Error {
    Error::new("InvalidRoute", message, Class::Invalid)
}

/// What operations refer to by name.
#[derive(Default)]
struct Shared {
    schemas: Map<String, Value>,
    schemes: Map<String, Value>,
    validators: Map<String, Value>,
}

impl Shared {
    fn operation(&mut self, key: &str, route: &Route) -> Result<Value> {
        let mut operation = Fields::default();
        operation.put("operationId", &route.operation_name);
        let parameters = route.request_parameters.iter().map(|(name, required)| {
            parameter(name, *required).ok_or_else(|| invalid(format!("{key} has no parameter `{name}`")))
        });
        operation.filled("parameters", parameters.collect::<Result<Vec<_>>>()?);
        let content = route.request_schemas.iter().map(|(content_type, schema)| {
            let name = model_name(schema);
            self.schemas.insert(name.clone(), schema.document().clone());
            (content_type.clone(), json!({ "schema": { "$ref": format!("#/components/schemas/{name}") } }))
        });
        let content: Map<String, Value> = content.collect();
        if !content.is_empty() {
            operation.put("requestBody", json!({ "content": content, "required": true }));
        }
        operation.filled(
            "responses",
            route
                .responses
                .iter()
                .map(|(status, response)| {
                    let headers =
                        response.headers.iter().map(|name| (name.clone(), json!({ "schema": { "type": "string" } })));
                    let mut answer = Fields::default();
                    answer.put("description", format!("{status} response"));
                    answer.filled("headers", headers.collect::<Map<_, _>>());
                    (status.clone(), Value::Object(answer.0))
                })
                .collect::<Map<_, _>>(),
        );
        if let Some(name) = validator_name(route.validate) {
            let Validate { body, parameters } = route.validate;
            let validator = json!({ "validateRequestBody": body, "validateRequestParameters": parameters });
            self.validators.insert(name.into(), validator);
            operation.put("x-amazon-apigateway-request-validator", name);
        }
        operation.filled("security", self.security(key, route)?);
        if route.authorization == "AWS_IAM" {
            operation.put("x-amazon-apigateway-auth", json!({ "type": "AWS_IAM" }));
        }
        if route.integration.kind != IntegrationType::Missing {
            operation.put("x-amazon-apigateway-integration", integration(key, route)?);
        }
        Ok(Value::Object(operation.0))
    }

    /// What a caller must show, all of it.
    fn security(&mut self, key: &str, route: &Route) -> Result<Vec<Value>> {
        let mut all = Map::new();
        match (route.authorization.as_str(), &route.authorizer) {
            ("NONE" | "AWS_IAM", None) => {}
            ("CUSTOM" | "COGNITO_USER_POOLS", Some(authorizer)) => {
                let scheme = scheme(&route.authorization, authorizer);
                if self.schemes.get(&authorizer.name).is_some_and(|other| *other != scheme) {
                    return Err(invalid(format!("{key} describes the authorizer {} in another way", authorizer.name)));
                }
                self.schemes.insert(authorizer.name.clone(), scheme);
                all.insert(authorizer.name.clone(), json!(&*route.authorization_scopes));
            }
            (other, _) => {
                return Err(invalid(format!("{key} has authorization {other}, which does not fit its authorizer")));
            }
        }
        if route.api_key_required {
            self.schemes.insert("api_key".into(), json!({ "type": "apiKey", "name": "x-api-key", "in": "header" }));
            all.insert("api_key".into(), json!([]));
        }
        Ok(if all.is_empty() { vec![] } else { vec![Value::Object(all)] })
    }
}

/// The model of a schema is named after its content, so that equal ones are one.
fn model_name(schema: &Schema) -> String {
    let digest = Sha256::digest(schema.document().to_string());
    digest.iter().take(8).fold("Body".to_owned(), |name, byte| format!("{name}{byte:02x}"))
}

fn validator_name(validate: Validate) -> Option<&'static str> {
    match validate {
        Validate { body: false, parameters: false } => None,
        Validate { body: true, parameters: false } => Some("body-only"),
        Validate { body: false, parameters: true } => Some("params-only"),
        Validate { body: true, parameters: true } => Some("all"),
    }
}

fn parameter(name: &str, required: bool) -> Option<Value> {
    let (place, name) = name.strip_prefix("method.request.")?.split_once('.')?;
    let place = match place {
        "path" => "path",
        "querystring" => "query",
        "header" => "header",
        _ => return None,
    };
    Some(json!({ "name": name, "in": place, "required": required, "schema": { "type": "string" } }))
}

fn scheme(authorization: &str, authorizer: &Authorizer) -> Value {
    let source = authorizer.identity_source.as_deref().unwrap_or_default();
    let header = source.strip_prefix("method.request.header.").filter(|_| authorizer.kind != "REQUEST");
    let mut details = Fields::default();
    details.put("type", authorizer.kind.to_ascii_lowercase());
    details.put("authorizerUri", &authorizer.uri);
    details.put("authorizerCredentials", &authorizer.credentials);
    details.put("identitySource", authorizer.identity_source.as_ref().filter(|_| header.is_none()));
    details.put("identityValidationExpression", &authorizer.identity_validation);
    details.put("authorizerResultTtlInSeconds", authorizer.result_ttl_seconds);
    details.filled("providerARNs", (*authorizer.providers).clone());
    json!({
        "type": "apiKey",
        "name": header.unwrap_or("Unused"),
        "in": "header",
        "x-amazon-apigateway-authtype": authorization.to_ascii_lowercase(),
        "x-amazon-apigateway-authorizer": details.0,
    })
}

fn integration(key: &str, route: &Route) -> Result<Value> {
    let Integration { kind, passthrough, connection, .. } = &route.integration;
    let of = &route.integration;
    let mut fields = Fields::default();
    fields.put("type", lower(kind));
    fields.put("httpMethod", &of.http_method);
    fields.put("uri", &of.uri);
    fields.put("credentials", &of.credentials);
    if let Some(link) = connection {
        fields.put("connectionType", "VPC_LINK");
        fields.put("connectionId", link);
    }
    fields.put("integrationTarget", &of.target);
    fields.filled("requestParameters", of.request_parameters.clone());
    fields.filled("requestTemplates", of.request_templates.clone());
    fields.put("passthroughBehavior", lower(passthrough));
    fields.put("contentHandling", of.content_handling);
    fields.put("timeoutInMillis", of.timeout_ms);
    fields.filled("cacheKeyParameters", (*of.cache_key_parameters).clone());
    if of.insecure_skip_verification {
        fields.put("tlsConfig", json!({ "insecureSkipVerification": true }));
    }
    fields.put("responseTransferMode", of.stream_response.then_some("STREAM"));
    let mut responses = Map::new();
    for (status, response) in &route.responses {
        let Some(mapping) = &response.mapping else { continue };
        let pattern = mapping.selection_pattern.as_deref().unwrap_or("default");
        if responses.insert(pattern.to_owned(), answer(status, mapping)).is_some() {
            return Err(invalid(format!("{key} has two responses for `{pattern}`")));
        }
    }
    fields.filled("responses", responses);
    Ok(Value::Object(fields.0))
}

fn answer(status: &str, mapping: &Mapping) -> Value {
    let mut fields = Fields::default();
    fields.put("statusCode", status);
    fields.filled("responseParameters", mapping.parameters.clone());
    fields.filled("responseTemplates", mapping.templates.clone());
    fields.put("contentHandling", mapping.content_handling);
    Value::Object(fields.0)
}

/// Documents have AWS's words in lower case.
fn lower(word: &impl Serialize) -> Value {
    match json!(word) {
        Value::String(text) => text.to_ascii_lowercase().into(),
        other => other,
    }
}

/// An object in the making: what is null or empty is left out.
#[derive(Default)]
struct Fields(Map<String, Value>);

impl Fields {
    fn put(&mut self, name: &str, value: impl Serialize) {
        let value = json!(value);
        if !value.is_null() {
            self.0.insert(name.into(), value);
        }
    }

    fn filled(&mut self, name: &str, value: impl Into<Collection>) {
        let Collection(value) = value.into();
        self.0.extend(value.map(|value| (name.to_owned(), value)));
    }
}

/// A list or map; none when it is empty.
struct Collection(Option<Value>);

impl From<Map<String, Value>> for Collection {
    fn from(map: Map<String, Value>) -> Self {
        Self((!map.is_empty()).then_some(Value::Object(map)))
    }
}

impl<T: Into<Value>> From<Vec<T>> for Collection {
    fn from(items: Vec<T>) -> Self {
        Self((!items.is_empty()).then(|| items.into_iter().collect()))
    }
}

impl From<BTreeMap<String, String>> for Collection {
    fn from(map: BTreeMap<String, String>) -> Self {
        Self((!map.is_empty()).then(|| map.into_iter().collect()))
    }
}
