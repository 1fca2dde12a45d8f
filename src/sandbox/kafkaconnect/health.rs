//! What a connector needs to run.

use super::connector::Connector;
use super::shapes::{AuthenticationType, Configuration, EncryptionType};
use super::{network, plugins};
use crate::account::Account;
use crate::iam::{self, WhyNot};
use crate::{kafka, logs, s3};

/// Who works as a connector's role.
pub(super) const PRINCIPAL: &str = "kafkaconnect.amazonaws.com";

/// What most failures of connectors are to AWS.
const UNKNOWN: &str = "UnknownError.Unknown";

/// Whether `connector` can run.
///
/// # Errors
/// Code and message of what keeps it from that.
pub(super) fn check(account: &Account, connector: &Connector) -> Result<(), (String, String)> {
    let unknown = |message: String| (UNKNOWN.to_owned(), message);
    role(account, &connector.role).map_err(unknown)?;
    for plugin in &connector.workers.plugins {
        let (arn, revision) = (&plugin.custom_plugin.custom_plugin_arn, plugin.custom_plugin.revision);
        plugins::check_usable(account, arn, revision).map_err(|fault| unknown(fault.message))?;
    }
    brokers(account, connector).map_err(unknown)?;
    log_delivery(account, connector).map_err(|message| ("InvalidInput.WorkerLogsError".to_owned(), message))?;
    configuration(account, &connector.configuration).map_err(unknown)
}

fn role(account: &Account, arn: &str) -> Result<(), String> {
    iam::role_usable(account, arn, PRINCIPAL, account.now).map_err(|why| match why {
        WhyNot::Absent => format!("The service execution role {arn} does not exist."),
        _ => format!("MSK Connect cannot assume the service execution role {arn}."),
    })
}

/// Whether one of the brokers can be reached, in the way the connector talks to them.
fn brokers(account: &Account, connector: &Connector) -> Result<(), String> {
    let cluster = &connector.kafka_cluster.apache_kafka_cluster;
    let iam = connector.authentication.authentication_type == AuthenticationType::Iam;
    let tls = connector.encryption.encryption_type == EncryptionType::Tls;
    let vpc = |subnets: &[String]| subnets.iter().find_map(|id| Some(account.ec2.subnets.get(id)?.vpc.clone()));
    let here = vpc(&cluster.vpc.subnets);
    let mut found = cluster.bootstrap_servers.split(',').filter_map(|address| kafka::broker(account, address));
    let reached = found.any(|broker| {
        let near = vpc(&broker.subnets) == here && network::lets_through(account, &cluster.vpc, &broker);
        near && broker.iam == iam && broker.tls == tls
    });
    match reached {
        true => Ok(()),
        false => Err(format!("Timed out connecting to the brokers {}.", cluster.bootstrap_servers)),
    }
}

fn log_delivery(account: &Account, connector: &Connector) -> Result<(), String> {
    let Some(delivery) = connector.log_delivery.as_ref().map(|delivery| &delivery.worker_log_delivery) else {
        return Ok(());
    };
    let group = delivery.cloud_watch_logs.as_ref().filter(|logs| logs.enabled);
    if let Some(group) = group.and_then(|logs| logs.log_group.as_ref()).filter(|name| !logs::exists(account, name)) {
        return Err(format!("The log group {group} does not exist."));
    }
    let bucket = delivery.s3.as_ref().filter(|logs| logs.enabled);
    match bucket.and_then(|logs| logs.bucket.as_ref()).filter(|name| s3::bucket(account, name).is_none()) {
        Some(bucket) => Err(format!("The bucket {bucket} does not exist.")),
        None => Ok(()),
    }
}

/// What Kafka Connect itself and the connector for S3 check before they start.
fn configuration(account: &Account, configuration: &Configuration) -> Result<(), String> {
    let class = configuration.get("connector.class").map_or("", String::as_str);
    if class.ends_with("SinkConnector") {
        let topics = ["topics", "topics.regex"].iter().filter(|name| configuration.contains_key(**name)).count();
        if topics != 1 {
            return Err("Must configure exactly one of topics and topics.regex.".into());
        }
    }
    match configuration.get("s3.bucket.name").filter(|bucket| s3::bucket(account, bucket).is_none()) {
        Some(bucket) => Err(format!("No S3 bucket {bucket} to write to.")),
        None => Ok(()),
    }
}
