//! awsJson1.1: the operation in a header, JSON in and out. Also what restJson1 writes.

use super::Request;
use super::input::Input;
use crate::answer::{Body, Fault};
use crate::operation::{Operation, Service};
use bytes::Bytes;
use serde_json::{Map, Value};

pub(super) fn decode(service: &Service, target: &str, request: &Request) -> Result<(&'static Operation, Input), Fault> {
    let header = request.header("x-amz-target").unwrap_or_default();
    let operation = header
        .strip_prefix(target)
        .and_then(|rest| service.operation(rest.strip_prefix('.')?))
        .ok_or_else(|| Fault::new(400, "UnknownOperationException", format!("Unknown operation {header}")))?;
    let kind = request.header("content-type").unwrap_or_default();
    if kind.split(';').next().unwrap_or_default().trim() != "application/x-amz-json-1.1" {
        return Err(Fault::new(400, "UnknownOperationException", format!("Unknown content type {kind}")));
    }
    Ok((operation, Input { members: members(&request.body)?, ..Input::default() }))
}

/// The members of a JSON object; none when there is no body.
pub(super) fn members(body: &[u8]) -> Result<Map<String, Value>, Fault> {
    if body.iter().all(u8::is_ascii_whitespace) {
        return Ok(Map::new());
    }
    serde_json::from_slice(body).map_err(|error| Fault::new(400, "SerializationException", error.to_string()))
}

pub(super) fn answer(body: Body) -> Bytes {
    match body {
        Body::Json(value) => value.to_string().into(),
        _ => Bytes::from_static(b"{}"),
    }
}

pub(super) fn fault(fault: &Fault, with_type: bool) -> Bytes {
    let mut members = fault.members.clone();
    if with_type {
        members.insert("__type".to_owned(), Value::from(fault.code.as_ref()));
    }
    members.insert("message".to_owned(), Value::from(fault.message.as_str()));
    Value::Object(members).to_string().into()
}
