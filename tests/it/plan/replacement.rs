//! What cannot be changed in place is replaced.

use super::{address, edit, kafka, network, planned, shown, wanted, with, world};
use aqueduct::resource::Status;
use insta::assert_snapshot;
use serde_json::json;

#[test]
fn what_has_no_name_of_its_own_is_made_before_the_old_one_goes() {
    let world = world(&wanted(network()));
    let graph = wanted(with(network(), json!({ "ec2/subnet/a": { "zone": "us-east-1b", "cidr": "10.0.2.0/24" } })));
    assert_snapshot!(shown(&planned(&graph, &world)), @"");
}

#[test]
fn what_takes_the_name_of_the_old_one_is_made_after_it_went() {
    let world = world(&wanted(network()));
    let graph = wanted(with(network(), json!({ "ec2/subnet/a": { "zone": "us-east-1b" } })));
    assert_snapshot!(shown(&planned(&graph, &world)), @"");
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
    assert_snapshot!(shown(&planned(&graph, &world)), @"");
}

#[test]
fn what_hangs_on_a_replaced_resource_is_replaced_too() {
    let world = world(&wanted(network()));
    let graph = wanted(with(network(), json!({ "ec2/vpc/main": { "cidr": "10.1.0.0/16" } })));
    assert_snapshot!(shown(&planned(&graph, &world)), @"");
}

#[test]
fn what_only_refers_to_a_replaced_resource_is_changed_before_the_old_one_goes() {
    let document = with(network(), json!({ "ec2/security-group/client": { "name": "old" } }));
    let world = world(&wanted(document));
    assert_snapshot!(shown(&planned(&wanted(network()), &world)), @"");
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
    assert_snapshot!(shown(&planned(&graph, &world)), @"");
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
    assert_snapshot!(shown(&planned(&graph, &world)), @"");
}

#[test]
fn what_failed_is_made_anew() {
    let graph = wanted(kafka());
    let mut world = world(&graph);
    edit(&mut world, "kafka/cluster/main", |live| live.status = Status::Failed("no capacity".into()));
    world.resources.retain(|address, _| address.kind != "kafka/topic");
    assert_snapshot!(shown(&planned(&graph, &world)), @"");
}

#[test]
fn what_is_being_deleted_is_waited_for_and_made_anew() {
    let graph = wanted(kafka());
    let mut world = world(&graph);
    edit(&mut world, "kafka/topic/orders", |live| live.status = Status::Deleting);
    assert_snapshot!(shown(&planned(&graph, &world)), @"");
}

#[test]
fn of_two_with_one_address_the_one_too_many_goes() {
    let graph = wanted(network());
    let mut world = world(&graph);
    let mut old = world.resources[&address("ec2/subnet/a")].clone();
    old.id = "subnet-old".into();
    world.surplus.push((address("ec2/subnet/a"), old));
    assert_snapshot!(shown(&planned(&graph, &world)), @"");
}

#[test]
fn the_one_too_many_goes_after_the_other_is_as_wanted() {
    let mut world = world(&wanted(network()));
    let mut old = world.resources[&address("ec2/subnet/a")].clone();
    old.id = "subnet-old".into();
    world.surplus.push((address("ec2/subnet/a"), old));
    let graph = wanted(with(network(), json!({ "ec2/subnet/a": { "map_public_ips": true } })));
    assert_snapshot!(shown(&planned(&graph, &world)), @"");
}
