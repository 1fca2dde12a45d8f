//! What roles may do: with keys of the account's own, and where a policy has no room for every name.

use super::lowering::{lowered, spec};
use aqueduct::kinds::iam::role::Role;
use aqueduct::manifest::lower::covering::covering;
use aqueduct::world::Graph;
use serde_json::Value;

const KEY: &str = "arn:aws:kms:us-east-1:123456789012:key/00000000-0000-0000-0000-000000000000";

/// The statements of the role `name` that speak of keys.
fn keys(graph: &Graph, name: &str) -> Vec<Value> {
    let inline = spec(graph, &format!("iam/role/{name}"))["inline"].as_object().unwrap();
    let statements = inline.values().flat_map(|policy| policy["Statement"].as_array().unwrap());
    let of_keys =
        |statement: &&Value| statement["Action"].to_string().contains("kms:") && statement["Resource"].is_array();
    statements.filter(of_keys).cloned().collect()
}

#[test]
fn whoever_delivers_to_a_bucket_may_use_its_key() {
    let graph = lowered(&format!(
        "buckets: {{data: {{kms_key: {KEY:?}}}}}\nkafka: {{topics: {{a: {{}}}}}}\n\
         sinks: {{s: {{via: connect, topics: [a], bucket: data, plugin: files/plugin.zip}}}}\n"
    ));
    let found = keys(&graph, "sink-s");
    assert_eq!(found.len(), 1, "{found:#?}");
    assert_eq!(found[0]["Resource"], serde_json::json!([KEY]));
    assert_eq!(found[0]["Action"], serde_json::json!(["kms:Decrypt", "kms:GenerateDataKey"]));
    assert_eq!(found[0]["Condition"]["StringEquals"]["kms:ViaService"][0], "s3.us-east-1.amazonaws.com");
}

#[test]
fn the_api_may_use_the_keys_of_streams_but_for_those_of_aws() {
    let api = "api: {routes: {/streams: {to: kinesis}}}\n";
    let streams = |streams: &str| lowered(&format!("streams: {{{streams}}}\n{api}"));
    assert_eq!(keys(&streams("a: {}, b: {kms_key: alias/aws/kinesis}"), "kinesis"), [] as [Value; 0]);
    let found = keys(&streams(&format!("a: {{kms_key: {KEY:?}}}, b: {{kms_key: {KEY:?}}}")), "kinesis");
    assert_eq!(found.len(), 1, "{found:#?}");
    let found = keys(&streams("a: {kms_key: alias/records}"), "kinesis");
    assert_eq!(found[0]["Resource"], serde_json::json!(["arn:aws:kms:us-east-1:123456789012:key/*"]));
    assert_eq!(found[0]["Condition"]["ForAnyValue:StringEquals"]["kms:ResourceAliases"][0], "alias/records");
}

#[test]
fn a_thousand_topics_find_room_in_the_policies() {
    let topics: String = (0..1000).map(|i| format!("  pinterest.table-{i}: {{partitions: 1}}\n")).collect();
    let graph = lowered(&format!("kafka:\n topics:\n{topics}client: {{}}\n"));
    let role: Role = serde_json::from_value(spec(&graph, "iam/role/client").clone()).unwrap();
    let text = role.inline["kafka"].to_json();
    assert!(text.len() < 10_240, "{}", text.len());
    assert!(text.contains("/pinterest.table-*"), "{text}");
}

#[test]
fn patterns_are_as_narrow_as_there_is_room_for() {
    let names: Vec<String> = ["a.b.c", "a.b.d", "a.x", "e"].map(str::to_owned).into();
    assert_eq!(covering(&names, 10, 1000), names);
    assert_eq!(covering(&names, 10, 50), ["a.b.*", "a.x", "e"]);
    assert_eq!(covering(&names, 10, 30), ["a.*", "e"]);
    assert_eq!(covering(&names, 10, 20), ["*"]);
    for pattern in covering(&names, 10, 50) {
        let prefix = pattern.trim_end_matches('*');
        assert!(names.iter().any(|name| name.starts_with(prefix)), "{pattern} covers nothing");
    }
}
