//! IAM documents, least privilege first (AWS.md §3.2 and part 3, PIPELINE §3.2 and §5).

use super::covering::covering;
use crate::resource::{Place, Policy};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// How many characters a list of topics or streams may take in a policy: a role's inline policies have 10,240 together
/// (AWS.md §2.1), and a connector names its topics beside others.
const ROOM: usize = 5000;

/// How long the ARN of a topic is without the topic: a cluster's name has up to 64 characters, its UUID 38.
const TOPIC_ARN: usize = 160;

/// How long the ARN of a stream is without its name, with the quotes around it.
const STREAM_ARN: usize = 68;

/// Lets a role use `key` for what `service` does on its behalf; of an alias, the key that it names.
fn with_key(place: &Place, key: &str, service: &str, actions: &[&str]) -> Value {
    let Place { region, .. } = place;
    let mut condition = json!({ "StringEquals": { "kms:ViaService": format!("{service}.{region}.amazonaws.com") } });
    let resource = match key.strip_prefix("alias/") {
        None => key.to_owned(),
        Some(_) => {
            condition["ForAnyValue:StringEquals"] = json!({ "kms:ResourceAliases": key });
            place.arn("kms", "key/*")
        }
    };
    json!({ "Effect": "Allow", "Action": actions, "Resource": [resource], "Condition": condition })
}

fn document(statements: Vec<Value>) -> Policy {
    Policy::new(json!({ "Version": "2012-10-17", "Statement": statements }))
}

fn allow(actions: &[&str], resources: &[String]) -> Value {
    json!({ "Effect": "Allow", "Action": actions, "Resource": resources })
}

/// Lets `services` assume a role, on behalf of this account alone where `source` names what for.
pub fn trust(place: &Place, services: &[&str], source: Option<String>) -> Policy {
    let mut statement = json!({
        "Effect": "Allow",
        "Principal": { "Service": services },
        "Action": "sts:AssumeRole",
    });
    if let Some(source) = source {
        statement["Condition"] = json!({
            "StringEquals": { "aws:SourceAccount": place.account },
            "ArnLike": { "aws:SourceArn": source },
        });
    }
    document(vec![statement])
}

/// A Kafka cluster for policies: its ARN and the part of it after `cluster/`, both maybe holes.
#[derive(Clone, Debug)]
pub struct Kafka {
    /// The cluster's ARN.
    pub arn: String,
    /// Its name and UUID, `main/1a2b…-3`.
    pub uuid: String,
}

impl Kafka {
    fn topic(&self, place: &Place, topic: &str) -> String {
        place.arn("kafka", format!("topic/{}/{topic}", self.uuid))
    }

    fn topics(&self, place: &Place, topics: &[String]) -> Vec<String> {
        covering(topics, TOPIC_ARN, ROOM).iter().map(|topic| self.topic(place, topic)).collect()
    }

    fn group(&self, place: &Place, group: &str) -> String {
        place.arn("kafka", format!("group/{}/{group}", self.uuid))
    }
}

/// The client machine: produces to and consumes from exactly `topics`, and reads `dead_letters`.
pub fn kafka_client(place: &Place, kafka: &Kafka, topics: &[String], dead_letters: &[String]) -> Policy {
    let arns = |topics: &[String]| kafka.topics(place, topics);
    let mut statements = vec![];
    if !topics.is_empty() {
        let actions = [
            "kafka-cluster:DescribeTopic",
            "kafka-cluster:DescribeTopicDynamicConfiguration",
            "kafka-cluster:ReadData",
            "kafka-cluster:WriteData",
        ];
        statements.push(allow(&actions, &arns(topics)));
        statements.push(allow(&["kafka-cluster:WriteDataIdempotently"], std::slice::from_ref(&kafka.arn)));
    }
    if !dead_letters.is_empty() {
        statements.push(allow(&["kafka-cluster:DescribeTopic", "kafka-cluster:ReadData"], &arns(dead_letters)));
    }
    document(client(place, kafka, statements))
}

