//! Integrations: what stands behind a method.

use super::api::find;
use super::patch::{self, Op};
use super::tree::{Integration, Method, Templates, TlsConfig};
use super::{State, bad, body, mapping, one_of, query};
use crate::account::Account;
use crate::answer::{Answer, Fault};
use crate::call::Call;
use crate::operation::Operation;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};

pub(super) const OPERATIONS: &[Operation] = &[
    Operation::write("PutIntegration", put).at("PUT", INTEGRATION),
    Operation::read("GetIntegration", get).at("GET", INTEGRATION),
    Operation::write("UpdateIntegration", update).at("PATCH", INTEGRATION),
    Operation::write("DeleteIntegration", delete).at("DELETE", INTEGRATION),
];

const INTEGRATION: &str = "/restapis/{restapi_id}/resources/{resource_id}/methods/{http_method}/integration";

/// The input for an [`Integration`], also in an imported document.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Input {
    #[serde(rename = "type", default)]
    pub kind: String,
    pub http_method: Option<String>,
    pub uri: Option<String>,
    pub connection_type: Option<String>,
    pub connection_id: Option<String>,
    pub credentials: Option<String>,
    pub request_parameters: Option<BTreeMap<String, String>>,
    pub request_templates: Option<Templates>,
    pub passthrough_behavior: Option<String>,
    pub cache_namespace: Option<String>,
    pub cache_key_parameters: Option<Vec<String>>,
    pub content_handling: Option<String>,
    pub timeout_in_millis: Option<u32>,
    pub tls_config: Option<TlsConfig>,
    pub response_transfer_mode: Option<String>,
    pub integration_target: Option<String>,
}

/// The VPC links that integrations may name.
pub(super) fn links(state: &State, now: u64) -> BTreeSet<String> {
    state.vpc_links.values().filter(|link| link.exists(now)).map(|link| link.id.clone()).collect()
}

impl Input {
    /// What it gives on `resource`. Checked apart.
    pub(super) fn integration(self, resource: &str) -> Result<Integration, Fault> {
        one_of(&self.kind, "putIntegrationInput.type", &["HTTP", "MOCK", "AWS_PROXY", "HTTP_PROXY", "AWS"])?;
        let http = self.kind.starts_with("HTTP");
        Ok(Integration {
            connection_type: self.connection_type.or_else(|| http.then(|| "INTERNET".to_owned())),
            http_method: self.http_method,
            uri: self.uri,
            connection_id: self.connection_id,
            credentials: self.credentials,
            request_parameters: self.request_parameters.filter(|all| !all.is_empty()),
            request_templates: self.request_templates.map(without_empty).filter(|all| !all.is_empty()),
            passthrough_behavior: self.passthrough_behavior.unwrap_or_else(|| "WHEN_NO_MATCH".to_owned()),
            content_handling: self.content_handling,
            timeout_in_millis: self.timeout_in_millis.unwrap_or(29_000),
            cache_namespace: self.cache_namespace.unwrap_or_else(|| resource.to_owned()),
            cache_key_parameters: self.cache_key_parameters.unwrap_or_default(),
            integration_responses: BTreeMap::new(),
            tls_config: self.tls_config,
            response_transfer_mode: self.response_transfer_mode,
            integration_target: self.integration_target,
            kind: self.kind,
        })
    }
}

/// An empty template is none.
pub(super) fn without_empty(templates: Templates) -> Templates {
    templates.into_iter().map(|(key, text)| (key, text.filter(|text| !text.is_empty()))).collect()
}

/// Refuses an integration that cannot stand behind `method`.
pub(super) fn check(integration: &Integration, method: &Method, links: &BTreeSet<String>) -> Result<(), Fault> {
    let Integration { kind, http_method, uri, .. } = integration;
    let known = ["GET", "PUT", "POST", "DELETE", "PATCH", "OPTIONS", "HEAD", "ANY"];
    match http_method {
        Some(verb) if !known.contains(&verb.as_str()) => {
            return Err(bad(format!("Invalid HttpMethod specified. Valid options are {}", known.join(","))));
        }
        None if kind != "MOCK" => return Err(bad("Enumeration value for HttpMethod must be non-empty")),
        Some(_) | None => {}
    }
    match kind.as_str() {
        "HTTP" | "HTTP_PROXY" => check_url(uri.as_deref().unwrap_or_default())?,
        "AWS" | "AWS_PROXY" => check_aws(integration)?,
        _ => {}
    }
    let passthrough = ["WHEN_NO_MATCH", "WHEN_NO_TEMPLATES", "NEVER"];
    if !passthrough.contains(&integration.passthrough_behavior.as_str()) {
        return Err(bad(format!("Invalid passthroughBehavior specified. Valid options are {}", passthrough.join(","))));
    }
    if let Some(handling) = &integration.content_handling {
        one_of(handling, "putIntegrationInput.contentHandling", &["CONVERT_TO_BINARY", "CONVERT_TO_TEXT"])?;
    }
    if let Some(mode) = &integration.response_transfer_mode {
        one_of(mode, "putIntegrationInput.responseTransferMode", &["BUFFERED", "STREAM"])?;
    }
    if !(50..=29_000).contains(&integration.timeout_in_millis) {
        return Err(bad("Timeout should be between 50 ms and 29000 ms"));
    }
    check_connection(integration, links)?;
    mapping::check_content_types(integration.request_templates.as_ref())?;
    mapping::check_request(integration, method)
}

