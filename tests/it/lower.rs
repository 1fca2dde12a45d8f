//! What lowering writes for machines: user data, templates, connector properties, policies.

use aqueduct::manifest::lower::cloud_init::{Download, RestProxy, Security, Software, user_data};
use aqueduct::manifest::lower::connector::{DeadLetters, S3Sink, properties};
use aqueduct::manifest::lower::policies::{self, Kafka};
use aqueduct::manifest::lower::routes::{Access, Cors, kafka, kinesis, preflights};
use aqueduct::resource::Place;
use aqueduct::resource::Ref;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

fn software() -> Software {
    let download = |file: &str| Download { url: format!("https://example.com/{file}"), sha256: None };
    Software {
        java_package: "java-17-amazon-corretto-headless".into(),
        kafka: download("kafka_2.13-3.6.0.tgz"),
        iam_library: Download { sha256: Some("ab".repeat(32)), ..download("iam.jar") },
        bootstrap_servers: "⟦kafka/cluster/main|bootstrap_brokers_iam⟧".into(),
        security: Security::Iam,
        rest_proxy: Some(RestProxy {
            archive: download("confluent-7.6.0.tar.gz"),
            port: 8082,
            heap: "512m".into(),
            properties: BTreeMap::from([("producer.acks".into(), "all".into())]),
        }),
    }
}

fn written_files(user_data: &str) -> BTreeMap<String, String> {
    let config: Value = serde_yaml::from_str(user_data).unwrap();
    let files = config["write_files"].as_array().unwrap();
    let file = |file: &Value| (file["path"].as_str().unwrap().into(), file["content"].as_str().unwrap().into());
    files.iter().map(file).collect()
}

#[test]
fn user_data_is_cloud_config_that_starts_the_proxy() {
    let text = user_data(&software());
    assert!(text.starts_with("#cloud-config\n"));
    assert!(text.len() < 16 * 1024, "EC2 takes 16 KiB, this has {}", text.len());
    let files = written_files(&text);
    let proxy = &files["/opt/aqueduct/kafka-rest.properties"];
    assert!(proxy.contains("bootstrap.servers=⟦kafka/cluster/main|bootstrap_brokers_iam⟧\n"), "{proxy}");
    assert!(proxy.contains("client.sasl.mechanism=AWS_MSK_IAM\n"), "{proxy}");
    let unit = &files["/etc/systemd/system/kafka-rest.service"];
    assert!(unit.contains("Environment=CLASSPATH=/opt/aqueduct/aws-msk-iam-auth.jar\n"), "{unit}");
    assert!(unit.contains("Restart=always\n"), "{unit}");
    let install = &files["/opt/aqueduct/install"];
    assert!(
        install.contains(&format!("fetch 'https://example.com/iam.jar' aws-msk-iam-auth.jar '{}'", "ab".repeat(32)))
    );
    assert!(install.contains("fetch 'https://example.com/kafka_2.13-3.6.0.tgz' kafka.tgz ''"), "{install}");
}

#[test]
fn what_could_not_be_fetched_is_fetched_before_the_next_start() {
    let files = written_files(&user_data(&software()));
    let unit = &files["/etc/systemd/system/kafka-rest.service"];
    assert!(unit.contains("ExecStartPre=+/opt/aqueduct/install\n"), "{unit}");
    assert!(unit.contains("TimeoutStartSec=20min\n"), "the system gives up after 90 seconds: {unit}");
    let install = &files["/opt/aqueduct/install"];
    assert!(install.contains("command -v java") && install.contains("'java-17-amazon-corretto-headless'"), "{install}");
}

#[test]
fn a_machine_without_the_proxy_has_the_tools_alone() {
    let text = user_data(&Software { rest_proxy: None, ..software() });
    let files = written_files(&text);
    assert!(files.keys().all(|path| !path.contains("kafka-rest")), "{files:?}");
    assert!(!text.contains("systemctl"), "{text}");
    assert!(!files["/opt/aqueduct/install"].contains("confluent"), "{text}");
}

#[test]
fn user_data_of_a_plain_text_cluster_names_no_iam() {
    let text = user_data(&Software { security: Security::Plaintext, ..software() });
    let files = written_files(&text);
    assert_eq!(files["/opt/aqueduct/client.properties"], "security.protocol=PLAINTEXT\n");
}