/// The client machine of a cluster whose topics AWS does not make: makes, changes and uses them all, but deletes none.
pub fn kafka_administrator(place: &Place, kafka: &Kafka) -> Policy {
    let actions = [
        "kafka-cluster:AlterTopic",
        "kafka-cluster:AlterTopicDynamicConfiguration",
        "kafka-cluster:CreateTopic",
        "kafka-cluster:DescribeTopic",
        "kafka-cluster:DescribeTopicDynamicConfiguration",
        "kafka-cluster:ReadData",
        "kafka-cluster:WriteData",
    ];
    let idempotently = allow(&["kafka-cluster:WriteDataIdempotently"], std::slice::from_ref(&kafka.arn));
    document(client(place, kafka, vec![allow(&actions, &[kafka.topic(place, "*")]), idempotently]))
}

/// What a client does whatever the topics, around `topics`.
fn client(place: &Place, kafka: &Kafka, topics: Vec<Value>) -> Vec<Value> {
    let connect = allow(&["kafka-cluster:Connect", "kafka-cluster:DescribeCluster"], std::slice::from_ref(&kafka.arn));
    let groups = allow(&["kafka-cluster:AlterGroup", "kafka-cluster:DescribeGroup"], &[kafka.group(place, "*")]);
    [vec![connect], topics, vec![groups]].concat()
}

/// What an S3 sink connector works with.
#[derive(Clone, Debug)]
pub struct S3Sink<'a> {
    /// The topics it reads.
    pub topics: &'a [String],
    /// The topic for what it cannot deliver.
    pub dead_letters: &'a str,
    /// Whether Kafka Connect makes that topic, because AWS cannot.
    pub makes_dead_letters: bool,
    /// The consumer group that its offsets belong to.
    pub group: &'a str,
    /// Where it delivers to.
    pub to: Delivery<'a>,
}

/// A bucket that objects are delivered to.
#[derive(Clone, Copy, Debug)]
pub struct Delivery<'a> {
    /// Its name.
    pub bucket: &'a str,
    /// The ARN of the KMS key that encrypts objects, if that is one of the account's own.
    pub key: Option<&'a str>,
}

impl Delivery<'_> {
    /// What a multipart upload does with the bucket's key.
    fn key(&self, place: &Place) -> Option<Value> {
        Some(with_key(place, self.key?, "s3", &["kms:Decrypt", "kms:GenerateDataKey"]))
    }
}

/// An S3 sink connector: reads its topics, writes what it must to its own topics and its dead letters, and delivers.
pub fn s3_sink(place: &Place, kafka: &Kafka, sink: &S3Sink<'_>) -> Policy {
    let own = kafka.topic(place, "__amazon_msk_connect_*");
    let topics = kafka.topics(place, sink.topics);
    let bucket = sink.to.bucket;
    let mut undelivered = vec!["kafka-cluster:DescribeTopic", "kafka-cluster:WriteData"];
    if sink.makes_dead_letters {
        undelivered.insert(0, "kafka-cluster:CreateTopic");
    }
    let mut statements = vec![
        allow(&["kafka-cluster:Connect", "kafka-cluster:DescribeCluster"], std::slice::from_ref(&kafka.arn)),
        allow(&["kafka-cluster:DescribeTopic", "kafka-cluster:ReadData"], &topics),
        allow(
            &[
                "kafka-cluster:CreateTopic",
                "kafka-cluster:DescribeTopic",
                "kafka-cluster:ReadData",
                "kafka-cluster:WriteData",
            ],
            &[own],
        ),
        allow(
            &["kafka-cluster:AlterGroup", "kafka-cluster:DescribeGroup"],
            &[kafka.group(place, "__amazon_msk_connect_*"), kafka.group(place, sink.group)],
        ),
        allow(&["s3:GetBucketLocation", "s3:ListBucket", "s3:ListBucketMultipartUploads"], &[place.s3(bucket)]),
        allow(
            &["s3:AbortMultipartUpload", "s3:GetObject", "s3:ListMultipartUploadParts", "s3:PutObject"],
            &[place.s3(format!("{bucket}/*"))],
        ),
        allow(&undelivered, &[kafka.topic(place, sink.dead_letters)]),
    ];
    statements.extend(sink.to.key(place));
    document(statements)
}

/// A channel: delivers and writes its log.
pub fn channel(place: &Place, to: Delivery<'_>, log_group: Option<&str>) -> Policy {
    let bucket = to.bucket;
    let mut statements = vec![
        allow(&["s3:GetBucketLocation", "s3:ListBucket", "s3:ListBucketMultipartUploads"], &[place.s3(bucket)]),
        allow(
            &["s3:AbortMultipartUpload", "s3:ListMultipartUploadParts", "s3:PutObject"],
            &[place.s3(format!("{bucket}/*"))],
        ),
    ];
    if let Some(group) = log_group {
        let group = place.arn("logs", format!("log-group:{group}:*"));
        statements.push(allow(&["logs:CreateLogStream", "logs:PutLogEvents"], &[group]));
    }
    statements.extend(to.key(place));
    document(statements)
}

