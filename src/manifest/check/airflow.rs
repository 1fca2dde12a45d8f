//! The Airflow environment (AWS.md §7).

use super::{Check, files};
use crate::manifest::airflow::{Airflow, Class};
use crate::manifest::buckets::Bucket;
use crate::manifest::decode::Spanned;
use crate::manifest::diagnostic::{Diagnostic, listed};
use serde_json::Value;

/// The interface endpoints without which MWAA does not work where there is no internet (AWS.md §7).
const ENDPOINTS: [&str; 9] =
    ["monitoring", "ecr.api", "ecr.dkr", "logs", "sqs", "kms", "airflow.api", "airflow.env", "airflow.ops"];

/// How many characters all inline policies of a role may have together (AWS.md §2.1).
const INLINE_POLICIES: usize = 10_240;

pub(super) fn check(cx: &mut Check<'_>) {
    let Some(Some(airflow)) = &cx.parts.airflow else { return };
    machines(cx, airflow);
    way_out(cx, airflow);
    bucket(cx, airflow);
    uploads(cx, airflow);
    permissions(cx, &airflow.permissions);
}

fn machines(cx: &mut Check<'_>, airflow: &Airflow) {
    if *airflow.min_workers > *airflow.max_workers {
        let message = format!("at least {} workers and at most {}", *airflow.min_workers, *airflow.max_workers);
        let (at, other) = match airflow.min_workers.given {
            true => (airflow.min_workers.span, airflow.max_workers.span),
            false => (airflow.max_workers.span, airflow.min_workers.span),
        };
        cx.push(Diagnostic::error(at, message).other(other, "the other").help("let `max_workers` be the greater one"));
    }
    let counts = [
        ("schedulers", airflow.schedulers),
        ("min_webservers", airflow.min_webservers),
        ("max_webservers", airflow.max_webservers),
    ];
    for (name, count) in counts {
        let Some(count) = count else { continue };
        let micro = *airflow.class == Class::Micro;
        if micro != (*count == 1) {
            let (message, help) = match micro {
                true => (format!("`mw1.micro` has one of `{name}`"), format!("remove `{name}`, or take `mw1.small`")),
                false => (
                    format!("`{}` has 2 to 5 of `{name}`", airflow.class.word()),
                    format!("write `{name}: 2`, or take `mw1.micro`"),
                ),
            };
            cx.push(Diagnostic::error(count.span, message).other(airflow.class.span, "the class").help(help));
        }
    }
    if let (Some(least), Some(most)) = (airflow.min_webservers, airflow.max_webservers)
        && *least > *most
    {
        let message = format!("at least {} web servers and at most {}", *least, *most);
        let wrong = Diagnostic::error(least.span, message).other(most.span, "the other");
        cx.push(wrong.help("let `max_webservers` be the greater one"));
    }
}

fn way_out(cx: &mut Check<'_>, airflow: &Airflow) {
    if cx.way_out() != Some(false) {
        return;
    }
    let missing: Vec<&str> = ENDPOINTS.into_iter().filter(|service| !cx.endpoint(service)).collect();
    if !missing.is_empty() {
        let wrong = Diagnostic::error(cx.nat(), "Airflow has no way to the services that it needs");
        let wrong = wrong.other(airflow.span, "Airflow");
        cx.push(wrong.help(format!("write `nat: single`, or add {} to `network.endpoints`", listed(missing))));
    } else if let Some(requirements) = &airflow.requirements {
        let path = files::path(cx, requirements);
        // Packages that lie beside the DAGs need no internet.
        if files::text(&path).is_some_and(|text| !text.contains("--no-index")) {
            let wrong =
                Diagnostic::warning(requirements.span, "nothing can be installed without a way to the internet");
            let wrong = wrong.other(cx.nat(), "the way out");
            cx.push(wrong.help("write `nat: single`, or `--no-index` and `--find-links` with packages in the bucket"));
        }
    }
}

fn bucket(cx: &mut Check<'_>, airflow: &Airflow) {
    let name = match &airflow.bucket {
        Some(name) if !cx.refers(name, &["buckets"], "bucket") => return,
        Some(name) => name.as_str(),
        None => "airflow",
    };
    let Some(buckets) = &cx.parts.buckets else { return };
    let Some(bucket): Option<&Bucket> = buckets.get(name) else { return };
    let user = airflow.bucket.as_ref().map_or(airflow.span, |name| name.span);
    if !*bucket.versioning {
        let wrong = Diagnostic::error(bucket.versioning.span, "Airflow's bucket must keep versions");
        cx.push(wrong.other(user, "Airflow").help("write `versioning: true`"));
    }
    if !*bucket.block_public_access {
        let wrong = Diagnostic::error(bucket.block_public_access.span, "Airflow's bucket must not be public");
        cx.push(wrong.other(user, "Airflow").help("write `block_public_access: true`"));
    }
}

fn uploads(cx: &mut Check<'_>, airflow: &Airflow) {
    files::folder(cx, &airflow.dags, "py");
    if let Some(requirements) = &airflow.requirements {
        files::file(cx, requirements, &["txt"]);
        constraints(cx, airflow, requirements);
    }
    if let Some(plugins) = &airflow.plugins {
        files::file(cx, plugins, &["zip"]);
    }
    if let Some(script) = &airflow.startup_script {
        files::file(cx, script, &["sh"]);
    }
}

/// Airflow's own constraints name the version that they are for.
fn constraints(cx: &mut Check<'_>, airflow: &Airflow, requirements: &Spanned<String>) {
    let path = files::path(cx, requirements);
    let Some(text) = files::text(&path) else { return };
    let version = text.lines().find_map(|line| {
        let (_, rest) = line.split_once("constraints-")?;
        rest.split('/').next().map(str::to_owned)
    });
    if let Some(version) = version.filter(|version| *version != airflow.version.value) {
        let message =
            format!("these requirements are constrained for Airflow {version}, not {}", airflow.version.value);
        let wrong = Diagnostic::warning(requirements.span, message);
        let wrong = if airflow.version.given { wrong.other(airflow.version.span, "the version") } else { wrong };
        cx.push(wrong.help("change the address after `--constraint`, or the version"));
    }
}

fn permissions(cx: &mut Check<'_>, statements: &[Spanned<Value>]) {
    let mut characters = 0;
    for statement in statements {
        permission(cx, statement);
        let text = statement.value.to_string();
        characters += text.chars().count();
        if let Some(strange) = text.chars().find(|c| *c > 'ÿ') {
            let wrong = Diagnostic::error(statement.span, format!("IAM's policies cannot contain `{strange}`"));
            cx.push(wrong.help("write `?`, which stands for any character"));
        }
    }
    if let Some(first) = statements.first()
        && characters > INLINE_POLICIES
    {
        let message = format!("these permissions have {characters} characters; a role takes {INLINE_POLICIES}");
        cx.push(Diagnostic::error(first.span, message).help("cover several names by patterns such as `posts-*`"));
    }
}

fn permission(cx: &mut Check<'_>, statement: &Spanned<Value>) {
    let missing: Vec<&str> = [("Effect", "Effect"), ("Action", "NotAction"), ("Resource", "NotResource")]
        .into_iter()
        .filter(|(key, inverse)| statement.get(key).is_none() && statement.get(inverse).is_none())
        .map(|(key, _)| key)
        .collect();
    if !missing.is_empty() {
        let wrong = Diagnostic::error(statement.span, format!("this statement lacks {}", listed(missing)));
        cx.push(wrong.help("write `{Effect: Allow, Action: [\"service:Action\"], Resource: [\"arn…\"]}`"));
    }
}
