//! What is there and how it is.

use super::json::{FORMAT, Header};
use super::style::{ALARM, BOLD, CHANGED, DIM, NEW, styled};
use crate::resource::{Live, Status};
use crate::world::{Graph, World};
use serde_json::{Value, json};
use std::fmt::Write;

/// Outputs worth showing to whoever uses the pipeline, by kind.
const SHOWN: &[(&str, &str, &str)] = &[
    ("apigateway/stage", "invoke_url", "invoke URL"),
    ("kafka/cluster", "bootstrap_brokers_iam", "bootstrap servers (IAM)"),
    ("kafka/cluster", "bootstrap_brokers_tls", "bootstrap servers (TLS)"),
    ("kafka/cluster", "bootstrap_brokers_plaintext", "bootstrap servers (plaintext)"),
    ("mwaa/environment", "webserver_url", "Airflow URL"),
    ("s3/bucket", "id", "bucket"),
    ("kinesis/stream", "arn", "stream"),
    ("ec2/instance", "id", "client instance"),
    ("ec2/elastic-ip", "public_ip", "client address"),
];

fn outputs(world: &World) -> impl Iterator<Item = (&'static str, String, String)> {
    SHOWN.iter().flat_map(move |(kind, output, label)| {
        let of_kind = world.resources.keys().filter(|address| address.kind == *kind);
        of_kind.filter_map(|address| {
            let value = world.output(address, output).filter(|value| !value.is_empty())?;
            Some((*label, address.to_string(), value))
        })
    })
}

fn word(status: &Status) -> (&'static str, &str) {
    match status {
        Status::Ready => ("ready", ""),
        Status::Pending(state) => ("pending", state),
        Status::Failed(reason) => ("failed", reason),
        Status::Deleting => ("deleting", ""),
    }
}

/// The stack for people: each resource with its state, what is missing, and the outputs.
pub fn human(header: &Header, graph: &Graph, world: &World) -> String {
    let Header { stack, account, region } = header;
    let mut out = format!("stack {} · account {account} · {region}\n\n", styled(BOLD, stack));
    let missing = graph.resources().keys().filter(|address| world.get(address).is_none());
    let names = world.resources.keys().chain(missing.clone()).map(|address| address.to_string().chars().count());
    let width = names.max().unwrap_or_default().min(60);
    for (address, Live { id, status, .. }) in &world.resources {
        let (word, more) = word(status);
        let style = match status {
            Status::Ready => NEW,
            Status::Failed(_) => ALARM,
            Status::Pending(_) | Status::Deleting => CHANGED,
        };
        let id = if more.is_empty() { id } else { more };
        let _ = writeln!(
            out,
            "{:width$}  {}  {}",
            address.to_string(),
            styled(style, format!("{word:8}")),
            styled(DIM, id)
        );
    }
    for address in missing {
        let _ = writeln!(out, "{:width$}  {}", address.to_string(), styled(DIM, "not there"));
    }
    if world.resources.is_empty() {
        out.push_str("\nNothing of this stack is there. `aqueduct apply` makes it.\n");
    }
    let mut labels = outputs(world).peekable();
    if labels.peek().is_some() {
        out.push('\n');
    }
    for (label, _, value) in labels {
        let _ = writeln!(out, "{:30}  {value}", format!("{label}:"));
    }
    out
}

/// The stack for machines.
pub fn json(header: &Header, graph: &Graph, world: &World) -> Value {
    let resource = |(address, live): (&crate::resource::Address, &Live<Value>)| {
        let (status, reason) = word(&live.status);
        json!({
            "address": address.to_string(),
            "id": live.id,
            "status": status,
            "reason": reason,
            "wanted": graph.get(address).is_some(),
            "outputs": live.outputs,
        })
    };
    let missing = graph.resources().keys().filter(|address| world.get(address).is_none());
    json!({
        "format": FORMAT,
        "stack": header.stack,
        "account": header.account,
        "region": header.region,
        "resources": world.resources.iter().map(resource).collect::<Vec<_>>(),
        "missing": missing.map(ToString::to_string).collect::<Vec<_>>(),
        "outputs": outputs(world)
            .map(|(label, address, value)| json!({ "label": label, "address": address, "value": value }))
            .collect::<Vec<_>>(),
    })
}
