"""MSK: configurations, clusters of every sort, topics, channels."""

import base64
import json

from network import network

LOOK = {"kafka": ("list_clusters_v2", {})}


def walk(w):
    kafka = w.client("kafka")
    _, subnets, group = network(w, subnets=3)
    versions(w, kafka)
    configuration = configurations(w, kafka)
    standard, express, serverless = create(w, kafka, subnets, group, configuration)
    look(w, kafka, standard, express, serverless)
    update(w, kafka, standard, express, configuration)
    operations(w, kafka, standard)
    topics(w, kafka, express)
    channels(w, kafka, express)
    tagging(w, kafka, standard)
    delete(w, kafka, (standard, express, serverless), configuration)


def versions(w, kafka):
    listed = w.pages(kafka, "list_kafka_versions", "KafkaVersions", size=20)
    names = {one["Version"]: one["Status"] for one in listed}
    w.has("versions", names, **{"3.8.x": "ACTIVE", "1.1.1": "DEPRECATED"})


def configurations(w, kafka):
    made = kafka.create_configuration(Name="main", KafkaVersions=["3.6.0", "3.8.x"], Description="Main", ServerProperties=b"num.partitions=3\n")
    arn = made["Arn"]
    w.has("configuration", made, Name="main", State="ACTIVE")
    w.equal("revision", made["LatestRevision"]["Revision"], 1)
    spare = kafka.create_configuration(Name="spare", ServerProperties=b"")["Arn"]
    w.refused("ConflictException", kafka.create_configuration, Name="main", ServerProperties=b"")
    w.refused("BadRequestException", kafka.create_configuration, Name="no good", ServerProperties=b"")
    listed = w.pages(kafka, "list_configurations", "Configurations")
    w.equal("names", sorted(one["Name"] for one in listed), ["main", "spare"])
    w.equal("revision", kafka.update_configuration(Arn=arn, Description="More", ServerProperties=b"num.partitions=6\n")["LatestRevision"]["Revision"], 2)
    shown = kafka.describe_configuration(Arn=arn)
    w.has("configuration", shown, Name="main", KafkaVersions=["3.6.0", "3.8.x"], State="ACTIVE")
    w.has("latest", shown["LatestRevision"], Revision=2, Description="More")
    revisions = w.pages(kafka, "list_configuration_revisions", "Revisions", Arn=arn)
    w.equal("revisions", sorted(one["Revision"] for one in revisions), [1, 2])
    for revision, text in ((1, b"num.partitions=3\n"), (2, b"num.partitions=6\n")):
        w.equal("properties", kafka.describe_configuration_revision(Arn=arn, Revision=revision)["ServerProperties"], text)
    w.equal("deleting", kafka.delete_configuration(Arn=spare)["State"], "DELETING")
    w.gone("the configuration", "BadRequestException", lambda: kafka.describe_configuration(Arn=spare))
    return arn


def create(w, kafka, subnets, group, configuration):
    nodes = {"ClientSubnets": subnets, "SecurityGroups": [group], "InstanceType": "kafka.m5.large",
             "StorageInfo": {"EbsStorageInfo": {"VolumeSize": 100}}}
    given = dict(BrokerNodeGroupInfo=nodes, KafkaVersion="3.6.0", NumberOfBrokerNodes=3, ConfigurationInfo={"Arn": configuration, "Revision": 1},
                 ClientAuthentication={"Sasl": {"Iam": {"Enabled": True}}})
    standard = kafka.create_cluster(ClusterName="standard", Tags={"team": "data"}, **given)
    w.has("cluster", standard, ClusterName="standard", State="CREATING")
    nodes = {"ClientSubnets": subnets, "SecurityGroups": [group], "InstanceType": "express.m7g.large"}
    express = kafka.create_cluster_v2(ClusterName="express", Provisioned=dict(
        BrokerNodeGroupInfo=nodes, KafkaVersion="3.8.x", NumberOfBrokerNodes=3, ClientAuthentication={"Sasl": {"Iam": {"Enabled": True}}}))
    serverless = kafka.create_cluster_v2(ClusterName="serverless", Serverless={
        "VpcConfigs": [{"SubnetIds": subnets, "SecurityGroupIds": [group]}], "ClientAuthentication": {"Sasl": {"Iam": {"Enabled": True}}}})
    w.equal("types", [express["ClusterType"], serverless["ClusterType"]], ["PROVISIONED", "SERVERLESS"])
    w.refused("ConflictException", kafka.create_cluster, ClusterName="standard", **given)
    w.refused("BadRequestException", kafka.create_cluster, ClusterName="four", **{**given, "NumberOfBrokerNodes": 4})
    w.refused("BadRequestException", kafka.delete_configuration, Arn=configuration)
    arns = [one["ClusterArn"] for one in (standard, express, serverless)]
    for arn in arns:
        active(w, kafka, arn)
    return arns


