//! What is used goes last.

use super::{address, edit, kafka, network, planned, shown, wanted, with, world};
use aqueduct::plan::{destruction, plan};
use aqueduct::resource::Status;
use aqueduct::world::{Foreign, Graph};
use insta::assert_snapshot;
use serde_json::json;

#[test]
fn what_the_manifest_does_not_list_goes() {
    let world = world(&wanted(network()));
    let graph = wanted(with(network(), json!({ "ec2/subnet/b": null })));
    assert_snapshot!(shown(&planned(&graph, &world)), @"");
}

#[test]
fn users_go_before_what_they_use() {
    let world = world(&wanted(network()));
    assert_snapshot!(shown(&planned(&Graph::default(), &world)), @"");
}

#[test]
fn what_is_used_goes_after_its_user_has_turned_away() {
    let before = wanted(network());
    let graph = wanted(with(
        network(),
        json!({
            "ec2/security-group/client": null,
            "ec2/security-group/broker": { "ingress": [] },
        }),
    ));
    assert_snapshot!(shown(&planned(&graph, &world(&before))), @"");
}

#[test]
fn the_edges_of_the_manifest_order_what_live_objects_do_not_show() {
    let document = json!({
        "ec2/vpc/main": { "cidr": "10.0.0.0/16" },
        "kinesis/stream/needed": { "name": "needed", "mode": "on_demand", "retention_hours": 24 },
        "s3/bucket/data": { "name": "data" },
        "iam/role/reader": { "name": "reader", "trust": {}, "inline": { "read": { "Statement": [
            { "Effect": "Allow", "Action": "s3:GetObject", "Resource": "⟦s3/bucket/data|arn⟧/topics/*" },
            { "Effect": "Allow", "Action": "kinesis:Get*", "Resource": "⟦kinesis/stream/needed|arn⟧" },
        ] } } },
    });
    let graph = wanted(document);
    let world = world(&graph);
    assert_snapshot!(shown(&plan(&Graph::default(), &world, &graph).unwrap()), @"");
    assert_snapshot!(shown(&plan(&Graph::default(), &world, &Graph::default()).unwrap()), @"");
}

#[test]
fn a_destruction_takes_everything_and_needs_no_reason() {
    let graph = wanted(kafka());
    let mut world = world(&graph);
    let mut old = world.resources[&address("kafka/topic/orders")].clone();
    old.id += "-old";
    world.surplus.push((address("kafka/topic/orders"), old));
    edit(&mut world, "kafka/topic/clicks", |live| live.status = Status::Deleting);
    assert_snapshot!(shown(&destruction(&world, &graph)), @"");
}

#[test]
fn a_destruction_leaves_what_others_own() {
    let graph = wanted(network());
    let mut world = world(&graph);
    world.resources.retain(|address, _| address.kind == "ec2/vpc");
    world.foreign.push(Foreign { address: address("ec2/subnet/a"), id: "subnet-1".into() });
    assert_snapshot!(shown(&destruction(&world, &graph)), @"");
}

#[test]
fn live_objects_that_refer_to_each_other_in_a_circle_go_all_the_same() {
    let graph = wanted(network());
    let mut world = world(&graph);
    let rules = json!([{
        "protocol": "tcp", "from_port": 1, "to_port": 1, "description": null, "peer": { "group": "security-group-broker" },
    }]);
    edit(&mut world, "ec2/security-group/client", |live| live.spec["ingress"] = rules);
    assert_snapshot!(shown(&destruction(&world, &graph)), @"");
}

#[test]
fn only_what_holds_data_loses_data() {
    let document = json!({
        "s3/bucket/full": { "name": "full" },
        "s3/bucket/empty": { "name": "empty" },
        "kinesis/stream/broken": { "name": "broken", "mode": "on_demand", "retention_hours": 24 },
        "iam/role/reader": { "name": "reader", "trust": {} },
    });
    let graph = wanted(document);
    let mut world = world(&graph);
    edit(&mut world, "s3/bucket/full", |live| live.holds_data = Some(true));
    edit(&mut world, "s3/bucket/empty", |live| live.holds_data = Some(false));
    edit(&mut world, "kinesis/stream/broken", |live| live.status = Status::Failed("it never worked".into()));
    assert_snapshot!(shown(&destruction(&world, &graph)), @"");
}
