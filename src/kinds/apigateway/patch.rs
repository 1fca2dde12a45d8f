//! Lists of changes as API Gateway's `Update*` operations take them (AWS.md §5).

use aws_sdk_apigateway::types::{Op, PatchOperation};

/// Changes to one object, in order.
#[derive(Default)]
pub(super) struct Patch(Vec<PatchOperation>);

impl Patch {
    /// Sets `path` to `value`.
    pub(super) fn replace(&mut self, path: impl Into<String>, value: impl ToString) {
        self.push(Op::Replace, path, Some(value.to_string()));
    }

    /// Takes away the value of `path`, where AWS wants a replacement by nothing.
    pub(super) fn clear(&mut self, path: impl Into<String>) {
        self.push(Op::Replace, path, None);
    }

    /// Adds an entry to the map at `path`'s parent, or `value` to the list at `path`.
    pub(super) fn add(&mut self, path: impl Into<String>, value: Option<String>) {
        self.push(Op::Add, path, value);
    }

    /// Takes away `path`, or `value` from the list at `path`.
    pub(super) fn remove(&mut self, path: impl Into<String>, value: Option<String>) {
        self.push(Op::Remove, path, value);
    }

    /// Sets `path` to `text`, or takes it away when empty.
    pub(super) fn text(&mut self, path: &str, text: &str) {
        if text.is_empty() { self.remove(path, None) } else { self.replace(path, text) }
    }

    fn push(&mut self, op: Op, path: impl Into<String>, value: Option<String>) {
        self.0.push(PatchOperation::builder().op(op).path(path).set_value(value).build());
    }

    /// Whether there is nothing to do.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// For the call.
    pub(super) fn into_operations(self) -> Option<Vec<PatchOperation>> {
        Some(self.0)
    }
}

/// `text` as one part of a path.
pub(super) fn escaped(text: &str) -> String {
    text.replace('~', "~0").replace('/', "~1")
}

/// What `escaped` was made of.
pub(super) fn unescaped(text: &str) -> String {
    text.replace("~1", "/").replace("~0", "~")
}
