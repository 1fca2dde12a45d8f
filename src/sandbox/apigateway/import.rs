//! Whole APIs from OpenAPI 3.0 and Swagger 2.0 documents with API Gateway's extensions.

use super::api::{self, Api, add, find};
use super::integration::{self, links};
use super::method::{self, VERBS};
use super::openapi::{Document, Operation as Described, error};
use super::settings::{EndpointInput, Settings, check_policy, compression_size};
use super::tree::{Authorizer, Model, Tree, Validator};
use super::{bad, parts, query, resource, response};
use crate::account::Account;
use crate::answer::{Answer, Fault};
use crate::call::Call;
use crate::ids::Ids;
use crate::operation::Operation;
use crate::tags::Tags;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

pub(super) const OPERATIONS: &[Operation] = &[
    Operation::write("PutRestApi", put).raw_at("PUT", "/restapis/{restapi_id}"),
    Operation::write("ImportRestApi", import).raw_at("POST", "/restapis?mode=import"),
];

fn put(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    query(call, &["mode", "failonwarnings", "basepath", "ignore"])?;
    let overwrite = match call.query("mode") {
        None | Some("merge") => false,
        Some("overwrite") => true,
        Some(other) => return Err(super::no_member(other, "putRestApiInput.mode", &["merge", "overwrite"])),
    };
    let document = Document::parse(call.body(), call.query("basepath"))?;
    let links = links(&account.apigateway, call.now);
    let mut ids = account.ids.clone();
    let api = find(account, call)?;
    let tree = if overwrite { Tree::bare(api.tree.root.clone()) } else { api.tree.clone() };
    let tree = Importer { api: &api.id, document: &document, tree, ids: &mut ids, links: &links }.run()?;
    let settings = settings(api, &document, overwrite)?;
    (api.tree, api.settings) = (tree, settings);
    let id = api.id.clone();
    account.ids = ids;
    Answer::json(api::show(account, &id, true))
}

fn import(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    query(call, &["mode", "failonwarnings", "basepath", "ignore", "endpointConfigurationTypes"])?;
    let document = Document::parse(call.body(), call.query("basepath"))?;
    let links = links(&account.apigateway, call.now);
    let types = call.query("endpointConfigurationTypes");
    let endpoint: EndpointInput = match types {
        Some(kind) => serde_json::from_value(serde_json::json!({ "types": [kind] })).unwrap_or_default(),
        None => EndpointInput::default(),
    };
    let new = Settings {
        name: document.title()?,
        description: None,
        version: None,
        binary_media_types: vec![],
        minimum_compression_size: None,
        api_key_source: "HEADER".to_owned(),
        endpoint: endpoint.endpoint()?,
        policy: None,
        disable_execute_api_endpoint: false,
        security_policy: None,
        endpoint_access_mode: None,
    };
    let mut trial = account.clone();
    let id = add(&mut trial, new, Tags::new())?;
    let mut ids = trial.ids.clone();
    if let Some(api) = trial.apigateway.apis.get_mut(&id) {
        let tree = Tree::bare(api.tree.root.clone());
        api.tree = Importer { api: &id, document: &document, tree, ids: &mut ids, links: &links }.run()?;
        api.settings = settings(api, &document, true)?;
    }
    account.apigateway = trial.apigateway;
    account.ids = ids;
    Ok(Answer::json(api::show(account, &id, false))?.status(201))
}

