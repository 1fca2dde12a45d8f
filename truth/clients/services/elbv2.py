"""Network load balancers: balancers, target groups, listeners."""

from network import network
from services.machines import IMAGE
from walk import as_map, tags

LOOK = {"elbv2": ("describe_load_balancers", {})}


def walk(w):
    elb = w.client("elbv2")
    vpc, subnets, group = network(w, subnets=3)
    balancer = balancers(w, elb, vpc, subnets, group)
    targets = target_groups(w, elb, vpc)
    listener = listeners(w, elb, balancer, targets)
    health(w, elb, targets, subnets)
    tagging(w, elb, balancer, targets, listener)
    delete(w, elb, balancer, targets, listener)


def balancers(w, elb, vpc, subnets, group):
    made = elb.create_load_balancer(Name="main", Type="network", Scheme="internal", Subnets=subnets[:1], SecurityGroups=[group],
                                    Tags=tags(team="data"))["LoadBalancers"][0]
    w.has("balancer", made, LoadBalancerName="main", Type="network", Scheme="internal", VpcId=vpc, SecurityGroups=[group], IpAddressType="ipv4")
    arn = made["LoadBalancerArn"]
    w.true("ARN", ":loadbalancer/net/main/" in arn, arn)
    w.wait(elb, "load_balancer_exists", LoadBalancerArns=[arn])
    w.wait(elb, "load_balancer_available", LoadBalancerArns=[arn])
    other = elb.create_load_balancer(Name="other", Type="network", Scheme="internal", SubnetMappings=[
        {"SubnetId": subnets[0]}])["LoadBalancers"][0]["LoadBalancerArn"]
    listed = w.pages(elb, "describe_load_balancers", "LoadBalancers")
    w.equal("balancers", [one["LoadBalancerName"] for one in listed], ["main", "other"])
    w.equal("by name", [one["LoadBalancerArn"] for one in elb.describe_load_balancers(Names=["other"])["LoadBalancers"]], [other])
    w.refused("DuplicateLoadBalancerName", elb.create_load_balancer, Name="main", Type="network",
              Scheme="internal", Subnets=subnets[1:])
    w.refused("LoadBalancerNotFound", elb.describe_load_balancers, Names=["none"])
    changed = elb.set_subnets(LoadBalancerArn=arn, Subnets=subnets)["AvailabilityZones"]
    w.equal("subnets", sorted(one["SubnetId"] for one in changed), sorted(subnets))
    shown = elb.describe_load_balancers(LoadBalancerArns=[arn])["LoadBalancers"][0]
    w.equal("zones", sorted(one["ZoneName"] for one in shown["AvailabilityZones"]), ["us-east-1a", "us-east-1b", "us-east-1c"])
    more = w.client("ec2").create_security_group(GroupName="more", Description="More", VpcId=vpc)["GroupId"]
    w.equal("groups", elb.set_security_groups(LoadBalancerArn=arn, SecurityGroups=[more])["SecurityGroupIds"], [more])
    w.equal("groups", elb.describe_load_balancers(LoadBalancerArns=[arn])["LoadBalancers"][0]["SecurityGroups"], [more])
    wanted = [{"Key": "deletion_protection.enabled", "Value": "true"}, {"Key": "load_balancing.cross_zone.enabled", "Value": "true"}]
    elb.modify_load_balancer_attributes(LoadBalancerArn=arn, Attributes=wanted)
    attributes = as_map(elb.describe_load_balancer_attributes(LoadBalancerArn=arn)["Attributes"])
    w.has("attributes", attributes, **as_map(wanted))
    w.refused("OperationNotPermitted", elb.delete_load_balancer, LoadBalancerArn=arn)
    elb.modify_load_balancer_attributes(LoadBalancerArn=arn, Attributes=[{"Key": "deletion_protection.enabled", "Value": "false"}])
    w.refused("InvalidConfigurationRequest|ValidationError", elb.modify_load_balancer_attributes, LoadBalancerArn=arn,
              Attributes=[{"Key": "none", "Value": "x"}])
    elb.delete_load_balancer(LoadBalancerArn=other)
    w.wait(elb, "load_balancers_deleted", LoadBalancerArns=[other])
    return arn


def target_groups(w, elb, vpc):
    made = elb.create_target_group(Name="proxy", Protocol="TCP", Port=8082, VpcId=vpc, TargetType="instance", HealthCheckProtocol="HTTP",
                                   HealthCheckPath="/topics", HealthCheckIntervalSeconds=10, Tags=tags(team="data"))["TargetGroups"][0]
    w.has("group", made, TargetGroupName="proxy", Protocol="TCP", Port=8082, VpcId=vpc, TargetType="instance", HealthCheckProtocol="HTTP",
          HealthCheckPath="/topics", HealthCheckPort="traffic-port", HealthCheckIntervalSeconds=10, HealthCheckEnabled=True)
    arn = made["TargetGroupArn"]
    elb.create_target_group(Name="spare", Protocol="TCP", Port=1, VpcId=vpc)
    w.refused("DuplicateTargetGroupName", elb.create_target_group, Name="proxy", Protocol="TCP", Port=9, VpcId=vpc)
    listed = w.pages(elb, "describe_target_groups", "TargetGroups")
    w.equal("groups", [one["TargetGroupName"] for one in listed], ["proxy", "spare"])
    changed = elb.modify_target_group(TargetGroupArn=arn, HealthCheckPath="/", HealthyThresholdCount=2, UnhealthyThresholdCount=2)["TargetGroups"][0]
    w.has("group", changed, HealthCheckPath="/", HealthyThresholdCount=2)
    w.has("group", elb.describe_target_groups(TargetGroupArns=[arn])["TargetGroups"][0], HealthCheckPath="/", HealthyThresholdCount=2)
    elb.modify_target_group_attributes(TargetGroupArn=arn, Attributes=[{"Key": "deregistration_delay.timeout_seconds", "Value": "10"}])
    attributes = as_map(elb.describe_target_group_attributes(TargetGroupArn=arn)["Attributes"])
    w.has("attributes", attributes, **{"deregistration_delay.timeout_seconds": "10", "proxy_protocol_v2.enabled": "false"})
    elb.delete_target_group(TargetGroupArn=listed[1]["TargetGroupArn"])
    w.refused("TargetGroupNotFound", elb.describe_target_groups, Names=["spare"])
    return arn


