//! What MSK refuses about the settings of a cluster, in its words.

use super::bad;
use super::shapes::{
    BrokerNodeGroupInfo, ClientAuthentication, ClientBroker, EncryptionInfo, LoggingInfo, Logs, NetworkType,
    ProvisionedThroughput, StorageMode, VpcConfig,
};
use super::versions::{ALL, Version, known};
use crate::answer::Fault;
use std::collections::BTreeSet;

const SIZES: &[(&str, &[&str])] = &[
    ("kafka.t3.", &["small"]),
    ("kafka.m5.", &["large", "xlarge", "2xlarge", "4xlarge", "8xlarge", "12xlarge", "16xlarge", "24xlarge"]),
    ("kafka.m7g.", &["large", "xlarge", "2xlarge", "4xlarge", "8xlarge", "12xlarge", "16xlarge"]),
    ("express.m7g.", &["large", "xlarge", "2xlarge", "4xlarge", "8xlarge", "12xlarge", "16xlarge"]),
];

/// The most throughput that can be bought for each type of broker, in MiB/s.
const THROUGHPUT: &[(&str, f64)] = &[
    ("kafka.m5.4xlarge", 593.75),
    ("kafka.m5.8xlarge", 850.0),
    ("kafka.m5.12xlarge", 1000.0),
    ("kafka.m5.16xlarge", 1000.0),
    ("kafka.m5.24xlarge", 1000.0),
    ("kafka.m7g.2xlarge", 312.5),
    ("kafka.m7g.4xlarge", 625.0),
    ("kafka.m7g.8xlarge", 1000.0),
    ("kafka.m7g.12xlarge", 1000.0),
    ("kafka.m7g.16xlarge", 1000.0),
];

/// A version that new clusters of this type of broker can have.
pub(super) fn version(name: &str, express: bool) -> Result<&'static Version, Fault> {
    let version = known("kafkaVersion", name)?;
    let fits = |version: &&Version| version.active && (!express || version.express);
    if !fits(&version) {
        let brokers = if express { "Express" } else { "Standard" };
        let valid: Vec<&str> = ALL.iter().filter(fits).map(|version| version.name).collect();
        let message = format!(
            "{brokers} instance types are not supported for Kafka version {name}. Valid values: [{}]",
            valid.join(", ")
        );
        return Err(bad("kafkaVersion", message));
    }
    Ok(version)
}

pub(super) fn instance_type(name: &str, kraft: bool) -> Result<(), Fault> {
    let types = SIZES.iter().flat_map(|(family, sizes)| sizes.iter().map(move |size| format!("{family}{size}")));
    let valid: Vec<String> = types.filter(|name| !kraft || name != "kafka.t3.small").collect();
    if !valid.iter().any(|valid| valid == name) {
        let message = format!("Unsupported InstanceType specified. Valid values: [{}]", valid.join(", "));
        return Err(bad("instanceType", message));
    }
    Ok(())
}

/// Where brokers are and how many.
pub(super) fn placement(brokers: &BrokerNodeGroupInfo, count: u32) -> Result<(), Fault> {
    let subnets = &brokers.client_subnets;
    distinct("clientSubnets", subnets)?;
    if brokers.instance_type.starts_with("express.") && subnets.len() != 3 {
        return Err(bad("brokerNodeGroupInfo", "Clusters with Express instance types require 3 subnets."));
    }
    if !(2..=3).contains(&subnets.len()) {
        return Err(bad("brokerNodeGroupInfo", "Specify either two or three client subnets."));
    }
    multiple(subnets.len(), count)
}

pub(super) fn multiple(zones: usize, count: u32) -> Result<(), Fault> {
    if count == 0 || usize::try_from(count).is_ok_and(|count| count % zones != 0) {
        let message = "The target number of broker nodes must be a multiple of the number of Availability Zones in the \
                       Client subnets parameter.";
        return Err(bad("numberOfBrokerNodes", message));
    }
    Ok(())
}

pub(super) fn distinct(parameter: &str, items: &[String]) -> Result<(), Fault> {
    if items.iter().collect::<BTreeSet<_>>().len() != items.len() {
        return Err(bad(parameter, "The list provided contains duplicate items."));
    }
    Ok(())
}

