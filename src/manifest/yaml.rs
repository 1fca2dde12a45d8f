//! YAML text to a tree in which every key and value knows where it stands.
//!
//! Scalars stay text until something asks for a number: `3.10` is a version to one field and a
//! number to another, and an account id keeps its leading zeros.

use super::diagnostic::Diagnostic;
use super::source::Span;
use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_yaml::options::{DuplicateKeyPolicy, NonFiniteFloatPolicy};
use serde_yaml::{Error, Location, Options, Spanned};
use std::fmt;

/// A value and where it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// The value itself; for a map or list where it begins.
    pub span: Span,
    /// The key that the value belongs to; the value's own span for list items and the whole document.
    pub owner: Span,
    /// What it is.
    pub value: Value,
}

/// What a [`Node`] can be.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Nothing written after the key.
    Empty,
    /// `null` or `~`.
    Null,
    /// Anything that is neither list nor map.
    Scalar(Scalar),
    /// A list.
    List(Vec<Node>),
    /// A map in the order of the text; keys may repeat.
    Map(Vec<Entry>),
}

/// Text of a scalar.
#[derive(Clone, Debug, PartialEq)]
pub struct Scalar {
    /// As written if plain, else without quotes and escapes.
    pub text: String,
    /// Written without quotes, so it may be a number or boolean.
    pub plain: bool,
}

/// One key of a map with its value.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// The key.
    pub key: String,
    /// Where the key stands.
    pub span: Span,
    /// Its value.
    pub value: Node,
}

impl Node {
    /// The value of `key` if this is a map that has it.
    pub fn get(&self, key: &str) -> Option<&Entry> {
        self.entries().iter().find(|entry| entry.key == key)
    }

    /// The entries of a map; none for anything else.
    pub fn entries(&self) -> &[Entry] {
        match &self.value {
            Value::Map(entries) => entries,
            _ => &[],
        }
    }

    /// The text of a scalar.
    pub fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Scalar(scalar) => Some(&scalar.text),
            _ => None,
        }
    }

    /// What the value is, in words for messages: "a list", "the number 3".
    pub fn describe(&self) -> String {
        match &self.value {
            Value::Empty => "no value".into(),
            Value::Null => "null".into(),
            Value::List(_) => "a list".into(),
            Value::Map(_) => "a map".into(),
            Value::Scalar(scalar) => scalar.describe(),
        }
    }
}

impl Scalar {
    fn describe(&self) -> String {
        let short: String = match self.text.char_indices().nth(40) {
            Some((end, _)) => format!("{}…", &self.text[..end]),
            None => self.text.clone(),
        };
        match self.plain {
            true if self.boolean().is_some() => format!("the boolean `{short}`"),
            true if self.text.parse::<f64>().is_ok() => format!("the number {short}"),
            _ => format!("the text `{}`", short.replace('\n', " ")),
        }
    }

    /// The boolean that this is, if it is one. Quoted text is none.
    pub fn boolean(&self) -> Option<bool> {
        match self.text.as_str() {
            "true" | "True" | "TRUE" if self.plain => Some(true),
            "false" | "False" | "FALSE" if self.plain => Some(false),
            _ => None,
        }
    }

    /// The whole number that this is, if it is one. Quoted text is none.
    pub fn integer(&self) -> Option<i64> {
        self.text.parse().ok().filter(|_| self.plain)
    }
}

/// Reads the text of source number `file`. An empty document is an empty map.
///
/// # Errors
/// The first thing that is not YAML, or that goes beyond the limits (1 MiB, depth 64, 100 000 nodes).
pub fn parse(file: u32, text: &str) -> Result<Node, Box<Diagnostic>> {
    let whole = Span { file, start: 0, end: 0 };
    if text.len() > MAX_BYTES {
        return Err(Box::new(
            Diagnostic::error(whole, "this manifest is larger than 1 MiB")
                .help("split it into several files and pass each with -f"),
        ));
    }
    match serde_yaml::from_str_with_options::<Spanned<Raw>>(text, options()) {
        Ok(raw) => {
            let mut node = Reader { file, text }.node(raw, None);
            if matches!(node.value, Value::Empty | Value::Null) {
                node.value = Value::Map(vec![]);
            }
            Ok(node)
        }
        Err(error) => Err(Box::new(explain(file, text, &error))),
    }
}

pub(super) const MAX_BYTES: usize = 1 << 20;

fn options() -> Options {
    serde_yaml::options! {
        budget: serde_yaml::budget! { max_nodes: 100_000, max_aliases: 1_000, max_depth: 64 },
        duplicate_keys: DuplicateKeyPolicy::PassThrough,
        strict_booleans: true,
        leading_zero_numbers_as_strings: true,
        underscored_numbers_as_strings: true,
        reject_unsupported_tags: true,
        non_finite_float_policy: NonFiniteFloatPolicy::PassThrough,
        with_snippet: false,
    }
}

enum Raw {
    Nothing,
    /// A plain scalar that YAML takes for a number or boolean: read its text from the source.
    Typed,
    Text(String),
    List(Vec<Spanned<Raw>>),
    Map(Vec<(Spanned<String>, Spanned<Raw>)>),
}

impl<'de> Deserialize<'de> for Raw {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(RawVisitor)
    }
}

struct RawVisitor;

