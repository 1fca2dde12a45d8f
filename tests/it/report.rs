//! What people and programs are shown. Styles are taken off where they do not matter.

use aqueduct::apply::{CriticalPath, Finished};
use aqueduct::kinds;
use aqueduct::plan::{Action, Change, Plan, Step, To, Why};
use aqueduct::report::{
    Detail, Event, Header, Progress, counted, critical_path, dot, human_duration, human_plan, human_status, json_plan,
    json_status, mermaid,
};
use aqueduct::resource::{Address, Live, Status};
use aqueduct::world::{Graph, World};
use insta::assert_snapshot;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::time::Duration;

fn plain(text: &str) -> String {
    anstream::adapter::strip_str(text).to_string()
}

pub fn header() -> Header {
    Header { stack: "demo".into(), account: "111111111111".into(), region: "us-east-1".into() }
}

pub fn address(text: &str) -> Address {
    Address::parse(text, kinds::names()).unwrap()
}

pub fn live(id: &str) -> Live<Value> {
    let (outputs, tags, owner) = (BTreeMap::new(), BTreeMap::new(), Some("x".into()));
    let spec = json!({ "name": id, "mode": "on_demand", "retention_hours": 24 });
    Live {
        id: id.into(),
        spec,
        outputs,
        tags,
        owner,
        status: Status::Ready,
        holds_data: None,
        undone: None,
        stack: None,
    }
}

fn step(at: &str, action: Action) -> Step {
    Step { address: address(at), action, after: vec![], loses_data: false }
}

fn create(replaces: Option<Why>) -> Action {
    let spec = json!({ "name": "x", "mode": "on_demand", "retention_hours": 24 });
    Action::Create { spec, tags: BTreeMap::new(), replaces }
}

fn delete(why: Why) -> Action {
    Action::Delete { live: Box::new(live("x")), why }
}

fn update(changes: Vec<Change>) -> Action {
    Action::Update { id: "x".into(), spec: Value::Null, tags: BTreeMap::new(), changes }
}

fn change(field: &str, from: Value, to: Value) -> Change {
    Change { field: field.into(), from, to: To::Known(to), replaces: false }
}

/// One of everything that a plan can hold.
fn everything() -> Plan {
    let fixed = vec![
        Change { replaces: true, ..change("name", json!("old"), json!("new")) },
        change("retention_hours", json!(24), json!(48)),
    ];
    let later =
        Change { to: To::Later { after: ["s3/bucket/data".to_owned()].into() }, ..change("a", json!("b"), json!(1)) };
    let wait = Action::Wait { id: "x".into(), spec: Value::Null, tags: BTreeMap::new(), state: "CREATING".into() };
    let going = Live { status: Status::Deleting, ..live("x") };
    let mut steps = vec![
        step("kinesis/stream/new", create(None)),
        step("kinesis/stream/fixed", create(Some(Why::Fixed(fixed.clone())))),
        step("kinesis/stream/failed", create(Some(Why::Failed("no room".into())))),
        step("kinesis/stream/deleting", create(Some(Why::Deleting))),
        step("kinesis/stream/changed", update(vec![change("retention_hours", json!(24), json!(48)), later])),
        step("kinesis/stream/pending", wait),
        step("kinesis/stream/unwanted", delete(Why::Unwanted)),
        step("kinesis/stream/destroyed", delete(Why::Destroyed)),
        step("kinesis/stream/surplus", delete(Why::Surplus)),
        step("kinesis/stream/going", Action::Delete { live: Box::new(going), why: Why::Unwanted }),
        step("kinesis/stream/fixed", delete(Why::Fixed(fixed))),
        step("kinesis/stream/failed", delete(Why::Failed("no room".into()))),
        step("kinesis/stream/deleting", delete(Why::Deleting)),
    ];
    steps[6].loses_data = true;
    steps[10].loses_data = true;
    steps[10].after = vec![1];
    Plan { steps }
}

