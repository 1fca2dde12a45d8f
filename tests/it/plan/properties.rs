//! What holds for any graph and any world.

use super::{address, addresses, made, planned, shown, world};
use crate::support::graph;
use aqueduct::plan::{Action, Plan, Why, destruction};
use aqueduct::resource::{Address, Status};
use aqueduct::world::{Graph, World};
use proptest::prelude::*;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

/// Some of a few VPCs, subnets, groups, buckets, objects and streams, with fields of every type.
fn manifests() -> impl Strategy<Value = BTreeMap<String, Value>> {
    let resource = (0_u8..6, 0_u8..4, 0_u8..4, 0_u8..4);
    prop::collection::vec(resource, 0..14).prop_map(|resources| {
        let mut specs = BTreeMap::new();
        for (kind, name, field, to) in resources {
            add(&mut specs, kind, name, field, to);
        }
        specs
    })
}

/// Adds a resource and what it needs. Needs lead from higher numbers to lower ones: never in a circle.
fn add(specs: &mut BTreeMap<String, Value>, kind: u8, name: u8, field: u8, to: u8) {
    let even = field.is_multiple_of(2);
    let (address, spec) = match kind {
        0 => (format!("ec2/vpc/{name}"), json!({ "cidr": format!("10.{}.0.0/16", field / 2), "dns_hostnames": even })),
        1 => {
            add_once(specs, 0, to);
            let cidr = format!("10.0.{}.0/24", field / 2);
            let spec = json!({ "vpc": format!("⟦ec2/vpc/{to}|id⟧"), "cidr": cidr, "map_public_ips": even });
            (format!("ec2/subnet/{name}"), spec)
        }
        2 => {
            add_once(specs, 0, to);
            let mut peers = vec![];
            if to < name {
                add_once(specs, 2, to);
                let peer = json!({ "group": format!("⟦ec2/security-group/{to}|id⟧") });
                peers.push(json!({ "protocol": "tcp", "from_port": 1, "to_port": field, "peer": peer }));
            }
            let called = format!("group-{}", if even { name } else { to });
            let vpc = format!("⟦ec2/vpc/{to}|id⟧");
            let spec = json!({ "vpc": vpc, "name": called, "description": "x", "ingress": peers });
            (format!("ec2/security-group/{name}"), spec)
        }
        3 => (format!("s3/bucket/{name}"), json!({ "name": format!("bucket-{name}"), "versioning": even })),
        4 => {
            add_once(specs, 3, to);
            let md5 = field.to_string();
            let spec = json!({ "bucket": format!("⟦s3/bucket/{to}|id⟧"), "key": "key", "content": { "md5": md5 } });
            (format!("s3/object/{name}-{to}"), spec)
        }
        _ => {
            let spec = json!({ "name": format!("stream-{name}"), "mode": "on_demand", "retention_hours": 24 + field });
            (format!("kinesis/stream/{name}"), spec)
        }
    };
    specs.insert(address, spec);
}

fn add_once(specs: &mut BTreeMap<String, Value>, kind: u8, name: u8) {
    let kinds = ["ec2/vpc", "ec2/subnet", "ec2/security-group", "s3/bucket"];
    if !specs.contains_key(&format!("{}/{name}", kinds[usize::from(kind)])) {
        add(specs, kind, name, 0, 0);
    }
}

fn graphs() -> impl Strategy<Value = Graph> {
    manifests().prop_map(|specs| graph(specs.iter().map(|(address, spec)| (address.as_str(), spec))))
}

/// What an earlier manifest made, some of it in odd states, some of it twice.
fn worlds() -> impl Strategy<Value = World> {
    (graphs(), prop::collection::vec((any::<prop::sample::Index>(), 0_u8..5), 0..4)).prop_map(|(graph, oddities)| {
        let mut world = world(&graph);
        let all: Vec<Address> = world.resources.keys().cloned().collect();
        for (index, oddity) in oddities.into_iter().filter(|_| !all.is_empty()) {
            let address = &all[index.index(all.len())];
            let Some(live) = world.resources.get_mut(address) else { continue };
            match oddity {
                0 => live.status = Status::Failed("broken".into()),
                1 => live.status = Status::Deleting,
                2 => live.status = Status::Pending("UPDATING".into()),
                3 => drop(world.resources.remove(address)),
                _ => {
                    let mut spare = live.clone();
                    let _ = write!(spare.id, "-spare-{}", world.surplus.len());
                    world.surplus.push((address.clone(), spare));
                }
            }
        }
        world
    })
}

/// The world after `plan` was carried out on it.
fn carried_out(plan: &Plan, graph: &Graph, mut world: World) -> World {
    for step in &plan.steps {
        match &step.action {
            Action::Create { .. } => {
                let old = world.resources.remove(&step.address);
                let mut live = made(graph, &step.address, &world);
                if old.is_some_and(|old| old.id == live.id) {
                    live.id += "-new";
                }
                world.resources.insert(step.address.clone(), live);
            }
            Action::Update { id, .. } | Action::Wait { id, .. } => {
                let live = made(graph, &step.address, &world);
                world.resources.insert(step.address.clone(), aqueduct::resource::Live { id: id.clone(), ..live });
            }
            Action::Delete { live, .. } => {
                if world.get(&step.address).is_some_and(|there| there.id == live.id) {
                    world.resources.remove(&step.address);
                }
                world.surplus.retain(|(address, spare)| *address != step.address || spare.id != live.id);
            }
        }
    }
    world
}