impl<'de> Visitor<'de> for RawVisitor {
    type Value = Raw;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<Raw, E> {
        Ok(Raw::Nothing)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Raw, E> {
        Ok(Raw::Typed)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Raw, E> {
        Ok(Raw::Typed)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Raw, E> {
        Ok(Raw::Typed)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Raw, E> {
        Ok(Raw::Typed)
    }

    fn visit_str<E>(self, text: &str) -> Result<Raw, E> {
        Ok(Raw::Text(text.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Raw, A::Error> {
        let mut items = vec![];
        while let Some(item) = access.next_element()? {
            items.push(item);
        }
        Ok(Raw::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Raw, A::Error> {
        let mut entries = vec![];
        while let Some(entry) = access.next_entry()? {
            entries.push(entry);
        }
        Ok(Raw::Map(entries))
    }
}

struct Reader<'a> {
    file: u32,
    text: &'a str,
}

impl Reader<'_> {
    fn node(&self, raw: Spanned<Raw>, owner: Option<Span>) -> Node {
        let span = self.span(raw.defined);
        let written = self.text.get(span.start as usize..span.end as usize).unwrap_or_default();
        let value = match raw.value {
            Raw::Nothing if written.starts_with(['n', 'N', '~']) => Value::Null,
            Raw::Nothing => Value::Empty,
            Raw::Typed => Value::Scalar(Scalar { text: written.to_owned(), plain: true }),
            Raw::Text(text) => {
                // The span of a block scalar (`|`, `>`) is its content.
                let plain = !written.starts_with(['"', '\'']) && !text.ends_with('\n');
                Value::Scalar(Scalar { text, plain })
            }
            Raw::List(items) => Value::List(items.into_iter().map(|item| self.node(item, None)).collect()),
            Raw::Map(entries) => Value::Map(
                entries
                    .into_iter()
                    .map(|(key, value)| {
                        let span = self.span(key.defined);
                        Entry { key: key.value, span, value: self.node(value, Some(span)) }
                    })
                    .collect(),
            ),
        };
        Node { span, owner: owner.unwrap_or(span), value }
    }

    fn span(&self, location: Location) -> Span {
        span(self.file, self.text, location)
    }
}

fn span(file: u32, text: &str, location: Location) -> Span {
    let bytes = location.span();
    let end = u32::try_from(text.len()).unwrap_or(u32::MAX);
    let offset = bytes.byte_offset().and_then(|start| u32::try_from(start).ok());
    let start = offset.unwrap_or_else(|| offset_of(text, location)).min(end);
    let len = bytes.byte_len().and_then(|len| u32::try_from(len).ok()).unwrap_or(0);
    Span { file, start, end: start.saturating_add(len).min(end) }
}

/// Syntax errors come with line and column only.
fn offset_of(text: &str, location: Location) -> u32 {
    let (line, column) = (location.line().saturating_sub(1), location.column().saturating_sub(1));
    let before: usize = text.split_inclusive('\n').take(line as usize).map(str::len).sum();
    let rest = text.get(before..).unwrap_or_default();
    let inside = rest.char_indices().nth(column as usize).map_or(rest.len(), |(offset, _)| offset);
    u32::try_from(before + inside).unwrap_or(u32::MAX)
}

fn explain(file: u32, text: &str, error: &Error) -> Diagnostic {
    let error = error.without_snippet();
    let span = error.location().map_or(Span { file, ..Span::default() }, |location| span(file, text, location));
    let error = match error {
        Error::AliasError { error, .. } => error,
        error => error,
    };
    let (message, help) = match error {
        Error::MultipleDocuments { .. } => (
            "a second YAML document begins here; a manifest is one document".into(),
            "remove the `---`, or put the second document into a file of its own and pass both with -f",
        ),
        Error::UnsupportedTag { .. } => (
            "tags such as `!secret` mean nothing here".into(),
            "remove the tag; `${env:NAME}` inserts an environment variable",
        ),
        Error::UnknownAnchor { .. } => {
            ("this alias names no anchor".into(), "define it above with `&name`, or quote a text that begins with `*`")
        }
        Error::Budget { .. } | Error::AliasReplayLimitExceeded { .. } | Error::AliasReplayStackDepthExceeded { .. } => {
            (
                "this manifest is nested too deeply, or its aliases expand to too much".into(),
                "write the values out, or split the manifest into several files and pass each with -f",
            )
        }
        Error::MergeValueNotMapOrSeqOfMaps { .. } => {
            ("`<<` takes a map or a list of maps".into(), "write `<<: *name` with an anchor on a map")
        }
        Error::Unexpected { .. } | Error::NullIntoString { .. } => {
            ("a key must be a text".into(), "write `name: value`, one key a line")
        }
        Error::Eof { .. } => ("the text ends too early".into(), "close what was opened"),
        other => {
            let message = other.render();
            let message = message.split(" at line ").next().unwrap_or_default();
            let message = message.rsplit_once(": line ").map_or(message, |(message, _)| message);
            (format!("this is not YAML: {message}"), advice(text, span, message))
        }
    };
    Diagnostic::error(span, message).help(help)
}

fn advice(text: &str, span: Span, message: &str) -> &'static str {
    let start = span.start as usize;
    let line = text.get(..start).and_then(|before| before.rfind('\n')).map_or(0, |end| end + 1);
    let line = text.get(line..).and_then(|rest| rest.lines().next()).unwrap_or_default();
    if line.trim_start_matches(' ').starts_with('\t') {
        "indent with spaces; YAML allows no tabs there"
    } else if message.contains("quote") {
        "close the quote, or put the other kind of quotes around the text"
    } else if message.contains("illegal placement")
        || message.contains('[')
        || message.contains('{')
        || message.contains("flow")
        || message.contains("bracket")
    {
        "close every `[` and `{`; put quotes around a text that begins with one"
    } else if line.matches(": ").count() > 1 {
        "put quotes around a value that contains `: `"
    } else {
        "check indentation, quotes and colons here and in the line above"
    }
}
