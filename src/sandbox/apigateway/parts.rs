//! Models, request validators and authorizers.

use super::api::find;
use super::patch::{self, Op};
use super::tree::{Authorizer, Model, Validator};
use super::{bad, body, compact, conflict, not_found, one_of, page, query};
use crate::account::Account;
use crate::answer::{Answer, Fault};
use crate::call::Call;
use crate::operation::Operation;
use serde::Deserialize;
use serde_json::{Value, json};

pub(super) const OPERATIONS: &[Operation] = &[
    Operation::write("CreateModel", create_model).at("POST", "/restapis/{restapi_id}/models"),
    Operation::read("GetModels", list_models).at("GET", "/restapis/{restapi_id}/models"),
    Operation::read("GetModel", get_model).at("GET", MODEL),
    Operation::write("UpdateModel", update_model).at("PATCH", MODEL),
    Operation::write("DeleteModel", delete_model).at("DELETE", MODEL),
    Operation::write("CreateRequestValidator", create_validator).at("POST", "/restapis/{restapi_id}/requestvalidators"),
    Operation::read("GetRequestValidators", list_validators).at("GET", "/restapis/{restapi_id}/requestvalidators"),
    Operation::read("GetRequestValidator", get_validator).at("GET", VALIDATOR),
    Operation::write("UpdateRequestValidator", update_validator).at("PATCH", VALIDATOR),
    Operation::write("DeleteRequestValidator", delete_validator).at("DELETE", VALIDATOR),
    Operation::write("CreateAuthorizer", create_authorizer).at("POST", "/restapis/{restapi_id}/authorizers"),
    Operation::read("GetAuthorizers", list_authorizers).at("GET", "/restapis/{restapi_id}/authorizers"),
    Operation::read("GetAuthorizer", get_authorizer).at("GET", AUTHORIZER),
    Operation::write("UpdateAuthorizer", update_authorizer).at("PATCH", AUTHORIZER),
    Operation::write("DeleteAuthorizer", delete_authorizer).at("DELETE", AUTHORIZER),
];

const MODEL: &str = "/restapis/{restapi_id}/models/{model_name}";
const VALIDATOR: &str = "/restapis/{restapi_id}/requestvalidators/{requestvalidator_id}";
const AUTHORIZER: &str = "/restapis/{restapi_id}/authorizers/{authorizer_id}";

fn check_schema(schema: &str) -> Result<(), Fault> {
    match serde_json::from_str::<Value>(schema) {
        Ok(Value::Object(fields)) if !fields.is_empty() => Ok(()),
        Ok(_) => Err(bad("Model schema must have at least 1 property or array items defined")),
        Err(_) => Err(bad("Invalid model schema specified")),
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct CreateModel {
    name: String,
    description: Option<String>,
    schema: Option<String>,
    content_type: String,
}

/// Refuses a model that is none.
pub(super) fn check_model(name: &str, schema: &str) -> Result<(), Fault> {
    if name.is_empty() {
        return Err(bad("Model name must be non-empty"));
    }
    if !name.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return Err(bad(format!("Model name must be alphanumeric: {name}")));
    }
    check_schema(schema)
}

fn create_model(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let input: CreateModel = body(call)?;
    let id = account.ids.base36(6);
    let models = &mut find(account, call)?.tree.models;
    let schema = input.schema.unwrap_or_default();
    check_model(&input.name, &schema)?;
    if models.contains_key(&input.name) {
        return Err(conflict("Model name already exists for this REST API"));
    }
    let CreateModel { name, description, content_type, .. } = input;
    let model = Model { id, name: name.clone(), description, schema, content_type };
    models.insert(name, model.clone());
    Ok(Answer::json(model)?.status(201))
}

fn list_models(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    query(call, &["position", "limit"])?;
    let models = &find(account, call)?.tree.models;
    page(call, models.iter().map(|(name, model)| (name.clone(), json!(model))).collect())
}

fn model<'a>(account: &'a mut Account, call: &Call) -> Result<&'a mut Model, Fault> {
    let name = call.path("model_name");
    let model = find(account, call)?.tree.models.get_mut(name);
    model.ok_or_else(|| not_found(format!("Invalid model name specified: {name}")))
}

fn get_model(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    query(call, &["flatten"])?;
    Answer::json(model(account, call)?)
}