/// Volumes and storage mode. Express brokers have none of their own.
pub(super) fn storage(brokers: &BrokerNodeGroupInfo, mode: Option<StorageMode>) -> Result<(), Fault> {
    let name = &brokers.instance_type;
    if name.starts_with("express.") {
        if brokers.storage_info.is_some() {
            let message = "The storageInfo parameter is not supported for Express instance types.";
            return Err(bad("brokerNodeGroupInfo", message));
        }
        if mode.is_some() {
            return Err(bad("storageMode", "The storageMode parameter is not supported for Express instance types."));
        }
        return Ok(());
    }
    let volume = brokers.storage_info.as_ref().and_then(|storage| storage.ebs_storage_info.as_ref());
    let Some(size) = volume.and_then(|volume| volume.volume_size) else {
        return Err(bad("storageInfo", "You must specify the size of the EBS volumes for Standard instance types."));
    };
    if !(1..=16384).contains(&size) {
        return Err(bad("volumeSize", "The volume size must be between 1 and 16384 GiB."));
    }
    if mode == Some(StorageMode::Tiered) && name == "kafka.t3.small" {
        return Err(bad("instanceType", "Tiered storage is not supported for the specified broker type."));
    }
    match volume.and_then(|volume| volume.provisioned_throughput.as_ref()) {
        Some(throughput) => provisioned_throughput(name, size, throughput),
        None => Ok(()),
    }
}

fn provisioned_throughput(broker: &str, size: i64, throughput: &ProvisionedThroughput) -> Result<(), Fault> {
    if throughput.enabled != Some(true) {
        if throughput.volume_throughput.is_some() {
            let message = "To specify a value for VolumeThroughput, you must enable ProvisionedThroughput.";
            return Err(bad("volumeThroughput", message));
        }
        return Ok(());
    }
    let Some((_, most)) = THROUGHPUT.iter().find(|(name, _)| *name == broker) else {
        let message = "Provisioned throughput is not supported for the specified broker type.";
        return Err(bad("provisionedThroughput", message));
    };
    if size < 10 {
        let message = "To enable ProvisionedThroughput, you must set volume size to a value that is greater than or \
                       equal to 10.";
        return Err(bad("volumeSize", message));
    }
    let wanted = throughput.volume_throughput.unwrap_or(250);
    if !(250..=1000).contains(&wanted) {
        return Err(bad("volumeThroughput", "EBS volume throughput should be between 250 and 1000 MiB/s."));
    }
    if wanted as f64 > *most {
        let broker = broker.trim_start_matches("kafka.");
        let message =
            format!("For brokers of type {broker}, the maximum value for VolumeThroughput cannot exceed {most} MiB/s.");
        return Err(bad("volumeThroughput", message));
    }
    Ok(())
}