#[test]
fn properties_are_written_as_java_reads_them() {
    let mut software = software();
    let proxy = software.rest_proxy.as_mut().unwrap();
    proxy.properties = BTreeMap::from([
        ("listeners".to_owned(), "http://127.0.0.1:8082".to_owned()),
        ("producer.client.id".to_owned(), " C:\\new ü \u{1}".to_owned()),
    ]);
    let files = written_files(&user_data(&software));
    let properties = &files["/opt/aqueduct/kafka-rest.properties"];
    assert!(properties.contains("producer.client.id=\\ C:\\\\new \\u00fc \\u0001\n"), "{properties}");
    assert_eq!(properties.matches("listeners=").count(), 1, "{properties}");
}

/// The number that `key` is set to.
fn number(properties: &str, key: &str) -> Option<u32> {
    let mut lines = properties.lines().filter_map(|line| line.strip_prefix(key)?.strip_prefix('='));
    lines.next().map(|value| value.parse().unwrap())
}

#[test]
fn the_proxy_gives_up_before_api_gateway_does() {
    let proxy = |given: &[(&str, &str)]| {
        let mut software = software();
        let given = given.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned()));
        software.rest_proxy.as_mut().unwrap().properties = given.collect();
        written_files(&user_data(&software))["/opt/aqueduct/kafka-rest.properties"].clone()
    };
    let properties = proxy(&[]);
    let of = |name: &str| number(&properties, &format!("producer.{name}")).unwrap();
    assert!(of("max.block.ms") + of("delivery.timeout.ms") < 29_000, "{properties}");
    assert!(of("request.timeout.ms") < of("delivery.timeout.ms"), "Kafka refuses anything else: {properties}");
    for key in ["delivery.timeout.ms", "request.timeout.ms", "linger.ms"] {
        let properties = proxy(&[(&format!("producer.{key}"), "20000")]);
        let set = |name: &str| number(&properties, &format!("producer.{name}"));
        assert_eq!(set(key), Some(20_000), "{properties}");
        for other in ["delivery.timeout.ms", "request.timeout.ms"].into_iter().filter(|other| *other != key) {
            assert_eq!(set(other), None, "what the user sets must not fall out with what we set: {properties}");
        }
    }
}

#[test]
fn a_url_cannot_break_out_of_the_install_script() {
    let evil = Download { url: "https://example.com/'; reboot; '".into(), sha256: None };
    let files = written_files(&user_data(&Software { kafka: evil, ..software() }));
    assert!(files["/opt/aqueduct/install"].contains(r"'https://example.com/'\''; reboot; '\'''"));
}

