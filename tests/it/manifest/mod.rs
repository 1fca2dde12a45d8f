//! From YAML text to sections.

mod broken;
mod decode;
mod hostile;
mod interpolate;
mod kafka;
mod lowering;
mod merge;
mod regex;
mod roles;
mod shipped;
mod yaml;

use aqueduct::manifest::diagnostic::{Diagnostic, Diagnostics};
use aqueduct::manifest::source::{Source, Sources};
use aqueduct::manifest::yaml::{Node, Value, parse};

/// The sources of one file `m.yaml`.
fn sources(text: &str) -> Sources {
    Sources::new(vec![Source { path: "m.yaml".into(), text: text.into() }])
}

/// The tree of a text that is YAML.
fn tree(text: &str) -> Node {
    parse(0, text).unwrap()
}

/// What people see of `found`.
fn rendered(found: impl IntoIterator<Item = Diagnostic>, text: &str) -> String {
    let mut all = Diagnostics::default();
    all.extend(found);
    all.render(&sources(text), false)
}

/// A tree without its spans, as text that shows structure and quoting.
fn shape(node: &Node) -> String {
    match &node.value {
        Value::Empty => "·".into(),
        Value::Null => "null".into(),
        Value::Scalar(scalar) if scalar.plain => scalar.text.clone(),
        Value::Scalar(scalar) => format!("{:?}", scalar.text),
        Value::List(items) => format!("[{}]", items.iter().map(shape).collect::<Vec<_>>().join(", ")),
        Value::Map(entries) => {
            let entries = entries.iter().map(|entry| format!("{}: {}", entry.key, shape(&entry.value)));
            format!("{{{}}}", entries.collect::<Vec<_>>().join(", "))
        }
    }
}
