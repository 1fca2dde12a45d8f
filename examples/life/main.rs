//! Leads the examples of kinds through their lives on any AWS or double of it: made, left alone, changed, deleted.
//!
//! `life URL FILE…` prints a line of JSON for each file: the kind, what of its life it got through, and what went wrong.
//! `life URL --whole STEP MANIFEST CUT` does a step of a whole manifest's life, and prints a line of JSON about it.

mod whole;

use aqueduct::apply::{Interrupt, apply};
use aqueduct::aws::{Connect, Cx, Pace, StandIn};
use aqueduct::kinds;
use aqueduct::plan::plan;
use aqueduct::world::{Draft, Graph, confirm, observe};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::error::Error;

/// Doubles do everything at once.
const PACE: f64 = 200.0;

type Outcome<T = ()> = Result<T, Box<dyn Error>>;

#[tokio::main]
async fn main() -> Outcome {
    let mut arguments = std::env::args().skip(1);
    let url = arguments.next().ok_or("usage: life URL FILE… | life URL --whole STEP MANIFEST CUT")?;
    let mut arguments = arguments.peekable();
    if arguments.next_if(|argument| argument == "--whole").is_some() {
        let [step, manifest, cut] = &arguments.collect::<Vec<_>>()[..] else {
            return Err("--whole STEP MANIFEST CUT".into());
        };
        let cx = connect(&url, "pinterest").await?;
        println!("{}", whole::step(&cx, manifest, cut, step).await?);
        return Ok(());
    }
    for (index, file) in arguments.enumerate() {
        let example = Example::load(&file)?;
        let mut through = vec![];
        let ended = life(&url, &format!("life{index}"), &example, &mut through).await;
        let wrong = ended.err().map(|error| error.to_string());
        println!("{}", json!({ "file": file, "kind": example.kind(), "through": through, "wrong": wrong }));
    }
    Ok(())
}

struct Example {
    setup: Map<String, Value>,
    address: String,
    resource: Value,
    changed: Vec<Value>,
}

impl Example {
    fn load(file: &str) -> Outcome<Self> {
        let mut document: Map<String, Value> = serde_yaml::from_str(&std::fs::read_to_string(file)?)?;
        let mut part = |name: &str| document.remove(name).unwrap_or_default();
        let Value::Object(resource) = part("resource") else { return Err("no resource".into()) };
        let (address, resource) = resource.into_iter().next().ok_or("no resource")?;
        let setup = part("setup").as_object().cloned().unwrap_or_default();
        let changed = part("changed").as_array().cloned().unwrap_or_default();
        Ok(Self { setup, address, resource, changed })
    }

    fn kind(&self) -> &str {
        kinds::names().find(|kind| self.address.starts_with(&format!("{kind}/"))).unwrap_or_default()
    }

    /// The setup and the resource with `fields` instead of its own; null takes a field away.
    fn graph(&self, fields: &Value) -> Outcome<Graph> {
        let mut spec = self.resource.as_object().cloned().unwrap_or_default();
        for (name, value) in fields.as_object().into_iter().flatten() {
            if value.is_null() { drop(spec.remove(name)) } else { drop(spec.insert(name.clone(), value.clone())) }
        }
        let mut draft = Draft::default();
        for (address, spec) in self.setup.iter().chain([(&self.address, &Value::Object(spec))]) {
            draft.add_value(address, spec, BTreeMap::from([("team".into(), "data".into())]));
        }
        draft.finish().map_err(|errors| errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ").into())
    }
}

async fn connect(url: &str, stack: &str) -> Outcome<Cx> {
    let connect =
        Connect { stand_in: Some(StandIn::Url(url.into())), pace: Some(Pace::times(PACE)), ..Connect::default() };
    Ok(connect.connect(stack).await?)
}

async fn life(url: &str, stack: &str, example: &Example, through: &mut Vec<String>) -> Outcome {
    let cx = connect(url, stack).await?;
    let as_it_is = example.graph(&Value::Null)?;
    let ended = grown(&cx, example, &as_it_is, through).await;
    // Whatever went wrong, the next example begins with an account that has nothing.
    let gone = reach(&cx, &Graph::default(), &as_it_is).await;
    ended?;
    gone?;
    let world = observe(&cx, &as_it_is).await?;
    if !world.resources.is_empty() {
        return Err(format!("left behind: {:?}", world.resources.keys()).into());
    }
    through.push("deleted".into());
    Ok(())
}

async fn grown(cx: &Cx, example: &Example, as_it_is: &Graph, through: &mut Vec<String>) -> Outcome {
    reach(cx, as_it_is, as_it_is).await?;
    through.push("made, with an empty plan".into());
    for fields in &example.changed {
        reach(cx, &example.graph(fields)?, as_it_is).await.map_err(|error| format!("change of {fields}: {error}"))?;
        through.push(format!("changed {fields}"));
        reach(cx, as_it_is, as_it_is).await.map_err(|error| format!("change of {fields}, and back: {error}"))?;
    }
    Ok(())
}

/// Applies until AWS is as `graph` wants it, and sees that a second plan is empty.
async fn reach(cx: &Cx, graph: &Graph, order: &Graph) -> Outcome {
    let order = if graph.resources().is_empty() { order } else { graph };
    let world = observe(cx, order).await?;
    let steps = plan(graph, &world, order)?;
    let (_keep, interrupt) = Interrupt::new();
    let outcome = apply(cx, &steps, world, interrupt, &|_| {}).await;
    if !outcome.complete() {
        let failed = outcome.failed.iter().map(|(address, error)| format!("{address}: {error}"));
        return Err(failed.collect::<Vec<_>>().join("; ").into());
    }
    let mut world = observe(cx, order).await?;
    let suspects = plan(graph, &world, order)?.differing();
    confirm(cx, &mut world, suspects).await?;
    let again = plan(graph, &world, order)?;
    if again.in_sync() { Ok(()) } else { Err(format!("the second plan is not empty: {:?}", again.steps).into()) }
}
