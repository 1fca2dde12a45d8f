//! An HTTP request with its query taken apart.

use bytes::Bytes;
use http::{HeaderMap, Method};

/// One HTTP request.
#[derive(Clone, Debug)]
pub struct Request {
    /// The HTTP method.
    pub method: Method,
    /// The path as it was sent: percent-encoded segments are told apart before they are decoded.
    pub path: String,
    /// Query parameters in order, decoded.
    pub parameters: Vec<(String, String)>,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
}

impl Request {
    /// Takes `request` apart.
    pub fn new(request: http::Request<Bytes>) -> Self {
        let (parts, body) = request.into_parts();
        let query = parts.uri.query().unwrap_or_default();
        Self {
            method: parts.method,
            path: parts.uri.path().to_owned(),
            parameters: form_urlencoded::parse(query.as_bytes()).into_owned().collect(),
            headers: parts.headers,
            body,
        }
    }

    /// The header `name`, when it is text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The first query parameter called `name`, decoded.
    pub fn query(&self, name: &str) -> Option<&str> {
        self.parameters.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The query parameters that belong to the operation: without those of a presigned URL and of the SDKs' bookkeeping.
    pub(super) fn own_parameters(&self) -> impl Iterator<Item = &(String, String)> {
        const SIGNING: [&str; 7] = [
            "X-Amz-Algorithm",
            "X-Amz-Credential",
            "X-Amz-Date",
            "X-Amz-Expires",
            "X-Amz-SignedHeaders",
            "X-Amz-Signature",
            "X-Amz-Security-Token",
        ];
        self.parameters.iter().filter(|(name, _)| name != "x-id" && !SIGNING.contains(&name.as_str()))
    }
}