fn check_url(uri: &str) -> Result<(), Fault> {
    let rest = uri.strip_prefix("http://").or_else(|| uri.strip_prefix("https://"));
    let host = rest.map(|rest| rest.split(['/', '?']).next().unwrap_or_default());
    // The host may be a stage variable, and contain a path parameter.
    let fits = |character: char| character.is_ascii_alphanumeric() || "-._:${}".contains(character);
    match host {
        Some(host) if !host.is_empty() && host.chars().all(fits) => Ok(()),
        _ => Err(bad("Invalid HTTP endpoint specified for URI")),
    }
}

fn check_aws(integration: &Integration) -> Result<(), Fault> {
    let uri = integration.uri.as_deref().unwrap_or_default();
    let parts: Vec<&str> = uri.splitn(6, ':').collect();
    let &["arn", _, "apigateway", _, service, target] = parts.as_slice() else {
        return Err(bad("Invalid ARN specified in the request"));
    };
    if !target.starts_with("path/") && !target.starts_with("action/") {
        return Err(bad("AWS ARN for integration must contain path or action"));
    }
    if integration.kind == "AWS_PROXY" && !matches!(service, "lambda" | "firehose") {
        return Err(bad(
            "Integrations of type 'AWS_PROXY' currently only supports Lambda function and Firehose stream invocations.",
        ));
    }
    match integration.credentials.as_deref() {
        None if service != "lambda" => Err(bad("Role ARN must be specified for AWS integrations")),
        Some(role) if !is_role(role) => Err(bad("Invalid ARN specified in the request")),
        _ => Ok(()),
    }
}

/// A role's ARN, or that of the caller.
fn is_role(arn: &str) -> bool {
    let rest = arn.strip_prefix("arn:aws:iam::").unwrap_or_default();
    let role = rest.split_once(":role/").is_some_and(|(account, name)| account.len() == 12 && !name.is_empty());
    role || rest == "*:user/*"
}

fn check_connection(integration: &Integration, links: &BTreeSet<String>) -> Result<(), Fault> {
    let Some(kind) = &integration.connection_type else { return Ok(()) };
    one_of(kind, "putIntegrationInput.connectionType", &["INTERNET", "VPC_LINK"])?;
    if kind == "INTERNET" {
        return Ok(());
    }
    if !integration.kind.starts_with("HTTP") {
        return Err(bad("VPC link integrations must be of type HTTP or HTTP_PROXY"));
    }
    match integration.connection_id.as_deref() {
        Some(id) if links.contains(id) || id.starts_with("${stageVariables.") => Ok(()),
        _ => Err(bad("Invalid Vpc Link identifier specified")),
    }
}

fn put(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let input: Input = body(call)?;
    let links = links(&account.apigateway, call.now);
    let method = find(account, call)?.tree.method_mut(call)?;
    let integration = input.integration(call.path("resource_id"))?;
    check(&integration, method, &links)?;
    method.method_integration = Some(integration.clone());
    Ok(Answer::json(integration)?.status(201))
}

fn get(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    query(call, &[])?;
    Answer::json(find(account, call)?.tree.integration_mut(call)?)
}

fn update(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let patches = patch::operations(call)?;
    let links = links(&account.apigateway, call.now);
    let tree = &mut find(account, call)?.tree;
    let mut changed = tree.integration_mut(call)?.clone();
    for patch in &patches {
        change(&mut changed, patch)?;
    }
    check(&changed, tree.method_mut(call)?, &links)?;
    *tree.integration_mut(call)? = changed.clone();
    Answer::json(changed)
}

fn change(integration: &mut Integration, patch: &patch::Patch) -> Result<(), Fault> {
    let parts = patch.parts();
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    match (parts.as_slice(), patch.op) {
        (["requestParameters", name], _) => patch.entry(&mut integration.request_parameters, name, patch.text())?,
        (["requestTemplates", content_type], _) => {
            patch.entry(&mut integration.request_templates, content_type, patch.filled())?;
        }
        (["cacheKeyParameters", name], Op::Add | Op::Replace | Op::Remove) => {
            integration.cache_key_parameters.retain(|known| known != name);
            if patch.op != Op::Remove {
                integration.cache_key_parameters.push((*name).to_owned());
            }
        }
        (["uri"], Op::Replace) => integration.uri = patch.filled(),
        (["httpMethod"], Op::Replace) if integration.kind != "MOCK" => integration.http_method = patch.filled(),
        (["credentials"], Op::Replace) => integration.credentials = patch.filled(),
        (["connectionType"], Op::Replace) => integration.connection_type = patch.filled(),
        (["connectionId"], Op::Replace) => integration.connection_id = patch.filled(),
        (["contentHandling"], Op::Replace) => integration.content_handling = patch.filled(),
        (["passthroughBehavior"], Op::Replace) => integration.passthrough_behavior = patch.text(),
        (["timeoutInMillis"], Op::Replace) => integration.timeout_in_millis = patch.number()?,
        (["cacheNamespace"], Op::Replace) => integration.cache_namespace = patch.text(),
        (["integrationTarget"], Op::Replace) => integration.integration_target = patch.filled(),
        (["responseTransferMode"], Op::Replace) => integration.response_transfer_mode = patch.filled(),
        (["tlsConfig", "insecureSkipVerification"], Op::Replace) => {
            integration.tls_config = Some(TlsConfig { insecure_skip_verification: patch.truth() });
        }
        _ => return Err(patch.unknown()),
    }
    Ok(())
}

fn delete(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    query(call, &[])?;
    let tree = &mut find(account, call)?.tree;
    tree.integration_mut(call)?;
    tree.method_mut(call)?.method_integration = None;
    Ok(Answer::empty().status(204))
}
