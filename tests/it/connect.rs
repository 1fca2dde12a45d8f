//! What MSK Connect's kinds and Airflow environments promise beyond what every kind must.

use crate::conformance::Example;
use crate::support::{Lab, graph};
use aqueduct::kinds::kafkaconnect::properties::Properties;
use aqueduct::kinds::{kafkaconnect::connector::Connector, mwaa::environment::Environment, named};
use aqueduct::plan::{Action, Change, To, Why, plan};
use aqueduct::resource::{Address, Effect as Meaning, tree};
use aqueduct::world::Graph;
use aqueduct_sandbox::CallRecord;
use aqueduct_sandbox::answer::Fault;
use aqueduct_sandbox::faults::{At, Effect};
use aws_sdk_kafkaconnect::error::ProvideErrorMetadata;
use proptest::prelude::*;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::time::Duration;

const MINUTE: Duration = Duration::from_secs(60);
const CONNECTOR: &str = "kafkaconnect/connector/example";
const ENVIRONMENT: &str = "mwaa/environment/example";

fn connector() -> Example {
    Example::load("kafkaconnect-connector")
}

fn environment() -> Example {
    Example::load("mwaa-environment")
}

fn as_it_is(example: &Example) -> Graph {
    example.with(&json!({}))
}

async fn made(graph: &Graph) -> Lab {
    let lab = Lab::new().await;
    lab.run(graph).await.succeeded("create");
    lab
}

/// The id of what is live at `address`.
async fn id(lab: &Lab, graph: &Graph, address: &str) -> String {
    let address = Address::parse(address, aqueduct::kinds::names()).unwrap();
    lab.look(graph).await.get(&address).unwrap().id.clone()
}

fn calls(lab: &Lab, operation: &str) -> usize {
    let taken = |call: &&CallRecord| {
        call.operation == operation && call.outcome.as_ref().is_some_and(|outcome| outcome.code.is_none())
    };
    lab.sandbox.calls().iter().filter(taken).count()
}

/// The example's properties with another value of one.
fn properties(name: &str, value: &str) -> Value {
    let mut all = json!({
        "connector.class": "io.confluent.connect.s3.S3SinkConnector",
        "tasks.max": "3",
        "topics": "pins,users",
        "s3.region": "us-east-1",
        "s3.bucket.name": "⟦s3/bucket/data|id⟧",
        "flush.size": "1000",
        "s3.proxy.password": "not for everybody",
    });
    all[name] = value.into();
    json!({ "configuration": all })
}

/// The one failure of a run.
fn failure(run: &crate::support::Run) -> &str {
    let [(_, error)] = run.outcome.failed.as_slice() else { panic!("{:?}", run.outcome.failed) };
    error
}

