use super::sources;
use aqueduct::manifest::layout::{Field, Layout, Shape};
use aqueduct::manifest::{Inputs, Loaded, Manifest, load_texts, root};

fn load(text: &str) -> Loaded {
    load_texts(sources(text), &Inputs { account: None, region: None, env: &|_| None })
}

fn manifest(sections: &str) -> Manifest {
    let text = format!("aqueduct: 1\nstack: pinterest\nregion: us-east-1\n{sections}");
    let loaded = load(&text);
    let shown = loaded.diagnostics.render(&loaded.sources, false);
    loaded.manifest.unwrap_or_else(|| panic!("{shown}"))
}

fn errors(text: &str) -> Vec<String> {
    let loaded = load(text);
    let placed = loaded.diagnostics.placed(&loaded.sources);
    placed
        .map(|(one, place)| {
            let place = place.unwrap();
            format!("{}:{} {}", place.line, place.column, one.message)
        })
        .collect()
}

#[test]
fn the_least_manifest_is_three_lines() {
    let least = manifest("");
    assert_eq!(least.header.stack.value, "pinterest");
    assert!(least.streams.is_empty() && least.kafka.is_none());
}

#[test]
fn a_section_without_settings_has_all_defaults() {
    let manifest = manifest("streams:\n  pin:\n  geo: {shards: 2}\n");
    assert_eq!(manifest.streams.names().collect::<Vec<_>>(), ["pin", "geo"]);
    let pin = manifest.streams.get("pin").unwrap();
    assert_eq!((pin.retention_hours, pin.encrypted.value, pin.encrypted.given), (24, true, false));
    assert_eq!(manifest.streams.get("geo").unwrap().shards.unwrap().value, 2);
}

#[test]
fn null_takes_a_section_away() {
    assert!(manifest("streams:\n  pin: null\nclient: ~\n").streams.is_empty());
}

#[test]
fn all_mistakes_are_found_at_once() {
    let text = "aqueduct: 2\nstack: Pin\nregion: us-east-1\nstreams:\n  pin:\n    shard: 2\n    retention_hours: 12\n    encrypted: \
                'yes'\n  geo: [1]\nbukets: {}\n";
    assert_eq!(
        errors(text),
        [
            "1:11 2 is out of range",
            "2:8 `Pin` is not a stack name: it contains `P`",
            "6:5 unknown key `shard`",
            "7:22 12 is out of range",
            "8:16 expected true or false, found the text `yes`",
            "9:8 expected a map with `shards`, `retention_hours`, `encrypted`, `kms_key`, `max_record_kib`, \
             `shard_metrics` and `tags`, found a list",
            "10:1 unknown key `bukets`",
        ]
    );
}

#[test]
fn what_is_missing_is_said_where_it_should_stand() {
    assert_eq!(
        errors("stack: pinterest\nairflow: {version: 2.10.3}\n"),
        ["1:1 `aqueduct` is missing here", "1:1 `region` is missing here", "2:1 `dags` is missing here"]
    );
}

/// Calls `visit` for every field of every part of a manifest.
fn every_field(visit: &mut dyn FnMut(&str, &'static Field)) {
    fn layout(path: &str, layout: &'static Layout, visit: &mut dyn FnMut(&str, &'static Field)) {
        for field in layout.fields {
            let path = format!("{path}.{}", field.name);
            visit(&path, field);
            shape(&path, (field.shape)(), visit);
        }
    }
    fn shape(path: &str, found: Shape, visit: &mut dyn FnMut(&str, &'static Field)) {
        match found {
            Shape::Section(found) => layout(path, found, visit),
            Shape::List(of) | Shape::Map(of) => shape(path, of(), visit),
            Shape::Either(each) => each.iter().for_each(|one| shape(path, one(), visit)),
            _ => {}
        }
    }
    for field in root::fields() {
        visit(field.name, field);
        shape(field.name, (field.shape)(), visit);
    }
}

#[test]
fn every_field_is_described_and_its_default_is_valid() {
    let mut count = 0;
    every_field(&mut |path, field| {
        count += 1;
        assert!(field.doc.trim().ends_with('.'), "{path}: {}", field.doc);
        if let Some(constraint) = &field.constraint {
            assert!(!constraint.describe().is_empty(), "{path}");
        }
    });
    assert!(count > 100, "{count}");
    // Every section with nothing but what is required: all defaults are read, and hold.
    manifest(
        "network: {existing: {vpc: vpc-01234567, private_subnets: [subnet-01234567, subnet-12345678], public_subnets: \
         [subnet-23456789], cidr: 10.0.0.0/16}}\nbuckets: {data: {lifecycle: [{expire_days: 1}]}}\nkafka: {topics: {a: {}}, \
         storage: {}}\nclient: {}\napi: {cors: {}, auth: api_key, quota: {limit: 1}, throttle: {}}\nstreams: {a: {}}\n",
    );
}