#[test]
fn kinesis_has_six_methods_that_report_errors_as_errors() {
    let role = Ref::to("api");
    let routes = kinesis("/streams", "arn:aws:apigateway:us-east-1:kinesis", &role, Access::Open);
    let names: Vec<&str> = routes.keys().map(String::as_str).collect();
    assert_eq!(
        names,
        [
            "DELETE /streams/{stream-name}",
            "GET /streams",
            "GET /streams/{stream-name}",
            "POST /streams/{stream-name}",
            "PUT /streams/{stream-name}/record",
            "PUT /streams/{stream-name}/records",
        ]
    );
    for route in routes.values() {
        let pattern = |status: &str| route.responses[status].mapping.as_ref().unwrap().selection_pattern.clone();
        assert_eq!(pattern("200"), None);
        assert_eq!(pattern("400").as_deref(), Some(r"4\d{2}"));
        assert_eq!(pattern("500").as_deref(), Some(r"5\d{2}"));
        let content_type = &route.integration.request_parameters["integration.request.header.Content-Type"];
        assert_eq!(content_type, "'application/x-amz-json-1.1'");
    }
    let records = &routes["PUT /streams/{stream-name}/records"].integration.request_templates["application/json"];
    assert!(records.contains(r#"$input.json("$.records[$foreach.index].data")"#), "objects stay JSON: {records}");
}

/// Whether `value` is as `schema` says, in the words of JSON schema that the routes use.
fn fits(value: &Value, schema: &Value) -> bool {
    let members = |name: &str| schema[name].as_object().into_iter().flatten();
    let mut words = schema.as_object().unwrap().keys();
    assert!(words.all(|word| ["type", "required", "properties", "items"].contains(&word.as_str())), "{schema}");
    let kind = match schema["type"].as_str() {
        Some("object") => value.is_object(),
        Some("array") => value.is_array(),
        other => panic!("{other:?}"),
    };
    let mut required = schema["required"].as_array().into_iter().flatten();
    let has = required.all(|name| value.get(name.as_str().unwrap()).is_some());
    let inner = members("properties").all(|(name, inner)| value.get(name).is_none_or(|value| fits(value, inner)));
    let mut items = value.as_array().into_iter().flatten();
    kind && has && inner && (schema["items"].is_null() || items.all(|item| fits(item, &schema["items"])))
}

#[test]
fn a_record_without_data_or_key_is_refused_and_what_callers_send_is_not() {
    let routes = kinesis("/streams", "arn:aws:apigateway:us-east-1:kinesis", &Ref::to("api"), Access::Open);
    let passes = |route: &str, body: Value| {
        let route = &routes[route];
        assert!(route.validate.body);
        fits(&body, route.request_schemas["application/json"].document())
    };
    let one = |body: Value| passes("PUT /streams/{stream-name}/record", body);
    assert!(one(json!({ "StreamName": "s", "Data": { "ind": 0, "country": "Albania" }, "PartitionKey": "0" })));
    assert!(one(json!({ "Data": {}, "PartitionKey": 7 })));
    assert!(!one(json!({ "Data": {} })) && !one(json!({ "PartitionKey": "0" })) && !one(json!([])));
    assert!(!one(json!({ "Data": "{}", "PartitionKey": "0" })), "readers would find a text in it and no members");
    let many = |body: Value| passes("PUT /streams/{stream-name}/records", body);
    assert!(many(json!({ "records": [{ "data": { "ind": 0 }, "partition-key": "0" }] })));
    assert!(many(json!({ "records": [{ "data": "text", "partition-key": 0 }] })));
    assert!(!many(json!({ "records": [{ "data": {}, "partition-key": "0" }, { "data": {} }] })));
    assert!(!many(json!({ "Records": [] })) && !many(json!({ "records": [{ "partition-key": "0" }] })));
    let unchecked = routes.values().filter(|route| route.request_schemas.is_empty());
    assert_eq!(unchecked.filter(|route| !route.validate.body).count(), 4);
}

#[test]
fn what_callers_send_cannot_break_out_of_a_template() {
    let routes = kinesis("/streams", "arn:aws:apigateway:us-east-1:kinesis", &Ref::to("api"), Access::Open);
    let escaped = |name: &str, expression: &str| {
        let template = &routes[name].integration.request_templates["application/json"];
        let text = format!(r#""$util.escapeJavaScript({expression}).replaceAll("\\'", "'")""#);
        assert!(template.contains(&text), "{name}: {template}");
    };
    for name in routes.keys().filter(|name| name.contains("{stream-name}")) {
        escaped(name, "$input.params('stream-name')");
    }
    escaped("PUT /streams/{stream-name}/record", r#""$!input.path('$.PartitionKey')""#);
    escaped("PUT /streams/{stream-name}/records", r#""$!elem.partition-key""#);
}

#[test]
fn the_kafka_route_is_plain_http_with_its_path_mapped() {
    let routes = kafka("ANY", "/{proxy+}", "http://192.0.2.1:8082", None, Access::ApiKey);
    let route = &routes["ANY /{proxy+}"];
    assert_eq!(route.integration.uri.as_deref(), Some("http://192.0.2.1:8082/{proxy}"));
    assert_eq!(route.integration.request_parameters["integration.request.path.proxy"], "method.request.path.proxy");
    assert!(route.request_parameters["method.request.path.proxy"]);
    assert!(route.api_key_required);
}

#[test]
fn cors_answers_on_every_path() {
    let routes = kafka("ANY", "/{proxy+}", "http://192.0.2.1:8082", None, Access::Iam);
    let headers = ["Content-Type".to_string()];
    let preflight = preflights(&routes, &Cors { origin: "*", headers: &headers, max_age_seconds: 600 });
    let route = &preflight["OPTIONS /{proxy+}"];
    assert_eq!(route.authorization, "NONE", "browsers do not sign preflights");
    assert!(route.request_parameters.contains_key("method.request.path.proxy"));
    let mapping = route.responses["200"].mapping.as_ref().unwrap();
    assert_eq!(mapping.parameters["method.response.header.Access-Control-Allow-Origin"], "'*'");
}

fn sink(topics: &[String]) -> S3Sink<'_> {
    let dead_letters = Some(DeadLetters { topic: "dead", replication: 3 });
    S3Sink {
        topics,
        bucket: "user-x-bucket",
        region: "us-east-1",
        tasks: 3,
        flush_size: 1000,
        rotate_seconds: Some(600),
        dead_letters,
    }
}

#[test]
fn a_sink_rotates_idle_partitions_and_keeps_bad_records() {
    let topics = ["x.pin".to_string(), "x.geo".to_string()];
    let properties = properties(&sink(&topics), &BTreeMap::new());
    assert_eq!(properties["topics"], "x.pin,x.geo");
    assert_eq!(properties["rotate.schedule.interval.ms"], "600000");
    assert_eq!(properties["timezone"], "UTC", "scheduled rotation needs it");
    assert_eq!(properties["errors.tolerance"], "all");
    assert_eq!(properties["errors.deadletterqueue.topic.name"], "dead");
}

#[test]
fn any_property_may_be_overridden_or_taken_away() {
    let topics = ["x.pin".to_string()];
    let given = [("flush.size", "1"), ("topics.regex", "x\\..*"), ("errors.tolerance", "")];
    let overrides = given.map(|(key, value)| (key.to_string(), value.to_string())).into();
    let properties = properties(&sink(&topics), &overrides);
    assert_eq!(properties["flush.size"], "1");
    assert_eq!(properties["topics.regex"], "x\\..*");
    assert!(!properties.contains_key("topics"), "topics and topics.regex exclude each other");
    assert!(!properties.contains_key("errors.tolerance"));
}

fn place() -> Place {
    Place::new("test", "us-east-1", "000000000000")
}

fn allowed(policy: &aqueduct::resource::Policy) -> Vec<(String, String)> {
    let statements = policy.document()["Statement"].as_array().unwrap().clone();
    let texts = |value: &Value| {
        value.as_array().into_iter().flatten().map(|v| v.as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let pairs = statements.iter().flat_map(|statement| {
        let resources = texts(&statement["Resource"]);
        texts(&statement["Action"])
            .into_iter()
            .flat_map(move |action| resources.clone().into_iter().map(move |r| (action.clone(), r)))
    });
    pairs.collect()
}

#[test]
fn the_client_may_use_its_topics_and_no_others() {
    let kafka = Kafka { arn: "CLUSTER".into(), uuid: "main/1".into() };
    let policy = policies::kafka_client(&place(), &kafka, &["x.pin".into()], &[]);
    let topics: Vec<_> = allowed(&policy).into_iter().filter(|(_, resource)| resource.contains(":topic/")).collect();
    assert!(topics.iter().all(|(_, resource)| resource == "arn:aws:kafka:us-east-1:000000000000:topic/main/1/x.pin"));
    assert!(topics.iter().any(|(action, _)| action == "kafka-cluster:WriteData"));
    assert!(!topics.iter().any(|(action, _)| action.contains("DeleteTopic")));
}

fn to(bucket: &str) -> policies::Delivery<'_> {
    policies::Delivery { bucket, key: None }
}

fn access<'a>(topics: &'a [String], bucket: &'a str) -> policies::S3Sink<'a> {
    policies::S3Sink { topics, dead_letters: "dead", makes_dead_letters: true, group: "connect-x", to: to(bucket) }
}

#[test]
fn the_sink_may_write_its_bucket_and_no_other() {
    let kafka = Kafka { arn: "CLUSTER".into(), uuid: "main/1".into() };
    let policy = policies::s3_sink(&place(), &kafka, &access(&["x.pin".into()], "user-x-bucket"));
    let writes: Vec<_> = allowed(&policy).into_iter().filter(|(action, _)| action == "s3:PutObject").collect();
    assert_eq!(writes, [("s3:PutObject".into(), "arn:aws:s3:::user-x-bucket/*".into())]);
    assert!(
        allowed(&policy)
            .iter()
            .any(|(action, resource)| action == "kafka-cluster:WriteData" && resource.ends_with("/dead"))
    );
}

#[test]
fn no_policy_allows_everything() {
    let kafka = Kafka { arn: "CLUSTER".into(), uuid: "main/1".into() };
    let all = [
        policies::kafka_client(&place(), &kafka, &["a".into()], &["d".into()]),
        policies::kafka_administrator(&place(), &kafka),
        policies::s3_sink(&place(), &kafka, &access(&["a".into()], "b")),
        policies::channel(&place(), to("b"), Some("logs")),
        policies::kinesis_proxy(&place(), &["s".into()], &BTreeSet::new()),
        policies::airflow(&place(), "env", to("b"), None),
    ];
    for (action, resource) in all.iter().flat_map(allowed) {
        assert!(action != "*" && !action.ends_with(":*"), "{action} on {resource}");
    }
}
