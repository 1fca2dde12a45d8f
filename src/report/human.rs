//! Plans for people.

use super::json::Header;
use super::style::{ALARM, BOLD, CHANGED, DIM, GONE, NEW, styled};
use crate::apply::CriticalPath;
use crate::kinds;
use crate::plan::{Action, Change, Plan, Step, To, Why};
use crate::resource::{Status, tree};
use serde_json::Value;
use similar::{ChangeTag, TextDiff};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::time::Duration;

/// How much of a plan to show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Detail {
    /// New resources by address; all that differs of others.
    Changes,
    /// Also every field of new resources.
    Everything,
}

/// The plan with a heading and a closing line that counts.
pub fn plan(header: &Header, plan: &Plan, detail: Detail) -> String {
    steps("Plan", header, plan, detail)
}

/// What differs, in the words of the plan that would put it right.
pub fn drift(header: &Header, plan: &Plan) -> String {
    steps("Drift", header, plan, Detail::Changes)
}

fn steps(title: &str, header: &Header, plan: &Plan, detail: Detail) -> String {
    let Header { stack, account, region } = header;
    let mut out = format!("stack {} · account {account} · {region}\n\n", styled(BOLD, stack));
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for step in &plan.steps {
        *counts.entry(class(&step.action)).or_default() += 1;
        write_step(&mut out, step, detail, plan);
    }
    if plan.is_empty() {
        out.push_str("Nothing to do: AWS is as the manifest wants it.\n");
        return out;
    }
    let counts = ["create", "change", "replace", "wait for", "delete"]
        .iter()
        .filter_map(|class| counts.get(class).map(|count| format!("{count} to {class}")));
    let _ = writeln!(out, "\n{title}: {}.", counts.collect::<Vec<_>>().join(", "));
    let losing = plan.losing_data().count();
    if losing > 0 {
        let verbs = if losing == 1 { "loses data and needs" } else { "lose data and need" };
        let _ = writeln!(out, "{}", styled(ALARM, format!("{losing} of these {verbs} --allow-data-loss.")));
    }
    out
}

/// The word under which an action is counted. The deletion that belongs to a replacement is not counted again.
pub(super) fn class(action: &Action) -> &'static str {
    match action {
        Action::Create { replaces: None, .. } => "create",
        Action::Create { replaces: Some(_), .. } => "replace",
        Action::Update { .. } => "change",
        Action::Wait { .. } => "wait for",
        Action::Delete { why: Why::Fixed(_) | Why::Failed(_) | Why::Deleting, .. } => "finish",
        Action::Delete { live, .. } if live.status == Status::Deleting => "wait for",
        Action::Delete { .. } => "delete",
    }
}

fn write_step(out: &mut String, step: &Step, detail: Detail, plan: &Plan) {
    let address = &step.address;
    let loses_data = || {
        let deletes = |other: &&Step| other.address == *address && other.loses_data;
        let any = step.loses_data
            || matches!(step.action, Action::Create { replaces: Some(_), .. })
                && plan.steps.iter().any(|other| deletes(&other));
        if any { styled(ALARM, "  LOSES DATA") } else { String::new() }
    };
    let _ = match &step.action {
        Action::Create { replaces: None, .. } => writeln!(out, "{} {address}", styled(NEW, "+")),
        Action::Create { replaces: Some(why), .. } => {
            writeln!(out, "{} {address}{}{}", styled(GONE, "±"), styled(DIM, reason(why)), loses_data())
        }
        Action::Update { .. } => writeln!(out, "{} {address}", styled(CHANGED, "~")),
        Action::Wait { state, .. } => {
            writeln!(out, "{} {address}{}", styled(DIM, "…"), styled(DIM, format!("  is {state}, to be waited for")))
        }
        Action::Delete { why: Why::Fixed(_) | Why::Failed(_) | Why::Deleting, .. } => Ok(()),
        Action::Delete { live, .. } if live.status == Status::Deleting => {
            writeln!(out, "{} {address}{}", styled(DIM, "…"), styled(DIM, "  is being deleted, to be waited for"))
        }
        Action::Delete { why, .. } => {
            writeln!(out, "{} {address}{}{}", styled(GONE, "-"), styled(DIM, reason(why)), loses_data())
        }
    };
    match &step.action {
        Action::Update { changes, .. } | Action::Create { replaces: Some(Why::Fixed(changes)), .. } => {
            write_changes(out, changes);
        }
        Action::Create { spec, tags, .. } if detail == Detail::Everything => write_spec(out, step, spec, tags),
        _ => {}
    }
}

fn reason(why: &Why) -> String {
    match why {
        Why::Unwanted => "  not in the manifest".into(),
        Why::Destroyed => String::new(),
        Why::Surplus => "  left over from an interrupted replacement".into(),
        Why::Fixed(changes) => {
            let fixed = changes.iter().filter(|change| change.replaces);
            let fields: Vec<&str> = fixed.map(|change| change.field.as_str()).collect();
            format!("  replaced: {} cannot change in place", fields.join(", "))
        }
        Why::Failed(reason) => format!("  replaced: it failed: {reason}"),
        Why::Deleting => "  made anew: it is being deleted".into(),
    }
}

