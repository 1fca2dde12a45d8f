//! Several files to one tree: later files win key by key.

use super::diagnostic::{Diagnostic, Diagnostics};
use super::yaml::{Entry, Node, Value};
use std::collections::HashMap;

/// `upper` over `base`: maps are merged key by key, anything else of `upper` replaces what `base` has.
/// Keys keep the order of `base`, new ones follow. Every value keeps the span it was written at.
pub fn merge(base: Node, upper: Node) -> Node {
    match (base.value, upper.value) {
        (Value::Map(mut entries), Value::Map(over)) => {
            let mut index: HashMap<String, usize> =
                entries.iter().enumerate().map(|(index, entry)| (entry.key.clone(), index)).collect();
            for entry in over {
                match index.get(&entry.key).copied() {
                    Some(index) => {
                        let below = std::mem::replace(&mut entries[index], entry);
                        let above = &mut entries[index];
                        let placeholder = Node { value: Value::Empty, ..above.value };
                        above.value = merge(below.value, std::mem::replace(&mut above.value, placeholder));
                    }
                    None => {
                        index.insert(entry.key.clone(), entries.len());
                        entries.push(entry);
                    }
                }
            }
            Node { span: upper.span, owner: upper.owner, value: Value::Map(entries) }
        }
        // A section that a later file only names keeps what earlier files say about it.
        (below @ Value::Map(_), Value::Empty) => Node { span: upper.span, owner: upper.owner, value: below },
        (_, value) => Node { span: upper.span, owner: upper.owner, value },
    }
}

/// Removes every key that stands a second time in its map, with an error for each.
pub fn reject_repeats(node: &mut Node, found: &mut Diagnostics) {
    match &mut node.value {
        Value::List(items) => items.iter_mut().for_each(|item| reject_repeats(item, found)),
        Value::Map(entries) => {
            let mut first = HashMap::new();
            entries.retain_mut(|entry: &mut Entry| {
                if let Some(earlier) = first.get(&entry.key) {
                    found.push(
                        Diagnostic::error(entry.span, format!("`{}` is given twice", entry.key))
                            .label("again here")
                            .other(*earlier, "first here")
                            .help("keep one of the two"),
                    );
                    return false;
                }
                first.insert(entry.key.clone(), entry.span);
                reject_repeats(&mut entry.value, found);
                true
            });
        }
        Value::Empty | Value::Null | Value::Scalar(_) => {}
    }
}
