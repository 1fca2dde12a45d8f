//! References between resources, alone or inside a longer text.
//!
//! A reference to something the manifest makes is a *hole* in a text, `⟦kafka/cluster/main|arn⟧`,
//! which the engine fills before any call once the target is live. A hole may stand anywhere in a
//! string: `format!("{}/prefix", reference)` works. The manifest refuses both brackets, so no user
//! text can be taken for one.

use super::{Named, tree};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;
use std::fmt;
use std::marker::PhantomData;

const OPEN: char = '⟦';
const CLOSE: char = '⟧';
const BAR: char = '|';

/// Which attribute of the target a [`Ref`] stands for.
pub trait Attribute: 'static {
    /// `id`, or the name of one of the kind's outputs.
    const NAME: &'static str;
}

/// The identifier, [`super::Live::id`].
#[derive(Debug)]
pub struct Id;
impl Attribute for Id {
    const NAME: &'static str = "id";
}

/// The output `arn`.
#[derive(Debug)]
pub struct Arn;
impl Attribute for Arn {
    const NAME: &'static str = "arn";
}

/// A reference to attribute `A` of a resource of kind `K`.
pub struct Ref<K, A = Id> {
    text: String,
    of: PhantomData<fn() -> (K, A)>,
}

impl<K, A> Ref<K, A> {
    /// Something that exists already, by the value AWS knows it by.
    pub fn existing(value: impl Into<String>) -> Self {
        Self { text: value.into(), of: PhantomData }
    }

    /// The value AWS knows the target by. The engine fills every hole before it calls a kind; in
    /// `list`, where specs are hints, the value may still be a hole (see [`Ref::is_known`]).
    pub fn value(&self) -> &str {
        &self.text
    }

    /// Whether the target's value is known.
    pub fn is_known(&self) -> bool {
        !self.text.contains(OPEN)
    }
}

impl<K: Named, A: Attribute> Ref<K, A> {
    /// The resource of kind `K` that the manifest calls `name`.
    pub fn to(name: impl fmt::Display) -> Self {
        let (kind, attribute) = (K::NAME, A::NAME);
        Self { text: format!("{OPEN}{kind}/{name}{BAR}{attribute}{CLOSE}"), of: PhantomData }
    }
}

impl<K, A> Clone for Ref<K, A> {
    fn clone(&self) -> Self {
        Self::existing(&self.text)
    }
}

impl<K, A> PartialEq for Ref<K, A> {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl<K, A> Eq for Ref<K, A> {}

impl<K, A> fmt::Debug for Ref<K, A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.text, f)
    }
}

impl<K, A> fmt::Display for Ref<K, A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl<K: Named, A: Attribute> Serialize for Ref<K, A> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            serializer.serialize_str(&self.text)
        } else {
            serializer.serialize_newtype_struct(tree::REF, &(&self.text, K::NAME))
        }
    }
}

impl<'de, K, A> Deserialize<'de> for Ref<K, A> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self::existing)
    }
}

/// One hole in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hole<'a> {
    /// The target's address as text.
    pub address: &'a str,
    /// `id` or the name of an output.
    pub attribute: &'a str,
}

/// The holes in `text`, in order. Brackets that enclose no well-formed hole are passed over.
pub fn holes(text: &str) -> impl Iterator<Item = Hole<'_>> {
    pieces(text).filter_map(|(_, hole)| hole)
}

/// Splits `text` into runs of plain text, each with the hole that follows it.
fn pieces(text: &str) -> impl Iterator<Item = (&str, Option<Hole<'_>>)> {
    let mut rest = Some(text);
    std::iter::from_fn(move || {
        let text = rest?;
        let found = text.find(OPEN).and_then(|start| {
            let inside = &text[start + OPEN.len_utf8()..];
            let end = inside.find(CLOSE)?;
            let (address, attribute) = inside[..end].rsplit_once(BAR)?;
            Some((start, Hole { address, attribute }, &inside[end + CLOSE.len_utf8()..]))
        });
        Some(match found {
            Some((start, hole, after)) => {
                rest = Some(after);
                (&text[..start], Some(hole))
            }
            None => {
                rest = None;
                (text, None)
            }
        })
    })
}

/// Fills every hole in the strings of `spec` for which `lookup` knows the value; others stay.
pub fn resolve(spec: &Value, lookup: &impl Fn(&str, &str) -> Option<String>) -> Value {
    match spec {
        Value::String(text) if text.contains(OPEN) => Value::String(fill(text, lookup)),
        Value::Array(items) => items.iter().map(|item| resolve(item, lookup)).collect(),
        Value::Object(fields) => fields.iter().map(|(key, value)| (key.clone(), resolve(value, lookup))).collect(),
        other => other.clone(),
    }
}

fn fill(text: &str, lookup: &impl Fn(&str, &str) -> Option<String>) -> String {
    let mut out = String::with_capacity(text.len());
    for (plain, hole) in pieces(text) {
        out.push_str(plain);
        let Some(Hole { address, attribute }) = hole else { continue };
        match lookup(address, attribute) {
            Some(value) => out.push_str(&value),
            None => {
                out.extend([OPEN]);
                out.push_str(address);
                out.extend([BAR]);
                out.push_str(attribute);
                out.extend([CLOSE]);
            }
        }
    }
    out
}

/// Compile-time helper: declares an output as an [`Attribute`], `attribute!(pub BootstrapServers = "bootstrap_servers")`.
#[macro_export]
macro_rules! attribute {
    ($(#[$meta:meta])* $vis:vis $name:ident = $text:literal) => {
        $(#[$meta])*
        #[derive(Debug)]
        $vis struct $name;
        impl $crate::resource::Attribute for $name {
            const NAME: &'static str = $text;
        }
    };
}
