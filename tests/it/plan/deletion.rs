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
    assert_snapshot!(shown(&planned(&graph, &world)), @"0 delete ec2/subnet/b subnet-b (unwanted)");
}

#[test]
fn users_go_before_what_they_use() {
    let world = world(&wanted(network()));
    assert_snapshot!(shown(&planned(&Graph::default(), &world)), @"
    0 delete ec2/security-group/broker security-group-broker (unwanted)
    1 delete ec2/security-group/client security-group-client (unwanted) after 0
    2 delete ec2/subnet/a subnet-a (unwanted)
    3 delete ec2/subnet/b subnet-b (unwanted)
    4 delete ec2/vpc/main vpc-main (unwanted) after 0, 1, 2, 3
    ");
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
    assert_snapshot!(shown(&planned(&graph, &world(&before))), @r#"
    0 change ec2/security-group/broker
        ingress: [{"description":null,"from_port":9098,"peer":{"group":"security-group-client"},"protocol":"tcp","to_port":9098}] → []
    1 delete ec2/security-group/client security-group-client (unwanted) after 0
    "#);
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
    assert_snapshot!(shown(&plan(&Graph::default(), &world, &graph).unwrap()), @"
    0 delete ec2/vpc/main vpc-main (unwanted)
    1 delete iam/role/reader reader (unwanted)
    2 delete kinesis/stream/needed needed (unwanted) after 1 LOSES DATA
    3 delete s3/bucket/data data (unwanted) after 1 LOSES DATA
    ");
    assert_snapshot!(shown(&plan(&Graph::default(), &world, &Graph::default()).unwrap()), @"
    0 delete ec2/vpc/main vpc-main (unwanted)
    1 delete iam/role/reader reader (unwanted)
    2 delete kinesis/stream/needed needed (unwanted) LOSES DATA
    3 delete s3/bucket/data data (unwanted) LOSES DATA
    ");
}

#[test]
fn a_destruction_takes_everything_and_needs_no_reason() {
    let graph = wanted(kafka());
    let mut world = world(&graph);
    let mut old = world.resources[&address("kafka/topic/orders")].clone();
    old.id += "-old";
    world.surplus.push((address("kafka/topic/orders"), old));
    edit(&mut world, "kafka/topic/clicks", |live| live.status = Status::Deleting);
    assert_snapshot!(shown(&destruction(&world, &graph)), @"
    0 delete kafka/topic/clicks arn:aws:kafka:us-east-1:000000000000:topic/main/uuid/clicks (destroyed)
    1 delete kafka/topic/orders arn:aws:kafka:us-east-1:000000000000:topic/main/uuid/orders (destroyed) LOSES DATA
    2 delete kafka/cluster/main arn:aws:kafka:us-east-1:000000000000:cluster/main/uuid (destroyed) after 0, 1 LOSES DATA
    3 delete kafka/configuration/main main (destroyed) after 2
    4 delete kafka/topic/orders arn:aws:kafka:us-east-1:000000000000:topic/main/uuid/orders-old (surplus) LOSES DATA
    ");
}

#[test]
fn a_destruction_leaves_what_others_own() {
    let graph = wanted(network());
    let mut world = world(&graph);
    world.resources.retain(|address, _| address.kind == "ec2/vpc");
    world.foreign.push(Foreign { address: address("ec2/subnet/a"), id: "subnet-1".into() });
    assert_snapshot!(shown(&destruction(&world, &graph)), @"0 delete ec2/vpc/main vpc-main (destroyed)");
}

#[test]
fn live_objects_that_refer_to_each_other_in_a_circle_go_all_the_same() {
    let graph = wanted(network());
    let mut world = world(&graph);
    let rules = json!([{
        "protocol": "tcp", "from_port": 1, "to_port": 1, "description": null, "peer": { "group": "security-group-broker" },
    }]);
    edit(&mut world, "ec2/security-group/client", |live| live.spec["ingress"] = rules);
    assert_snapshot!(shown(&destruction(&world, &graph)), @"
    0 delete ec2/subnet/a subnet-a (destroyed)
    1 delete ec2/subnet/b subnet-b (destroyed)
    2 delete ec2/security-group/broker security-group-broker (destroyed)
    3 delete ec2/security-group/client security-group-client (destroyed) after 2
    4 delete ec2/vpc/main vpc-main (destroyed) after 0, 1, 2, 3
    ");
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
    assert_snapshot!(shown(&destruction(&world, &graph)), @"
    0 delete iam/role/reader reader (destroyed)
    1 delete kinesis/stream/broken broken (destroyed)
    2 delete s3/bucket/empty empty (destroyed)
    3 delete s3/bucket/full full (destroyed) LOSES DATA
    ");
}
