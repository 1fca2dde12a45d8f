//! What is made of `kafka` and `sinks`: topics, who may do what with them, and connectors' properties.

use super::lowering::{lowered, spec};
use aqueduct::world::Graph;
use serde_json::Value;

const SINK: &str = "sinks: {s: {via: connect, topics: [a], bucket: data, plugin: files/plugin.zip}}\n";

/// The resources that the inline policies of the role `name` let it do `action` to.
fn allowed(graph: &Graph, name: &str, action: &str) -> Vec<String> {
    let inline = spec(graph, &format!("iam/role/{name}"))["inline"].as_object().unwrap();
    let statements = inline.values().flat_map(|policy| policy["Statement"].as_array().unwrap());
    let listed = |value: &Value| -> Vec<String> {
        value.as_array().unwrap().iter().map(|one| one.as_str().unwrap().to_owned()).collect()
    };
    let allowing = statements.filter(|statement| listed(&statement["Action"]).iter().any(|found| found == action));
    allowing.flat_map(|statement| listed(&statement["Resource"])).collect()
}

fn any_ends_with(resources: &[String], end: &str) -> bool {
    resources.iter().any(|resource| resource.ends_with(end))
}

fn addresses(graph: &Graph) -> Vec<String> {
    graph.resources().keys().map(ToString::to_string).collect()
}

#[test]
fn where_aws_makes_no_topics_connectors_make_those_for_dead_letters() {
    for cluster in ["mode: serverless", "version: 3.5.1"] {
        let graph = lowered(&format!("buckets: {{data: {{}}}}\nkafka: {{{cluster}}}\n{SINK}"));
        let topics: Vec<String> =
            addresses(&graph).into_iter().filter(|address| address.starts_with("kafka/topic/")).collect();
        assert!(topics.is_empty(), "{cluster}: {topics:?}");
        let connector = spec(&graph, "kafkaconnect/connector/s");
        assert!(!connector["needs"].to_string().contains("kafka/topic/"), "{cluster}: {connector}");
        let configuration = &connector["configuration"];
        assert_eq!(configuration["errors.deadletterqueue.topic.name"], "pinterest.s.dead-letters", "{cluster}");
        assert_eq!(configuration["errors.deadletterqueue.topic.replication.factor"], "3", "{cluster}");
        for action in ["kafka-cluster:CreateTopic", "kafka-cluster:DescribeTopic", "kafka-cluster:WriteData"] {
            let resources = allowed(&graph, "sink-s", action);
            assert!(any_ends_with(&resources, "/pinterest.s.dead-letters"), "{cluster}: {action}: {resources:?}");
        }
    }
}

#[test]
fn a_connector_makes_no_topic_that_the_stack_makes() {
    let graph = lowered(&format!("buckets: {{data: {{}}}}\nkafka: {{topics: {{a: {{}}}}}}\n{SINK}"));
    let resources = allowed(&graph, "sink-s", "kafka-cluster:CreateTopic");
    assert!(resources.iter().all(|resource| resource.ends_with("/__amazon_msk_connect_*")), "{resources:?}");
    assert!(addresses(&graph).contains(&"kafka/topic/pinterest.s.dead-letters".to_owned()));
}

#[test]
fn connectors_may_share_a_topic_for_dead_letters() {
    let graph = lowered(
        "buckets: {data: {}}\nkafka: {topics: {a: {}, b: {}}}\nsinks:\n  s: {via: connect, topics: [a], bucket: data, \
         plugin: files/plugin.zip, dead_letters: lost}\n  t: {via: connect, topics: [b], bucket: data, plugin: \
         files/plugin.zip, dead_letters: lost}\n",
    );
    assert_eq!(spec(&graph, "kafka/topic/lost")["partitions"], 1);
    for role in ["sink-s", "sink-t"] {
        assert!(any_ends_with(&allowed(&graph, role, "kafka-cluster:WriteData"), "/lost"), "{role}");
    }
}

#[test]
fn where_aws_makes_no_topics_the_client_machine_makes_and_uses_them() {
    for cluster in ["mode: serverless", "version: 3.5.1"] {
        let graph = lowered(&format!("kafka: {{{cluster}}}\nclient: {{}}\n"));
        for action in ["CreateTopic", "AlterTopic", "DescribeTopic", "ReadData", "WriteData"] {
            let resources = allowed(&graph, "client", &format!("kafka-cluster:{action}"));
            let [resource] = resources.as_slice() else { panic!("{cluster}: {action}: {resources:?}") };
            assert!(resource.contains(":topic/") && resource.ends_with("/*"), "{cluster}: {action}: {resource}");
        }
    }
    let graph = lowered("kafka: {topics: {a: {}}}\nclient: {}\n");
    assert_eq!(allowed(&graph, "client", "kafka-cluster:CreateTopic"), Vec::<String>::new());
}

