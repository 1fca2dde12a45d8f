//! Turns any kind's struct into a generic tree that the engine can compare.
//!
//! The field types announce themselves through serde newtype names, so a derived `Serialize` is the
//! only reflection needed.

use serde::ser::{self, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fmt;

pub(crate) const FIXED: &str = "$fixed";
pub(crate) const AUTO: &str = "$auto";
pub(crate) const REF: &str = "$ref";
pub(crate) const SET: &str = "$set";
pub(crate) const INITIAL: &str = "$initial";
pub(crate) const SECRET: &str = "$secret";

/// A spec with what its field types say about each place.
#[derive(Clone, Debug, PartialEq)]
pub enum Tree {
    /// A scalar.
    Leaf(Value),
    /// A struct or map.
    Map(BTreeMap<String, Tree>),
    /// A list whose order matters.
    List(Vec<Tree>),
    /// Order carries no meaning; kept sorted.
    Set(Vec<Tree>),
    /// A change below this point replaces the resource.
    Fixed(Box<Tree>),
    /// Null means "whatever AWS chose".
    Auto(Box<Tree>),
    /// Matters only at creation; never compared.
    Initial(Box<Tree>),
    /// The digest of something nobody may see.
    Secret(String),
    /// A reference: a hole, or the value of something that exists.
    Ref {
        /// The kind it points at.
        kind: String,
        /// The text of the reference.
        text: String,
    },
}

/// The tree of `spec`. Fails on what no kind may contain: bytes.
pub fn of(spec: &impl Serialize) -> Result<Tree, Unrepresentable> {
    spec.serialize(Builder)
}

/// A kind's struct holds something that has no place in a normal form.
#[derive(Debug)]
pub struct Unrepresentable(String);

impl fmt::Display for Unrepresentable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Unrepresentable {}

impl ser::Error for Unrepresentable {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self(message.to_string())
    }
}

struct Builder;

macro_rules! leaves {
    ($($method:ident: $ty:ty),* $(,)?) => {
        $(fn $method(self, v: $ty) -> Result<Tree, Unrepresentable> { Ok(Tree::Leaf(Value::from(v))) })*
    };
}

impl ser::Serializer for Builder {
    type Ok = Tree;
    type Error = Unrepresentable;
    type SerializeSeq = Items;
    type SerializeTuple = Items;
    type SerializeTupleStruct = Items;
    type SerializeTupleVariant = Items;
    type SerializeMap = Fields;
    type SerializeStruct = Fields;
    type SerializeStructVariant = Fields;

    fn is_human_readable(&self) -> bool {
        false
    }

    leaves! {
        serialize_bool: bool, serialize_i8: i8, serialize_i16: i16, serialize_i32: i32,
        serialize_i64: i64, serialize_u8: u8, serialize_u16: u16, serialize_u32: u32,
        serialize_u64: u64, serialize_f32: f32, serialize_f64: f64, serialize_str: &str,
    }
    fn serialize_char(self, v: char) -> Result<Tree, Unrepresentable> {
        Ok(Tree::Leaf(v.to_string().into()))
    }
    fn serialize_bytes(self, _: &[u8]) -> Result<Tree, Unrepresentable> {
        Err(Unrepresentable("bytes are not part of the normal form".into()))
    }
    fn serialize_none(self) -> Result<Tree, Unrepresentable> {
        Ok(Tree::Leaf(Value::Null))
    }
    fn serialize_some<T: ?Sized + Serialize>(self, v: &T) -> Result<Tree, Unrepresentable> {
        v.serialize(self)
    }
    fn serialize_unit(self) -> Result<Tree, Unrepresentable> {
        Ok(Tree::Leaf(Value::Null))
    }
    fn serialize_unit_struct(self, _: &'static str) -> Result<Tree, Unrepresentable> {
        self.serialize_unit()
    }
    fn serialize_unit_variant(self, _: &'static str, _: u32, v: &'static str) -> Result<Tree, Unrepresentable> {
        self.serialize_str(v)
    }
    fn serialize_newtype_struct<T: ?Sized + Serialize>(
        self,
        name: &'static str,
        v: &T,
    ) -> Result<Tree, Unrepresentable> {
        let inner = v.serialize(Builder)?;
        Ok(match (name, inner) {
            (FIXED, inner) => Tree::Fixed(Box::new(inner)),
            (AUTO, inner) => Tree::Auto(Box::new(inner)),
            (INITIAL, inner) => Tree::Initial(Box::new(inner)),
            (SECRET, inner) => Tree::Secret(digest(&plain(&inner))),
            (REF, Tree::List(parts)) => match parts.as_slice() {
                [Tree::Leaf(Value::String(text)), Tree::Leaf(Value::String(kind))] => {
                    Tree::Ref { kind: kind.clone(), text: text.clone() }
                }
                _ => return Err(Unrepresentable("a reference serializes as text and kind".into())),
            },
            (SET, Tree::List(mut items)) => {
                items.sort_by_key(|item| plain(item).to_string());
                Tree::Set(items)
            }
            (_, inner) => inner,
        })
    }
    fn serialize_newtype_variant<T: ?Sized + Serialize>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        v: &T,
    ) -> Result<Tree, Unrepresentable> {
        Ok(Tree::Map([(variant.to_string(), v.serialize(Builder)?)].into()))
    }
    fn serialize_seq(self, _: Option<usize>) -> Result<Items, Unrepresentable> {
        Ok(Items { variant: None, items: vec![] })
    }
    fn serialize_tuple(self, _: usize) -> Result<Items, Unrepresentable> {
        self.serialize_seq(None)
    }
    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Items, Unrepresentable> {
        self.serialize_seq(None)
    }
    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        v: &'static str,
        _: usize,
    ) -> Result<Items, Unrepresentable> {
        Ok(Items { variant: Some(v), items: vec![] })
    }
    fn serialize_map(self, _: Option<usize>) -> Result<Fields, Unrepresentable> {
        Ok(Fields { variant: None, key: None, fields: BTreeMap::new() })
    }
    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Fields, Unrepresentable> {
        self.serialize_map(None)
    }
    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        v: &'static str,
        _: usize,
    ) -> Result<Fields, Unrepresentable> {
        Ok(Fields { variant: Some(v), key: None, fields: BTreeMap::new() })
    }
}

