//! Tree to typed sections, finding everything that is wrong and not only the first.

use super::diagnostic::{Diagnostic, Diagnostics, did_you_mean, listed};
use super::layout::{Constraint, Field, Layout, Shape};
use super::source::Span;
use super::yaml::{Entry, Node, Scalar, Value};
use ipnet::Ipv4Net;
use std::ops::Deref;

/// A type that a manifest value can become.
pub trait Decode: Sized {
    /// What may be written.
    fn shape() -> Shape;

    /// Reads `node`; `None` once what is wrong has been recorded.
    fn decode(node: &Node, cx: &mut Decoder<'_>) -> Option<Self>;

    /// The value of a key that is left out and has no default; `None` makes the key required.
    fn absent() -> Option<Self> {
        None
    }
}

/// A value that knows where it was written.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spanned<T> {
    /// The value.
    pub value: T,
    /// Where it stands; for a default the key of the map that leaves it out.
    pub span: Span,
    /// Written in the manifest, as opposed to a default.
    pub given: bool,
}

impl<T> Deref for Spanned<T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.value
    }
}

/// A map with names of the user's choice, in the order of the text.
#[derive(Clone, Debug, PartialEq)]
pub struct Map<T>(pub Vec<(Spanned<String>, T)>);

impl<T> Default for Map<T> {
    fn default() -> Self {
        Self(vec![])
    }
}

impl<T> Map<T> {
    /// The value of `name`.
    pub fn get(&self, name: &str) -> Option<&T> {
        self.iter().find(|(key, _)| key.as_str() == name).map(|(_, value)| value)
    }

    /// Names and values.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&Spanned<String>, &T)> {
        self.0.iter().map(|(key, value)| (key, value))
    }

    /// The names.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(key, _)| key.as_str())
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Collects what is wrong while values are read.
pub struct Decoder<'a> {
    found: &'a mut Diagnostics,
    given: bool,
    /// The field being read, to say what it is for.
    field: Option<&'a Field>,
}

impl<'a> Decoder<'a> {
    /// Records into `found`.
    pub fn new(found: &'a mut Diagnostics) -> Self {
        Self { found, given: true, field: None }
    }

    /// Records what is wrong; returns `None` for `return cx.fail(…)`.
    pub fn fail<T>(&mut self, diagnostic: Diagnostic) -> Option<T> {
        self.found.push(diagnostic);
        None
    }

    /// Records that something else was expected at `node`.
    pub fn mismatch<T>(&mut self, node: &Node, expected: &str) -> Option<T> {
        let found = node.describe();
        let help = match &node.value {
            Value::Scalar(scalar) => unquote(expected, scalar),
            Value::Empty => Some("write a value, or leave the key out".to_owned()),
            _ => None,
        };
        let about = |field: &Field| format!("`{}`: {}", field.name, summary(field.doc));
        let help = help.or_else(|| self.field.map(about));
        let at = if node.span.start == node.span.end { node.owner } else { node.span };
        self.fail(Diagnostic::error(at, format!("expected {expected}, found {found}")).help_if(help))
    }

    /// Reads `node` as `value` of which the caller wants to know where it stands.
    pub fn spanned<T>(&self, value: T, node: &Node) -> Spanned<T> {
        let span = if node.span.start == node.span.end { node.owner } else { node.span };
        Spanned { value, span, given: self.given }
    }

