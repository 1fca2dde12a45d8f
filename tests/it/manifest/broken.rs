//! Each manifest in `broken/` with what people see of it beside it. `UPDATE=1` writes that anew.
//!
//! `x.base.yaml` is merged under `x.yaml`.

use aqueduct::manifest::diagnostic::Severity;
use aqueduct::manifest::{Inputs, load};
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

#[test]
fn every_broken_manifest_is_explained() {
    let update = std::env::var_os("UPDATE").is_some();
    let mut wrong = vec![];
    for manifest in manifests() {
        let transcript = manifest.with_extension("txt");
        let loaded = load(&files(manifest), &Inputs { account: None, region: None, env: &|_| None });
        let seen = loaded.diagnostics.render(&loaded.sources, false);
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
        let loaded = load(&files(manifest), &Inputs { account: None, region: None, env: &|_| None });
        assert!(loaded.diagnostics.has_errors() && loaded.manifest.is_none(), "{name}: no error");
        for (diagnostic, place) in loaded.diagnostics.placed(&loaded.sources) {
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
