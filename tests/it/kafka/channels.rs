//! Channels: native delivery of topics to buckets.

use super::*;

fn trust(service: &str) -> Value {
    json!({ "Version": "2012-10-17", "Statement": [
        { "Effect": "Allow", "Principal": { "Service": service }, "Action": "sts:AssumeRole" },
    ] })
}

/// A channel whose role trusts `service`, with all it needs.
fn with_channel(ground: &Ground, service: &str) -> Graph {
    wanted(&[
        ("kafka/cluster/main", ground.express()),
        ("s3/bucket/records", json!({ "name": "records" })),
        ("iam/role/delivery", json!({ "name": "delivery", "trust": trust(service) })),
        (
            "kafka/topic/events",
            json!({ "cluster": "⟦kafka/cluster/main|id⟧", "name": "events", "partitions": 1, "replication": 3 }),
        ),
        (
            "kafka/channel/events",
            json!({
                "cluster": "⟦kafka/cluster/main|id⟧",
                "name": "events",
                "topic": "⟦kafka/topic/events|arn⟧",
                "converter": "json",
                "destination": { "s3": { "bucket": "⟦s3/bucket/records|arn⟧" } },
                "dead_letters": { "bucket": "⟦s3/bucket/records|arn⟧", "prefix": "failed/" },
                "role": "⟦iam/role/delivery|arn⟧",
            }),
        ),
    ])
}

#[tokio::test(start_paused = true)]
async fn a_channel_that_fails_is_made_again_by_the_next_run() {
    let ground = Ground::new().await;
    let run = ground.lab.run(&with_channel(&ground, "ec2.amazonaws.com")).await;
    assert!(error_of(&run).contains("cannot be assumed by kafka.amazonaws.com"), "{}", error_of(&run));
    let repaired = with_channel(&ground, "kafka.amazonaws.com");
    ground.lab.run(&repaired).await.succeeded("repair");
    assert!(ground.lab.plan(&repaired).await.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_channel_waits_for_a_role_that_is_not_known_everywhere_yet() {
    let ground = Ground::new().await;
    let refusals = [
        ("BadRequestException", "Unable to assume the service execution role."),
        ("BadRequestException", "Check the trust relationship."),
        ("ForbiddenException", "Forbidden"),
    ];
    for (number, (code, text)) in (1..).zip(refusals) {
        let status = if code == "ForbiddenException" { 403 } else { 400 };
        let refusal = Effect::Refuse(Fault::new(status, code, text));
        ground.lab.sandbox.faults().add(At::operation("kafka.CreateChannel", number), refusal);
    }
    ground.lab.run(&with_channel(&ground, "kafka.amazonaws.com")).await.succeeded("create");
}

#[tokio::test(start_paused = true)]
async fn a_channel_that_is_suspended_says_why() {
    let (ground, graph) = Ground::made(|ground| with_channel(ground, "kafka.amazonaws.com")).await;
    let call = ground.lab.cx.iam().update_assume_role_policy().role_name("delivery");
    call.policy_document(trust("ec2.amazonaws.com").to_string()).send().await.unwrap();
    let world = ground.lab.look(&graph).await;
    let live = world.get(&address("kafka/channel/events")).unwrap();
    let Status::Pending(state) = &live.status else { panic!("{live:#?}") };
    assert!(state.starts_with("SUSPENDED: AccessDenied: The role arn:aws:iam::"), "{state}");
    assert!(state.ends_with("cannot be assumed by kafka.amazonaws.com."), "{state}");
}