    /// The entries of a map without those that are `null`; no value at all is an empty map.
    pub fn entries<'n>(&mut self, node: &'n Node, expected: &str) -> Option<Vec<&'n Entry>> {
        match &node.value {
            Value::Map(entries) => Some(entries.iter().filter(|entry| entry.value.value != Value::Null).collect()),
            Value::Empty => Some(vec![]),
            _ => self.mismatch(node, expected),
        }
    }

    /// Whether `node` is a map that has no keys but those of `layout`; records each other one.
    pub fn known_keys(&mut self, node: &Node, layout: &Layout) -> bool {
        let Some(entries) = self.entries(node, &format!("a map with {}", keys(layout))) else {
            return false;
        };
        let mut fine = true;
        for entry in entries {
            if !layout.fields.iter().any(|field| field.name == entry.key) {
                let known = || layout.fields.iter().map(|field| field.name);
                let help =
                    did_you_mean(&entry.key, known()).unwrap_or_else(|| format!("known here are {}", listed(known())));
                self.found.push(Diagnostic::error(entry.span, format!("unknown key `{}`", entry.key)).help(help));
                fine = false;
            }
        }
        fine
    }

    /// Reads the value of `field` in the map `node`.
    pub fn field<T: Decode>(&mut self, node: &Node, field: &'static Field) -> Option<T> {
        let outer = self.field.replace(field);
        let value = self.value(node, field);
        self.field = outer;
        value
    }

    fn value<T: Decode>(&mut self, node: &Node, field: &Field) -> Option<T> {
        match node.get(field.name).filter(|entry| entry.value.value != Value::Null) {
            Some(entry) => {
                let fine = field.constraint.is_none_or(|constraint| self.satisfies(&entry.value, &constraint));
                // A wrong type and a wrong value are one mistake: the type is what to hear about.
                let value = T::decode(&entry.value, self);
                value.filter(|_| fine)
            }
            None => match field.default {
                Some(text) => {
                    let given = std::mem::replace(&mut self.given, false);
                    let value = T::decode(&default_node(text, node.owner), self);
                    self.given = given;
                    value
                }
                None => T::absent().or_else(|| {
                    let wrong = Diagnostic::error(node.owner, format!("`{}` is missing here", field.name));
                    self.fail(wrong.help(format!("add `{}: …`: {}", field.name, summary(field.doc))))
                }),
            },
        }
    }

    fn satisfies(&mut self, node: &Node, constraint: &Constraint) -> bool {
        let wrong = match (constraint, &node.value) {
            // Counted, so that every wrong one is recorded and not only the first.
            (Constraint::All(all), _) => {
                return all.iter().filter(|constraint| !self.satisfies(node, constraint)).count() == 0;
            }
            (Constraint::Each(each), Value::List(items)) => {
                return items.iter().filter(|item| !self.satisfies(item, each)).count() == 0;
            }
            (Constraint::Each(each), Value::Map(entries)) => {
                return entries.iter().filter(|entry| !self.satisfies(&entry.value, each)).count() == 0;
            }
            (Constraint::Keys(keys), Value::Map(entries)) => {
                let key = |entry: &Entry| Node {
                    span: entry.span,
                    owner: entry.span,
                    value: Value::Scalar(Scalar { text: entry.key.clone(), plain: true }),
                };
                return entries.iter().filter(|entry| !self.satisfies(&key(entry), keys)).count() == 0;
            }
            (Constraint::Range(from, to), Value::Scalar(scalar)) => scalar
                .integer()
                .filter(|number| number < from || number > to)
                .map(|number| format!("{number} is out of range")),
            (Constraint::Among(numbers), Value::Scalar(scalar)) => scalar
                .integer()
                .filter(|number| !numbers.contains(number))
                .map(|number| format!("{number} is not possible here")),
            (Constraint::Members(from, to), Value::List(_) | Value::Map(_)) => {
                let count = match &node.value {
                    Value::List(items) => items.len(),
                    _ => node.entries().len(),
                };
                (count < *from || count > *to).then(|| format!("{count} of these are not possible"))
            }
            (Constraint::Length(from, to), Value::Scalar(scalar)) => {
                let count = scalar.text.chars().count();
                (count < *from || count > *to).then(|| format!("this text has {count} characters"))
            }
            (Constraint::Form(form), Value::Scalar(scalar)) => {
                (form.test)(&scalar.text).err().map(|why| format!("`{}` is not {}: {why}", scalar.text, form.what))
            }
            _ => None,
        };
        let Some(message) = wrong else { return true };
        let at = if node.span.start == node.span.end { node.owner } else { node.span };
        self.found.push(Diagnostic::error(at, message).help(format!("allowed: {}", constraint.describe())));
        false
    }
}

