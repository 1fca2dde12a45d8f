//! `overrides`: any field of any resource, by address.

use super::decode::{Decode, Decoder, Map};
use super::diagnostic::{Diagnostic, did_you_mean};
use super::layout::Shape;
use super::source::Span;
use super::yaml::{Node, Value};

/// Fields by address, such as `kafka/cluster/main`. They are merged into what the sections make, map
/// by map; lists are replaced, and `null` restores the kind's default.
pub type Overrides = Map<Override>;

/// Fields of one resource.
#[derive(Clone, Debug)]
pub struct Override {
    /// As values.
    pub fields: serde_json::Value,
    /// As they were written.
    node: Node,
}

impl Override {
    /// Says where one of these fields does not fit the resource at `address`, of which its kind says `error`.
    pub fn refused(&self, address: &str, error: &str) -> Diagnostic {
        let whole = || Diagnostic::error(self.node.span, format!("{address}: {error}"));
        let Some((unknown, known)) = error.split_once("unknown field `").and_then(|(_, rest)| rest.split_once('`'))
        else {
            let wrong = match self.culprit(error) {
                Some(span) => Diagnostic::error(span, format!("{address}: {error}")),
                None => whole(),
            };
            return wrong.help("write a value of the kind that is expected");
        };
        let known: Vec<&str> = known.split('`').skip(1).step_by(2).collect();
        let guess = did_you_mean(unknown, known.iter().copied());
        let help = guess.unwrap_or_else(|| format!("there are {}", super::diagnostic::listed(known)));
        match find(&self.node, &|key, _| key == unknown) {
            Some((key, _)) => Diagnostic::error(key, format!("{address} has no field `{unknown}`")).help(help),
            None => whole().help(help),
        }
    }

    /// Where the value stands that `error` quotes: `invalid type: string "long", expected i32`, or
    /// "unknown variant `x`".
    fn culprit(&self, error: &str) -> Option<Span> {
        let (_, found) = error.split_once("invalid ").or_else(|| error.split_once("unknown variant "))?;
        let quoted = found.split_once(['"', '`'])?.1.split(['"', '`']).next()?;
        find(&self.node, &|_, text| text == Some(quoted)).map(|(_, value)| value)
    }
}

/// The first key and value that `fits` by key and text.
fn find(node: &Node, fits: &dyn Fn(&str, Option<&str>) -> bool) -> Option<(Span, Span)> {
    match &node.value {
        Value::Map(entries) => entries.iter().find_map(|entry| {
            let here = fits(&entry.key, entry.value.text()).then_some((entry.span, entry.value.span));
            here.or_else(|| find(&entry.value, fits))
        }),
        Value::List(items) => items.iter().find_map(|item| find(item, fits)),
        Value::Empty | Value::Null | Value::Scalar(_) => None,
    }
}

impl Decode for Override {
    fn shape() -> Shape {
        Shape::Map(serde_json::Value::shape)
    }

    fn decode(node: &Node, cx: &mut Decoder<'_>) -> Option<Self> {
        match &node.value {
            Value::Map(_) => Some(Self { fields: serde_json::Value::decode(node, cx)?, node: node.clone() }),
            _ => cx.mismatch(node, "a map of fields"),
        }
    }
}
