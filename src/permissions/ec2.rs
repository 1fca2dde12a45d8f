//! EC2: ids are AWS's, so what belongs to the stack is known by the tag that it is made with (AWS.md part 3).

use super::statement::Statement;
use crate::aws::STACK_TAG;
use crate::resource::Place;
use std::collections::BTreeSet;

/// What makes something, and what it makes with the stack's tag.
const MAKE: &[(&str, &[&str])] = &[
    ("ec2:AllocateAddress", &["elastic-ip"]),
    ("ec2:CreateInternetGateway", &["internet-gateway"]),
    ("ec2:CreateNatGateway", &["natgateway"]),
    ("ec2:CreateRouteTable", &["route-table"]),
    ("ec2:CreateSecurityGroup", &["security-group"]),
    ("ec2:CreateSubnet", &["subnet"]),
    ("ec2:CreateVpc", &["vpc"]),
    ("ec2:CreateVpcEndpoint", &["vpc-endpoint"]),
    ("ec2:RunInstances", &["instance", "network-interface", "volume"]),
];

/// What is made or taken without tags on the way. Interfaces that a service left behind have no tag of the stack either.
const WITHOUT_TAGS: &[(&str, &[&str])] = &[
    ("ec2:AuthorizeSecurityGroupEgress", &["security-group-rule"]),
    ("ec2:AuthorizeSecurityGroupIngress", &["security-group-rule"]),
    ("ec2:DeleteNetworkInterface", &["network-interface"]),
    ("ec2:RunInstances", &["image", "key-pair"]),
];

/// What carries the stack's tag.
const OWN: &[&str] = &[
    "elastic-ip",
    "instance",
    "internet-gateway",
    "natgateway",
    "network-interface",
    "route-table",
    "security-group",
    "subnet",
    "volume",
    "vpc",
    "vpc-endpoint",
];

/// What may be done with an existing network's parts: building on them, and nothing to themselves.
const BUILD_ON: &[&str] = &[
    "ec2:AssociateRouteTable",
    "ec2:AttachInternetGateway",
    "ec2:CreateNatGateway",
    "ec2:CreateRouteTable",
    "ec2:CreateSecurityGroup",
    "ec2:CreateSubnet",
    "ec2:CreateVpcEndpoint",
    "ec2:ModifyInstanceAttribute",
    "ec2:ModifyVpcEndpoint",
    "ec2:RunInstances",
];

/// The types by what their ids begin with.
const TYPES: &[(&str, &str)] = &[
    ("eipalloc-", "elastic-ip"),
    ("igw-", "internet-gateway"),
    ("rtb-", "route-table"),
    ("sg-", "security-group"),
    ("subnet-", "subnet"),
    ("vpc-", "vpc"),
];

/// The statements that allow `actions`, of those that have a resource, in a stack that builds on `existing` ids.
pub(super) fn statements(actions: &BTreeSet<&str>, place: &Place, existing: BTreeSet<String>) -> Vec<Statement> {
    let all_of = |kind: &str| match kind {
        // Images belong to others.
        "image" => format!("arn:{}:ec2:{}::image/*", place.partition, place.region),
        _ => place.arn("ec2", format!("{kind}/*")),
    };
    let chosen = |table: &'static [(&str, &[&str])]| table.iter().filter(|(action, _)| actions.contains(action));
    let stack = place.stack.as_str();

    let (mut make, mut tag) = (Statement::new("Ec2Make"), Statement::new("Ec2TagNew"));
    make.given(&format!("aws:RequestTag/{STACK_TAG}"), stack);
    for (action, kinds) in chosen(MAKE) {
        make.actions.insert((*action).to_owned());
        make.resources.extend(kinds.iter().map(|kind| all_of(kind)));
        tag.actions.insert("ec2:CreateTags".to_owned());
        tag.resources.extend(kinds.iter().map(|kind| all_of(kind)));
        tag.given("ec2:CreateAction", action.trim_start_matches("ec2:"));
    }

    let mut own = Statement::new("Ec2Own");
    own.given(&format!("aws:ResourceTag/{STACK_TAG}"), stack);
    own.resources.extend(OWN.iter().map(|kind| all_of(kind)));
    own.actions.extend(actions.iter().map(|action| (*action).to_owned()));

    let mut without = Statement::new("Ec2WithoutTags");
    for (action, kinds) in chosen(WITHOUT_TAGS) {
        without.actions.insert((*action).to_owned());
        without.resources.extend(kinds.iter().map(|kind| all_of(kind)));
    }

    let mut build_on = Statement::new("Ec2BuildOn");
    build_on
        .actions
        .extend(BUILD_ON.iter().filter(|action| actions.contains(*action)).map(|&action| action.to_owned()));
    build_on.resources.extend(existing.iter().filter_map(|id| {
        let (_, kind) = TYPES.iter().find(|(beginning, _)| id.starts_with(beginning))?;
        Some(place.arn("ec2", format!("{kind}/{id}")))
    }));
    vec![make, tag, own, without, build_on]
}
