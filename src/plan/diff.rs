//! What differs between two values of one kind.

use crate::aws::Tagging;
use crate::resource::tree::{Tree, plain};
use crate::resource::{AnyKind, Change, Effect, Live, To, holes};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// What must change for `live` to become `spec` with `tags`.
pub fn differences(
    kind: &dyn AnyKind,
    spec: &Value,
    tags: &BTreeMap<String, String>,
    live: &Live<Value>,
) -> Vec<Change> {
    let mut changes = match (kind.tree(&live.spec), kind.tree(spec)) {
        (Ok(now), Ok(then)) => compare(&now, &then),
        _ => vec![],
    };
    changes.retain_mut(|change| {
        let effect = kind.effect(change);
        change.replaces |= effect == Effect::Replacement;
        change.replaces || effect != Effect::Ignored
    });
    if kind.tagging() != Tagging::None {
        let tree = |tags: &BTreeMap<String, String>| {
            Tree::Map(tags.iter().map(|(key, value)| (key.clone(), Tree::Leaf(value.as_str().into()))).collect())
        };
        walk("tags", &tree(&live.tags), &tree(tags), false, &mut changes);
    }
    changes
}

/// What must change for `now` to become `then`.
pub fn compare(now: &Tree, then: &Tree) -> Vec<Change> {
    let mut changes = vec![];
    walk("", now, then, false, &mut changes);
    changes
}

fn walk(at: &str, now: &Tree, then: &Tree, fixed: bool, changes: &mut Vec<Change>) {
    match (now, then) {
        (Tree::Initial(_), _) | (_, Tree::Initial(_)) => {}
        (Tree::Fixed(now), then) => walk(at, now, then, true, changes),
        (now, Tree::Fixed(then)) => walk(at, now, then, true, changes),
        (_, Tree::Auto(then)) if **then == Tree::Leaf(Value::Null) => {}
        (now, Tree::Auto(then)) => walk(at, now, then, fixed, changes),
        (Tree::Auto(now), then) => walk(at, now, then, fixed, changes),
        (Tree::Map(now), Tree::Map(then)) => {
            let absent = Tree::Leaf(Value::Null);
            for key in now.keys().chain(then.keys()).collect::<BTreeSet<_>>() {
                let (now, then) = (now.get(key).unwrap_or(&absent), then.get(key).unwrap_or(&absent));
                walk(&below(at, key), now, then, fixed, changes);
            }
        }
        (Tree::List(now), Tree::List(then)) if now.len() == then.len() => {
            for (index, (now, then)) in now.iter().zip(then).enumerate() {
                walk(&format!("{at}[{index}]"), now, then, fixed, changes);
            }
        }
        _ if now == then => {}
        _ => {
            let after = unknown(then);
            let to = if after.is_empty() { To::Known(plain(then)) } else { To::Later { after } };
            changes.push(Change { field: at.into(), from: plain(now), to, replaces: fixed });
        }
    }
}

fn below(at: &str, key: &str) -> String {
    let word = key.chars().all(|character| character.is_ascii_alphanumeric() || matches!(character, '_' | '-'));
    match (at.is_empty(), word) {
        (_, false) => format!("{at}[{key}]"),
        (true, true) => key.into(),
        (false, true) => format!("{at}.{key}"),
    }
}

fn unknown(tree: &Tree) -> BTreeSet<String> {
    let mut addresses = BTreeSet::new();
    crate::resource::tree::texts(tree, &mut |_, text| {
        addresses.extend(holes(text).map(|hole| hole.address.to_owned()));
    });
    addresses
}
