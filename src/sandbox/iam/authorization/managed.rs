//! MSK, MSK Connect and MWAA, which do much in the caller's name.

use super::{Need, filled, input, log_delivery, on_behalf, pass, service_linked, text};
use crate::account::Account;
use crate::call::Call;
use crate::kafka::is_serverless;
use serde_json::Value;

/// Operations of MSK that have no resource.
const KAFKA_ANYWHERE: &[&str] = &[
    "ListClusters",
    "ListClustersV2",
    "ListConfigurations",
    "ListKafkaVersions",
    "GetBootstrapBrokers",
    "GetCompatibleKafkaVersions",
    "DescribeClusterOperation",
    "DescribeClusterOperationV2",
];

/// The actions of Kafka itself, beside `Connect`, that operations on topics need.
const ON_TOPICS: &[(&str, &[&str])] = &[
    ("CreateTopic", &["CreateTopic"]),
    ("DescribeTopic", &["DescribeTopic", "DescribeTopicDynamicConfiguration"]),
    ("DescribeTopicPartitions", &["DescribeTopic"]),
    ("UpdateTopic", &["DescribeTopic", "AlterTopic", "AlterTopicDynamicConfiguration"]),
    ("DeleteTopic", &["DescribeTopic", "DeleteTopic"]),
    ("ListTopics", &["DescribeTopic"]),
];

/// MSK: clusters, configurations, topics and channels.
pub(super) fn kafka(account: &Account, call: &Call) -> Vec<Need> {
    let (name, input) = (call.operation.name, input(call));
    let action = format!("kafka:{name}");
    if KAFKA_ANYWHERE.contains(&name) {
        return vec![Need::anywhere(action)];
    }
    let cluster = call.path("clusterArn");
    // A topic's or a channel's ARN is its cluster's with another word and more behind it.
    let below = |kind: &str, rest: &str| format!("{}/{rest}", cluster.replacen(":cluster/", &format!(":{kind}/"), 1));
    if let Some((_, own)) = ON_TOPICS.iter().find(|(operation, _)| *operation == name) {
        let topic = match name {
            "ListTopics" => below("topic", "*"),
            "CreateTopic" => below("topic", text(&input, "/topicName")),
            _ => below("topic", call.path("topicName")),
        };
        let about = if name == "ListTopics" { cluster.to_owned() } else { topic.clone() };
        let connect = Need::on("kafka-cluster:Connect", [cluster.to_owned()]);
        let own = own.iter().map(|action| Need::on(format!("kafka-cluster:{action}"), [topic.clone()]));
        return [Need::on(action, [about]), connect].into_iter().chain(own).collect();
    }
    let mut about: Vec<String> = match name {
        "CreateCluster" | "CreateClusterV2" => {
            vec![call.arn("kafka", &format!("cluster/{}/*", text(&input, "/clusterName")))]
        }
        "CreateConfiguration" => vec![call.arn("kafka", &format!("configuration/{}/*", text(&input, "/name")))],
        _ => {
            let labels = ["clusterArn", "channelArn", "arn", "resourceArn"].map(|label| call.path(label));
            labels.into_iter().filter(|label| !label.is_empty()).map(str::to_owned).collect()
        }
    };
    let tagged = about.clone();
    let configuration = ["/configurationInfo/arn", "/provisioned/configurationInfo/arn"].map(|at| text(&input, at));
    about.extend(configuration.into_iter().filter(|arn| !arn.is_empty()).map(str::to_owned));
    let mut needs = vec![Need::on(action, about)];
    if name.starts_with("Create") && filled(&input, "/tags") {
        let tagged = if name == "CreateChannel" { vec![below("channel", "*")] } else { tagged };
        needs.push(Need::on("kafka:TagResource", tagged));
    }
    needs.extend(kafka_in_the_callers_name(account, call, &input));
    needs
}

fn kafka_in_the_callers_name(account: &Account, call: &Call, input: &Value) -> Vec<Need> {
    let name = call.operation.name;
    let mut needs = match name {
        "CreateChannel" => {
            let roles = ["s3DestinationConfiguration", "icebergDestinationConfiguration"];
            let roles = roles.map(|place| text(input, &format!("/{place}/serviceExecutionRoleArn")));
            roles.into_iter().filter(|arn| !arn.is_empty()).map(|arn| pass(arn, "kafka.amazonaws.com")).collect()
        }
        "CreateCluster" | "CreateClusterV2" => cluster_in_the_callers_name(call, input),
        "DeleteCluster" if is_serverless(account, call.path("clusterArn")) => {
            on_behalf(["ec2:DeleteVpcEndpoints"]).collect()
        }
        "UpdateSecurity" if filled(input, "/clientAuthentication/tls/certificateAuthorityArnList") => {
            authorities(input.pointer("/clientAuthentication/tls")).collect()
        }
        _ => vec![],
    };
    if name.ends_with("Channel") && filled(input, "/encryptionConfiguration") {
        needs.extend(on_behalf(["kms:DescribeKey"]));
    }
    needs.extend(log_delivery(input));
    needs
}

