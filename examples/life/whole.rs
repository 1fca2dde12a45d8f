//! A whole manifest, cut to what a double can do, one step of its life at a time.

use super::{Outcome, reach};
use aqueduct::aws::Cx;
use aqueduct::manifest::{Inputs, load, lower};
use aqueduct::plan::{Step, plan};
use aqueduct::resource::{Address, Place};
use aqueduct::world::{Draft, Graph, confirm, observe};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

/// What of a manifest a double is asked for.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Cut {
    /// The kinds and addresses that are left out.
    without: BTreeSet<String>,
    /// Fields of resources as the double can have them.
    fields: Map<String, Value>,
}

impl Cut {
    fn leaves_out(&self, address: &Address) -> bool {
        self.without.contains(address.kind) || self.without.contains(&address.to_string())
    }
}

/// The resources of the manifest `file` that `cut` leaves, in an account.
fn graph(file: &str, cut: &str, account: &str) -> Outcome<Graph> {
    let cut: Cut = serde_json::from_str(&std::fs::read_to_string(cut)?)?;
    let loaded = load(&[file.into()], &Inputs { account: Some(account), region: None, env: &|_| None });
    let manifest = loaded.manifest.ok_or_else(|| loaded.diagnostics.render(&loaded.sources, false))?;
    let place = Place::new(&manifest.header.stack.value, &manifest.header.region.value, account);
    let whole =
        lower(&manifest, &loaded.sources, &place).map_err(|wrong| wrong.render(&loaded.sources, false).to_string())?;
    let gone: Vec<String> =
        whole.resources().keys().filter(|one| cut.leaves_out(one)).map(ToString::to_string).collect();
    let mut draft = Draft::default();
    for (address, wanted) in whole.resources().iter().filter(|(address, _)| !cut.leaves_out(address)) {
        draft.add_value(&address.to_string(), &without(&gone, &wanted.spec), wanted.tags.clone());
    }
    for (address, fields) in &cut.fields {
        draft.override_fields(address, fields)?;
    }
    draft.finish().map_err(|errors| errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ").into())
}

/// `value` without what refers to resources that are `gone`: members of lists go, texts get something that looks alike.
fn without(gone: &[String], value: &Value) -> Value {
    match value {
        Value::String(text) => gone.iter().fold(text.clone(), |text, address| stood_in(&text, address)).into(),
        Value::Array(items) => {
            let refers =
                |item: &&Value| item.as_str().is_some_and(|text| gone.iter().any(|one| is_the_id_of(text, one)));
            items.iter().filter(|item| !refers(item)).map(|item| without(gone, item)).collect()
        }
        Value::Object(fields) => fields.iter().map(|(name, field)| (name.clone(), without(gone, field))).collect(),
        other => other.clone(),
    }
}

fn is_the_id_of(text: &str, address: &str) -> bool {
    text == format!("⟦{address}|id⟧")
}

/// `text` with something that looks like the outputs of the resource at `address`.
fn stood_in(text: &str, address: &str) -> String {
    let (open, mut out) = (format!("⟦{address}|"), text.to_owned());
    while let Some(start) = out.find(&open) {
        let Some(end) = out[start..].find('⟧').map(|end| start + end) else { break };
        let output = &out[start + open.len()..end];
        let name = address.rsplit('/').next().unwrap_or_default();
        let like = if output.contains("arn") || out.starts_with("arn:") {
            format!("arn:aws:kafka:us-east-1:123456789012:cluster/{name}/0-1")
        } else {
            name.to_owned()
        };
        out.replace_range(start..end + '⟧'.len_utf8(), &like);
    }
    out
}

/// Does one step of the life of `file`, cut by `cut`: `apply`, `drift` or `destroy`; gives what came of it.
pub async fn step(cx: &Cx, file: &str, cut: &str, step: &str) -> Outcome<Value> {
    let graph = graph(file, cut, cx.account())?;
    let mut world = observe(cx, &graph).await?;
    match step {
        "apply" => {
            let steps = plan(&graph, &world, &graph)?.steps.len();
            reach(cx, &graph, &graph).await?;
            Ok(json!({ "steps": steps, "resources": graph.resources().len(), "kinds": kinds(&graph) }))
        }
        "drift" => {
            let suspects = plan(&graph, &world, &graph)?.differing();
            confirm(cx, &mut world, suspects).await?;
            let steps: Vec<Step> = plan(&graph, &world, &graph)?.steps;
            Ok(json!(steps.iter().map(|step| step.address.to_string()).collect::<Vec<_>>()))
        }
        "destroy" => {
            reach(cx, &Graph::default(), &graph).await?;
            let left = observe(cx, &graph).await?.resources;
            Ok(json!(left.keys().map(ToString::to_string).collect::<Vec<_>>()))
        }
        other => Err(format!("no step is called {other}").into()),
    }
}

fn kinds(graph: &Graph) -> BTreeSet<&'static str> {
    graph.resources().keys().map(|address| address.kind).collect()
}
