//! The planner, with graphs and worlds made by hand.

mod changes;
mod deletion;
mod digest;
mod order;
mod properties;
mod replacement;

use crate::support::graph;
use aqueduct::kinds;
use aqueduct::plan::{Action, Plan, Step, To, Why, plan};
use aqueduct::resource::{Address, Live, Status, resolve};
use aqueduct::world::{Graph, World};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

/// The resource called `text`.
fn address(text: &str) -> Address {
    Address::parse(text, kinds::names()).unwrap_or_else(|| panic!("there is no kind for {text}"))
}

/// The graph of the resources in `document`, by address.
fn wanted(document: Value) -> Graph {
    let Value::Object(resources) = document else { panic!("resources by address") };
    graph(resources.iter().map(|(address, spec)| (address.as_str(), spec)))
}

/// What AWS makes of the wanted resource at `address`, given what else is live.
fn made(graph: &Graph, address: &Address, world: &World) -> Live<Value> {
    let wanted = &graph.resources()[address];
    let output = |to: &str, output: &str| world.output(&self::address(to), output);
    let spec = wanted.kind.parse(&resolve(&wanted.spec, &output)).unwrap();
    let id = match address.kind {
        "kafka/cluster" => format!("arn:aws:kafka:us-east-1:000000000000:cluster/{}/uuid", address.name),
        _ => wanted.kind.natural_id(&spec).unwrap_or_else(|| {
            let kind = address.kind.rsplit('/').next().unwrap();
            format!("{kind}-{}", address.name)
        }),
    };
    let outputs = wanted.kind.outputs().iter().map(|name| ((*name).to_owned(), format!("{name} of {id}"))).collect();
    let (tags, owner) = (wanted.tags.clone(), Some(address.name.clone()));
    Live { id, spec, outputs, tags, owner, status: Status::Ready, holds_data: None, undone: None, stack: None }
}

/// What is live once everything in `graph` is made.
fn world(graph: &Graph) -> World {
    let mut world = World::default();
    for address in graph.creation_order() {
        let live = made(graph, &address, &world);
        world.resources.insert(address, live);
    }
    world
}

/// Changes what is live at `address`.
fn edit(world: &mut World, address: &str, change: impl FnOnce(&mut Live<Value>)) {
    change(world.resources.get_mut(&self::address(address)).unwrap());
}

fn planned(graph: &Graph, world: &World) -> Plan {
    plan(graph, world, graph).unwrap_or_else(|error| panic!("{error}"))
}

/// A line a step, a line a change.
fn shown(plan: &Plan) -> String {
    let mut out = String::new();
    for (index, Step { address, action, after, loses_data }) in plan.steps.iter().enumerate() {
        let (verb, more) = match action {
            Action::Create { replaces: None, .. } => ("create", String::new()),
            Action::Create { replaces: Some(why), .. } => ("create", format!(" replacing ({})", reason(why))),
            Action::Update { .. } => ("change", String::new()),
            Action::Wait { state, .. } => ("await", format!(" ({state})")),
            Action::Delete { live, why } => ("delete", format!(" {} ({})", live.id, reason(why))),
        };
        write!(out, "{index} {verb} {address}{more}").unwrap();
        if !after.is_empty() {
            let after: Vec<String> = after.iter().map(ToString::to_string).collect();
            write!(out, " after {}", after.join(", ")).unwrap();
        }
        out.push_str(if *loses_data { " LOSES DATA\n" } else { "\n" });
        let nothing = vec![];
        let changes = match action {
            Action::Update { changes, .. } | Action::Create { replaces: Some(Why::Fixed(changes)), .. } => changes,
            _ => &nothing,
        };
        for change in changes {
            let to = match &change.to {
                To::Known(value) => value.to_string(),
                To::Later { after } => format!("known after {}", after.iter().cloned().collect::<Vec<_>>().join(", ")),
            };
            let replaces = if change.replaces { " (replaces)" } else { "" };
            writeln!(out, "    {}: {} → {to}{replaces}", change.field, change.from).unwrap();
        }
    }
    out
}

fn reason(why: &Why) -> String {
    match why {
        Why::Unwanted => "unwanted".into(),
        Why::Destroyed => "destroyed".into(),
        Why::Fixed(_) => "fixed".into(),
        Why::Failed(reason) => format!("failed: {reason}"),
        Why::Deleting => "deleting".into(),
        Why::Surplus => "surplus".into(),
    }
}

/// A VPC with two subnets and two security groups, one of which lets the other in.
fn network() -> Value {
    json!({
        "ec2/vpc/main": { "cidr": "10.0.0.0/16" },
        "ec2/subnet/a": { "vpc": "⟦ec2/vpc/main|id⟧", "cidr": "10.0.0.0/24" },
        "ec2/subnet/b": { "vpc": "⟦ec2/vpc/main|id⟧", "cidr": "10.0.1.0/24" },
        "ec2/security-group/client": { "vpc": "⟦ec2/vpc/main|id⟧", "name": "client", "description": "x" },
        "ec2/security-group/broker": { "vpc": "⟦ec2/vpc/main|id⟧", "name": "broker", "description": "x", "ingress": [
            { "protocol": "tcp", "from_port": 9098, "to_port": 9098, "peer": { "group": "⟦ec2/security-group/client|id⟧" } },
        ] },
    })
}

/// A cluster with its configuration and two topics.
fn kafka() -> Value {
    let cluster = "⟦kafka/cluster/main|id⟧";
    let capacity = json!({
        "version": "3.8.x", "brokers": 2, "broker_type": "kafka.t3.small", "storage_gib": 10,
        "subnets": ["subnet-a", "subnet-b"],
        "configuration": { "arn": "⟦kafka/configuration/main|id⟧", "revision": "⟦kafka/configuration/main|revision⟧" },
    });
    json!({
        "kafka/configuration/main": { "name": "main", "properties": { "num.partitions": "3" } },
        "kafka/cluster/main": { "name": "main", "capacity": { "provisioned": capacity } },
        "kafka/topic/clicks": { "cluster": cluster, "name": "clicks", "partitions": 3, "replication": 2 },
        "kafka/topic/orders": { "cluster": cluster, "name": "orders", "partitions": 3, "replication": 2 },
    })
}

/// `document` with the fields of `changed` in place of its own; null takes a field, or a resource, away.
fn with(mut document: Value, changed: Value) -> Value {
    fn merge(into: &mut Value, from: Value) {
        match (into, from) {
            (Value::Object(into), Value::Object(from)) => {
                for (key, value) in from {
                    if value.is_null() {
                        into.remove(&key);
                    } else {
                        merge(into.entry(key).or_insert(Value::Null), value);
                    }
                }
            }
            (into, from) => *into = from,
        }
    }
    merge(&mut document, changed);
    document
}

/// The tags that `support::graph` gives every resource.
fn tags() -> BTreeMap<String, String> {
    BTreeMap::from([("team".into(), "data".into())])
}

fn addresses(plan: &Plan, of: impl Fn(&Action) -> bool) -> BTreeSet<String> {
    plan.steps.iter().filter(|step| of(&step.action)).map(|step| step.address.to_string()).collect()
}
