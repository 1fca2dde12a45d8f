use super::sources;
use aqueduct::manifest::source::{Source, Sources};
use aqueduct::manifest::{Inputs, load_texts, lower};
use aqueduct::resource::Place;
use aqueduct::world::Graph;
use serde_json::Value;

/// What is made of `sections`, whose files lie where the broken manifests do.
pub(super) fn lowered(sections: &str) -> Graph {
    let text = format!("aqueduct: 1\nstack: pinterest\nregion: us-east-1\n{sections}");
    let path = "tests/it/manifest/broken/m.yaml".into();
    let sources = Sources::new(vec![Source { path, text }]);
    let loaded = load_texts(sources, &Inputs { account: None, region: None, env: &|_| None });
    let shown = loaded.diagnostics.render(&loaded.sources, false);
    let manifest = loaded.manifest.unwrap_or_else(|| panic!("{shown}"));
    let place = Place::new("test", "us-east-1", "123456789012");
    lower(&manifest, &loaded.sources, &place).unwrap_or_else(|wrong| panic!("{}", wrong.render(&loaded.sources, false)))
}

pub(super) fn spec<'g>(graph: &'g Graph, address: &str) -> &'g Value {
    let found = graph.resources().iter().find(|(found, _)| found.to_string() == address);
    &found.unwrap_or_else(|| panic!("no {address}")).1.spec
}

#[test]
fn the_subnets_made_are_the_subnets_checked() {
    let graph = lowered("network: {cidr: 10.9.0.0/26, zones: 2}\n");
    assert_eq!(spec(&graph, "ec2/subnet/private-b")["cidr"], "10.9.0.16/28");
    assert_eq!(spec(&graph, "ec2/subnet/public-a")["cidr"], "10.9.0.32/28");
    let graph = lowered("network: {}\n");
    assert_eq!(spec(&graph, "ec2/subnet/public-a")["cidr"], "10.0.128.0/19");
}

#[test]
fn a_sink_that_chooses_by_expression_may_read_what_matches_and_no_more() {
    let graph = lowered(
        "buckets: {data: {}}\nkafka: {topics: {a.pin: {}, a.geo: {}, b.pin: {}}}\nsinks:\n  s: {via: connect, topics_regex: \
         'a\\..*', bucket: data, plugin: files/plugin.zip}\n",
    );
    let policy = spec(&graph, "iam/role/sink-s")["inline"].to_string();
    assert!(policy.contains("/a.pin") && policy.contains("/a.geo") && !policy.contains("/b.pin"), "{policy}");
    let connector = spec(&graph, "kafkaconnect/connector/s");
    assert_eq!(connector["configuration"]["topics.regex"], "a\\..*");
    assert_eq!(connector["configuration"].get("topics"), None);
}

#[test]
fn two_sinks_with_one_plugin_upload_it_side_by_side() {
    let graph = lowered(
        "buckets: {data: {}}\nkafka: {topics: {a: {}, b: {}}}\nsinks:\n  s: {via: connect, topics: [a], bucket: data, plugin: \
         files/plugin.zip}\n  t: {via: connect, topics: [b], bucket: data, plugin: files/plugin.zip}\n",
    );
    assert_ne!(spec(&graph, "s3/object/s-plugin")["key"], spec(&graph, "s3/object/t-plugin")["key"]);
}

#[test]
fn airflow_takes_the_bucket_that_bears_its_name() {
    let graph = lowered("buckets: {airflow: {force_destroy: true}}\nairflow: {dags: files/dags}\n");
    assert_eq!(spec(&graph, "s3/bucket/airflow")["force_destroy"], true);
    let graph = lowered("airflow: {dags: files/dags}\n");
    assert_eq!(spec(&graph, "s3/bucket/airflow")["versioning"], true);
}