#[test]
fn a_plan_says_what_happens_to_what_and_why() {
    assert_snapshot!(plain(&human_plan(&header(), &everything(), Detail::Changes)), @"
    stack demo · account 111111111111 · us-east-1

    + kinesis/stream/new
    ± kinesis/stream/fixed  replaced: name cannot change in place  LOSES DATA
        name             old → new
        retention_hours  24 → 48
    ± kinesis/stream/failed  replaced: it failed: no room
    ± kinesis/stream/deleting  made anew: it is being deleted
    ~ kinesis/stream/changed
        retention_hours  24 → 48
        a                b → known once s3/bucket/data is done
    … kinesis/stream/pending  is CREATING, to be waited for
    - kinesis/stream/unwanted  not in the manifest  LOSES DATA
    - kinesis/stream/destroyed
    - kinesis/stream/surplus  left over from an interrupted replacement
    … kinesis/stream/going  is being deleted, to be waited for

    Plan: 1 to create, 1 to change, 3 to replace, 2 to wait for, 3 to delete.
    2 of these lose data and need --allow-data-loss.
    ");
}

#[test]
fn a_plan_without_steps_says_so() {
    assert_snapshot!(plain(&human_plan(&header(), &Plan::default(), Detail::Changes)), @"
    stack demo · account 111111111111 · us-east-1

    Nothing to do: AWS is as the manifest wants it.
    ");
}

#[test]
fn one_loss_is_singular() {
    let mut lost = step("kinesis/stream/x", delete(Why::Destroyed));
    lost.loses_data = true;
    let shown = plain(&human_plan(&header(), &Plan { steps: vec![lost] }, Detail::Changes));
    assert!(shown.ends_with("\nPlan: 1 to delete.\n1 of these loses data and needs --allow-data-loss.\n"), "{shown}");
}

#[test]
fn of_long_texts_the_lines_that_differ_are_shown() {
    let lines = |middle: &str| json!(format!("one\ntwo\nthree\n{middle}\nfive\nsix\nseven\n"));
    let changes = vec![
        change("user_data", lines("four"), lines("FOUR")),
        change("empty", json!(""), json!(null)),
        change("long", json!("x".repeat(200)), json!(["a", { "b": 1 }])),
        change("reference", json!("vpc-1"), json!("⟦ec2/vpc/main|id⟧")),
    ];
    let plan = Plan { steps: vec![step("kinesis/stream/x", update(changes))] };
    assert_snapshot!(plain(&human_plan(&header(), &plan, Detail::Changes)), @r#"
    stack demo · account 111111111111 · us-east-1

    ~ kinesis/stream/x
        user_data:
            three
          - four
          + FOUR
            five
        empty      "" → (none)
        long       xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx… → [a, {b: 1}]
        reference  vpc-1 → (ec2/vpc/main id)

    Plan: 1 to change.
    "#);
}

#[test]
fn the_json_of_a_plan_says_the_same() {
    let json = json_plan(&header(), &everything(), "0123");
    let counts = json!({ "create": 1, "change": 1, "replace": 3, "wait": 2, "delete": 3, "data_loss": 2 });
    assert_eq!(json["counts"], counts);
    assert_eq!((&json["format"], &json["digest"], &json["stack"]), (&json!(1), &json!("0123"), &json!("demo")));
    let line = |step: &Value| {
        let text = |name: &str| step[name].to_string().replace('"', "");
        format!(
            "{} {} why {}, {} changes\n",
            text("action"),
            text("address"),
            text("why"),
            step["changes"].as_array().unwrap().len()
        )
    };
    assert_snapshot!(json["steps"].as_array().unwrap().iter().map(line).collect::<String>(), @"
    create kinesis/stream/new why null, 0 changes
    replace kinesis/stream/fixed why replaced, 2 changes
    replace kinesis/stream/failed why {failed:no room}, 0 changes
    replace kinesis/stream/deleting why deleting, 0 changes
    change kinesis/stream/changed why null, 2 changes
    wait kinesis/stream/pending why null, 0 changes
    delete kinesis/stream/unwanted why unwanted, 0 changes
    delete kinesis/stream/destroyed why destroyed, 0 changes
    delete kinesis/stream/surplus why surplus, 0 changes
    wait kinesis/stream/going why unwanted, 0 changes
    delete kinesis/stream/fixed why replaced, 0 changes
    delete kinesis/stream/failed why {failed:no room}, 0 changes
    delete kinesis/stream/deleting why deleting, 0 changes
    ");
    assert_eq!(json["steps"][10]["after"], json!([1]));
    assert_eq!(json["steps"][10]["loses_data"], json!(true));
    let known = json!({ "field": "name", "from": "old", "to": { "known": "new" }, "replaces": true });
    assert_eq!(json["steps"][1]["changes"][0], known);
    assert_eq!(json["steps"][4]["changes"][1]["to"], json!({ "later": { "after": ["s3/bucket/data"] } }));
}

#[test]
fn durations_are_as_exact_as_they_are_short() {
    let shown = |milliseconds: u64| human_duration(Duration::from_millis(milliseconds));
    let table = [
        (0, "0.0 s"),
        (949, "0.9 s"),
        (999, "1.0 s"),
        (1_000, "1 s"),
        (59_999, "59 s"),
        (60_000, "1 min 00 s"),
        (3 * 60_000 + 20_000, "3 min 20 s"),
        (3_599_999, "59 min 59 s"),
        (3_600_000, "1 h 00 min"),
        (3_900_000, "1 h 05 min"),
        (100 * 3_600_000, "100 h 00 min"),
    ];
    for (milliseconds, text) in table {
        assert_eq!(shown(milliseconds), text);
    }
    assert_eq!([0, 1, 2].map(|count| counted(count, "step")), ["0 steps", "1 step", "2 steps"]);
}

/// What is said of `events`, a line each.
fn said(events: impl IntoIterator<Item = Event>) -> String {
    let mut progress = Progress::default();
    events.into_iter().filter_map(|event| progress.line(&event)).map(|line| plain(&line) + "\n").collect()
}

fn waiting(waited: u64) -> Event {
    let (waited, typical) = (Duration::from_secs(waited), Duration::from_secs(1200));
    Event::Waiting { address: address("kafka/cluster/main"), state: "CREATING".into(), waited, typical }
}

#[test]
fn what_takes_long_is_announced_and_what_takes_a_moment_is_not() {
    let started = |typical| {
        let typical = Duration::from_secs(typical);
        Event::Started { address: address("kafka/cluster/main"), action: "create", typical }
    };
    assert_eq!(said([started(1)]), "");
    assert_eq!(said([started(1200)]), "kafka/cluster/main: create (typically 20 min 00 s)\n");
}

#[test]
fn a_long_wait_is_mentioned_once_a_minute() {
    assert_snapshot!(said([1, 30, 61, 75, 119, 122, 3_700].map(waiting)), @"
    kafka/cluster/main: CREATING for 1 min 01 s, typically 20 min 00 s
    kafka/cluster/main: CREATING for 2 min 02 s, typically 20 min 00 s
    kafka/cluster/main: CREATING for 1 h 01 min, typically 20 min 00 s
    ");
}

#[test]
fn an_error_that_passes_is_mentioned_once() {
    let retrying = |error: &str| Event::Retrying { address: address("kafka/cluster/main"), error: error.into() };
    assert_snapshot!(said(["slow down", "slow down", "busy", "slow down"].map(retrying)), @"
    kafka/cluster/main: trying again: slow down
    kafka/cluster/main: trying again: busy
    kafka/cluster/main: trying again: slow down
    ");
}

#[test]
fn every_end_has_its_word() {
    let at = || address("kafka/cluster/main");
    let done = |action| Event::Done { address: at(), action, took: Duration::from_secs(75) };
    let failed = Event::Failed { address: at(), error: "no room".into() };
    let skipped = Event::Skipped { address: address("kafka/topic/orders"), because: at() };
    let ends = ["create", "update", "wait", "delete"].map(done).into_iter().chain([failed, skipped]);
    assert_snapshot!(said(ends), @"
    kafka/cluster/main: created in 1 min 15 s
    kafka/cluster/main: changed in 1 min 15 s
    kafka/cluster/main: ready in 1 min 15 s
    kafka/cluster/main: deleted in 1 min 15 s
    kafka/cluster/main: failed: no room
    kafka/topic/orders: not begun: kafka/cluster/main failed
    ");
}

#[test]
fn events_are_objects_for_programs() {
    let json = |event: Event| serde_json::to_value(event).unwrap();
    let expected = json!({
        "event": "waiting", "address": "kafka/cluster/main", "state": "CREATING", "waited_ms": 5_000, "typical_ms": 1_200_000,
    });
    assert_eq!(json(waiting(5)), expected);
    let skipped = Event::Skipped { address: address("kafka/topic/orders"), because: address("kafka/cluster/main") };
    let expected = json!({ "event": "skipped", "address": "kafka/topic/orders", "because": "kafka/cluster/main" });
    assert_eq!(json(skipped), expected);
}

#[test]
fn the_critical_path_says_what_to_wait_for() {
    let finished = |at: &str, began, ended| {
        let (began, ended) = (Duration::from_secs(began), Duration::from_secs(ended));
        Finished { address: address(at), action: "create", began, ended }
    };
    let steps = vec![finished("kafka/cluster/main", 5, 1_205), finished("kafka/topic/orders", 1_205, 1_300)];
    let path = CriticalPath { steps, total: Duration::from_secs(1_310), idle: 0.0114 };
    assert_snapshot!(critical_path(&path), @"
    Critical path: 21 min 50 s, of which 1 % idle
      20 min 00 s  create kafka/cluster/main
      1 min 35 s  create kafka/topic/orders
    ");
}

fn drawn() -> Graph {
    let vpc = json!({ "cidr": "10.0.0.0/16" });
    let subnet = json!({ "vpc": "⟦ec2/vpc/main|id⟧", "cidr": "10.0.0.0/24" });
    let stream = json!({ "name": "s", "mode": "on_demand", "retention_hours": 24 });
    let all = [("ec2/vpc/main", &vpc), ("ec2/subnet/a", &subnet), ("kinesis/stream/say \"x\"", &stream)];
    crate::support::graph(all)
}

#[test]
fn a_graph_is_drawn_for_graphviz() {
    assert_snapshot!(dot(&drawn()), @r#"
    digraph aqueduct {
      rankdir=LR;
      node [shape=box, fontname="sans-serif"];
      subgraph "cluster_ec2" {
        label="ec2";
        "ec2/subnet/a";
        "ec2/vpc/main";
      }
      subgraph "cluster_kinesis" {
        label="kinesis";
        "kinesis/stream/say \"x\"";
      }
      "ec2/subnet/a" -> "ec2/vpc/main";
    }
    "#);
}

#[test]
fn a_graph_is_drawn_for_markdown() {
    assert_snapshot!(mermaid(&drawn()), @r#"
    flowchart LR
      subgraph ec2
        r0["ec2/subnet/a"]
        r1["ec2/vpc/main"]
      end
      subgraph kinesis
        r2["kinesis/stream/say #quot;x#quot;"]
      end
      r0 --> r1
    "#);
}

/// A stack with something in every state.
fn states() -> World {
    let mut world = World::default();
    let mut add = |at: &str, id: &str, status: Status, outputs: &[(&str, &str)]| {
        let outputs = outputs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        world.resources.insert(address(at), Live { status, outputs, ..live(id) });
    };
    add("ec2/vpc/main", "vpc-1", Status::Ready, &[]);
    add(
        "kafka/cluster/main",
        "arn:aws:kafka:x",
        Status::Ready,
        &[("bootstrap_brokers_iam", "b-1:9098,b-2:9098"), ("bootstrap_brokers_tls", "")],
    );
    add("kinesis/stream/a", "a", Status::Pending("UPDATING".into()), &[("arn", "arn:aws:kinesis:a")]);
    add("kinesis/stream/b", "b", Status::Failed("no room".into()), &[]);
    add("kinesis/stream/c", "c", Status::Deleting, &[]);
    world
}

#[test]
fn a_status_says_how_everything_is_and_what_to_use_it_by() {
    assert_snapshot!(plain(&human_status(&header(), &drawn(), &states())), @r#"
    stack demo · account 111111111111 · us-east-1

    ec2/vpc/main            ready     vpc-1
    kafka/cluster/main      ready     arn:aws:kafka:x
    kinesis/stream/a        pending   UPDATING
    kinesis/stream/b        failed    no room
    kinesis/stream/c        deleting  c
    ec2/subnet/a            not there
    kinesis/stream/say "x"  not there

    bootstrap servers (IAM):        b-1:9098,b-2:9098
    stream:                         arn:aws:kinesis:a
    "#);
}

#[test]
fn the_json_of_a_status_says_the_same() {
    let json = json_status(&header(), &drawn(), &states());
    assert_eq!(json["missing"], json!(["ec2/subnet/a", "kinesis/stream/say \"x\""]));
    let stream = json!({
        "address": "kinesis/stream/b", "id": "b", "status": "failed", "reason": "no room", "wanted": false, "outputs": {},
    });
    assert!(json["resources"].as_array().unwrap().contains(&stream), "{json:#}");
    assert_eq!(json["resources"][0]["wanted"], json!(true));
    let brokers = json!({
        "label": "bootstrap servers (IAM)", "address": "kafka/cluster/main", "value": "b-1:9098,b-2:9098",
    });
    assert!(json["outputs"].as_array().unwrap().contains(&brokers), "{json:#}");
    assert_eq!(json["outputs"].as_array().unwrap().len(), 2, "what is empty is not shown: {json:#}");
}
