//! Networks as EC2's official client sees them.

use super::{REGION, pass, unlimited};
use aqueduct_sandbox::Sandbox;
use aws_sdk_ec2::Client;
use aws_sdk_ec2::config::retry::RetryConfig;
use aws_sdk_ec2::config::{BehaviorVersion, Credentials, Region};
use aws_sdk_ec2::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_ec2::types::{
    AttributeBooleanValue, ConnectivityType, Filter, NatGateway, NatGatewayState, ResourceType, RouteState, Tag,
    TagSpecification, VpcState,
};
use std::sync::Arc;

fn client(sandbox: &Arc<Sandbox>) -> Client {
    let config = aws_sdk_ec2::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(REGION))
        .credentials_provider(Credentials::from_keys("sandbox", "sandbox", None))
        .http_client(crate::recording::recorded(sandbox.http_client()))
        .endpoint_url("http://sandbox")
        .retry_config(RetryConfig::disabled())
        .build();
    Client::from_conf(config)
}

fn code<T, E: ProvideErrorMetadata, R>(result: Result<T, SdkError<E, R>>) -> String {
    result.err().and_then(|error| error.code().map(str::to_owned)).unwrap_or_default()
}

/// A network with one of everything.
struct Network {
    ec2: Client,
    vpc: String,
    subnet: String,
    gateway: String,
    address: String,
}

impl Network {
    async fn new(sandbox: &Arc<Sandbox>) -> Self {
        let ec2 = client(sandbox);
        let vpc = vpc(&ec2, "10.0.0.0/16").await;
        let subnet = subnet(&ec2, &vpc, "10.0.1.0/24").await;
        let gateway = ec2.create_internet_gateway().send().await.unwrap();
        let gateway = gateway.internet_gateway.unwrap().internet_gateway_id.unwrap();
        ec2.attach_internet_gateway().internet_gateway_id(&gateway).vpc_id(&vpc).send().await.unwrap();
        let address = ec2.allocate_address().send().await.unwrap().allocation_id.unwrap();
        Self { ec2, vpc, subnet, gateway, address }
    }

    async fn nat(&self) -> String {
        let call = self.ec2.create_nat_gateway().subnet_id(&self.subnet).allocation_id(&self.address);
        call.send().await.unwrap().nat_gateway.unwrap().nat_gateway_id.unwrap()
    }

    async fn look(&self, nat: &str) -> NatGateway {
        let found = self.ec2.describe_nat_gateways().nat_gateway_ids(nat).send().await.unwrap();
        found.nat_gateways.unwrap().remove(0)
    }

    async fn table(&self) -> String {
        let table = self.ec2.create_route_table().vpc_id(&self.vpc).send().await.unwrap().route_table.unwrap();
        table.route_table_id.unwrap()
    }
}

async fn vpc(ec2: &Client, cidr: &str) -> String {
    ec2.create_vpc().cidr_block(cidr).send().await.unwrap().vpc.unwrap().vpc_id.unwrap()
}

async fn subnet(ec2: &Client, vpc: &str, cidr: &str) -> String {
    let subnet = ec2.create_subnet().vpc_id(vpc).cidr_block(cidr).send().await.unwrap().subnet.unwrap();
    subnet.subnet_id.unwrap()
}

fn filter(name: &str, value: &str) -> Filter {
    Filter::builder().name(name).values(value).build()
}

fn on() -> AttributeBooleanValue {
    AttributeBooleanValue::builder().value(true).build()
}

