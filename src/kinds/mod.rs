//! Every kind of AWS object, one file each, and the list of them.

pub mod apigateway;
pub mod ec2;
pub mod elb;
pub mod iam;
pub mod kafka;
pub mod kafkaconnect;
pub mod kinesis;
pub mod logs;
pub mod mwaa;
pub mod s3;

use crate::resource::{AnyKind, Erased};

/// Every kind, needed ones before those that need them.
pub static ALL: &[&dyn AnyKind] = &[
    &Erased::<ec2::vpc::Vpc>::new(),
    &Erased::<ec2::internet_gateway::InternetGateway>::new(),
    &Erased::<ec2::subnet::Subnet>::new(),
    &Erased::<ec2::security_group::SecurityGroup>::new(),
    &Erased::<ec2::elastic_ip::ElasticIp>::new(),
    &Erased::<ec2::nat_gateway::NatGateway>::new(),
    &Erased::<ec2::route_table::RouteTable>::new(),
    &Erased::<ec2::vpc_endpoint::VpcEndpoint>::new(),
    &Erased::<iam::role::Role>::new(),
    &Erased::<iam::instance_profile::InstanceProfile>::new(),
    &Erased::<ec2::instance::Instance>::new(),
    &Erased::<elb::load_balancer::LoadBalancer>::new(),
    &Erased::<elb::target_group::TargetGroup>::new(),
    &Erased::<elb::listener::Listener>::new(),
    &Erased::<s3::bucket::Bucket>::new(),
    &Erased::<s3::object::Object>::new(),
    &Erased::<apigateway::vpc_link::VpcLink>::new(),
    &Erased::<apigateway::rest_api::RestApi>::new(),
    &Erased::<logs::log_group::LogGroup>::new(),
    &Erased::<kafka::configuration::Configuration>::new(),
    &Erased::<kafka::cluster::Cluster>::new(),
    &Erased::<kafka::topic::Topic>::new(),
    &Erased::<kafka::channel::Channel>::new(),
    &Erased::<kafkaconnect::custom_plugin::CustomPlugin>::new(),
    &Erased::<kafkaconnect::worker_configuration::WorkerConfiguration>::new(),
    &Erased::<kafkaconnect::connector::Connector>::new(),
    &Erased::<kinesis::stream::Stream>::new(),
    &Erased::<apigateway::account::Account>::new(),
    &Erased::<apigateway::stage::Stage>::new(),
    &Erased::<apigateway::api_key::ApiKey>::new(),
    &Erased::<apigateway::usage_plan::UsagePlan>::new(),
    &Erased::<mwaa::environment::Environment>::new(),
];

/// The kind called `name`.
pub fn named(name: &str) -> Option<&'static dyn AnyKind> {
    ALL.iter().copied().find(|kind| kind.name() == name)
}

/// The names of all kinds.
pub fn names() -> impl Iterator<Item = &'static str> {
    ALL.iter().map(|kind| kind.name())
}
