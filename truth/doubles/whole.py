"""Leads all of `manifests/pinterest.yaml` that a double can do through its life: made, left alone, changed behind its back, put
right, taken down.

The cuts are those of doubles.py. Who changes things and counts what is left is boto3.
"""

import json
import os
import pathlib
import subprocess
import time

import boto3

MANIFEST = "manifests/pinterest.yaml"
SCRATCH = pathlib.Path(os.environ["TRUTH_DIR"])


def lead(name, double, program, proxy):
    """What came of it, as lines, and what went wrong."""
    file, url, calls = SCRATCH / f"{name}.json", proxy.url, 0
    cut = double["whole"]
    file.write_text(json.dumps({"without": list(cut["without"]), "fields": {at: fields for at, (fields, _) in cut["fields"].items()}}))

    def step(step):
        nonlocal calls
        before = len(proxy.calls)
        done = subprocess.run([program, url, "--whole", step, MANIFEST, file], capture_output=True, text=True, timeout=200)
        calls += len(proxy.calls) - before
        if done.returncode:
            raise Wrong(f"{step}: {done.stderr.strip()[-1500:]}")
        return json.loads(done.stdout)

    began, before = time.monotonic(), census(url)
    try:
        made = step("apply")
        expect("drift of what was just made", step("drift"), [])
        grown = census(url)
        if not any(grown[what] > before[what] for what in before):
            raise Wrong("nothing is there that was not there before")
        cut["change"](url)
        expect("drift after somebody changed things", step("drift"), cut["drifted"])
        step("apply")
        expect("drift of what was put right", step("drift"), [])
        expect("what Aqueduct sees after it destroyed everything", step("destroy"), [])
        expect("what is in the account after it", census(url), before)
    except Wrong as wrong:
        return [], [f"{MANIFEST}: {wrong}"]
    seconds = time.monotonic() - began
    lines = [
        f"{name}: {made['resources']} resources of {len(made['kinds'])} kinds of {MANIFEST}: made, drifted, put right, gone; "
        f"{calls} calls, {seconds:.0f} s: {', '.join(made['kinds'])}"
    ]
    lines += [f"  left out: {what}: {why}" for what, why in cut["without"].items()]
    lines += [f"  otherwise: {at} {', '.join(fields)}: {why}" for at, (fields, why) in cut["fields"].items()]
    return lines, []


class Wrong(Exception):
    """What went wrong."""


def expect(what, found, wanted):
    if found != wanted:
        raise Wrong(f"{what}: {found}, not {wanted}")


def client(url, service):
    keys = {"aws_access_key_id": "sandbox", "aws_secret_access_key": "sandbox"}
    return boto3.client(service, endpoint_url=url, region_name="us-east-1", **keys)


def census(url):
    """How much of what there is."""
    ec2, iam = client(url, "ec2"), client(url, "iam")
    machines = [one for some in ec2.describe_instances()["Reservations"] for one in some["Instances"]]
    gateways = ec2.describe_nat_gateways()["NatGateways"]
    endpoints = ec2.describe_vpc_endpoints()["VpcEndpoints"]
    return {
        "addresses": len(ec2.describe_addresses()["Addresses"]),
        "buckets": len(client(url, "s3").list_buckets()["Buckets"]),
        "endpoints": len([one for one in endpoints if one["State"].lower() != "deleted"]),
        "internet gateways": len(ec2.describe_internet_gateways()["InternetGateways"]),
        "keys": len(client(url, "apigateway").get_api_keys()["items"]),
        "load balancers": len(client(url, "elbv2").describe_load_balancers()["LoadBalancers"]),
        "log groups": len(client(url, "logs").describe_log_groups()["logGroups"]),
        "machines": len([one for one in machines if one["State"]["Name"] != "terminated"]),
        "NAT gateways": len([one for one in gateways if one["State"] != "deleted"]),
        "profiles": len(iam.list_instance_profiles()["InstanceProfiles"]),
        "roles": len(iam.list_roles()["Roles"]),
        "security groups": len(ec2.describe_security_groups()["SecurityGroups"]),
        "subnets": len(ec2.describe_subnets()["Subnets"]),
        "tables": len(ec2.describe_route_tables()["RouteTables"]),
        "target groups": len(client(url, "elbv2").describe_target_groups()["TargetGroups"]),
        "VPCs": len(ec2.describe_vpcs()["Vpcs"]),
    }


def shut_out(url):
    """Closes the brokers' port, and takes its rights from Airflow."""
    ec2 = client(url, "ec2")
    [group] = ec2.describe_security_groups(Filters=[{"Name": "tag:aqueduct:address", "Values": ["ec2/security-group/kafka"]}])["SecurityGroups"]
    ec2.revoke_security_group_ingress(GroupId=group["GroupId"], IpPermissions=group["IpPermissions"])
    client(url, "iam").delete_role_policy(RoleName="pinterest-us-east-1-airflow", PolicyName="airflow")


def forget_sooner(url):
    """Stops the versions of a bucket, and has logs of Kafka forgotten after a day."""
    client(url, "logs").put_retention_policy(logGroupName="/aqueduct/pinterest/kafka", retentionInDays=1)
    [bucket] = [one["Name"] for one in client(url, "s3").list_buckets()["Buckets"] if one["Name"].startswith("mwaa-dags-")]
    client(url, "s3").put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Suspended"})
