//! AWS's wire protocols, both ways: requests into calls, answers into responses.

pub(super) mod cbor;
mod chunked;
mod document;
mod input;
mod json;
mod params;
mod query;
mod request;
mod rest;
mod xml;

pub use document::Element;
pub use input::{Blob, Input};

pub use params::Params;
pub use request::Request;
pub use xml::Xml;

use super::answer::{Answer, Body, Fault};
use super::operation::{Operation, Protocol, Service};
use bytes::Bytes;
use http::{HeaderName, HeaderValue, Response, StatusCode};

/// Finds the operation that `request` calls and decodes its input.
///
/// # Errors
/// What the service answers to an operation it does not have or a body it cannot read.
pub fn decode(service: &Service, request: &mut Request) -> Result<(&'static Operation, Input), Fault> {
    match service.protocol {
        Protocol::Ec2Query { version } | Protocol::AwsQuery { version, .. } => query::decode(service, version, request),
        Protocol::AwsJson { target } => json::decode(service, target, request),
        Protocol::RestJson => rest::decode_json(service, request),
        Protocol::RestXml => rest::decode_xml(service, request),
    }
}

/// `answer` as the service writes it.
pub(super) fn encode(service: &Service, operation: &Operation, request_id: &str, answer: Answer) -> Response<Bytes> {
    let Answer { status, headers, body } = answer;
    let empty = matches!(body, Body::Empty);
    let (kind, bytes) = match (service.protocol, body) {
        (_, Body::Raw(bytes)) => ("", bytes),
        (Protocol::Ec2Query { version }, body) => {
            ("text/xml;charset=UTF-8", query::ec2_answer(version, operation.name, request_id, body))
        }
        (Protocol::AwsQuery { namespace, .. }, body) => {
            ("text/xml", query::aws_answer(namespace, operation.name, request_id, body))
        }
        (Protocol::RestXml, _) if empty => ("", Bytes::new()),
        (Protocol::AwsJson { .. }, _) if empty => ("application/x-amz-json-1.1", Bytes::new()),
        (Protocol::RestXml, body) => ("application/xml", rest::xml_answer(body)),
        (Protocol::AwsJson { .. }, body) => ("application/x-amz-json-1.1", json::answer(body)),
        (Protocol::RestJson, _) if empty && status == 204 => ("", Bytes::new()),
        (Protocol::RestJson, body) => ("application/json", json::answer(body)),
    };
    respond(service.protocol, request_id, status, kind, &headers, bytes)
}

/// `fault` as the service writes it. `head` leaves out the body, as answers to HEAD must.
pub(super) fn encode_fault(protocol: Protocol, request_id: &str, head: bool, fault: &Fault) -> Response<Bytes> {
    let mut headers = fault.headers.clone();
    let (kind, bytes) = match protocol {
        Protocol::Ec2Query { .. } => ("text/xml;charset=UTF-8", query::ec2_fault(request_id, fault)),
        Protocol::AwsQuery { namespace, .. } => ("text/xml", query::aws_fault(namespace, request_id, fault)),
        Protocol::RestXml if head => ("", Bytes::new()),
        Protocol::RestXml => ("application/xml", rest::xml_fault(request_id, fault)),
        Protocol::AwsJson { .. } => ("application/x-amz-json-1.1", json::fault(fault, true)),
        Protocol::RestJson => {
            headers.push(("x-amzn-ErrorType".to_owned(), fault.code.to_string()));
            ("application/json", json::fault(fault, false))
        }
    };
    respond(protocol, request_id, fault.status, kind, &headers, bytes)
}

fn respond(
    protocol: Protocol,
    request_id: &str,
    status: u16,
    kind: &str,
    headers: &[(String, String)],
    body: Bytes,
) -> Response<Bytes> {
    let mut response = Response::new(body);
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut insert = |name: &str, value: &str| {
        let name = HeaderName::from_bytes(name.as_bytes());
        if let (Ok(name), Ok(value)) = (name, HeaderValue::from_str(value)) {
            response.headers_mut().insert(name, value);
        }
    };
    if protocol == Protocol::RestXml {
        insert("x-amz-request-id", request_id);
        insert("x-amz-id-2", request_id);
    } else {
        insert("x-amzn-requestid", request_id);
    }
    if !kind.is_empty() {
        insert("content-type", kind);
    }
    for (name, value) in headers {
        insert(name, value);
    }
    response
}
