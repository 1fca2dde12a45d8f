//! IAM policy documents that compare equal when they mean the same.

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};

/// An IAM policy document, canonical on parse, so that `==` is right: `Action`, `Resource` and
/// condition values are sorted lists, an account id as principal is its root ARN, statements are a
/// list (AWS.md §2.1).
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(transparent)]
pub struct Policy(Value);

impl Policy {
    /// The canonical form of `document`.
    pub fn new(document: Value) -> Self {
        Self(canonical(document))
    }

    /// Parses AWS's text; `None` when it is no JSON object.
    pub fn parse(text: &str) -> Option<Self> {
        let document: Value = serde_json::from_str(text).ok()?;
        document.is_object().then(|| Self::new(document))
    }

    /// The document as compact JSON, as calls send it.
    pub fn to_json(&self) -> String {
        self.0.to_string()
    }

    /// The document.
    pub fn document(&self) -> &Value {
        &self.0
    }
}

impl<'de> Deserialize<'de> for Policy {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Value::deserialize(deserializer).map(Self::new)
    }
}

fn canonical(document: Value) -> Value {
    let Value::Object(mut document) = document else { return document };
    if let Some(statements) = document.remove("Statement") {
        let statements = listed(statements).into_iter().map(statement).collect();
        document.insert("Statement".into(), statements);
    }
    document.remove("Id").filter(|id| id != "").map(|id| document.insert("Id".into(), id));
    Value::Object(document)
}

fn statement(statement: Value) -> Value {
    let Value::Object(fields) = statement else { return statement };
    let fields = fields.into_iter().filter(|(key, value)| key != "Sid" || value != "");
    let canonical = fields.map(|(key, value)| {
        let value = match key.as_str() {
            "Action" | "NotAction" | "Resource" | "NotResource" => sorted(value),
            "Principal" | "NotPrincipal" => principal(value),
            "Condition" => each(value, |operator| each(operator, sorted)),
            _ => value,
        };
        (key, value)
    });
    Value::Object(canonical.collect())
}

/// `*` and `{"AWS": "*"}` are the same principal.
fn principal(value: Value) -> Value {
    let value = match value {
        Value::String(any) => Value::Object(Map::from_iter([("AWS".to_string(), any.into())])),
        other => other,
    };
    each(value, |names| match sorted(names) {
        Value::Array(names) => sorted(names.into_iter().map(root).collect()),
        other => other,
    })
}

/// An account is written as its number or as the ARN of its root, whose partition depends on where it is.
fn root(name: Value) -> Value {
    let account = |text: &str| {
        let (_, rest) = text.strip_prefix("arn:")?.split_once(':')?;
        rest.strip_prefix("iam::")?.strip_suffix(":root").map(str::to_owned)
    };
    match name.as_str().and_then(account) {
        Some(id) if id.len() == 12 && id.bytes().all(|byte| byte.is_ascii_digit()) => id.into(),
        _ => name,
    }
}

fn each(value: Value, f: impl Fn(Value) -> Value) -> Value {
    match value {
        Value::Object(fields) => fields.into_iter().map(|(key, value)| (key, f(value))).collect(),
        other => other,
    }
}

fn listed(value: Value) -> Vec<Value> {
    match value {
        Value::Array(items) => items,
        other => vec![other],
    }
}

fn sorted(value: Value) -> Value {
    let text = |item: &Value| item.as_str().map_or_else(|| item.to_string(), str::to_owned);
    let mut items: Vec<Value> = listed(value).into_iter().map(|item| text(&item).into()).collect();
    items.sort_by_key(text);
    items.dedup();
    Value::Array(items)
}
