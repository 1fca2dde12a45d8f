//! What is known of the resources of a graph before they are there: their names, and with them most of their ARNs.

use crate::resource::{Address, AnyKind, Place, Verb, holes, tree};
use crate::world::{Graph, filled};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Stands for what AWS chooses.
const UNKNOWN: &str = "*";

/// A resource as it will be.
#[derive(Clone)]
pub(super) struct Expected {
    kind: &'static dyn AnyKind,
    spec: Value,
}

impl Expected {
    /// What `verb` is about.
    pub(super) fn arns(&self, place: &Place, verb: Verb) -> Vec<String> {
        self.kind.arns(&self.spec, place, verb)
    }

    /// Whether something is given at `path`, such as `logs.s3`; `*` stands for every key.
    pub(super) fn has(&self, path: &str) -> bool {
        given(&self.spec, path)
    }

    fn output(&self, place: &Place, output: &str) -> String {
        let arn = || self.arns(place, Verb::Create).into_iter().next();
        // What MSK and load balancers make is known by its ARN.
        let by_arn = ["kafka/", "kafkaconnect/", "elb/"].iter().any(|service| self.kind.name().starts_with(service));
        let known = match output {
            "arn" => arn(),
            "id" if by_arn => arn(),
            "id" => self.kind.natural_id(&self.spec),
            _ => None,
        };
        known.unwrap_or_else(|| UNKNOWN.to_owned())
    }
}

fn given(value: &Value, path: &str) -> bool {
    let (first, rest) = path.split_once('.').map_or((path, None), |(first, rest)| (first, Some(rest)));
    let below = |value: &Value| match (rest, value) {
        (Some(rest), value) => given(value, rest),
        (None, Value::Null | Value::Bool(false)) => false,
        (None, Value::String(text)) => !text.is_empty(),
        (None, Value::Array(items)) => !items.is_empty(),
        (None, _) => true,
    };
    match value {
        Value::Object(fields) if first == UNKNOWN => fields.values().any(below),
        Value::Array(items) if first == UNKNOWN => items.iter().any(below),
        Value::Object(fields) => fields.get(first).is_some_and(below),
        _ => false,
    }
}

/// Every resource of `graph` as it will be in `place`.
pub(super) fn expected(graph: &Graph, place: &Place) -> BTreeMap<Address, Expected> {
    let mut all: BTreeMap<Address, Expected> = BTreeMap::new();
    for address in graph.creation_order() {
        let Some(wanted) = graph.get(&address) else { continue };
        let lookup = |address: &Address, output: &str| all.get(address).map(|target| target.output(place, output));
        let spec = filled(&wanted.spec, &lookup);
        all.insert(address, Expected { kind: wanted.kind, spec });
    }
    all
}

/// The ARNs of what the resource at `address` refers to, be it the manifest's or somebody else's.
pub(super) fn around(
    graph: &Graph,
    address: &Address,
    expected: &BTreeMap<Address, Expected>,
    place: &Place,
) -> BTreeSet<String> {
    let mut arns = BTreeSet::new();
    for need in graph.needs(address) {
        arns.extend(expected.get(need).into_iter().flat_map(|target| target.arns(place, Verb::Create)));
        if need.kind == "iam/instance-profile" {
            arns.extend(around(graph, need, expected, place));
        }
    }
    for (kind, text) in literals(graph, address) {
        let arn = match kind.as_deref() {
            _ if text.starts_with("arn:") => text,
            Some("s3/bucket") => place.s3(text),
            _ => continue,
        };
        if arn.contains(":s3:::") && !arn.contains('/') {
            arns.insert(format!("{arn}/*"));
        }
        arns.insert(arn);
    }
    arns
}

/// The ids of EC2's that the manifest names and does not make: those of an existing network.
pub(super) fn existing(graph: &Graph) -> BTreeSet<String> {
    let texts = graph.resources().keys().flat_map(|address| literals(graph, address));
    texts
        .filter(|(kind, _)| kind.as_deref().is_some_and(|kind| kind.starts_with("ec2/")))
        .map(|(_, text)| text)
        .collect()
}

/// The texts without holes in the spec at `address`, with the kind of which one is a reference.
fn literals(graph: &Graph, address: &Address) -> Vec<(Option<String>, String)> {
    let tree = graph.get(address).and_then(|wanted| wanted.kind.tree(&wanted.spec).ok());
    let mut found = vec![];
    if let Some(tree) = &tree {
        tree::texts(tree, &mut |kind, text| {
            if holes(text).next().is_none() {
                found.push((kind.map(str::to_owned), text.to_owned()));
            }
        });
    }
    found
}