def active(w, kafka, arn):
    look = lambda: kafka.describe_cluster_v2(ClusterArn=arn)["ClusterInfo"]
    return w.until("an active cluster", look, lambda seen: seen["State"] == "ACTIVE")


def look(w, kafka, standard, express, serverless):
    listed = w.pages(kafka, "list_clusters_v2", "ClusterInfoList")
    w.equal("clusters", sorted(one["ClusterName"] for one in listed), ["express", "serverless", "standard"])
    older = w.pages(kafka, "list_clusters", "ClusterInfoList")
    w.equal("provisioned clusters", sorted(one["ClusterName"] for one in older), ["express", "standard"])
    found = kafka.list_clusters_v2(ClusterNameFilter="st", ClusterTypeFilter="PROVISIONED")["ClusterInfoList"]
    w.equal("by name", [one["ClusterArn"] for one in found], [standard])
    shown = kafka.describe_cluster_v2(ClusterArn=standard)["ClusterInfo"]
    w.has("cluster", shown, ClusterName="standard", ClusterType="PROVISIONED", State="ACTIVE", Tags={"team": "data"})
    w.has("provisioned", shown["Provisioned"], NumberOfBrokerNodes=3, EnhancedMonitoring="DEFAULT", StorageMode="LOCAL")
    w.has("software", shown["Provisioned"]["CurrentBrokerSoftwareInfo"], KafkaVersion="3.6.0", ConfigurationRevision=1)
    older = kafka.describe_cluster(ClusterArn=standard)["ClusterInfo"]
    w.has("cluster", older, ClusterName="standard", CurrentVersion=shown["CurrentVersion"], NumberOfBrokerNodes=3)
    w.equal("storage", older["BrokerNodeGroupInfo"]["StorageInfo"]["EbsStorageInfo"]["VolumeSize"], 100)
    w.equal("subnets", len(kafka.describe_cluster_v2(ClusterArn=serverless)["ClusterInfo"]["Serverless"]["VpcConfigs"][0]["SubnetIds"]), 3)
    for arn, port in ((standard, ":9098"), (express, ":9098"), (serverless, ":9098")):
        brokers = kafka.get_bootstrap_brokers(ClusterArn=arn)["BootstrapBrokerStringSaslIam"]
        w.true("brokers", all(one.endswith(port) for one in brokers.split(",")), brokers)
    nodes = w.pages(kafka, "list_nodes", "NodeInfoList", ClusterArn=standard)
    brokers = [one for one in nodes if one["NodeType"] == "BROKER"]
    w.equal("brokers", sorted(int(one["BrokerNodeInfo"]["BrokerId"]) for one in brokers), [1, 2, 3])
    targets = kafka.get_compatible_kafka_versions(ClusterArn=standard)["CompatibleKafkaVersions"]
    w.equal("from", [one["SourceVersion"] for one in targets], ["3.6.0"])
    w.true("to", "3.8.x" in targets[0]["TargetVersions"], targets)
    w.refused("NotFoundException", kafka.describe_cluster_v2, ClusterArn=standard[:-1] + "9")


