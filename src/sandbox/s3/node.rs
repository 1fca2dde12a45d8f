//! XML that is kept and given back.

use crate::wire::{Element, Xml};
use serde::{Deserialize, Serialize};

/// An element as it can be stored.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Node {
    pub(super) name: String,
    pub(super) text: String,
    pub(super) children: Vec<Node>,
}

impl Node {
    pub(super) fn text(name: &str, text: impl Into<String>) -> Self {
        Self { name: name.to_owned(), text: text.into(), children: Vec::new() }
    }

    pub(super) fn of(name: &str, children: Vec<Self>) -> Self {
        Self { name: name.to_owned(), text: String::new(), children }
    }

    /// The first element called `name` directly inside.
    pub(super) fn child(&self, name: &str) -> Option<&Self> {
        self.children.iter().find(|child| child.name == name)
    }

    /// What is inside, as it is written.
    pub(super) fn inner(&self) -> Xml {
        self.children.iter().fold(Xml::new(), |xml, child| {
            if child.children.is_empty() {
                xml.text(&child.name, &child.text)
            } else {
                xml.element(&child.name, child.inner())
            }
        })
    }
}

impl From<&Element> for Node {
    fn from(element: &Element) -> Self {
        let text = if element.children.is_empty() { element.text.trim().to_owned() } else { String::new() };
        Self { name: element.name.clone(), text, children: element.children.iter().map(Self::from).collect() }
    }
}
