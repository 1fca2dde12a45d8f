//! `client`: the machine with Kafka's tools and the REST proxy.

use super::common::{Download, PORT, PROPERTIES};
use super::decode::{Map, Spanned};
use super::forms;
use super::layout::Constraint::{Each, Form, Range};
use super::section::section;
use ipnet::Ipv4Net;

section! {
    /// An EC2 machine with Kafka's command-line tools and the Kafka REST proxy, which starts with it and is restarted when it fails.
    pub struct Client {
        /// The machine image; left out, the newest Amazon Linux 2023 when the machine is made.
        image: Option<Spanned<String>> where Form(&forms::IMAGE_ID),
        /// The public parameter that names the image; left out, that of Amazon Linux 2023 for the type's processor.
        image_parameter: Option<Spanned<String>> where Form(&forms::PARAMETER),
        /// The instance type.
        instance_type: Spanned<String> = "t3.small" where Form(&forms::INSTANCE_TYPE),
        /// The size of its encrypted disk in GiB. Confluent's archive needs 16 to unpack.
        disk_gib: Spanned<i32> = "30" where Range(8, 16384),
        /// The KMS key that encrypts the disk; left out, the account's default.
        kms_key: Option<Spanned<String>> where Form(&forms::KMS_KEY),
        /// A key pair that may log in; left out, SSM Session Manager is the only way in.
        key_pair: Option<Spanned<String>> where Form(&forms::KEY_PAIR),
        /// Addresses from which SSH may come; needs `key_pair`.
        ssh_from: Vec<Spanned<Ipv4Net>> = "[]",
        /// The package with Java.
        java: String = "java-17-amazon-corretto-headless" where Form(&forms::PACKAGE),
        /// Kafka's command-line tools, by default of the cluster's version.
        kafka_tools: Download = "{}",
        /// The library that signs in with IAM.
        iam_library: Download = "{}",
        /// The REST proxy.
        rest_proxy: RestProxy = "{}",
        /// Managed policies on top of what the machine needs.
        managed_policies: Vec<Spanned<String>> = "[]" where Each(&Form(&forms::MANAGED_POLICY)),
    }
}

section! {
    /// The Kafka REST proxy.
    pub struct RestProxy {
        /// Whether it runs.
        enabled: Spanned<bool> = "true",
        /// Its port.
        port: Spanned<i32> = "8082" where PORT,
        /// The Confluent Platform that it is part of.
        confluent: Download = "{}",
        /// How much memory it may take.
        heap: String = "512m" where Form(&forms::HEAP),
        /// Its properties, such as `producer.acks`, on top of the generated ones.
        properties: Map<Spanned<String>> = "{}" where PROPERTIES,
    }
}

/// The archive of Kafka's releases.
pub const KAFKA_URL: &str = "https://archive.apache.org/dist/kafka/{version}/kafka_2.13-{version}.tgz";
/// The archive of the IAM library's releases.
pub const IAM_LIBRARY_URL: &str =
    "https://repo1.maven.org/maven2/software/amazon/msk/aws-msk-iam-auth/{version}/aws-msk-iam-auth-{version}-all.jar";
/// The version of the IAM library that is known to work.
pub const IAM_LIBRARY_VERSION: &str = "2.1.0";
/// The version of Confluent that is known to work.
pub const CONFLUENT_VERSION: &str = "7.6.1";

/// Where Confluent's archive keeps `version`.
pub fn confluent_url(version: &str) -> String {
    let series: Vec<&str> = version.split('.').take(2).collect();
    format!("https://packages.confluent.io/archive/{}/confluent-community-{{version}}.tar.gz", series.join("."))
}

/// The release of Kafka's tools for a cluster of MSK's `version`.
pub fn tools_version(version: &str) -> String {
    let version = version.strip_suffix(".kraft").or_else(|| version.strip_suffix(".tiered")).unwrap_or(version);
    let parts: Vec<&str> = version.split('.').take(3).collect();
    let [major, minor, patch] = parts[..] else { return version.to_owned() };
    // MSK patches versions that end in `x` itself; these are the last patches that Apache released.
    let patch = match (major, minor, patch) {
        ("3", "7", "x") => "2",
        ("3", "8" | "9", "x") => "1",
        (_, _, "x") => "0",
        _ => patch,
    };
    format!("{major}.{minor}.{patch}")
}
