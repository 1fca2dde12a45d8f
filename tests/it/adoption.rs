//! Taking over what others made.

use crate::pipeline::wanted;
use crate::support::{Lab, connect, graph};
use aqueduct::apply::adopt;
use aqueduct::plan::plan;
use aqueduct::resource::Address;
use aqueduct::world::{Adoptable, Graph, adoptable, observe};
use aqueduct_sandbox::Account;
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// `account` as if somebody else had made all that is in it: without the tags that say whose it is.
fn disowned(account: &Account) -> Account {
    let mut state = serde_json::to_string(account).unwrap();
    let keys = ["\"aqueduct:stack\":\"", "\"aqueduct:address\":\"", "\"aqueduct:region\":\""];
    while let Some(start) = keys.iter().find_map(|key| state.find(key)) {
        // The quotes around the key and the value.
        let end = state[start..].match_indices('"').nth(3).unwrap().0 + start + 1;
        let (start, end) = match (state[..start].ends_with(','), state[end..].starts_with(',')) {
            (_, true) => (start, end + 1),
            (true, false) => (start - 1, end),
            (false, false) => (start, end),
        };
        state.replace_range(start..end, "");
    }
    let mut disowned: Account = serde_json::from_str(&state).unwrap();
    (disowned.now, disowned.objects) = (account.now, account.objects.clone());
    disowned
}

async fn look(lab: &Lab, graph: &Graph, ids: &BTreeMap<Address, String>) -> (Adoptable, aqueduct::world::World) {
    let mut world = observe(&lab.cx, graph).await.unwrap();
    let chosen = ids.keys().cloned().collect();
    let found = adoptable(&lab.cx, graph, &mut world, &chosen, ids).await.unwrap();
    (found, world)
}

#[tokio::test(start_paused = true)]
async fn a_whole_pipeline_of_others_is_taken_over_and_then_there_is_nothing_to_do() {
    let (lab, graph) = (Lab::of_stack("pinterest").await, wanted("pinterest"));
    lab.run(&graph).await.succeeded("create");
    let lab = lab.in_account(lab.sandbox.with_account(|account| disowned(account))).await;
    let before = observe(&lab.cx, &graph).await.unwrap();
    // The account's own settings cannot carry tags: they are the stack's when they name its role.
    assert_eq!(before.resources.keys().map(ToString::to_string).collect::<Vec<_>>(), ["apigateway/account/main"]);

    let (found, world) = look(&lab, &graph, &BTreeMap::new()).await;
    assert!(found.is_clear(), "{found:#?}");
    let missing: BTreeSet<_> = graph.resources().keys().filter(|address| world.get(address).is_none()).collect();
    assert_eq!(missing, BTreeSet::new());
    assert!(lab.sandbox.calls().iter().all(|call| !call.mutating), "looking changes something");

    assert!(adopt(&lab.cx, &found.found).await.is_empty());
    let changes = lab.sandbox.calls().into_iter().filter(|call| call.mutating);
    let others: Vec<_> = changes.filter(|call| !call.operation.contains("Tag")).collect();
    assert!(others.is_empty(), "more than tags is changed: {others:#?}");
    let lab = lab.again().await;
    let world = observe(&lab.cx, &graph).await.unwrap();
    let plan = plan(&graph, &world, &graph).unwrap();
    assert!(plan.is_empty(), "{plan:#?}");
}

#[tokio::test(start_paused = true)]
async fn what_the_manifest_names_is_found_without_what_it_needs() {
    let (lab, graph) = (Lab::of_stack("pinterest").await, wanted("pinterest"));
    let world = lab.run(&graph).await.succeeded("create").outcome.world;
    let cluster = world.get(&Address::new("kafka/cluster", "main")).unwrap().id.as_str();
    let topics: BTreeSet<&Address> = graph.resources().keys().filter(|address| address.kind == "kafka/topic").collect();
    for topic in &topics {
        lab.cx.kafka().delete_topic().cluster_arn(cluster).topic_name(&topic.name).send().await.unwrap();
    }
    tokio::time::sleep(Duration::from_secs(600)).await;
    let lab = lab.in_account(lab.sandbox.with_account(|account| disowned(account))).await;

    let (found, world) = look(&lab, &graph, &BTreeMap::new()).await;
    assert!(found.is_clear(), "{found:#?}");
    let missing: BTreeSet<_> = graph.resources().keys().filter(|address| world.get(address).is_none()).collect();
    assert_eq!(missing, topics, "the connector stands without its topics");
}

/// A stack of one VPC.
fn network() -> Graph {
    graph([("ec2/vpc/main", &json!({ "cidr": "10.0.0.0/16" }))])
}

fn vpc() -> Address {
    Address::new("ec2/vpc", "main")
}

#[tokio::test(start_paused = true)]
async fn what_belongs_to_another_stack_is_not_taken() {
    let (theirs, graph) = (Lab::of_stack("platform").await, network());
    let made = theirs.run(&graph).await.succeeded("create").outcome.world;
    let id = made.get(&vpc()).unwrap().id.clone();
    let lab = Lab { cx: connect(&theirs.sandbox, "test").await, sandbox: theirs.sandbox.clone() };
    for ids in [BTreeMap::new(), BTreeMap::from([(vpc(), id.clone())])] {
        let (found, world) = look(&lab, &graph, &ids).await;
        assert_eq!(found.refused[&vpc()], (id.clone(), "it belongs to stack platform".to_owned()));
        assert!(found.found.is_empty() && world.get(&vpc()).is_none());
    }
}

#[tokio::test(start_paused = true)]
async fn of_several_that_fit_somebody_must_choose_one() {
    let (lab, graph) = (Lab::new().await, network());
    let mut ids = vec![];
    for _ in 0..2 {
        let made = lab.cx.ec2().create_vpc().cidr_block("10.0.0.0/16").send().await.unwrap();
        ids.push(made.vpc.unwrap().vpc_id.unwrap());
    }
    tokio::time::sleep(Duration::from_secs(60)).await;
    let (found, _) = look(&lab, &graph, &BTreeMap::new()).await;
    let unclear: BTreeSet<&String> = found.unclear[&vpc()].iter().collect();
    assert_eq!(unclear, ids.iter().collect());

    let chosen = BTreeMap::from([(vpc(), ids[1].clone())]);
    let (found, world) = look(&lab, &graph, &chosen).await;
    assert_eq!(found.found[&vpc()].id, ids[1]);
    assert_eq!(world.get(&vpc()).unwrap().id, ids[1]);
    assert!(adopt(&lab.cx, &found.found).await.is_empty());
    assert_eq!(lab.again().await.look(&graph).await.get(&vpc()).unwrap().id, ids[1]);
}
