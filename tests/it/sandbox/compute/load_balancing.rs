use super::{Place, code, pass};
use aws_sdk_elasticloadbalancingv2::operation::create_load_balancer::builders::CreateLoadBalancerFluentBuilder;
use aws_sdk_elasticloadbalancingv2::types::{
    Action, ActionTypeEnum, ListenerAttribute, LoadBalancer, LoadBalancerAttribute, LoadBalancerSchemeEnum,
    LoadBalancerStateEnum, LoadBalancerTypeEnum, ProtocolEnum, Tag, TargetDescription, TargetGroupAttribute,
    TargetHealthStateEnum,
};

impl Place {
    fn balancer(&self, name: &str, subnet: &str) -> CreateLoadBalancerFluentBuilder {
        let call = self.elb.create_load_balancer().name(name).r#type(LoadBalancerTypeEnum::Network);
        call.scheme(LoadBalancerSchemeEnum::Internal).subnets(subnet)
    }

    async fn balancer_made(&self, call: CreateLoadBalancerFluentBuilder) -> String {
        call.send().await.unwrap().load_balancers.unwrap().remove(0).load_balancer_arn.unwrap()
    }

    async fn balancer_now(&self, arn: &str) -> LoadBalancer {
        let found = self.elb.describe_load_balancers().load_balancer_arns(arn).send().await.unwrap();
        found.load_balancers.unwrap().remove(0)
    }

    async fn targets(&self, name: &str, protocol: ProtocolEnum) -> String {
        let call = self.elb.create_target_group().name(name).protocol(protocol).port(80).vpc_id(&self.vpc);
        call.send().await.unwrap().target_groups.unwrap().remove(0).target_group_arn.unwrap()
    }

    fn listener(
        &self,
        balancer: &str,
        port: i32,
        targets: &str,
    ) -> aws_sdk_elasticloadbalancingv2::operation::create_listener::builders::CreateListenerFluentBuilder {
        let forward = Action::builder().r#type(ActionTypeEnum::Forward).target_group_arn(targets).build();
        let call = self.elb.create_listener().load_balancer_arn(balancer).protocol(ProtocolEnum::Tcp);
        call.port(port).default_actions(forward)
    }

    async fn health(&self, targets: &str) -> Vec<TargetHealthStateEnum> {
        let found = self.elb.describe_target_health().target_group_arn(targets).send().await.unwrap();
        let states = found.target_health_descriptions.unwrap().into_iter();
        states.map(|target| target.target_health.unwrap().state.unwrap()).collect()
    }
}

fn target(id: &str) -> TargetDescription {
    TargetDescription::builder().id(id).build()
}

