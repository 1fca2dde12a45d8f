//! Methods and what callers may get from them.

use super::api::find;
use super::patch::{self, Op};
use super::tree::{Method, MethodResponse, Tree};
use super::{bad, body, conflict, mapping, not_found, query};
use crate::account::Account;
use crate::answer::{Answer, Fault};
use crate::call::Call;
use crate::operation::Operation;
use serde::Deserialize;
use std::collections::BTreeMap;

pub(super) const OPERATIONS: &[Operation] = &[
    Operation::write("PutMethod", put).at("PUT", METHOD),
    Operation::read("GetMethod", get).at("GET", METHOD),
    Operation::write("UpdateMethod", update).at("PATCH", METHOD),
    Operation::write("DeleteMethod", delete).at("DELETE", METHOD),
    Operation::write("PutMethodResponse", put_response).at("PUT", RESPONSE),
    Operation::read("GetMethodResponse", get_response).at("GET", RESPONSE),
    Operation::write("UpdateMethodResponse", update_response).at("PATCH", RESPONSE),
    Operation::write("DeleteMethodResponse", delete_response).at("DELETE", RESPONSE),
];

const METHOD: &str = "/restapis/{restapi_id}/resources/{resource_id}/methods/{http_method}";
const RESPONSE: &str = "/restapis/{restapi_id}/resources/{resource_id}/methods/{http_method}/responses/{status_code}";

pub(super) const VERBS: [&str; 8] = ["GET", "PUT", "POST", "DELETE", "PATCH", "OPTIONS", "HEAD", "ANY"];
const AUTHORIZATION_TYPES: [&str; 5] = ["NONE", "AWS_IAM", "CUSTOM", "COGNITO_USER_POOLS", "JWT"];

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Put {
    authorization_type: String,
    authorizer_id: Option<String>,
    #[serde(default)]
    api_key_required: bool,
    operation_name: Option<String>,
    request_parameters: Option<BTreeMap<String, bool>>,
    request_models: Option<BTreeMap<String, String>>,
    request_validator_id: Option<String>,
    authorization_scopes: Option<Vec<String>>,
}

/// Refuses a method that refers to what `tree` does not have.
pub(super) fn check(tree: &Tree, method: &Method) -> Result<(), Fault> {
    if !VERBS.contains(&method.http_method.as_str()) {
        return Err(bad(format!("Invalid HttpMethod specified. Valid options are {}", VERBS.join(","))));
    }
    let kind = method.authorization_type.as_str();
    if !AUTHORIZATION_TYPES.contains(&kind) {
        let known = AUTHORIZATION_TYPES.join(", ");
        return Err(bad(format!("Invalid authorization type specified. Valid options are {known}")));
    }
    let authorizer = method.authorizer_id.as_ref().and_then(|id| tree.authorizers.get(id));
    let needed = !matches!(kind, "NONE" | "AWS_IAM");
    let fits = authorizer
        .is_some_and(|authorizer| (authorizer.kind == "COGNITO_USER_POOLS") == (kind == "COGNITO_USER_POOLS"));
    if needed && !fits {
        return Err(bad(
            "Invalid authorizer ID specified. Setting the authorization type to CUSTOM or COGNITO_USER_POOLS requires a valid authorizer.",
        ));
    }
    mapping::check_method(method.request_parameters.as_ref())?;
    mapping::check_content_types(method.request_models.as_ref())?;
    let mut models = method.request_models.iter().flatten();
    if let Some((_, model)) = models.find(|(_, model)| !tree.models.contains_key(*model)) {
        return Err(bad(format!("Invalid model identifier specified: {model}")));
    }
    if method.request_validator_id.as_ref().is_some_and(|id| !tree.validators.contains_key(id)) {
        return Err(bad("Invalid Request Validator identifier specified"));
    }
    Ok(())
}

fn put(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let input: Put = body(call)?;
    let tree = &mut find(account, call)?.tree;
    let method = Method {
        http_method: call.path("http_method").to_owned(),
        authorizer_id: input.authorizer_id.filter(|_| !matches!(input.authorization_type.as_str(), "NONE" | "AWS_IAM")),
        authorization_type: input.authorization_type,
        api_key_required: input.api_key_required,
        request_validator_id: input.request_validator_id,
        operation_name: input.operation_name,
        request_parameters: input.request_parameters,
        request_models: input.request_models,
        authorization_scopes: input.authorization_scopes,
        method_responses: BTreeMap::new(),
        method_integration: None,
    };
    check(tree, &method)?;
    let resource = tree.resource_mut(call.path("resource_id"))?;
    if resource.methods.contains_key(&method.http_method) {
        return Err(conflict("Method already exists for this resource"));
    }
    resource.methods.insert(method.http_method.clone(), method.clone());
    Ok(Answer::json(method)?.status(201))
}

fn get(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    query(call, &[])?;
    Answer::json(find(account, call)?.tree.method_mut(call)?)
}

