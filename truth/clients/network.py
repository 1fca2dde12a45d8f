"""Networks that other services need."""


def network(w, subnets=2, public=False, dns=True):
    """A VPC with subnets in zones of their own and a group whose members reach each other: its id, theirs, the group's."""
    ec2 = w.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    w.wait(ec2, "vpc_available", VpcIds=[vpc])
    if dns:
        ec2.modify_vpc_attribute(VpcId=vpc, EnableDnsHostnames={"Value": True})
    made = []
    for number, letter in zip(range(subnets), "abcdef"):
        subnet = ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.0.{number}.0/24", AvailabilityZone=f"us-east-1{letter}")
        made.append(subnet["Subnet"]["SubnetId"])
    w.wait(ec2, "subnet_available", SubnetIds=made)
    group = ec2.create_security_group(GroupName="members", Description="Members", VpcId=vpc)["GroupId"]
    member = {"IpProtocol": "-1", "UserIdGroupPairs": [{"GroupId": group}]}
    ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[member])
    if public:
        gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
        ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
    return vpc, made, group
