//! The name of a resource in plans, tags and errors.

use serde::{Serialize, Serializer};
use std::fmt;

/// `<kind>/<name>`, such as `kafka/topic/pinterest.pin`. Unique within a stack.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Address {
    /// The kind, such as `kafka/topic`: always `<service>/<type>`.
    pub kind: &'static str,
    /// The name within the kind; may contain any character AWS allows in a tag value, also `/`.
    pub name: String,
}

impl Address {
    /// The address of the resource of `kind` called `name`.
    pub fn new(kind: &'static str, name: impl Into<String>) -> Self {
        let name = name.into();
        Self { kind, name }
    }

    /// The address that `text` spells, when its kind is one of `kinds`.
    pub fn parse(text: &str, kinds: impl IntoIterator<Item = &'static str>) -> Option<Self> {
        kinds.into_iter().find_map(|kind| {
            let name = text.strip_prefix(kind)?.strip_prefix('/')?;
            (!name.is_empty()).then(|| Self::new(kind, name))
        })
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.kind, self.name)
    }
}

impl Serialize for Address {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