fn update(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let patches = patch::operations(call)?;
    let tree = &mut find(account, call)?.tree;
    let mut method = tree.method_mut(call)?.clone();
    for patch in &patches {
        let parts = patch.parts();
        let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
        match (parts.as_slice(), patch.op) {
            (["authorizationType"], Op::Replace) => method.authorization_type = patch.text(),
            (["authorizerId"], Op::Replace) => method.authorizer_id = patch.filled(),
            (["apiKeyRequired"], Op::Replace) => method.api_key_required = patch.truth(),
            (["operationName"], Op::Replace) => method.operation_name = patch.filled(),
            (["requestValidatorId"], Op::Replace) => method.request_validator_id = patch.filled(),
            (["authorizationScopes"], Op::Add | Op::Remove) => {
                let mut scopes = method.authorization_scopes.take().unwrap_or_default();
                scopes.retain(|scope| *scope != patch.text());
                scopes.extend(patch.filled().filter(|_| patch.op == Op::Add));
                method.authorization_scopes = Some(scopes).filter(|scopes| !scopes.is_empty());
            }
            (["requestParameters", name], _) => patch.entry(&mut method.request_parameters, name, patch.truth())?,
            (["requestModels", content_type], _) => {
                patch.entry(&mut method.request_models, content_type, patch.text())?;
            }
            _ => return Err(patch.unknown()),
        }
    }
    if matches!(method.authorization_type.as_str(), "NONE" | "AWS_IAM") {
        method.authorizer_id = None;
    }
    check(tree, &method)?;
    *tree.method_mut(call)? = method.clone();
    Answer::json(method)
}

fn delete(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    query(call, &[])?;
    let tree = &mut find(account, call)?.tree;
    tree.method_mut(call)?;
    tree.resource_mut(call.path("resource_id"))?.methods.remove(call.path("http_method"));
    Ok(Answer::empty().status(204))
}

/// Refuses statuses that are none.
pub(super) fn check_status(status: &str) -> Result<(), Fault> {
    if status.len() == 3
        && status.bytes().all(|byte| byte.is_ascii_digit())
        && (b'1'..=b'5').contains(&status.as_bytes()[0])
    {
        return Ok(());
    }
    let message = format!(
        "1 validation error detected: Value '{status}' at 'statusCode' failed to satisfy constraint: Member must satisfy regular expression pattern: [1-5]\\d\\d"
    );
    Err(Fault::new(400, "ValidationException", message))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct PutResponse {
    response_parameters: Option<BTreeMap<String, bool>>,
    response_models: Option<BTreeMap<String, String>>,
}

/// Refuses a response that refers to what `tree` does not have.
pub(super) fn check_response(tree: &Tree, response: &MethodResponse) -> Result<(), Fault> {
    check_status(&response.status_code)?;
    mapping::check_headers(response.response_parameters.as_ref())?;
    mapping::check_content_types(response.response_models.as_ref())?;
    let mut models = response.response_models.iter().flatten();
    let unknown = models.find(|(_, model)| !tree.models.contains_key(*model));
    unknown.map_or(Ok(()), |(_, model)| Err(bad(format!("Invalid model identifier specified: {model}"))))
}

fn put_response(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let input: PutResponse = body(call)?;
    let tree = &mut find(account, call)?.tree;
    let response = MethodResponse {
        status_code: call.path("status_code").to_owned(),
        response_parameters: input.response_parameters,
        response_models: input.response_models,
    };
    check_response(tree, &response)?;
    let method = tree.method_mut(call)?;
    if method.method_responses.contains_key(&response.status_code) {
        return Err(conflict("Response already exists for this method"));
    }
    method.method_responses.insert(response.status_code.clone(), response.clone());
    Ok(Answer::json(response)?.status(201))
}

fn response<'a>(method: &'a mut Method, call: &Call) -> Result<&'a mut MethodResponse, Fault> {
    check_status(call.path("status_code"))?;
    let response = method.method_responses.get_mut(call.path("status_code"));
    response.ok_or_else(|| not_found("Invalid Response status code specified"))
}

fn get_response(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    query(call, &[])?;
    Answer::json(response(find(account, call)?.tree.method_mut(call)?, call)?)
}

fn update_response(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let patches = patch::operations(call)?;
    let tree = &mut find(account, call)?.tree;
    let mut changed = response(tree.method_mut(call)?, call)?.clone();
    for patch in &patches {
        let parts = patch.parts();
        let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
        match parts.as_slice() {
            ["responseParameters", name] => patch.entry(&mut changed.response_parameters, name, patch.truth())?,
            ["responseModels", content_type] => {
                let known = changed.response_models.as_ref().is_some_and(|models| models.contains_key(*content_type));
                if patch.op == Op::Remove && !known {
                    return Err(not_found("Content-Type specified was not found"));
                }
                patch.entry(&mut changed.response_models, content_type, patch.text())?;
            }
            _ => return Err(patch.unknown()),
        }
    }
    check_response(tree, &changed)?;
    *response(tree.method_mut(call)?, call)? = changed.clone();
    Ok(Answer::json(changed)?.status(201))
}

fn delete_response(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    query(call, &[])?;
    let method = find(account, call)?.tree.method_mut(call)?;
    response(method, call)?;
    method.method_responses.remove(call.path("status_code"));
    Ok(Answer::empty().status(204))
}
