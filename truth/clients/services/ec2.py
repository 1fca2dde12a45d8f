"""EC2's network: VPCs, subnets, gateways, addresses, route tables, groups, endpoints. The machines follow."""

import json

from services import machines
from walk import as_map, tags

LOOK = {"ec2": ("describe_vpcs", {})}


def filters(**pairs):
    return [{"Name": name.replace("_", "-"), "Values": [value]} for name, value in pairs.items()]


def tagged(kind, **pairs):
    return [{"ResourceType": kind, "Tags": tags(**pairs)}]


def walk(w):
    ec2 = w.client("ec2")
    vpc = vpcs(w, ec2)
    subnets = make_subnets(w, ec2, vpc)
    gateway = internet_gateways(w, ec2, vpc)
    nat = addresses(w, ec2, subnets[0])
    table = route_tables(w, ec2, vpc, subnets, gateway, nat)
    group = security_groups(w, ec2, vpc)
    endpoints(w, ec2, vpc, subnets, table, group)
    tagging(w, ec2, vpc)
    machines.walk(w, ec2, subnets, group)
    delete(w, ec2, vpc, subnets, gateway, nat, table)


def vpcs(w, ec2):
    zones = ec2.describe_availability_zones(Filters=filters(state="available"))["AvailabilityZones"]
    w.equal("zones", [zone["ZoneName"][-1] for zone in zones], list("abcdef"))
    w.equal("one zone", len(ec2.describe_availability_zones(ZoneNames=["us-east-1b"])["AvailabilityZones"]), 1)
    vpc = ec2.create_vpc(CidrBlock="10.0.5.7/16", TagSpecifications=tagged("vpc", Name="main"))["Vpc"]
    ident = vpc["VpcId"]
    w.has("vpc", vpc, CidrBlock="10.0.0.0/16", InstanceTenancy="default", IsDefault=False, Tags=tags(Name="main"))
    w.wait(ec2, "vpc_exists", VpcIds=[ident])
    w.wait(ec2, "vpc_available", VpcIds=[ident])
    w.refused("InvalidVpc.Range", ec2.create_vpc, CidrBlock="10.0.0.0/8")
    w.refused("InvalidVpcID.NotFound", ec2.describe_vpcs, VpcIds=["vpc-0123456789abcdef0"])
    w.refused("DryRunOperation", ec2.create_vpc, CidrBlock="10.0.0.0/16", DryRun=True)
    for name in ("EnableDnsSupport", "EnableDnsHostnames", "EnableNetworkAddressUsageMetrics"):
        attribute = name[0].lower() + name[1:]
        for value in (False, True):
            ec2.modify_vpc_attribute(VpcId=ident, **{name: {"Value": value}})
            w.equal(name, ec2.describe_vpc_attribute(VpcId=ident, Attribute=attribute)[name]["Value"], value)
    more = ec2.associate_vpc_cidr_block(VpcId=ident, CidrBlock="10.1.0.0/16")["CidrBlockAssociation"]
    blocks = w.until("a second block", lambda: ec2.describe_vpcs(VpcIds=[ident])["Vpcs"][0]["CidrBlockAssociationSet"],
                     lambda seen: len(seen) == 2 and seen[1]["CidrBlockState"]["State"] == "associated")
    w.equal("blocks", [one["CidrBlock"] for one in blocks], ["10.0.0.0/16", "10.1.0.0/16"])
    ec2.disassociate_vpc_cidr_block(AssociationId=more["AssociationId"])
    other = ec2.create_vpc(CidrBlock="10.9.0.0/16", InstanceTenancy="dedicated")["Vpc"]["VpcId"]
    w.true("tenancy", ec2.modify_vpc_tenancy(VpcId=other, InstanceTenancy="default")["ReturnValue"])
    w.equal("tenancy", ec2.describe_vpcs(VpcIds=[other])["Vpcs"][0]["InstanceTenancy"], "default")
    # There can be five, which is the smallest page.
    w.equal("vpcs", {one["VpcId"] for one in w.pages(ec2, "describe_vpcs", "Vpcs", size=5, several=False)}, {ident, other})
    found = ec2.describe_vpcs(Filters=[{"Name": "tag:Name", "Values": ["ma*"]}])["Vpcs"]
    w.equal("by tag", [one["VpcId"] for one in found], [ident])
    acls = w.pages(ec2, "describe_network_acls", "NetworkAcls", size=5, several=False, Filters=filters(vpc_id=ident))
    w.equal("the default list", [one["IsDefault"] for one in acls], [True])
    ec2.delete_vpc(VpcId=other)
    w.gone("the vpc", "InvalidVpcID.NotFound", lambda: ec2.describe_vpcs(VpcIds=[other]))
    return ident


