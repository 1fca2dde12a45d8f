//! What is needed is made first.

use super::{address, network, planned, shown, wanted, with, world};
use aqueduct::plan::plan;
use aqueduct::world::World;
use insta::assert_snapshot;
use serde_json::json;
use std::collections::BTreeSet;

#[test]
fn what_is_needed_is_created_first() {
    assert_snapshot!(shown(&planned(&wanted(network()), &World::default())), @"
    0 create ec2/vpc/main
    1 create ec2/security-group/client after 0
    2 create ec2/security-group/broker after 0, 1
    3 create ec2/subnet/a after 0
    4 create ec2/subnet/b after 0
    ");
}

#[test]
fn what_is_there_is_not_waited_for() {
    let graph = wanted(network());
    let mut world = world(&graph);
    for gone in ["ec2/subnet/b", "ec2/security-group/client", "ec2/security-group/broker"] {
        world.resources.remove(&address(gone));
    }
    assert_snapshot!(shown(&planned(&graph, &world)), @"
    0 create ec2/security-group/client
    1 create ec2/security-group/broker after 0
    2 create ec2/subnet/b
    ");
}

#[test]
fn a_reference_inside_a_longer_text_is_a_need() {
    let graph = wanted(json!({
        "s3/bucket/data": { "name": "data" },
        "iam/role/reader": { "name": "reader", "trust": {}, "inline": { "read": { "Statement": [
            { "Effect": "Allow", "Action": "s3:GetObject", "Resource": "⟦s3/bucket/data|arn⟧/topics/*" },
        ] } } },
    }));
    assert_snapshot!(shown(&planned(&graph, &World::default())), @"
    0 create s3/bucket/data
    1 create iam/role/reader after 0
    ");
}

#[test]
fn a_target_takes_along_what_it_needs_and_nothing_else() {
    let all = wanted(network());
    let graph = all.only(&BTreeSet::from([address("ec2/security-group/broker")]));
    assert_snapshot!(shown(&plan(&graph, &World::default(), &all).unwrap()), @"
    0 create ec2/vpc/main
    1 create ec2/security-group/client after 0
    2 create ec2/security-group/broker after 0, 1
    ");
}

#[test]
fn a_world_that_is_as_wanted_needs_no_plan() {
    let graph = wanted(network());
    assert_eq!(shown(&planned(&graph, &world(&graph))), "");
}

#[test]
fn what_comes_later_in_a_list_and_what_is_a_default_make_no_difference() {
    let graph = wanted(network());
    let world = world(&graph);
    let same = with(
        network(),
        json!({
            "ec2/vpc/main": { "dns_support": true, "secondary_cidrs": [] },
            "ec2/security-group/broker": { "egress": [{ "protocol": "all", "peer": { "cidr": "0.0.0.0/0" } }] },
        }),
    );
    assert_eq!(shown(&planned(&wanted(same), &world)), "");
}
