//! Files to a manifest.

use super::check;
use super::diagnostic::{Diagnostic, Diagnostics};
use super::interpolate::{Variables, expand, interpolate};
use super::merge::{merge, reject_repeats};
use super::root::{Manifest, Parts};
use super::source::{Source, Sources, Span, read_text};
use super::yaml::{Entry, MAX_BYTES, Node, Scalar, Value, parse};
use std::path::PathBuf;

/// What a manifest may refer to besides itself.
#[derive(Clone, Copy)]
pub struct Inputs<'a> {
    /// The account, once it is known; until then `${account}` is the manifest's `account` or, if it
    /// has none, [`UNKNOWN_ACCOUNT`].
    pub account: Option<&'a str>,
    /// The region that goes before the manifest's.
    pub region: Option<&'a str>,
    /// The environment.
    pub env: &'a dyn Fn(&str) -> Option<String>,
}

/// Stands for the account while nobody has asked AWS which it is.
pub const UNKNOWN_ACCOUNT: &str = "000000000000";

/// What became of some files.
#[derive(Debug)]
pub struct Loaded {
    /// The manifest, if there is no error.
    pub manifest: Option<Manifest>,
    /// Errors and warnings.
    pub diagnostics: Diagnostics,
    /// The texts, to show errors in.
    pub sources: Sources,
}

/// Reads `files` and merges them in order; later ones win.
pub fn load(files: &[PathBuf], inputs: &Inputs<'_>) -> Loaded {
    let mut diagnostics = Diagnostics::default();
    let mut sources = vec![];
    for path in files {
        match read_text(path, MAX_BYTES as u64) {
            Ok(text) => sources.push(Source { path: path.clone(), text }),
            Err(error) => {
                let wrong = Diagnostic::general(format!("cannot read {}: {error}", path.display()));
                diagnostics.push(wrong.help("name a manifest with -f, or write one with `aqueduct init`"));
            }
        }
    }
    if diagnostics.has_errors() {
        return Loaded { manifest: None, diagnostics, sources: Sources::new(sources) };
    }
    load_texts(Sources::new(sources), inputs)
}

/// Like [`load`], from texts that are at hand. Relative paths in them still refer to files.
pub fn load_texts(sources: Sources, inputs: &Inputs<'_>) -> Loaded {
    let mut found = Diagnostics::default();
    let mut trees = vec![];
    for (file, source) in sources.iter() {
        match parse(file, &source.text) {
            Ok(tree) => trees.push(tree),
            Err(wrong) => found.push(*wrong),
        }
    }
    // Whatever is missing because a text could not be read is not worth a word.
    if found.has_errors() {
        return Loaded { manifest: None, diagnostics: found, sources };
    }
    let variables = variables(&trees, inputs, &sources);
    let mut failed = vec![];
    for tree in &mut trees {
        failed.extend(interpolate(tree, &variables, &sources, &mut found));
        reject_repeats(tree, &mut found);
    }
    let Some(mut tree) = trees.into_iter().reduce(merge) else {
        found.push(Diagnostic::general("there is no manifest").help("name one with -f"));
        return Loaded { manifest: None, diagnostics: found, sources };
    };
    if let Some(region) = inputs.region {
        set_region(&mut tree, region);
    }
    let mut wrong = Diagnostics::default();
    let parts = Parts::decode(&tree, &mut wrong);
    if let Some(parts) = &parts {
        check::check(parts, &tree, &sources, &mut wrong);
    }
    // What is wrong with a value that could not be filled in has been said.
    wrong.retain(|diagnostic| diagnostic.span.is_none_or(|span| !failed.contains(&span)));
    found.extend(wrong);
    let manifest = if found.has_errors() { None } else { parts.and_then(Parts::whole) };
    Loaded { manifest, diagnostics: found, sources }
}

/// The values of variables: what the last file says that says anything.
fn variables<'a>(trees: &[Node], inputs: &Inputs<'a>, sources: &Sources) -> Variables<'a> {
    let none = Variables { stack: None, account: None, region: None, env: inputs.env };
    let value = |key: &str| {
        let node = &trees.iter().rev().find_map(|tree| tree.get(key))?.value;
        let mut text = node.text()?.to_owned();
        // Errors in it are found again, when the whole tree is filled in.
        let _ = expand(&mut text, node.span, &none, sources);
        (!text.contains("${")).then_some(text)
    };
    let (stack, region, account) = (value("stack"), value("region"), value("account"));
    Variables {
        stack,
        account: inputs.account.map(str::to_owned).or(account).or_else(|| Some(UNKNOWN_ACCOUNT.to_owned())),
        region: inputs.region.map(str::to_owned).or(region),
        env: inputs.env,
    }
}

fn set_region(tree: &mut Node, region: &str) {
    let Value::Map(entries) = &mut tree.value else { return };
    let scalar = Value::Scalar(Scalar { text: region.to_owned(), plain: true });
    match entries.iter_mut().find(|entry| entry.key == "region") {
        Some(entry) => entry.value.value = scalar,
        None => {
            let span = Span { end: tree.span.start, ..tree.span };
            let value = Node { span, owner: span, value: scalar };
            entries.push(Entry { key: "region".to_owned(), span, value });
        }
    }
}
