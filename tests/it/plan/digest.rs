//! The digest of a saved plan stands for everything that a plan depends on, and for nothing else.

use super::{address, edit, kafka, tags, wanted, with, world};
use aqueduct::plan::digest;
use aqueduct::resource::Status;
use aqueduct::world::{Draft, Foreign, Graph, World};
use serde_json::json;

fn before() -> (Graph, World) {
    let graph = wanted(kafka());
    let world = world(&graph);
    (graph, world)
}

#[test]
fn it_is_the_same_for_the_same() {
    let (graph, live) = before();
    let same = digest(&graph, &live);
    assert_eq!(same.len(), 64);
    assert!(same.bytes().all(|byte| byte.is_ascii_hexdigit()));
    assert_eq!(digest(&wanted(kafka()), &world(&wanted(kafka()))), same);
    let mut backwards = Draft::default();
    for (address, resource) in graph.resources().iter().rev() {
        backwards.add_value(&address.to_string(), &resource.spec, resource.tags.clone());
    }
    assert_eq!(digest(&backwards.finish().unwrap(), &live), same, "the order of the manifest makes no difference");
}

#[test]
fn everything_that_is_wanted_enters_it() {
    let (graph, live) = before();
    let same = digest(&graph, &live);
    for changed in [
        json!({ "kafka/topic/orders": { "partitions": 4 } }),
        json!({ "kafka/topic/orders": { "config": { "retention.ms": "1" } } }),
        json!({ "kafka/topic/orders": null }),
        json!({ "s3/bucket/data": { "name": "data" } }),
    ] {
        assert_ne!(digest(&wanted(with(kafka(), changed.clone())), &live), same, "{changed}");
    }
    let mut draft = Draft::default();
    for (address, resource) in graph.resources() {
        let mut tags = tags();
        tags.insert("more".into(), "tags".into());
        draft.add_value(&address.to_string(), &resource.spec, tags);
    }
    assert_ne!(digest(&draft.finish().unwrap(), &live), same, "tags");
}

#[test]
fn everything_that_is_live_enters_it() {
    let (graph, live) = before();
    let same = digest(&graph, &live);
    let orders = "kafka/topic/orders";
    let differs = |what: &str, change: &dyn Fn(&mut World)| {
        let mut world = live.clone();
        change(&mut world);
        assert_ne!(digest(&graph, &world), same, "{what}");
    };
    differs("spec", &|world| edit(world, orders, |live| live.spec["partitions"] = json!(4)));
    differs("id", &|world| edit(world, orders, |live| live.id += "x"));
    differs("tags", &|world| edit(world, orders, |live| drop(live.tags.insert("a".into(), "b".into()))));
    differs("outputs", &|world| {
        edit(world, "kafka/cluster/main", |live| drop(live.outputs.insert("uuid".into(), "b".into())));
    });
    differs("status", &|world| edit(world, orders, |live| live.status = Status::Pending("UPDATING".into())));
    differs("absence", &|world| drop(world.resources.remove(&address(orders))));
    differs("surplus", &|world| {
        let spare = world.resources[&address(orders)].clone();
        world.surplus.push((address(orders), spare));
    });
    differs("foreign", &|world| world.foreign.push(Foreign { address: address(orders), id: "x".into() }));
}
