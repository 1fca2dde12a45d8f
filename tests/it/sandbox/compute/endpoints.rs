use super::{Place, code, message, pass};
use aws_sdk_ec2::operation::create_vpc_endpoint::builders::CreateVpcEndpointFluentBuilder;
use aws_sdk_ec2::types::{AttributeBooleanValue, Filter, VpcEndpoint, VpcEndpointType};

const S3: &str = "com.amazonaws.us-east-1.s3";
const KINESIS: &str = "com.amazonaws.us-east-1.kinesis-streams";

impl Place {
    fn gateway(&self, service: &str) -> CreateVpcEndpointFluentBuilder {
        self.ec2.create_vpc_endpoint().vpc_id(&self.vpc).service_name(service)
    }

    fn interface(&self, service: &str) -> CreateVpcEndpointFluentBuilder {
        self.gateway(service).vpc_endpoint_type(VpcEndpointType::Interface)
    }

    async fn endpoint_made(&self, call: CreateVpcEndpointFluentBuilder) -> String {
        call.send().await.unwrap().vpc_endpoint.unwrap().vpc_endpoint_id.unwrap()
    }

    async fn endpoint(&self, id: &str) -> VpcEndpoint {
        let found = self.ec2.describe_vpc_endpoints().vpc_endpoint_ids(id).send().await.unwrap();
        found.vpc_endpoints.unwrap().remove(0)
    }

    async fn endpoint_state(&self, id: &str) -> String {
        self.endpoint(id).await.state.unwrap().as_str().to_owned()
    }

    async fn table(&self) -> String {
        let made = self.ec2.create_route_table().vpc_id(&self.vpc).send().await.unwrap();
        made.route_table.unwrap().route_table_id.unwrap()
    }

    /// The prefix lists and gateways of the routes to prefix lists.
    async fn routes(&self, table: &str) -> Vec<(String, String)> {
        let found = self.ec2.describe_route_tables().route_table_ids(table).send().await.unwrap();
        let routes = found.route_tables.unwrap().remove(0).routes.unwrap();
        routes.into_iter().filter_map(|it| Some((it.destination_prefix_list_id?, it.gateway_id?))).collect()
    }

    async fn with_dns_hostnames(self) -> Self {
        let on = AttributeBooleanValue::builder().value(true).build();
        self.ec2.modify_vpc_attribute().vpc_id(&self.vpc).enable_dns_hostnames(on).send().await.unwrap();
        self
    }
}

#[tokio::test(start_paused = true)]
async fn a_gateway_puts_routes_into_its_tables() {
    let place = Place::new().await;
    let (one, two) = (place.table().await, place.table().await);
    let id = place.endpoint_made(place.gateway(S3).route_table_ids(&one)).await;
    assert_eq!(place.endpoint_state(&id).await, "available");
    assert_eq!(place.routes(&one).await, [("pl-63a5400a".to_owned(), id.clone())]);
    let by_name = Filter::builder().name("prefix-list-name").values(S3).build();
    let lists = place.ec2.describe_prefix_lists().filters(by_name).send().await.unwrap();
    assert_eq!(lists.prefix_lists()[0].prefix_list_id(), Some("pl-63a5400a"));
    assert_eq!(code(place.gateway(S3).route_table_ids(&one).send().await), "RouteAlreadyExists");

    let call = place.ec2.modify_vpc_endpoint().vpc_endpoint_id(&id);
    call.add_route_table_ids(&two).remove_route_table_ids(&one).send().await.unwrap();
    assert!(place.routes(&one).await.is_empty());
    assert_eq!(place.routes(&two).await.len(), 1);
    place.ec2.delete_vpc_endpoints().vpc_endpoint_ids(&id).send().await.unwrap();
    assert!(place.routes(&two).await.is_empty());
    let found = place.ec2.describe_vpc_endpoints().vpc_endpoint_ids(&id).send().await;
    assert_eq!(code(found), "InvalidVpcEndpointId.NotFound");
}

