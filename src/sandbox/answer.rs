//! What a handler gives back: an answer, or a fault.

use super::wire::Xml;
use bytes::Bytes;
use serde::Serialize;
use serde_json::{Map, Value};
use std::borrow::Cow;

/// A successful answer, before its protocol has put it into an envelope.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The HTTP status; 200 unless said otherwise.
    pub status: u16,
    /// Headers beside those of the protocol.
    pub headers: Vec<(String, String)>,
    /// The content.
    pub body: Body,
}

/// The content of an answer.
#[derive(Clone, Debug)]
pub enum Body {
    /// Nothing: the operation has no output. One with an output but nothing to say in it gives `{}` or an empty XML.
    Empty,
    /// JSON protocols.
    Json(Value),
    /// Query protocols: what stands inside the operation's result element.
    Xml(Xml),
    /// S3: a document with this root element.
    Document(&'static str, Xml),
    /// Bytes as they are.
    Raw(Bytes),
}

impl Answer {
    fn with(body: Body) -> Self {
        Self { status: 200, headers: Vec::new(), body }
    }

    /// Success with nothing to say.
    pub fn empty() -> Self {
        Self::with(Body::Empty)
    }

    /// The output members of a JSON protocol.
    ///
    /// # Errors
    /// When `output` cannot be JSON (a map whose keys are not strings).
    pub fn json(output: impl Serialize) -> Result<Self, Fault> {
        serde_json::to_value(output).map(|value| Self::with(Body::Json(value))).map_err(|error| Fault::internal(&error))
    }

    /// What stands inside the result of a query protocol.
    pub fn xml(xml: Xml) -> Self {
        Self::with(Body::Xml(xml))
    }

    /// An S3 document; the namespace is added.
    pub fn document(root: &'static str, xml: Xml) -> Self {
        Self::with(Body::Document(root, xml))
    }

    /// Bytes as they are; say their `content-type` with [`Answer::header`].
    pub fn raw(bytes: impl Into<Bytes>) -> Self {
        Self::with(Body::Raw(bytes.into()))
    }

    /// With another HTTP status.
    #[must_use]
    pub fn status(mut self, status: u16) -> Self {
        self.status = status;
        self
    }

    /// With one more header.
    #[must_use]
    pub fn header(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }
}

/// A refusal. The protocol of the service decides how it looks on the wire.
#[derive(Clone, Debug, PartialEq)]
pub struct Fault {
    /// The HTTP status.
    pub status: u16,
    /// The error code, `ResourceNotFoundException`.
    pub code: Cow<'static, str>,
    /// The text for people; clients match parts of it, so it should be AWS's own.
    pub message: String,
    /// Headers beside those of the protocol.
    pub headers: Vec<(String, String)>,
    /// Members of the error beside code and message (`invalidParameter` of MSK, `BucketName` of S3).
    pub members: Map<String, Value>,
}

impl Fault {
    /// A refusal with this HTTP status, error code and message.
    pub fn new(status: u16, code: impl Into<Cow<'static, str>>, message: impl Into<String>) -> Self {
        Self { status, code: code.into(), message: message.into(), headers: Vec::new(), members: Map::new() }
    }

    /// The sandbox's own mistake, as AWS answers its own.
    pub fn internal(error: &dyn std::fmt::Display) -> Self {
        Self::new(500, "InternalFailure", format!("the sandbox failed: {error}"))
    }

    /// With one more header.
    #[must_use]
    pub fn with_header(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    /// With one more member in the body.
    #[must_use]
    pub fn with_member(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.members.insert(name.to_owned(), value.into());
        self
    }
}
