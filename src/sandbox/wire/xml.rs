//! Writing XML.

use std::fmt::{Display, Write as _};

/// XML elements one after another, built from front to back.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Xml(String);

impl Xml {
    /// Nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// `<name>value</name>`, with `value` escaped.
    #[must_use]
    pub fn text(mut self, name: &str, value: impl Display) -> Self {
        self.open(name);
        // Writing to a string cannot fail.
        let _ = write!(Escape(&mut self.0), "{value}");
        self.close(name);
        self
    }

    /// [`Xml::text`] when there is a value, nothing otherwise.
    #[must_use]
    pub fn optional(self, name: &str, value: Option<impl Display>) -> Self {
        match value {
            Some(value) => self.text(name, value),
            None => self,
        }
    }

    /// `<name>` around `inner`.
    #[must_use]
    pub fn element(mut self, name: &str, inner: Xml) -> Self {
        self.open(name);
        self.0.push_str(&inner.0);
        self.close(name);
        self
    }

    /// `<name>` around an `<item>` for each of `items`.
    #[must_use]
    pub fn list(mut self, name: &str, item: &str, items: impl IntoIterator<Item = Xml>) -> Self {
        self.open(name);
        self = self.each(item, items);
        self.close(name);
        self
    }

    /// `<name>` around an `<item>` with the text of each of `items`.
    #[must_use]
    pub fn texts(mut self, name: &str, item: &str, items: impl IntoIterator<Item = impl Display>) -> Self {
        self.open(name);
        for value in items {
            self = self.text(item, value);
        }
        self.close(name);
        self
    }

    /// An `<item>` for each of `items`, with nothing around them.
    #[must_use]
    pub fn each(mut self, item: &str, items: impl IntoIterator<Item = Xml>) -> Self {
        for inner in items {
            self = self.element(item, inner);
        }
        self
    }

    /// `inner` after what is there.
    #[must_use]
    pub fn append(mut self, inner: Xml) -> Self {
        self.0.push_str(&inner.0);
        self
    }

    /// A whole document with this root element and default namespace.
    pub(super) fn document(root: &str, namespace: &str, inner: &Xml) -> String {
        format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<{root} xmlns=\"{namespace}\">{}</{root}>", inner.0)
    }

    /// A whole document with this root element and no namespace.
    pub(super) fn bare_document(root: &str, inner: &Xml) -> String {
        format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<{root}>{}</{root}>", inner.0)
    }

    fn open(&mut self, name: &str) {
        self.0.push('<');
        self.0.push_str(name);
        self.0.push('>');
    }

    fn close(&mut self, name: &str) {
        self.0.push_str("</");
        self.0.push_str(name);
        self.0.push('>');
    }
}

impl Display for Xml {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

struct Escape<'a>(&'a mut String);

impl std::fmt::Write for Escape<'_> {
    fn write_str(&mut self, text: &str) -> std::fmt::Result {
        for character in text.chars() {
            match character {
                '<' => self.0.push_str("&lt;"),
                '>' => self.0.push_str("&gt;"),
                '&' => self.0.push_str("&amp;"),
                '"' => self.0.push_str("&quot;"),
                // A parser would read these as a line feed or refuse them when they stand for themselves.
                '\r' => self.0.push_str("&#xD;"),
                character => self.0.push(character),
            }
        }
        Ok(())
    }
}