def make_subnets(w, ec2, vpc):
    made = []
    for number, letter in enumerate("abcdef"):
        subnet = ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.0.{number}.0/24", AvailabilityZone=f"us-east-1{letter}",
                                   TagSpecifications=tagged("subnet", zone=letter))["Subnet"]
        w.has("subnet", subnet, VpcId=vpc, CidrBlock=f"10.0.{number}.0/24", AvailableIpAddressCount=251, Tags=tags(zone=letter))
        made.append(subnet["SubnetId"])
    w.wait(ec2, "subnet_available", SubnetIds=made)
    w.refused("InvalidSubnet.Conflict", ec2.create_subnet, VpcId=vpc, CidrBlock="10.0.0.128/25")
    w.refused("InvalidSubnet.Range", ec2.create_subnet, VpcId=vpc, CidrBlock="192.168.0.0/24")
    w.equal("subnets", {one["SubnetId"] for one in w.pages(ec2, "describe_subnets", "Subnets", size=5)}, set(made))
    in_zone = ec2.describe_subnets(Filters=filters(availability_zone="us-east-1c", vpc_id=vpc))["Subnets"]
    w.equal("by zone", [one["SubnetId"] for one in in_zone], made[2:3])
    for name in ("MapPublicIpOnLaunch", "EnableDns64"):
        ec2.modify_subnet_attribute(SubnetId=made[0], **{name: {"Value": True}})
        w.equal(name, ec2.describe_subnets(SubnetIds=made[:1])["Subnets"][0][name], True)
    ec2.modify_subnet_attribute(SubnetId=made[0], PrivateDnsHostnameTypeOnLaunch="resource-name")
    options = ec2.describe_subnets(SubnetIds=made[:1])["Subnets"][0]["PrivateDnsNameOptionsOnLaunch"]
    w.equal("names", options["HostnameType"], "resource-name")
    ec2.associate_vpc_cidr_block(VpcId=vpc, AmazonProvidedIpv6CidrBlock=True)
    six = w.until("an IPv6 block", lambda: ec2.describe_vpcs(VpcIds=[vpc])["Vpcs"][0].get("Ipv6CidrBlockAssociationSet", []),
                  lambda seen: seen and seen[0]["Ipv6CidrBlockState"]["State"] == "associated")
    block = six[0]["Ipv6CidrBlock"].replace("/56", "/64")
    given = ec2.associate_subnet_cidr_block(SubnetId=made[0], Ipv6CidrBlock=block)["Ipv6CidrBlockAssociation"]
    w.equal("block", given["Ipv6CidrBlock"], block)
    w.until("the block of the subnet", lambda: ec2.describe_subnets(SubnetIds=made[:1])["Subnets"][0]["Ipv6CidrBlockAssociationSet"],
            lambda seen: seen and seen[0]["Ipv6CidrBlockState"]["State"] == "associated")
    ec2.disassociate_subnet_cidr_block(AssociationId=given["AssociationId"])
    return made


def internet_gateways(w, ec2, vpc):
    made = ec2.create_internet_gateway(TagSpecifications=tagged("internet-gateway", Name="out"))["InternetGateway"]
    ident = made["InternetGatewayId"]
    w.wait(ec2, "internet_gateway_exists", InternetGatewayIds=[ident])
    ec2.attach_internet_gateway(InternetGatewayId=ident, VpcId=vpc)
    other = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    w.refused("InvalidParameterValue|Resource.AlreadyAssociated", ec2.attach_internet_gateway, InternetGatewayId=other, VpcId=vpc)
    w.refused("Gateway.NotAttached", ec2.detach_internet_gateway, InternetGatewayId=other, VpcId=vpc)
    listed = w.pages(ec2, "describe_internet_gateways", "InternetGateways", size=5, several=False)
    w.equal("gateways", {one["InternetGatewayId"] for one in listed}, {ident, other})
    found = ec2.describe_internet_gateways(Filters=[{"Name": "attachment.vpc-id", "Values": [vpc]}])["InternetGateways"]
    w.equal("attached", [one["Attachments"] for one in found], [[{"State": "available", "VpcId": vpc}]])
    ec2.delete_internet_gateway(InternetGatewayId=other)
    w.refused("InvalidInternetGatewayID.NotFound", ec2.delete_internet_gateway, InternetGatewayId=other)
    return ident