#[tokio::test(start_paused = true)]
async fn the_interfaces_of_an_endpoint_outlive_it() {
    let place = Place::new().await.with_dns_hostnames().await;
    let (subnet, group) = (place.subnet(1, "us-east-1a").await, place.group("one").await);
    let id = place.endpoint_made(place.interface(KINESIS).subnet_ids(&subnet).security_group_ids(&group)).await;
    assert_eq!(place.endpoint_state(&id).await, "pending");
    let early = place.ec2.modify_vpc_endpoint().vpc_endpoint_id(&id).reset_policy(true).send().await;
    assert_eq!(code(early), "IncorrectState");
    pass(90).await;
    let endpoint = place.endpoint(&id).await;
    assert_eq!(place.endpoint_state(&id).await, "available");
    assert_eq!(endpoint.network_interface_ids().len(), 1);
    assert_eq!(endpoint.private_dns_enabled(), Some(true));
    let names: Vec<&str> = endpoint.dns_entries().iter().filter_map(|entry| entry.dns_name()).collect();
    assert!(names[0].starts_with(&format!("{id}-")) && names[0].ends_with(".kinesis.us-east-1.vpce.amazonaws.com"));
    assert_eq!(names.last(), Some(&"kinesis.us-east-1.amazonaws.com"));

    let delete_subnet = || place.ec2.delete_subnet().subnet_id(&subnet).send();
    place.ec2.delete_vpc_endpoints().vpc_endpoint_ids(&id).send().await.unwrap();
    assert_eq!(place.endpoint_state(&id).await, "deleting");
    pass(45).await;
    let found = place.ec2.describe_vpc_endpoints().vpc_endpoint_ids(&id).send().await;
    assert_eq!(code(found), "InvalidVpcEndpointId.NotFound");
    assert_eq!(code(delete_subnet().await), "DependencyViolation");
    assert_eq!(code(place.ec2.delete_security_group().group_id(&group).send().await), "DependencyViolation");
    pass(60).await;
    delete_subnet().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn private_names_need_dns_in_the_vpc_and_nobody_else_with_them() {
    let place = Place::new().await;
    let without = place.interface(KINESIS).private_dns_enabled(true).send().await;
    assert!(message(without).starts_with("Enabling private DNS requires both enableDnsSupport and enableDnsHostnames"));
    let place = place.with_dns_hostnames().await;
    let id = place.endpoint_made(place.interface(KINESIS).private_dns_enabled(true)).await;
    let second = place.interface(KINESIS).private_dns_enabled(true).send().await;
    assert!(message(second).contains("conflicting DNS domain for kinesis.us-east-1.amazonaws.com"));
    let default = place.endpoint(&id).await.groups()[0].clone();
    assert_eq!(default.group_name(), Some("default"));
    assert_eq!(code(place.ec2.delete_vpc().vpc_id(&place.vpc).send().await), "DependencyViolation");
}

#[tokio::test(start_paused = true)]
async fn endpoints_whose_parts_do_not_go_together_are_refused() {
    let place = Place::new().await;
    let (one, two) = (place.subnet(1, "us-east-1a").await, place.subnet(2, "us-east-1a").await);
    let table = place.table().await;
    for (call, expected) in [
        (place.gateway("com.amazonaws.us-east-1.nothing"), "InvalidServiceName"),
        (place.gateway("com.amazonaws.eu-west-1.s3"), "InvalidServiceName"),
        (place.gateway(KINESIS), "InvalidParameter"),
        (place.gateway(S3).subnet_ids(&one), "InvalidParameter"),
        (place.interface(KINESIS).private_dns_enabled(false).route_table_ids(&table), "InvalidParameter"),
        (
            place.interface(KINESIS).private_dns_enabled(false).subnet_ids(&one).subnet_ids(&two),
            "DuplicateSubnetsInSameZone",
        ),
        (place.gateway(S3).policy_document("nonsense"), "InvalidPolicyDocument"),
        (place.gateway(S3).route_table_ids("rtb-00000000000000000"), "InvalidRouteTableID.NotFound"),
    ] {
        assert_eq!(code(call.send().await), expected);
    }
    let all = place.ec2.describe_vpc_endpoints().send().await.unwrap();
    assert!(all.vpc_endpoints().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_policy_can_be_taken_back() {
    let place = Place::new().await;
    let policy = r#"{"Statement":[]}"#;
    let id = place.endpoint_made(place.gateway(S3).policy_document(policy)).await;
    assert_eq!(place.endpoint(&id).await.policy_document(), Some(policy));
    place.ec2.modify_vpc_endpoint().vpc_endpoint_id(&id).reset_policy(true).send().await.unwrap();
    assert!(place.endpoint(&id).await.policy_document().unwrap().contains(r#""Principal":"*""#));
}

#[tokio::test(start_paused = true)]
async fn deleting_succeeds_as_a_whole_and_tells_what_was_not_there() {
    let place = Place::new().await;
    let id = place.endpoint_made(place.gateway(S3).client_token("once")).await;
    assert_eq!(place.endpoint_made(place.gateway(S3).client_token("once")).await, id);
    let absent = "vpce-00000000000000000";
    let call = place.ec2.delete_vpc_endpoints().vpc_endpoint_ids(absent).vpc_endpoint_ids(&id);
    let [refused] = &call.send().await.unwrap().unsuccessful.unwrap()[..] else { panic!("one is not there") };
    assert_eq!(refused.resource_id(), Some(absent));
    assert_eq!(refused.error().unwrap().code(), Some("InvalidVpcEndpointId.NotFound"));
}
