//! What roles, buckets, objects and log groups promise beyond what every kind must.

use crate::support::{Lab, graph};
use aqueduct::plan::{Action, Plan};
use aqueduct::resource::{Address, Status};
use aqueduct::world::Graph;
use aws_sdk_cloudwatchlogs::types::PolicyType;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::Tagging;
use serde_json::{Value, json};
use std::time::Duration;

fn bucket(fields: Value) -> Value {
    let mut spec = json!({ "name": "the-bucket" });
    for (key, value) in fields.as_object().unwrap() {
        spec[key] = value.clone();
    }
    spec
}

fn text(key: &str, content: &str) -> Value {
    use md5::{Digest, Md5};
    let md5: String = Md5::digest(content).iter().map(|byte| format!("{byte:02x}")).collect();
    json!({ "bucket": "⟦s3/bucket/main|id⟧", "key": key, "content": { "md5": md5, "source": { "text": content } } })
}

fn wanted(resources: &[(&str, Value)]) -> Graph {
    graph(resources.iter().map(|(address, spec)| (*address, spec)))
}

fn with_objects(fields: Value, objects: &[(&str, &str)]) -> Graph {
    let mut resources = vec![("s3/bucket/main".to_owned(), bucket(fields))];
    resources.extend(objects.iter().map(|(key, content)| (format!("s3/object/{key}"), text(key, content))));
    graph(resources.iter().map(|(address, spec)| (address.as_str(), spec)))
}

async fn made(graph: &Graph) -> Lab {
    let lab = Lab::new().await;
    lab.run(graph).await.succeeded("create");
    lab
}

/// Somebody else writes an object.
async fn write(lab: &Lab, key: &str, content: &'static [u8]) {
    let call = lab.cx.s3().put_object().bucket("the-bucket").key(key);
    call.body(ByteStream::from_static(content)).send().await.unwrap();
}

async fn destruction(lab: &Lab, graph: &Graph) -> Plan {
    aqueduct::plan::plan(&Graph::default(), &lab.look(graph).await, graph).unwrap()
}

fn loses_data(plan: &Plan, address: &str) -> bool {
    plan.steps.iter().find(|step| step.address.to_string() == address).unwrap().loses_data
}

fn reads(lab: &Lab, service: &str) -> Vec<&'static str> {
    let calls = lab.sandbox.calls().into_iter().filter(|call| call.service == service);
    calls.map(|call| call.operation).collect()
}

#[tokio::test(start_paused = true)]
async fn a_bucket_with_objects_of_others_is_only_deleted_with_force_destroy() {
    let graph = with_objects(json!({}), &[]);
    let lab = made(&graph).await;
    write(&lab, "topics/pin/0.json", b"{}").await;
    assert!(loses_data(&destruction(&lab, &graph).await, "s3/bucket/main"));
    let run = lab.run_ordered(&Graph::default(), &graph).await;
    let (address, error) = &run.outcome.failed[0];
    assert_eq!(address.to_string(), "s3/bucket/main");
    assert!(error.contains("`topics/pin/0.json`") && error.contains("force_destroy"), "{error}");
    let forced = with_objects(json!({ "force_destroy": true }), &[]);
    lab.run(&forced).await.succeeded("force");
    lab.run_ordered(&Graph::default(), &forced).await.succeeded("destroy");
    assert!(lab.tagged().is_empty());
}