struct Items {
    variant: Option<&'static str>,
    items: Vec<Tree>,
}
impl Items {
    fn push<T: ?Sized + Serialize>(&mut self, v: &T) -> Result<(), Unrepresentable> {
        self.items.push(v.serialize(Builder)?);
        Ok(())
    }
    fn finish(self) -> Result<Tree, Unrepresentable> {
        Ok(tagged(self.variant, Tree::List(self.items)))
    }
}
macro_rules! sequence {
    ($($trait:ident::$method:ident),*) => {$(
        impl ser::$trait for Items {
            type Ok = Tree;
            type Error = Unrepresentable;
            fn $method<T: ?Sized + Serialize>(&mut self, v: &T) -> Result<(), Unrepresentable> { self.push(v) }
            fn end(self) -> Result<Tree, Unrepresentable> { self.finish() }
        }
    )*};
}
sequence!(
    SerializeSeq::serialize_element,
    SerializeTuple::serialize_element,
    SerializeTupleStruct::serialize_field,
    SerializeTupleVariant::serialize_field
);

struct Fields {
    variant: Option<&'static str>,
    key: Option<String>,
    fields: BTreeMap<String, Tree>,
}
impl Fields {
    fn insert<T: ?Sized + Serialize>(&mut self, key: String, v: &T) -> Result<(), Unrepresentable> {
        self.fields.insert(key, v.serialize(Builder)?);
        Ok(())
    }
    fn finish(self) -> Result<Tree, Unrepresentable> {
        Ok(tagged(self.variant, Tree::Map(self.fields)))
    }
}
impl ser::SerializeMap for Fields {
    type Ok = Tree;
    type Error = Unrepresentable;
    fn serialize_key<T: ?Sized + Serialize>(&mut self, key: &T) -> Result<(), Unrepresentable> {
        let key = key.serialize(Builder)?;
        self.key = Some(plain(&key).as_str().map_or_else(|| plain(&key).to_string(), str::to_string));
        Ok(())
    }
    fn serialize_value<T: ?Sized + Serialize>(&mut self, v: &T) -> Result<(), Unrepresentable> {
        let key = self.key.take().unwrap_or_default();
        self.insert(key, v)
    }
    fn end(self) -> Result<Tree, Unrepresentable> {
        self.finish()
    }
}
macro_rules! structure {
    ($($trait:ident),*) => {$(
        impl ser::$trait for Fields {
            type Ok = Tree;
            type Error = Unrepresentable;
            fn serialize_field<T: ?Sized + Serialize>(&mut self, key: &'static str, v: &T) -> Result<(), Unrepresentable> {
                self.insert(key.to_string(), v)
            }
            fn end(self) -> Result<Tree, Unrepresentable> { self.finish() }
        }
    )*};
}
structure!(SerializeStruct, SerializeStructVariant);

fn tagged(variant: Option<&'static str>, tree: Tree) -> Tree {
    match variant {
        Some(name) => Tree::Map([(name.to_string(), tree)].into()),
        None => tree,
    }
}

/// The tree without its annotations, fit for people: secrets stay hidden.
pub fn plain(tree: &Tree) -> Value {
    match tree {
        Tree::Leaf(value) => value.clone(),
        Tree::Ref { text, .. } => text.as_str().into(),
        Tree::Secret(_) => "(secret)".into(),
        Tree::Fixed(inner) | Tree::Auto(inner) | Tree::Initial(inner) => plain(inner),
        Tree::List(items) | Tree::Set(items) => items.iter().map(plain).collect(),
        Tree::Map(fields) => fields.iter().map(|(key, value)| (key.clone(), plain(value))).collect(),
    }
}

/// Every string in `tree` that may hold references, with the kind where a typed reference says it.
pub fn texts<'a>(tree: &'a Tree, found: &mut impl FnMut(Option<&'a str>, &'a str)) {
    match tree {
        Tree::Leaf(Value::String(text)) => found(None, text),
        Tree::Leaf(Value::Array(items)) => items.iter().for_each(|item| json_texts(item, found)),
        Tree::Leaf(value @ Value::Object(_)) => json_texts(value, found),
        Tree::Leaf(_) | Tree::Secret(_) => {}
        Tree::Ref { kind, text } => found(Some(kind), text),
        Tree::Fixed(inner) | Tree::Auto(inner) | Tree::Initial(inner) => texts(inner, found),
        Tree::List(items) | Tree::Set(items) => items.iter().for_each(|item| texts(item, found)),
        Tree::Map(fields) => fields.values().for_each(|value| texts(value, found)),
    }
}

fn json_texts<'a>(value: &'a Value, found: &mut impl FnMut(Option<&'a str>, &'a str)) {
    match value {
        Value::String(text) => found(None, text),
        Value::Array(items) => items.iter().for_each(|item| json_texts(item, found)),
        Value::Object(fields) => fields.values().for_each(|item| json_texts(item, found)),
        _ => {}
    }
}

fn digest(value: &Value) -> String {
    let bytes = Sha256::new_with_prefix(b"aqueduct secret\0").chain_update(value.to_string()).finalize();
    bytes.iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}