def addresses(w, ec2, subnet):
    made = [ec2.allocate_address(Domain="vpc", TagSpecifications=tagged("elastic-ip", n=str(n))) for n in range(3)]
    first, second, third = [one["AllocationId"] for one in made]
    nat = ec2.create_nat_gateway(SubnetId=subnet, AllocationId=first, TagSpecifications=tagged("natgateway", Name="nat"))["NatGateway"]
    ident = nat["NatGatewayId"]
    w.has("nat", nat, SubnetId=subnet, ConnectivityType="public", Tags=tags(Name="nat"))
    w.wait(ec2, "nat_gateway_available", NatGatewayIds=[ident])
    shown = ec2.describe_nat_gateways(NatGatewayIds=[ident])["NatGateways"][0]["NatGatewayAddresses"][0]
    w.has("address", shown, AllocationId=first, PublicIp=made[0]["PublicIp"], IsPrimary=True)
    held = ec2.describe_addresses(AllocationIds=[first])["Addresses"][0]
    w.has("address", held, PublicIp=made[0]["PublicIp"], NetworkInterfaceId=shown["NetworkInterfaceId"], Tags=tags(n="0"))
    w.refused("InvalidIPAddress.InUse|AuthFailure", ec2.release_address, AllocationId=first)
    ec2.associate_nat_gateway_address(NatGatewayId=ident, AllocationIds=[second])

    def secondary():
        every = ec2.describe_nat_gateways(NatGatewayIds=[ident])["NatGateways"][0]["NatGatewayAddresses"]
        return [one for one in every if not one["IsPrimary"]]
    seen = w.until("a second address", secondary, lambda seen: seen and seen[0]["Status"] == "succeeded")
    w.equal("second", seen[0]["AllocationId"], second)
    ec2.disassociate_nat_gateway_address(NatGatewayId=ident, AssociationIds=[seen[0]["AssociationId"]], MaxDrainDurationSeconds=1)
    w.until("one address", secondary, lambda seen: not seen)
    private = [ec2.create_nat_gateway(SubnetId=subnet, ConnectivityType="private")["NatGateway"]["NatGatewayId"] for _ in range(4)]
    w.wait(ec2, "nat_gateway_available", NatGatewayIds=private)
    for one in private:
        ec2.delete_nat_gateway(NatGatewayId=one)
    w.wait(ec2, "nat_gateway_deleted", NatGatewayIds=private)
    last = ec2.create_nat_gateway(SubnetId=subnet, ConnectivityType="private")["NatGateway"]["NatGatewayId"]
    listed = w.pages(ec2, "describe_nat_gateways", "NatGateways", size=5, several=False)
    w.true("gateways", {ident, last} <= {one["NatGatewayId"] for one in listed}, listed)
    ec2.delete_nat_gateway(NatGatewayId=last)
    w.equal("by number", [one["AllocationId"] for one in ec2.describe_addresses(
        Filters=[{"Name": "tag:n", "Values": ["2"]}])["Addresses"]], [third])
    for one in (second, third):
        w.until("a free address", lambda: ec2.describe_addresses(AllocationIds=[one])["Addresses"][0], lambda seen: "AssociationId" not in seen)
        ec2.release_address(AllocationId=one)
    w.refused("InvalidAllocationID.NotFound", ec2.release_address, AllocationId=third)
    return ident


