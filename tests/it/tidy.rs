//! Holds the structure that ARCHITECTURE.md describes.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// What each folder of `src` may use of the others. That `sandbox` stands alone, and `resource`, `aws` and `kinds` know
/// nothing of what is above them, the compiler holds: they are crates of their own.
const MAY_USE: &[(&str, &[&str])] = &[
    ("resource", &["aws"]),
    ("aws", &["resource"]),
    ("kinds", &["aws", "resource"]),
    ("world", &["aws", "kinds", "plan", "resource"]),
    ("plan", &["aws", "kinds", "resource", "world"]),
    ("report", &["apply", "kinds", "plan", "resource", "world"]),
    ("apply", &["aws", "kinds", "plan", "report", "resource", "world"]),
    ("manifest", &["kinds", "resource", "world"]),
    ("cli", &["apply", "aws", "kinds", "manifest", "plan", "report", "resource", "world"]),
];

/// Files over 500 lines, with the reason.
const LONG: &[(&str, &str)] = &[];

struct Source {
    name: String,
    folder: String,
    text: String,
}

fn sources(folder: &str) -> Vec<Source> {
    fn walk(at: &Path, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(at).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, found);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                found.push(path);
            }
        }
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = vec![];
    walk(&root.join(folder), &mut found);
    found.sort();
    let source = |path: PathBuf| {
        let name = path.strip_prefix(root).unwrap().to_str().unwrap().to_owned();
        let folder = name.split('/').nth(1).unwrap().trim_end_matches(".rs").to_owned();
        Source { text: fs::read_to_string(&path).unwrap(), name, folder }
    };
    found.into_iter().map(source).collect()
}

fn code(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.lines().enumerate().filter(|(_, line)| !line.trim_start().starts_with("//")).map(|(at, line)| (at + 1, line))
}

fn offences(folder: &str, offends: impl Fn(&Source, &str) -> bool) -> Vec<String> {
    let mut found = vec![];
    for source in sources(folder) {
        let lines = code(&source.text).filter(|(_, line)| offends(&source, line));
        found.extend(lines.map(|(at, line)| format!("{}:{at}: {}", source.name, line.trim())));
    }
    found
}

fn none(found: &[String], rule: &str) {
    assert!(found.is_empty(), "{rule}:\n{}", found.join("\n"));
}

#[test]
fn folders_use_only_those_below_them() {
    let may_use: BTreeMap<&str, &[&str]> = MAY_USE.iter().copied().collect();
    let found = offences("src", |source, line| {
        let Some(allowed) = may_use.get(source.folder.as_str()) else { return false };
        let paths = line.split("crate::").skip(1).chain(line.split("aqueduct::").skip(1));
        paths.into_iter().any(|path| {
            let used: String = path.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
            used != source.folder && may_use.contains_key(used.as_str()) && !allowed.contains(&used.as_str())
        })
    });
    none(&found, "a folder uses one that it may not");
}

#[test]
fn planning_is_pure() {
    let found = offences("src", |source, line| {
        source.folder == "plan" && ["async ", ".await", "Instant", "SystemTime"].iter().any(|word| line.contains(word))
    });
    none(&found, "the planner neither waits nor asks the time");
}

#[test]
fn only_aws_and_the_sandbox_open_connections() {
    let words = ["from_conf(", "TcpListener", "TcpStream", "aws_config::", "http_client("];
    let found = offences("src", |source, line| {
        !["aws", "sandbox", "cli"].contains(&source.folder.as_str()) && words.iter().any(|word| line.contains(word))
    });
    none(&found, "connections are opened elsewhere");
}

#[test]
fn only_the_command_line_prints() {
    let found = offences("src", |source, line| {
        let prints = ["println!", "eprintln!", "print!(", "dbg!", "io::stdout", "io::stderr"];
        source.folder != "cli" && prints.iter().any(|word| line.contains(word))
    });
    none(&found, "something prints that should return text");
}

#[test]
fn nothing_is_left_undone() {
    let words = ["todo!(", "unimplemented!(", ".unwrap()", "panic!(", "unreachable!("];
    let found = offences("src", |_, line| words.iter().any(|word| line.contains(word)));
    none(&found, "these may panic");
}

#[test]
fn kinds_do_not_wait_or_print_or_compare() {
    let words = ["tokio::time", "sleep(", "loop {"];
    let found =
        offences("src", |source, line| source.folder == "kinds" && words.iter().any(|word| line.contains(word)));
    none(&found, "kinds leave waiting and retrying to the engine");
}

#[test]
fn files_stay_small() {
    let allowed: BTreeMap<&str, &str> = LONG.iter().copied().collect();
    let long = sources("src").into_iter().chain(sources("tests")).filter(|source| source.text.lines().count() > 500);
    let found: Vec<String> =
        long.map(|source| source.name).filter(|name| !allowed.contains_key(name.as_str())).collect();
    none(&found, "these files have over 500 lines and no reason in LONG");
}

#[test]
fn every_file_says_what_it_is() {
    let silent = sources("src").into_iter().filter(|source| !source.text.starts_with("//!"));
    none(&silent.map(|source| source.name).collect::<Vec<_>>(), "these files begin without `//!`");
}