/// `streams`, or patterns that cover them, as policies have room for.
pub fn streams_in_policy(streams: &[String]) -> Vec<String> {
    covering(streams, STREAM_ARN, ROOM)
}

/// API Gateway: puts records into, and manages, exactly `streams`, which `keys` encrypt: ARNs or aliases of the account's own.
pub fn kinesis_proxy(place: &Place, streams: &[String], keys: &BTreeSet<&str>) -> Policy {
    let arns: Vec<String> =
        streams_in_policy(streams).iter().map(|stream| place.arn("kinesis", format!("stream/{stream}"))).collect();
    let actions = [
        "kinesis:CreateStream",
        "kinesis:DeleteStream",
        "kinesis:DescribeStream",
        "kinesis:PutRecord",
        "kinesis:PutRecords",
    ];
    let mut statements = vec![allow(&["kinesis:ListStreams"], &["*".into()]), allow(&actions, &arns)];
    statements.extend(keys.iter().map(|key| with_key(place, key, "kinesis", &["kms:GenerateDataKey"])));
    document(statements)
}

/// An Airflow environment: its bucket, its logs, its queues (AWS.md §3.2). `kms_key` is the environment's own.
pub fn airflow(place: &Place, environment: &str, from: Delivery<'_>, kms_key: Option<&str>) -> Policy {
    let Delivery { bucket, key: bucket_key } = from;
    let Place { partition, region, account, .. } = place;
    let queues = format!("arn:{partition}:sqs:{region}:*:airflow-celery-*");
    let mut statements = vec![
        allow(&["airflow:PublishMetrics"], &[place.arn("airflow", format!("environment/{environment}"))]),
        allow(&["s3:GetBucket*", "s3:GetObject*", "s3:List*"], &[place.s3(bucket), place.s3(format!("{bucket}/*"))]),
        allow(&["s3:GetAccountPublicAccessBlock"], &["*".into()]),
        allow(
            &[
                "logs:CreateLogGroup",
                "logs:CreateLogStream",
                "logs:GetLogEvents",
                "logs:GetLogGroupFields",
                "logs:GetLogRecord",
                "logs:GetQueryResults",
                "logs:PutLogEvents",
            ],
            &[place.arn("logs", format!("log-group:airflow-{environment}-*"))],
        ),
        allow(&["cloudwatch:PutMetricData", "logs:DescribeLogGroups"], &["*".into()]),
        allow(
            &[
                "sqs:ChangeMessageVisibility",
                "sqs:DeleteMessage",
                "sqs:GetQueueAttributes",
                "sqs:GetQueueUrl",
                "sqs:ReceiveMessage",
                "sqs:SendMessage",
            ],
            &[queues],
        ),
    ];
    let kms = ["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey*"];
    let via = |services: &[&str]| -> Value {
        let services: Vec<String> =
            services.iter().map(|service| format!("{service}.{region}.amazonaws.com")).collect();
        json!({ "StringLike": { "kms:ViaService": services } })
    };
    // Queues are encrypted with a key of another account of AWS's unless the environment has its own.
    statements.push(match kms_key {
        None => json!({
            "Effect": "Allow",
            "Action": kms,
            "NotResource": [format!("arn:{partition}:kms:*:{account}:key/*")],
            "Condition": via(&["sqs"]),
        }),
        Some(key) => json!({
            "Effect": "Allow",
            "Action": kms,
            "Resource": [key],
            "Condition": via(&["sqs", "s3"]),
        }),
    });
    statements.extend(bucket_key.map(|key| with_key(place, key, "s3", &["kms:Decrypt"])));
    document(statements)
}

/// A bucket policy that refuses requests without TLS.
pub fn tls_only(place: &Place, bucket: &str) -> Policy {
    document(vec![json!({
        "Sid": "TlsOnly",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [place.s3(bucket), place.s3(format!("{bucket}/*"))],
        "Condition": { "Bool": { "aws:SecureTransport": "false" } },
    })])
}
