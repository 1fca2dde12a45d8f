//! One stack in two regions of an account: neither touches what is the other's, not even where names are the account's.

use crate::pipeline::{INPUTS, lowered};
use crate::support::Lab;
use aqueduct::aws::{Connect, StandIn};
use aqueduct::manifest::source::{Source, Sources};
use aqueduct::manifest::{Inputs, load_texts};
use aqueduct::world::Graph;

const MANIFEST: &str = "
aqueduct: 1
stack: twice
network: {zones: 2, nat: single}
kafka: {version: 3.8.x, brokers: 2, topics: {events: {replication: 2}}}
streams: {events: {}}
client: {}
api:
  routes:
    /streams: {to: kinesis}
    /{proxy+}: {to: kafka}
";

fn wanted(region: &str) -> Graph {
    let sources = Sources::new(vec![Source { path: "twice.yaml".into(), text: MANIFEST.into() }]);
    lowered(load_texts(sources, &Inputs { region: Some(region), ..INPUTS }))
}

async fn moved(lab: &Lab, region: &str) -> Lab {
    let stand_in = Some(StandIn::Client(lab.sandbox.http_client()));
    let connect = Connect { stand_in, region: Some(region.into()), ..Connect::default() };
    Lab { sandbox: lab.sandbox.clone(), cx: connect.connect("twice").await.unwrap() }
}

#[tokio::test(start_paused = true)]
async fn a_stack_stands_in_two_regions_and_leaves_one_alone() {
    let here = Lab::of_stack("twice").await;
    let there = moved(&here, "eu-west-1").await;
    let (ours, theirs) = (wanted("us-east-1"), wanted("eu-west-1"));
    here.run(&ours).await.succeeded("the first region");
    there.run(&theirs).await.succeeded("the second region");
    let roles =
        here.sandbox.with_account(|account| account.iam.roles.keys().filter(|name| name.starts_with("twice-")).count());
    assert_eq!(roles, 6, "three roles a region");
    assert!(here.plan(&ours).await.is_empty(), "the second region changed the first");

    here.run_ordered(&Graph::default(), &ours).await.succeeded("destroy the first region");
    assert!(there.plan(&theirs).await.is_empty(), "the second region lost something");
    there.run_ordered(&Graph::default(), &theirs).await.succeeded("destroy the second region");
    assert_eq!(here.tagged().len(), 0);
}