/// Which ways in there may be at creation: none but the plain ones.
pub(super) fn connectivity_at_creation(brokers: &BrokerNodeGroupInfo) -> Result<(), Fault> {
    let Some(info) = &brokers.connectivity_info else { return Ok(()) };
    let public = info.public_access.as_ref().and_then(|access| access.r#type.as_deref());
    if public.is_some_and(|access| access != "DISABLED") {
        let message =
            "When creating a cluster, the only valid value for the Type parameter in PublicAccess is DISABLED.";
        return Err(bad("publicAccess", message));
    }
    let vpcs = info.vpc_connectivity.as_ref().and_then(|vpcs| vpcs.client_authentication.as_ref());
    if vpcs.is_some_and(ClientAuthentication::any) {
        let message = "When creating a cluster, all vpcConnectivity auth schemes must be disabled (‘enabled’ : false). \
                       You can enable auth schemes after the cluster is created.";
        return Err(bad("vpcConnectivity.clientAuthentication", message));
    }
    if info.network_type == Some(NetworkType::Dual) {
        let message = "Invalid NetworkType value in ConnectivityInfo. When creating a cluster, only IPV4 is supported.";
        return Err(bad("networkType", message));
    }
    Ok(())
}

/// Whether the ways to sign in go with the encryption.
pub(super) fn authentication(clients: &ClientAuthentication, encryption: &EncryptionInfo) -> Result<(), Fault> {
    let refuse = |message: &str| Err(bad("clientAuthentication", message));
    let authorities = clients.tls.as_ref().and_then(|tls| tls.certificate_authority_arn_list.as_ref());
    let authorities = authorities.map_or(&[][..], Vec::as_slice);
    if clients.tls.as_ref().is_some_and(|tls| tls.enabled.is_none()) || clients.tls() && authorities.is_empty() {
        return refuse("Enabled and CertificateAuthorityArnList fields must both be defined for TLS.");
    }
    if authorities.iter().any(|arn| !arn.contains(":acm-pca:") || !arn.contains(":certificate-authority/")) {
        return refuse("One or more of the certificate authority ARNs provided in the request are invalid.");
    }
    if !clients.any() {
        if !clients.unauthenticated() {
            return refuse("Unauthenticated cannot be set to false without enabling any authentication mechanisms.");
        }
        return Ok(());
    }
    let in_transit = encryption.encryption_in_transit.as_ref();
    if in_transit.and_then(|transit| transit.in_cluster) == Some(false) {
        return refuse("To turn on client authentication, you must also turn on in-cluster encryption.");
    }
    match in_transit.and_then(|transit| transit.client_broker).unwrap_or_default() {
        ClientBroker::Plaintext => refuse(
            "Client-broker encryption in transit must be set to either TLS or TLS_PLAINTEXT to enable client \
             authentication.",
        ),
        ClientBroker::TlsPlaintext if !clients.unauthenticated() => refuse(
            "You must enable unauthenticated traffic explicitly to use client-authentication using SASL over \
             TLS_PLAINTEXT.",
        ),
        ClientBroker::Tls | ClientBroker::TlsPlaintext => Ok(()),
    }
}

pub(super) fn logging(info: &LoggingInfo) -> Result<(), Fault> {
    logs("brokerLogs", "broker logs", &info.broker_logs)?;
    info.authorizer_logs.as_ref().map_or(Ok(()), |info| logs("authorizerLogs", "authorizer logs", info))
}

/// Whether the destinations of `logs` (`broker logs`, `channel logs`) are complete.
pub(super) fn logs(parameter: &str, what: &str, logs: &Logs) -> Result<(), Fault> {
    if logs.cloud_watch_logs.is_none() && logs.firehose.is_none() && logs.s3.is_none() {
        let kind = what.trim_end_matches('s');
        let message = format!(
            "You must define one or more of the following {kind} types: CloudWatch Logs, Kinesis Data Firehose, \
             Amazon S3."
        );
        return Err(bad(parameter, message));
    }
    let given = |enabled: bool, place: &Option<String>| !enabled || place.as_ref().is_some_and(|name| !name.is_empty());
    let missing = [
        (
            logs.cloud_watch_logs.as_ref().is_some_and(|to| !given(to.enabled, &to.log_group)),
            "CloudWatch Logs",
            "a CloudWatch log group",
        ),
        (
            logs.firehose.as_ref().is_some_and(|to| !given(to.enabled, &to.delivery_stream)),
            "Kinesis Data Firehose",
            "a delivery stream",
        ),
        (logs.s3.as_ref().is_some_and(|to| !given(to.enabled, &to.bucket)), "Amazon S3", "an S3 bucket"),
    ];
    match missing.into_iter().find(|(missing, _, _)| *missing) {
        None => Ok(()),
        Some((_, service, place)) => {
            let message = format!("To use {service} as a destination for {what}, you must specify {place}.");
            Err(bad(parameter, message))
        }
    }
}

/// Where a serverless cluster can be reached from.
pub(super) fn serverless(vpcs: &[VpcConfig]) -> Result<(), Fault> {
    if !(1..=5).contains(&vpcs.len()) {
        return Err(bad("vpcConfigs", "The size of list should be between 1 and 5."));
    }
    for vpc in vpcs {
        if !(2..=6).contains(&vpc.subnet_ids.len()) {
            return Err(bad("subnetIds", "The size of list should be between 2 and 6."));
        }
        distinct("subnetIds", &vpc.subnet_ids)?;
        if vpc.security_group_ids.as_ref().is_some_and(|groups| !(1..=5).contains(&groups.len())) {
            return Err(bad("securityGroupIds", "The size of list should be between 1 and 5."));
        }
    }
    Ok(())
}
