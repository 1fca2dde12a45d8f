//! The manifests that come with Aqueduct, and what holds for any.

use super::sources;
use aqueduct::manifest::layout::{Layout, Shape};
use aqueduct::manifest::{Inputs, Loaded, UNKNOWN_ACCOUNT, load, load_texts, lower, root};
use aqueduct::resource::Place;
use proptest::prelude::*;
use std::fmt::Write;
use std::path::PathBuf;

const NOTHING: Inputs<'static> = Inputs { account: None, region: None, env: &|_| None };

fn shipped(name: &str) -> Loaded {
    load(&[PathBuf::from("manifests").join(name)], &NOTHING)
}

#[test]
fn every_manifest_that_comes_along_is_valid() {
    for name in ["pinterest.yaml", "minimal.yaml", "kafka-express.yaml", "existing-network.yaml"] {
        let loaded = shipped(name);
        let said: Vec<String> =
            loaded.diagnostics.placed(&loaded.sources).map(|(one, _)| one.message.clone()).collect();
        let placeholder = said.iter().all(|message| message.contains(".zip` has no `.jar` file in it"));
        assert!(placeholder && said.len() == usize::from(name == "pinterest.yaml"), "{name}: {said:?}");
        assert!(loaded.manifest.is_some(), "{name}");
    }
}

fn graph(loaded: &Loaded) -> Vec<String> {
    let manifest = loaded.manifest.as_ref().unwrap();
    let region = manifest.header.region.value.clone();
    let place = Place::new("test", region, UNKNOWN_ACCOUNT);
    let graph = lower(manifest, &loaded.sources, &place)
        .unwrap_or_else(|wrong| panic!("{}", wrong.render(&loaded.sources, false)));
    graph.resources().keys().map(ToString::to_string).collect()
}

#[test]
fn every_manifest_that_comes_along_makes_what_it_says() {
    let has = |addresses: &[String], wanted: &[&str]| {
        for address in wanted {
            assert!(addresses.iter().any(|found| found == address), "no {address} in {addresses:#?}");
        }
    };
    let pipeline = graph(&shipped("pinterest.yaml"));
    has(
        &pipeline,
        &[
            "ec2/vpc/main",
            "ec2/subnet/private-a",
            "ec2/security-group/client",
            "s3/bucket/data",
            "kafka/cluster/main",
            "kafka/topic/pinterest.pin",
            "kafkaconnect/connector/data",
            "iam/role/client",
            "ec2/instance/client",
            "apigateway/rest-api/main",
            "apigateway/vpc-link/client",
            "kinesis/stream/streaming_df_user",
            "mwaa/environment/airflow",
            "s3/object/dags/pinterest_dag.py",
        ],
    );
    assert_eq!(graph(&shipped("minimal.yaml")).len(), 3);
    has(&graph(&shipped("kafka-express.yaml")), &["kafka/channel/lake-events.orders", "iam/role/sink-lake"]);
    let existing = graph(&shipped("existing-network.yaml"));
    has(&existing, &["ec2/security-group/kafka", "ec2/vpc-endpoint/s3"]);
    assert!(!existing.iter().any(|address| address.starts_with("ec2/vpc/") || address.starts_with("ec2/subnet/")));
}

#[test]
fn the_whole_pipeline_is_a_page() {
    let text = std::fs::read_to_string("manifests/pinterest.yaml").unwrap();
    assert!(text.lines().count() <= 70, "{}", text.lines().count());
    assert!(text.lines().all(|line| line.chars().count() <= 110));
}

#[test]
fn the_region_of_the_command_line_wins() {
    let inputs = Inputs { region: Some("eu-west-1"), ..NOTHING };
    let loaded = load_texts(sources("aqueduct: 1\nstack: pinterest\n"), &inputs);
    assert_eq!(loaded.manifest.unwrap().header.region.value, "eu-west-1");
}

#[test]
fn the_account_that_was_asked_for_is_inserted() {
    let text = "aqueduct: 1\nstack: pinterest\nregion: us-east-1\nbuckets: {data: {name: 'user-${account}'}}\n";
    let name = |inputs: &Inputs<'_>| {
        let manifest = load_texts(sources(text), inputs).manifest.unwrap();
        manifest.buckets.get("data").unwrap().name.clone().unwrap().value
    };
    assert_eq!(name(&NOTHING), "user-000000000000");
    assert_eq!(name(&Inputs { account: Some("123456789012"), ..NOTHING }), "user-123456789012");
}

#[test]
fn a_file_that_is_not_there_is_named() {
    let loaded = load(&["manifests/nothing.yaml".into()], &NOTHING);
    let shown = loaded.diagnostics.render(&loaded.sources, false);
    assert!(shown.contains("cannot read manifests/nothing.yaml") && shown.contains("aqueduct init"), "{shown}");
}

