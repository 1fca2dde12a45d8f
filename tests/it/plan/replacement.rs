//! What cannot be changed in place is replaced.

use super::{address, edit, kafka, network, planned, shown, wanted, with, world};
use aqueduct::resource::Status;
use insta::assert_snapshot;
use serde_json::json;

#[test]
fn what_has_no_name_of_its_own_is_made_before_the_old_one_goes() {
    let world = world(&wanted(network()));
    let graph = wanted(with(network(), json!({ "ec2/subnet/a": { "zone": "us-east-1b", "cidr": "10.0.2.0/24" } })));
    assert_snapshot!(shown(&planned(&graph, &world)), @r#"
    0 create ec2/subnet/a replacing (fixed)
        cidr: "10.0.0.0/24" → "10.0.2.0/24" (replaces)
        zone: null → "us-east-1b" (replaces)
    1 delete ec2/subnet/a subnet-a (fixed) after 0
    "#);
}

#[test]
fn what_takes_the_name_of_the_old_one_is_made_after_it_went() {
    let world = world(&wanted(network()));
    let graph = wanted(with(network(), json!({ "ec2/subnet/a": { "zone": "us-east-1b" } })));
    assert_snapshot!(shown(&planned(&graph, &world)), @r#"
    0 delete ec2/subnet/a subnet-a (fixed)
    1 create ec2/subnet/a replacing (fixed) after 0
        zone: null → "us-east-1b" (replaces)
    "#);
}

#[test]
fn all_that_differs_of_a_replaced_resource_is_shown() {
    let world = world(&wanted(network()));
    let graph = wanted(with(
        network(),
        json!({
            "ec2/subnet/a": { "cidr": "10.0.2.0/24", "map_public_ips": true },
        }),
    ));
    assert_snapshot!(shown(&planned(&graph, &world)), @r#"
    0 create ec2/subnet/a replacing (fixed)
        cidr: "10.0.0.0/24" → "10.0.2.0/24" (replaces)
        map_public_ips: false → true
    1 delete ec2/subnet/a subnet-a (fixed) after 0
    "#);
}

#[test]
fn what_hangs_on_a_replaced_resource_is_replaced_too() {
    let world = world(&wanted(network()));
    let graph = wanted(with(network(), json!({ "ec2/vpc/main": { "cidr": "10.1.0.0/16" } })));
    assert_snapshot!(shown(&planned(&graph, &world)), @r#"
    0 create ec2/vpc/main replacing (fixed)
        cidr: "10.0.0.0/16" → "10.1.0.0/16" (replaces)
    1 create ec2/security-group/client replacing (fixed) after 0
        vpc: "vpc-main" → known after ec2/vpc/main (replaces)
    2 create ec2/security-group/broker replacing (fixed) after 0, 1
        ingress: [{"description":null,"from_port":9098,"peer":{"group":"security-group-client"},"protocol":"tcp","to_port":9098}] → known after ec2/security-group/client
        vpc: "vpc-main" → known after ec2/vpc/main (replaces)
    3 create ec2/subnet/a replacing (fixed) after 0
        vpc: "vpc-main" → known after ec2/vpc/main (replaces)
    4 create ec2/subnet/b replacing (fixed) after 0
        vpc: "vpc-main" → known after ec2/vpc/main (replaces)
    5 delete ec2/security-group/broker security-group-broker (fixed) after 2
    6 delete ec2/security-group/client security-group-client (fixed) after 1, 5
    7 delete ec2/subnet/a subnet-a (fixed) after 3
    8 delete ec2/subnet/b subnet-b (fixed) after 4
    9 delete ec2/vpc/main vpc-main (fixed) after 0, 5, 6, 7, 8
    "#);
}

#[test]
fn what_only_refers_to_a_replaced_resource_is_changed_before_the_old_one_goes() {
    let document = with(network(), json!({ "ec2/security-group/client": { "name": "old" } }));
    let world = world(&wanted(document));
    assert_snapshot!(shown(&planned(&wanted(network()), &world)), @r#"
    0 create ec2/security-group/client replacing (fixed)
        name: "old" → "client" (replaces)
    1 change ec2/security-group/broker after 0
        ingress: [{"description":null,"from_port":9098,"peer":{"group":"security-group-client"},"protocol":"tcp","to_port":9098}] → known after ec2/security-group/client
    2 delete ec2/security-group/client security-group-client (fixed) after 0, 1
    "#);
}

#[test]
fn a_new_resource_waits_for_another_that_holds_its_name() {
    let world = world(&wanted(network()));
    let graph = wanted(with(
        network(),
        json!({
            "ec2/subnet/a": { "cidr": "10.0.2.0/24" },
            "ec2/subnet/c": { "vpc": "⟦ec2/vpc/main|id⟧", "cidr": "10.0.0.0/24" },
        }),
    ));
    assert_snapshot!(shown(&planned(&graph, &world)), @r#"
    0 delete ec2/subnet/a subnet-a (fixed)
    1 create ec2/subnet/a replacing (fixed) after 0
        cidr: "10.0.0.0/24" → "10.0.2.0/24" (replaces)
    2 create ec2/subnet/c after 0
    "#);
}

#[test]
fn the_values_of_a_change_can_decide_on_replacement() {
    let world = world(&wanted(kafka()));
    let graph = wanted(with(
        kafka(),
        json!({
            "kafka/topic/clicks": { "partitions": 6 },
            "kafka/topic/orders": { "partitions": 2 },
        }),
    ));
    assert_snapshot!(shown(&planned(&graph, &world)), @"
    0 delete kafka/topic/orders arn:aws:kafka:us-east-1:000000000000:topic/main/uuid/orders (fixed) LOSES DATA
    1 change kafka/topic/clicks
        partitions: 3 → 6
    2 create kafka/topic/orders replacing (fixed) after 0
        partitions: 3 → 2 (replaces)
    ");
}

#[test]
fn what_failed_is_made_anew() {
    let graph = wanted(kafka());
    let mut world = world(&graph);
    edit(&mut world, "kafka/cluster/main", |live| live.status = Status::Failed("no capacity".into()));
    world.resources.retain(|address, _| address.kind != "kafka/topic");
    assert_snapshot!(shown(&planned(&graph, &world)), @"
    0 delete kafka/cluster/main arn:aws:kafka:us-east-1:000000000000:cluster/main/uuid (failed: no capacity)
    1 create kafka/cluster/main replacing (failed: no capacity) after 0
    2 create kafka/topic/clicks after 1
    3 create kafka/topic/orders after 1
    ");
}

#[test]
fn what_is_being_deleted_is_waited_for_and_made_anew() {
    let graph = wanted(kafka());
    let mut world = world(&graph);
    edit(&mut world, "kafka/topic/orders", |live| live.status = Status::Deleting);
    assert_snapshot!(shown(&planned(&graph, &world)), @"
    0 delete kafka/topic/orders arn:aws:kafka:us-east-1:000000000000:topic/main/uuid/orders (deleting)
    1 create kafka/topic/orders replacing (deleting) after 0
    ");
}

#[test]
fn of_two_with_one_address_the_one_too_many_goes() {
    let graph = wanted(network());
    let mut world = world(&graph);
    let mut old = world.resources[&address("ec2/subnet/a")].clone();
    old.id = "subnet-old".into();
    world.surplus.push((address("ec2/subnet/a"), old));
    assert_snapshot!(shown(&planned(&graph, &world)), @"0 delete ec2/subnet/a subnet-old (surplus)");
}

#[test]
fn the_one_too_many_goes_after_the_other_is_as_wanted() {
    let mut world = world(&wanted(network()));
    let mut old = world.resources[&address("ec2/subnet/a")].clone();
    old.id = "subnet-old".into();
    world.surplus.push((address("ec2/subnet/a"), old));
    let graph = wanted(with(network(), json!({ "ec2/subnet/a": { "map_public_ips": true } })));
    assert_snapshot!(shown(&planned(&graph, &world)), @"
    0 change ec2/subnet/a
        map_public_ips: false → true
    1 delete ec2/subnet/a subnet-old (surplus) after 0
    ");
}