def route_tables(w, ec2, vpc, subnets, gateway, nat):
    made = [ec2.create_route_table(VpcId=vpc, TagSpecifications=tagged("route-table", n=str(n)))["RouteTable"]["RouteTableId"]
            for n in range(5)]
    table, other = made[:2]
    every = w.pages(ec2, "describe_route_tables", "RouteTables", size=5)
    w.equal("tables, with the main one", len(every), 6)
    look = lambda: ec2.describe_route_tables(RouteTableIds=[table])["RouteTables"][0]
    w.has("table", look(), VpcId=vpc, Associations=[], Tags=tags(n="0"))
    w.equal("local route", look()["Routes"][0]["GatewayId"], "local")
    everywhere = {"RouteTableId": table, "DestinationCidrBlock": "0.0.0.0/0"}
    w.true("route", ec2.create_route(**everywhere, GatewayId=gateway)["Return"])
    w.refused("RouteAlreadyExists", ec2.create_route, **everywhere, GatewayId=gateway)
    route = lambda: next((one for one in look()["Routes"] if one.get("DestinationCidrBlock") == "0.0.0.0/0"), None)
    w.has("route", route(), GatewayId=gateway, State="active", Origin="CreateRoute")
    ec2.replace_route(**everywhere, NatGatewayId=nat)
    w.has("route", route(), NatGatewayId=nat, GatewayId=None)
    ec2.delete_route(**everywhere)
    w.equal("route", route(), None)
    w.refused("InvalidRoute.NotFound", ec2.delete_route, **everywhere)
    bound = ec2.associate_route_table(RouteTableId=table, SubnetId=subnets[1])["AssociationId"]
    w.equal("association", [(one["SubnetId"], one["Main"]) for one in look()["Associations"]], [(subnets[1], False)])
    w.refused("Resource.AlreadyAssociated", ec2.associate_route_table, RouteTableId=other, SubnetId=subnets[1])
    moved = ec2.replace_route_table_association(AssociationId=bound, RouteTableId=other)["NewAssociationId"]
    w.equal("association", look()["Associations"], [])
    w.refused("DependencyViolation", ec2.delete_route_table, RouteTableId=other)
    ec2.disassociate_route_table(AssociationId=moved)
    for one in made[1:]:
        ec2.delete_route_table(RouteTableId=one)
    w.refused("InvalidRouteTableID.NotFound", ec2.describe_route_tables, RouteTableIds=[other])
    return table


def security_groups(w, ec2, vpc):
    made = []
    for name in ("a", "b", "c", "d", "e"):
        group = ec2.create_security_group(GroupName=name, Description=f"Group {name}", VpcId=vpc, TagSpecifications=tagged("security-group", n=name))
        made.append(group["GroupId"])
    group = made[0]
    w.wait(ec2, "security_group_exists", GroupIds=[group])
    w.refused("InvalidGroup.Duplicate", ec2.create_security_group, GroupName="A", Description="Again", VpcId=vpc)
    listed = w.pages(ec2, "describe_security_groups", "SecurityGroups", size=5)
    w.equal("groups, with the default one", {one["GroupName"] for one in listed}, {"a", "b", "c", "d", "e", "default"})
    look = lambda: ec2.describe_security_groups(GroupIds=[group])["SecurityGroups"][0]
    w.has("group", look(), GroupName="a", Description="Group a", VpcId=vpc, IpPermissions=[], Tags=tags(n="a"))
    w.equal("all may go out", look()["IpPermissionsEgress"][0]["IpRanges"], [{"CidrIp": "0.0.0.0/0"}])
    web = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "IpRanges": [{"CidrIp": "10.0.0.0/8", "Description": "web"}]}
    peer = {"IpProtocol": "udp", "FromPort": 53, "ToPort": 53, "UserIdGroupPairs": [{"GroupId": made[1]}]}
    rules = ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[web, peer], TagSpecifications=tagged("security-group-rule", r="1"))
    w.equal("rules", len(rules["SecurityGroupRules"]), 2)
    w.refused("InvalidPermission.Duplicate", ec2.authorize_security_group_ingress, GroupId=group, IpPermissions=[web])
    ec2.authorize_security_group_egress(GroupId=group, IpPermissions=[web])
    for one in made[1:4]:
        ec2.authorize_security_group_ingress(GroupId=one, IpPermissions=[web])
    of_web = next(one for one in rules["SecurityGroupRules"] if one["IpProtocol"] == "tcp")
    w.has("rule", of_web, CidrIpv4="10.0.0.0/8", FromPort=443, ToPort=443, IsEgress=False, Description="web", GroupId=group, Tags=tags(r="1"))
    every = w.pages(ec2, "describe_security_group_rules", "SecurityGroupRules", size=5)
    w.equal("rules of the group", len([one for one in every if one["GroupId"] == group]), 4)
    ec2.modify_security_group_rules(GroupId=group, SecurityGroupRules=[{"SecurityGroupRuleId": of_web["SecurityGroupRuleId"], "SecurityGroupRule": {
        "IpProtocol": "tcp", "FromPort": 8443, "ToPort": 8443, "CidrIpv4": "10.0.0.0/8", "Description": "more"}}])
    rule = ec2.describe_security_group_rules(SecurityGroupRuleIds=[of_web["SecurityGroupRuleId"]])["SecurityGroupRules"][0]
    w.has("rule", rule, FromPort=8443, Description="more")
    web["IpRanges"][0]["Description"] = "told"
    ec2.update_security_group_rule_descriptions_egress(GroupId=group, IpPermissions=[web])
    out = next(one for one in look()["IpPermissionsEgress"] if one["IpProtocol"] == "tcp")
    w.equal("description", out["IpRanges"], [{"CidrIp": "10.0.0.0/8", "Description": "told"}])
    ec2.update_security_group_rule_descriptions_ingress(GroupId=group, SecurityGroupRuleDescriptions=[
        {"SecurityGroupRuleId": of_web["SecurityGroupRuleId"], "Description": "again"}])
    rule = ec2.describe_security_group_rules(Filters=filters(group_id=group) + [{"Name": "tag:r", "Values": ["1"]}])["SecurityGroupRules"]
    w.true("description", "again" in [one.get("Description") for one in rule], rule)
    w.refused("DependencyViolation", ec2.delete_security_group, GroupId=made[1])
    ec2.revoke_security_group_egress(GroupId=group, IpPermissions=[web])
    w.true("revoked", ec2.revoke_security_group_ingress(GroupId=group, SecurityGroupRuleIds=[
        one["SecurityGroupRuleId"] for one in rules["SecurityGroupRules"]])["Return"])
    w.equal("no rules", look()["IpPermissions"], [])
    for one in made[1:]:
        ec2.delete_security_group(GroupId=one)
    w.refused("InvalidGroup.NotFound", ec2.delete_security_group, GroupId=made[1])
    return group


