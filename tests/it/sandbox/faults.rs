//! Faults on demand.

use super::{create, kinesis, pass, unlimited};
use aqueduct_sandbox::answer::Fault;
use aqueduct_sandbox::faults::{At, Effect};
use aws_sdk_kinesis::error::ProvideErrorMetadata;
use std::time::Duration;
use tokio::time::{Instant, timeout};

#[tokio::test(start_paused = true)]
async fn a_fault_hits_the_call_it_was_meant_for_and_no_other() {
    let sandbox = unlimited();
    let client = kinesis(&sandbox);
    let fault = Fault::new(400, "AccessDeniedException", "not today");
    sandbox.faults().add(At::operation("kinesis.Create*", 2), Effect::Refuse(fault));
    create(&client, "a", 1).await;
    client.list_streams().send().await.unwrap();
    let refused = client.create_stream().stream_name("b").shard_count(1).send().await.unwrap_err();
    assert_eq!((refused.code(), refused.message()), (Some("AccessDeniedException"), Some("not today")));
    create(&client, "b", 1).await;
    let codes: Vec<_> = sandbox.calls().into_iter().map(|call| call.outcome.unwrap().code).collect();
    assert_eq!(codes, [None, None, Some("AccessDeniedException".to_owned()), None]);
}

#[tokio::test(start_paused = true)]
async fn calls_can_be_counted_by_whether_they_change_anything() {
    let sandbox = unlimited();
    let client = kinesis(&sandbox);
    sandbox.faults().add(At::write(2), Effect::Throttle);
    create(&client, "a", 1).await;
    client.list_streams().send().await.unwrap();
    let throttled = client.delete_stream().stream_name("a").send().await.unwrap_err();
    assert_eq!(throttled.code(), Some("LimitExceededException"));
}

#[tokio::test(start_paused = true)]
async fn a_crash_before_its_effect_leaves_nothing_and_a_crash_after_leaves_the_effect() {
    for (effect, left) in [(Effect::CrashBefore, 0), (Effect::CrashAfter, 1)] {
        let sandbox = unlimited();
        let client = kinesis(&sandbox);
        sandbox.faults().add(At::call(1), effect);
        let call = client.create_stream().stream_name("a").shard_count(1).send();
        tokio::select! {
            _ = call => panic!("a crashed call was answered"),
            () = sandbox.faults().crashed() => {}
        }
        // Whatever else the dying client sends has no effect either.
        let late = client.create_stream().stream_name("b").shard_count(1).send();
        assert!(timeout(Duration::from_secs(60), late).await.is_err());
        assert_eq!(sandbox.with_account(|account| account.kinesis.streams.len()), left);
        sandbox.faults().clear();
        create(&client, "c", 1).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_lost_answer_is_a_broken_connection_after_the_effect() {
    let sandbox = unlimited();
    let client = kinesis(&sandbox);
    sandbox.faults().add(At::call(1), Effect::LoseAnswer);
    let lost = client.create_stream().stream_name("a").shard_count(1).send().await.unwrap_err();
    assert!(lost.as_service_error().is_none());
    assert_eq!(sandbox.with_account(|account| account.kinesis.streams.len()), 1);
    assert_eq!(sandbox.calls().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_delay_takes_time() {
    let sandbox = unlimited();
    let client = kinesis(&sandbox);
    sandbox.faults().add(At::every("kinesis.ListStreams"), Effect::Delay(Duration::from_secs(3)));
    let start = Instant::now();
    client.list_streams().send().await.unwrap();
    assert_eq!(start.elapsed(), Duration::from_secs(3));
}

#[tokio::test(start_paused = true)]
async fn random_faults_follow_from_their_seed() {
    let run = async |seed| {
        let sandbox = unlimited();
        let client = kinesis(&sandbox);
        sandbox.faults().random("*", seed, 0.3, &[Effect::Throttle, Effect::LoseAnswer]);
        let mut failed = Vec::new();
        for call in 0..200 {
            if client.list_streams().send().await.is_err() {
                failed.push(call);
            }
        }
        failed
    };
    let (first, again, other) = (run(1).await, run(1).await, run(2).await);
    assert_eq!(first, again);
    assert_ne!(first, other);
    assert!((40..80).contains(&first.len()), "{} of 200", first.len());
}

#[tokio::test(start_paused = true)]
async fn reads_lag_behind_writes() {
    let sandbox = unlimited();
    let client = kinesis(&sandbox);
    sandbox.faults().lag(Duration::from_secs(5));
    create(&client, "a", 1).await;
    assert!(client.list_streams().send().await.unwrap().stream_names.is_empty());
    pass(4).await;
    create(&client, "b", 1).await;
    pass(1).await;
    assert_eq!(client.list_streams().send().await.unwrap().stream_names, ["a"]);
    let again = client.create_stream().stream_name("b").shard_count(1).send().await.unwrap_err();
    assert_eq!(again.code(), Some("ResourceInUseException"), "writes see what is");
    pass(4).await;
    assert_eq!(client.list_streams().send().await.unwrap().stream_names, ["a", "b"]);
    sandbox.faults().clear();
}

#[tokio::test(start_paused = true)]
async fn calls_can_be_forgotten_even_while_one_is_under_way() {
    let sandbox = unlimited();
    sandbox.faults().add(At::call(1), Effect::Delay(Duration::from_secs(1)));
    let slow = tokio::spawn({
        let client = kinesis(&sandbox);
        async move { client.list_streams().send().await.map(drop) }
    });
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert!(sandbox.calls()[0].outcome.is_none());
    sandbox.clear_calls();
    create(&kinesis(&sandbox), "a", 1).await;
    slow.await.unwrap().unwrap();
    let calls = sandbox.calls();
    assert_eq!(calls.len(), 1);
    assert_eq!(calls[0].operation, "CreateStream");
}
