//! The decoded input of a call, whatever the protocol.

use super::params::{Params, Tree};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde::de::value::{MapDeserializer, SeqDeserializer};
use serde::de::{Deserialize, Deserializer, Error as _, IntoDeserializer, Unexpected, Visitor};
use serde::forward_to_deserialize_any;
use serde::ser::{Serialize, Serializer};
use serde_json::{Error, Map, Value};

/// The decoded input of a call. Each protocol fills the part it has.
#[derive(Debug, Default)]
pub struct Input {
    /// Query protocols: the form parameters.
    pub(super) form: Tree,
    /// REST protocols: path labels and query parameters, which are text whatever the type of the member.
    pub(super) text: Vec<(String, Vec<String>)>,
    /// JSON protocols: the members of the body.
    pub(super) members: Map<String, Value>,
}

impl Input {
    /// Text and body members as one structure.
    ///
    /// # Errors
    /// What does not fit `T`.
    pub fn decode<'a, T: Deserialize<'a>>(&'a self) -> Result<T, Error> {
        let text = self.text.iter().map(|(name, values)| (name.as_str(), Member::Text(values)));
        let members = self.members.iter().map(|(name, value)| (name.as_str(), Member::Json(value)));
        T::deserialize(MapDeserializer::new(text.chain(members)))
    }

    /// The form parameters.
    pub fn params(&self) -> Params<'_> {
        self.form.params()
    }

    /// The path label or first query parameter called `name`.
    pub fn label(&self, name: &str) -> Option<&str> {
        let (_, values) = self.text.iter().find(|(key, _)| key == name)?;
        values.first().map(String::as_str)
    }
}

/// The value of one member: JSON is strict about types, text is read as whatever is asked for.
#[derive(Clone, Copy)]
enum Member<'a> {
    Text(&'a [String]),
    One(&'a str),
    Json(&'a Value),
}

impl<'a> Member<'a> {
    fn parse<T: std::str::FromStr>(self, text: &'a str, expected: &str) -> Result<T, Error> {
        text.parse().map_err(|_| Error::invalid_value(Unexpected::Str(text), &expected))
    }

    /// The text, or the JSON value when it is none.
    fn text(self) -> Result<&'a str, &'a Value> {
        match self {
            Self::Text(values) => Ok(values.first().map_or("", String::as_str)),
            Self::One(text) => Ok(text),
            Self::Json(value) => Err(value),
        }
    }
}

impl<'a> IntoDeserializer<'a, Error> for Member<'a> {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

macro_rules! parsed {
    ($($method:ident $visit:ident $type:literal,)*) => {
        $(fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
            match self.text() {
                Ok(text) => visitor.$visit(self.parse(text, $type)?),
                Err(value) => value.$method(visitor),
            }
        })*
    };
}

impl<'de> Deserializer<'de> for Member<'de> {
    type Error = Error;

    parsed! {
        deserialize_bool visit_bool "a boolean",
        deserialize_i8 visit_i8 "an integer",
        deserialize_i16 visit_i16 "an integer",
        deserialize_i32 visit_i32 "an integer",
        deserialize_i64 visit_i64 "an integer",
        deserialize_u8 visit_u8 "a positive integer",
        deserialize_u16 visit_u16 "a positive integer",
        deserialize_u32 visit_u32 "a positive integer",
        deserialize_u64 visit_u64 "a positive integer",
        deserialize_f32 visit_f32 "a number",
        deserialize_f64 visit_f64 "a number",
    }

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.text() {
            Ok(text) => visitor.visit_borrowed_str(text),
            Err(value) => value.deserialize_any(visitor),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self {
            Self::Json(value) => value.deserialize_option(visitor),
            text => visitor.visit_some(text),
        }
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self {
            Self::Json(value) => value.deserialize_seq(visitor),
            Self::One(text) => visitor.visit_seq(SeqDeserializer::new(std::iter::once(Member::One(text)))),
            Self::Text(values) => visitor.visit_seq(SeqDeserializer::new(values.iter().map(|text| Member::One(text)))),
        }
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        match self.text() {
            Ok(text) => visitor.visit_enum(text.into_deserializer()),
            Err(value) => value.deserialize_enum(name, variants, visitor),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    forward_to_deserialize_any! {
        i128 u128 char str string bytes byte_buf unit unit_struct tuple tuple_struct map struct identifier ignored_any
    }
}

/// Bytes that JSON carries as base64.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Blob(pub Vec<u8>);

impl Serialize for Blob {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&BASE64_STANDARD.encode(&self.0))
    }
}

impl<'de> Deserialize<'de> for Blob {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        BASE64_STANDARD.decode(&text).map(Blob).map_err(|error| D::Error::custom(format!("not base64: {error}")))
    }
}