def listeners(w, elb, balancer, targets):
    forward = [{"Type": "forward", "TargetGroupArn": targets}]
    made = elb.create_listener(LoadBalancerArn=balancer, Protocol="TCP", Port=80, DefaultActions=forward, Tags=tags(team="data"))["Listeners"][0]
    w.has("listener", made, LoadBalancerArn=balancer, Protocol="TCP", Port=80)
    w.equal("action", made["DefaultActions"][0]["TargetGroupArn"], targets)
    elb.create_listener(LoadBalancerArn=balancer, Protocol="TCP", Port=81, DefaultActions=forward)
    w.refused("DuplicateListener", elb.create_listener, LoadBalancerArn=balancer, Protocol="TCP", Port=80, DefaultActions=forward)
    listed = w.pages(elb, "describe_listeners", "Listeners", LoadBalancerArn=balancer)
    w.equal("ports", sorted(one["Port"] for one in listed), [80, 81])
    arn = made["ListenerArn"]
    w.equal("port", elb.modify_listener(ListenerArn=arn, Port=8080)["Listeners"][0]["Port"], 8080)
    w.equal("port", elb.describe_listeners(ListenerArns=[arn])["Listeners"][0]["Port"], 8080)
    idle = {"Key": "tcp.idle_timeout.seconds", "Value": "600"}
    w.equal("idle", elb.modify_listener_attributes(ListenerArn=arn, Attributes=[idle])["Attributes"], [idle])
    w.equal("idle", elb.describe_listener_attributes(ListenerArn=arn)["Attributes"], [idle])
    w.equal("balancers", elb.describe_target_groups(TargetGroupArns=[targets])["TargetGroups"][0]["LoadBalancerArns"], [balancer])
    w.refused("ResourceInUse", elb.delete_target_group, TargetGroupArn=targets)
    other = next(one["ListenerArn"] for one in listed if one["Port"] == 81)
    elb.delete_listener(ListenerArn=other)
    w.refused("ListenerNotFound", elb.describe_listeners, ListenerArns=[other])
    return arn


def health(w, elb, targets, subnets):
    ec2 = w.client("ec2")
    machine = ec2.run_instances(ImageId=IMAGE, InstanceType="t3.micro", MinCount=1, MaxCount=1, SubnetId=subnets[0])["Instances"][0]["InstanceId"]
    w.wait(ec2, "instance_running", InstanceIds=[machine])
    elb.register_targets(TargetGroupArn=targets, Targets=[{"Id": machine}])
    shown = elb.describe_target_health(TargetGroupArn=targets)["TargetHealthDescriptions"]
    w.equal("targets", [one["Target"] for one in shown], [{"Id": machine, "Port": 8082}])
    w.wait(elb, "target_in_service", TargetGroupArn=targets)
    w.refused("InvalidTarget", elb.register_targets, TargetGroupArn=targets, Targets=[{"Id": "i-0123456789abcdef0"}])
    elb.deregister_targets(TargetGroupArn=targets, Targets=[{"Id": machine}])
    w.wait(elb, "target_deregistered", TargetGroupArn=targets, Targets=[{"Id": machine}])
    ec2.terminate_instances(InstanceIds=[machine])


def tagging(w, elb, balancer, targets, listener):
    every = [balancer, targets, listener]
    elb.add_tags(ResourceArns=every, Tags=tags(stage="test"))
    shown = {one["ResourceArn"]: as_map(one["Tags"]) for one in elb.describe_tags(ResourceArns=every)["TagDescriptions"]}
    w.equal("tags", shown, {arn: {"team": "data", "stage": "test"} for arn in every})
    elb.remove_tags(ResourceArns=every[:1], TagKeys=["team"])
    w.equal("tags", as_map(elb.describe_tags(ResourceArns=every[:1])["TagDescriptions"][0]["Tags"]), {"stage": "test"})
    w.refused("LoadBalancerNotFound", elb.describe_tags, ResourceArns=[balancer[:-16] + "0123456789abcdef"])


def delete(w, elb, balancer, targets, listener):
    elb.delete_load_balancer(LoadBalancerArn=balancer)
    w.wait(elb, "load_balancers_deleted", LoadBalancerArns=[balancer])
    w.refused("ListenerNotFound", elb.describe_listeners, ListenerArns=[listener])
    elb.delete_target_group(TargetGroupArn=targets)
    w.equal("groups", elb.describe_target_groups()["TargetGroups"], [])
    w.equal("balancers", elb.describe_load_balancers()["LoadBalancers"], [])
