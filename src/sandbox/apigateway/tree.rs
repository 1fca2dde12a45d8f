//! The tree of a REST API: what a deployment takes a snapshot of.

use super::gateway_response::GatewayResponse;
use super::{Call, not_found};
use crate::answer::Fault;
use crate::ids::Ids;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// Resources, and what their methods refer to.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Tree {
    /// The resource `/`.
    pub root: String,
    /// Resources by id.
    pub resources: BTreeMap<String, Resource>,
    /// Models by name.
    pub models: BTreeMap<String, Model>,
    /// Request validators by id.
    pub validators: BTreeMap<String, Validator>,
    /// Authorizers by id.
    pub authorizers: BTreeMap<String, Authorizer>,
    /// What the API answers by itself, by type, as far as somebody set it.
    #[serde(default)]
    pub gateway_responses: BTreeMap<String, GatewayResponse>,
}

/// One segment of a path.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Resource {
    /// Unique in the API.
    pub id: String,
    /// The resource above; none for the root.
    pub parent: Option<String>,
    /// `streams`, `{name}` or `{name+}`; empty for the root.
    pub part: String,
    /// Methods by verb.
    pub methods: BTreeMap<String, Method>,
}

/// One verb of a resource, as on the wire.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "members as in the API model")]
pub struct Method {
    pub http_method: String,
    pub authorization_type: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub authorizer_id: Option<String>,
    pub api_key_required: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_validator_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operation_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_parameters: Option<BTreeMap<String, bool>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_models: Option<BTreeMap<String, String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub authorization_scopes: Option<Vec<String>>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty", default)]
    pub method_responses: BTreeMap<String, MethodResponse>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub method_integration: Option<Integration>,
}

/// What callers may get, as on the wire.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "members as in the API model")]
pub struct MethodResponse {
    pub status_code: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub response_parameters: Option<BTreeMap<String, bool>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub response_models: Option<BTreeMap<String, String>>,
}

/// What stands behind a method, as on the wire.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "members as in the API model")]
pub struct Integration {
    #[serde(rename = "type")]
    pub kind: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub http_method: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uri: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub connection_type: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub connection_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub credentials: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_parameters: Option<BTreeMap<String, String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_templates: Option<Templates>,
    pub passthrough_behavior: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content_handling: Option<String>,
    pub timeout_in_millis: u32,
    pub cache_namespace: String,
    pub cache_key_parameters: Vec<String>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty", default)]
    pub integration_responses: BTreeMap<String, IntegrationResponse>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tls_config: Option<TlsConfig>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub response_transfer_mode: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub integration_target: Option<String>,
}

/// Mapping templates by content type. AWS shows an empty one as null.
pub type Templates = BTreeMap<String, Option<String>>;

/// How backends are trusted, as on the wire.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TlsConfig {
    /// Not at all, when true.
    #[serde(default)]
    pub insecure_skip_verification: bool,
}

/// How a backend's answer becomes the caller's, as on the wire.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "members as in the API model")]
pub struct IntegrationResponse {
    pub status_code: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub selection_pattern: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub response_parameters: Option<BTreeMap<String, String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub response_templates: Option<Templates>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content_handling: Option<String>,
}

/// A JSON schema with a name, as on the wire.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "members as in the API model")]
pub struct Model {
    pub id: String,
    pub name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    pub schema: String,
    pub content_type: String,
}

/// What of a request is checked, as on the wire.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "members as in the API model")]
pub struct Validator {
    pub id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    pub validate_request_body: bool,
    pub validate_request_parameters: bool,
}

/// Who decides about callers, as on the wire.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "members as in the API model")]
pub struct Authorizer {
    pub id: String,
    pub name: String,
    #[serde(rename = "type")]
    pub kind: String,
    #[serde(rename = "providerARNs", skip_serializing_if = "Option::is_none")]
    pub provider_arns: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auth_type: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub authorizer_uri: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub authorizer_credentials: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub identity_source: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub identity_validation_expression: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub authorizer_result_ttl_in_seconds: Option<i32>,
}

