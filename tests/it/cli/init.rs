//! The manifest that `init` writes.

use aqueduct::manifest::source::{Source, Sources};
use aqueduct::manifest::{Inputs, load_texts, root};
use std::collections::BTreeSet;

const TEMPLATE: &str = include_str!("../../../src/cli/init.yaml");

/// The template with everything that is commented out made part of it. Prose follows `# `, so it stays.
fn uncommented() -> String {
    let (head, body) = TEMPLATE.split_at(TEMPLATE.find("\naqueduct: 1\n").unwrap());
    let line = |line: &str| {
        let rest = line.strip_prefix('#').filter(|rest| rest.starts_with("  ") || !rest.starts_with(' '));
        format!("{}\n", rest.unwrap_or(line))
    };
    format!("{head}{}", body.lines().map(line).collect::<String>())
}

/// What is wrong with `text` as a manifest beside those that come along.
fn wrong(text: &str) -> String {
    let sources = Sources::new(vec![Source { path: "manifests/init.yaml".into(), text: text.into() }]);
    let loaded = load_texts(sources, &Inputs { account: None, region: None, env: &|_| None });
    loaded.diagnostics.render(&loaded.sources, false)
}

#[test]
fn it_is_valid_as_it_is() {
    assert_eq!(wrong(TEMPLATE), "");
}

#[test]
fn it_is_valid_with_everything_uncommented() {
    let wrong = wrong(&uncommented());
    assert!(
        wrong.starts_with("warning: `plugins/confluentinc-kafka-connect-s3.zip` has no `.jar` file in it"),
        "{wrong}"
    );
    assert_eq!(wrong.matches(" --> ").count(), 1, "{wrong}");
}

#[test]
fn it_shows_every_section() {
    let text = uncommented();
    let shown = text.lines().filter_map(|line| line.split_once(':')).map(|(key, _)| key);
    let shown: BTreeSet<&str> = shown.filter(|key| !key.contains([' ', '#'])).collect();
    assert_eq!(shown, root::fields().map(|field| field.name).collect());
}

#[test]
fn it_fits_a_screen_or_two() {
    assert!(TEMPLATE.lines().count() <= 100);
    assert!(TEMPLATE.lines().all(|line| line.chars().count() <= 100));
}
