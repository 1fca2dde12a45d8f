//! Each manifest in `broken/` with what people see of it beside it. `UPDATE=1` writes that anew.
//!
//! `x.base.yaml` is merged under `x.yaml`.

use aqueduct::manifest::diagnostic::{Diagnostics, Severity};
use aqueduct::manifest::source::Sources;
use aqueduct::manifest::{Inputs, UNKNOWN_ACCOUNT, load, lower};
use aqueduct::resource::Place;
use std::fs;
use std::path::PathBuf;

/// From where the tests run.
const FOLDER: &str = "tests/it/manifest/broken";

fn manifests() -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = fs::read_dir(FOLDER)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "yaml"))
        .filter(|path| !path.to_str().unwrap().ends_with(".base.yaml"))
        .collect();
    found.sort();
    found
}

fn files(manifest: PathBuf) -> Vec<PathBuf> {
    let base = manifest.with_extension("base.yaml");
    if base.exists() { vec![base, manifest] } else { vec![manifest] }
}

/// What `validate` finds: what is wrong with the manifest, or else with what would be made of it.
pub(super) fn validate(manifest: PathBuf) -> (Diagnostics, Sources) {
    let loaded = load(&files(manifest), &Inputs { account: None, region: None, env: &|_| None });
    let place = Place::new("test", "us-east-1", UNKNOWN_ACCOUNT);
    match loaded.manifest.as_ref().map(|manifest| lower(manifest, &loaded.sources, &place)) {
        Some(Err(wrong)) => (wrong, loaded.sources),
        _ => (loaded.diagnostics, loaded.sources),
    }
}

#[test]
fn every_broken_manifest_is_explained() {
    let update = std::env::var_os("UPDATE").is_some();
    let mut wrong = vec![];
    for manifest in manifests() {
        let transcript = manifest.with_extension("txt");
        let (diagnostics, sources) = validate(manifest);
        let seen = diagnostics.render(&sources, false);
        if update {
            fs::write(&transcript, &seen).unwrap();
        } else if fs::read_to_string(&transcript).unwrap_or_default() != seen {
            wrong.push(format!("{} should be:\n{seen}", transcript.display()));
        }
    }
    assert!(wrong.is_empty(), "{}\nUPDATE=1 accepts this", wrong.join("\n"));
}

#[test]
fn every_error_has_a_line_a_column_and_advice() {
    let manifests = manifests();
    assert!(manifests.len() >= 40, "{}", manifests.len());
    for manifest in manifests {
        let name = manifest.display().to_string();
        let (diagnostics, sources) = validate(manifest);
        assert!(diagnostics.has_errors(), "{name}: no error");
        for (diagnostic, place) in diagnostics.placed(&sources) {
            let place = place.unwrap_or_else(|| panic!("{name}: no place for {}", diagnostic.message));
            assert!(place.line > 0 && place.column > 0, "{name}");
            assert!(!diagnostic.help.is_empty(), "{name}: no advice for {}", diagnostic.message);
        }
    }
}

#[test]
fn warnings_alone_let_a_manifest_pass() {
    let text = "aqueduct: 1\nstack: pinterest\nregion: us-east-1\nkafka: {}\nclient: {}\napi: {exposure: public, auth: none}\n";
    let loaded =
        aqueduct::manifest::load_texts(super::sources(text), &Inputs { account: None, region: None, env: &|_| None });
    assert_eq!(loaded.diagnostics.count(Severity::Warning), 2);
    assert!(loaded.manifest.is_some());
}
