//! restJson1 and restXml: the operation in method and path.

use super::input::Input;
use super::{Request, Xml, chunked, json};
use crate::answer::{Body, Fault};
use crate::operation::{Operation, Payload, Route, Service};
use bytes::Bytes;
use percent_encoding::percent_decode_str;
use serde_json::Map;

const S3_NAMESPACE: &str = "http://s3.amazonaws.com/doc/2006-03-01/";

pub(super) fn decode_json(service: &Service, request: &Request) -> Result<(&'static Operation, Input), Fault> {
    let Some((operation, route, labels)) = find(service, request)? else {
        let message = format!("Unable to determine service/operation for {} {}", request.method, request.path);
        return Err(Fault::new(404, "UnknownOperationException", message));
    };
    let members = match route.payload {
        Payload::Members => json::members(&request.body)?,
        Payload::Raw => Map::new(),
    };
    let (_, literal) = split(route.template);
    let mut text: Vec<(String, Vec<String>)> = labels.into_iter().map(|(name, value)| (name, vec![value])).collect();
    for (name, value) in request.own_parameters().filter(|(name, _)| !literal.iter().any(|(key, _)| key == name)) {
        match text.iter_mut().find(|(known, _)| known == name) {
            Some((_, values)) => values.push(value.clone()),
            None => text.push((name.clone(), vec![value.clone()])),
        }
    }
    Ok((operation, Input { text, members, ..Input::default() }))
}

pub(super) fn decode_xml(service: &Service, request: &mut Request) -> Result<(&'static Operation, Input), Fault> {
    let not_implemented = |what: String| {
        let message = format!("A parameter you provided implies functionality that is not implemented: {what}");
        Fault::new(501, "NotImplemented", message)
    };
    let Some((operation, route, labels)) = find(service, request)? else {
        return Err(not_implemented(format!("{} {}", request.method, request.path)));
    };
    let (_, literal) = split(route.template);
    let known = |name: &str| route.query.contains(&name) || literal.iter().any(|(key, _)| *key == name);
    if let Some((name, _)) = request.own_parameters().find(|(name, _)| !known(name)) {
        return Err(not_implemented(name.clone()));
    }
    let encodings = request.header("content-encoding").unwrap_or_default();
    let streaming = request.header("x-amz-content-sha256").is_some_and(|hash| hash.starts_with("STREAMING-"));
    if streaming || encodings.split(',').any(|encoding| encoding.trim() == "aws-chunked") {
        request.body = chunked::decode(&request.body).map_err(|error| {
            Fault::new(400, "IncompleteBody", format!("The request body is not aws-chunked: {error}"))
        })?;
    }
    let text = labels.into_iter().map(|(name, value)| (name, vec![value])).collect();
    Ok((operation, Input { text, ..Input::default() }))
}

pub(super) fn xml_answer(body: Body) -> Bytes {
    match body {
        Body::Document(root, xml) => Xml::document(root, S3_NAMESPACE, &xml).into(),
        _ => Bytes::new(),
    }
}

pub(super) fn xml_fault(request_id: &str, fault: &Fault) -> Bytes {
    let mut inner = Xml::new().text("Code", &fault.code).text("Message", &fault.message);
    for (name, value) in &fault.members {
        inner = match value.as_str() {
            Some(text) => inner.text(name, text),
            None => inner.text(name, value),
        };
    }
    Xml::bare_document("Error", &inner.text("RequestId", request_id).text("HostId", request_id)).into()
}

type Labels = Vec<(String, String)>;

/// How a route fits a request.
struct Fit<'a> {
    /// How many query parameters, and then how many segments of the path, the route gives literally.
    literals: (usize, usize),
    /// The labels, as they were sent.
    labels: Vec<(&'static str, &'a str)>,
}

/// The route that says most about the request.
fn find(service: &Service, request: &Request) -> Result<Option<(&'static Operation, Route, Labels)>, Fault> {
    let fitting = service.operations().filter_map(|operation| {
        let route = operation.route.filter(|route| route.method == request.method)?;
        Some((operation, route, fit(&route, request)?))
    });
    let Some((operation, route, fit)) = fitting.max_by_key(|(_, _, fit)| fit.literals) else {
        return Ok(None);
    };
    let decode = |(name, raw): (&str, &str)| match percent_decode_str(raw).decode_utf8() {
        Ok(text) => Ok((name.to_owned(), text.into_owned())),
        Err(_) => Err(Fault::new(400, "InvalidURI", format!("Couldn't parse the specified URI: {raw} is not UTF-8"))),
    };
    Ok(Some((operation, route, fit.labels.into_iter().map(decode).collect::<Result<_, _>>()?)))
}

fn fit<'a>(route: &Route, request: &'a Request) -> Option<Fit<'a>> {
    let (path, literal) = split(route.template);
    let present = |(name, value): &(&str, Option<&str>)| {
        request.query(name).is_some_and(|given| value.is_none_or(|value| value == given))
    };
    if !literal.iter().all(present) {
        return None;
    }
    let mut rest = request.path.strip_prefix('/').unwrap_or(&request.path);
    let mut labels = Vec::new();
    let mut literals = 0;
    let mut ended = false;
    for part in path.strip_prefix('/').unwrap_or(path).split('/') {
        if ended {
            return None;
        }
        let label = part.strip_prefix('{').and_then(|part| part.strip_suffix('}'));
        if let Some(name) = label.and_then(|label| label.strip_suffix('+')) {
            if rest.is_empty() {
                return None;
            }
            labels.push((name, rest));
            (rest, ended) = ("", true);
            continue;
        }
        let segment = match rest.split_once('/') {
            Some((segment, after)) => {
                rest = after;
                segment
            }
            None => {
                ended = true;
                std::mem::take(&mut rest)
            }
        };
        match label {
            Some(_) if segment.is_empty() => return None,
            Some(name) => labels.push((name, segment)),
            None if part == segment => literals += 1,
            None => return None,
        }
    }
    // One slash at the end means nothing, as in S3's `/bucket/`.
    let done = if ended { rest.is_empty() } else { rest.is_empty() && request.path.ends_with('/') };
    done.then_some(Fit { literals: (literal.len(), literals), labels })
}

/// The path of a template, and the query parameters it names with the values it wants them to have.
fn split(template: &'static str) -> (&'static str, Vec<(&'static str, Option<&'static str>)>) {
    let (path, query) = template.split_once('?').unwrap_or((template, ""));
    let literal = query.split('&').filter(|pair| !pair.is_empty());
    let literal = literal.map(|pair| pair.split_once('=').map_or((pair, None), |(name, value)| (name, Some(value))));
    (path, literal.collect())
}