def update(w, kafka, standard, express, configuration):
    def change(arn, call, look, **given):
        version = active(w, kafka, arn)["CurrentVersion"]
        answer = call(ClusterArn=arn, **({} if call.__name__ == "reboot_broker" else {"CurrentVersion": version}), **given)
        w.equal("cluster", answer["ClusterArn"], arn)
        operation = w.until("the end of an operation", lambda: kafka.describe_cluster_operation_v2(
            ClusterOperationArn=answer["ClusterOperationArn"])["ClusterOperationInfo"], lambda seen: "EndTime" in seen)
        w.equal(f"{call.__name__}", operation["OperationState"], "UPDATE_COMPLETE")
        after = active(w, kafka, arn)
        w.true(f"{call.__name__} keeps the version", after["CurrentVersion"] != version or call.__name__ == "reboot_broker", version)
        w.true(f"{call.__name__} has no effect", look(after["Provisioned"]), after["Provisioned"])

    w.refused("BadRequestException", kafka.update_broker_count, ClusterArn=standard, CurrentVersion="K000000000000", TargetNumberOfBrokerNodes=6)
    change(standard, kafka.update_broker_count, lambda it: it["NumberOfBrokerNodes"] == 6, TargetNumberOfBrokerNodes=6)
    change(standard, kafka.update_broker_type, lambda it: it["BrokerNodeGroupInfo"]["InstanceType"] == "kafka.m5.xlarge", TargetInstanceType="kafka.m5.xlarge")
    size = lambda it: it["BrokerNodeGroupInfo"]["StorageInfo"]["EbsStorageInfo"]["VolumeSize"]
    change(standard, kafka.update_broker_storage, lambda it: size(it) == 200, TargetBrokerEBSVolumeInfo=[{"KafkaBrokerNodeId": "All", "VolumeSizeGB": 200}])
    change(standard, kafka.update_cluster_configuration, lambda it: it["CurrentBrokerSoftwareInfo"]["ConfigurationRevision"] == 2,
           ConfigurationInfo={"Arn": configuration, "Revision": 2})
    change(standard, kafka.update_cluster_kafka_version, lambda it: it["CurrentBrokerSoftwareInfo"]["KafkaVersion"] == "3.8.x", TargetKafkaVersion="3.8.x")
    change(standard, kafka.update_monitoring, lambda it: it["EnhancedMonitoring"] == "PER_BROKER", EnhancedMonitoring="PER_BROKER")
    change(standard, kafka.update_security, lambda it: it["ClientAuthentication"]["Sasl"]["Scram"]["Enabled"],
           ClientAuthentication={"Sasl": {"Iam": {"Enabled": True}, "Scram": {"Enabled": True}}})
    change(standard, kafka.update_connectivity, lambda it: it["BrokerNodeGroupInfo"]["ConnectivityInfo"]["VpcConnectivity"]
           ["ClientAuthentication"]["Sasl"]["Iam"]["Enabled"],
           ConnectivityInfo={"VpcConnectivity": {"ClientAuthentication": {"Sasl": {"Iam": {"Enabled": True}}}}})
    change(standard, kafka.update_storage, lambda it: it["StorageMode"] == "TIERED", StorageMode="TIERED")
    change(standard, kafka.reboot_broker, lambda it: True, BrokerIds=["1"])
    change(express, kafka.update_rebalancing, lambda it: it["Rebalancing"]["Status"] == "PAUSED", Rebalancing={"Status": "PAUSED"})
    version = active(w, kafka, standard)["CurrentVersion"]
    w.refused("BadRequestException", kafka.update_cluster_kafka_version, ClusterArn=standard, CurrentVersion=version, TargetKafkaVersion="3.6.0")
    w.refused("BadRequestException", kafka.update_rebalancing, ClusterArn=standard, CurrentVersion=version, Rebalancing={"Status": "PAUSED"})