#[test]
fn the_client_machine_reads_dead_letters_and_writes_none() {
    let graph = lowered(&format!("buckets: {{data: {{}}}}\nkafka: {{topics: {{a: {{}}}}}}\nclient: {{}}\n{SINK}"));
    for action in ["kafka-cluster:ReadData", "kafka-cluster:DescribeTopic"] {
        let resources = allowed(&graph, "client", action);
        assert!(any_ends_with(&resources, "/pinterest.s.dead-letters"), "{action}: {resources:?}");
    }
    let resources = allowed(&graph, "client", "kafka-cluster:WriteData");
    assert_eq!(resources.len(), 1, "{resources:?}");
    assert!(any_ends_with(&resources, "/a"), "{resources:?}");
}

#[test]
fn a_connector_uses_its_own_consumer_group() {
    let groups = |sink: &str| -> Vec<String> {
        let graph = lowered(&format!("buckets: {{data: {{}}}}\nkafka: {{topics: {{a: {{}}}}}}\n{sink}"));
        let resources = allowed(&graph, "sink-s", "kafka-cluster:AlterGroup");
        resources.iter().map(|resource| resource.rsplit('/').next().unwrap().to_owned()).collect()
    };
    assert_eq!(groups(SINK), ["__amazon_msk_connect_*", "connect-pinterest-s"]);
    let other = "sinks: {s: {via: connect, topics: [a], bucket: data, plugin: files/plugin.zip, properties: \
                 {consumer.override.group.id: mine}}}\n";
    assert_eq!(groups(other), ["__amazon_msk_connect_*", "mine"]);
}

#[test]
fn brokers_let_the_stack_in_by_the_way_it_signs_in_alone() {
    let ports = |cluster: &str| -> Vec<i64> {
        let graph = lowered(&format!("kafka: {{{cluster}}}\nclient: {{}}\n"));
        let rules = spec(&graph, "ec2/security-group/kafka")["ingress"].as_array().unwrap().clone();
        rules.iter().map(|rule| rule["from_port"].as_i64().unwrap()).collect()
    };
    assert_eq!(ports("authentication: [iam, scram]"), [9098]);
    assert_eq!(ports("authentication: [none], client_broker: tls_plaintext"), [9092]);
    assert_eq!(ports("authentication: [none]"), [9094]);
    assert_eq!(ports("mode: serverless"), [9098]);
}

#[test]
fn a_prefix_may_end_in_a_slash() {
    let graph = lowered(
        "buckets: {data: {}}\nkafka: {topics: {a: {}}}\nsinks:\n  s: {via: connect, topics: [a], bucket: data, prefix: \
         raw/, plugin: files/plugin.zip}\n  t: {via: connect, topics: [a], bucket: data, prefix: topics/, plugin: \
         files/plugin.zip}\n",
    );
    let folder =
        |sink: &str| spec(&graph, &format!("kafkaconnect/connector/{sink}"))["configuration"].get("topics.dir");
    assert_eq!(folder("s").unwrap(), "raw");
    assert_eq!(folder("t"), None);
}

#[test]
fn an_interval_by_the_time_of_records_takes_the_place_of_the_clock() {
    let configuration = |more: &str| -> Value {
        let graph = lowered(&format!(
            "buckets: {{data: {{}}}}\nkafka: {{topics: {{a: {{}}}}}}\nsinks: {{s: {{via: connect, topics: [a], bucket: \
             data, plugin: files/plugin.zip{more}}}}}\n"
        ));
        spec(&graph, "kafkaconnect/connector/s")["configuration"].clone()
    };
    let given = ", properties: {rotate.interval.ms: 60000, partitioner.class: \
                 io.confluent.connect.storage.partitioner.HourlyPartitioner}";
    let by_records = configuration(given);
    assert_eq!(by_records["rotate.interval.ms"], "60000");
    assert_eq!(by_records.get("rotate.schedule.interval.ms"), None);
    let both = configuration(&format!("{given}, rotate_minutes: 5"));
    assert_eq!(both["rotate.schedule.interval.ms"], "300000", "a clock that is asked for stays");
    assert_eq!(configuration("")["rotate.schedule.interval.ms"], "600000");
}