/// What `document` says outside of the tree.
fn settings(api: &Api, document: &Document, overwrite: bool) -> Result<Settings, Fault> {
    let mut settings = api.settings.clone();
    settings.name = document.title()?;
    settings.description = document.info("description");
    settings.version = document.info("version");
    let types = document.texts("x-amazon-apigateway-binary-media-types")?;
    if overwrite {
        settings.binary_media_types.clear();
    }
    for new in types {
        if !settings.binary_media_types.contains(&new) {
            settings.binary_media_types.push(new);
        }
    }
    if let Some(policy) = document.get("x-amazon-apigateway-policy") {
        let text = policy.as_str().map_or_else(|| policy.to_string(), str::to_owned);
        check_policy(&text)?;
        settings.policy = Some(text);
    }
    if let Some(size) = document.get("x-amazon-apigateway-minimum-compression-size") {
        settings.minimum_compression_size = Some(compression_size(size)?);
    }
    if let Some(source) = document.get("x-amazon-apigateway-api-key-source") {
        let source = source.as_str().unwrap_or_default().to_ascii_uppercase();
        if !["HEADER", "AUTHORIZER"].contains(&source.as_str()) {
            return Err(bad(format!("Invalid API key source specified: {source}")));
        }
        settings.api_key_source = source;
    }
    if let Some(endpoint) = document.get("x-amazon-apigateway-endpoint-configuration") {
        for (name, value) in endpoint.as_object().into_iter().flatten() {
            match (name.as_str(), value) {
                ("disableExecuteApiEndpoint", Value::Bool(disable)) => settings.disable_execute_api_endpoint = *disable,
                ("vpcEndpointIds", Value::Array(ids)) => {
                    let ids = ids.iter().filter_map(Value::as_str).map(str::to_owned);
                    settings.endpoint.vpc_endpoint_ids = ids.collect();
                }
                _ => return Err(error(&format!("Invalid endpoint configuration specified: {name}"))),
            }
        }
    }
    settings.check()?;
    Ok(settings)
}

struct Importer<'a> {
    api: &'a str,
    document: &'a Document,
    tree: Tree,
    ids: &'a mut Ids,
    links: &'a BTreeSet<String>,
}