#[tokio::test(start_paused = true)]
async fn force_destroy_deletes_versions_markers_and_unfinished_uploads() {
    let graph = with_objects(json!({ "versioning": true, "force_destroy": true }), &[("a", "mine")]);
    let lab = made(&graph).await;
    for content in [b"one", b"two"] {
        write(&lab, "b", content).await;
    }
    let s3 = lab.cx.s3();
    s3.delete_object().bucket("the-bucket").key("b").send().await.unwrap();
    s3.create_multipart_upload().bucket("the-bucket").key("c").send().await.unwrap();
    lab.run_ordered(&Graph::default(), &graph).await.succeeded("destroy");
    assert!(lab.tagged().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_bucket_that_is_not_to_be_cleared_any_more_is_not_though_the_index_still_says_so() {
    let graph = with_objects(json!({ "force_destroy": true }), &[]);
    let lab = made(&graph).await;
    write(&lab, "precious", b"data").await;
    lab.sandbox.faults().lag(Duration::from_secs(600));
    tokio::time::sleep(Duration::from_secs(1200)).await;
    lab.look(&graph).await;
    let tags = lab.cx.s3().get_bucket_tagging().bucket("the-bucket").send().await.unwrap().tag_set;
    let tags = tags.into_iter().filter(|tag| tag.key() != "aqueduct:force-destroy").collect();
    let tags = Tagging::builder().set_tag_set(Some(tags)).build().unwrap();
    lab.cx.s3().put_bucket_tagging().bucket("the-bucket").tagging(tags).send().await.unwrap();
    let world = lab.look(&graph).await;
    let live = world.get(&Address::parse("s3/bucket/main", ["s3/bucket"]).unwrap()).unwrap();
    assert_eq!(live.spec["force_destroy"], true, "the index does not lag");
    let run = lab.run_ordered(&Graph::default(), &graph).await;
    assert!(run.outcome.failed[0].1.contains("`precious`"), "{:?}", run.outcome.failed);
    lab.cx.s3().head_object().bucket("the-bucket").key("precious").send().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_bucket_with_nothing_but_the_stacks_own_objects_holds_no_data() {
    let graph = with_objects(json!({ "versioning": true }), &[("a", "1"), ("dags/b", "2")]);
    let lab = made(&graph).await;
    assert!(!loses_data(&destruction(&lab, &graph).await, "s3/bucket/main"));
    lab.run_ordered(&Graph::default(), &graph).await.succeeded("destroy");
    assert!(lab.tagged().is_empty());
}

#[tokio::test(start_paused = true)]
async fn versions_left_of_the_stacks_own_objects_go_with_the_bucket() {
    let graph = with_objects(json!({ "versioning": true }), &[("a", "1")]);
    let lab = made(&graph).await;
    lab.cx.s3().delete_object().bucket("the-bucket").key("a").send().await.unwrap();
    lab.run_ordered(&Graph::default(), &graph).await.succeeded("destroy");
    assert!(lab.tagged().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_look_at_many_objects_takes_one_call_a_bucket() {
    let names: Vec<String> = (0..30).map(|number| format!("dags/{number}.py")).collect();
    let objects: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), "x")).collect();
    let graph = with_objects(json!({}), &objects);
    let lab = made(&graph).await;
    lab.sandbox.clear_calls();
    assert!(lab.plan(&graph).await.is_empty());
    let mut calls = reads(&lab, "s3");
    calls.sort_unstable();
    let expected = [
        "GetBucketEncryption",
        "GetBucketLifecycleConfiguration",
        "GetBucketOwnershipControls",
        "GetBucketPolicy",
        "GetBucketVersioning",
        "GetPublicAccessBlock",
        "ListObjectVersions",
        "ListObjectVersions",
    ];
    assert_eq!(calls, expected);
}

#[tokio::test(start_paused = true)]
async fn an_object_that_the_manifest_drops_is_found_and_deleted() {
    let both = with_objects(json!({}), &[("keep", "1"), ("dags/old/drop", "2")]);
    let lab = made(&both).await;
    write(&lab, "dags/others", b"not ours").await;
    let one = with_objects(json!({}), &[("keep", "1")]);
    let plan = lab.plan(&one).await;
    let steps: Vec<_> = plan.steps.iter().map(|step| step.address.to_string()).collect();
    assert_eq!(steps, ["s3/object/dags/old/drop"]);
    assert!(matches!(plan.steps[0].action, Action::Delete { .. }));
    lab.run(&one).await.succeeded("drop");
    let left = lab.cx.s3().list_objects_v2().bucket("the-bucket").send().await.unwrap();
    let left: Vec<_> = left.contents().iter().map(|object| object.key().unwrap()).collect();
    assert_eq!(left, ["dags/others", "keep"]);
}

#[tokio::test(start_paused = true)]
async fn objects_behind_a_thousand_others_are_still_seen() {
    let graph = with_objects(json!({}), &[("z/wanted", "1"), ("top", "2")]);
    let lab = made(&graph).await;
    for number in 0..1001 {
        write(&lab, &format!("a/{number}"), b"").await;
    }
    assert!(lab.plan(&graph).await.is_empty());
    let fewer = with_objects(json!({}), &[("top", "2")]);
    write(&lab, "top", b"changed by hand").await;
    let plan = lab.plan(&fewer).await;
    assert!(matches!(plan.steps[0].action, Action::Update { .. }), "{plan:#?}");
}

#[tokio::test(start_paused = true)]
async fn an_object_in_a_bucket_of_others_is_only_ours_by_its_tags() {
    let lab = Lab::new().await;
    lab.cx.s3().create_bucket().bucket("the-bucket").send().await.unwrap();
    write(&lab, "taken", b"hello").await;
    let mut spec = text("taken", "hello");
    spec["bucket"] = json!("the-bucket");
    let graph = wanted(&[("s3/object/mine", spec.clone())]);
    let world = lab.look(&graph).await;
    assert_eq!(world.foreign.len(), 1);
    spec["key"] = json!("free");
    let graph = wanted(&[("s3/object/mine", spec)]);
    lab.run(&graph).await.succeeded("create");
    assert!(lab.plan(&graph).await.is_empty());
    lab.run_ordered(&Graph::default(), &graph).await.succeeded("delete");
}

#[tokio::test(start_paused = true)]
async fn an_object_written_between_plan_and_upload_is_not_overwritten() {
    let graph = with_objects(json!({}), &[]);
    let lab = made(&graph).await;
    let with = with_objects(json!({}), &[("a", "mine")]);
    let plan = lab.plan(&with).await;
    let world = lab.look(&with).await;
    write(&lab, "a", b"theirs").await;
    let (_keep, interrupt) = aqueduct::apply::Interrupt::new();
    let outcome = aqueduct::apply::apply(&lab.cx, &plan, world, interrupt, &|_| {}).await;
    assert!(outcome.failed[0].1.contains("does not belong to this stack"), "{:?}", outcome.failed);
}

#[tokio::test(start_paused = true)]
async fn a_file_that_changed_since_the_manifest_was_read_is_not_uploaded() {
    let file = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("changing.txt");
    std::fs::write(&file, "new").unwrap();
    let mut spec = text("a", "old");
    spec["content"]["source"] = json!({ "file": file.to_str().unwrap() });
    let graph = wanted(&[("s3/bucket/main", bucket(json!({}))), ("s3/object/a", spec)]);
    let lab = Lab::new().await;
    let run = lab.run(&graph).await;
    assert!(
        run.outcome.failed[0].1.contains("is not what it was when the manifest was read"),
        "{:?}",
        run.outcome.failed
    );
    std::fs::write(&file, "old").unwrap();
    lab.run(&graph).await.succeeded("upload");
    std::fs::remove_file(&file).unwrap();
    assert!(lab.plan(&graph).await.is_empty());
}

#[tokio::test(start_paused = true)]
async fn new_tags_of_a_bucket_leave_force_destroy_as_it_was() {
    let spec = bucket(json!({ "force_destroy": true }));
    let graph = wanted(&[("s3/bucket/main", spec.clone())]);
    let lab = made(&graph).await;
    let mut draft = aqueduct::world::Draft::default();
    draft.add_value("s3/bucket/main", &spec, [("team".to_owned(), "other".to_owned())].into());
    let retagged = draft.finish().unwrap();
    lab.run(&retagged).await.succeeded("retag");
    let world = lab.look(&retagged).await;
    let live = world.get(&Address::parse("s3/bucket/main", ["s3/bucket"]).unwrap()).unwrap();
    assert_eq!((&live.spec["force_destroy"], live.tags.get("team").unwrap().as_str()), (&json!(true), "other"));
    assert_eq!(live.status, Status::Ready);
}

fn role(name: &str, trust: &str) -> Value {
    let statement = json!({ "Effect": "Allow", "Principal": trust_of(trust), "Action": "sts:AssumeRole" });
    json!({ "name": name, "trust": { "Version": "2012-10-17", "Statement": [statement] } })
}

fn trust_of(trust: &str) -> Value {
    if trust.ends_with(".amazonaws.com") { json!({ "Service": trust }) } else { json!({ "AWS": trust }) }
}

#[tokio::test(start_paused = true)]
async fn a_policy_may_name_a_role_that_is_still_new() {
    let graph = wanted(&[
        ("iam/role/first", role("first", "ec2.amazonaws.com")),
        ("iam/role/second", role("second", "⟦iam/role/first|arn⟧")),
    ]);
    let lab = made(&graph).await;
    let refused = lab.sandbox.calls().into_iter().filter(|call| {
        call.outcome.as_ref().is_some_and(|outcome| outcome.code.as_deref() == Some("MalformedPolicyDocument"))
    });
    assert!(refused.count() > 0, "the sandbox accepted a principal that it did not know yet");
    assert!(lab.plan(&graph).await.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_trusted_role_that_was_made_again_is_written_anew() {
    let graph = wanted(&[
        ("iam/role/first", role("first", "ec2.amazonaws.com")),
        ("iam/role/second", role("second", "⟦iam/role/first|arn⟧")),
    ]);
    let lab = made(&graph).await;
    lab.cx.iam().delete_role().role_name("first").send().await.unwrap();
    let plan = lab.plan(&graph).await;
    assert_eq!(plan.steps.len(), 2, "{plan:#?}");
    lab.run(&graph).await.succeeded("heal");
    assert!(lab.plan(&graph).await.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_look_at_many_roles_takes_two_calls() {
    let mut resources = vec![];
    for number in 0..12 {
        let mut spec = role(&format!("role-{number}"), "ec2.amazonaws.com");
        let statement = json!({ "Effect": "Allow", "Action": "s3:*", "Resource": "*" });
        spec["inline"] = json!({ "all": { "Version": "2012-10-17", "Statement": [statement] } });
        resources.push((format!("iam/role/{number}"), spec));
    }
    let graph = graph(resources.iter().map(|(address, spec)| (address.as_str(), spec)));
    let lab = made(&graph).await;
    lab.sandbox.clear_calls();
    assert!(lab.plan(&graph).await.is_empty());
    let mut calls = reads(&lab, "iam");
    calls.sort_unstable();
    assert_eq!(calls, ["GetAccountAuthorizationDetails", "ListInstanceProfiles", "ListRoles"]);
}

#[tokio::test(start_paused = true)]
async fn ten_managed_policies_can_be_exchanged_for_ten_others() {
    let with = |prefix: &str| {
        let managed: Vec<String> = (0..10).map(|number| format!("arn:aws:iam::aws:policy/{prefix}{number}")).collect();
        let mut spec = role("full", "ec2.amazonaws.com");
        spec["managed"] = json!(managed);
        wanted(&[("iam/role/full", spec)])
    };
    let lab = made(&with("Old")).await;
    lab.run(&with("New")).await.succeeded("exchange");
    assert!(lab.plan(&with("New")).await.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_role_that_is_used_elsewhere_is_freed_before_it_goes() {
    let graph = wanted(&[("iam/role/one", role("one", "ec2.amazonaws.com"))]);
    let lab = made(&graph).await;
    let iam = lab.cx.iam();
    iam.create_instance_profile().instance_profile_name("others").send().await.unwrap();
    iam.add_role_to_instance_profile().instance_profile_name("others").role_name("one").send().await.unwrap();
    let arn = "arn:aws:iam::aws:policy/ReadOnlyAccess";
    iam.attach_role_policy().role_name("one").policy_arn(arn).send().await.unwrap();
    lab.run_ordered(&Graph::default(), &graph).await.succeeded("delete");
    assert!(iam.get_role().role_name("one").send().await.is_err());
}

#[tokio::test(start_paused = true)]
async fn a_protected_log_group_counts_as_data() {
    for protection in [false, true] {
        let graph = wanted(&[("logs/log-group/one", json!({ "name": "one", "deletion_protection": protection }))]);
        let lab = made(&graph).await;
        assert_eq!(loses_data(&destruction(&lab, &graph).await, "logs/log-group/one"), protection);
        lab.run_ordered(&Graph::default(), &graph).await.succeeded("delete");
    }
}

#[tokio::test(start_paused = true)]
async fn the_accounts_policy_on_retention_is_no_drift() {
    let of = |fields: Value| {
        let mut spec = json!({ "name": "one" });
        spec.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        wanted(&[("logs/log-group/one", spec)])
    };
    let week = of(json!({ "retention_days": 7 }));
    let lab = made(&week).await;
    let put = async |days: Value| {
        let document = json!({ "retentionInDays": days, "enforcementMode": "RETROACTIVE" }).to_string();
        let call = lab.cx.logs().put_account_policy().policy_name("everywhere").policy_document(document);
        call.policy_type(PolicyType::RetentionPolicy).send().await.unwrap();
    };
    for days in [json!(90), json!("NEVER_EXPIRE")] {
        put(days).await;
        for graph in [&week, &of(json!({}))] {
            assert!(lab.plan(graph).await.is_empty(), "{:#?}", lab.plan(graph).await);
        }
    }
    let kept = of(json!({ "retention_days": 7, "deletion_protection": true }));
    lab.run(&kept).await.succeeded("change something else");
    let call = lab.cx.logs().delete_account_policy().policy_name("everywhere");
    call.policy_type(PolicyType::RetentionPolicy).send().await.unwrap();
    assert!(lab.plan(&kept).await.is_empty());
    assert_eq!(lab.plan(&of(json!({ "deletion_protection": true }))).await.steps.len(), 1);
}
