//! What the fields of all kinds are: the table that judges outside compare with what others say of them.

use crate::conformance::Example;
use aqueduct::kinds;
use aqueduct::resource::tree::Tree;
use serde_json::json;
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
    if let Some(folder) = std::env::var_os("AQUEDUCT_RECORD").map(PathBuf::from) {
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join("kinds.json"), format!("{:#}\n", json!(table))).unwrap();
    }
}
