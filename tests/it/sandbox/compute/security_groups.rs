use super::{Place, code, message, pass, tagged};
use aws_sdk_ec2::types::{
    Filter, IpPermission, IpRange, Ipv6Range, PrefixListId, SecurityGroup, SecurityGroupRuleRequest,
    SecurityGroupRuleUpdate, UserIdGroupPair,
};

fn tcp(port: i32) -> aws_sdk_ec2::types::builders::IpPermissionBuilder {
    IpPermission::builder().ip_protocol("tcp").from_port(port).to_port(port)
}

fn from_block(port: i32, block: &str) -> IpPermission {
    tcp(port).ip_ranges(IpRange::builder().cidr_ip(block).build()).build()
}

fn from_group(port: i32, group: &str) -> IpPermission {
    tcp(port).user_id_group_pairs(UserIdGroupPair::builder().group_id(group).build()).build()
}

impl Place {
    async fn described(&self, group: &str) -> SecurityGroup {
        let found = self.ec2.describe_security_groups().group_ids(group).send().await.unwrap();
        found.security_groups.unwrap().remove(0)
    }
}

#[tokio::test(start_paused = true)]
async fn a_new_group_lets_everything_out_and_nothing_in() {
    let place = Place::new().await;
    let group = place.described(&place.group("one").await).await;
    assert!(group.ip_permissions().is_empty());
    let [rule] = group.ip_permissions_egress() else { panic!("one rule") };
    assert_eq!((rule.ip_protocol(), rule.from_port(), rule.to_port()), (Some("-1"), None, None));
    assert_eq!(rule.ip_ranges()[0].cidr_ip(), Some("0.0.0.0/0"));
}

#[tokio::test(start_paused = true)]
async fn names_are_unique_in_a_vpc_without_regard_to_case() {
    let place = Place::new().await;
    place.group("one").await;
    let again =
        |name: &str| place.ec2.create_security_group().group_name(name).description("x").vpc_id(&place.vpc).send();
    assert_eq!(code(again("ONE").await), "InvalidGroup.Duplicate");
    assert_eq!(code(again("Default").await), "InvalidGroup.Duplicate");
    assert_eq!(code(again("sg-one").await), "InvalidParameterValue");
    let elsewhere = place.ec2.create_security_group().group_name("one").description("x");
    assert_eq!(code(elsewhere.clone().send().await), "VPCIdNotSpecified");
    assert_eq!(code(elsewhere.vpc_id("vpc-00000000000000000").send().await), "InvalidVpcID.NotFound");
}

#[tokio::test(start_paused = true)]
async fn a_vpc_has_a_default_group_that_cannot_be_deleted() {
    let place = Place::new().await;
    let by_name = Filter::builder().name("group-name").values("default").build();
    let found = place.ec2.describe_security_groups().filters(by_name).send().await.unwrap();
    let default = found.security_groups.unwrap().remove(0).group_id.unwrap();
    let deleted = place.ec2.delete_security_group().group_id(&default).send().await;
    assert_eq!(code(deleted), "CannotDelete");
    place.ec2.delete_vpc().vpc_id(&place.vpc).send().await.unwrap();
    let found = place.ec2.describe_security_groups().group_ids(default).send().await;
    assert_eq!(code(found), "InvalidGroup.NotFound");
}

#[tokio::test(start_paused = true)]
async fn rules_are_kept_in_canonical_form() {
    let place = Place::new().await;
    let group = place.group("one").await;
    let odd = [
        IpPermission::builder().ip_protocol("6").from_port(1).to_port(2),
        IpPermission::builder().ip_protocol("all").from_port(1).to_port(2),
        IpPermission::builder().ip_protocol("50").from_port(1).to_port(2),
    ];
    let odd = odd.map(|rule| rule.ip_ranges(IpRange::builder().cidr_ip("10.1.2.3/16").build()).build());
    let six = Ipv6Range::builder().cidr_ipv6("2001:DB8::1/64").build();
    let six = IpPermission::builder().ip_protocol("icmpv6").ipv6_ranges(six).build();
    let call = place.ec2.authorize_security_group_ingress().group_id(&group);
    call.set_ip_permissions(Some(odd.to_vec())).ip_permissions(six).send().await.unwrap();
    let group = place.described(&group).await;
    let mut rules: Vec<_> = group
        .ip_permissions()
        .iter()
        .map(|rule| {
            let block = rule.ip_ranges().iter().filter_map(|range| range.cidr_ip());
            let block = block.chain(rule.ipv6_ranges().iter().filter_map(|range| range.cidr_ipv6())).next();
            (rule.ip_protocol().unwrap(), rule.from_port(), rule.to_port(), block.unwrap())
        })
        .collect();
    rules.sort_unstable();
    let expected = [
        ("-1", None, None, "10.1.0.0/16"),
        ("50", None, None, "10.1.0.0/16"),
        ("icmpv6", Some(-1), Some(-1), "2001:db8::/64"),
        ("tcp", Some(1), Some(2), "10.1.0.0/16"),
    ];
    assert_eq!(rules, expected);
}