fn cluster_in_the_callers_name(call: &Call, input: &Value) -> Vec<Need> {
    let mut actions =
        vec!["ec2:DescribeSubnets", "ec2:DescribeVpcs", "ec2:DescribeSecurityGroups", "ec2:DescribeRouteTables"];
    if filled(input, "/serverless") {
        actions.extend(["ec2:CreateVpcEndpoint", "ec2:DescribeVpcEndpoints", "ec2:DescribeVpcAttribute"]);
        actions.push("ec2:CreateTags");
    } else {
        actions.extend(["kms:CreateGrant", "kms:DescribeKey"]);
    }
    let role = format!("arn:aws:iam::{}:role/aws-service-role/kafka.amazonaws.com/*", call.account_id);
    let completed = ["iam:AttachRolePolicy", "iam:PutRolePolicy"];
    let completed = completed.map(|action| Need::on(action, [role.clone()]).dependent());
    let tls = ["/provisioned/clientAuthentication/tls", "/clientAuthentication/tls"].map(|at| input.pointer(at));
    let authorities = tls.into_iter().flat_map(authorities);
    let mut needs: Vec<Need> = on_behalf(actions).chain(completed).chain(authorities).collect();
    needs.push(service_linked(call, "kafka.amazonaws.com"));
    needs
}

/// Reading the certificates of the private authorities that `tls` names.
fn authorities(tls: Option<&Value>) -> impl Iterator<Item = Need> {
    let arns =
        tls.and_then(|tls| tls.get("certificateAuthorityArnList")).and_then(Value::as_array).into_iter().flatten();
    let arns: Vec<String> = arns.filter_map(Value::as_str).map(str::to_owned).collect();
    let read = (!arns.is_empty()).then(|| Need::on("acm-pca:GetCertificateAuthorityCertificate", arns).dependent());
    read.into_iter()
}

/// MSK Connect.
pub(super) fn connect(call: &Call) -> Vec<Need> {
    let (name, input) = (call.operation.name, input(call));
    let action = format!("kafkaconnect:{name}");
    let labels = ["connectorArn", "customPluginArn", "workerConfigurationArn", "connectorOperationArn", "resourceArn"];
    let about = labels.map(|label| call.path(label)).into_iter().find(|arn| !arn.is_empty()).unwrap_or("*");
    let mut needs = vec![Need::on(action, [about.to_owned()])];
    if name.starts_with("Create") && filled(&input, "/tags") {
        let (kind, member) = match name {
            "CreateConnector" => ("connector", "/connectorName"),
            "CreateCustomPlugin" => ("custom-plugin", "/name"),
            _ => ("worker-configuration", "/name"),
        };
        let arn = call.arn("kafkaconnect", &format!("{kind}/{}/*", text(&input, member)));
        needs.push(Need::on("kafkaconnect:TagResource", [arn]));
    }
    if name == "CreateConnector" || name == "UpdateConnector" {
        needs.push(service_linked(call, "kafkaconnect.amazonaws.com"));
        needs.extend(log_delivery(&input));
    }
    if name == "CreateConnector" {
        let network = ["ec2:CreateNetworkInterface", "ec2:DescribeSubnets", "ec2:DescribeVpcs"];
        needs.extend(on_behalf(network.into_iter().chain(["ec2:DescribeSecurityGroups"])));
        needs.push(pass(text(&input, "/serviceExecutionRoleArn"), "kafkaconnect.amazonaws.com"));
    }
    if name == "CreateCustomPlugin" {
        let object = |member: &str| text(&input, &format!("/location/s3Location/{member}")).to_owned();
        let object = format!("{}/{}", object("bucketArn"), object("fileKey"));
        let actions = ["GetObject", "GetObjectVersion", "GetObjectAttributes", "GetObjectVersionAttributes"];
        needs.extend(actions.map(|action| Need::on(format!("s3:{action}"), [object.clone()]).dependent()));
    }
    needs
}

/// MWAA, which tries in the caller's name whether an environment can be.
pub(super) fn airflow(call: &Call) -> Vec<Need> {
    let (name, input) = (call.operation.name, input(call));
    let action = format!("airflow:{name}");
    let about = match (call.path("Name"), call.path("ResourceArn")) {
        ("", "") => return vec![Need::anywhere(action)],
        ("", arn) => arn.to_owned(),
        (name, _) => call.arn("airflow", &format!("environment/{name}")),
    };
    let mut needs = vec![Need::on(action, [about.clone()])];
    if name != "CreateEnvironment" && name != "UpdateEnvironment" {
        return needs;
    }
    let role = text(&input, "/ExecutionRoleArn");
    if !role.is_empty() {
        needs.extend(["airflow.amazonaws.com", "airflow-env.amazonaws.com"].map(|service| pass(role, service)));
    }
    needs.extend(on_behalf([
        "iam:ListRoles",
        "ec2:DescribeSubnets",
        "ec2:DescribeVpcs",
        "ec2:DescribeSecurityGroups",
        "ec2:DescribeRouteTables",
        "kms:DescribeKey",
        "kms:ListAliases",
    ]));
    let bucket = text(&input, "/SourceBucketArn");
    let looks = ["GetBucketLocation", "ListBucket", "ListBucketVersions", "GetEncryptionConfiguration"];
    let looks = looks.into_iter().filter(|_| !bucket.is_empty());
    needs.extend(looks.map(|action| Need::on(format!("s3:{action}"), [bucket.to_owned()]).dependent()));
    if name == "CreateEnvironment" {
        if filled(&input, "/Tags") {
            needs.push(Need::on("airflow:TagResource", [about]));
        }
        needs.extend(on_behalf(["ec2:CreateVpcEndpoint", "ec2:CreateNetworkInterface", "kms:CreateGrant"]));
        needs.push(service_linked(call, "airflow.amazonaws.com"));
    }
    needs
}
