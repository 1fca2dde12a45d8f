//! What an API answers by itself, where no integration is asked.

use super::api::find;
use super::patch::{self, Op, Patch};
use super::tree::Tree;
use super::{bad, body, compact, mapping, method, not_found, one_of, query};
use crate::account::Account;
use crate::answer::{Answer, Fault};
use crate::call::Call;
use crate::operation::Operation;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeMap;

pub(super) const OPERATIONS: &[Operation] = &[
    Operation::write("PutGatewayResponse", put).at("PUT", RESPONSE),
    Operation::read("GetGatewayResponses", list).at("GET", "/restapis/{restapi_id}/gatewayresponses"),
    Operation::read("GetGatewayResponse", get).at("GET", RESPONSE),
    Operation::write("UpdateGatewayResponse", update).at("PATCH", RESPONSE),
    Operation::write("DeleteGatewayResponse", delete).at("DELETE", RESPONSE),
];

const RESPONSE: &str = "/restapis/{restapi_id}/gatewayresponses/{response_type}";

/// Every type with the status that AWS answers.
const TYPES: [(&str, Option<&str>); 21] = [
    ("REQUEST_TOO_LARGE", Some("413")),
    ("RESOURCE_NOT_FOUND", Some("404")),
    ("AUTHORIZER_CONFIGURATION_ERROR", Some("500")),
    ("MISSING_AUTHENTICATION_TOKEN", Some("403")),
    ("BAD_REQUEST_BODY", Some("400")),
    ("INVALID_SIGNATURE", Some("403")),
    ("INVALID_API_KEY", Some("403")),
    ("BAD_REQUEST_PARAMETERS", Some("400")),
    ("AUTHORIZER_FAILURE", Some("500")),
    ("UNAUTHORIZED", Some("401")),
    ("INTEGRATION_TIMEOUT", Some("504")),
    ("ACCESS_DENIED", Some("403")),
    ("DEFAULT_4XX", None),
    ("DEFAULT_5XX", None),
    ("WAF_FILTERED", Some("403")),
    ("QUOTA_EXCEEDED", Some("429")),
    ("THROTTLED", Some("429")),
    ("API_CONFIGURATION_ERROR", Some("500")),
    ("UNSUPPORTED_MEDIA_TYPE", Some("415")),
    ("INTEGRATION_FAILURE", Some("504")),
    ("EXPIRED_TOKEN", Some("403")),
];

/// What somebody set for one type, as on the wire. AWS fills in what is left out when it is set.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "members as in the API model")]
pub struct GatewayResponse {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status_code: Option<String>,
    pub response_parameters: BTreeMap<String, String>,
    pub response_templates: BTreeMap<String, String>,
}

/// The input for a [`GatewayResponse`], also in an imported document.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Input {
    status_code: Option<Value>,
    #[serde(default)]
    response_parameters: BTreeMap<String, String>,
    #[serde(default)]
    response_templates: BTreeMap<String, String>,
}

impl Input {
    pub(super) fn response(self, kind: &str) -> Result<GatewayResponse, Fault> {
        let status_code = match self.status_code {
            None => own_status(kind).map(str::to_owned),
            Some(Value::String(status)) => Some(status),
            Some(other) => Some(other.to_string()),
        };
        let own = || BTreeMap::from([("application/json".to_owned(), OWN_BODY.to_owned())]);
        let response_templates = Some(self.response_templates).filter(|all| !all.is_empty()).unwrap_or_else(own);
        let response =
            GatewayResponse { status_code, response_parameters: self.response_parameters, response_templates };
        response.check()?;
        Ok(response)
    }
}

const OWN_BODY: &str = r#"{"message":$context.error.messageString}"#;

impl GatewayResponse {
    fn check(&self) -> Result<(), Fault> {
        self.status_code.as_deref().map_or(Ok(()), method::check_status)?;
        mapping::check_content_types(Some(&self.response_templates))?;
        let wrong = self.response_parameters.iter().find(|(to, from)| {
            let header = to.strip_prefix("gatewayresponse.header.").is_some_and(|name| !name.is_empty());
            !header || !(mapping::always_there(from) || from.starts_with("method.request."))
        });
        wrong.map_or(Ok(()), |(to, _)| Err(mapping::invalid("specified", to)))
    }