def operations(w, kafka, standard):
    older = w.pages(kafka, "list_cluster_operations", "ClusterOperationInfoList", ClusterArn=standard, size=3)
    newer = w.pages(kafka, "list_cluster_operations_v2", "ClusterOperationInfoList", ClusterArn=standard, size=3)
    w.equal("operations", [one["OperationArn"] for one in older], [one["OperationArn"] for one in newer])
    w.equal("operations", len(newer), 10)
    shown = kafka.describe_cluster_operation(ClusterOperationArn=newer[0]["OperationArn"])["ClusterOperationInfo"]
    w.has("operation", shown, ClusterArn=standard, OperationState="UPDATE_COMPLETE", OperationType=newer[0]["OperationType"])
    w.refused("NotFoundException", kafka.describe_cluster_operation_v2, ClusterOperationArn=newer[0]["OperationArn"][:-8] + "00000000")


def encoded(**configs):
    return base64.b64encode(json.dumps({name.replace("_", "."): value for name, value in configs.items()}).encode()).decode()


def topics(w, kafka, express):
    of = {"ClusterArn": express}
    made = kafka.create_topic(**of, TopicName="clicks", PartitionCount=3, ReplicationFactor=3, Configs=encoded(retention_ms="60000"))
    w.has("topic", made, TopicName="clicks", Status="CREATING")
    kafka.create_topic(**of, TopicName="views", PartitionCount=1, ReplicationFactor=3)

    def look(name="clicks"):
        try:
            return kafka.describe_topic(**of, TopicName=name)
        except kafka.exceptions.NotFoundException:
            return {}
    for name in ("clicks", "views"):
        shown = w.until("an active topic", lambda: look(name), lambda seen: seen.get("Status") == "ACTIVE")
    w.refused("TopicExistsException", kafka.create_topic, **of, TopicName="clicks", PartitionCount=1, ReplicationFactor=3)
    w.refused("BadRequestException|KafkaRequestException", kafka.create_topic, **of, TopicName="no good", PartitionCount=1, ReplicationFactor=3)
    shown = look()
    w.has("topic", shown, TopicArn=made["TopicArn"], PartitionCount=3, ReplicationFactor=3)
    w.equal("retention", json.loads(base64.b64decode(shown["Configs"]))["retention.ms"], "60000")
    listed = w.pages(kafka, "list_topics", "Topics", **of)
    w.true("topics", {"clicks", "views"} <= {one["TopicName"] for one in listed}, listed)
    w.equal("by name", [one["TopicName"] for one in kafka.list_topics(**of, TopicNameFilter="cli")["Topics"]], ["clicks"])
    partitions = w.pages(kafka, "describe_topic_partitions", "Partitions", **of, TopicName="clicks")
    w.equal("partitions", [one["Partition"] for one in partitions], [0, 1, 2])
    w.true("replicas", all(len(one["Replicas"]) == 3 and one["Leader"] in one["Replicas"] for one in partitions), partitions)
    w.refused("BadRequestException", kafka.update_topic, **of, TopicName="clicks", PartitionCount=4, Configs=encoded())
    kafka.update_topic(**of, TopicName="clicks", PartitionCount=4)
    w.until("more partitions", look, lambda seen: seen["PartitionCount"] == 4 and seen["Status"] == "ACTIVE")
    kafka.update_topic(**of, TopicName="clicks", Configs=encoded(retention_ms="120000"))
    w.until("more retention", look, lambda seen: json.loads(base64.b64decode(seen["Configs"]))["retention.ms"] == "120000" and seen["Status"] == "ACTIVE")
    kafka.delete_topic(**of, TopicName="views")
    w.gone("the topic", "NotFoundException|UnknownTopicOrPartitionException".split("|")[0], lambda: kafka.describe_topic(**of, TopicName="views"))