#[test]
fn a_machine_with_ssh_stands_in_a_public_subnet_behind_its_gateway() {
    let graph = lowered("network: {nat: none}\nkafka: {}\nclient: {key_pair: mine, ssh_from: [198.51.100.0/24]}\n");
    let machine = spec(&graph, "ec2/instance/client");
    assert!(machine["subnet"].as_str().unwrap().contains("ec2/subnet/public-a"), "{machine}");
    assert!(machine["needs"].to_string().contains("ec2/route-table/public"), "{machine}");
}

/// Whether anything of `graph` lets the API reach the client machine.
fn reaches_the_client(graph: &Graph) -> bool {
    let address = |address: &str| {
        ["elb/", "apigateway/vpc-link/", "ec2/elastic-ip/client"].iter().any(|start| address.starts_with(start))
    };
    graph.resources().keys().any(|found| address(&found.to_string()))
        || spec(graph, "ec2/security-group/client")["ingress"] != serde_json::json!([])
}

#[test]
fn an_api_without_kafka_leaves_the_client_alone() {
    let only_kinesis = "network: {}\nkafka: {}\nstreams: {pin: {}}\n";
    for exposure in ["private", "public"] {
        for client in ["{}", "{rest_proxy: {enabled: false}}"] {
            let sections = format!(
                "{only_kinesis}client: {client}\napi: {{exposure: {exposure}, routes: {{/streams: kinesis}}}}\n"
            );
            assert!(!reaches_the_client(&lowered(&sections)), "{sections}");
        }
        let implied =
            format!("{only_kinesis}client: {{rest_proxy: {{enabled: false}}}}\napi: {{exposure: {exposure}}}\n");
        assert!(!reaches_the_client(&lowered(&implied)), "{implied}");
        let kafka = format!("{only_kinesis}client: {{}}\napi: {{exposure: {exposure}}}\n");
        assert!(reaches_the_client(&lowered(&kafka)), "{kafka}");
    }
    lowered(
        "network: {nat: single}\nkafka: {}\nstreams: {pin: {}}\nclient: {}\napi: {exposure: public, routes: {/k: kinesis}}\n",
    );
}

#[test]
fn the_work_on_requests_is_logged_for_as_long_as_the_requests() {
    let graph = lowered("streams: {pin: {}}\napi: {stage: test, access_logs: {retention_days: 30}}\n");
    let group = spec(&graph, "logs/log-group/api-execution");
    assert_eq!(group["name"], "API-Gateway-Execution-Logs_⟦apigateway/rest-api/main|id⟧/test");
    assert_eq!(group["retention_days"], 30);
    let stage = spec(&graph, "apigateway/stage/main");
    assert!(stage["needs"].to_string().contains("logs/log-group/api-execution"), "{stage}");
    let graph = lowered("streams: {pin: {}}\napi: {execution_logs: off}\n");
    assert!(!graph.resources().keys().any(|address| address.name == "api-execution"));
}

#[test]
fn what_airflow_logs_goes_into_groups_of_the_stack() {
    let graph = lowered("airflow: {dags: files/dags, logs: {worker: off, retention_days: 90}}\n");
    for (part, name) in [("task", "Task"), ("dag-processing", "DAGProcessing"), ("webserver", "WebServer")] {
        let group = spec(&graph, &format!("logs/log-group/airflow-{part}"));
        assert!(group["name"].as_str().unwrap().ends_with(&format!("-airflow-{name}")), "{group}");
        assert_eq!(group["retention_days"], 90);
    }
    let environment = spec(&graph, "mwaa/environment/airflow");
    assert!(environment["needs"].to_string().contains("logs/log-group/airflow-scheduler"), "{environment}");
    assert!(!graph.resources().keys().any(|address| address.name == "airflow-worker"));
}

const EVERY_ROUTE: &str = "network: {}\nkafka: {}\nstreams: {pin: {}}\nclient: {}\n";