fn keys(layout: &Layout) -> String {
    listed(layout.fields.iter().map(|field| field.name))
}

fn unquote(expected: &str, scalar: &Scalar) -> Option<String> {
    let bare = Scalar { text: scalar.text.clone(), plain: true };
    let fits = match expected {
        "a whole number" => bare.integer().is_some(),
        "true or false" => bare.boolean().is_some(),
        _ => false,
    };
    if fits {
        return Some(format!("remove the quotes: `{}`", scalar.text));
    }
    match (expected, scalar.text.to_lowercase().as_str()) {
        ("true or false", "yes" | "on" | "y" | "1") => Some("write `true`".into()),
        ("true or false", "no" | "off" | "n" | "0") => Some("write `false`".into()),
        _ => None,
    }
}

/// The first sentence of a doc comment.
pub fn summary(doc: &str) -> &str {
    let doc = doc.trim();
    let end = doc.find(". ").or_else(|| doc.find(".\n")).or_else(|| doc.strip_suffix('.').map(str::len));
    end.map_or(doc, |end| &doc[..end])
}

/// The tree of a default: `{}`, `[a, b]` or a plain scalar.
fn default_node(text: &str, at: Span) -> Node {
    let scalar =
        |text: &str| Node { span: at, owner: at, value: Value::Scalar(Scalar { text: text.to_owned(), plain: true }) };
    match text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        Some(items) => {
            let items = items.split(',').map(str::trim).filter(|item| !item.is_empty()).map(scalar).collect();
            Node { span: at, owner: at, value: Value::List(items) }
        }
        None if text == "\"\"" => {
            Node { span: at, owner: at, value: Value::Scalar(Scalar { text: String::new(), plain: false }) }
        }
        None if text == "{}" => Node { span: at, owner: at, value: Value::Map(vec![]) },
        None => scalar(text),
    }
}

impl Decode for String {
    fn shape() -> Shape {
        Shape::Text
    }

    fn decode(node: &Node, cx: &mut Decoder<'_>) -> Option<Self> {
        match &node.value {
            Value::Scalar(scalar) => Some(scalar.text.clone()),
            _ => cx.mismatch(node, "a text"),
        }
    }
}

impl Decode for bool {
    fn shape() -> Shape {
        Shape::Boolean
    }

    fn decode(node: &Node, cx: &mut Decoder<'_>) -> Option<Self> {
        match &node.value {
            Value::Scalar(scalar) => scalar.boolean().or_else(|| cx.mismatch(node, "true or false")),
            _ => cx.mismatch(node, "true or false"),
        }
    }
}

macro_rules! integers {
    ($($type:ty),*) => { $(
        impl Decode for $type {
            fn shape() -> Shape {
                Shape::Integer
            }

            fn decode(node: &Node, cx: &mut Decoder<'_>) -> Option<Self> {
                let integer = match &node.value {
                    Value::Scalar(scalar) => scalar.integer(),
                    _ => None,
                };
                match integer.map(<$type>::try_from) {
                    Some(Ok(number)) => Some(number),
                    Some(Err(_)) => cx.mismatch(node, &format!("a number from {} to {}", <$type>::MIN, <$type>::MAX)),
                    None => cx.mismatch(node, "a whole number"),
                }
            }
        }
    )* };
}
integers!(i32, i64, u8, u16, u32, usize);

impl Decode for Ipv4Net {
    fn shape() -> Shape {
        Shape::Format("CIDR block")
    }

