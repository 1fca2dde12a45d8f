//! One request, decoded as far as its protocol allows.

use super::answer::Fault;
use super::iam::Need;
use super::operation::{Operation, Service};
use super::wire::{Element, Input, Params, Request};
use bytes::Bytes;
use serde::Deserialize;

/// One call of one operation.
#[derive(Debug)]
pub struct Call {
    /// The service it is for.
    pub service: &'static Service,
    /// The operation it calls.
    pub operation: &'static Operation,
    /// The region of the credential scope.
    pub region: String,
    /// Who signed it.
    pub access_key: String,
    /// The account it is in.
    pub account_id: String,
    /// Virtual time in milliseconds since the epoch.
    pub now: u64,
    /// Goes into the answer.
    pub request_id: String,
    /// The HTTP request: headers, query and body.
    pub request: Request,
    pub(super) input: Input,
    /// What its caller must be allowed to.
    pub(super) needs: Vec<Need>,
}

impl Call {
    /// The input of a JSON protocol: body members, path labels and query parameters as one structure. Give `T`
    /// `#[serde(deny_unknown_fields)]`.
    ///
    /// # Errors
    /// The service's own code for invalid input when a member is unknown, missing or of another type.
    pub fn input<'a, T: Deserialize<'a>>(&'a self) -> Result<T, Fault> {
        self.input.decode().map_err(|error| self.invalid(error.to_string()))
    }

    /// The input of a query protocol. Read all of it, call [`Params::finish`], then act.
    pub fn params(&self) -> Params<'_> {
        self.input.params()
    }

    /// `arn:aws:<service>:<region>:<account>:<resource>` in the region of the call.
    pub fn arn(&self, service: &str, resource: &str) -> String {
        format!("arn:aws:{service}:{}:{}:{resource}", self.region, self.account_id)
    }

    /// A refusal of the input with the service's own code.
    pub fn invalid(&self, message: impl Into<String>) -> Fault {
        Fault::new(400, self.service.invalid, message)
    }

    /// The label `name` of the path, decoded; empty when the route has none.
    pub fn path(&self, name: &str) -> &str {
        self.input.label(name).unwrap_or_default()
    }

    /// The query parameter `name`, decoded. `?acl` is there and empty.
    pub fn query(&self, name: &str) -> Option<&str> {
        self.request.query(name)
    }

    /// The header `name`, when it is text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.request.header(name)
    }

    /// The body, without the framing of a chunked upload.
    pub fn body(&self) -> &Bytes {
        &self.request.body
    }

    /// The body as an XML document.
    ///
    /// # Errors
    /// `MalformedXML` when it is none.
    pub fn xml(&self) -> Result<Element, Fault> {
        Element::parse(&self.request.body).map_err(|error| {
            Fault::new(
                400,
                "MalformedXML",
                format!(
                    "The XML you provided was not well-formed or did not validate against our published schema: {error}"
                ),
            )
        })
    }
}

/// What a call was and how it ended, for tests and traces.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallRecord {
    /// The signing name; empty when the request did not say.
    pub service: &'static str,
    /// The operation; empty when there is none of that name.
    pub operation: &'static str,
    /// Whether a successful call may change what AWS has.
    pub mutating: bool,
    /// The region of the credential scope.
    pub region: String,
    /// Virtual time of its arrival in milliseconds since the epoch.
    pub at: u64,
    /// What the caller had to be allowed to; nothing when a fault met the call before anybody asked.
    pub needs: Vec<Need>,
    /// How it ended; `None` as long as it has no answer.
    pub outcome: Option<Outcome>,
}

/// How a call ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// The HTTP status.
    pub status: u16,
    /// The error code of a refusal.
    pub code: Option<String>,
}
