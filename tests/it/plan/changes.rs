//! What is changed in place.

use super::{address, edit, kafka, network, planned, shown, wanted, with, world};
use aqueduct::plan::{PlanError, plan};
use aqueduct::resource::Status;
use aqueduct::world::Foreign;
use insta::assert_snapshot;
use serde_json::json;

#[test]
fn what_differs_is_changed_field_by_field() {
    let world = world(&wanted(network()));
    let graph = wanted(with(
        network(),
        json!({
            "ec2/vpc/main": { "dns_hostnames": true },
            "ec2/subnet/a": { "map_public_ips": true, "hostname_type": "resource_name" },
        }),
    ));
    assert_snapshot!(shown(&planned(&graph, &world)), @r#"
    0 change ec2/vpc/main
        dns_hostnames: false → true
    1 change ec2/subnet/a after 0
        hostname_type: "ip_name" → "resource_name"
        map_public_ips: false → true
    "#);
}

#[test]
fn tags_are_fields() {
    let graph = wanted(network());
    let mut world = world(&graph);
    edit(&mut world, "ec2/vpc/main", |live| {
        live.tags.insert("owner".into(), "somebody".into());
        live.tags.insert("team".into(), "another".into());
    });
    assert_snapshot!(shown(&planned(&graph, &world)), @r#"
    0 change ec2/vpc/main
        tags.owner: "somebody" → null
        tags.team: "another" → "data"
    "#);
}

#[test]
fn a_field_that_is_left_to_aws_never_differs() {
    let stream = json!({ "kinesis/stream/s": { "name": "s", "mode": "on_demand", "retention_hours": 24 } });
    let graph = wanted(stream.clone());
    let mut world = world(&graph);
    edit(&mut world, "kinesis/stream/s", |live| live.spec["shards"] = json!(17));
    assert_eq!(shown(&planned(&graph, &world)), "");
    let graph = wanted(with(stream, json!({ "kinesis/stream/s": { "mode": "provisioned", "shards": 4 } })));
    assert_snapshot!(shown(&planned(&graph, &world)), @r#"
    0 change kinesis/stream/s
        mode: "on_demand" → "provisioned"
        shards: 17 → 4
    "#);
}

#[test]
fn an_output_that_an_update_may_change_is_known_only_after_it() {
    let document = kafka();
    let before = wanted(document.clone());
    let changed = json!({ "kafka/configuration/main": { "properties": { "num.partitions": "6" } } });
    let graph = wanted(with(document, changed));
    assert_snapshot!(shown(&planned(&graph, &world(&before))), @r#"
    0 change kafka/configuration/main
        properties[num.partitions]: "3" → "6"
    1 change kafka/cluster/main after 0
        capacity.provisioned.configuration.revision: "revision of main" → known after kafka/configuration/main
    "#);
}

#[test]
fn what_is_being_made_is_waited_for() {
    let graph = wanted(network());
    let mut world = world(&graph);
    edit(&mut world, "ec2/vpc/main", |live| live.status = Status::Pending("pending".into()));
    world.resources.remove(&address("ec2/subnet/a"));
    assert_snapshot!(shown(&planned(&graph, &world)), @"
    0 await ec2/vpc/main (pending)
    1 create ec2/subnet/a after 0
    ");
}

#[test]
fn what_is_being_made_and_differs_is_changed() {
    let graph = wanted(network());
    let mut world = world(&graph);
    edit(&mut world, "ec2/vpc/main", |live| {
        live.status = Status::Pending("pending".into());
        live.spec["dns_hostnames"] = json!(true);
    });
    assert_snapshot!(shown(&planned(&graph, &world)), @"
    0 change ec2/vpc/main
        dns_hostnames: true → false
    ");
}

#[test]
fn names_that_others_hold_stop_everything_and_are_all_told() {
    let graph = wanted(network());
    let mut world = world(&graph);
    for (name, id) in [("ec2/subnet/a", "subnet-1"), ("ec2/security-group/client", "sg-1")] {
        world.resources.remove(&address(name));
        world.foreign.push(Foreign { address: address(name), id: id.into() });
    }
    let error: PlanError = plan(&graph, &world, &graph).unwrap_err();
    assert_snapshot!(error, @"
    ec2/subnet/a: subnet-1 exists, but does not belong to this stack
    ec2/security-group/client: sg-1 exists, but does not belong to this stack
      choose another name in the manifest, or delete the object, or take it over with `aqueduct adopt`
    ");
}