impl Tree {
    /// The tree of a new API: the root, and the two models that every API starts with.
    pub fn new(ids: &mut Ids) -> Self {
        let mut tree = Self::bare(ids.base36(10));
        for (name, what, properties) in
            [("Empty", "empty", Value::Null), ("Error", "error", json!({ "message": { "type": "string" } }))]
        {
            let mut schema = Map::new();
            schema.insert("$schema".into(), "http://json-schema.org/draft-04/schema#".into());
            schema.insert("title".into(), format!("{name} Schema").into());
            schema.insert("type".into(), "object".into());
            if !properties.is_null() {
                schema.insert("properties".into(), properties);
            }
            let model = Model {
                id: ids.base36(6),
                name: name.to_owned(),
                description: Some(format!("This is a default {what} schema model")),
                schema: Value::Object(schema).to_string(),
                content_type: "application/json".to_owned(),
            };
            tree.models.insert(name.to_owned(), model);
        }
        tree
    }

    /// A root and nothing else.
    pub fn bare(root: String) -> Self {
        let resource = Resource { id: root.clone(), parent: None, part: String::new(), methods: BTreeMap::new() };
        Self { resources: BTreeMap::from([(root.clone(), resource)]), root, ..Self::default() }
    }

    /// The whole path of `resource`.
    pub fn path(&self, resource: &Resource) -> String {
        let mut parts = vec![resource.part.as_str()];
        let mut parent = resource.parent.as_ref();
        while let Some(above) = parent.and_then(|id| self.resources.get(id)) {
            parts.push(&above.part);
            parent = above.parent.as_ref();
        }
        if parts.len() == 1 { "/".to_owned() } else { parts.into_iter().rev().collect::<Vec<_>>().join("/") }
    }

    /// Those directly below `parent`.
    pub fn children(&self, parent: &str) -> impl Iterator<Item = &Resource> {
        self.resources.values().filter(move |resource| resource.parent.as_deref() == Some(parent))
    }

    /// Every method with its resource.
    pub fn methods(&self) -> impl Iterator<Item = (&Resource, &Method)> {
        self.resources.values().flat_map(|resource| resource.methods.values().map(move |method| (resource, method)))
    }

    pub(super) fn resource_mut(&mut self, id: &str) -> Result<&mut Resource, Fault> {
        self.resources.get_mut(id).ok_or_else(|| not_found("Invalid Resource identifier specified"))
    }

    /// The method that the labels of `call` name.
    pub(super) fn method_mut(&mut self, call: &Call) -> Result<&mut Method, Fault> {
        let resource = self.resource_mut(call.path("resource_id"))?;
        let method = resource.methods.get_mut(call.path("http_method"));
        method.ok_or_else(|| not_found("Invalid Method identifier specified"))
    }

    /// The integration of the method that the labels of `call` name.
    pub(super) fn integration_mut(&mut self, call: &Call) -> Result<&mut Integration, Fault> {
        let integration = self.method_mut(call)?.method_integration.as_mut();
        integration.ok_or_else(|| not_found("Invalid Integration identifier specified"))
    }

    /// `resource` as answers show it: its methods in full, or just their verbs.
    pub(super) fn show(&self, resource: &Resource, methods: bool) -> Value {
        let mut shown = json!({ "id": resource.id, "path": self.path(resource) });
        if let Some(parent) = &resource.parent {
            shown["parentId"] = json!(parent);
            shown["pathPart"] = json!(resource.part);
        }
        if !resource.methods.is_empty() {
            let verbs = || resource.methods.keys().map(|verb| (verb.clone(), json!({}))).collect();
            shown["resourceMethods"] = if methods { json!(resource.methods) } else { Value::Object(verbs()) };
        }
        shown
    }
}
