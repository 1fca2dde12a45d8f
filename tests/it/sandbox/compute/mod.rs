//! Security groups, endpoints, instances and load balancing, as their official clients see them.

mod endpoints;
mod instances;
mod load_balancing;
mod security_groups;

use super::pass;
use aqueduct_sandbox::{Options, Sandbox};
use aws_config::retry::RetryConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_sdk_ec2::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_ec2::types::{Tag, TagSpecification};
use std::sync::Arc;

/// An account with a VPC in it.
struct Place {
    ec2: aws_sdk_ec2::Client,
    elb: aws_sdk_elasticloadbalancingv2::Client,
    iam: aws_sdk_iam::Client,
    vpc: String,
}

impl Place {
    async fn new() -> Self {
        let sandbox = Sandbox::new(Options { rate_limits: false, ..Options::default() });
        let config = config(&sandbox);
        let ec2 = aws_sdk_ec2::Client::new(&config);
        let vpc = ec2.create_vpc().cidr_block("10.0.0.0/16").send().await.unwrap();
        let vpc = vpc.vpc.unwrap().vpc_id.unwrap();
        let elb = aws_sdk_elasticloadbalancingv2::Client::new(&config);
        Self { ec2, elb, iam: aws_sdk_iam::Client::new(&config), vpc }
    }

    /// The id of a new subnet `10.0.<number>.0/24`.
    async fn subnet(&self, number: u8, zone: &str) -> String {
        let call = self.ec2.create_subnet().vpc_id(&self.vpc).cidr_block(format!("10.0.{number}.0/24"));
        let subnet = call.availability_zone(zone).send().await.unwrap();
        subnet.subnet.unwrap().subnet_id.unwrap()
    }

    /// The id of a new security group.
    async fn group(&self, name: &str) -> String {
        let call = self.ec2.create_security_group().group_name(name).description(name).vpc_id(&self.vpc);
        call.send().await.unwrap().group_id.unwrap()
    }

    /// The id of an instance that is on its way.
    async fn instance(&self, subnet: &str, group: &str) -> String {
        let call = self.ec2.run_instances().min_count(1).max_count(1).image_id("ami-0123456789abcdef0");
        let call = call.instance_type("t3.micro".into()).subnet_id(subnet).security_group_ids(group);
        let launched = call.send().await.unwrap();
        launched.instances.unwrap().remove(0).instance_id.unwrap()
    }
}

fn config(sandbox: &Arc<Sandbox>) -> SdkConfig {
    let credentials = Credentials::from_keys("sandbox", "sandbox", None);
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("us-east-1"))
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .http_client(crate::recording::recorded(sandbox.http_client()))
        .endpoint_url("http://sandbox")
        .retry_config(RetryConfig::disabled())
        .build()
}

fn tagged(resource: &str) -> TagSpecification {
    let tag = Tag::builder().key("team").value("data").build();
    TagSpecification::builder().resource_type(resource.into()).tags(tag).build()
}

/// The code of a refusal; empty when there was none.
fn code<T, E: ProvideErrorMetadata, R>(result: Result<T, SdkError<E, R>>) -> String {
    result.err().and_then(|error| error.code().map(str::to_owned)).unwrap_or_default()
}

/// The message of a refusal.
fn message<T, E: ProvideErrorMetadata, R>(result: Result<T, SdkError<E, R>>) -> String {
    result.err().and_then(|error| error.message().map(str::to_owned)).unwrap_or_default()
}
