//! What the manifests make for others to read: user data, policies, templates. Each stack is made, so that every reference
//! is filled in, and AWS's limits on sizes are held. With `AQUEDUCT_RECORD=FOLDER` the resources are written to
//! `FOLDER/artefacts/`, a file a stack, for judges outside.

use crate::pipeline::{INPUTS, beside_others, lowered, wanted};
use crate::support::Lab;
use aqueduct::manifest::load_texts;
use aqueduct::manifest::source::{Source, Sources};
use aqueduct::permissions::{Purpose, policy};
use aqueduct::world::Graph;
use serde_json::{Map, Value};
use std::path::PathBuf;

/// Sections that make what the manifests that come along do not. Their files lie beside those.
const VARIANTS: [(&str, &str); 3] = [
    (
        "open",
        r#"
network: {zones: 2}
kafka: {version: 3.7.x, client_broker: plaintext, authentication: [none], topics: {a.pin: {}}}
client:
  instance_type: t4g.small
  kafka_tools: {url: "https://example.com/kafka/{version}/kafka(1).tgz?a=b&c=d"}
  iam_library: {sha256: 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef}
  rest_proxy: {port: 8088, heap: 1g, properties: {producer.acks: all, producer.client.id: " a: b # c\\d ü"}}
streams: {pin: {}}
api:
  auth: iam
  exposure: public
  cors: {origins: ["https://example.com"], headers: [Content-Type]}
  routes: {"/topics/{topic}": {to: kafka, methods: [GET, POST]}, /kinesis: kinesis}
"#,
    ),
    (
        "tools",
        "
network: {}
kafka: {client_broker: tls, authentication: [none]}
client: {rest_proxy: {enabled: false}}
",
    ),
    (
        "keys",
        "
network: {}
buckets: {lake: {}}
kafka: {authentication: [iam, tls, scram], certificate_authorities: [\
         'arn:aws:acm-pca:us-east-1:000000000000:certificate-authority/0123abcd-0123-0123-0123-0123456789ab'\
         ], topics: {a: {}, b: {}}}
client: {managed_policies: ['arn:aws:iam::aws:policy/CloudWatchAgentServerPolicy']}
sinks: {lake: {via: connect, topics_regex: 'a.*', bucket: lake, plugin: plugins/confluentinc-kafka-connect-s3.zip}}
airflow:
  dags: dags
  kms_key: 'arn:aws:kms:us-east-1:000000000000:key/0123abcd-0123-0123-0123-0123456789ab'
  permissions:
    - {Effect: Allow, Action: 'secretsmanager:GetSecretValue', Resource: 'arn:aws:secretsmanager:us-east-1:000000000000:secret:airflow/*'}
",
    ),
];

fn variant(stack: &str, sections: &str) -> Graph {
    let text = format!("aqueduct: 1\nstack: {stack}\nregion: us-east-1\n{sections}");
    let path = format!("{}/manifests/{stack}.yaml", env!("CARGO_MANIFEST_DIR")).into();
    lowered(load_texts(Sources::new(vec![Source { path, text }]), &INPUTS))
}

/// Makes `graph` and returns its resources as AWS then has them, by address.
async fn made(lab: &Lab, stack: &str, graph: &Graph) -> Map<String, Value> {
    let world = lab.run(graph).await.succeeded(stack).outcome.world;
    let made: Map<_, _> = world.resources.into_iter().map(|(address, live)| (address.to_string(), live.spec)).collect();
    assert_eq!(made.len(), graph.resources().len(), "{stack}");
    if let Some(folder) = std::env::var_os("AQUEDUCT_RECORD") {
        let folder = PathBuf::from(folder).join("artefacts");
        std::fs::create_dir_all(&folder).unwrap();
        let least = policy(graph, lab.cx.place(), &[Purpose::Apply, Purpose::Destroy]);
        let written: Map<_, _> = made.clone().into_iter().chain([("iam-policy".to_owned(), least)]).collect();
        std::fs::write(folder.join(format!("{stack}.json")), serde_json::to_vec_pretty(&written).unwrap()).unwrap();
    }
    made
}

/// Asserts what AWS says of sizes (AWS.md §1.9 and §2.1); IAM does not count white space.
fn fits(made: &Map<String, Value>) {
    let length = |value: &Value| if value.is_null() { 0 } else { value.to_string().len() };
    for (address, spec) in made {
        let at_most = |what: &str, length: usize, most: usize| {
            assert!(length <= most, "{address}: {what} has {length} characters, AWS takes {most}");
        };
        match address.split('/').take(2).collect::<Vec<_>>()[..] {
            ["iam", "role"] => {
                at_most("the trust policy", length(&spec["trust"]), 2048);
                let inline = spec["inline"].as_object().unwrap();
                at_most("all that stands in it", inline.values().map(length).sum(), 10_240);
            }
            ["ec2", "instance"] => {
                at_most("the user data", spec["user_data"].as_str().unwrap().len(), 16 * 1024);
            }
            ["s3", "bucket"] => at_most("the policy", length(&spec["policy"]), 20 * 1024),
            _ => {}
        }
    }
}

#[tokio::test(start_paused = true)]
async fn what_the_manifests_that_come_along_write_fits() {
    for (file, stack) in [("pinterest", "pinterest"), ("minimal", "minimal"), ("kafka-express", "express")] {
        fits(&made(&Lab::of_stack(stack).await, file, &wanted(file)).await);
    }
    let (_, _, lab, graph) = beside_others().await;
    fits(&made(&lab, "existing-network", &graph).await);
}

#[tokio::test(start_paused = true)]
async fn what_variants_write_fits() {
    for (stack, sections) in VARIANTS {
        fits(&made(&Lab::of_stack(stack).await, stack, &variant(stack, sections)).await);
    }
}