impl Importer<'_> {
    /// The tree with everything that the document describes, or all that is wrong with it.
    fn run(mut self) -> Result<Tree, Fault> {
        for (name, schema) in self.document.schemas()? {
            self.model(name, schema)?;
        }
        for (name, validator) in self.document.validators()? {
            self.tree.validators.retain(|_, other| other.name.as_deref() != Some(name));
            let id = self.ids.base36(6);
            let truth = |field: &str| validator.get(field).and_then(Value::as_bool).unwrap_or_default();
            let validator = Validator {
                id: id.clone(),
                name: Some(name.to_owned()),
                validate_request_body: truth("validateRequestBody"),
                validate_request_parameters: truth("validateRequestParameters"),
            };
            self.tree.validators.insert(id, validator);
        }
        for mut authorizer in self.document.authorizers()? {
            parts::check_authorizer(&authorizer).map_err(|fault| error(&fault.message))?;
            let known = self.tree.authorizers.values().find(|other| other.name == authorizer.name);
            authorizer.id = known.map_or_else(|| self.ids.base36(6), |known| known.id.clone());
            self.tree.authorizers.insert(authorizer.id.clone(), authorizer);
        }
        self.tree.gateway_responses.extend(self.document.gateway_responses()?);
        let document = self.document;
        let mut errors = vec![];
        for (path, operations) in document.paths()? {
            let resource = self
                .resource(&path)
                .map_err(|fault| error(&format!("Unable to create resource at path '{path}': {}", fault.message)))?;
            for described in operations {
                if let Err(fault) = self.method(&path, &resource, described) {
                    errors.push(fault.message);
                }
            }
        }
        if errors.is_empty() { Ok(self.tree) } else { Err(error(&errors.join("\n\t"))) }
    }

    fn model(&mut self, name: &str, schema: &Value) -> Result<(), Fault> {
        let description = schema.get("description").and_then(Value::as_str).map(str::to_owned);
        let schema = rewritten(schema, self.api).to_string();
        parts::check_model(name, &schema)
            .map_err(|fault| error(&format!("Unable to create model '{name}': {}", fault.message)))?;
        let (id, content_type) = (self.ids.base36(6), "application/json".to_owned());
        let model = Model { id, name: name.to_owned(), description, schema, content_type };
        self.tree.models.insert(name.to_owned(), model);
        Ok(())
    }

    /// The id of the resource at `path`, which is made where it is missing.
    fn resource(&mut self, path: &str) -> Result<String, Fault> {
        let mut at = self.tree.root.clone();
        for part in path.split('/').filter(|part| !part.is_empty()) {
            let child = self.tree.children(&at).find(|child| child.part == part).map(|child| child.id.clone());
            at = match child {
                Some(child) => child,
                None => resource::add(&mut self.tree, &at, part, || self.ids.base36(6))?,
            };
        }
        Ok(at)
    }

    fn method(&mut self, path: &str, resource: &str, described: Described) -> Result<(), Fault> {
        let verb = described.verb.clone();
        let failed = |what: &str, fault: Fault| {
            bad(format!("Unable to {what} '{verb}' for resource at path '{path}': {}", fault.message))
        };
        if !VERBS.contains(&verb.as_str()) {
            return Err(bad(format!("Unsupported method '{verb}' at path '{path}'")));
        }
        let names: BTreeMap<&str, &Authorizer> =
            self.tree.authorizers.values().map(|authorizer| (authorizer.name.as_str(), authorizer)).collect();
        let validators: BTreeMap<&str, &str> = self
            .tree
            .validators
            .values()
            .filter_map(|validator| Some((validator.name.as_deref()?, validator.id.as_str())))
            .collect();
        let mut method =
            self.document.method(&described, &names, &validators).map_err(|fault| failed("put method", fault))?;
        // AWS adds the parameter of the last segment by itself.
        let last = path.rsplit('/').next().unwrap_or_default();
        let variable =
            last.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')).filter(|name| !name.ends_with('+'));
        if let Some(name) = variable {
            method.request_parameters.get_or_insert_default().insert(format!("method.request.path.{name}"), true);
        }
        for (content_type, schema) in self.document.bodies(&described)? {
            let name = match self.document.model_name(&schema) {
                Some(name) => name,
                None => {
                    let name = format!("MODEL{}", self.ids.hex(6));
                    self.model(&name, &schema)?;
                    name
                }
            };
            method.request_models.get_or_insert_default().insert(content_type, name);
        }
        method::check(&self.tree, &method).map_err(|fault| failed("put method", fault))?;
        for answer in self.document.responses(&described)? {
            method::check_response(&self.tree, &answer).map_err(|fault| failed("put method response on", fault))?;
            method.method_responses.insert(answer.status_code.clone(), answer);
        }
        if let Some((input, answers)) = self.document.integration(&described)? {
            let mut integration = input.integration(resource).map_err(|fault| failed("put integration on", fault))?;
            integration::check(&integration, &method, self.links)
                .map_err(|fault| failed("put integration on", fault))?;
            for answer in answers {
                response::check(&answer, &method).map_err(|fault| failed("put integration response on", fault))?;
                integration.integration_responses.insert(answer.status_code.clone(), answer);
            }
            method.method_integration = Some(integration);
        }
        self.tree.resource_mut(resource)?.methods.insert(verb, method);
        Ok(())
    }
}

/// `schema` as AWS keeps it: with references to its own models, and the required names sorted.
fn rewritten(schema: &Value, api: &str) -> Value {
    match schema {
        Value::Object(fields) => fields
            .iter()
            .map(|(key, value)| {
                let value = match (key.as_str(), value) {
                    ("$ref", Value::String(target)) => {
                        let name = target.rsplit('/').next().unwrap_or_default();
                        format!("https://apigateway.amazonaws.com/restapis/{api}/models/{name}").into()
                    }
                    ("required", Value::Array(names)) => {
                        let mut names = names.clone();
                        names.sort_by_key(Value::to_string);
                        Value::Array(names)
                    }
                    (_, value) => rewritten(value, api),
                };
                (key.clone(), value)
            })
            .collect(),
        Value::Array(items) => items.iter().map(|item| rewritten(item, api)).collect(),
        other => other.clone(),
    }
}
