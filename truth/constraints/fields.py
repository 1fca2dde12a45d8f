"""Which members of which operations, and properties of which CloudFormation types, the manifest's fields become."""

import dataclasses
import typing

TOPICS = {"topics": {"posts": {}}}
DELIVERED = {"topics": ["posts"], "bucket": "data"}
ROOMY = {"network": {"nat": "none"}}

# The smallest manifests that have the fields of a section.
BASES = {
    "nothing": {"buckets": {"data": {}}},
    "network": {"network": {"cidr": "10.0.0.0/16"}, "kafka": {}},
    "existing": {
        "network": {"existing": {
            "vpc": "vpc-0123456789abcdef0",
            "private_subnets": ["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"],
            "cidr": "10.0.0.0/16", "route_tables": ["rtb-0123456789abcdef0"],
        }},
        "kafka": {},
    },
    "bucket": {"buckets": {"data": {}}},
    "lifecycle": {"buckets": {"data": {"lifecycle": [{"expire_days": 400, "transitions": [{"days": 90, "class": "glacier"}]}]}}},
    "stream": {"streams": {"posts": {}}},
    "kafka": {"kafka": TOPICS},
    "express": {"kafka": {"mode": "express", **TOPICS}},
    "serverless": {"kafka": {"mode": "serverless"}},
    "channel": {
        "buckets": {"data": {}}, "kafka": {"mode": "express", **TOPICS}, "sinks": {"posts": {"via": "channel", **DELIVERED}},
    },
    "connect": {
        "buckets": {"data": {}}, "kafka": TOPICS, "sinks": {"posts": {"via": "connect", "plugin": "plugin.zip", **DELIVERED}},
    },
    "client": {"kafka": TOPICS, "client": {}},
    "api": {"streams": {"posts": {}}, "api": {}},
    "airflow": {"airflow": {"dags": "dags"}},
}


@dataclasses.dataclass
class Field:
    """A field of the manifest."""

    # Which smallest manifest has it, and where in it; `{key}` is the key of a map itself.
    base: str
    path: str
    # Where it goes: `service Operation member.path` of the API, `AWS::A::Type Property/Path` of CloudFormation.
    sources: tuple
    # Values of every form that is written, and what makes them longer.
    samples: tuple = ()
    fill: str = "a"
    # How what is probed is written in the manifest, and how it is sent.
    written: typing.Callable = lambda value: value
    sent: typing.Callable = lambda value: value
    # What must stand beside it for other rules to hold.
    also: dict = dataclasses.field(default_factory=dict)


def lower(value):
    return value.lower()


KEY = "arn:aws:kms:us-east-1:123456789012:key/01234567-89ab-cdef-0123-456789abcdef"
TAGS = {"samples": ("team", "cost:center/a 5")}


def tags(count):
    """So many tags with those that are ours: `aqueduct:stack`, `aqueduct:name` and `Name`."""
    return {f"tag{number}": "x" for number in range(count - 3)}


