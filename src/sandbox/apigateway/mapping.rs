//! Mapping expressions: which parameter or constant goes where.

use super::bad;
use super::tree::{Integration, IntegrationResponse, Method, MethodResponse};
use crate::answer::Fault;
use std::collections::BTreeMap;

pub(super) fn invalid(what: &str, expression: &str) -> Fault {
    bad(format!(
        "Invalid mapping expression specified: Validation Result: warnings : [], errors : [Invalid mapping expression {what}: {expression}]"
    ))
}

/// Whether `text` is a constant, or a value that is there for every request.
pub(super) fn always_there(text: &str) -> bool {
    let constant = text.len() >= 2 && text.starts_with('\'') && text.ends_with('\'');
    constant || text.starts_with("context.") || text.starts_with("stageVariables.")
}

/// Refuses names of method parameters that are none, or that stand twice.
pub(super) fn check_method(parameters: Option<&BTreeMap<String, bool>>) -> Result<(), Fault> {
    let mut names = vec![];
    for key in parameters.into_iter().flat_map(BTreeMap::keys) {
        let place = key.strip_prefix("method.request.").and_then(|rest| rest.split_once('.'));
        match place {
            Some(("path" | "querystring" | "header", name)) if !name.is_empty() => {
                if names.contains(&name) {
                    return Err(bad("Parameter names must be unique across querystring, header and path"));
                }
                names.push(name);
            }
            _ => return Err(invalid("specified", key)),
        }
    }
    Ok(())
}

/// Refuses mappings of requests from parameters that `method` does not declare.
pub(super) fn check_request(integration: &Integration, method: &Method) -> Result<(), Fault> {
    for (to, from) in integration.request_parameters.iter().flatten() {
        let place = to.strip_prefix("integration.request.").and_then(|rest| rest.split_once('.'));
        if !matches!(place, Some(("path" | "querystring" | "header", name)) if !name.is_empty()) {
            return Err(invalid("specified", to));
        }
        check_source(from, method)?;
    }
    for key in &integration.cache_key_parameters {
        let mapped = integration.request_parameters.as_ref().is_some_and(|all| all.contains_key(key));
        if !mapped && !declared(key, method) {
            return Err(bad(format!("Invalid cache key parameter specified: {key}")));
        }
    }
    Ok(())
}

fn check_source(from: &str, method: &Method) -> Result<(), Fault> {
    if always_there(from) || from == "method.request.body" || from.starts_with("method.request.body.") {
        return Ok(());
    }
    match from.strip_prefix("method.request.").and_then(|rest| rest.split_once('.')) {
        Some((place, name)) => {
            let single = match place {
                "multivaluequerystring" => "querystring",
                "multivalueheader" => "header",
                other => other,
            };
            let source = format!("method.request.{single}.{name}");
            if declared(&source, method) { Ok(()) } else { Err(invalid("parameter specified", from)) }
        }
        None => Err(invalid("specified", from)),
    }
}

fn declared(parameter: &str, method: &Method) -> bool {
    method.request_parameters.as_ref().is_some_and(|all| all.contains_key(parameter))
}

/// Refuses mappings of answers to headers that `response` does not declare.
pub(super) fn check_response(mapping: &IntegrationResponse, response: &MethodResponse) -> Result<(), Fault> {
    for (to, from) in mapping.response_parameters.iter().flatten() {
        if !response.response_parameters.as_ref().is_some_and(|all| all.contains_key(to)) {
            return Err(invalid("parameter specified", to));
        }
        if !always_there(from) && !from.starts_with("integration.response.") {
            return Err(invalid("specified", from));
        }
    }
    Ok(())
}

/// Refuses names of response headers that are none.
pub(super) fn check_headers(parameters: Option<&BTreeMap<String, bool>>) -> Result<(), Fault> {
    let mut names = parameters.into_iter().flat_map(BTreeMap::keys);
    let wrong = names.find(|name| name.strip_prefix("method.response.header.").is_none_or(str::is_empty));
    wrong.map_or(Ok(()), |name| Err(invalid("specified", name)))
}

/// Refuses content types that are none.
pub(super) fn check_content_types<V>(map: Option<&BTreeMap<String, V>>) -> Result<(), Fault> {
    let wrong = map.into_iter().flat_map(BTreeMap::keys).find(|content_type| !content_type.contains('/'));
    wrong.map_or(Ok(()), |content_type| {
        Err(bad(format!("Validation Result: warnings : [], errors : [Invalid content type specified: {content_type}]")))
    })
}
