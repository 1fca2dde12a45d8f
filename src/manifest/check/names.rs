//! Names in AWS that follow from the manifest: whether AWS takes them, and whether two are the same.

use super::Check;
use crate::manifest::diagnostic::Diagnostic;
use crate::manifest::forms;
use crate::manifest::load::UNKNOWN_ACCOUNT;
use crate::manifest::source::Span;
use std::collections::BTreeMap;

/// The longest name of a role (AWS.md §2.1).
const ROLE: usize = 64;

pub(super) fn check(cx: &mut Check<'_>) {
    let Some(header) = &cx.parts.header else { return };
    let stack = header.stack.value.clone();
    let account = header.account.as_ref().map_or(UNKNOWN_ACCOUNT, |account| account.value.as_str()).to_owned();
    buckets(cx, &stack, &account);
    sinks(cx, &stack, &header.region.value.clone());
}

fn buckets(cx: &mut Check<'_>, stack: &str, account: &str) {
    let Some(buckets) = &cx.parts.buckets else { return };
    let mut seen: BTreeMap<String, Span> = BTreeMap::new();
    for (key, bucket) in buckets.iter() {
        let (name, span) = match &bucket.name {
            Some(name) => (name.value.clone(), name.span),
            None => (format!("{stack}-{}-{account}", key.value), key.span),
        };
        if bucket.name.is_none()
            && let Err(why) = (forms::BUCKET.test)(&name)
        {
            let wrong = Diagnostic::error(span, format!("the bucket would be called `{name}`: {why}"));
            cx.push(wrong.help("give it a `name` of 3 to 63 of `a-z 0-9 . -`, or change its key"));
        }
        same(cx, &mut seen, name, span, "buckets");
    }
}

fn sinks(cx: &mut Check<'_>, stack: &str, region: &str) {
    let Some(sinks) = &cx.parts.sinks else { return };
    let mut seen: BTreeMap<String, Span> = BTreeMap::new();
    for (key, sink) in sinks.iter() {
        let role = format!("{stack}-{region}-sink-{}", key.value);
        if role.len() > ROLE {
            let wrong =
                Diagnostic::error(key.span, format!("its role would be called `{role}`, more than {ROLE} characters"));
            cx.push(wrong.help("give the sink a shorter key"));
        }
        let (name, span) = match &sink.name {
            Some(name) => (name.value.clone(), name.span),
            None => (format!("{stack}-{}", key.value), key.span),
        };
        same(cx, &mut seen, name, span, "sinks");
    }
}

fn same(cx: &mut Check<'_>, seen: &mut BTreeMap<String, Span>, name: String, span: Span, what: &str) {
    match seen.get(&name) {
        Some(other) => {
            let wrong = Diagnostic::error(span, format!("two {what} are called `{name}`"));
            cx.push(wrong.other(*other, "the other").help("give one of them another name"));
        }
        None => drop(seen.insert(name, span)),
    }
}
