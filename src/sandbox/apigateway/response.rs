//! Integration responses: how a backend's answer becomes the caller's.

use super::api::find;
use super::integration::without_empty;
use super::method::check_status;
use super::patch::{self, Op};
use super::tree::{Integration, IntegrationResponse, Method, Templates};
use super::{body, mapping, not_found, one_of, query};
use crate::account::Account;
use crate::answer::{Answer, Fault};
use crate::call::Call;
use crate::operation::Operation;
use serde::Deserialize;
use std::collections::BTreeMap;

pub(super) const OPERATIONS: &[Operation] = &[
    Operation::write("PutIntegrationResponse", put).at("PUT", RESPONSE),
    Operation::read("GetIntegrationResponse", get).at("GET", RESPONSE),
    Operation::write("UpdateIntegrationResponse", update).at("PATCH", RESPONSE),
    Operation::write("DeleteIntegrationResponse", delete).at("DELETE", RESPONSE),
];

const RESPONSE: &str =
    "/restapis/{restapi_id}/resources/{resource_id}/methods/{http_method}/integration/responses/{status_code}";

/// The input for an [`IntegrationResponse`], also in an imported document.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Input {
    pub selection_pattern: Option<String>,
    pub response_parameters: Option<BTreeMap<String, String>>,
    pub response_templates: Option<Templates>,
    pub content_handling: Option<String>,
}

impl Input {
    pub(super) fn response(self, status: &str) -> IntegrationResponse {
        IntegrationResponse {
            status_code: status.to_owned(),
            selection_pattern: self.selection_pattern,
            response_parameters: self.response_parameters.filter(|all| !all.is_empty()),
            response_templates: self.response_templates.map(without_empty),
            content_handling: self.content_handling,
        }
    }
}

/// Refuses a response that `method` does not declare.
pub(super) fn check(response: &IntegrationResponse, method: &Method) -> Result<(), Fault> {
    check_status(&response.status_code)?;
    if let Some(handling) = &response.content_handling {
        one_of(handling, "putIntegrationResponseInput.contentHandling", &["CONVERT_TO_BINARY", "CONVERT_TO_TEXT"])?;
    }
    mapping::check_content_types(response.response_templates.as_ref())?;
    let declared = method.method_responses.get(&response.status_code);
    let declared = declared.ok_or_else(|| not_found("Invalid Response status code specified"))?;
    mapping::check_response(response, declared)
}

fn put(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let input: Input = body(call)?;
    let tree = &mut find(account, call)?.tree;
    tree.integration_mut(call)?;
    let response = input.response(call.path("status_code"));
    check(&response, tree.method_mut(call)?)?;
    let responses = &mut tree.integration_mut(call)?.integration_responses;
    responses.insert(response.status_code.clone(), response.clone());
    Ok(Answer::json(response)?.status(201))
}

fn named<'a>(integration: &'a mut Integration, call: &Call) -> Result<&'a mut IntegrationResponse, Fault> {
    check_status(call.path("status_code"))?;
    let response = integration.integration_responses.get_mut(call.path("status_code"));
    response.ok_or_else(|| not_found("Invalid Response status code specified"))
}

fn get(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    query(call, &[])?;
    Answer::json(named(find(account, call)?.tree.integration_mut(call)?, call)?)
}

fn update(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let patches = patch::operations(call)?;
    let tree = &mut find(account, call)?.tree;
    let mut changed = named(tree.integration_mut(call)?, call)?.clone();
    for patch in &patches {
        let parts = patch.parts();
        let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
        match (parts.as_slice(), patch.op) {
            (["selectionPattern"], Op::Replace) => changed.selection_pattern = patch.value.clone(),
            (["contentHandling"], Op::Replace) => changed.content_handling = patch.filled(),
            (["responseParameters", name], _) => patch.entry(&mut changed.response_parameters, name, patch.text())?,
            (["responseTemplates", content_type], _) => {
                patch.entry(&mut changed.response_templates, content_type, patch.filled())?;
            }
            _ => return Err(patch.unknown()),
        }
    }
    check(&changed, tree.method_mut(call)?)?;
    *named(tree.integration_mut(call)?, call)? = changed.clone();
    Answer::json(changed)
}

fn delete(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    query(call, &[])?;
    let integration = find(account, call)?.tree.integration_mut(call)?;
    named(integration, call)?;
    integration.integration_responses.remove(call.path("status_code"));
    Ok(Answer::empty().status(204))
}