def endpoints(w, ec2, vpc, subnets, table, group):
    lists = w.pages(ec2, "describe_prefix_lists", "PrefixLists", size=5, several=False)
    w.true("prefix lists", "com.amazonaws.us-east-1.s3" in {one["PrefixListName"] for one in lists}, lists)
    policy = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "s3:Get*", "Resource": "*"}]}
    gateway = ec2.create_vpc_endpoint(VpcId=vpc, ServiceName="com.amazonaws.us-east-1.s3", RouteTableIds=[table],
                                      TagSpecifications=tagged("vpc-endpoint", Name="s3"))["VpcEndpoint"]["VpcEndpointId"]
    made = [gateway]
    for service in ("logs", "kinesis-streams", "sqs", "kms", "sts"):
        made.append(ec2.create_vpc_endpoint(
            VpcId=vpc, ServiceName=f"com.amazonaws.us-east-1.{service}", VpcEndpointType="Interface", SubnetIds=subnets[:1],
            SecurityGroupIds=[group], PrivateDnsEnabled=False, PolicyDocument=json.dumps(policy))["VpcEndpoint"]["VpcEndpointId"])
    interface = made[1]
    look = lambda ident: ec2.describe_vpc_endpoints(VpcEndpointIds=[ident])["VpcEndpoints"][0]
    w.until("an available endpoint", lambda: look(interface), lambda seen: seen["State"].lower() == "available")
    listed = w.pages(ec2, "describe_vpc_endpoints", "VpcEndpoints", size=5)
    w.equal("endpoints", {one["VpcEndpointId"] for one in listed}, set(made))
    w.has("gateway", look(gateway), VpcEndpointType="Gateway", RouteTableIds=[table], Tags=tags(Name="s3"))
    routes = ec2.describe_route_tables(RouteTableIds=[table])["RouteTables"][0]["Routes"]
    w.true("its route", gateway in [one.get("GatewayId") for one in routes], routes)
    shown = look(interface)
    w.has("interface", shown, VpcEndpointType="Interface", SubnetIds=subnets[:1], PrivateDnsEnabled=False)
    w.equal("groups", [one["GroupId"] for one in shown["Groups"]], [group])
    w.equal("policy", json.loads(shown["PolicyDocument"]), policy)
    ec2.modify_vpc_endpoint(VpcEndpointId=interface, AddSubnetIds=subnets[1:2], PrivateDnsEnabled=True, ResetPolicy=True)
    seen = w.until("a changed endpoint", lambda: look(interface), lambda seen: len(seen["SubnetIds"]) == 2)
    w.equal("private names", seen["PrivateDnsEnabled"], True)
    w.true("policy", "s3:Get*" not in seen["PolicyDocument"], seen["PolicyDocument"])
    ec2.modify_vpc_endpoint(VpcEndpointId=gateway, RemoveRouteTableIds=[table])
    w.equal("tables", look(gateway)["RouteTableIds"], [])
    faces = w.pages(ec2, "describe_network_interfaces", "NetworkInterfaces", size=5, Filters=filters(vpc_id=vpc))
    own = [one for one in faces if one["NetworkInterfaceId"] in shown["NetworkInterfaceIds"]]
    w.equal("interfaces", [(one["InterfaceType"], one["Status"]) for one in own], [("vpc_endpoint", "in-use")])
    w.refused("InvalidNetworkInterface.InUse|InvalidParameterValue|OperationNotPermitted|AuthFailure|InvalidNetworkInterfaceID.NotFound",
              ec2.delete_network_interface, NetworkInterfaceId=own[0]["NetworkInterfaceId"])
    w.equal("unsuccessful", ec2.delete_vpc_endpoints(VpcEndpointIds=made)["Unsuccessful"], [])
    left = ec2.delete_vpc_endpoints(VpcEndpointIds=["vpce-0123456789abcdef0"])["Unsuccessful"]
    w.equal("unsuccessful", [one["Error"]["Code"] for one in left], ["InvalidVpcEndpointId.NotFound"])
    for one in made:
        w.gone("the endpoint", "InvalidVpcEndpointId.NotFound", lambda: look(one))