def channels(w, kafka, express):
    iam, s3 = w.client("iam"), w.client("s3")
    trust = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "kafka.amazonaws.com"}, "Action": "sts:AssumeRole"}]}
    role = iam.create_role(RoleName="delivery", AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
    for bucket in ("aqueduct-records", "aqueduct-failures"):
        s3.create_bucket(Bucket=bucket)
    topic = kafka.describe_topic(ClusterArn=express, TopicName="clicks")["TopicArn"]
    given = {
        "ClusterArn": express,
        "TopicConfigurationList": [{"TopicArn": topic, "RecordConverter": {"ValueConverter": "BYTE_ARRAY"}}],
        "S3DestinationConfiguration": {
            "ServiceExecutionRoleArn": role, "DeadLetterQueueS3": {"BucketArn": "arn:aws:s3:::aqueduct-failures"}, "DataFreshnessInSeconds": 300,
            "Storage": {"BucketArn": "arn:aws:s3:::aqueduct-records", "CompressionType": "GZIP", "StorageClass": "STANDARD"}}}
    made = [kafka.create_channel(ChannelName=name, Tags={"of": name}, **given)["ChannelArn"] for name in ("one", "two")]
    of = {"ClusterArn": express, "ChannelArn": made[0]}
    for arn in made:
        w.until("an active channel", lambda: kafka.describe_channel(ClusterArn=express, ChannelArn=arn), lambda seen: seen["Status"] == "ACTIVE")
    w.refused("ConflictException", kafka.create_channel, ChannelName="one", **given)
    shown = kafka.describe_channel(**of)
    w.has("channel", shown, ChannelName="one", DestinationType="S3", Tags={"of": "one"})
    w.has("destination", shown["S3DestinationConfiguration"], DataFreshnessInSeconds=300, ServiceExecutionRoleArn=role)
    first = kafka.list_channels(ClusterArn=express, MaxResults=1)
    second = kafka.list_channels(ClusterArn=express, MaxResults=1, NextToken=first["NextToken"])
    w.equal("channels", sorted(one["ChannelName"] for one in first["Channels"] + second["Channels"]), ["one", "two"])
    kafka.update_channel(**of, S3DestinationUpdate={"DataFreshnessInSeconds": 600})
    w.until("more freshness", lambda: kafka.describe_channel(**of), lambda seen: seen["Status"] == "ACTIVE"
            and seen["S3DestinationConfiguration"]["DataFreshnessInSeconds"] == 600)
    w.refused("BadRequestException", kafka.delete_topic, ClusterArn=express, TopicName="clicks")
    for arn in made:
        kafka.delete_channel(ClusterArn=express, ChannelArn=arn)
        w.gone("the channel", "NotFoundException", lambda: kafka.describe_channel(ClusterArn=express, ChannelArn=arn))


def tagging(w, kafka, standard):
    kafka.tag_resource(ResourceArn=standard, Tags={"stage": "test", "empty": ""})
    w.equal("tags", kafka.list_tags_for_resource(ResourceArn=standard)["Tags"], {"team": "data", "stage": "test", "empty": ""})
    kafka.untag_resource(ResourceArn=standard, TagKeys=["empty", "team"])
    w.equal("tags", kafka.describe_cluster_v2(ClusterArn=standard)["ClusterInfo"]["Tags"], {"stage": "test"})


def delete(w, kafka, arns, configuration):
    w.refused("BadRequestException", kafka.delete_cluster, ClusterArn=arns[0], CurrentVersion="K000000000000")
    for arn in arns:
        active(w, kafka, arn)
        w.equal("deleting", kafka.delete_cluster(ClusterArn=arn)["State"], "DELETING")
    for arn in arns:
        w.gone("the cluster", "NotFoundException", lambda: kafka.describe_cluster_v2(ClusterArn=arn))
    kafka.delete_configuration(Arn=configuration)
    w.equal("clusters", kafka.list_clusters_v2()["ClusterInfoList"], [])