    fn change(&mut self, patch: &Patch) -> Result<(), Fault> {
        let parts = patch.parts();
        let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
        let (map, key, what) = match (parts.as_slice(), patch.op) {
            (["statusCode"], Op::Replace) => {
                self.status_code = patch.filled();
                return Ok(());
            }
            (["responseParameters", key], _) => (&mut self.response_parameters, *key, "responseParameters"),
            (["responseTemplates", key], _) => (&mut self.response_templates, *key, "responseTemplates"),
            _ => return Err(patch.unknown()),
        };
        patch.only(&[Op::Add, Op::Replace, Op::Remove])?;
        if patch.op != Op::Add && !map.contains_key(key) {
            return Err(not_found("Invalid parameter name specified"));
        }
        if patch.op == Op::Remove {
            map.remove(key);
            return Ok(());
        }
        let value = patch.filled().ok_or_else(|| bad(format!("Invalid null or empty value in {what}")))?;
        map.insert(key.to_owned(), value);
        Ok(())
    }
}

fn own_status(kind: &str) -> Option<&'static str> {
    TYPES.iter().find(|(known, _)| *known == kind).and_then(|(_, status)| *status)
}

/// Refuses types that are none.
pub(super) fn check_type(kind: &str) -> Result<(), Fault> {
    one_of(kind, "responseType", &TYPES.map(|(kind, _)| kind))
}

/// What `tree` answers for `kind`: what is set for it, or else for its class, or else AWS's own.
fn show(tree: &Tree, kind: &str) -> Value {
    let set = tree.gateway_responses.get(kind);
    let status = own_status(kind);
    let class = status.and_then(|status| match status.as_bytes().first() {
        Some(b'4') => tree.gateway_responses.get("DEFAULT_4XX"),
        _ => tree.gateway_responses.get("DEFAULT_5XX"),
    });
    let own = json!({ "application/json": OWN_BODY });
    let shown = set.or(class);
    compact(json!({
        "responseType": kind,
        "statusCode": shown.and_then(|shown| shown.status_code.as_deref()).or(status),
        "responseParameters": shown.map_or_else(|| json!({}), |shown| json!(shown.response_parameters)),
        "responseTemplates": shown.map_or(own, |shown| json!(shown.response_templates)),
        "defaultResponse": set.is_none(),
    }))
}

/// The API's tree and the type that the label of `call` names.
fn named<'a>(account: &'a mut Account, call: &'a Call) -> Result<(&'a mut Tree, &'a str), Fault> {
    let kind = call.path("response_type");
    check_type(kind)?;
    Ok((&mut find(account, call)?.tree, kind))
}

fn put(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let input: Input = body(call)?;
    let (tree, kind) = named(account, call)?;
    if input.status_code.as_ref().is_some_and(|status| !status.is_string()) {
        return Err(bad("Invalid request input: statusCode must be a text"));
    }
    tree.gateway_responses.insert(kind.to_owned(), input.response(kind)?);
    Ok(Answer::json(show(tree, kind))?.status(201))
}

fn list(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    query(call, &["position", "limit"])?;
    let tree = &find(account, call)?.tree;
    let items: Vec<Value> = TYPES.iter().map(|(kind, _)| show(tree, kind)).collect();
    Answer::json(json!({ "item": items }))
}

fn get(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    query(call, &[])?;
    let (tree, kind) = named(account, call)?;
    Answer::json(show(tree, kind))
}

fn update(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let patches = patch::operations(call)?;
    let (tree, kind) = named(account, call)?;
    let mut changed = match tree.gateway_responses.get(kind) {
        Some(set) => set.clone(),
        None => Input::default().response(kind)?,
    };
    for patch in &patches {
        changed.change(patch)?;
    }
    changed.check()?;
    tree.gateway_responses.insert(kind.to_owned(), changed);
    Answer::json(show(tree, kind))
}

fn delete(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    query(call, &[])?;
    let (tree, kind) = named(account, call)?;
    match tree.gateway_responses.remove(kind) {
        Some(_) => Ok(Answer::empty().status(202)),
        None => Err(not_found("Gateway response type not defined on api")),
    }
}