def tagging(w, ec2, vpc):
    ec2.create_tags(Resources=[vpc], Tags=tags(a="1", b="2", c="", d="4", e="5"))
    listed = w.pages(ec2, "describe_tags", "Tags", size=5, Filters=filters(resource_id=vpc))
    w.equal("tags", as_map(listed), {"Name": "main", "a": "1", "b": "2", "c": "", "d": "4", "e": "5"})
    w.equal("types", {one["ResourceType"] for one in listed}, {"vpc"})
    ec2.delete_tags(Resources=[vpc], Tags=[{"Key": "a"}, {"Key": "b", "Value": "other"}])
    w.equal("tags", set(as_map(ec2.describe_vpcs(VpcIds=[vpc])["Vpcs"][0]["Tags"])), {"Name", "b", "c", "d", "e"})
    w.refused("InvalidVpcID.NotFound|InvalidID", ec2.create_tags, Resources=["vpc-0123456789abcdef0"], Tags=tags(a="b"))
    w.refused("InvalidParameterValue", ec2.create_tags, Resources=[vpc], Tags=[{"Key": "aws:x", "Value": "y"}])


def delete(w, ec2, vpc, subnets, gateway, nat, table):
    w.refused("DependencyViolation", ec2.delete_vpc, VpcId=vpc)
    ec2.delete_nat_gateway(NatGatewayId=nat)
    w.wait(ec2, "nat_gateway_deleted", NatGatewayIds=[nat])
    for address in ec2.describe_addresses()["Addresses"]:
        ec2.release_address(AllocationId=address["AllocationId"])
    ec2.detach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
    ec2.delete_internet_gateway(InternetGatewayId=gateway)
    for face in ec2.describe_network_interfaces(Filters=filters(status="available"))["NetworkInterfaces"]:
        ec2.delete_network_interface(NetworkInterfaceId=face["NetworkInterfaceId"])
    faces = lambda: ec2.describe_network_interfaces(Filters=filters(vpc_id=vpc))["NetworkInterfaces"]
    w.until("the end of interfaces", faces, lambda seen: not seen)
    for subnet in subnets:
        ec2.delete_subnet(SubnetId=subnet)
    w.refused("InvalidSubnetID.NotFound|InvalidSubnetId.NotFound", ec2.describe_subnets, SubnetIds=subnets[:1])
    ec2.delete_route_table(RouteTableId=table)
    for group in ec2.describe_security_groups(Filters=filters(vpc_id=vpc))["SecurityGroups"]:
        if group["GroupName"] != "default":
            ec2.delete_security_group(GroupId=group["GroupId"])
    ec2.delete_vpc(VpcId=vpc)
    w.equal("vpcs", ec2.describe_vpcs()["Vpcs"], [])
