//! Reading XML.

use quick_xml::Reader;
use quick_xml::escape::unescape;
use quick_xml::events::Event;

/// Deeper documents are refused rather than followed.
const DEEPEST: usize = 32;

/// An element with what is in it. Namespace prefixes and attributes are dropped.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Element {
    /// The local name.
    pub name: String,
    /// The text directly inside.
    pub text: String,
    /// The elements directly inside, in order.
    pub children: Vec<Element>,
}

impl Element {
    /// The root element of a document.
    ///
    /// # Errors
    /// What is not XML about it.
    pub fn parse(document: &[u8]) -> Result<Self, String> {
        let text = std::str::from_utf8(document).map_err(|error| error.to_string())?;
        let mut reader = Reader::from_str(text);
        let mut open = vec![Element::default()];
        loop {
            match reader.read_event().map_err(|error| error.to_string())? {
                Event::Start(start) => {
                    if open.len() > DEEPEST {
                        return Err(format!("elements are nested more than {DEEPEST} deep"));
                    }
                    open.push(named(start.local_name().as_ref()));
                }
                Event::Empty(start) => add(&mut open, named(start.local_name().as_ref()))?,
                Event::End(_) => {
                    let done = open.pop().ok_or("an element ends that never began")?;
                    add(&mut open, done)?;
                }
                Event::Text(text) => push(&mut open, &text),
                Event::GeneralRef(reference) => {
                    let escaped = format!("&{};", &*reference);
                    push(&mut open, &unescape(&escaped).map_err(|error| error.to_string())?);
                }
                Event::CData(data) => push(&mut open, &data),
                Event::Eof => break,
                Event::Comment(_) | Event::Decl(_) | Event::PI(_) => {}
                Event::DocType(_) => return Err("document types are not allowed".to_owned()),
            }
        }
        let [outside] = open.as_mut_slice() else {
            return Err("the document ends inside an element".to_owned());
        };
        match outside.children.len() {
            1 => outside.children.pop().ok_or_else(|| "the document has no element".to_owned()),
            0 => Err("the document has no element".to_owned()),
            _ => Err("the document has more than one root element".to_owned()),
        }
    }

    /// The first element called `name` directly inside.
    pub fn child(&self, name: &str) -> Option<&Element> {
        self.children.iter().find(|child| child.name == name)
    }

    /// The text of the first element called `name` directly inside.
    pub fn child_text(&self, name: &str) -> Option<&str> {
        self.child(name).map(|child| child.text.as_str())
    }

    /// Every element called `name` directly inside.
    pub fn children<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Element> {
        self.children.iter().filter(move |child| child.name == name)
    }

    /// The first element directly inside whose name is not in `names`: what a strict reader refuses.
    pub fn stranger(&self, names: &[&str]) -> Option<&str> {
        self.children.iter().map(|child| child.name.as_str()).find(|name| !names.contains(name))
    }
}

fn named(name: &str) -> Element {
    Element { name: name.to_owned(), ..Element::default() }
}

fn add(open: &mut [Element], mut done: Element) -> Result<(), String> {
    if !done.children.is_empty() {
        done.text.clear();
    }
    open.last_mut().ok_or("an element ends that never began")?.children.push(done);
    Ok(())
}

fn push(open: &mut [Element], text: &str) {
    if let Some(element) = open.last_mut() {
        element.text.push_str(text);
    }
}
