//! The changes that `Update*` operations take.

use super::{bad, body};
use crate::answer::Fault;
use crate::call::Call;
use serde::Deserialize;

/// What a change does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Op {
    Add,
    Remove,
    Replace,
    Copy,
}

/// One change.
#[derive(Debug)]
pub(super) struct Patch {
    pub op: Op,
    pub path: String,
    pub value: Option<String>,
    pub from: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Input {
    #[serde(default)]
    patch_operations: Vec<Raw>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    op: Option<String>,
    path: Option<String>,
    value: Option<String>,
    from: Option<String>,
}

/// The changes that `call` asks for.
pub(super) fn operations(call: &Call) -> Result<Vec<Patch>, Fault> {
    let Input { patch_operations } = body(call)?;
    let known = ["add", "remove", "move", "test", "replace", "copy"];
    let mut name = format!("{}Input", call.operation.name);
    if let Some(first) = name.get_mut(..1) {
        first.make_ascii_lowercase();
    }
    let wrong = patch_operations.iter().enumerate().filter_map(|(index, raw)| {
        let op = raw.op.as_deref().filter(|op| !known.contains(op))?;
        Some(format!(
            "Value '{op}' at '{name}.patchOperations.{}.member.op' failed to satisfy constraint: Member must satisfy enum value set: [{}]",
            index + 1,
            known.join(", ")
        ))
    });
    let wrong: Vec<String> = wrong.collect();
    if !wrong.is_empty() {
        let errors = if wrong.len() == 1 { "error" } else { "errors" };
        let message = format!("{} validation {errors} detected: {}", wrong.len(), wrong.join("; "));
        return Err(Fault::new(400, "ValidationException", message));
    }
    let parsed = patch_operations.into_iter().map(|raw| {
        let Raw { op, path, value, from } = raw;
        let path = path.ok_or_else(|| bad("Invalid patch path null"))?;
        let op = match op.as_deref() {
            Some("add") => Op::Add,
            Some("remove") => Op::Remove,
            Some("replace") => Op::Replace,
            Some("copy") => Op::Copy,
            _ => return Err(bad("Invalid patch operation specified. Must be 'add'|'remove'|'replace'")),
        };
        Ok(Patch { op, path, value, from })
    });
    parsed.collect()
}

impl Patch {
    /// The parts of the path, with `~1` and `~0` undone.
    pub(super) fn parts(&self) -> Vec<String> {
        self.path.trim_start_matches('/').split('/').map(unescaped).collect()
    }

    /// The value; empty when there is none.
    pub(super) fn text(&self) -> String {
        self.value.clone().unwrap_or_default()
    }

    /// The value, when it is there and not empty.
    pub(super) fn filled(&self) -> Option<String> {
        self.value.clone().filter(|value| !value.is_empty())
    }

    /// Whether the value is `true`; AWS takes anything else for false.
    pub(super) fn truth(&self) -> bool {
        self.value.as_deref().is_some_and(|value| value.eq_ignore_ascii_case("true"))
    }

    /// The value as a number.
    pub(super) fn number<T: std::str::FromStr>(&self) -> Result<T, Fault> {
        self.text().parse().map_err(|_| bad(format!("Invalid value specified for {}: {}", self.path, self.text())))
    }

    /// Refuses every operation but those of `allowed`.
    pub(super) fn only(&self, allowed: &[Op]) -> Result<(), Fault> {
        if allowed.contains(&self.op) {
            return Ok(());
        }
        let words: Vec<&str> = allowed.iter().map(|op| op.word()).collect();
        Err(bad(format!("Invalid patch operation specified. Must be one of: [{}]", words.join(", "))))
    }

    /// The refusal of a path.
    pub(super) fn unknown(&self) -> Fault {
        bad(format!("Invalid patch path {}", self.path))
    }

    /// The refusal of a path by the families that say what they know.
    pub(super) fn none_of(&self, known: &[&str]) -> Fault {
        let Self { op, path, .. } = self;
        let op = op.word();
        if *op == *"replace" {
            let known = known.join(", ");
            return bad(format!("Invalid patch path  '{path}' specified for op '{op}'. Must be one of: [{known}]"));
        }
        bad(format!("Invalid patch path  '{path}' specified for op '{op}'. Please choose supported operations"))
    }

    /// Adds, replaces or removes the entry `key` of a map that is absent when empty.
    pub(super) fn entry<V>(
        &self,
        map: &mut Option<std::collections::BTreeMap<String, V>>,
        key: &str,
        value: V,
    ) -> Result<(), Fault> {
        self.only(&[Op::Add, Op::Replace, Op::Remove])?;
        let mut entries = map.take().unwrap_or_default();
        if self.op == Op::Remove {
            entries.remove(key);
        } else {
            entries.insert(key.to_owned(), value);
        }
        *map = Some(entries).filter(|entries| !entries.is_empty());
        Ok(())
    }
}

impl Op {
    fn word(self) -> &'static str {
        match self {
            Self::Add => "add",
            Self::Remove => "remove",
            Self::Replace => "replace",
            Self::Copy => "copy",
        }
    }
}

fn unescaped(part: &str) -> String {
    part.replace("~1", "/").replace("~0", "~")
}