#[tokio::test(start_paused = true)]
async fn a_change_that_is_rolled_back_fails_with_awss_reason_and_is_tried_again_by_the_next_run() {
    let example = connector();
    let lab = made(&as_it_is(&example)).await;
    let changed = example.with(&properties("s3.bucket.name", "not-there-yet"));
    for attempt in 1..=2 {
        lab.sandbox.clear_calls();
        let run = lab.run(&changed).await;
        let error = failure(&run);
        assert!(error.contains("AWS took the change back: UPDATE_CONNECTOR_CONFIGURATION of "), "{attempt}: {error}");
        assert!(error.contains("ROLLBACK_COMPLETE: UnknownError.Unknown: No S3 bucket not-there-yet"), "{error}");
        assert_eq!(calls(&lab, "UpdateConnector"), 1, "{attempt}");
    }
    lab.cx.s3().create_bucket().bucket("not-there-yet").send().await.unwrap();
    lab.run(&changed).await.succeeded("with the bucket");
    assert!(lab.plan(&changed).await.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_change_that_is_rolled_back_is_found_behind_a_hundred_others() {
    let example = connector();
    let graph = as_it_is(&example);
    let lab = made(&graph).await;
    let arn = id(&lab, &graph, CONNECTOR).await;
    for _ in 0..50 {
        lab.cx.kafkaconnect().pause_connector().connector_arn(&arn).send().await.unwrap();
        tokio::time::sleep(2 * MINUTE).await;
        lab.cx.kafkaconnect().resume_connector().connector_arn(&arn).send().await.unwrap();
        tokio::time::sleep(2 * MINUTE).await;
    }
    let run = lab.run(&example.with(&properties("s3.bucket.name", "not-there-yet"))).await;
    assert!(failure(&run).contains("No S3 bucket not-there-yet"), "{}", failure(&run));
}

/// Makes the example while AWS answers the first calls of `operation` with these codes and texts.
async fn refused_at_first(example: &Example, operation: &str, refusals: &[(&str, &str)]) -> crate::support::Run {
    let lab = Lab::new().await;
    for (number, (code, text)) in (1..).zip(refusals) {
        let status = if *code == "ForbiddenException" { 403 } else { 400 };
        let refusal = Effect::Refuse(Fault::new(status, code.to_string(), *text));
        lab.sandbox.faults().add(At::operation(operation, number), refusal);
    }
    lab.run(&as_it_is(example)).await
}

#[tokio::test(start_paused = true)]
async fn what_does_not_know_a_role_yet_is_asked_again() {
    let refusals = [
        ("BadRequestException", "The role cannot be assumed."),
        ("BadRequestException", "Check the trust policy."),
        ("ForbiddenException", "Forbidden"),
    ];
    refused_at_first(&connector(), "kafkaconnect.CreateConnector", &refusals).await.succeeded("connector");
    let refusals = [("ValidationException", "Words that nobody has seen before.")];
    refused_at_first(&environment(), "airflow.CreateEnvironment", &refusals).await.succeeded("environment");
}

#[tokio::test(start_paused = true)]
async fn a_connector_waits_for_what_is_in_another_state_and_not_for_a_wrong_statement() {
    let busy = ("BadRequestException", "The custom plugin is in UPDATING state.");
    refused_at_first(&connector(), "kafkaconnect.CreateConnector", &[busy]).await.succeeded("busy");
    let wrong = ("BadRequestException", "The statement is not valid.");
    let run = refused_at_first(&connector(), "kafkaconnect.CreateConnector", &[wrong]).await;
    assert!(failure(&run).contains("The statement is not valid."), "{}", failure(&run));
}

#[tokio::test(start_paused = true)]
async fn a_connector_that_cannot_start_fails_with_awss_reason_and_is_made_again_by_the_next_run() {
    let example = connector();
    let graph = example.with(&properties("s3.bucket.name", "not-there-yet"));
    let lab = Lab::new().await;
    let run = lab.run(&graph).await;
    let error = failure(&run);
    assert!(error.contains("AWS reports a failure: UnknownError.Unknown: No S3 bucket not-there-yet"), "{error}");
    lab.cx.s3().create_bucket().bucket("not-there-yet").send().await.unwrap();
    let plan = lab.plan(&graph).await;
    let why = |action: &Action| matches!(action, Action::Create { replaces: Some(Why::Failed(_)), .. });
    assert!(plan.steps.iter().any(|step| why(&step.action)), "{plan:#?}");
    lab.run(&graph).await.succeeded("with the bucket");
    assert!(lab.plan(&graph).await.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_connector_whose_groups_do_not_reach_the_brokers_fails() {
    let alone = json!({ "name": "alone", "description": "Nobody lets it in", "vpc": "⟦ec2/vpc/main|id⟧" });
    let example = connector().beside("ec2/security-group/alone", alone);
    let lonely = example.with(&json!({ "security_groups": ["⟦ec2/security-group/alone|id⟧"] }));
    let run = Lab::new().await.run(&lonely).await;
    assert!(failure(&run).contains("Timed out connecting to the brokers"), "{}", failure(&run));
}

#[tokio::test(start_paused = true)]
async fn a_connector_that_somebody_paused_is_resumed() {
    let graph = as_it_is(&connector());
    let lab = made(&graph).await;
    let arn = id(&lab, &graph, CONNECTOR).await;
    lab.cx.kafkaconnect().pause_connector().connector_arn(arn).send().await.unwrap();
    tokio::time::advance(2 * MINUTE).await;
    let plan = lab.plan(&graph).await;
    let [step] = plan.steps.as_slice() else { panic!("{plan:#?}") };
    let Action::Update { changes, .. } = &step.action else { panic!("{plan:#?}") };
    assert_eq!(changes.iter().map(|change| change.field.as_str()).collect::<Vec<_>>(), ["paused"]);
    lab.run(&graph).await.succeeded("resume");
    assert!(lab.plan(&graph).await.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_name_that_somebody_else_has_is_an_error_of_the_plan() {
    let example = Example::load("kafkaconnect-worker-configuration");
    let lab = Lab::new().await;
    let call = lab.cx.kafkaconnect().create_worker_configuration().name("example-1a2b3c4d");
    let content = "key.converter=a\nvalue.converter=b\n";
    let content = base64::Engine::encode(&base64::prelude::BASE64_STANDARD, content);
    let theirs = call.properties_file_content(content).send().await.unwrap().worker_configuration_arn.unwrap();
    let graph = as_it_is(&example);
    let error = plan(&graph, &lab.look(&graph).await, &graph).unwrap_err().to_string();
    assert!(error.contains("does not belong to this stack"), "{error}");
    let there = lab.cx.kafkaconnect().describe_worker_configuration().worker_configuration_arn(theirs);
    assert_eq!(there.send().await.unwrap().name.as_deref(), Some("example-1a2b3c4d"));
}

#[test]
fn other_brokers_of_the_same_cluster_mean_nothing_and_another_cluster_replaces() {
    let kind = named("kafkaconnect/connector").unwrap();
    let effect = |from: &str, to: &str| {
        let (field, from, to) = ("bootstrap_servers".into(), from.into(), To::Known(to.into()));
        kind.effect(&Change { field, from, to, replaces: false })
    };
    let broker =
        |number: u8, id: &str, port: u16| format!("b-{number}.main.{id}.c2.kafka.us-east-1.amazonaws.com:{port}");
    let three = |numbers: [u8; 3]| numbers.map(|number| broker(number, "abc", 9098)).join(",");
    assert_eq!(effect(&three([1, 2, 3]), &three([4, 6, 5])), Meaning::Ignored);
    assert_eq!(effect(&three([1, 2, 3]), &broker(1, "abc", 9094)), Meaning::Replacement);
    assert_eq!(effect(&three([1, 2, 3]), &broker(1, "xyz", 9098)), Meaning::Replacement);
    assert_eq!(effect("kafka-1.example.org:9092", "kafka-2.example.org:9092"), Meaning::Replacement);
}

#[test]
fn secrets_among_properties_are_never_shown() {
    let hidden =
        ["s3.proxy.password", "aws.secret.access.key", "sasl.jaas.config", "core.fernet_key", "webserver.secret_key"];
    let properties: Properties = hidden.iter().map(|name| (*name, "not for everybody")).collect();
    assert!(!format!("{properties:?}").contains("everybody"), "{properties:?}");
    let tree = tree::of(&properties).unwrap();
    assert!(!format!("{tree:?}").contains("everybody"), "{tree:?}");
    assert!(!tree::plain(&tree).to_string().contains("everybody"));
    let open: Properties = [("flush.size", "1000")].into_iter().collect();
    assert!(format!("{open:?}").contains("1000"));
    for (example, kind) in [(connector(), "configuration"), (environment(), "options")] {
        let graph = as_it_is(&example);
        let (_, wanted) = graph.resources().iter().find(|(address, _)| address.to_string() == example.address).unwrap();
        let shown = match kind {
            "options" => format!("{:?}", serde_json::from_value::<Environment>(wanted.spec.clone()).unwrap()),
            _ => format!("{:?}", serde_json::from_value::<Connector>(wanted.spec.clone()).unwrap()),
        };
        assert!(!shown.contains("everybody"), "{shown}");
    }
}

#[test]
fn a_properties_file_is_read_as_java_reads_it() {
    let file = "# a comment\n! another\n\n  spaced = value with = and : \nkey:value\nkey2 value\n\
                long=one,\\\n    two\n\\=odd\\ name=\\u00fc\\tx\nempty\nlast=1\\\\\n";
    let read = Properties::of_file(file);
    let expected = [
        ("spaced", "value with = and : "),
        ("key", "value"),
        ("key2", "value"),
        ("long", "one,two"),
        ("=odd name", "ü\tx"),
        ("empty", ""),
        ("last", "1\\"),
    ];
    assert_eq!(read, expected.into_iter().collect());
}

proptest! {
    #[test]
    fn properties_survive_being_written_to_a_file_and_read_again(
        properties in prop::collection::btree_map("\\PC{1,12}|[ =:#!\\\\a]{1,6}", "\\PC{0,20}|[ \t\n\r\\\\=:#!b]{0,8}", 0..6)
    ) {
        let properties = Properties(properties);
        let file = properties.file();
        prop_assert!(file.is_ascii());
        prop_assert_eq!(Properties::of_file(&file), properties);
    }
}

#[tokio::test(start_paused = true)]
async fn msk_connect_refuses_what_it_would_refuse() {
    let example = connector();
    let graph = as_it_is(&example);
    let lab = made(&graph).await;
    let (arn, client) = (id(&lab, &graph, CONNECTOR).await, lab.cx.kafkaconnect());
    let current = client.describe_connector().connector_arn(&arn).send().await.unwrap().current_version.unwrap();
    let properties = |class: &str| {
        BTreeMap::from([("connector.class", class), ("tasks.max", "1"), ("topics", "a")])
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect()
    };
    let sink = "io.confluent.connect.s3.S3SinkConnector";
    let update = || client.update_connector().connector_arn(&arn).current_version(&current);
    let both = update().set_connector_configuration(Some(properties(sink))).use_default_worker_configuration(true);
    let neither = update();
    let class = update().set_connector_configuration(Some(properties("another.Connector")));
    let stale =
        client.update_connector().connector_arn(&arn).current_version("K1").use_default_worker_configuration(true);
    for (call, part) in
        [(both, "not both"), (neither, "any updates"), (class, "connector.class"), (stale, "current version")]
    {
        let refused = call.send().await.unwrap_err();
        assert_eq!(refused.code(), Some("BadRequestException"), "{part}");
        assert!(refused.message().unwrap().contains(part), "{refused:?}");
    }
    for address in ["kafkaconnect/custom-plugin/one", "kafkaconnect/worker-configuration/one"] {
        let used = id(&lab, &graph, address).await;
        let refused = match address.contains("plugin") {
            true => client
                .delete_custom_plugin()
                .custom_plugin_arn(used)
                .send()
                .await
                .unwrap_err()
                .message()
                .map(String::from),
            false => {
                let call = client.delete_worker_configuration().worker_configuration_arn(used);
                call.send().await.unwrap_err().message().map(String::from)
            }
        };
        assert!(refused.unwrap().contains("in use by the connector example"), "{address}");
    }
    client.delete_connector().connector_arn(&arn).send().await.unwrap();
    let again = client.create_worker_configuration().name("one").properties_file_content("a2V5LmNvbnZlcnRlcj1h");
    assert!(again.send().await.is_err());
    let left =
        lab.sandbox.with_account(|account| account.ec2.interfaces.values().filter(|one| one.owner == arn).count());
    assert_eq!(left, 2, "interfaces stay while it is deleted");
}

#[tokio::test(start_paused = true)]
async fn an_update_of_an_environment_that_fails_says_why_and_is_tried_again_by_the_next_run() {
    let lab = made(&as_it_is(&environment())).await;
    // MWAA looks for the rights to its bucket at once, and for those to its logs only when it starts.
    let role = |actions: Value| {
        json!({
            "name": "mute",
            "trust": { "Version": "2012-10-17", "Statement": {
                "Effect": "Allow",
                "Principal": { "Service": ["airflow.amazonaws.com", "airflow-env.amazonaws.com"] },
                "Action": "sts:AssumeRole",
            } },
            "inline": { "airflow": { "Version": "2012-10-17", "Statement": {
                "Effect": "Allow", "Action": actions, "Resource": "*",
            } } },
        })
    };
    let wanted = |actions: Value| {
        environment().beside("iam/role/mute", role(actions)).with(&json!({ "role": "⟦iam/role/mute|arn⟧" }))
    };
    let mute = wanted(json!(["s3:*"]));
    lab.sandbox.clear_calls();
    let run = lab.run(&mute).await;
    let error = failure(&run);
    assert!(error.contains("AWS took the change back: update of "), "{error}");
    assert!(error.contains("INCORRECT_CONFIGURATION: You may need to check the execution role"), "{error}");
    assert_eq!(calls(&lab, "UpdateEnvironment"), 1, "beside calls that were refused while the role was new");
    let able = wanted(json!(["s3:*", "logs:*", "sqs:*"]));
    lab.run(&able).await.succeeded("with the rights");
    assert!(lab.plan(&able).await.is_empty());
}

#[tokio::test(start_paused = true)]
async fn an_environment_without_a_way_out_is_not_made_and_said_so() {
    let example = environment();
    let graph = as_it_is(&example);
    let lab = Lab::new().await;
    lab.run(&example.without()).await.succeeded("setup");
    lab.sandbox.with_account(|account| {
        for table in account.ec2.route_tables.values_mut() {
            table.routes.retain(|route| !matches!(route.target, aqueduct_sandbox::ec2::Target::NatGateway(_)));
        }
    });
    let world = lab.look(&graph).await;
    let mut plan = plan(&graph, &world, &graph).unwrap();
    plan.steps.retain(|step| step.address.to_string() == ENVIRONMENT);
    plan.steps.iter_mut().for_each(|step| step.after.clear());
    let (_keep, interrupt) = aqueduct::apply::Interrupt::new();
    let outcome = aqueduct::apply::apply(&lab.cx, &plan, world, interrupt, &|_| {}).await;
    let (_, error) = &outcome.failed[0];
    assert!(error.contains("CREATE_FAILED: INCORRECT_CONFIGURATION"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn mwaa_refuses_buckets_that_keep_no_versions_or_are_open() {
    let example = environment();
    let without = |field: &str, value: Value| {
        let graph = as_it_is(&example);
        let resources = graph.resources().iter().map(|(address, wanted)| {
            let mut spec = wanted.spec.clone();
            if address.to_string() == "s3/bucket/dags" {
                spec[field] = value.clone();
            }
            (address.to_string(), spec)
        });
        let all: Vec<(String, Value)> = resources.collect();
        graph_of(&all)
    };
    let open = json!({ "block_acls": true, "ignore_acls": true, "block_policy": true, "restrict_bucket": false });
    for (graph, part) in [
        (without("public_access_block", open), "does not have BlockPublicAccess set for s3 bucket example-dags"),
        (without("versioning", json!(false)), "does not have versioning enabled"),
    ] {
        let run = Lab::new().await.run(&graph).await;
        assert!(failure(&run).contains(part), "{}", failure(&run));
    }
}

fn graph_of(all: &[(String, Value)]) -> Graph {
    graph(all.iter().map(|(address, spec)| (address.as_str(), spec)))
}

#[tokio::test(start_paused = true)]
async fn an_environment_leaves_its_log_groups() {
    let example = environment();
    let graph = as_it_is(&example);
    let lab = made(&graph).await;
    lab.run_ordered(&Graph::default(), &graph).await.succeeded("destroy");
    let groups = lab.sandbox.with_account(|account| account.logs.groups.keys().cloned().collect::<Vec<_>>());
    let parts = ["DAGProcessing", "Scheduler", "Task", "WebServer", "Worker"];
    assert_eq!(groups, parts.map(|part| format!("airflow-example-{part}")));
}