fn update_model(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let patches = patch::operations(call)?;
    let model = model(account, call)?;
    let mut changed = model.clone();
    for patch in &patches {
        match (patch.path.as_str(), patch.op) {
            ("/description", Op::Replace) => changed.description = patch.filled(),
            ("/schema", Op::Replace) => {
                check_schema(&patch.text())?;
                changed.schema = patch.text();
            }
            _ => return Err(patch.none_of(&["/description", "/schema"])),
        }
    }
    *model = changed;
    Answer::json(model)
}

fn delete_model(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    query(call, &[])?;
    let name = model(account, call)?.name.clone();
    let tree = &mut find(account, call)?.tree;
    let mut users = tree.methods();
    let user = users.find(|(_, method)| method.request_models.iter().flatten().any(|(_, model)| *model == name));
    if let Some((resource, method)) = user {
        let path = tree.path(resource);
        let path = if path == "/" { "/" } else { path.as_str() };
        return Err(conflict(format!(
            "Cannot delete model '{name}', is referenced in method request: {path}/{}",
            method.http_method
        )));
    }
    drop(users);
    tree.models.remove(&name);
    Ok(Answer::empty().status(202))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct CreateValidator {
    name: Option<String>,
    #[serde(default)]
    validate_request_body: bool,
    #[serde(default)]
    validate_request_parameters: bool,
}

fn create_validator(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let input: CreateValidator = body(call)?;
    let id = account.ids.base36(6);
    let api = find(account, call).map_err(|_| bad("Invalid REST API identifier specified"))?;
    let CreateValidator { name, validate_request_body, validate_request_parameters } = input;
    let validator = Validator { id: id.clone(), name, validate_request_body, validate_request_parameters };
    api.tree.validators.insert(id, validator.clone());
    Ok(Answer::json(validator)?.status(201))
}

fn list_validators(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    query(call, &["position", "limit"])?;
    let validators = &find(account, call)?.tree.validators;
    page(call, validators.iter().map(|(id, validator)| (id.clone(), json!(validator))).collect())
}

fn validator<'a>(account: &'a mut Account, call: &Call) -> Result<&'a mut Validator, Fault> {
    let validator = find(account, call)?.tree.validators.get_mut(call.path("requestvalidator_id"));
    validator.ok_or_else(|| not_found("Invalid Request Validator identifier specified"))
}

fn get_validator(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    query(call, &[])?;
    Answer::json(validator(account, call)?)
}

fn update_validator(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let patches = patch::operations(call)?;
    let validator = validator(account, call)?;
    let mut changed = validator.clone();
    for patch in &patches {
        match (patch.path.as_str(), patch.op) {
            ("/name", Op::Replace) => {
                let name = patch.filled().ok_or_else(|| bad("Request Validator name cannot be blank"))?;
                changed.name = Some(name);
            }
            ("/validateRequestBody", Op::Replace) => changed.validate_request_body = patch.truth(),
            ("/validateRequestParameters", Op::Replace) => changed.validate_request_parameters = patch.truth(),
            _ => return Err(patch.none_of(&["/name", "/validateRequestParameters", "/validateRequestBody"])),
        }
    }
    *validator = changed;
    Answer::json(validator)
}

fn delete_validator(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    query(call, &[])?;
    let id = validator(account, call)?.id.clone();
    let tree = &mut find(account, call)?.tree;
    if tree.methods().any(|(_, method)| method.request_validator_id.as_ref() == Some(&id)) {
        return Err(conflict(format!("Cannot delete request validator '{id}', is referenced in a method request")));
    }
    tree.validators.remove(&id);
    Ok(Answer::empty().status(202))
}

/// The input for an [`Authorizer`].
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct CreateAuthorizer {
    name: String,
    #[serde(rename = "type")]
    kind: String,
    #[serde(rename = "providerARNs")]
    provider_arns: Option<Vec<String>>,
    auth_type: Option<String>,
    authorizer_uri: Option<String>,
    authorizer_credentials: Option<String>,
    identity_source: Option<String>,
    identity_validation_expression: Option<String>,
    authorizer_result_ttl_in_seconds: Option<i32>,
}

