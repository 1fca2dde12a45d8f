"""MSK Connect: plugins, worker configurations, connectors."""

import base64
import json

from network import network

LOOK = {"kafkaconnect": ("list_connectors", {})}


def walk(w):
    connect, kafka, iam, s3 = w.client("kafkaconnect"), w.client("kafka"), w.client("iam"), w.client("s3")
    _, subnets, group = network(w)
    # The role comes first: it takes a while until services may assume a new one.
    trust = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "kafkaconnect.amazonaws.com"}, "Action": "sts:AssumeRole"}]}
    role = iam.create_role(RoleName="sink", AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
    plugin = plugins(w, connect, s3)
    workers = worker_configurations(w, connect)
    nodes = {"ClientSubnets": subnets, "SecurityGroups": [group], "InstanceType": "kafka.t3.small", "StorageInfo": {"EbsStorageInfo": {"VolumeSize": 1}}}
    cluster = kafka.create_cluster_v2(ClusterName="main", Provisioned=dict(
        BrokerNodeGroupInfo=nodes, KafkaVersion="3.6.0", NumberOfBrokerNodes=2, ClientAuthentication={"Sasl": {"Iam": {"Enabled": True}}}))["ClusterArn"]
    w.until("a cluster", lambda: kafka.describe_cluster_v2(ClusterArn=cluster)["ClusterInfo"], lambda seen: seen["State"] == "ACTIVE")
    brokers = kafka.get_bootstrap_brokers(ClusterArn=cluster)["BootstrapBrokerStringSaslIam"]
    settings = {"connector.class": "io.confluent.connect.s3.S3SinkConnector", "tasks.max": "1", "topics": "clicks",
                "s3.region": "us-east-1", "s3.bucket.name": "aqueduct-plugins", "flush.size": "10"}
    given = dict(
        capacity={"provisionedCapacity": {"mcuCount": 1, "workerCount": 1}}, connectorConfiguration=settings,
        kafkaCluster={"apacheKafkaCluster": {"bootstrapServers": brokers, "vpc": {"subnets": subnets, "securityGroups": [group]}}},
        kafkaClusterClientAuthentication={"authenticationType": "IAM"}, kafkaClusterEncryptionInTransit={"encryptionType": "TLS"},
        kafkaConnectVersion="3.7.x", plugins=[{"customPlugin": {"customPluginArn": plugin, "revision": 1}}], serviceExecutionRoleArn=role,
        workerConfiguration={"workerConfigurationArn": workers, "revision": 1})
    made = {name: connect.create_connector(connectorName=name, tags={"of": name}, **given)["connectorArn"] for name in ("one", "two")}
    arn = made["one"]
    look = lambda arn=arn: connect.describe_connector(connectorArn=arn)
    running = lambda arn=arn: w.until("a running connector", lambda: look(arn), lambda seen: seen["connectorState"] == "RUNNING")
    for one in made.values():
        running(one)
    w.has("connector", look(), connectorName="one", connectorConfiguration=settings, kafkaConnectVersion="3.7.x", serviceExecutionRoleArn=role)
    w.equal("capacity", look()["capacity"]["provisionedCapacity"], {"mcuCount": 1, "workerCount": 1})
    listed = w.pages(connect, "list_connectors", "connectors")
    w.equal("connectors", sorted(one["connectorName"] for one in listed), ["one", "two"])
    w.equal("by name", [one["connectorArn"] for one in connect.list_connectors(connectorNamePrefix="tw")["connectors"]], [made["two"]])
    w.refused("ConflictException", connect.create_connector, connectorName="one", **given)
    w.refused("BadRequestException|ConflictException", connect.delete_custom_plugin, customPluginArn=plugin)
    update(w, connect, arn, look, running, settings)
    operations(w, connect, arn, look, running)
    connect.tag_resource(resourceArn=arn, tags={"stage": "test"})
    w.equal("tags", connect.list_tags_for_resource(resourceArn=arn)["tags"], {"of": "one", "stage": "test"})
    connect.untag_resource(resourceArn=arn, tagKeys=["of"])
    w.equal("tags", connect.list_tags_for_resource(resourceArn=arn)["tags"], {"stage": "test"})
    for one in made.values():
        connect.delete_connector(connectorArn=one, currentVersion=running(one)["currentVersion"])
        w.gone("the connector", "NotFoundException", lambda: look(one))
    connect.delete_custom_plugin(customPluginArn=plugin)
    w.gone("the plugin", "NotFoundException", lambda: connect.describe_custom_plugin(customPluginArn=plugin))
    connect.delete_worker_configuration(workerConfigurationArn=workers)
    w.gone("the configuration", "NotFoundException", lambda: connect.describe_worker_configuration(workerConfigurationArn=workers))


def plugins(w, connect, s3):
    s3.create_bucket(Bucket="aqueduct-plugins")
    s3.put_object(Bucket="aqueduct-plugins", Key="sink.zip", Body=b"PK\x03\x04 sink")
    place = {"s3Location": {"bucketArn": "arn:aws:s3:::aqueduct-plugins", "fileKey": "sink.zip"}}
    made = [connect.create_custom_plugin(name=name, contentType="ZIP", location=place, description="Sink", tags={"a": "b"})["customPluginArn"]
            for name in ("sink", "spare")]
    for arn in made:
        w.until("an active plugin", lambda: connect.describe_custom_plugin(customPluginArn=arn), lambda seen: seen["customPluginState"] == "ACTIVE")
    shown = connect.describe_custom_plugin(customPluginArn=made[0])
    w.has("plugin", shown, name="sink", description="Sink")
    w.has("revision", shown["latestRevision"], revision=1, contentType="ZIP")
    w.equal("size", shown["latestRevision"]["fileDescription"]["fileSize"], 9)
    w.equal("plugins", sorted(one["name"] for one in w.pages(connect, "list_custom_plugins", "customPlugins")), ["sink", "spare"])
    w.refused("ConflictException", connect.create_custom_plugin, name="sink", contentType="ZIP", location=place)
    connect.delete_custom_plugin(customPluginArn=made[1])
    return made[0]


def worker_configurations(w, connect):
    text = "key.converter=org.apache.kafka.connect.storage.StringConverter\nvalue.converter=org.apache.kafka.connect.json.JsonConverter\n"
    content = base64.b64encode(text.encode()).decode()
    made = [connect.create_worker_configuration(name=name, propertiesFileContent=content, tags={"a": "b"})["workerConfigurationArn"]
            for name in ("main", "spare")]
    shown = connect.describe_worker_configuration(workerConfigurationArn=made[0])
    w.has("configuration", shown, name="main", workerConfigurationState="ACTIVE")
    w.has("revision", shown["latestRevision"], revision=1, propertiesFileContent=content)
    listed = w.pages(connect, "list_worker_configurations", "workerConfigurations")
    w.equal("configurations", sorted(one["name"] for one in listed), ["main", "spare"])
    w.refused("ConflictException", connect.create_worker_configuration, name="main", propertiesFileContent=content)
    w.refused("BadRequestException", connect.create_worker_configuration, name="bad", propertiesFileContent="not base64")
    connect.delete_worker_configuration(workerConfigurationArn=made[1])
    return made[0]


def update(w, connect, arn, look, running, settings):
    more = {**settings, "flush.size": "20"}
    for given, holds in (({"connectorConfiguration": more}, lambda seen: seen["connectorConfiguration"] == more),
                         ({"capacity": {"provisionedCapacity": {"mcuCount": 2, "workerCount": 2}}},
                          lambda seen: seen["capacity"]["provisionedCapacity"]["workerCount"] == 2)):
        version = running()["currentVersion"]
        operation = connect.update_connector(connectorArn=arn, currentVersion=version, **given)["connectorOperationArn"]
        done = w.until("the end of an operation", lambda: connect.describe_connector_operation(connectorOperationArn=operation),
                       lambda seen: "endTime" in seen)
        w.equal("operation", done["connectorOperationState"], "UPDATE_COMPLETE")
        w.true("update", holds(running()), look())
        w.refused("BadRequestException|ConflictException", connect.update_connector, connectorArn=arn, currentVersion=version, **given)


def operations(w, connect, arn, look, running):
    connect.pause_connector(connectorArn=arn)
    w.until("a pause", look, lambda seen: seen["connectorState"] == "PAUSED")
    connect.resume_connector(connectorArn=arn)
    running()
    connect.restart_connector(connectorArn=arn)
    running()
    listed = w.pages(connect, "list_connector_operations", "connectorOperations", connectorArn=arn)
    w.equal("operations", len(listed), 5)
