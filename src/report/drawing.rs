//! The graph as a drawing.

use crate::world::Graph;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

/// Graphviz: an arrow from each resource to what it needs.
pub fn dot(graph: &Graph) -> String {
    let mut out = String::from("digraph aqueduct {\n  rankdir=LR;\n  node [shape=box, fontname=\"sans-serif\"];\n");
    for (service, addresses) in services(graph) {
        let _ = writeln!(out, "  subgraph \"cluster_{service}\" {{\n    label=\"{service}\";");
        for address in addresses {
            let _ = writeln!(out, "    \"{}\";", quoted(&address));
        }
        out.push_str("  }\n");
    }
    for (from, to) in edges(graph) {
        let _ = writeln!(out, "  \"{}\" -> \"{}\";", quoted(&from), quoted(&to));
    }
    out.push_str("}\n");
    out
}

/// Mermaid, as GitHub and GitLab draw it in Markdown.
pub fn mermaid(graph: &Graph) -> String {
    let mut out = String::from("flowchart LR\n");
    let names: BTreeMap<String, usize> =
        graph.resources().keys().enumerate().map(|(index, address)| (address.to_string(), index)).collect();
    for (service, addresses) in services(graph) {
        let _ = writeln!(out, "  subgraph {service}");
        for address in addresses {
            let _ = writeln!(out, "    r{}[\"{}\"]", names[&address], address.replace('"', "#quot;"));
        }
        out.push_str("  end\n");
    }
    for (from, to) in edges(graph) {
        let _ = writeln!(out, "  r{} --> r{}", names[&from], names[&to]);
    }
    out
}

fn quoted(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"")
}

fn services(graph: &Graph) -> BTreeMap<&'static str, BTreeSet<String>> {
    let mut services: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for address in graph.resources().keys() {
        let service = address.kind.split('/').next().unwrap_or(address.kind);
        services.entry(service).or_default().insert(address.to_string());
    }
    services
}

fn edges(graph: &Graph) -> impl Iterator<Item = (String, String)> {
    graph.resources().keys().flat_map(|from| graph.needs(from).map(move |to| (from.to_string(), to.to_string())))
}