#[tokio::test(start_paused = true)]
async fn a_load_balancer_takes_two_minutes_and_leaves_interfaces_behind() {
    let place = Place::new().await;
    let subnet = place.subnet(1, "us-east-1a").await;
    let arn = place.balancer_made(place.balancer("one", &subnet)).await;
    assert!(arn.starts_with("arn:aws:elasticloadbalancing:us-east-1:000000000000:loadbalancer/net/one/"));
    let state = async || place.balancer_now(&arn).await.state.unwrap().code.unwrap();
    assert_eq!(state().await, LoadBalancerStateEnum::Provisioning);
    pass(120).await;
    assert_eq!(state().await, LoadBalancerStateEnum::Active);
    let dns = place.balancer_now(&arn).await.dns_name.unwrap();
    assert_eq!(dns, format!("one-{}.elb.us-east-1.amazonaws.com", arn.rsplit('/').next().unwrap()));
    let delete_subnet = || place.ec2.delete_subnet().subnet_id(&subnet).send();
    let delete = || place.elb.delete_load_balancer().load_balancer_arn(&arn).send();
    delete().await.unwrap();
    delete().await.unwrap();
    assert_eq!(code(place.elb.describe_load_balancers().names("one").send().await), "LoadBalancerNotFound");
    assert_eq!(code(delete_subnet().await), "DependencyViolation");
    pass(120).await;
    delete_subnet().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn the_same_load_balancer_twice_is_one_and_another_of_its_name_is_refused() {
    let place = Place::new().await;
    let (one, two) = (place.subnet(1, "us-east-1a").await, place.subnet(2, "us-east-1b").await);
    let arn = place.balancer_made(place.balancer("one", &one)).await;
    assert_eq!(place.balancer_made(place.balancer("one", &one)).await, arn);
    assert_eq!(code(place.balancer("one", &two).send().await), "DuplicateLoadBalancerName");
    let tag = Tag::builder().key("team").value("data").build();
    assert_eq!(code(place.balancer("one", &one).tags(tag).send().await), "DuplicateLoadBalancerName");
}

#[tokio::test(start_paused = true)]
async fn load_balancers_whose_parts_do_not_go_together_are_refused() {
    let place = Place::new().await;
    let (one, two) = (place.subnet(1, "us-east-1a").await, place.subnet(2, "us-east-1a").await);
    for (call, expected) in [
        (place.balancer("-one", &one), "ValidationError"),
        (place.balancer("internal-one", &one), "ValidationError"),
        (place.balancer("one", "subnet-00000000000000000"), "SubnetNotFound"),
        (place.balancer("one", &one).subnets(&two), "InvalidConfigurationRequest"),
        (place.balancer("one", &one).scheme(LoadBalancerSchemeEnum::InternetFacing), "InvalidSubnet"),
        (place.balancer("one", &one).security_groups("sg-00000000000000000"), "InvalidSecurityGroup"),
        (place.balancer("one", &one).r#type(LoadBalancerTypeEnum::Application), "ValidationError"),
    ] {
        assert_eq!(code(call.send().await), expected);
    }
}

#[tokio::test(start_paused = true)]
async fn security_groups_come_at_the_beginning_or_never() {
    let place = Place::new().await;
    let (subnet, group) = (place.subnet(1, "us-east-1a").await, place.group("one").await);
    let (without, with) = (place.balancer("without", &subnet), place.balancer("with", &subnet).security_groups(&group));
    let (without, with) = (place.balancer_made(without).await, place.balancer_made(with).await);
    let set = |arn: &str| place.elb.set_security_groups().load_balancer_arn(arn);
    assert_eq!(code(set(&without).security_groups(&group).send().await), "InvalidConfigurationRequest");
    assert_eq!(code(set(&with).set_security_groups(Some(vec![])).send().await), "ValidationError");
    let other = place.group("two").await;
    set(&with).security_groups(&other).send().await.unwrap();
    place.ec2.delete_security_group().group_id(&group).send().await.unwrap();
    assert_eq!(code(place.ec2.delete_security_group().group_id(&other).send().await), "DependencyViolation");
}

#[tokio::test(start_paused = true)]
async fn a_protected_load_balancer_is_not_deleted() {
    let place = Place::new().await;
    let subnet = place.subnet(1, "us-east-1a").await;
    let arn = place.balancer_made(place.balancer("one", &subnet)).await;
    let set = |key: &str, value: &str| {
        let attribute = LoadBalancerAttribute::builder().key(key).value(value).build();
        place.elb.modify_load_balancer_attributes().load_balancer_arn(&arn).attributes(attribute).send()
    };
    set("deletion_protection.enabled", "true").await.unwrap();
    let delete = || place.elb.delete_load_balancer().load_balancer_arn(&arn).send();
    assert_eq!(code(delete().await), "OperationNotPermitted");
    assert_eq!(code(set("deletion_protection.enabled", "perhaps").await), "ValidationError");
    assert_eq!(code(set("deletion_protection", "false").await), "ValidationError");
    set("deletion_protection.enabled", "false").await.unwrap();
    delete().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_target_group_serves_one_load_balancer_and_is_in_use_then() {
    let place = Place::new().await;
    let subnet = place.subnet(1, "us-east-1a").await;
    let (one, two) = (place.balancer("one", &subnet), place.balancer("two", &subnet));
    let (one, two) = (place.balancer_made(one).await, place.balancer_made(two).await);
    let targets = place.targets("targets", ProtocolEnum::Tcp).await;
    let datagrams = place.targets("datagrams", ProtocolEnum::Udp).await;
    let made = place.listener(&one, 80, &targets).send().await.unwrap();
    let listener = made.listeners.unwrap().remove(0).listener_arn.unwrap();
    assert!(listener.starts_with(&one.replace(":loadbalancer/", ":listener/")));
    assert_eq!(code(place.listener(&two, 80, &targets).send().await), "TargetGroupAssociationLimit");
    assert_eq!(code(place.listener(&one, 80, &datagrams).send().await), "DuplicateListener");
    assert_eq!(code(place.listener(&one, 81, &datagrams).send().await), "IncompatibleProtocols");
    let delete = || place.elb.delete_target_group().target_group_arn(&targets).send();
    assert_eq!(code(delete().await), "ResourceInUse");
    place.elb.delete_listener().listener_arn(&listener).send().await.unwrap();
    assert_eq!(code(place.elb.describe_listeners().listener_arns(&listener).send().await), "ListenerNotFound");
    delete().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn targets_run_get_healthy_and_drain() {
    let place = Place::new().await;
    let (subnet, group) = (place.subnet(1, "us-east-1a").await, place.group("one").await);
    let targets = place.targets("targets", ProtocolEnum::Tcp).await;
    let instance = place.instance(&subnet, &group).await;
    let register = || place.elb.register_targets().target_group_arn(&targets).targets(target(&instance)).send();
    assert_eq!(code(register().await), "InvalidTarget");
    pass(20).await;
    register().await.unwrap();
    assert_eq!(place.health(&targets).await, [TargetHealthStateEnum::Unused]);
    let balancer = place.balancer_made(place.balancer("one", &subnet)).await;
    place.listener(&balancer, 80, &targets).send().await.unwrap();
    assert_eq!(place.health(&targets).await, [TargetHealthStateEnum::Initial]);
    pass(180).await;
    assert_eq!(place.health(&targets).await, [TargetHealthStateEnum::Healthy]);
    let delay = TargetGroupAttribute::builder().key("deregistration_delay.timeout_seconds").value("60").build();
    let call = place.elb.modify_target_group_attributes().target_group_arn(&targets).attributes(delay);
    call.send().await.unwrap();
    let call = place.elb.deregister_targets().target_group_arn(&targets).targets(target(&instance));
    call.send().await.unwrap();
    assert_eq!(place.health(&targets).await, [TargetHealthStateEnum::Draining]);
    pass(60).await;
    assert!(place.health(&targets).await.is_empty());
}

#[tokio::test(start_paused = true)]
async fn health_checks_say_only_what_their_protocol_has() {
    let place = Place::new().await;
    let targets = place.targets("targets", ProtocolEnum::Tcp).await;
    let modify = || place.elb.modify_target_group().target_group_arn(&targets);
    assert_eq!(code(modify().health_check_path("/").send().await), "InvalidConfigurationRequest");
    assert_eq!(
        code(modify().health_check_interval_seconds(5).send().await),
        "ValidationError",
        "the timeout is longer"
    );
    let changed = modify().health_check_protocol(ProtocolEnum::Http).send().await.unwrap();
    let group = &changed.target_groups()[0];
    assert_eq!(group.health_check_path(), Some("/"));
    assert_eq!(group.matcher().unwrap().http_code(), Some("200-399"));
}

#[tokio::test(start_paused = true)]
async fn listeners_of_connections_cut_those_that_are_idle() {
    let place = Place::new().await;
    let subnet = place.subnet(0, "us-east-1a").await;
    let balancer = place.balancer_made(place.balancer("front", &subnet)).await;
    let targets = place.targets("targets", ProtocolEnum::Tcp).await;
    let made = place.listener(&balancer, 80, &targets).send().await.unwrap();
    let arn = made.listeners()[0].listener_arn().unwrap();
    let set = |key: &str, value: &str| {
        let attribute = ListenerAttribute::builder().key(key).value(value).build();
        place.elb.modify_listener_attributes().listener_arn(arn).attributes(attribute).send()
    };
    let now = || async {
        let found = place.elb.describe_listener_attributes().listener_arn(arn).send().await.unwrap();
        found.attributes()[0].value().unwrap().to_owned()
    };
    assert_eq!(now().await, "350");
    set("tcp.idle_timeout.seconds", "60").await.unwrap();
    assert_eq!(now().await, "60");
    assert_eq!(code(set("tcp.idle_timeout.seconds", "59").await), "ValidationError");
    assert_eq!(code(set("routing.http.response.server.enabled", "true").await), "ValidationError");
    let gone = place.elb.describe_listener_attributes().listener_arn(format!("{arn}0")).send().await;
    assert_eq!(code(gone), "ListenerNotFound");
}