/// Refuses an authorizer that lacks what its type needs.
pub(super) fn check_authorizer(authorizer: &Authorizer) -> Result<(), Fault> {
    one_of(&authorizer.kind, "createAuthorizerInput.type", &["TOKEN", "REQUEST", "COGNITO_USER_POOLS"])?;
    if authorizer.name.is_empty() {
        return Err(bad("Authorizer name cannot be blank"));
    }
    let cognito = authorizer.kind == "COGNITO_USER_POOLS";
    if cognito && authorizer.provider_arns.as_ref().is_none_or(Vec::is_empty) {
        return Err(bad("Invalid authorizer: provider ARNs must be specified for COGNITO_USER_POOLS"));
    }
    let uri = authorizer.authorizer_uri.as_deref().unwrap_or_default();
    if !(cognito || uri.starts_with("arn:aws:apigateway:") && uri.contains(":lambda:path/")) {
        return Err(bad("Invalid Authorizer URI specified"));
    }
    let cached = authorizer.authorizer_result_ttl_in_seconds != Some(0);
    if authorizer.identity_source.is_none() && (authorizer.kind == "TOKEN" || cached) {
        return Err(bad("Invalid identity source specified"));
    }
    match authorizer.authorizer_result_ttl_in_seconds {
        Some(seconds) if !(0..=3_600).contains(&seconds) => {
            Err(bad("Authorizer result TTL must be between 0 and 3600 seconds"))
        }
        _ => Ok(()),
    }
}

fn create_authorizer(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let input: CreateAuthorizer = body(call)?;
    let id = account.ids.base36(6);
    let authorizers = &mut find(account, call)?.tree.authorizers;
    let authorizer = Authorizer {
        id: id.clone(),
        auth_type: input.auth_type.or_else(|| {
            Some(if input.kind == "COGNITO_USER_POOLS" { "cognito_user_pools" } else { "custom" }.to_owned())
        }),
        name: input.name,
        kind: input.kind,
        provider_arns: input.provider_arns,
        authorizer_uri: input.authorizer_uri,
        authorizer_credentials: input.authorizer_credentials,
        identity_source: input.identity_source,
        identity_validation_expression: input.identity_validation_expression,
        authorizer_result_ttl_in_seconds: input.authorizer_result_ttl_in_seconds,
    };
    check_authorizer(&authorizer)?;
    if authorizers.values().any(|other| other.name == authorizer.name) {
        return Err(conflict("Authorizer name must be unique. Authorizer with this name already exists"));
    }
    authorizers.insert(id, authorizer.clone());
    Ok(Answer::json(authorizer)?.status(201))
}

fn list_authorizers(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    query(call, &["position", "limit"])?;
    let authorizers = &find(account, call)?.tree.authorizers;
    page(call, authorizers.iter().map(|(id, authorizer)| (id.clone(), json!(authorizer))).collect())
}

fn authorizer<'a>(account: &'a mut Account, call: &Call) -> Result<&'a mut Authorizer, Fault> {
    let authorizer = find(account, call)?.tree.authorizers.get_mut(call.path("authorizer_id"));
    authorizer.ok_or_else(|| not_found("Invalid Authorizer identifier specified"))
}

fn get_authorizer(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    query(call, &[])?;
    Answer::json(compact(json!(authorizer(account, call)?)))
}

fn update_authorizer(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let patches = patch::operations(call)?;
    let authorizer = authorizer(account, call)?;
    let mut changed = authorizer.clone();
    for patch in &patches {
        match (patch.path.as_str(), patch.op) {
            ("/name", Op::Replace) => changed.name = patch.text(),
            ("/type", Op::Replace) => changed.kind = patch.text(),
            ("/authorizerUri", Op::Replace) => changed.authorizer_uri = patch.filled(),
            ("/authorizerCredentials", Op::Replace) => changed.authorizer_credentials = patch.filled(),
            ("/authorizerResultTtlInSeconds", Op::Replace) => {
                changed.authorizer_result_ttl_in_seconds = Some(patch.number()?);
            }
            ("/identityValidationExpression", Op::Replace) => {
                changed.identity_validation_expression = patch.filled();
            }
            ("/identitySource", Op::Add | Op::Replace) => changed.identity_source = patch.filled(),
            ("/identitySource", Op::Remove) => changed.identity_source = None,
            ("/providerARNs", Op::Add | Op::Remove) => {
                let mut arns = changed.provider_arns.take().unwrap_or_default();
                arns.retain(|arn| *arn != patch.text());
                arns.extend(patch.filled().filter(|_| patch.op == Op::Add));
                changed.provider_arns = Some(arns);
            }
            _ => return Err(patch.unknown()),
        }
    }
    check_authorizer(&changed)?;
    *authorizer = changed;
    Answer::json(authorizer)
}

fn delete_authorizer(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    query(call, &[])?;
    let id = authorizer(account, call)?.id.clone();
    let tree = &mut find(account, call)?.tree;
    if tree.methods().any(|(_, method)| method.authorizer_id.as_ref() == Some(&id)) {
        return Err(conflict(format!("Cannot delete authorizer '{id}', is referenced in a method")));
    }
    tree.authorizers.remove(&id);
    Ok(Answer::empty().status(202))
}
