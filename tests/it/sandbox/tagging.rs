//! The index of everything that has tags.

use super::{REGION, kinesis, pass, request, unlimited};
use aqueduct_sandbox::{Options, Sandbox};
use aws_sdk_resourcegroupstagging::Client;
use aws_sdk_resourcegroupstagging::config::{BehaviorVersion, Credentials, Region};
use aws_sdk_resourcegroupstagging::types::TagFilter;
use std::sync::Arc;

fn tagging(sandbox: &Arc<Sandbox>) -> Client {
    let config = aws_sdk_resourcegroupstagging::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(REGION))
        .credentials_provider(Credentials::from_keys("sandbox", "sandbox", None))
        .http_client(crate::recording::recorded(sandbox.http_client()))
        .endpoint_url("http://sandbox")
        .build();
    Client::from_conf(config)
}

async fn tagged(sandbox: &Arc<Sandbox>, name: &str, stack: &str) {
    let call = kinesis(sandbox).create_stream().stream_name(name).shard_count(1);
    call.tags("stack", stack).send().await.unwrap();
    pass(20).await;
}

async fn found(client: &Client, filter: TagFilter) -> Vec<String> {
    let pages = client.get_resources().tag_filters(filter).into_paginator().items().send();
    let found = pages.collect::<Result<Vec<_>, _>>().await.unwrap();
    found.into_iter().filter_map(|resource| resource.resource_arn).collect()
}

fn of_stack(stack: &str) -> TagFilter {
    TagFilter::builder().key("stack").values(stack).build()
}

#[tokio::test(start_paused = true)]
async fn resources_are_found_by_their_tags() {
    let sandbox = unlimited();
    for (name, stack) in [("a", "one"), ("b", "two"), ("c", "one")] {
        tagged(&sandbox, name, stack).await;
    }
    let client = tagging(&sandbox);
    let arn = |name| format!("arn:aws:kinesis:{REGION}:000000000000:stream/{name}");
    assert_eq!(found(&client, of_stack("one")).await, [arn("a"), arn("c")]);
    assert_eq!(found(&client, TagFilter::builder().key("stack").build()).await.len(), 3);
    assert!(found(&client, of_stack("three")).await.is_empty());
    for (kind, count) in [("kinesis", 3), ("kinesis:stream", 3), ("kinesis:str", 0), ("ec2", 0)] {
        let answer = client.get_resources().resource_type_filters(kind).send().await.unwrap();
        assert_eq!(answer.resource_tag_mapping_list.unwrap().len(), count, "{kind}");
    }
}

#[tokio::test(start_paused = true)]
async fn pages_end_with_an_empty_token() {
    let sandbox = unlimited();
    for name in ["a", "b", "c"] {
        tagged(&sandbox, name, "one").await;
    }
    let client = tagging(&sandbox);
    let first = client.get_resources().resources_per_page(2).send().await.unwrap();
    assert_eq!(first.resource_tag_mapping_list.unwrap().len(), 2);
    // The listing that was begun is the one that is finished.
    kinesis(&sandbox).delete_stream().stream_name("a").send().await.unwrap();
    pass(15).await;
    let call = client.get_resources().resources_per_page(2).set_pagination_token(first.pagination_token);
    let second = call.send().await.unwrap();
    assert_eq!(second.pagination_token.as_deref(), Some(""));
    assert!(second.resource_tag_mapping_list.unwrap()[0].resource_arn.as_ref().unwrap().ends_with("/c"));
}

#[tokio::test(start_paused = true)]
async fn clients_may_speak_cbor() {
    let sandbox = unlimited();
    tagged(&sandbox, "a", "one").await;
    let ask = async |operation: &str, body: &[u8]| {
        let uri = format!("/service/ResourceGroupsTaggingAPI_20170126/operation/{operation}");
        let mut request = request("tagging", "POST", &uri, body.to_vec());
        request.headers_mut().insert("smithy-protocol", "rpc-v2-cbor".parse().unwrap());
        request.headers_mut().insert("content-type", "application/cbor".parse().unwrap());
        let response = sandbox.answer(request).await.unwrap();
        assert_eq!(response.headers()["smithy-protocol"], "rpc-v2-cbor", "{response:?}");
        (response.status().as_u16(), String::from_utf8_lossy(response.body()).into_owned())
    };
    // {"TagFilters": [_ {"Key": (_ "sta", "ck"), "Values": ["one"]}], "ResourcesPerPage": 100, "TagsPerPage": null}
    let question = b"\xa3\x6aTagFilters\x9f\xa2\x63Key\x7f\x63sta\x62ck\xff\x66Values\x81\x63one\xff\
        \x70ResourcesPerPage\x18\x64\x6bTagsPerPage\xf6";
    let (status, answer) = ask("GetResources", question).await;
    assert_eq!(status, 200, "{answer}");
    assert!(answer.contains("stream/a") && answer.contains("PaginationToken\x60"), "{answer:?}");
    let (status, answer) = ask("GetResources", b"\xa1\x6aTagFilters\xf5").await;
    assert_eq!(status, 400);
    assert!(answer.contains("__type\x78\x19InvalidParameterException"), "{answer:?}");
    for broken in [&b"\xa1"[..], b"\x9f", b"\xff", b"\xbb\xff\xff\xff\xff\xff\xff\xff\xff", &[0x81; 100_000]] {
        let (status, _) = ask("GetResources", broken).await;
        assert_eq!(status, 400, "{:?}", &broken[..1]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_lagging_index_still_lists_what_was_deleted() {
    let sandbox = Sandbox::new(Options { index_lag: 60_000, rate_limits: false, ..Options::default() });
    tagged(&sandbox, "a", "one").await;
    let client = tagging(&sandbox);
    assert_eq!(found(&client, of_stack("one")).await.len(), 1);
    kinesis(&sandbox).delete_stream().stream_name("a").send().await.unwrap();
    pass(30).await;
    assert_eq!(found(&client, of_stack("one")).await.len(), 1);
    pass(60).await;
    assert!(found(&client, of_stack("one")).await.is_empty());
}
