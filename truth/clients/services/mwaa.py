"""MWAA: environments."""

import json

from network import network

LOOK = {"mwaa": ("list_environments", {})}


def walk(w):
    mwaa, ec2, s3, iam = w.client("mwaa"), w.client("ec2"), w.client("s3"), w.client("iam")
    vpc, subnets, group = network(w, subnets=3, public=True)
    gateway = ec2.describe_internet_gateways()["InternetGateways"][0]["InternetGatewayId"]
    address = ec2.allocate_address(Domain="vpc")["AllocationId"]
    nat = ec2.create_nat_gateway(SubnetId=subnets[2], AllocationId=address)["NatGateway"]["NatGatewayId"]
    w.wait(ec2, "nat_gateway_available", NatGatewayIds=[nat])
    for target, placed in (({"GatewayId": gateway}, subnets[2:]), ({"NatGatewayId": nat}, subnets[:2])):
        table = ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
        ec2.create_route(RouteTableId=table, DestinationCidrBlock="0.0.0.0/0", **target)
        for subnet in placed:
            ec2.associate_route_table(RouteTableId=table, SubnetId=subnet)
    s3.create_bucket(Bucket="aqueduct-dags")
    s3.put_bucket_versioning(Bucket="aqueduct-dags", VersioningConfiguration={"Status": "Enabled"})
    version = s3.put_object(Bucket="aqueduct-dags", Key="requirements.txt", Body=b"x")["VersionId"]
    trust = {"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": {"Service": ["airflow.amazonaws.com", "airflow-env.amazonaws.com"]}, "Action": "sts:AssumeRole"}]}
    allowed = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Resource": "*", "Action": [
        "s3:GetObject*", "s3:GetBucket*", "s3:List*", "logs:*", "sqs:*", "airflow:PublishMetrics"]}]}
    role = iam.create_role(RoleName="airflow", AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
    iam.put_role_policy(RoleName="airflow", PolicyName="all", PolicyDocument=json.dumps(allowed))
    given = dict(ExecutionRoleArn=role, SourceBucketArn="arn:aws:s3:::aqueduct-dags", DagS3Path="dags",
                 NetworkConfiguration={"SubnetIds": subnets[:2], "SecurityGroupIds": [group]}, AirflowVersion="2.10.3",
                 RequirementsS3Path="requirements.txt", RequirementsS3ObjectVersion=version)

    def create():
        try:
            return mwaa.create_environment(Name="one", Tags={"team": "data"}, EnvironmentClass="mw1.small", **given)
        except mwaa.exceptions.ValidationException as error:
            w.true("a role that is not known yet", "role" in str(error).lower(), str(error))
    arn = w.until("a role that is known", create, bool)["Arn"]
    mwaa.create_environment(Name="two", **given)
    look = lambda name="one": mwaa.get_environment(Name=name)["Environment"]
    available = lambda name="one": w.until("an environment", lambda: look(name), lambda seen: seen["Status"] == "AVAILABLE")
    shown = available()
    available("two")
    w.has("environment", shown, Name="one", Arn=arn, AirflowVersion="2.10.3", EnvironmentClass="mw1.small", DagS3Path="dags", Schedulers=2,
          MinWorkers=1, MaxWorkers=10, WebserverAccessMode="PRIVATE_ONLY", Tags={"team": "data"}, RequirementsS3ObjectVersion=version)
    w.true("address", shown["WebserverUrl"].endswith(".airflow.us-east-1.on.aws") or shown["WebserverUrl"], shown)
    w.equal("environments", sorted(w.pages(mwaa, "list_environments", "Environments")), ["one", "two"])
    w.refused("ValidationException", mwaa.create_environment, Name="one", **given)
    w.refused("ValidationException", mwaa.create_environment, Name="bad name", **given)
    w.refused("ResourceNotFoundException", mwaa.get_environment, Name="none")
    mwaa.update_environment(Name="one", MaxWorkers=5, AirflowConfigurationOptions={"core.load_examples": "false"},
                            LoggingConfiguration={"TaskLogs": {"Enabled": True, "LogLevel": "INFO"}})
    w.until("an update", look, lambda seen: seen["Status"] == "AVAILABLE" and seen["MaxWorkers"] == 5)
    w.has("environment", look(), AirflowConfigurationOptions={"core.load_examples": "false"})
    w.has("log", look()["LoggingConfiguration"]["TaskLogs"], Enabled=True, LogLevel="INFO")
    w.equal("update", look()["LastUpdate"]["Status"], "SUCCESS")
    mwaa.tag_resource(ResourceArn=arn, Tags={"stage": "test"})
    w.equal("tags", mwaa.list_tags_for_resource(ResourceArn=arn)["Tags"], {"team": "data", "stage": "test"})
    mwaa.untag_resource(ResourceArn=arn, tagKeys=["team"])
    w.equal("tags", look()["Tags"], {"stage": "test"})
    for name in ("one", "two"):
        mwaa.delete_environment(Name=name)
        w.gone("the environment", "ResourceNotFoundException", lambda: look(name))
    w.equal("environments", mwaa.list_environments()["Environments"], [])
