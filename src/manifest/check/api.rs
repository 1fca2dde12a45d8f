//! The REST API: where routes lead, and who may call.

use super::Check;
use crate::manifest::api::{Api, Auth, Exposure, Method, RouteRules, Target};
use crate::manifest::decode::Spanned;
use crate::manifest::diagnostic::Diagnostic;
use std::collections::BTreeMap;

/// Resources that an API may have (AWS.md §5).
const RESOURCES: usize = 300;
/// The paths below one that leads to Kinesis.
const BELOW_KINESIS: [&str; 3] = ["{stream-name}", "{stream-name}/record", "{stream-name}/records"];

pub(super) fn check(cx: &mut Check<'_>) {
    let Some(Some(api)) = &cx.parts.api else { return };
    access(cx, api);
    match &api.routes {
        Some(routes) if routes.is_empty() => {
            let wrong = Diagnostic::error(routes.span, "this API leads nowhere");
            cx.push(wrong.help("add a route such as `/streams: kinesis`, or remove `routes`"));
        }
        Some(routes) => {
            for (path, route) in routes.iter() {
                backend(cx, &route.0);
                methods(cx, path, &route.0);
            }
            tree(cx, api);
        }
        None if cx.api_to_kafka().is_none() && !cx.has_streams() => nowhere(cx, api),
        None => {}
    }
    if cx.api_to_kafka().is_some() {
        exposure(cx, api);
    }
}

/// Records that there is nothing for an API without routes of its own to lead to.
fn nowhere(cx: &mut Check<'_>, api: &Api) {
    let wrong = Diagnostic::error(api.span, "this API leads nowhere");
    cx.push(match &cx.parts.client {
        Some(Some(client)) => wrong
            .other(client.rest_proxy.enabled.span, "the REST proxy is turned off here")
            .help("add `streams: {<name>: {}}`, remove `enabled: false`, or remove `api`"),
        _ => wrong.help("add `streams: {<name>: {}}` or `client: {}`, or remove `api`"),
    });
}

fn access(cx: &mut Check<'_>, api: &Api) {
    if *api.auth == Auth::None {
        let wrong = Diagnostic::warning(api.auth.span, "anybody on the internet may call this API");
        cx.push(wrong.help("write `auth: iam` or `auth: api_key`"));
    }
    if let Some(quota) = &api.quota
        && *api.auth != Auth::ApiKey
    {
        let wrong = Diagnostic::error(quota.span, "a quota counts what an API key asks");
        cx.push(wrong.other(api.auth.span, "no keys here").help("write `auth: api_key`, or remove `quota`"));
    }
    for origin in api.cors.iter().filter_map(|cors| cors.0.as_ref()).flat_map(|rules| &rules.origins) {
        let host = origin.strip_prefix("https://").or_else(|| origin.strip_prefix("http://"));
        let plain = host.is_some_and(|host| !host.is_empty() && !host.contains(['/', '\'', ' ']));
        if origin.as_str() != "*" && !plain {
            let wrong = Diagnostic::error(origin.span, format!("`{}` is no origin", origin.value));
            cx.push(wrong.help("write `*`, or scheme and host such as `https://example.org`"));
        }
    }
}

fn backend(cx: &mut Check<'_>, route: &RouteRules) {
    match *route.to {
        Target::Kafka if !cx.has("client") => {
            let wrong = Diagnostic::error(route.to.span, "there is no client machine with a REST proxy to lead to");
            cx.push(wrong.help("add `client: {}`"));
        }
        Target::Kafka => {
            if let Some(Some(client)) = &cx.parts.client
                && !*client.rest_proxy.enabled
            {
                let off = client.rest_proxy.enabled.span;
                let wrong = Diagnostic::error(route.to.span, "the client machine runs no REST proxy");
                cx.push(wrong.other(off, "turned off here").help("remove `enabled: false`, or the route"));
            }
        }
        Target::Kinesis if !cx.has_streams() => {
            let wrong = Diagnostic::error(route.to.span, "there are no streams to lead to");
            cx.push(wrong.help("add `streams: {<name>: {}}`"));
        }
        Target::Kinesis => {}
    }
}

fn methods(cx: &mut Check<'_>, path: &Spanned<String>, route: &RouteRules) {
    let given: Vec<&Spanned<Method>> = route.methods.iter().filter(|method| method.given).collect();
    if let (Target::Kinesis, Some(first)) = (*route.to, given.first()) {
        let wrong = Diagnostic::error(first.span, "routes to Kinesis have their own six methods");
        cx.push(wrong.help("remove `methods`"));
    }
    let mut seen = vec![];
    for method in given {
        if seen.contains(&method.value) {
            let wrong = Diagnostic::error(method.span, format!("`{}` stands here twice", method.word()));
            cx.push(wrong.help("remove one of the two"));
        }
        seen.push(method.value);
    }
    if *route.to == Target::Kinesis && path.contains('+') {
        let wrong = Diagnostic::error(path.span, "nothing can follow a part that takes all that follows");
        cx.push(wrong.help("lead `/streams` to Kinesis"));
    }
}

/// Every path with the route that asks for it; API Gateway allows one variable among siblings.
fn tree(cx: &mut Check<'_>, api: &Api) {
    let Some(routes) = &api.routes else { return };
    let mut children: BTreeMap<String, Vec<(String, &Spanned<String>)>> = BTreeMap::new();
    for (path, route) in routes.iter() {
        let base = path.trim_end_matches('/');
        let mut paths = vec![base.to_owned()];
        if *route.0.to == Target::Kinesis {
            paths.extend(BELOW_KINESIS.iter().map(|below| format!("{base}/{below}")));
        }
        for whole in paths {
            let mut parent = String::new();
            for part in whole.split('/').skip(1) {
                let siblings = children.entry(parent.clone()).or_default();
                if !siblings.iter().any(|(known, _)| known == part) {
                    siblings.push((part.to_owned(), path));
                }
                parent = format!("{parent}/{part}");
            }
        }
    }
    let count = 1 + children.values().map(Vec::len).sum::<usize>();
    if count > RESOURCES {
        let message = format!("{count} parts of paths; an API may have {RESOURCES}");
        cx.push(Diagnostic::error(api.span, message).help("let greedy routes such as `/{proxy+}` take many paths"));
    }
    for siblings in children.values() {
        let mut variables = siblings.iter().filter(|(part, _)| part.starts_with('{'));
        let Some((first, at)) = variables.next() else { continue };
        for (part, path) in variables {
            let wrong = Diagnostic::error(path.span, format!("`{part}` and `{first}` cannot stand side by side"));
            cx.push(wrong.other(at.span, "the other").help("call them the same, or give one a fixed part"));
        }
    }
}

fn exposure(cx: &mut Check<'_>, api: &Api) {
    if *api.exposure == Exposure::Private {
        return;
    }
    let wrong = Diagnostic::warning(
        api.exposure.span,
        "the REST proxy can be reached by the whole internet, without TLS or login",
    );
    cx.push(wrong.help("write `exposure: private`: the API then reaches it through a VPC link"));
    let existing = cx.network.and_then(|network| network.existing.as_ref());
    if let Some(existing) = existing.filter(|existing| existing.public_subnets.is_empty()) {
        let (at, exists) = (api.exposure.span, existing.span);
        let wrong = Diagnostic::error(at, "the client machine needs a public subnet, and the network names none");
        cx.push(wrong.other(exists, "the network").help("add `public_subnets`, or write `exposure: private`"));
    }
}
