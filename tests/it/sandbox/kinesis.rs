//! Kinesis as its official client sees it.

use super::{REGION, active, create, kinesis, kinesis_in, kinesis_over, pass, unlimited};
use aqueduct_sandbox::{Options, Sandbox};
use aws_sdk_kinesis::Client;
use aws_sdk_kinesis::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_kinesis::primitives::Blob;
use aws_sdk_kinesis::types::{
    EncryptionType, MetricsName, PutRecordsRequestEntry, ScalingType, ShardIteratorType, StreamDescriptionSummary,
    StreamMode, StreamModeDetails, StreamStatus,
};
use std::time::Duration;

async fn summary(client: &Client, name: &str) -> StreamDescriptionSummary {
    client.describe_stream_summary().stream_name(name).send().await.unwrap().stream_description_summary.unwrap()
}

fn code<T, E: ProvideErrorMetadata, R>(result: Result<T, SdkError<E, R>>) -> String {
    result.err().and_then(|error| error.code().map(str::to_owned)).unwrap_or_default()
}

async fn lives_and_dies(client: &Client, pass: impl AsyncFn(u64)) {
    create(client, "s", 3).await;
    let creating = summary(client, "s").await;
    assert_eq!(creating.stream_status, StreamStatus::Creating);
    assert_eq!(creating.open_shard_count, 0);
    pass(20).await;
    let active = summary(client, "s").await;
    assert_eq!(active.stream_status, StreamStatus::Active);
    assert_eq!(active.open_shard_count, 3);
    assert_eq!(active.retention_period_hours, 24);
    assert_eq!(active.encryption_type, Some(EncryptionType::None));
    assert_eq!(active.max_record_size_in_kib, Some(1024));
    assert_eq!(active.stream_arn, format!("arn:aws:kinesis:{REGION}:000000000000:stream/s"));
    client.delete_stream().stream_name("s").send().await.unwrap();
    assert_eq!(summary(client, "s").await.stream_status, StreamStatus::Deleting);
    pass(15).await;
    assert_eq!(code(client.describe_stream_summary().stream_name("s").send().await), "ResourceNotFoundException");
    create(client, "s", 1).await;
}

#[tokio::test(start_paused = true)]
async fn a_stream_lives_and_dies_in_process() {
    let sandbox = unlimited();
    lives_and_dies(&kinesis(&sandbox), pass).await;
    let calls: Vec<_> = sandbox.calls().iter().map(|call| (call.operation, call.mutating)).collect();
    assert_eq!(calls[..2], [("CreateStream", true), ("DescribeStreamSummary", false)]);
}