fn write_changes(out: &mut String, changes: &[Change]) {
    let width = changes.iter().map(|change| change.field.chars().count()).max().unwrap_or_default().min(40);
    for Change { field, from, to, .. } in changes {
        match (from, to) {
            (Value::String(from), To::Known(Value::String(to))) if from.contains('\n') || to.contains('\n') => {
                let _ = writeln!(out, "    {field}:");
                write_lines(out, from, to);
            }
            (Value::Array(from), To::Known(Value::Array(to))) => {
                let _ = writeln!(out, "    {field}:");
                write_members(out, from, to);
            }
            (from, To::Known(to)) => {
                let _ = writeln!(out, "    {field:width$}  {} → {}", styled(GONE, short(from)), styled(NEW, short(to)));
            }
            (from, To::Later { after }) => {
                let after: Vec<&str> = after.iter().map(String::as_str).collect();
                let later = format!("known once {} is done", after.join(", "));
                let _ = writeln!(out, "    {field:width$}  {} → {}", styled(GONE, short(from)), styled(DIM, later));
            }
        }
    }
}

/// The members that only one of two lists has; of lists that differ in order alone, both.
fn write_members(out: &mut String, from: &[Value], to: &[Value]) {
    let mut gone = from.to_vec();
    let mut new = to.to_vec();
    gone.retain(|member| match new.iter().position(|other| other == member) {
        Some(same) => {
            new.remove(same);
            false
        }
        None => true,
    });
    if gone.is_empty() && new.is_empty() {
        (gone, new) = (from.to_vec(), to.to_vec());
    }
    for member in &gone {
        let _ = writeln!(out, "      {}", styled(GONE, format!("- {}", short(member))));
    }
    for member in &new {
        let _ = writeln!(out, "      {}", styled(NEW, format!("+ {}", short(member))));
    }
}

/// The lines that differ between two texts, with one line around each.
fn write_lines(out: &mut String, from: &str, to: &str) {
    let diff = TextDiff::from_lines(from, to);
    for group in diff.grouped_ops(1) {
        for change in group.iter().flat_map(|op| diff.iter_changes(op)) {
            let line = change.value().trim_end_matches('\n');
            let _ = match change.tag() {
                ChangeTag::Delete => writeln!(out, "      {}", styled(GONE, format!("- {line}"))),
                ChangeTag::Insert => writeln!(out, "      {}", styled(NEW, format!("+ {line}"))),
                ChangeTag::Equal => writeln!(out, "        {line}"),
            };
        }
    }
}

fn write_spec(out: &mut String, step: &Step, spec: &Value, tags: &BTreeMap<String, String>) {
    let tree = kinds::named(step.address.kind).and_then(|kind| kind.tree(spec).ok());
    let Some(Value::Object(fields)) = tree.as_ref().map(tree::plain) else { return };
    for (field, value) in fields.iter().filter(|(_, value)| !empty(value)) {
        let _ = writeln!(out, "    {field}: {}", short(value));
    }
    if !tags.is_empty() {
        let _ = writeln!(out, "    tags: {}", short(&serde_json::json!(tags)));
    }
}

fn empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(items) => items.is_empty(),
        Value::Object(fields) => fields.is_empty(),
        _ => false,
    }
}

/// One line for a value: text without quotes, holes as what they stand for, absent members left out, long ones cut.
fn short(value: &Value) -> String {
    const MOST: usize = 120;
    let text = match value {
        Value::Null => "(none)".into(),
        Value::String(text) if text.is_empty() => "\"\"".into(),
        other => flow(other),
    };
    let mut inside = false;
    let tame = |letter| match letter {
        '⟦' | '⟧' => {
            inside = letter == '⟦';
            if inside { '(' } else { ')' }
        }
        '|' if inside => ' ',
        '\n' => '⏎',
        control if control.is_control() => '␦',
        other => other,
    };
    let text: String = text.chars().map(tame).collect();
    match text.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

/// A value as YAML's flow style has it, for reading only: nothing is quoted.
fn flow(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(members) => format!("[{}]", members.iter().map(flow).collect::<Vec<_>>().join(", ")),
        Value::Object(members) => {
            let members = members.iter().filter(|(_, member)| !member.is_null());
            let members = members.map(|(name, member)| format!("{name}: {}", flow(member)));
            format!("{{{}}}", members.collect::<Vec<_>>().join(", "))
        }
        other => other.to_string(),
    }
}

/// The chain of steps that decided how long a run took.
pub fn critical_path(path: &CriticalPath) -> String {
    let mut out = format!("Critical path: {}, of which {:.0} % idle\n", duration(path.total), path.idle * 100.0);
    for step in &path.steps {
        let took = duration(step.ended.saturating_sub(step.began));
        let _ = writeln!(out, "  {:>8}  {} {}", took, step.action, step.address);
    }
    out
}

/// `1 step`, `2 steps`.
pub fn counted(count: usize, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}

/// `12 s`, `3 min 20 s`, `1 h 05 min`.
pub fn duration(duration: Duration) -> String {
    let seconds = duration.as_secs();
    match seconds {
        0 => format!("{:.1} s", duration.as_secs_f64()),
        1..60 => format!("{seconds} s"),
        60..3600 => format!("{} min {:02} s", seconds / 60, seconds % 60),
        _ => format!("{} h {:02} min", seconds / 3600, seconds % 3600 / 60),
    }
}