/// Everything in `layout` that has a default, written out.
fn defaults(layout: &Layout, indent: usize, out: &mut String) {
    for field in layout.fields {
        let Some(default) = field.default else { continue };
        let spaces = " ".repeat(indent);
        match ((field.shape)(), default) {
            (Shape::Section(inner), "{}") => {
                writeln!(out, "{spaces}{}:", field.name).unwrap();
                defaults(inner, indent + 2, out);
            }
            (Shape::List(_), "[*]") => writeln!(out, "{spaces}{}: ['*']", field.name).unwrap(),
            _ => writeln!(out, "{spaces}{}: {default}", field.name).unwrap(),
        }
    }
}

/// What a manifest says, without where.
fn said(loaded: &Loaded) -> String {
    let shown = loaded.diagnostics.render(&loaded.sources, false);
    let debug = format!("{:?}", loaded.manifest.as_ref().unwrap_or_else(|| panic!("{shown}")));
    let mut out = String::new();
    let mut rest = debug.as_str();
    while let Some(at) = rest.find("span: Span {") {
        out.push_str(&rest[..at]);
        rest = &rest[at..][rest[at..].find('}').unwrap() + 1..];
    }
    (out + rest).replace("given: true", "given").replace("given: false", "given")
}

#[test]
fn a_default_written_out_changes_nothing() {
    let head = "aqueduct: 1\nstack: pinterest\nregion: us-east-1\n";
    let mut long = head.to_owned();
    let section = |name: &str| {
        let field = root::fields().find(|field| field.name == name).unwrap();
        match (field.shape)() {
            Shape::Section(layout) => layout,
            Shape::Map(of) => match of() {
                Shape::Section(layout) => layout,
                other => panic!("{name}: {other:?}"),
            },
            other => panic!("{name}: {other:?}"),
        }
    };
    for name in ["network", "kafka", "client", "api"] {
        writeln!(long, "{name}:").unwrap();
        defaults(section(name), 2, &mut long);
    }
    for (name, key) in [("buckets", "data"), ("streams", "pin")] {
        writeln!(long, "{name}:\n  {key}:").unwrap();
        defaults(section(name), 4, &mut long);
    }
    let short = format!(
        "{head}network: {{}}\nkafka: {{}}\nclient: {{}}\napi: {{}}\nbuckets: {{data: {{}}}}\nstreams: {{pin: {{}}}}\n"
    );
    let (short, long) = (load_texts(sources(&short), &NOTHING), load_texts(sources(&long), &NOTHING));
    assert_eq!(said(&short), said(&long));
}

/// Lines that look like a manifest's.
fn plausible() -> impl Strategy<Value = String> {
    let key = prop::sample::select(vec![
        "aqueduct",
        "stack",
        "region",
        "account",
        "tags",
        "network",
        "cidr",
        "zones",
        "existing",
        "buckets",
        "kafka",
        "mode",
        "version",
        "brokers",
        "topics",
        "sinks",
        "via",
        "client",
        "api",
        "routes",
        "streams",
        "airflow",
        "dags",
        "overrides",
        "lifecycle",
        "x",
    ]);
    let value = prop::sample::select(vec![
        "",
        "1",
        "-1",
        "99999999999999999999",
        "true",
        "x",
        "[a, b]",
        "[]",
        "{}",
        "{a: {}}",
        "{a: {via: connect, bucket: b}}",
        "10.0.0.0/16",
        "10.0.0.0/28",
        "${stack}",
        "${env:X}",
        "express",
        "serverless",
        "null",
        "'\"'",
        "3.8.x",
        "us-east-1",
        "{/a: kafka, /{b+}: kinesis}",
    ]);
    prop::collection::vec((0_usize..4, key, value), 0..14).prop_map(|lines| {
        lines.iter().fold(String::new(), |mut out, (indent, key, value)| {
            writeln!(out, "{}{key}: {value}", "  ".repeat(*indent)).unwrap();
            out
        })
    })
}

proptest! {
    #[test]
    fn anything_that_looks_like_a_manifest_is_read_or_explained(text in plausible()) {
        let loaded = load_texts(sources(&text), &NOTHING);
        prop_assert_eq!(loaded.manifest.is_some(), !loaded.diagnostics.has_errors());
        drop(loaded.diagnostics.render(&loaded.sources, true));
    }

    #[test]
    fn any_text_is_refused_without_panic(text in any::<String>()) {
        let loaded = load_texts(sources(&text), &NOTHING);
        prop_assert!(loaded.diagnostics.has_errors());
    }
}
