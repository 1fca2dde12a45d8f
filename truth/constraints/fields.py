"""Which members of which operations, and properties of which CloudFormation types, the manifest's fields become."""

import dataclasses
import json
import typing

TOPICS = {"topics": {"posts": {}}}
DELIVERED = {"topics": ["posts"], "bucket": "data"}
SUBNETS = ["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"]

# The smallest manifests that have the fields of a section.
BASES = {
    "network": {"network": {"cidr": "10.0.0.0/16"}, "kafka": {}},
    "blocks": {"network": {
        "cidr": "10.0.0.0/16", "zones": ["us-east-1a", "us-east-1b"], "public_subnets": ["10.0.0.0/24", "10.0.1.0/24"],
        "private_subnets": ["10.0.2.0/24", "10.0.3.0/24"], "endpoints": ["ssm"],
    }, "kafka": {}},
    "existing": {
        "network": {"existing": {
            "vpc": "vpc-0123456789abcdef0", "private_subnets": SUBNETS, "public_subnets": ["subnet-0123456789abcdef2"],
            "cidr": "10.0.0.0/16", "route_tables": ["rtb-0123456789abcdef0"],
        }},
        "kafka": {},
    },
    "bucket": {"buckets": {"data": {}}},
    "lifecycle": {"buckets": {"data": {"lifecycle": [{"expire_days": 400, "transitions": [{"days": 90, "class": "glacier"}]}]}}},
    "stream": {"streams": {"posts": {}}},
    "kafka": {"kafka": TOPICS},
    "serverless": {"kafka": {"mode": "serverless"}},
    "channel": {
        "buckets": {"data": {}}, "kafka": {"mode": "express", **TOPICS}, "sinks": {"posts": {"via": "channel", **DELIVERED}},
    },
    "connect": {
        "buckets": {"data": {}}, "kafka": TOPICS, "sinks": {"posts": {"via": "connect", "plugin": "plugin.zip", **DELIVERED}},
    },
    "client": {"kafka": TOPICS, "client": {}},
    "api": {"streams": {"posts": {}}, "api": {"cors": {}}},
    "routes": {"streams": {"posts": {}}, "api": {"routes": {"/posts": "kinesis"}}},
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
    # Values of every form that may be written, none where nothing is published; and what makes them longer.
    samples: tuple = ()
    fill: str = "a"
    # How what is probed is written in the manifest, and how it is sent.
    written: typing.Callable = lambda value: value
    sent: typing.Callable = lambda value: value
    # What must stand beside it for other rules to hold, by path.
    also: dict = dataclasses.field(default_factory=dict)


def lower(value):
    return value.lower()


def log(path, base):
    return Field(base, path, ("AWS::Logs::LogGroup RetentionInDays",))


def level(part, module):
    member = f"LoggingConfiguration.{module}.LogLevel"
    return Field("airflow", f"airflow/logs/{part}", (
        f"mwaa CreateEnvironment {member}", f"AWS::MWAA::Environment {member.replace('.', '/')}",
    ), written=lower)


def tags(count):
    return {f"tag{number}": "x" for number in range(count)}


def subnets(count):
    return [f"subnet-0123456789abcde{number:02}" for number in range(count)]


def statement(folder):
    return {"Effect": "Allow", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::data/{folder}/*"}


ID = "01234567-89ab-cdef-0123-456789abcdef"
KEY = f"arn:aws:kms:us-east-1:123456789012:key/{ID}"
BLOCK = {"samples": ("10.0.2.0/24",), "fill": "0"}
TAGS = {"samples": ("team", "cost:center/a 5")}
# A resource carries `aqueduct:stack` and `aqueduct:address` beside the user's tags.
COUNTED = {"written": tags, "sent": lambda count: count + 2}
BUCKET_KEY = "BucketEncryption/ServerSideEncryptionConfiguration/*/ServerSideEncryptionByDefault"
RULE = "AWS::S3::Bucket LifecycleConfiguration/Rules/*"
ROLE = ("iam CreateRole RoleName", "AWS::IAM::Role RoleName")
S3 = "S3DestinationConfiguration"
QUOTA = {"api/auth": "api_key", "api/quota": {"limit": 5}}

FIELDS = [
    # What stands at the top.
    Field("airflow", "stack", ("mwaa CreateEnvironment Name", "AWS::MWAA::Environment Name"), ("probe",), sent=lambda stack: f"{stack}-airflow"),
    Field("kafka", "stack", ("kafka CreateCluster ClusterName",), ("probe",), sent=lambda stack: f"{stack}-main"),
    Field("bucket", "stack", ("AWS::S3::Bucket BucketName",), ("probe",), sent=lambda stack: f"{stack}-data-000000000000"),
    Field("bucket", "region", ("s3 CreateBucket CreateBucketConfiguration.LocationConstraint",)),
    Field("airflow", "tags/{key}", (
        "mwaa CreateEnvironment Tags.{key}", "iam CreateRole Tags.[].Key", "logs CreateLogGroup tags.{key}", "AWS::S3::Bucket Tags/*/Key",
    ), **TAGS),
    Field("airflow", "tags/team", (
        "mwaa CreateEnvironment Tags.{value}", "iam CreateRole Tags.[].Value", "logs CreateLogGroup tags.{value}",
    ), **TAGS),
    Field("airflow", "tags", ("mwaa CreateEnvironment Tags", "iam CreateRole Tags", "logs CreateLogGroup tags"), **COUNTED),
    # Where everything runs.
    Field("network", "network/cidr", ("AWS::EC2::VPC CidrBlock",), ("10.0.0.0/16",), fill="0"),
    Field("blocks", "network/zones/0", ("AWS::EC2::Subnet AvailabilityZone",)),
    Field("blocks", "network/private_subnets/0", ("AWS::EC2::Subnet CidrBlock",), **BLOCK),
    Field("blocks", "network/public_subnets/0", ("AWS::EC2::Subnet CidrBlock",), **BLOCK),
    Field("blocks", "network/endpoints/0", ("AWS::EC2::VPCEndpoint ServiceName",)),
    Field("existing", "network/existing/vpc", ("AWS::EC2::VPCEndpoint VpcId",), ("vpc-0123456789abcdef0", "vpc-01234567")),
    Field("existing", "network/existing/private_subnets/0", (
        "AWS::EC2::Instance SubnetId", "mwaa CreateEnvironment NetworkConfiguration.SubnetIds.[]",
    ), ("subnet-0123456789abcdef3", "subnet-01234567")),
    # Of three, MWAA is given two.
    Field("existing", "network/existing/private_subnets", ("mwaa CreateEnvironment NetworkConfiguration.SubnetIds",), written=subnets, sent=lambda count: min(count, 2)),
    Field("existing", "network/existing/public_subnets/0", ("AWS::EC2::Instance SubnetId",), ("subnet-0123456789abcdef3", "subnet-01234567")),
    Field("existing", "network/existing/public_subnets", ("elbv2 CreateLoadBalancer Subnets",)),
    Field("existing", "network/existing/cidr", ("AWS::EC2::SecurityGroupIngress CidrIp",), ("10.0.0.0/16",), fill="0"),
    Field("existing", "network/existing/route_tables/0", ("AWS::EC2::VPCEndpoint RouteTableIds/*",)),
    Field("existing", "network/existing/route_tables", ("AWS::EC2::VPCEndpoint RouteTableIds",)),
    # Where data lies.
    Field("bucket", "buckets/data/name", ("AWS::S3::Bucket BucketName",), ("probe-data",)),
    Field("bucket", "buckets/{key}", ("AWS::S3::Bucket BucketName",), ("data",), sent=lambda key: f"probe-{key}-000000000000"),
    Field("bucket", "buckets/data/encryption", (
        "s3 PutBucketEncryption ServerSideEncryptionConfiguration.Rules.[].ApplyServerSideEncryptionByDefault.SSEAlgorithm",
        f"AWS::S3::Bucket {BUCKET_KEY}/SSEAlgorithm",
    ), written=lambda value: {"aws:kms": "kms"}.get(value, value.lower())),
    Field("bucket", "buckets/data/kms_key", (f"AWS::S3::Bucket {BUCKET_KEY}/KMSMasterKeyID",), (KEY, ID, "alias/posts")),
    Field("bucket", "buckets/data/tags/{key}", ("s3 PutBucketTagging Tagging.TagSet.[].Key", "AWS::S3::Bucket Tags/*/Key"), **TAGS),
    Field("bucket", "buckets/data/tags/team", ("s3 PutBucketTagging Tagging.TagSet.[].Value", "AWS::S3::Bucket Tags/*/Value"), **TAGS),
    Field("bucket", "buckets/data/tags", ("AWS::S3::Bucket Tags",)),
    Field("lifecycle", "buckets/data/lifecycle", ("AWS::S3::Bucket LifecycleConfiguration/Rules",)),
    Field("lifecycle", "buckets/data/lifecycle/0/name", (f"{RULE}/Id",), ("old",)),
    Field("lifecycle", "buckets/data/lifecycle/0/prefix", (f"{RULE}/Prefix",)),
    Field("lifecycle", "buckets/data/lifecycle/0/expire_days", (f"{RULE}/ExpirationInDays",)),
    Field("lifecycle", "buckets/data/lifecycle/0/expire_noncurrent_days", (f"{RULE}/NoncurrentVersionExpiration/NoncurrentDays",)),
    Field("lifecycle", "buckets/data/lifecycle/0/abort_uploads_days", (f"{RULE}/AbortIncompleteMultipartUpload/DaysAfterInitiation",)),
    Field("lifecycle", "buckets/data/lifecycle/0/transitions", (f"{RULE}/Transitions",)),
    Field("lifecycle", "buckets/data/lifecycle/0/transitions/0/days", (f"{RULE}/Transitions/*/TransitionInDays",)),
    Field("lifecycle", "buckets/data/lifecycle/0/transitions/0/class", (
        "s3 PutBucketLifecycleConfiguration LifecycleConfiguration.Rules.[].Transitions.[].StorageClass",
        f"{RULE}/Transitions/*/StorageClass",
    ), written=lower, sent=str.upper),
    # Streams.
    Field("stream", "streams/{key}", ("kinesis CreateStream StreamName", "AWS::Kinesis::Stream Name"), ("posts",)),
    Field("stream", "streams/posts/shards", ("kinesis CreateStream ShardCount", "AWS::Kinesis::Stream ShardCount")),
    Field("stream", "streams/posts/retention_hours", (
        "kinesis IncreaseStreamRetentionPeriod RetentionPeriodHours", "AWS::Kinesis::Stream RetentionPeriodHours",
    )),
    Field("stream", "streams/posts/kms_key", ("kinesis StartStreamEncryption KeyId", "AWS::Kinesis::Stream StreamEncryption/KeyId"), (KEY, ID, "alias/posts")),
    Field("stream", "streams/posts/max_record_kib", ("kinesis CreateStream MaxRecordSizeInKiB", "AWS::Kinesis::Stream MaxRecordSizeInKiB")),
    Field("stream", "streams/posts/shard_metrics/0", (
        "kinesis EnableEnhancedMonitoring ShardLevelMetrics.[]", "AWS::Kinesis::Stream DesiredShardLevelMetrics/*",
    ), also={"streams/posts/shard_metrics": ["IncomingBytes"]}),
    Field("stream", "streams/posts/tags/{key}", ("kinesis CreateStream Tags.{key}", "AWS::Kinesis::Stream Tags/*/Key"), **TAGS),
    Field("stream", "streams/posts/tags/team", ("kinesis CreateStream Tags.{value}", "AWS::Kinesis::Stream Tags/*/Value"), **TAGS),
    Field("stream", "streams/posts/tags", ("AWS::Kinesis::Stream Tags",), **COUNTED),
    Field("stream", "streams/posts/tags", ("AWS::Kinesis::Stream Tags",), written=tags, sent=lambda count: count + 32, also={
        "tags": {f"all{number}": "x" for number in range(30)},
    }),
    # Kafka.
    Field("kafka", "kafka/name", ("kafka CreateCluster ClusterName", "AWS::MSK::Cluster ClusterName"), ("posts",)),
    Field("serverless", "kafka/name", ("kafka CreateClusterV2 ClusterName", "AWS::MSK::ServerlessCluster ClusterName"), ("posts",)),
    Field("kafka", "kafka/version", ("kafka CreateCluster KafkaVersion", "AWS::MSK::Cluster KafkaVersion"), ("3.8.x", "3.9.x.kraft"), fill="0"),
    Field("kafka", "kafka/brokers", ("kafka CreateCluster NumberOfBrokerNodes", "AWS::MSK::Cluster NumberOfBrokerNodes"), also={"network/zones": 2}),
    Field("kafka", "kafka/broker_type", ("kafka CreateCluster BrokerNodeGroupInfo.InstanceType", "AWS::MSK::Cluster BrokerNodeGroupInfo/InstanceType"), ("kafka.m7g.large",)),
    Field("kafka", "kafka/storage/size_gib", (
        "kafka CreateCluster BrokerNodeGroupInfo.StorageInfo.EbsStorageInfo.VolumeSize",
        "AWS::MSK::Cluster BrokerNodeGroupInfo/StorageInfo/EBSStorageInfo/VolumeSize",
    )),
    Field("kafka", "kafka/storage/throughput_mibps", (
        "kafka CreateCluster BrokerNodeGroupInfo.StorageInfo.EbsStorageInfo.ProvisionedThroughput.VolumeThroughput",
        "AWS::MSK::Cluster BrokerNodeGroupInfo/StorageInfo/EBSStorageInfo/ProvisionedThroughput/VolumeThroughput",
    )),
    Field("kafka", "kafka/client_broker", (
        "kafka CreateCluster EncryptionInfo.EncryptionInTransit.ClientBroker", "AWS::MSK::Cluster EncryptionInfo/EncryptionInTransit/ClientBroker",
    ), written=lower, also={"kafka/authentication": ["none"]}),
    Field("kafka", "kafka/monitoring", ("kafka CreateCluster EnhancedMonitoring", "AWS::MSK::Cluster EnhancedMonitoring"), written=lower),
    Field("kafka", "kafka/kms_key", ("AWS::MSK::Cluster EncryptionInfo/EncryptionAtRest/DataVolumeKMSKeyId",)),
    Field("kafka", "kafka/certificate_authorities/0", ("AWS::MSK::Cluster ClientAuthentication/Tls/CertificateAuthorityArnList/*",)),
    Field("kafka", "kafka/certificate_authorities", ("AWS::MSK::Cluster ClientAuthentication/Tls/CertificateAuthorityArnList",)),
    Field("kafka", "kafka/configuration", ("kafka CreateConfiguration ServerProperties", "AWS::MSK::Configuration ServerProperties")),
    Field("kafka", "kafka/topics/{key}", ("kafka CreateTopic TopicName", "AWS::MSK::Topic TopicName")),
    Field("kafka", "kafka/topics/posts/partitions", ("kafka CreateTopic PartitionCount", "AWS::MSK::Topic PartitionCount")),
    Field("kafka", "kafka/topics/posts/replication", ("kafka CreateTopic ReplicationFactor", "AWS::MSK::Topic ReplicationFactor")),
    Field("kafka", "kafka/topics/posts/config", ("kafka CreateTopic Configs", "AWS::MSK::Topic Configs")),
    log("kafka/logs/retention_days", "kafka"),
    # Delivery by connectors.
    Field("connect", "sinks/posts/name", ("kafkaconnect CreateConnector connectorName", "AWS::KafkaConnect::Connector ConnectorName"), ("posts",)),
    Field("connect", "sinks/{key}", ("kafkaconnect CreateConnector connectorName", "AWS::KafkaConnect::Connector ConnectorName"), ("posts",), sent=lambda key: f"probe-{key}"),
    Field("connect", "sinks/{key}", ROLE, ("posts",), sent=lambda key: f"probe-us-east-1-sink-{key}"),
    Field("connect", "sinks/{key}", ("logs CreateLogGroup logGroupName", "AWS::Logs::LogGroup LogGroupName"), ("posts",), sent=lambda key: f"/aqueduct/probe/sink/{key}"),
    Field("connect", "sinks/posts/connect_version", ("kafkaconnect CreateConnector kafkaConnectVersion", "AWS::KafkaConnect::Connector KafkaConnectVersion")),
    Field("connect", "sinks/posts/properties/{key}", ("kafkaconnect CreateConnector connectorConfiguration.{key}",)),
    Field("connect", "sinks/posts/properties/flush.size", ("kafkaconnect CreateConnector connectorConfiguration.{value}",)),
    Field("connect", "sinks/posts/properties", ("kafkaconnect CreateConnector connectorConfiguration",)),
    Field("connect", "sinks/posts/worker_properties", ("kafkaconnect CreateWorkerConfiguration propertiesFileContent",)),
    Field("connect", "sinks/posts/workers/mcu", (
        "kafkaconnect CreateConnector capacity.provisionedCapacity.mcuCount", "AWS::KafkaConnect::Connector Capacity/ProvisionedCapacity/McuCount",
    )),
    Field("connect", "sinks/posts/workers/count", ("AWS::KafkaConnect::Connector Capacity/ProvisionedCapacity/WorkerCount",)),
    Field("connect", "sinks/posts/workers/min", ("AWS::KafkaConnect::Connector Capacity/AutoScaling/MinWorkerCount",)),
    Field("connect", "sinks/posts/workers/max", ("AWS::KafkaConnect::Connector Capacity/AutoScaling/MaxWorkerCount",)),
    Field("connect", "sinks/posts/workers/scale_in_cpu", (
        "kafkaconnect CreateConnector capacity.autoScaling.scaleInPolicy.cpuUtilizationPercentage",
        "AWS::KafkaConnect::Connector Capacity/AutoScaling/ScaleInPolicy/CpuUtilizationPercentage",
    ), also={"sinks/posts/workers": {"min": 1, "max": 2, "scale_out_cpu": 100}}),
    Field("connect", "sinks/posts/workers/scale_out_cpu", (
        "kafkaconnect CreateConnector capacity.autoScaling.scaleOutPolicy.cpuUtilizationPercentage",
        "AWS::KafkaConnect::Connector Capacity/AutoScaling/ScaleOutPolicy/CpuUtilizationPercentage",
    ), also={"sinks/posts/workers": {"min": 1, "max": 2, "scale_in_cpu": 1}}),
    log("sinks/posts/logs/retention_days", "connect"),
    # Delivery by channels.
    Field("channel", "sinks/{key}", ("AWS::MSK::Channel ChannelName",), ("posts",), sent=lambda key: f"{key}-posts"),
    Field("channel", "kafka/topics/{key}", ("AWS::MSK::Channel ChannelName",), ("posts",), sent=lambda key: f"posts-{key}", also={
        "sinks/posts/topics": lambda key: [key],
    }),
    Field("channel", "sinks/posts/converter", (
        "kafka CreateChannel TopicConfigurationList.[].RecordConverter.ValueConverter",
        "AWS::MSK::Channel TopicConfigurationList/*/RecordConverter/ValueConverter",
    ), written=lower),
    Field("channel", "sinks/posts/compression", (f"kafka CreateChannel {S3}.Storage.CompressionType", f"AWS::MSK::Channel {S3}/Storage/CompressionType"), written=lower),
    Field("channel", "sinks/posts/storage_class", (f"kafka CreateChannel {S3}.Storage.StorageClass", f"AWS::MSK::Channel {S3}/Storage/StorageClass"), written=lower),
    Field("channel", "sinks/posts/freshness_seconds", (f"kafka CreateChannel {S3}.DataFreshnessInSeconds", f"AWS::MSK::Channel {S3}/DataFreshnessInSeconds")),
    Field("channel", "sinks/posts/prefix", (f"kafka CreateChannel {S3}.Storage.OutputPrefix", f"AWS::MSK::Channel {S3}/Storage/OutputPrefix")),
    Field("channel", "sinks/posts/key_template", (f"kafka CreateChannel {S3}.Storage.OutputKeyTemplate", f"AWS::MSK::Channel {S3}/Storage/OutputKeyTemplate")),
    Field("channel", "sinks/posts/dead_letters", (f"kafka CreateChannel {S3}.DeadLetterQueueS3.ErrorOutputPrefix", f"AWS::MSK::Channel {S3}/DeadLetterQueueS3/ErrorOutputPrefix")),
    # The client machine.
    Field("client", "client/image", ("AWS::EC2::Instance ImageId",), ("ami-0123456789abcdef0", "ami-01234567"), also={"client/instance_type": "t3.small"}),
    Field("client", "client/image_parameter", ("ssm GetParameter Name",), ("/aws/service/ami",)),
    Field("client", "client/instance_type", ("ec2 RunInstances InstanceType",)),
    Field("client", "client/disk_gib", ("AWS::EC2::Instance BlockDeviceMappings/*/Ebs/VolumeSize",)),
    Field("client", "client/kms_key", ("AWS::EC2::Instance BlockDeviceMappings/*/Ebs/KmsKeyId",), (KEY, ID, "alias/posts")),
    Field("client", "client/key_pair", ("AWS::EC2::Instance KeyName",)),
    Field("client", "client/ssh_from/0", ("AWS::EC2::SecurityGroupIngress CidrIp",), ("192.0.2.0/24",), fill="0", also={
        "client/key_pair": "probe", "client/ssh_from": ["192.0.2.0/24"], "api": {"exposure": "public"},
    }),
    Field("client", "client/ssh_from", ("ec2 AuthorizeSecurityGroupIngress IpPermissions",)),
    Field("client", "client/rest_proxy/port", ("elbv2 CreateTargetGroup Port", "AWS::ElasticLoadBalancingV2::TargetGroup Port")),
    Field("client", "client/managed_policies/0", ("iam AttachRolePolicy PolicyArn", "AWS::IAM::Role ManagedPolicyArns/*"), (
        "arn:aws:iam::aws:policy/ReadOnlyAccess", "arn:aws:iam::123456789012:policy/team/posts",
    ), also={"client/managed_policies": [""]}),
    Field("client", "client/managed_policies", ("AWS::IAM::Role ManagedPolicyArns",), written=lambda count: [
        f"arn:aws:iam::aws:policy/Policy{number}" for number in range(count)
    ]),
    # The API.
    Field("api", "api/name", ("apigateway CreateRestApi name", "AWS::ApiGateway::RestApi Name")),
    Field("api", "api/stage", ("apigateway CreateStage stageName", "AWS::ApiGateway::Stage StageName")),
    Field("api", "api/endpoint", ("apigateway CreateRestApi endpointConfiguration.types.[]",), written=lower),
    Field("api", "api/auth", ("apigateway PutMethod authorizationType", "AWS::ApiGateway::Method AuthorizationType")),
    Field("api", "api/cors/headers/0", ("apigateway PutIntegrationResponse responseParameters.{value}",)),
    Field("api", "api/cors/origins/0", ("apigateway PutIntegrationResponse responseParameters.{value}",)),
    Field("api", "api/cors/max_age_seconds", ("apigateway PutIntegrationResponse responseParameters.{value}",)),
    Field("routes", "api/routes/{key}", ("apigateway CreateResource pathPart", "AWS::ApiGateway::Resource PathPart")),
    Field("routes", "api/routes/posts/methods/0", ("apigateway PutMethod httpMethod", "AWS::ApiGateway::Method HttpMethod")),
    Field("api", "api/timeout_ms", ("apigateway PutIntegration timeoutInMillis", "AWS::ApiGateway::Method Integration/TimeoutInMillis")),
    Field("api", "api/throttle/rate", ("AWS::ApiGateway::Stage MethodSettings/*/ThrottlingRateLimit", "AWS::ApiGateway::UsagePlan Throttle/RateLimit")),
    Field("api", "api/throttle/burst", ("AWS::ApiGateway::Stage MethodSettings/*/ThrottlingBurstLimit", "AWS::ApiGateway::UsagePlan Throttle/BurstLimit")),
    Field("api", "api/quota/limit", ("AWS::ApiGateway::UsagePlan Quota/Limit",), also=QUOTA),
    Field("api", "api/quota/period", ("apigateway CreateUsagePlan quota.period",), written=lower, also=QUOTA),
    Field("api", "api/execution_logs", ("AWS::ApiGateway::Stage MethodSettings/*/LoggingLevel",)),
    log("api/access_logs/retention_days", "api"),
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
    Field("airflow", "airflow/options", ("mwaa CreateEnvironment AirflowConfigurationOptions",)),
    level("dag_processing", "DagProcessingLogs"),
    level("scheduler", "SchedulerLogs"),
    level("task", "TaskLogs"),
    level("webserver", "WebserverLogs"),
    level("worker", "WorkerLogs"),
    log("airflow/logs/retention_days", "airflow"),
    Field("airflow", "airflow/maintenance_window", (
        "mwaa CreateEnvironment WeeklyMaintenanceWindowStart", "AWS::MWAA::Environment WeeklyMaintenanceWindowStart",
    ), ("SUN:03:30",)),
    Field("airflow", "airflow/kms_key", ("mwaa CreateEnvironment KmsKey", "AWS::MWAA::Environment KmsKey"), (KEY, ID, "alias/posts")),
    Field("airflow", "airflow/permissions/0", ("iam PutRolePolicy PolicyDocument",), ("posts",), written=statement, sent=lambda folder: json.dumps(statement(folder), ensure_ascii=False), also={
        "airflow/permissions": [{}],
    }),
]
