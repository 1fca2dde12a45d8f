//! One statement of a policy.

use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// A statement that allows something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Statement {
    sid: String,
    pub(super) actions: BTreeSet<String>,
    pub(super) resources: BTreeSet<String>,
    conditions: BTreeMap<String, BTreeSet<String>>,
}

impl Statement {
    /// An empty one; `sid` consists of letters and digits.
    pub(super) fn new(sid: impl Into<String>) -> Self {
        let (actions, resources) = (BTreeSet::new(), BTreeSet::new());
        Self { sid: sid.into(), actions, resources, conditions: BTreeMap::new() }
    }

    /// Only where the request's `key` has one of the values that are given.
    pub(super) fn given(&mut self, key: &str, value: impl Into<String>) -> &mut Self {
        self.conditions.entry(key.to_owned()).or_default().insert(value.into());
        self
    }

    /// Leaves out resources that others of its own stand for.
    fn shorten(&mut self) {
        let all = self.resources.clone();
        self.resources.retain(|one| !all.iter().any(|other| other != one && covers(other, one)));
    }

    /// Whether one statement can stand for this and `other`: they are about the same under the same conditions, or allow
    /// the same where only the values of a condition differ.
    fn takes(&self, other: &Self) -> bool {
        let differ_in_values = || {
            self.actions == other.actions
                && self.conditions.keys().eq(other.conditions.keys())
                && self.conditions.len() == 1
        };
        self.resources == other.resources && (self.conditions == other.conditions || differ_in_values())
    }

    fn take(&mut self, other: Self) {
        // What may be looked at and changed alike needs no word for either.
        let word = |sid: &str| sid.trim_end_matches("Read").trim_end_matches("Change").to_owned();
        if word(&self.sid) == word(&other.sid) {
            self.sid = word(&self.sid);
        }
        self.actions.extend(other.actions);
        for (key, values) in other.conditions {
            self.conditions.entry(key).or_default().extend(values);
        }
    }

    /// Whether whatever `other` allows, this one allows, too.
    fn allows(&self, other: &Self) -> bool {
        (self.conditions.is_empty() || self.conditions == other.conditions)
            && self.actions.is_superset(&other.actions)
            && other.resources.iter().all(|one| self.resources.iter().any(|mine| covers(mine, one)))
    }

    /// As it stands in a policy.
    pub(super) fn document(&self) -> Value {
        let mut document = json!({
            "Sid": self.sid,
            "Effect": "Allow",
            "Action": self.actions,
            "Resource": self.resources,
        });
        if !self.conditions.is_empty() {
            let values = |values: &BTreeSet<String>| match values.first() {
                Some(only) if values.len() == 1 => only.clone().into(),
                _ => json!(values),
            };
            let keys: Map<String, Value> =
                self.conditions.iter().map(|(key, them)| (key.clone(), values(them))).collect();
            document["Condition"] = json!({ "StringEquals": keys });
        }
        document
    }
}

/// Whether `pattern` stands for all that `arn`, a pattern as well, does.
fn covers(pattern: &str, arn: &str) -> bool {
    let beginning = pattern.strip_suffix('*').filter(|beginning| !beginning.contains('*'));
    pattern == arn || beginning.is_some_and(|beginning| arn.starts_with(beginning))
}

/// `statements` in as little room as they take: without those that allow nothing or nothing new, and with those in one that
/// are about the same.
pub(super) fn joined(statements: impl IntoIterator<Item = Statement>) -> Vec<Statement> {
    let mut joined: Vec<Statement> = vec![];
    for mut statement in statements {
        if statement.actions.is_empty() || statement.resources.is_empty() {
            continue;
        }
        statement.shorten();
        match joined.iter_mut().find(|one| one.takes(&statement)) {
            Some(one) => one.take(statement),
            None => joined.push(statement),
        }
    }
    let all = joined.clone();
    joined.retain(|one| !all.iter().any(|other| other.sid != one.sid && other.allows(one)));
    joined
}
