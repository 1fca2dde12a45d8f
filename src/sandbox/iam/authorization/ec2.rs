//! EC2: each call needs its action on everything it touches, what it makes included.

use super::{Need, pass};
use crate::account::Account;
use crate::call::Call;
use crate::ec2::associated;

/// A part of what a call touches.
enum Part {
    /// Something of this type, which the call makes.
    New(&'static str),
    /// What these parameters name: a type, and a path in which `*` stands for any number.
    At(&'static str, &'static str),
    /// What the association in this parameter joins.
    Joined(&'static str),
    /// Whatever these ids are of.
    Any(&'static str),
}

use Part::{Any, At, Joined, New};

const INSTANCES: &[Part] = &[At("instance", "InstanceId.*")];
const INSTANCE: &[Part] = &[At("instance", "InstanceId")];
const VPC: &[Part] = &[At("vpc", "VpcId")];
const SUBNET: &[Part] = &[At("subnet", "SubnetId")];
const GROUP: &[Part] = &[At("security-group", "GroupId")];
const ROUTE_TABLE: &[Part] = &[At("route-table", "RouteTableId")];
const ATTACHMENT: &[Part] = &[At("internet-gateway", "InternetGatewayId"), At("vpc", "VpcId")];
const RULES: &[Part] = &[At("security-group", "GroupId"), New("security-group-rule")];

/// What each operation touches. Those that are not here have no resource: `Describe…`.
const TOUCHED: &[(&str, &[Part])] = &[
    ("CreateVpc", &[New("vpc")]),
    ("DeleteVpc", VPC),
    ("ModifyVpcAttribute", VPC),
    ("ModifyVpcTenancy", VPC),
    ("AssociateVpcCidrBlock", VPC),
    ("DisassociateVpcCidrBlock", &[Joined("AssociationId")]),
    ("DescribeVpcAttribute", VPC),
    ("CreateSubnet", &[New("subnet"), At("vpc", "VpcId")]),
    ("DeleteSubnet", SUBNET),
    ("ModifySubnetAttribute", SUBNET),
    ("AssociateSubnetCidrBlock", SUBNET),
    ("DisassociateSubnetCidrBlock", &[Joined("AssociationId")]),
    ("CreateInternetGateway", &[New("internet-gateway")]),
    ("AttachInternetGateway", ATTACHMENT),
    ("DetachInternetGateway", ATTACHMENT),
    ("DeleteInternetGateway", &[At("internet-gateway", "InternetGatewayId")]),
    ("AllocateAddress", &[New("elastic-ip")]),
    ("AssociateAddress", &[At("elastic-ip", "AllocationId"), At("instance", "InstanceId")]),
    ("DisassociateAddress", &[Joined("AssociationId")]),
    ("ReleaseAddress", &[At("elastic-ip", "AllocationId")]),
    (
        "CreateNatGateway",
        &[
            New("natgateway"),
            At("subnet", "SubnetId"),
            At("elastic-ip", "AllocationId"),
            At("elastic-ip", "SecondaryAllocationId.*"),
        ],
    ),
    ("AssociateNatGatewayAddress", &[At("natgateway", "NatGatewayId"), At("elastic-ip", "AllocationId.*")]),
    ("DisassociateNatGatewayAddress", &[At("natgateway", "NatGatewayId"), Joined("AssociationId.*")]),
    ("DeleteNatGateway", &[At("natgateway", "NatGatewayId")]),
    ("CreateRouteTable", &[New("route-table"), At("vpc", "VpcId")]),
    ("CreateRoute", ROUTE_TABLE),
    ("ReplaceRoute", ROUTE_TABLE),
    ("DeleteRoute", ROUTE_TABLE),
    ("DeleteRouteTable", ROUTE_TABLE),
    ("AssociateRouteTable", &[At("route-table", "RouteTableId"), At("subnet", "SubnetId")]),
    ("ReplaceRouteTableAssociation", &[At("route-table", "RouteTableId"), Joined("AssociationId")]),
    ("DisassociateRouteTable", &[Joined("AssociationId")]),
    (
        "CreateVpcEndpoint",
        &[
            New("vpc-endpoint"),
            At("vpc", "VpcId"),
            At("route-table", "RouteTableId.*"),
            At("subnet", "SubnetId.*"),
            At("security-group", "SecurityGroupId.*"),
        ],
    ),
    (
        "ModifyVpcEndpoint",
        &[
            At("vpc-endpoint", "VpcEndpointId"),
            At("route-table", "AddRouteTableId.*"),
            At("route-table", "RemoveRouteTableId.*"),
            At("subnet", "AddSubnetId.*"),
            At("subnet", "RemoveSubnetId.*"),
            At("security-group", "AddSecurityGroupId.*"),
            At("security-group", "RemoveSecurityGroupId.*"),
        ],
    ),
    ("DeleteVpcEndpoints", &[At("vpc-endpoint", "VpcEndpointId.*")]),
    ("CreateSecurityGroup", &[New("security-group"), At("vpc", "VpcId")]),
    ("DeleteSecurityGroup", GROUP),
    ("AuthorizeSecurityGroupIngress", RULES),
    ("AuthorizeSecurityGroupEgress", RULES),
    ("RevokeSecurityGroupIngress", GROUP),
    ("RevokeSecurityGroupEgress", GROUP),
    ("ModifySecurityGroupRules", GROUP),
    ("UpdateSecurityGroupRuleDescriptionsIngress", GROUP),
    ("UpdateSecurityGroupRuleDescriptionsEgress", GROUP),
    (
        "RunInstances",
        &[
            New("instance"),
            New("volume"),
            New("network-interface"),
            At("image", "ImageId"),
            At("subnet", "SubnetId"),
            At("subnet", "NetworkInterface.*.SubnetId"),
            At("security-group", "SecurityGroupId.*"),
            At("security-group", "NetworkInterface.*.SecurityGroupId.*"),
            At("key-pair", "KeyName"),
        ],
    ),
    ("StartInstances", INSTANCES),
    ("StopInstances", INSTANCES),
    ("TerminateInstances", INSTANCES),
    ("MonitorInstances", INSTANCES),
    ("UnmonitorInstances", INSTANCES),
    ("DescribeInstanceAttribute", INSTANCE),
    ("ModifyInstanceAttribute", &[At("instance", "InstanceId"), At("security-group", "GroupId.*")]),
    ("ModifyInstanceMetadataOptions", INSTANCE),
    ("ModifyInstanceMaintenanceOptions", INSTANCE),
    ("ModifyPrivateDnsNameOptions", INSTANCE),
    ("ModifyInstanceCreditSpecification", &[At("instance", "InstanceCreditSpecification.*.InstanceId")]),
    ("AssociateIamInstanceProfile", INSTANCE),
    ("ReplaceIamInstanceProfileAssociation", &[Joined("AssociationId")]),
    ("DisassociateIamInstanceProfile", &[Joined("AssociationId")]),
    ("DeleteNetworkInterface", &[At("network-interface", "NetworkInterfaceId")]),
    ("ModifyVolume", &[At("volume", "VolumeId")]),
    ("ImportKeyPair", &[New("key-pair")]),
    ("DeleteKeyPair", &[At("key-pair", "KeyName")]),
    ("CreateTags", &[Any("ResourceId.*")]),
    ("DeleteTags", &[Any("ResourceId.*")]),
];

/// The types by what their ids begin with.
const PREFIXES: &[(&str, &str)] = &[
    ("vpc-", "vpc"),
    ("subnet-", "subnet"),
    ("igw-", "internet-gateway"),
    ("eipalloc-", "elastic-ip"),
    ("nat-", "natgateway"),
    ("rtb-", "route-table"),
    ("vpce-", "vpc-endpoint"),
    ("sg-", "security-group"),
    ("sgr-", "security-group-rule"),
    ("i-", "instance"),
    ("vol-", "volume"),
    ("eni-", "network-interface"),
    ("key-", "key-pair"),
    ("acl-", "network-acl"),
];

pub(super) fn needs(account: &Account, call: &Call) -> Vec<Need> {
    let name = call.operation.name;
    let params = call.params();
    let arn = |kind: &str, id: &str| match kind {
        // A parameter that names an image is resolved by EC2, and images belong to no account.
        "image" if id.starts_with("resolve:") => format!("arn:aws:ec2:{}::image/*", call.region),
        "image" => format!("arn:aws:ec2:{}::image/{id}", call.region),
        _ => call.arn("ec2", &format!("{kind}/{id}")),
    };
    let touched = TOUCHED.iter().find(|(operation, _)| *operation == name).map(|(_, parts)| *parts);
    let Some(parts) = touched else { return vec![Need::anywhere(format!("ec2:{name}"))] };
    let mut resources = vec![];
    for part in parts {
        match part {
            New(kind) => resources.push(arn(kind, "*")),
            At(kind, path) => resources.extend(params.seen(path).iter().map(|id| arn(kind, id))),
            Joined(path) => {
                let joined = params.seen(path).into_iter().flat_map(|id| associated(account, id));
                resources.extend(joined.map(|(kind, id)| arn(kind, &id)));
            }
            Any(path) => resources.extend(params.seen(path).iter().map(|id| {
                let kind = PREFIXES.iter().find(|(prefix, _)| id.starts_with(prefix));
                arn(kind.map_or("*", |(_, kind)| kind), id)
            })),
        }
    }
    if resources.is_empty() {
        resources.push("*".to_owned());
    }
    let mut needs = vec![Need::on(format!("ec2:{name}"), resources)];
    let tagged: Vec<String> =
        params.seen("TagSpecification.*.ResourceType").iter().map(|kind| arn(kind, "*")).collect();
    if !tagged.is_empty() {
        needs.push(Need::on("ec2:CreateTags", tagged).given("ec2:CreateAction", name));
    }
    let named = params.seen("IamInstanceProfile.*");
    let roles = named.into_iter().filter_map(|profile| role_of(account, profile));
    needs.extend(roles.map(|role| pass(role, "ec2.amazonaws.com")));
    let parameters = params.seen("ImageId").into_iter().filter_map(|image| image.strip_prefix("resolve:ssm:"));
    needs.extend(parameters.map(|name| Need::on("ssm:GetParameters", [parameter(call, name)]).dependent()));
    needs
}

/// The ARN of the parameter `name`, maybe with a version. AWS's own belong to no account.
fn parameter(call: &Call, name: &str) -> String {
    let path = name.split(':').next().unwrap_or_default().trim_start_matches('/');
    let account = if path.starts_with("aws/") { "" } else { &call.account_id };
    format!("arn:aws:ssm:{}:{account}:parameter/{path}", call.region)
}

/// The role of the instance profile of this name or ARN.
fn role_of<'a>(account: &'a Account, name_or_arn: &str) -> Option<&'a str> {
    let profiles = &account.iam.profiles;
    let profile = profiles.get(name_or_arn).or_else(|| profiles.values().find(|profile| profile.arn == name_or_arn))?;
    account.iam.roles.get(profile.role.as_ref()?).map(|role| role.arn.as_str())
}