/// The ids that the plan deletes, in order.
fn deleted(plan: &Plan) -> Vec<(Address, String)> {
    let deletions = plan.steps.iter().filter_map(|step| match &step.action {
        Action::Delete { live, .. } => Some((step.address.clone(), live.id.clone())),
        _ => None,
    });
    deletions.collect()
}

proptest! {
    #[test]
    fn the_same_is_planned_for_the_same(graph in graphs(), world in worlds()) {
        prop_assert_eq!(planned(&graph, &world), planned(&graph.clone(), &world.clone()));
    }

    #[test]
    fn every_step_comes_after_those_it_needs(graph in graphs(), world in worlds()) {
        let plan = planned(&graph, &world);
        for (index, step) in plan.steps.iter().enumerate() {
            prop_assert!(step.after.iter().all(|before| *before < index), "{}", shown(&plan));
        }
        for step in plan.steps.iter().filter(|step| !matches!(step.action, Action::Delete { .. })) {
            for need in graph.needs(&step.address) {
                let builds = |at: &usize| {
                    let other = &plan.steps[*at];
                    other.address == *need && !matches!(other.action, Action::Delete { .. })
                };
                let needed = (0..plan.steps.len()).find(builds);
                prop_assert!(needed.is_none_or(|at| step.after.contains(&at)), "{}", shown(&plan));
            }
        }
    }

    #[test]
    fn what_is_not_wanted_is_deleted_once_and_nothing_else_is(graph in graphs(), world in worlds()) {
        let plan = planned(&graph, &world);
        let deleted = deleted(&plan);
        let once: BTreeSet<_> = deleted.iter().cloned().collect();
        prop_assert_eq!(deleted.len(), once.len(), "{}", shown(&plan));
        let replaced = addresses(&plan, |action| matches!(action, Action::Create { replaces: Some(_), .. }));
        let resources = world.resources.iter();
        let unwanted = resources.filter(|(at, _)| graph.get(at).is_none() || replaced.contains(&at.to_string()));
        let unwanted = unwanted.chain(world.surplus.iter().map(|(at, live)| (at, live)));
        prop_assert_eq!(once, unwanted.map(|(at, live)| (at.clone(), live.id.clone())).collect(), "{}", shown(&plan));
    }

    #[test]
    fn what_is_wanted_is_built_at_most_once(graph in graphs(), world in worlds()) {
        let plan = planned(&graph, &world);
        let built = |step: &&aqueduct::plan::Step| !matches!(step.action, Action::Delete { .. });
        let all: Vec<&Address> = plan.steps.iter().filter(built).map(|step| &step.address).collect();
        prop_assert_eq!(all.len(), all.iter().collect::<BTreeSet<_>>().len());
        prop_assert!(all.iter().all(|address| graph.get(address).is_some()));
        for address in graph.resources().keys().filter(|address| world.get(address).is_none()) {
            prop_assert!(all.contains(&address), "{address} is missing in\n{}", shown(&plan));
        }
    }

    #[test]
    fn nothing_goes_while_something_that_goes_uses_it(world in worlds()) {
        let plan = destruction(&world, &Graph::default());
        let gone = |id: &str| plan.steps.iter().position(|step| {
            matches!(&step.action, Action::Delete { live, why: Why::Destroyed } if live.id == id)
        });
        for (address, live) in &world.resources {
            let Some(index) = gone(&live.id) else { panic!("{address} stays") };
            for user in world.resources.values().filter(|user| user.id != live.id) {
                if user.spec.to_string().contains(&format!("\"{}\"", live.id)) {
                    let earlier = gone(&user.id).unwrap();
                    prop_assert!(plan.steps[index].after.contains(&earlier), "{}", shown(&plan));
                }
            }
        }
    }

    #[test]
    fn what_is_as_wanted_needs_no_plan(graph in graphs()) {
        prop_assert_eq!(shown(&planned(&graph, &world(&graph))), "");
    }

    #[test]
    fn once_a_plan_is_carried_out_nothing_is_left_to_do(graph in graphs(), world in worlds()) {
        let plan = planned(&graph, &world);
        let after = carried_out(&plan, &graph, world);
        prop_assert_eq!(shown(&planned(&graph, &after)), "", "after\n{}", shown(&plan));
        prop_assert_eq!(after.resources.len(), graph.resources().len());
        prop_assert!(after.surplus.is_empty());
    }

    #[test]
    fn a_target_touches_nothing_that_it_does_not_need(graph in graphs(), world in worlds(), of in any::<prop::sample::Index>()) {
        prop_assume!(!graph.resources().is_empty());
        let target = graph.resources().keys().nth(of.index(graph.resources().len())).unwrap().clone();
        let part = graph.only(&BTreeSet::from([target.clone()]));
        let mut near = world.clone();
        near.resources.retain(|address, _| part.get(address).is_some());
        near.surplus.retain(|(address, _)| part.get(address).is_some());
        let plan = aqueduct::plan::plan(&part, &near, &graph).unwrap();
        prop_assert!(plan.steps.iter().all(|step| part.get(&step.address).is_some()), "{}", shown(&plan));
        let after = carried_out(&plan, &part, near);
        prop_assert!(after.get(&address(&target.to_string())).is_some());
    }
}
