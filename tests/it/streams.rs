//! What Kinesis streams promise beyond what every kind must.

use crate::support::{Lab, graph};
use aqueduct::aws::Error;
use aqueduct::world::Graph;
use aqueduct_sandbox::answer::Fault;
use aqueduct_sandbox::faults::{At, Effect};
use serde_json::{Value, json};

fn stream(name: &str, fields: Value) -> Value {
    let mut spec = json!({ "name": name, "mode": "on_demand", "retention_hours": 24 });
    spec.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    spec
}

fn one(fields: Value) -> Graph {
    graph([("kinesis/stream/one", &stream("one", fields))])
}

fn policy(action: &str) -> Value {
    json!({ "Version": "2012-10-17", "Statement": [{
        "Effect": "Allow",
        "Principal": { "AWS": "arn:aws:iam::111122223333:root" },
        "Action": action,
        "Resource": "arn:aws:kinesis:us-east-1:000000000000:stream/one",
    }] })
}

fn calls(lab: &Lab, operation: &str) -> usize {
    lab.sandbox.calls().iter().filter(|call| call.operation == operation).count()
}

#[tokio::test(start_paused = true)]
async fn hundreds_of_streams_have_two_hours_to_be_made_five_at_a_time() {
    let lab = Lab::new().await;
    let text = "at most 5 streams can simultaneously be in CREATING or DELETING state.";
    let refusal = Effect::Refuse(Fault::new(400, "LimitExceededException", text));
    lab.sandbox.faults().add(At::operation("kinesis.CreateStream", 1).times(300), refusal);
    lab.run(&one(json!({}))).await.succeeded("create");
}

#[tokio::test(start_paused = true)]
async fn a_change_that_comes_too_soon_after_another_is_asked_for_again() {
    let lab = Lab::new().await;
    lab.run(&one(json!({}))).await.succeeded("create");
    let refusal = Fault::new(400, "LimitExceededException", "Rate exceeded for stream one under account 000000000000.");
    let at = At::operation("kinesis.IncreaseStreamRetentionPeriod", 1).times(20);
    lab.sandbox.faults().add(at, Effect::Refuse(refusal));
    lab.run(&one(json!({ "retention_hours": 48 }))).await.succeeded("keep longer");
}

#[tokio::test(start_paused = true)]
async fn policies_are_looked_at_where_the_manifest_has_one() {
    let all: Vec<(String, Value)> = (0..5)
        .map(|number| (format!("kinesis/stream/{number}"), stream(&number.to_string(), json!({}))))
        .chain([("kinesis/stream/one".to_owned(), stream("one", json!({ "policy": policy("kinesis:GetRecords") })))])
        .collect();
    let graph = graph(all.iter().map(|(address, spec)| (address.as_str(), spec)));
    let lab = Lab::new().await;
    lab.run(&graph).await.succeeded("create");
    lab.sandbox.clear_calls();
    assert!(lab.plan(&graph).await.is_empty());
    assert_eq!(calls(&lab, "GetResourcePolicy"), 1);
}

#[tokio::test(start_paused = true)]
async fn a_policy_of_others_is_left_alone_until_the_manifest_says_what_it_is_to_be() {
    let lab = Lab::new().await;
    lab.run(&one(json!({}))).await.succeeded("create");
    let arn = "arn:aws:kinesis:us-east-1:000000000000:stream/one";
    let call = lab.cx.kinesis().put_resource_policy().resource_arn(arn);
    call.policy(policy("kinesis:PutRecords").to_string()).send().await.unwrap();
    assert!(lab.plan(&one(json!({}))).await.is_empty());
    let nobody = one(json!({ "policy": { "Version": "2012-10-17", "Statement": [] } }));
    lab.run(&nobody).await.succeeded("take away");
    let answer = lab.cx.kinesis().get_resource_policy().resource_arn(arn).send().await.unwrap();
    assert_eq!(answer.policy, "{}");
    assert!(lab.plan(&nobody).await.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_stream_is_made_warm_and_even_at_once_and_made_as_it_was_before_it_is_provisioned() {
    let lab = Lab::new().await;
    let warm = one(json!({ "warm_throughput": 100, "record_distribution": "auto" }));
    lab.run(&warm).await.succeeded("create");
    assert_eq!(calls(&lab, "UpdateStreamWarmThroughput") + calls(&lab, "UpdateStreamRecordDistributionStrategy"), 0);
    assert!(lab.plan(&warm).await.is_empty());
    lab.run(&one(json!({ "warm_throughput": 20 }))).await.succeeded("cool");
    let provisioned = one(json!({ "mode": "provisioned", "shards": 4 }));
    lab.run(&warm).await.succeeded("warm again");
    lab.run(&provisioned).await.succeeded("provision");
    assert!(lab.plan(&provisioned).await.is_empty());
}

#[tokio::test(start_paused = true)]
async fn the_sandbox_warms_streams_of_accounts_that_pay_for_it_alone() {
    let lab = Lab::new().await;
    lab.sandbox.with_account(|account| account.kinesis.commitment = None);
    let run = lab.run(&one(json!({ "warm_throughput": 100 }))).await;
    let error = &run.outcome.failed[0].1;
    assert!(error.contains("MinimumThroughputBillingCommitment"), "{error}");
    let set = async |status: &str| {
        use aws_sdk_kinesis::types::MinimumThroughputBillingCommitmentInput as Wish;
        let wish = Wish::builder().status(status.into()).build().unwrap();
        let call = lab.cx.kinesis().update_account_settings().minimum_throughput_billing_commitment(wish);
        let answer = call.send().await.map_err(Error::from).unwrap();
        answer.minimum_throughput_billing_commitment.unwrap().status.to_string()
    };
    assert_eq!(set("ENABLED").await, "ENABLED");
    lab.run(&one(json!({ "warm_throughput": 100 }))).await.succeeded("create");
    assert_eq!(set("DISABLED").await, "ENABLED_UNTIL_EARLIEST_ALLOWED_END");
    tokio::time::sleep(std::time::Duration::from_secs(24 * 60 * 60)).await;
    let settings = lab.cx.kinesis().describe_account_settings().send().await.unwrap();
    assert_eq!(settings.minimum_throughput_billing_commitment.unwrap().status.as_str(), "DISABLED");
}