FIELDS = [
    # What stands at the top.
    Field("airflow", "stack", ("mwaa CreateEnvironment Name", "AWS::MWAA::Environment Name"), ("probe",), sent=lambda stack: f"{stack}-airflow"),
    Field("kafka", "stack", ("kafka CreateCluster ClusterName",), ("probe",), sent=lambda stack: f"{stack}-main"),
    Field("airflow", "tags/{key}", ("mwaa CreateEnvironment Tags.{key}", "iam CreateRole Tags.[].Key", "AWS::S3::Bucket Tags/*/Key"), **TAGS),
    Field("airflow", "tags/team", ("mwaa CreateEnvironment Tags.{value}", "iam CreateRole Tags.[].Value"), **TAGS),
    Field("airflow", "tags", ("mwaa CreateEnvironment Tags", "iam CreateRole Tags"), written=tags, sent=lambda count: max(count, 3)),
    # Where everything runs.
    Field("network", "network/cidr", ("AWS::EC2::VPC CidrBlock",), ("10.0.0.0/16",), fill="0"),
    Field("existing", "network/existing/vpc", ("AWS::EC2::VPCEndpoint VpcId",), ("vpc-0123456789abcdef0", "vpc-01234567")),
    Field("network", "network/private_subnets/0", ("AWS::EC2::Subnet CidrBlock",), ("10.0.0.0/20",), fill="0", also={
        "network/zones": 3, "network/private_subnets": ["", "10.0.16.0/20", "10.0.32.0/20"],
    }),
    Field("network", "network/public_subnets/0", ("AWS::EC2::Subnet CidrBlock",), ("10.0.128.0/20",), fill="0", also={
        "network/zones": 3, "network/public_subnets": ["", "10.0.144.0/20", "10.0.160.0/20"],
    }),
    Field("existing", "network/existing/route_tables/0", ("AWS::EC2::SubnetRouteTableAssociation RouteTableId",), ("rtb-0123456789abcdef0",)),
    Field("existing", "network/existing/private_subnets/0", ("AWS::EC2::Instance SubnetId",), ("subnet-0123456789abcdef0", "subnet-01234567")),
    # Where data lies.
    Field("bucket", "buckets/data/name", ("AWS::S3::Bucket BucketName",), ("probe-data",)),
    Field("bucket", "buckets/{key}", ("AWS::S3::Bucket BucketName",), ("data",), sent=lambda key: f"probe-{key}-000000000000"),
    Field("bucket", "buckets/data/encryption", (
        "s3 PutBucketEncryption ServerSideEncryptionConfiguration.Rules.[].ApplyServerSideEncryptionByDefault.SSEAlgorithm",
        "AWS::S3::Bucket BucketEncryption/ServerSideEncryptionConfiguration/*/ServerSideEncryptionByDefault/SSEAlgorithm",
    ), written=lambda value: {"aws:kms": "kms"}.get(value, value.lower())),
    Field("bucket", "buckets/data/kms_key", (
        "AWS::S3::Bucket BucketEncryption/ServerSideEncryptionConfiguration/*/ServerSideEncryptionByDefault/KMSMasterKeyID",
    ), (KEY,)),
    Field("bucket", "buckets/data/tags/{key}", ("s3 PutBucketTagging Tagging.TagSet.[].Key", "AWS::S3::Bucket Tags/*/Key"), **TAGS),
    Field("bucket", "buckets/data/tags/team", ("AWS::S3::Bucket Tags/*/Value",), **TAGS),
    Field("lifecycle", "buckets/data/lifecycle/0/name", ("AWS::S3::Bucket LifecycleConfiguration/Rules/*/Id",), ("old",)),
    Field("lifecycle", "buckets/data/lifecycle/0/prefix", ("AWS::S3::Bucket LifecycleConfiguration/Rules/*/Prefix",), ("a/",)),
    Field("lifecycle", "buckets/data/lifecycle/0/expire_days", ("AWS::S3::Bucket LifecycleConfiguration/Rules/*/ExpirationInDays",)),
    Field("lifecycle", "buckets/data/lifecycle/0/abort_uploads_days", (
        "AWS::S3::Bucket LifecycleConfiguration/Rules/*/AbortIncompleteMultipartUpload/DaysAfterInitiation",
    )),
    Field("lifecycle", "buckets/data/lifecycle/0/transitions/0/class", (
        "s3 PutBucketLifecycleConfiguration LifecycleConfiguration.Rules.[].Transitions.[].StorageClass",
        "AWS::S3::Bucket LifecycleConfiguration/Rules/*/Transitions/*/StorageClass",
    ), written=lower),
    # Streams.
    Field("stream", "streams/{key}", ("kinesis CreateStream StreamName", "AWS::Kinesis::Stream Name"), ("posts",)),
    Field("stream", "streams/posts/shards", ("kinesis CreateStream ShardCount", "AWS::Kinesis::Stream ShardCount")),
    Field("stream", "streams/posts/retention_hours", (
        "kinesis IncreaseStreamRetentionPeriod RetentionPeriodHours", "AWS::Kinesis::Stream RetentionPeriodHours",
    )),
    Field("stream", "streams/posts/kms_key", ("kinesis StartStreamEncryption KeyId", "AWS::Kinesis::Stream StreamEncryption/KeyId"), (KEY, "alias/posts")),
    Field("stream", "streams/posts/max_record_kib", ("kinesis CreateStream MaxRecordSizeInKiB", "AWS::Kinesis::Stream MaxRecordSizeInKiB")),
    Field("stream", "streams/posts/shard_metrics/0", ("kinesis EnableEnhancedMonitoring ShardLevelMetrics.[]",), also={"streams/posts/shard_metrics": ["IncomingBytes"]}),
    Field("stream", "streams/posts/tags/{key}", ("kinesis CreateStream Tags.{key}", "AWS::Kinesis::Stream Tags/*/Key"), **TAGS),
    Field("stream", "streams/posts/tags/team", ("kinesis CreateStream Tags.{value}", "AWS::Kinesis::Stream Tags/*/Value"), **TAGS),
    # Kafka.
    Field("kafka", "kafka/name", ("kafka CreateCluster ClusterName", "AWS::MSK::Cluster ClusterName"), ("posts",)),
    Field("serverless", "kafka/name", ("kafka CreateClusterV2 ClusterName", "AWS::MSK::ServerlessCluster ClusterName"), ("posts",)),
    Field("kafka", "kafka/version", ("kafka CreateCluster KafkaVersion", "AWS::MSK::Cluster KafkaVersion"), ("3.8.x", "3.9.x.kraft"), fill="0"),
    Field("kafka", "kafka/brokers", ("kafka CreateCluster NumberOfBrokerNodes", "AWS::MSK::Cluster NumberOfBrokerNodes")),
    Field("kafka", "kafka/broker_type", ("kafka CreateCluster BrokerNodeGroupInfo.InstanceType", "AWS::MSK::Cluster BrokerNodeGroupInfo/InstanceType"), ("kafka.m7g.large",)),
    Field("kafka", "kafka/storage/size_gib", (
        "kafka CreateCluster BrokerNodeGroupInfo.StorageInfo.EbsStorageInfo.VolumeSize",
        "AWS::MSK::Cluster BrokerNodeGroupInfo/StorageInfo/EBSStorageInfo/VolumeSize",
    )),
    Field("kafka", "kafka/client_broker", (
        "kafka CreateCluster EncryptionInfo.EncryptionInTransit.ClientBroker", "AWS::MSK::Cluster EncryptionInfo/EncryptionInTransit/ClientBroker",
    ), written=lower, also={"kafka/authentication": lambda value: ["iam"] if value == "TLS" else ["none"]}),
    Field("kafka", "kafka/monitoring", ("kafka CreateCluster EnhancedMonitoring", "AWS::MSK::Cluster EnhancedMonitoring"), written=lower),
    Field("kafka", "kafka/kms_key", ("AWS::MSK::Cluster EncryptionInfo/EncryptionAtRest/DataVolumeKMSKeyId",), (KEY,)),
    Field("kafka", "kafka/storage/throughput_mibps", (
        "kafka CreateCluster BrokerNodeGroupInfo.StorageInfo.EbsStorageInfo.ProvisionedThroughput.VolumeThroughput",
        "AWS::MSK::Cluster BrokerNodeGroupInfo/StorageInfo/EBSStorageInfo/ProvisionedThroughput/VolumeThroughput",
    ), also={"kafka/broker_type": "kafka.m5.4xlarge", "kafka/storage": {"size_gib": 1000}}),
    Field("kafka", "kafka/topics/{key}", ("kafka CreateTopic TopicName", "AWS::MSK::Topic TopicName"), ("posts",)),
    Field("kafka", "kafka/topics/posts/partitions", ("kafka CreateTopic PartitionCount", "AWS::MSK::Topic PartitionCount")),
    Field("kafka", "kafka/topics/posts/replication", ("kafka CreateTopic ReplicationFactor", "AWS::MSK::Topic ReplicationFactor")),
    Field("kafka", "kafka/logs/retention_days", ("AWS::Logs::LogGroup RetentionInDays",)),
    # Delivery.
    Field("connect", "sinks/posts/name", ("kafkaconnect CreateConnector connectorName", "AWS::KafkaConnect::Connector ConnectorName"), ("posts",)),
    Field("connect", "sinks/{key}", ("kafkaconnect CreateConnector connectorName", "AWS::KafkaConnect::Connector ConnectorName"), ("posts",), sent=lambda key: f"probe-{key}"),
    Field("connect", "sinks/{key}", ("iam CreateRole RoleName", "AWS::IAM::Role RoleName"), ("posts",), sent=lambda key: f"probe-us-east-1-sink-{key}"),
    Field("connect", "sinks/posts/workers/mcu", (
        "kafkaconnect CreateConnector capacity.provisionedCapacity.mcuCount", "AWS::KafkaConnect::Connector Capacity/ProvisionedCapacity/McuCount",
    )),
    Field("connect", "sinks/posts/workers/count", ("AWS::KafkaConnect::Connector Capacity/ProvisionedCapacity/WorkerCount",)),
    Field("connect", "sinks/posts/workers/scale_in_cpu", (
        "kafkaconnect CreateConnector capacity.autoScaling.scaleInPolicy.cpuUtilizationPercentage",
        "AWS::KafkaConnect::Connector Capacity/AutoScaling/ScaleInPolicy/CpuUtilizationPercentage",
    ), also={"sinks/posts/workers": {"min": 1, "max": 2, "scale_out_cpu": 100}}),
    Field("connect", "sinks/posts/workers/scale_out_cpu", (
        "kafkaconnect CreateConnector capacity.autoScaling.scaleOutPolicy.cpuUtilizationPercentage",
        "AWS::KafkaConnect::Connector Capacity/AutoScaling/ScaleOutPolicy/CpuUtilizationPercentage",
    ), also={"sinks/posts/workers": {"min": 1, "max": 2, "scale_in_cpu": 1}}),
    Field("connect", "sinks/posts/logs/retention_days", ("AWS::Logs::LogGroup RetentionInDays",)),
    Field("channel", "sinks/posts/converter", ("kafka CreateChannel TopicConfigurationList.[].RecordConverter.ValueConverter",), written=lower),
    Field("channel", "sinks/posts/compression", ("kafka CreateChannel S3DestinationConfiguration.Storage.CompressionType",), written=lower),
    Field("channel", "sinks/posts/storage_class", ("kafka CreateChannel S3DestinationConfiguration.Storage.StorageClass",), written=lower),
    Field("channel", "sinks/posts/freshness_seconds", ("kafka CreateChannel S3DestinationConfiguration.DataFreshnessInSeconds",)),
    # The client machine.
    Field("client", "client/image", ("AWS::EC2::Instance ImageId",), ("ami-0123456789abcdef0", "ami-01234567"), also={"client/instance_type": "t3.small"}),
    Field("client", "client/image_parameter", ("ssm GetParameter Name",), ("/aws/service/ami",)),
    Field("client", "client/instance_type", ("ec2 RunInstances InstanceType",)),
    Field("client", "client/kms_key", ("AWS::EC2::Instance BlockDeviceMappings/*/Ebs/KmsKeyId",), (KEY,)),
    Field("client", "client/ssh_from/0", ("AWS::EC2::SecurityGroupIngress CidrIp",), ("192.0.2.0/24",), fill="0", also={
        "client/key_pair": "probe", "client/ssh_from": ["192.0.2.0/24"], "api": {"exposure": "public"},
    }),
    Field("client", "client/rest_proxy/port", ("elbv2 CreateTargetGroup Port", "AWS::ElasticLoadBalancingV2::TargetGroup Port")),
    Field("client", "client/managed_policies/0", ("iam AttachRolePolicy PolicyArn", "AWS::IAM::Role ManagedPolicyArns/*"), (
        "arn:aws:iam::aws:policy/ReadOnlyAccess", "arn:aws:iam::123456789012:policy/team/posts",
    ), also={"client/managed_policies": [""]}),
    # The API.
    Field("api", "api/name", ("apigateway CreateRestApi name", "AWS::ApiGateway::RestApi Name"), ("posts",)),
    Field("api", "api/stage", ("apigateway CreateStage stageName", "AWS::ApiGateway::Stage StageName"), ("prod",)),
    Field("api", "api/endpoint", ("apigateway CreateRestApi endpointConfiguration.types.[]",), written=lower),
    Field("api", "api/timeout_ms", ("apigateway PutIntegration timeoutInMillis", "AWS::ApiGateway::Method Integration/TimeoutInMillis")),
    Field("api", "api/throttle/rate", ("AWS::ApiGateway::Stage MethodSettings/*/ThrottlingRateLimit",)),
    Field("api", "api/throttle/burst", ("AWS::ApiGateway::Stage MethodSettings/*/ThrottlingBurstLimit",)),
    Field("api", "api/quota/limit", ("AWS::ApiGateway::UsagePlan Quota/Limit",), also={"api/auth": "api_key"}),
    Field("api", "api/quota/period", ("apigateway CreateUsagePlan quota.period",), written=lower, also={"api/auth": "api_key", "api/quota": {"limit": 5}}),
    Field("api", "api/access_logs/retention_days", ("AWS::Logs::LogGroup RetentionInDays",)),
    # Airflow.
    Field("airflow", "airflow/name", ("mwaa CreateEnvironment Name", "AWS::MWAA::Environment Name"), ("posts",)),
    Field("airflow", "airflow/version", ("mwaa CreateEnvironment AirflowVersion", "AWS::MWAA::Environment AirflowVersion"), ("2.10.3",), fill="0"),
    Field("airflow", "airflow/class", ("mwaa CreateEnvironment EnvironmentClass", "AWS::MWAA::Environment EnvironmentClass"), ("mw1.medium",)),
    Field("airflow", "airflow/min_workers", ("mwaa CreateEnvironment MinWorkers", "AWS::MWAA::Environment MinWorkers")),
    Field("airflow", "airflow/max_workers", ("mwaa CreateEnvironment MaxWorkers", "AWS::MWAA::Environment MaxWorkers")),
    Field("airflow", "airflow/schedulers", ("mwaa CreateEnvironment Schedulers", "AWS::MWAA::Environment Schedulers")),
    Field("airflow", "airflow/min_webservers", ("mwaa CreateEnvironment MinWebservers", "AWS::MWAA::Environment MinWebservers")),
    Field("airflow", "airflow/max_webservers", ("mwaa CreateEnvironment MaxWebservers", "AWS::MWAA::Environment MaxWebservers")),
    Field("airflow", "airflow/web_access", ("mwaa CreateEnvironment WebserverAccessMode", "AWS::MWAA::Environment WebserverAccessMode"), written=lambda value: lower(value).removesuffix("_only")),
    Field("airflow", "airflow/options/{key}", ("mwaa CreateEnvironment AirflowConfigurationOptions.{key}",), ("core.load_examples",)),
    Field("airflow", "airflow/options/core.load_examples", ("mwaa CreateEnvironment AirflowConfigurationOptions.{value}",), ("false",)),
    *(
        Field("airflow", f"airflow/logs/{name}", (
            f"mwaa CreateEnvironment LoggingConfiguration.{member}.LogLevel", f"AWS::MWAA::Environment LoggingConfiguration/{member}/LogLevel",
        ), written=lower)
        for name, member in (
            ("dag_processing", "DagProcessingLogs"), ("scheduler", "SchedulerLogs"), ("task", "TaskLogs"),
            ("webserver", "WebserverLogs"), ("worker", "WorkerLogs"),
        )
    ),
    Field("airflow", "airflow/logs/retention_days", ("AWS::Logs::LogGroup RetentionInDays",)),
    Field("airflow", "airflow/maintenance_window", (
        "mwaa CreateEnvironment WeeklyMaintenanceWindowStart", "AWS::MWAA::Environment WeeklyMaintenanceWindowStart",
    ), ("SUN:03:30",)),
    Field("airflow", "airflow/kms_key", ("mwaa CreateEnvironment KmsKey", "AWS::MWAA::Environment KmsKey"), (KEY,)),
]