#[test]
fn pages_of_other_origins_may_read_every_answer() {
    let graph = lowered(&format!("{EVERY_ROUTE}api: {{cors: {{origins: ['https://example.org']}}}}\n"));
    let api = spec(&graph, "apigateway/rest-api/main");
    let mut answers = 0;
    for (route, described) in api["routes"].as_object().unwrap() {
        let proxied = described["integration"]["type"] == "HTTP_PROXY";
        let responses = described["responses"].as_object().unwrap();
        assert_eq!(responses.is_empty(), proxied, "{route} {described}");
        for (status, response) in responses {
            let parameters = &response["mapping"]["parameters"];
            let origin = &parameters["method.response.header.Access-Control-Allow-Origin"];
            assert_eq!(origin, "'https://example.org'", "{route} {status}");
            let headers = response["headers"].as_array().unwrap();
            assert_eq!(
                headers.iter().filter(|name| *name == "Access-Control-Allow-Origin").count(),
                1,
                "{route} {status}"
            );
            answers += 1;
        }
    }
    assert!(answers > 18, "three of each of Kinesis' six, and the preflights: {answers}");
    for kind in ["DEFAULT_4XX", "DEFAULT_5XX"] {
        let parameters = &api["gateway_responses"][kind]["parameters"];
        assert_eq!(parameters["gatewayresponse.header.Access-Control-Allow-Origin"], "'https://example.org'");
    }
    let machine = spec(&graph, "ec2/instance/client")["user_data"].as_str().unwrap();
    assert!(machine.contains("access.control.allow.origin=https://example.org\n"), "{machine}");
    assert!(machine.contains("access.control.allow.methods=DELETE,GET,HEAD,OPTIONS,PATCH,POST,PUT\n"), "{machine}");
}

#[test]
fn without_cors_nothing_is_said_of_origins() {
    for api in ["{}", "{cors: false}", "{cors: true, routes: {/streams: kinesis}}"] {
        let graph = lowered(&format!("{EVERY_ROUTE}api: {api}\n"));
        let machine = spec(&graph, "ec2/instance/client")["user_data"].as_str().unwrap();
        assert!(!machine.contains("access.control"), "{api}");
        if !api.contains("true") {
            let rest = spec(&graph, "apigateway/rest-api/main");
            assert!(!rest.to_string().contains("Access-Control"), "{rest}");
        }
    }
}

#[test]
fn what_the_user_says_of_origins_goes_before_what_cors_says() {
    let client = "client: {rest_proxy: {properties: {access.control.allow.origin: 'https://other.example'}}}";
    let graph = lowered(&format!("network: {{}}\nkafka: {{}}\n{client}\napi: {{cors: true}}\n"));
    let machine = spec(&graph, "ec2/instance/client")["user_data"].as_str().unwrap();
    assert!(machine.contains("access.control.allow.origin=https://other.example\n"), "{machine}");
    assert_eq!(machine.matches("access.control.allow.origin").count(), 1, "{machine}");
}

#[test]
fn an_override_reaches_any_field() {
    let graph = lowered("streams: {pin: {}}\noverrides:\n  kinesis/stream/pin: {retention_hours: 48}\n");
    assert_eq!(spec(&graph, "kinesis/stream/pin")["retention_hours"], 48);
}

#[test]
fn lowering_is_deterministic() {
    let text = std::fs::read_to_string("manifests/kafka-express.yaml").unwrap();
    let once = || {
        let loaded = load_texts(sources(&text), &Inputs { account: None, region: None, env: &|_| None });
        let place = Place::new("test", "us-east-1", "123456789012");
        let graph = lower(loaded.manifest.as_ref().unwrap(), &loaded.sources, &place).unwrap();
        graph.resources().iter().map(|(address, wanted)| format!("{address} {}", wanted.spec)).collect::<Vec<_>>()
    };
    assert_eq!(once(), once());
}

#[test]
fn what_airflow_is_to_ignore_is_uploaded_and_what_is_hidden_is_not() {
    let graph = lowered("airflow: {dags: files/dags}\n");
    let keys: Vec<&str> = graph.resources().values().filter_map(|resource| resource.spec["key"].as_str()).collect();
    assert!(keys.contains(&"dags/.airflowignore"), "{keys:?}");
    assert!(keys.iter().all(|key| !key.contains(".hidden")), "{keys:?}");
}