#[tokio::test]
async fn a_stream_lives_and_dies_over_a_socket() {
    // Fast enough that a few milliseconds of real time make a life, slow enough to see each part of it.
    let sandbox = Sandbox::new(Options { speed: 200.0, rate_limits: false, ..Options::default() });
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    let server = tokio::spawn(sandbox.clone().serve(listener));
    let client = kinesis_over(aws_smithy_http_client::Builder::new().build_http(), REGION, &endpoint);
    let until = |seconds: u64| {
        let due = sandbox.now() + seconds * 1_000;
        let sandbox = sandbox.clone();
        async move {
            while sandbox.now() < due {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        }
    };
    lives_and_dies(&client, until).await;
    server.abort();
}

#[tokio::test(start_paused = true)]
async fn regions_do_not_see_each_other() {
    let sandbox = unlimited();
    let (here, there) = (kinesis(&sandbox), kinesis_in(&sandbox, "us-west-2"));
    create(&here, "here", 1).await;
    create(&there, "there", 1).await;
    assert_eq!(here.list_streams().send().await.unwrap().stream_names, ["here"]);
    assert_eq!(there.list_streams().send().await.unwrap().stream_names, ["there"]);
}

#[tokio::test(start_paused = true)]
async fn a_stream_refuses_changes_until_it_is_active() {
    let sandbox = unlimited();
    let client = kinesis(&sandbox);
    create(&client, "s", 2).await;
    let increase = || client.increase_stream_retention_period().stream_name("s").retention_period_hours(48).send();
    assert_eq!(code(increase().await), "ResourceInUseException");
    assert_eq!(code(client.delete_stream().stream_name("s").send().await), "ResourceInUseException");
    assert_eq!(code(client.create_stream().stream_name("s").shard_count(1).send().await), "ResourceInUseException");
    pass(20).await;
    increase().await.unwrap();
    assert_eq!(summary(&client, "s").await.stream_status, StreamStatus::Updating);
    assert_eq!(code(increase().await), "ResourceInUseException");
    pass(5).await;
    let updated = summary(&client, "s").await;
    assert_eq!((updated.stream_status, updated.retention_period_hours), (StreamStatus::Active, 48));
}

#[tokio::test(start_paused = true)]
async fn a_stream_at_most_doubles_or_halves_at_once() {
    let sandbox = unlimited();
    let client = kinesis(&sandbox);
    active(&client, "s", 4).await;
    let reshard = |count| {
        client
            .update_shard_count()
            .stream_name("s")
            .target_shard_count(count)
            .scaling_type(ScalingType::UniformScaling)
            .send()
    };
    for wrong in [1, 4, 9] {
        assert_eq!(code(reshard(wrong).await), "InvalidArgumentException", "{wrong}");
    }
    let answer = reshard(8).await.unwrap();
    assert_eq!((answer.current_shard_count, answer.target_shard_count), (Some(4), Some(8)));
    assert_eq!(summary(&client, "s").await.open_shard_count, 4);
    pass(60).await;
    assert_eq!(summary(&client, "s").await.open_shard_count, 8);
    let shards = client.list_shards().stream_name("s").send().await.unwrap().shards.unwrap();
    assert_eq!(shards.len(), 12);
    assert_eq!(shards[4].parent_shard_id.as_deref(), Some("shardId-000000000000"));
    let range = shards[11].hash_key_range.as_ref().unwrap();
    assert_eq!(range.ending_hash_key, u128::MAX.to_string());
    for count in [4, 8, 4, 8, 4, 8, 4, 8, 4] {
        reshard(count).await.unwrap();
        pass(60).await;
    }
    assert_eq!(code(reshard(8).await), "LimitExceededException");
    pass(24 * 3_600).await;
    reshard(8).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn at_most_five_streams_are_being_created() {
    let sandbox = unlimited();
    let client = kinesis(&sandbox);
    for number in 0..5 {
        create(&client, &format!("s{number}"), 1).await;
    }
    let sixth = client.create_stream().stream_name("s6").shard_count(1).send().await.unwrap_err();
    assert_eq!(sixth.code(), Some("LimitExceededException"));
    assert!(sixth.message().unwrap().contains("simultaneously be in CREATING or DELETING"));
    pass(20).await;
    create(&client, "s6", 1).await;
}

#[tokio::test(start_paused = true)]
async fn everything_about_a_stream_can_be_changed_in_place() {
    let sandbox = unlimited();
    let client = kinesis(&sandbox);
    active(&client, "s", 2).await;
    let arn = summary(&client, "s").await.stream_arn;
    let start = client.start_stream_encryption().stream_name("s").encryption_type(EncryptionType::Kms);
    start.key_id("alias/aws/kinesis").send().await.unwrap();
    pass(5).await;
    let metrics = client.enable_enhanced_monitoring().stream_name("s");
    let metrics = metrics.shard_level_metrics(MetricsName::IncomingBytes).send().await.unwrap();
    assert_eq!(metrics.desired_shard_level_metrics.unwrap(), [MetricsName::IncomingBytes]);
    pass(5).await;
    client.update_max_record_size().stream_arn(&arn).max_record_size_in_kib(2_048).send().await.unwrap();
    pass(5).await;
    let on_demand = StreamModeDetails::builder().stream_mode(StreamMode::OnDemand).build().unwrap();
    client.update_stream_mode().stream_arn(&arn).stream_mode_details(on_demand).send().await.unwrap();
    pass(5).await;
    let changed = summary(&client, "s").await;
    assert_eq!(changed.key_id.as_deref(), Some("alias/aws/kinesis"));
    assert_eq!(changed.enhanced_monitoring[0].shard_level_metrics(), [MetricsName::IncomingBytes]);
    assert_eq!(changed.max_record_size_in_kib, Some(2_048));
    assert_eq!(changed.stream_mode_details.unwrap().stream_mode, StreamMode::OnDemand);
    let shorter = client.decrease_stream_retention_period().stream_name("s").retention_period_hours(48).send().await;
    assert_eq!(code(shorter), "InvalidArgumentException");
    let tiny = client.decrease_stream_retention_period().stream_name("s").retention_period_hours(1).send().await;
    assert_eq!(code(tiny), "InvalidArgumentException");
}

#[tokio::test(start_paused = true)]
async fn tags_can_be_set_at_creation_and_later_both_ways() {
    let sandbox = unlimited();
    let client = kinesis(&sandbox);
    client.create_stream().stream_name("s").shard_count(1).tags("a", "1").send().await.unwrap();
    let arn = summary(&client, "s").await.stream_arn;
    client.add_tags_to_stream().stream_name("s").tags("b", "2").send().await.unwrap();
    client.tag_resource().resource_arn(&arn).tags("c", "3").send().await.unwrap();
    client.untag_resource().resource_arn(&arn).tag_keys("a").send().await.unwrap();
    let tags = client.list_tags_for_resource().resource_arn(&arn).send().await.unwrap().tags.unwrap();
    let keys: Vec<_> = tags.iter().map(|tag| tag.key.as_str()).collect();
    assert_eq!(keys, ["b", "c"]);
    let page = client.list_tags_for_stream().stream_name("s").limit(1).send().await.unwrap();
    assert!(page.has_more_tags);
    let reserved = client.add_tags_to_stream().stream_name("s").tags("aws:x", "1").send().await;
    assert_eq!(code(reserved), "InvalidArgumentException");
    let many = (0..50).fold(client.add_tags_to_stream().stream_name("s"), |call, n| call.tags(format!("k{n}"), "v"));
    assert_eq!(code(many.send().await), "LimitExceededException");
}

#[tokio::test(start_paused = true)]
async fn streams_are_listed_page_by_page() {
    let sandbox = unlimited();
    let client = kinesis(&sandbox);
    for name in ["a", "b", "c"] {
        active(&client, name, 1).await;
    }
    let first = client.list_streams().limit(2).send().await.unwrap();
    assert_eq!((first.stream_names, first.has_more_streams), (vec!["a".to_owned(), "b".to_owned()], true));
    let second = client.list_streams().set_next_token(first.next_token).send().await.unwrap();
    assert_eq!((second.stream_names, second.has_more_streams), (vec!["c".to_owned()], false));
}

#[tokio::test(start_paused = true)]
async fn a_name_must_fit_the_model() {
    let sandbox = unlimited();
    let client = kinesis(&sandbox);
    for name in ["", "with space", "a/b", &"x".repeat(129)] {
        let created = client.create_stream().stream_name(name).shard_count(1).send().await;
        assert_eq!(code(created), "ValidationException", "{name}");
    }
}

#[tokio::test(start_paused = true)]
async fn records_come_out_as_they_went_in_also_across_a_resharding() {
    let sandbox = unlimited();
    let client = kinesis(&sandbox);
    active(&client, "s", 1).await;
    client.put_record().stream_name("s").partition_key("k").data(Blob::new("one")).send().await.unwrap();
    let entry =
        |data: &str| PutRecordsRequestEntry::builder().partition_key("k").data(Blob::new(data)).build().unwrap();
    client.put_records().stream_name("s").records(entry("two")).records(entry("three")).send().await.unwrap();
    let iterator = client.get_shard_iterator().stream_name("s").shard_id("shardId-000000000000");
    let iterator = iterator.shard_iterator_type(ShardIteratorType::TrimHorizon).send().await.unwrap().shard_iterator;
    let first = client.get_records().shard_iterator(iterator.unwrap()).limit(2).send().await.unwrap();
    let rest = client.get_records().shard_iterator(first.next_shard_iterator.unwrap()).send().await.unwrap();
    let read: Vec<_> = first.records.iter().chain(&rest.records).map(|record| record.data.as_ref().to_vec()).collect();
    assert_eq!(read, [b"one".to_vec(), b"two".to_vec(), b"three".to_vec()]);

    let reshard = client.update_shard_count().stream_name("s").target_shard_count(2);
    reshard.scaling_type(ScalingType::UniformScaling).send().await.unwrap();
    pass(60).await;
    let end = client.get_records().shard_iterator(rest.next_shard_iterator.unwrap()).send().await.unwrap();
    assert!(end.records.is_empty() && end.next_shard_iterator.is_none());
    assert_eq!(end.child_shards.unwrap().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn records_are_forgotten_after_the_retention_period() {
    let sandbox = unlimited();
    let client = kinesis(&sandbox);
    active(&client, "s", 1).await;
    client.put_record().stream_name("s").partition_key("k").data(Blob::new("old")).send().await.unwrap();
    pass(25 * 3_600).await;
    let iterator = client.get_shard_iterator().stream_name("s").shard_id("shardId-000000000000");
    let iterator = iterator.shard_iterator_type(ShardIteratorType::TrimHorizon).send().await.unwrap().shard_iterator;
    let records = client.get_records().shard_iterator(iterator.unwrap()).send().await.unwrap().records;
    assert!(records.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_stream_with_consumers_is_deleted_only_on_request() {
    let sandbox = unlimited();
    let client = kinesis(&sandbox);
    active(&client, "s", 1).await;
    let arn = summary(&client, "s").await.stream_arn;
    let consumer = client.register_stream_consumer().stream_arn(&arn).consumer_name("c").send().await.unwrap();
    let consumer_arn = consumer.consumer.unwrap().consumer_arn;
    pass(10).await;
    let described = client.describe_stream_consumer().consumer_arn(&consumer_arn).send().await.unwrap();
    assert_eq!(described.consumer_description.unwrap().consumer_status.as_str(), "ACTIVE");
    assert_eq!(code(client.delete_stream().stream_name("s").send().await), "ResourceInUseException");
    client.delete_stream().stream_name("s").enforce_consumer_deletion(true).send().await.unwrap();
}