#[tokio::test(start_paused = true)]
async fn a_vpc_comes_with_a_main_route_table_a_group_and_an_acl() {
    let ec2 = client(&unlimited());
    let made = ec2.create_vpc().cidr_block("100.68.0.18/18").send().await.unwrap().vpc.unwrap();
    assert_eq!(made.cidr_block.as_deref(), Some("100.68.0.0/18"));
    assert_eq!(made.state, Some(VpcState::Pending));
    let id = made.vpc_id.unwrap();
    pass(2).await;
    let shown = ec2.describe_vpcs().vpc_ids(&id).send().await.unwrap().vpcs.unwrap().remove(0);
    assert_eq!(shown.state, Some(VpcState::Available));
    let tables = ec2.describe_route_tables().filters(filter("vpc-id", &id)).filters(filter("association.main", "true"));
    let table = tables.send().await.unwrap().route_tables.unwrap().remove(0);
    assert_eq!(table.routes.unwrap()[0].gateway_id.as_deref(), Some("local"));
    let groups = ec2.describe_security_groups().filters(filter("vpc-id", &id)).send().await.unwrap();
    assert_eq!(groups.security_groups.unwrap()[0].group_name.as_deref(), Some("default"));
    let acls = ec2.describe_network_acls().filters(filter("vpc-id", &id)).send().await.unwrap();
    assert_eq!(acls.network_acls.unwrap().len(), 1);
    ec2.delete_vpc().vpc_id(&id).send().await.unwrap();
    assert_eq!(code(ec2.describe_vpcs().vpc_ids(&id).send().await), "InvalidVpcID.NotFound");
    assert!(ec2.describe_route_tables().send().await.unwrap().route_tables.unwrap().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_nat_gateway_takes_a_minute_and_a_half_and_holds_its_address() {
    let network = Network::new(&unlimited()).await;
    let nat = network.nat().await;
    pass(89).await;
    assert_eq!(network.look(&nat).await.state, Some(NatGatewayState::Pending));
    pass(1).await;
    assert_eq!(network.look(&nat).await.state, Some(NatGatewayState::Available));
    let release = || network.ec2.release_address().allocation_id(&network.address).send();
    assert_eq!(code(release().await), "InvalidIPAddress.InUse");
    network.ec2.delete_nat_gateway().nat_gateway_id(&nat).send().await.unwrap();
    assert_eq!(network.look(&nat).await.state, Some(NatGatewayState::Deleting));
    assert_eq!(code(release().await), "InvalidIPAddress.InUse");
    pass(60).await;
    assert_eq!(network.look(&nat).await.state, Some(NatGatewayState::Deleted));
    release().await.unwrap();
    pass(3_599).await;
    assert_eq!(network.look(&nat).await.state, Some(NatGatewayState::Deleted));
    pass(1).await;
    assert_eq!(
        code(network.ec2.describe_nat_gateways().nat_gateway_ids(&nat).send().await),
        "NatGatewayNotFound",
        "a deleted gateway is listed for an hour"
    );
}

#[tokio::test(start_paused = true)]
async fn a_nat_gateway_fails_without_an_internet_gateway_or_with_a_taken_address() {
    let network = Network::new(&unlimited()).await;
    let first = network.nat().await;
    let second = network.nat().await;
    pass(10).await;
    let failed = network.look(&second).await;
    assert_eq!(failed.state, Some(NatGatewayState::Failed));
    assert_eq!(failed.failure_code.as_deref(), Some("Resource.AlreadyAssociated"));
    pass(80).await;
    assert_eq!(network.look(&first).await.state, Some(NatGatewayState::Available));

    let lonely = vpc(&network.ec2, "10.9.0.0/16").await;
    let inside = subnet(&network.ec2, &lonely, "10.9.0.0/24").await;
    let free = network.ec2.allocate_address().send().await.unwrap().allocation_id.unwrap();
    let call = network.ec2.create_nat_gateway().subnet_id(&inside).allocation_id(&free);
    let third = call.send().await.unwrap().nat_gateway.unwrap();
    assert_eq!(third.state, Some(NatGatewayState::Pending), "failing takes a moment");
    pass(10).await;
    let failed = network.look(third.nat_gateway_id().unwrap()).await;
    assert_eq!(failed.failure_code.as_deref(), Some("Gateway.NotAttached"));
    network.ec2.release_address().allocation_id(&free).send().await.unwrap();
    network.ec2.delete_subnet().subnet_id(&inside).send().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_client_token_makes_one_thing() {
    let network = Network::new(&unlimited()).await;
    let call = || {
        let call = network.ec2.create_nat_gateway().subnet_id(&network.subnet).client_token("once");
        call.connectivity_type(ConnectivityType::Private)
    };
    let once = call().send().await.unwrap();
    assert_eq!(once.client_token.as_deref(), Some("once"));
    let id = once.nat_gateway.unwrap().nat_gateway_id;
    assert_eq!(call().send().await.unwrap().nat_gateway.unwrap().nat_gateway_id, id);
    assert_eq!(code(call().private_ip_address("10.0.1.9").send().await), "IdempotentParameterMismatch");
    let again = call().client_token("twice").send().await.unwrap();
    assert_ne!(again.nat_gateway.unwrap().nat_gateway_id, id);
}

#[tokio::test(start_paused = true)]
async fn nothing_goes_as_long_as_something_depends_on_it() {
    let network = Network::new(&unlimited()).await;
    let (ec2, table) = (&network.ec2, network.table().await);
    let follow = ec2.associate_route_table().route_table_id(&table).subnet_id(&network.subnet);
    let association = follow.send().await.unwrap().association_id.unwrap();
    let nat = network.nat().await;
    pass(90).await;
    let gateway = || ec2.detach_internet_gateway().internet_gateway_id(&network.gateway).vpc_id(&network.vpc);
    let blocked = "DependencyViolation";
    assert_eq!(code(ec2.delete_vpc().vpc_id(&network.vpc).send().await), blocked);
    assert_eq!(code(ec2.delete_subnet().subnet_id(&network.subnet).send().await), blocked);
    assert_eq!(code(ec2.delete_route_table().route_table_id(&table).send().await), blocked);
    assert_eq!(code(ec2.delete_internet_gateway().internet_gateway_id(&network.gateway).send().await), blocked);
    assert_eq!(code(gateway().send().await), blocked, "the NAT gateway has a public address");

    ec2.delete_nat_gateway().nat_gateway_id(&nat).send().await.unwrap();
    assert_eq!(code(ec2.delete_subnet().subnet_id(&network.subnet).send().await), blocked, "it lingers");
    pass(60).await;
    gateway().send().await.unwrap();
    assert_eq!(code(gateway().send().await), "Gateway.NotAttached");
    ec2.delete_internet_gateway().internet_gateway_id(&network.gateway).send().await.unwrap();
    ec2.disassociate_route_table().association_id(&association).send().await.unwrap();
    ec2.delete_route_table().route_table_id(&table).send().await.unwrap();
    ec2.delete_subnet().subnet_id(&network.subnet).send().await.unwrap();
    ec2.delete_vpc().vpc_id(&network.vpc).send().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn routes_lead_somewhere_or_nowhere() {
    let network = Network::new(&unlimited()).await;
    let (ec2, table) = (&network.ec2, network.table().await);
    let nat = network.nat().await;
    let route = |to: &str| ec2.create_route().route_table_id(&table).destination_cidr_block(to);
    assert_eq!(code(route("0.0.0.0/0").send().await), "MissingParameter");
    let early = route("0.0.0.0/0").nat_gateway_id(&nat).send().await;
    assert_eq!(code(early), "InvalidNatGatewayID.NotFound", "it is pending");
    pass(90).await;
    route("0.0.0.0/0").nat_gateway_id(&nat).send().await.unwrap();
    let twice = route("0.0.0.0/0").gateway_id(&network.gateway).send().await;
    assert_eq!(code(twice), "RouteAlreadyExists");
    let local = ec2.delete_route().route_table_id(&table).destination_cidr_block("10.0.0.0/16").send().await;
    assert_eq!(code(local), "InvalidParameterValue");
    let missing = ec2.delete_route().route_table_id(&table).destination_cidr_block("10.8.0.0/16").send().await;
    assert_eq!(code(missing), "InvalidRoute.NotFound");
    let state = async || {
        let shown = ec2.describe_route_tables().route_table_ids(&table).send().await.unwrap();
        let routes = shown.route_tables.unwrap().remove(0).routes.unwrap();
        routes.into_iter().find(|route| route.nat_gateway_id.is_some()).unwrap().state.unwrap()
    };
    assert_eq!(state().await, RouteState::Active);
    ec2.delete_nat_gateway().nat_gateway_id(&nat).send().await.unwrap();
    assert_eq!(state().await, RouteState::Blackhole);

    let other = vpc(ec2, "10.9.0.0/16").await;
    let elsewhere = ec2.create_route_table().vpc_id(&other).send().await.unwrap().route_table.unwrap();
    let call =
        ec2.create_route().route_table_id(elsewhere.route_table_id().unwrap()).destination_cidr_block("0.0.0.0/0");
    assert_eq!(code(call.gateway_id(&network.gateway).send().await), "InvalidParameterValue");
}

#[tokio::test(start_paused = true)]
async fn a_subnet_changes_tables_without_a_gap() {
    let network = Network::new(&unlimited()).await;
    let (ec2, one, two) = (&network.ec2, network.table().await, network.table().await);
    let follow = |table: &str| ec2.associate_route_table().route_table_id(table).subnet_id(&network.subnet).send();
    let association = follow(&one).await.unwrap().association_id.unwrap();
    assert_eq!(code(follow(&two).await), "Resource.AlreadyAssociated");
    let call = ec2.replace_route_table_association().association_id(&association).route_table_id(&two);
    let moved = call.send().await.unwrap().new_association_id.unwrap();
    assert_eq!(
        code(ec2.disassociate_route_table().association_id(&association).send().await),
        "InvalidAssociationID.NotFound"
    );
    let of_subnet = filter("association.subnet-id", &network.subnet);
    let tables = ec2.describe_route_tables().filters(of_subnet).send().await.unwrap().route_tables.unwrap();
    assert_eq!(tables[0].route_table_id(), Some(two.as_str()));
    assert_eq!(tables[0].associations()[0].route_table_association_id(), Some(moved.as_str()));
}

#[tokio::test(start_paused = true)]
async fn subnets_lie_inside_their_vpc_and_beside_each_other() {
    let network = Network::new(&unlimited()).await;
    let make = |cidr: &str| network.ec2.create_subnet().vpc_id(&network.vpc).cidr_block(cidr);
    assert_eq!(code(make("10.1.0.0/24").send().await), "InvalidSubnet.Range");
    assert_eq!(code(make("10.0.2.0/29").send().await), "InvalidSubnet.Range");
    assert_eq!(code(make("10.0.0.0/23").send().await), "InvalidSubnet.Conflict");
    assert_eq!(code(make("10.0.2.0/24").availability_zone("us-east-1a").send().await), "InvalidParameterValue");
    let made = make("10.0.2.0/28").availability_zone_id("euw1-az2").send().await.unwrap().subnet.unwrap();
    assert_eq!(made.availability_zone(), Some("eu-west-1b"));
    assert_eq!(made.available_ip_address_count(), Some(11), "AWS keeps five for itself");
    let both = network.ec2.modify_subnet_attribute().subnet_id(made.subnet_id().unwrap());
    let both = both.map_public_ip_on_launch(on()).enable_dns64(on());
    assert_eq!(code(both.send().await), "InvalidParameterCombination", "one attribute at a time");
}

#[tokio::test(start_paused = true)]
async fn listings_are_filtered_and_paged() {
    let network = Network::new(&unlimited()).await;
    let ec2 = &network.ec2;
    let tagged = |value: &str| {
        let tag = Tag::builder().key("team").value(value).build();
        TagSpecification::builder().resource_type(ResourceType::Subnet).tags(tag).build()
    };
    for number in 2..14 {
        let call = ec2.create_subnet().vpc_id(&network.vpc).cidr_block(format!("10.0.{number}.0/24"));
        let team = if number < 10 { "data" } else { "data-2" };
        call.tag_specifications(tagged(team)).send().await.unwrap();
    }
    let count = async |filter: Filter| {
        let mut pages = ec2.describe_subnets().filters(filter).max_results(5).into_paginator().send();
        let mut sizes = vec![];
        while let Some(page) = pages.next().await {
            sizes.push(page.unwrap().subnets.unwrap().len());
        }
        sizes
    };
    assert_eq!(count(filter("vpc-id", &network.vpc)).await, [5, 5, 3]);
    assert_eq!(count(filter("tag:team", "data")).await, [5, 3]);
    assert_eq!(count(filter("tag:team", "data*")).await, [5, 5, 2]);
    assert_eq!(count(filter("tag-key", "team")).await, [5, 5, 2]);
    assert_eq!(count(filter("tag:team", "other")).await, [0]);
    let unknown = ec2.describe_subnets().filters(filter("colour", "red")).send().await;
    assert_eq!(code(unknown), "InvalidParameterValue");
    assert_eq!(code(ec2.describe_subnets().max_results(4).send().await), "InvalidParameterValue");
    assert_eq!(code(ec2.describe_route_tables().max_results(101).send().await), "InvalidParameterValue");
    assert_eq!(code(ec2.describe_subnets().next_token("made up").send().await), "InvalidNextToken");
    let wrong = ec2.create_vpc().cidr_block("10.8.0.0/16").tag_specifications(tagged("data"));
    assert_eq!(code(wrong.send().await), "InvalidParameterValue", "a VPC is no subnet");
}

#[tokio::test(start_paused = true)]
async fn tags_come_and_go() {
    let network = Network::new(&unlimited()).await;
    let (ec2, id) = (&network.ec2, &network.vpc);
    let tag = |key: &str, value: &str| Tag::builder().key(key).value(value).build();
    let call = ec2.create_tags().resources(id).resources(&network.subnet);
    call.tags(tag("a", "1")).tags(tag("b", "2")).send().await.unwrap();
    let only = Tag::builder().key("a").build();
    ec2.delete_tags().resources(id).tags(only).tags(tag("b", "other")).send().await.unwrap();
    let shown = ec2.describe_tags().filters(filter("resource-id", id)).send().await.unwrap().tags.unwrap();
    assert_eq!(shown.len(), 1);
    assert_eq!((shown[0].key(), shown[0].value()), (Some("b"), Some("2")));
    assert_eq!(shown[0].resource_type, Some(ResourceType::Vpc));
    let many = (0..51).map(|number| tag(&format!("key-{number}"), ""));
    let many = ec2.create_tags().resources(id).set_tags(Some(many.collect())).send().await;
    assert_eq!(code(many), "TagLimitExceeded");
    let reserved = ec2.create_tags().resources(id).tags(tag("aws:x", "1")).send().await;
    assert_eq!(code(reserved), "InvalidParameterValue");
    let absent = ec2.create_tags().resources("vpc-0123456789abcdef0").tags(tag("a", "1")).send().await;
    assert_eq!(code(absent), "InvalidVpcID.NotFound");
}

#[tokio::test(start_paused = true)]
async fn there_are_quotas_and_they_can_be_raised() {
    let sandbox = unlimited();
    let ec2 = client(&sandbox);
    for number in 0..5 {
        vpc(&ec2, &format!("10.{number}.0.0/16")).await;
        ec2.allocate_address().send().await.unwrap();
    }
    assert_eq!(code(ec2.create_vpc().cidr_block("10.5.0.0/16").send().await), "VpcLimitExceeded");
    assert_eq!(code(ec2.allocate_address().send().await), "AddressLimitExceeded");
    sandbox.with_account(|account| account.ec2.quotas.vpcs = 6);
    vpc(&ec2, "10.5.0.0/16").await;
}

#[tokio::test(start_paused = true)]
async fn a_dry_run_has_no_effect() {
    let ec2 = client(&unlimited());
    assert_eq!(code(ec2.create_vpc().cidr_block("10.0.0.0/16").dry_run(true).send().await), "DryRunOperation");
    assert_eq!(code(ec2.create_vpc().cidr_block("10.0.0.0/8").send().await), "InvalidVpc.Range");
    assert_eq!(code(ec2.create_vpc().ipv4_ipam_pool_id("ipam-pool-0").send().await), "MissingParameter");
    let unknown = ec2.create_vpc().cidr_block("10.0.0.0/16").ipv6_pool("mine").send().await;
    assert_eq!(code(unknown), "UnknownParameter");
    assert!(ec2.describe_vpcs().send().await.unwrap().vpcs.unwrap().is_empty());
}

#[tokio::test(start_paused = true)]
async fn the_interface_of_a_nat_gateway_is_shown_and_not_its_owners() {
    let network = Network::new(&unlimited()).await;
    let nat = network.nat().await;
    let in_subnet = filter("subnet-id", &network.subnet);
    let shown = network.ec2.describe_network_interfaces().filters(in_subnet).send().await.unwrap();
    let interface = shown.network_interfaces.unwrap().remove(0);
    assert_eq!(interface.private_ip_address(), Some("10.0.1.4"));
    assert_eq!(interface.vpc_id(), Some(network.vpc.as_str()));
    assert_eq!(interface.requester_managed(), Some(true));
    assert!(interface.description().unwrap().contains(&nat));
    let association = interface.association().unwrap();
    assert_eq!(association.allocation_id(), Some(network.address.as_str()));
    let call = network.ec2.disassociate_address().association_id(association.association_id().unwrap());
    assert_eq!(code(call.send().await), "AuthFailure");
}