    fn decode(node: &Node, cx: &mut Decoder<'_>) -> Option<Self> {
        let Some(net) = node.text().and_then(|text| text.parse::<Self>().ok()) else {
            return cx.mismatch(node, "an IPv4 CIDR block such as `10.0.0.0/16`");
        };
        // Some programs read numbers with a zero before them as octal.
        if node.text().is_some_and(|text| text != net.to_string()) {
            return cx.fail(Diagnostic::error(node.span, "zeros before a number").help(format!("write `{net}`")));
        }
        if net.trunc() != net {
            let wrong =
                Diagnostic::error(node.span, format!("{net} has bits set beyond its prefix of {}", net.prefix_len()));
            return cx.fail(wrong.help(format!("write `{}`", net.trunc())));
        }
        Some(net)
    }
}

impl Decode for serde_json::Value {
    fn shape() -> Shape {
        Shape::Any
    }

    fn decode(node: &Node, _: &mut Decoder<'_>) -> Option<Self> {
        Some(json(node))
    }
}

fn json(node: &Node) -> serde_json::Value {
    match &node.value {
        Value::Empty | Value::Null => serde_json::Value::Null,
        Value::Scalar(scalar) => match (scalar.boolean(), scalar.integer(), scalar.text.parse::<f64>()) {
            (Some(boolean), _, _) => boolean.into(),
            (_, Some(integer), _) => integer.into(),
            (_, _, Ok(number)) if scalar.plain && number.is_finite() => number.into(),
            _ => scalar.text.clone().into(),
        },
        Value::List(items) => items.iter().map(json).collect(),
        Value::Map(entries) => entries.iter().map(|entry| (entry.key.clone(), json(&entry.value))).collect(),
    }
}

impl<T: Decode> Decode for Option<T> {
    fn shape() -> Shape {
        T::shape()
    }

    fn decode(node: &Node, cx: &mut Decoder<'_>) -> Option<Self> {
        T::decode(node, cx).map(Some)
    }

    fn absent() -> Option<Self> {
        Some(None)
    }
}

impl<T: Decode> Decode for Spanned<T> {
    fn shape() -> Shape {
        T::shape()
    }

    fn decode(node: &Node, cx: &mut Decoder<'_>) -> Option<Self> {
        let value = T::decode(node, cx)?;
        Some(cx.spanned(value, node))
    }
}

impl<T: Decode> Decode for Vec<T> {
    fn shape() -> Shape {
        Shape::List(T::shape)
    }

    fn decode(node: &Node, cx: &mut Decoder<'_>) -> Option<Self> {
        match &node.value {
            Value::List(items) => {
                let items: Vec<Option<T>> = items.iter().map(|item| T::decode(item, cx)).collect();
                items.into_iter().collect()
            }
            Value::Scalar(scalar) if scalar.plain => {
                let expected = format!("a list, such as `[{}]`", scalar.text);
                cx.mismatch(node, &expected)
            }
            Value::Empty => Some(vec![]),
            _ => cx.mismatch(node, "a list"),
        }
    }
}

impl<T: Decode> Decode for Map<T> {
    fn shape() -> Shape {
        Shape::Map(T::shape)
    }

    fn decode(node: &Node, cx: &mut Decoder<'_>) -> Option<Self> {
        let given = cx.given;
        let entries = cx.entries(node, "a map, `name: …` line by line")?;
        let entries = entries.into_iter().map(|entry| {
            let name = Spanned { value: entry.key.clone(), span: entry.span, given };
            T::decode(&entry.value, cx).map(|value| (name, value))
        });
        let entries: Vec<Option<_>> = entries.collect();
        entries.into_iter().collect::<Option<_>>().map(Self)
    }
}

/// Records that `node` is none of `words`.
pub fn no_choice<T>(node: &Node, words: &[(&str, &str)], cx: &mut Decoder<'_>) -> Option<T> {
    let words = || words.iter().map(|(word, _)| *word);
    let Some(text) = node.text() else {
        return cx.mismatch(node, &format!("one of {}", listed(words())));
    };
    let wrong = Diagnostic::error(node.span, format!("`{text}` is not possible here"));
    let guess = did_you_mean(&text.replace('-', "_"), words());
    cx.fail(wrong.help_if(guess).help(format!("possible are {}", listed(words()))))
}
