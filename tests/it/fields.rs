//! What the fields of all kinds are: the table that judges outside compare with what others say of them.

use crate::conformance::Example;
use aqueduct::kinds;
use aqueduct::manifest::layout::{Constraint, Field, Shape};
use aqueduct::manifest::root;
use aqueduct::resource::tree::Tree;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

/// How a field behaves: `fixed`, `initial`, or `changed` in place.
fn flatten(tree: &Tree, path: &str, mode: &'static str, table: &mut BTreeMap<String, BTreeSet<&'static str>>) {
    match tree {
        Tree::Fixed(inner) => flatten(inner, path, "fixed", table),
        Tree::Initial(inner) => flatten(inner, path, "initial", table),
        Tree::Auto(inner) => flatten(inner, path, mode, table),
        Tree::Map(fields) if !fields.is_empty() => {
            for (name, field) in fields {
                let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                flatten(field, &path, mode, table);
            }
        }
        _ => {
            table.entry(path.to_owned()).or_default().insert(mode);
        }
    }
}

fn table() -> BTreeMap<&'static str, BTreeMap<String, BTreeSet<&'static str>>> {
    let mut kinds = BTreeMap::new();
    for example in Example::all() {
        let kind = kinds::named(example.kind()).unwrap();
        let tree = kind.tree(&kind.parse(&example.resource).unwrap()).unwrap();
        flatten(&tree, "", "changed", kinds.entry(kind.name()).or_default());
    }
    kinds
}

#[test]
fn a_field_is_either_fixed_or_changed() {
    let table = table();
    assert_eq!(table.keys().copied().collect::<BTreeSet<_>>(), kinds::names().collect());
    for (kind, fields) in &table {
        for (field, modes) in fields {
            assert_eq!(modes.len(), 1, "{kind}: {field} is {modes:?}");
        }
    }
    record("kinds.json", &json!(table));
}

/// Every place in a manifest where a value may stand, below `path`: `{key}` and `{value}` in maps, `[]` in lists; with the
/// words or numbers that are all that may stand there.
fn places(path: &str, found: Shape, out: &mut BTreeMap<String, Vec<Value>>) {
    let words = match found {
        Shape::Section(layout) => {
            for field in layout.fields {
                let path = format!("{path}/{}", field.name);
                places(&path, (field.shape)(), out);
                numbers(&path, field, out);
            }
            return;
        }
        Shape::Choice(words) => words.iter().map(|(word, _)| json!(word)).collect(),
        _ => vec![],
    };
    out.entry(path.to_owned()).or_default().extend(words);
    match found {
        Shape::List(of) => places(&format!("{path}/[]"), of(), out),
        Shape::Map(of) => {
            out.insert(format!("{path}/{{key}}"), vec![]);
            places(&format!("{path}/{{value}}"), of(), out);
        }
        Shape::Either(each) => each.iter().for_each(|one| places(path, one(), out)),
        _ => {}
    }
}

fn numbers(path: &str, field: &Field, out: &mut BTreeMap<String, Vec<Value>>) {
    if let Some(Constraint::Among(numbers)) = field.constraint {
        out.entry(path.to_owned()).or_default().extend(numbers.iter().map(|number| json!(number)));
    }
}

#[test]
fn places_in_a_manifest_are_told_apart() {
    let mut found = BTreeMap::new();
    root::fields().for_each(|field| places(field.name, (field.shape)(), &mut found));
    for one in
        ["tags/{key}", "kafka/topics/{value}/partitions", "network/zones", "network/zones/[]", "api/cors/origins/[]"]
    {
        assert_eq!(found.get(one), Some(&vec![]), "{one}: {found:#?}");
    }
    assert_eq!(found["buckets/{value}/encryption"], ["aes256", "kms"]);
    assert_eq!(found["sinks/{value}/workers/mcu"], [1, 2, 4, 8]);
    record("manifest.json", &json!(found));
}

/// Leaves `value` for judges outside.
fn record(file: &str, value: &Value) {
    if let Some(folder) = std::env::var_os("AQUEDUCT_RECORD").map(PathBuf::from) {
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join(file), format!("{value:#}\n")).unwrap();
    }
}