#[tokio::test(start_paused = true)]
async fn rules_that_make_no_sense_are_refused() {
    let place = Place::new().await;
    let group = place.group("one").await;
    let block = || IpRange::builder().cidr_ip("10.0.0.0/8").build();
    let no_list = PrefixListId::builder().prefix_list_id("pl-00000000").build();
    for (rule, expected) in [
        (IpPermission::builder().ip_protocol("tcp").ip_ranges(block()), "InvalidParameterValue"),
        (
            IpPermission::builder().ip_protocol("tcp").from_port(9).to_port(8).ip_ranges(block()),
            "InvalidParameterValue",
        ),
        (
            IpPermission::builder().ip_protocol("tpc").from_port(1).to_port(2).ip_ranges(block()),
            "InvalidParameterValue",
        ),
        (tcp(1).ip_ranges(IpRange::builder().cidr_ip("10.0.0.0").build()), "InvalidParameterValue"),
        (tcp(1).ip_ranges(IpRange::builder().cidr_ip("10.0.0.0/8").description("ä").build()), "InvalidParameterValue"),
        (tcp(1), "MissingParameter"),
        (tcp(1).prefix_list_ids(no_list), "InvalidPrefixListID.NotFound"),
        (
            tcp(1).user_id_group_pairs(UserIdGroupPair::builder().group_id("sg-00000000").build()),
            "InvalidGroup.NotFound",
        ),
    ] {
        let call = place.ec2.authorize_security_group_ingress().group_id(&group).ip_permissions(rule.build());
        assert_eq!(code(call.send().await), expected);
    }
    assert!(place.described(&group).await.ip_permissions().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_rule_that_is_there_keeps_those_beside_it_out() {
    let place = Place::new().await;
    let group = place.group("one").await;
    let authorize = || place.ec2.authorize_security_group_ingress().group_id(&group);
    authorize().ip_permissions(from_block(443, "10.0.0.0/8")).send().await.unwrap();
    let both = authorize().ip_permissions(from_block(80, "10.0.0.0/8")).ip_permissions(from_block(443, "10.0.0.0/8"));
    let refused = both.send().await;
    let text = message(refused);
    let expected = "the specified rule \"peer: 10.0.0.0/8, TCP, from port: 443, to port: 443, ALLOW\" already exists";
    assert_eq!(text, expected);
    assert_eq!(place.described(&group).await.ip_permissions().len(), 1);
    let twice = authorize().ip_permissions(from_block(1, "10.0.0.0/8")).ip_permissions(from_block(1, "10.0.0.1/8"));
    assert_eq!(code(twice.send().await), "InvalidParameterValue");
}

#[tokio::test(start_paused = true)]
async fn revoking_a_rule_that_is_not_there_revokes_nothing() {
    let place = Place::new().await;
    let group = place.group("one").await;
    let call = place.ec2.authorize_security_group_ingress().group_id(&group);
    call.ip_permissions(from_block(443, "10.0.0.0/8")).send().await.unwrap();
    let revoke = || place.ec2.revoke_security_group_ingress().group_id(&group);
    let both = revoke().ip_permissions(from_block(443, "10.0.0.0/8")).ip_permissions(from_block(80, "10.0.0.0/8"));
    assert_eq!(code(both.send().await), "InvalidPermission.NotFound");
    assert_eq!(place.described(&group).await.ip_permissions().len(), 1);
    revoke().ip_permissions(from_block(443, "10.0.0.0/8")).send().await.unwrap();
    assert!(place.described(&group).await.ip_permissions().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_group_has_at_most_sixty_rules_each_way() {
    let place = Place::new().await;
    let group = place.group("one").await;
    let rules = |ports: std::ops::Range<i32>| Some(ports.map(|port| from_block(port, "10.0.0.0/8")).collect());
    let authorize = || place.ec2.authorize_security_group_ingress().group_id(&group);
    authorize().set_ip_permissions(rules(0..60)).send().await.unwrap();
    let more = authorize().set_ip_permissions(rules(60..61)).send().await;
    assert_eq!(code(more), "RulesPerSecurityGroupLimitExceeded");
}

#[tokio::test(start_paused = true)]
async fn a_group_in_use_cannot_be_deleted() {
    let place = Place::new().await;
    let (one, two) = (place.group("one").await, place.group("two").await);
    let subnet = place.subnet(1, "us-east-1a").await;
    let delete = |group: &String| place.ec2.delete_security_group().group_id(group).send();
    let call = place.ec2.authorize_security_group_ingress().group_id(&two);
    call.ip_permissions(from_group(80, &one)).ip_permissions(from_group(80, &two)).send().await.unwrap();
    assert_eq!(code(delete(&one).await), "DependencyViolation");
    let call = place.ec2.revoke_security_group_ingress().group_id(&two);
    call.ip_permissions(from_group(80, &one)).send().await.unwrap();
    delete(&one).await.unwrap();

    let instance = place.instance(&subnet, &two).await;
    assert_eq!(code(delete(&two).await), "DependencyViolation");
    place.ec2.terminate_instances().instance_ids(instance).send().await.unwrap();
    assert_eq!(code(delete(&two).await), "DependencyViolation");
    pass(30).await;
    delete(&two).await.unwrap();
    assert_eq!(code(delete(&two).await), "InvalidGroup.NotFound");
}

#[tokio::test(start_paused = true)]
async fn rules_have_ids_and_tags_and_can_be_changed_by_them() {
    let place = Place::new().await;
    let group = place.group("one").await;
    let call = place.ec2.authorize_security_group_ingress().group_id(&group);
    let call = call.ip_permissions(from_block(443, "10.0.0.0/8")).tag_specifications(tagged("security-group-rule"));
    let made = call.send().await.unwrap().security_group_rules.unwrap().remove(0);
    let id = made.security_group_rule_id.unwrap();
    let rule = SecurityGroupRuleRequest::builder().ip_protocol("tcp").from_port(80).to_port(80);
    let rule = rule.referenced_group_id(&group).description("Each other").build();
    let update = SecurityGroupRuleUpdate::builder().security_group_rule_id(&id).security_group_rule(rule).build();
    let call = place.ec2.modify_security_group_rules().group_id(&group).security_group_rules(update);
    call.send().await.unwrap();
    let tagged = Filter::builder().name("tag:team").values("data").build();
    let found = place.ec2.describe_security_group_rules().filters(tagged).send().await.unwrap();
    let [rule] = found.security_group_rules() else { panic!("one rule") };
    assert_eq!(rule.security_group_rule_id(), Some(id.as_str()));
    assert_eq!(rule.from_port(), Some(80));
    assert_eq!(rule.referenced_group_info().unwrap().group_id(), Some(group.as_str()));
    assert_eq!(rule.description(), Some("Each other"));
    let revoke = || place.ec2.revoke_security_group_ingress().group_id(&group).security_group_rule_ids(&id);
    revoke().send().await.unwrap();
    assert_eq!(code(revoke().send().await), "InvalidSecurityGroupRuleId.NotFound");
}

#[tokio::test(start_paused = true)]
async fn groups_are_found_by_what_their_rules_say() {
    let place = Place::new().await;
    let (one, two) = (place.group("one").await, place.group("two").await);
    let call = place.ec2.authorize_security_group_egress().group_id(&two);
    call.ip_permissions(from_group(80, &one)).send().await.unwrap();
    let found = async |name: &str, value: &str| {
        let filter = Filter::builder().name(name).values(value).build();
        let found = place.ec2.describe_security_groups().filters(filter).send().await.unwrap();
        found.security_groups().iter().filter_map(|group| group.group_id().map(str::to_owned)).collect::<Vec<_>>()
    };
    assert_eq!(found("egress.ip-permission.group-id", &one).await, std::slice::from_ref(&two));
    assert_eq!(found("egress.ip-permission.from-port", "80").await, [two]);
    assert!(found("ip-permission.group-id", &one).await.is_empty());
}
