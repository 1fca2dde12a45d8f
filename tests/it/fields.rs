//! What the fields of all kinds are: the table that judges outside compare with what others say of them.

use crate::conformance::Example;
use aqueduct::kinds;
use aqueduct::manifest::layout::Shape;
use aqueduct::manifest::root;
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
    record("kinds.json", &json!(table));
}

/// Where values stand in a manifest: `*` for each member of a list or map, `{key}` for a map's keys themselves.
fn places(shape: Shape, path: &str, found: &mut BTreeSet<String>) {
    match shape {
        Shape::Section(layout) => {
            for field in layout.fields {
                places((field.shape)(), &format!("{path}/{}", field.name), found);
            }
        }
        Shape::Map(of) => {
            found.insert(format!("{path}/{{key}}"));
            places(of(), &format!("{path}/*"), found);
        }
        Shape::List(of) => places(of(), &format!("{path}/*"), found),
        Shape::Either(shapes) => shapes.iter().for_each(|shape| places(shape(), path, found)),
        _ => drop(found.insert(path.to_owned())),
    }
}

#[test]
fn every_key_of_a_manifest_leads_to_a_value() {
    let mut found = BTreeSet::new();
    for field in root::fields() {
        let before = found.len();
        places((field.shape)(), field.name, &mut found);
        assert!(found.len() > before, "{} leads to nothing", field.name);
    }
    for place in ["stack", "tags/*", "streams/{key}", "streams/*/shards", "network/existing/private_subnets/*"] {
        assert!(found.contains(place), "{place} is none of {found:#?}");
    }
    record("manifest.json", &json!(found));
}

/// Leaves `value` for judges outside.
fn record(file: &str, value: &serde_json::Value) {
    if let Some(folder) = std::env::var_os("AQUEDUCT_RECORD").map(PathBuf::from) {
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join(file), format!("{value:#}\n")).unwrap();
    }
}
