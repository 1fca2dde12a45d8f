//! Parts that several sections share.

use super::decode::{Decode, Decoder, Map};
use super::diagnostic::Diagnostics;
use super::forms;
use super::layout::Constraint::{self, All, Among, Each, Form, Keys, Members, Range};
use super::layout::Shape;
use super::section::section;
use super::source::Span;
use super::yaml::{Node, Value};

/// How many tags there may be: AWS takes 50 (AWS.md §2.4, §6.1, appendix), of which five are left for Aqueduct's own and `Name`.
pub const MOST_TAGS: usize = 45;

/// What tags must satisfy.
pub const TAGS: Constraint =
    All(&[Members(0, MOST_TAGS), Keys(&Form(&forms::TAG_KEY)), Each(&Form(&forms::TAG_VALUE))]);

/// `key=value` lines for a Java component.
pub const PROPERTIES: Constraint = All(&[Keys(&Form(&forms::PROPERTY)), Each(&Form(&forms::PROPERTY_VALUE))]);

/// The days for which CloudWatch can keep events (AWS.md §2.6).
pub const RETENTION: Constraint =
    Among(&[1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653]);

/// Tags of the user's choice.
pub type Tags = Map<String>;

section! {
    /// A log group in CloudWatch, or none.
    pub struct LogGroup {
        /// Whether logs are written at all. `logs: false` is short for `logs: {enabled: false}`.
        enabled: bool = "true",
        /// For how many days they are kept.
        retention_days: i32 = "7" where RETENTION,
    }
}

/// Logs in CloudWatch; `true` and `false` are short for all defaults and none.
#[derive(Clone, Debug)]
pub struct Logs(pub LogGroup);

impl Logs {
    /// For how many days events are kept, if they are written.
    pub fn retention_days(&self) -> Option<i32> {
        self.0.enabled.then_some(self.0.retention_days)
    }
}

impl Decode for Logs {
    fn shape() -> Shape {
        Shape::Either(&[bool::shape, LogGroup::shape])
    }

    fn decode(node: &Node, cx: &mut Decoder<'_>) -> Option<Self> {
        let switch = match &node.value {
            Value::Scalar(scalar) => scalar.boolean(),
            _ => None,
        };
        let Some(enabled) = switch else { return LogGroup::decode(node, cx).map(Self) };
        let empty = Node { value: Value::Map(vec![]), ..node.clone() };
        LogGroup::decode(&empty, cx).map(|group| Self(LogGroup { enabled, ..group }))
    }
}

section! {
    /// Something that the client machine downloads.
    pub struct Download {
        /// The version; left out, one that is known to work.
        version: Option<String> where Form(&forms::VERSION),
        /// Where from; left out, the project's own archive. `{version}` stands for the version.
        url: Option<String> where Form(&forms::URL_TEMPLATE),
        /// What the file's SHA-256 must be; left out, it is not checked.
        sha256: Option<String> where Form(&forms::SHA256),
    }
}

impl Download {
    /// Where to download `version` from, by default `url`; both may contain `{version}`.
    pub fn url(&self, version: &str, url: &str) -> String {
        self.url.as_deref().unwrap_or(url).replace("{version}", version)
    }
}

/// A section as it is when nothing is written in it; `None` if something in it is required.
pub fn implied<T: Decode>(at: Span) -> Option<T> {
    let empty = Node { span: at, owner: at, value: Value::Map(vec![]) };
    T::decode(&empty, &mut Decoder::new(&mut Diagnostics::default()))
}

/// A port.
pub const PORT: Constraint = Range(1, 65535);
