//! AWS's rate limits.

use super::{REGION, kinesis, pass};
use aqueduct_sandbox::{Options, Sandbox};
use aws_sdk_kinesis::error::ProvideErrorMetadata;

#[tokio::test(start_paused = true)]
async fn kinesis_lists_streams_five_times_a_second() {
    let sandbox = Sandbox::new(Options::default());
    let client = kinesis(&sandbox);
    for _ in 0..5 {
        client.list_streams().send().await.unwrap();
    }
    let throttled = client.list_streams().send().await.unwrap_err();
    assert_eq!(throttled.code(), Some("LimitExceededException"));
    assert!(throttled.message().unwrap().contains("Rate exceeded"));
    client.describe_limits().send().await.unwrap();
    pass(1).await;
    client.list_streams().send().await.unwrap();
    assert_eq!(sandbox.calls().len(), 8);
}

#[tokio::test(start_paused = true)]
async fn regions_have_limits_of_their_own() {
    let sandbox = Sandbox::new(Options::default());
    let (here, there) = (kinesis(&sandbox), super::kinesis_in(&sandbox, "us-west-2"));
    assert_ne!(REGION, "us-west-2");
    for _ in 0..5 {
        here.list_streams().send().await.unwrap();
        there.list_streams().send().await.unwrap();
    }
    assert!(here.list_streams().send().await.is_err());
}

#[tokio::test(start_paused = true)]
async fn limits_can_be_switched_off_and_pass_with_virtual_time() {
    let sandbox = Sandbox::new(Options { rate_limits: false, ..Options::default() });
    for _ in 0..50 {
        kinesis(&sandbox).list_streams().send().await.unwrap();
    }
    let sandbox = Sandbox::new(Options { speed: 1_000.0, ..Options::default() });
    for _ in 0..50 {
        kinesis(&sandbox).list_streams().send().await.unwrap();
        tokio::time::advance(std::time::Duration::from_millis(1)).await;
    }
}
