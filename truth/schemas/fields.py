"""Which property of which CloudFormation type each field of each kind is, and where the two differ, why.

A field maps to a property's path, or to `None` with the reason in `ELSEWHERE`.
"""

ELSEWHERE = {
    "engine": "the engine's own: an order of work, or something that only matters at creation",
    "resource": "a resource of its own in CloudFormation",
    "api": "the API has it, CloudFormation does not",
}

NEEDS = "engine"

KINDS = {
    "ec2/vpc": ("AWS::EC2::VPC", {
        "cidr": "CidrBlock", "dns_hostnames": "EnableDnsHostnames", "dns_support": "EnableDnsSupport",
        "tenancy": "InstanceTenancy", "secondary_cidrs": ("resource",), "ipv6": ("resource",),
        "address_usage_metrics": ("api",),
    }),
    "ec2/subnet": ("AWS::EC2::Subnet", {
        "vpc": "VpcId", "cidr": "CidrBlock", "zone": "AvailabilityZone", "ipv6": "Ipv6CidrBlock",
        "map_public_ips": "MapPublicIpOnLaunch", "assign_ipv6": "AssignIpv6AddressOnCreation", "dns64": "EnableDns64",
        "hostname_type": "PrivateDnsNameOptionsOnLaunch", "resource_name_a_record": "PrivateDnsNameOptionsOnLaunch",
        "resource_name_aaaa_record": "PrivateDnsNameOptionsOnLaunch",
    }),
    "ec2/internet-gateway": ("AWS::EC2::InternetGateway", {"vpc": ("resource",)}),
    "ec2/elastic-ip": ("AWS::EC2::EIP", {
        "instance": "InstanceId", "border_group": "NetworkBorderGroup", "address": "Address", "pool": "PublicIpv4Pool",
        "ipam_pool": "IpamPoolId",
    }),
    "ec2/nat-gateway": ("AWS::EC2::NatGateway", {
        "subnet": "SubnetId", "elastic_ip": "AllocationId", "secondary_elastic_ips": "SecondaryAllocationIds",
        "private_ip": "PrivateIpAddress", "needs": (NEEDS,),
    }),
    "ec2/route-table": ("AWS::EC2::RouteTable", {"vpc": "VpcId", "routes": ("resource",), "subnets": ("resource",)}),
    "ec2/vpc-endpoint": ("AWS::EC2::VPCEndpoint", {
        "vpc": "VpcId", "service": "ServiceName", "type": "VpcEndpointType", "route_tables": "RouteTableIds",
        "subnets": "SubnetIds", "security_groups": "SecurityGroupIds", "private_dns": "PrivateDnsEnabled",
        "ip_address_type": "IpAddressType", "dns_record_ip_type": "DnsOptions/DnsRecordIpType", "policy": "PolicyDocument",
    }),
    "ec2/security-group": ("AWS::EC2::SecurityGroup", {
        "name": "GroupName", "description": "GroupDescription", "vpc": "VpcId", "ingress": "SecurityGroupIngress",
        "egress": "SecurityGroupEgress",
    }),
    "ec2/instance": ("AWS::EC2::Instance", {
        "image": "ImageId", "image_parameter": (NEEDS,), "instance_type": "InstanceType", "subnet": "SubnetId",
        "private_ip": "PrivateIpAddress", "assign_public_ip": (NEEDS,), "security_groups": "SecurityGroupIds",
        "instance_profile": "IamInstanceProfile", "key_pair": "KeyName", "user_data": "UserData",
        "root_volume": "BlockDeviceMappings", "metadata": "MetadataOptions", "monitoring": "Monitoring",
        "ebs_optimized": "EbsOptimized", "cpu_credits": "CreditSpecification", "source_dest_check": "SourceDestCheck",
        "terminate_on_shutdown": "InstanceInitiatedShutdownBehavior", "termination_protection": "DisableApiTermination",
        "tenancy": "Tenancy", "processor": "CpuOptions", "hibernation": "HibernationOptions",
        "enclave": "EnclaveOptions", "auto_recovery": ("api",), "names": "PrivateDnsNameOptions",
        "running": ("api",), "needs": (NEEDS,),
    }),
    "elb/load-balancer": ("AWS::ElasticLoadBalancingV2::LoadBalancer", {
        "name": "Name", "internal": "Scheme", "subnets": "Subnets", "security_groups": "SecurityGroups",
        "check_private_link": "EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic",
        "cross_zone": "LoadBalancerAttributes", "deletion_protection": "LoadBalancerAttributes",
        "client_routing": "LoadBalancerAttributes", "access_logs": "LoadBalancerAttributes",
        "zonal_shift": "LoadBalancerAttributes",
    }),
    "elb/target-group": ("AWS::ElasticLoadBalancingV2::TargetGroup", {
        "name": "Name", "protocol": "Protocol", "port": "Port", "vpc": "VpcId",
        "health_check": "HealthCheckIntervalSeconds", "targets": "Targets",
        "deregistration_delay": "TargetGroupAttributes", "preserve_client_ip": "TargetGroupAttributes",
        "proxy_protocol": "TargetGroupAttributes", "terminate_connections": "TargetGroupAttributes",
        "sticky": "TargetGroupAttributes", "cross_zone": "TargetGroupAttributes", "unhealthy": "TargetGroupAttributes",
    }),
    "elb/listener": ("AWS::ElasticLoadBalancingV2::Listener", {
        "load_balancer": "LoadBalancerArn", "port": "Port", "protocol": "Protocol", "target_group": "DefaultActions",
    }),
    "iam/role": ("AWS::IAM::Role", {
        "name": "RoleName", "path": "Path", "trust": "AssumeRolePolicyDocument", "inline": "Policies",
        "managed": "ManagedPolicyArns", "description": "Description", "max_session_seconds": "MaxSessionDuration",
        "permissions_boundary": "PermissionsBoundary",
    }),
    "iam/instance-profile": ("AWS::IAM::InstanceProfile", {
        "name": "InstanceProfileName", "path": "Path", "role": "Roles",
    }),
    "s3/bucket": ("AWS::S3::Bucket", {
        "name": "BucketName", "versioning": "VersioningConfiguration", "encryption": "BucketEncryption",
        "public_access_block": "PublicAccessBlockConfiguration", "policy": ("resource",),
        "lifecycle": "LifecycleConfiguration", "ownership": "OwnershipControls", "force_destroy": (NEEDS,),
    }),
    "s3/object": (None, {}),
    "logs/log-group": ("AWS::Logs::LogGroup", {
        "name": "LogGroupName", "retention_days": "RetentionInDays", "kms_key": "KmsKeyId", "class": "LogGroupClass",
        "deletion_protection": "DeletionProtectionEnabled",
    }),
    "kafka/cluster": ("AWS::MSK::Cluster", {
        "name": "ClusterName",
        "prune_topics": (NEEDS,), "needs": (NEEDS,),
        "capacity.provisioned.version": "KafkaVersion", "capacity.provisioned.brokers": "NumberOfBrokerNodes",
        "capacity.provisioned.broker_type": "BrokerNodeGroupInfo/InstanceType",
        "capacity.provisioned.subnets": "BrokerNodeGroupInfo/ClientSubnets",
        "capacity.provisioned.security_groups": "BrokerNodeGroupInfo/SecurityGroups",
        "capacity.provisioned.storage_gib": "BrokerNodeGroupInfo/StorageInfo",
        "capacity.provisioned.storage_throughput": "BrokerNodeGroupInfo/StorageInfo",
        "capacity.provisioned.storage_mode": "StorageMode",
        "capacity.provisioned.configuration": "ConfigurationInfo",
        "capacity.provisioned.authentication": "ClientAuthentication",
        "capacity.provisioned.client_broker": "EncryptionInfo/EncryptionInTransit/ClientBroker",
        "capacity.provisioned.in_cluster_encryption": "EncryptionInfo/EncryptionInTransit/InCluster",
        "capacity.provisioned.kms_key": "EncryptionInfo/EncryptionAtRest",
        "capacity.provisioned.monitoring": "EnhancedMonitoring", "capacity.provisioned.open_monitoring": "OpenMonitoring",
        "capacity.provisioned.broker_logs": "LoggingInfo", "capacity.provisioned.authorizer_logs": "LoggingInfo",
        "capacity.provisioned.public_access": "BrokerNodeGroupInfo/ConnectivityInfo",
        "capacity.provisioned.vpc_connectivity": "BrokerNodeGroupInfo/ConnectivityInfo",
        "capacity.provisioned.network_type": "BrokerNodeGroupInfo/ConnectivityInfo",
        "capacity.provisioned.rebalancing": "Rebalancing",
        "capacity.serverless": ("resource",),
    }),
    "kafka/configuration": ("AWS::MSK::Configuration", {
        "name": "Name", "description": "Description", "kafka_versions": "KafkaVersionsList",
        "properties": "ServerProperties",
    }),
    "kafka/topic": ("AWS::MSK::Topic", {
        "cluster": "ClusterArn", "name": "TopicName", "partitions": "PartitionCount", "replication": "ReplicationFactor",
        "config": "Configs",
    }),
    "kafka/channel": ("AWS::MSK::Channel", {
        "cluster": "ClusterArn", "name": "ChannelName", "topic": "TopicConfigurationList",
        "converter": "TopicConfigurationList", "schema": "TopicConfigurationList",
        "destination": "S3DestinationConfiguration/Storage", "dead_letters": "S3DestinationConfiguration/DeadLetterQueueS3",
        "role": "S3DestinationConfiguration/ServiceExecutionRoleArn", "freshness_seconds": "S3DestinationConfiguration",
        "kms_key": "EncryptionConfiguration", "logs": "LoggingInfo",
    }),
    "kafkaconnect/custom-plugin": ("AWS::KafkaConnect::CustomPlugin", {
        "name": "Name", "description": "Description", "content_type": "ContentType", "bucket": "Location",
        "key": "Location", "object_version": "Location", "needs": (NEEDS,),
    }),
    "kafkaconnect/worker-configuration": ("AWS::KafkaConnect::WorkerConfiguration", {
        "name": "Name", "description": "Description", "properties": "PropertiesFileContent",
    }),
    "kafkaconnect/connector": ("AWS::KafkaConnect::Connector", {
        "name": "ConnectorName", "description": "ConnectorDescription", "capacity": "Capacity",
        "configuration": "ConnectorConfiguration", "plugin": "Plugins", "worker_configuration": "WorkerConfiguration",
        "role": "ServiceExecutionRoleArn", "bootstrap_servers": "KafkaCluster", "version": "KafkaConnectVersion",
        "subnets": "KafkaCluster", "security_groups": "KafkaCluster",
        "authentication": "KafkaClusterClientAuthentication", "encryption": "KafkaClusterEncryptionInTransit",
        "network_type": "NetworkType", "logs": "LogDelivery", "paused": ("api",), "needs": (NEEDS,),
    }),
    "apigateway/account": ("AWS::ApiGateway::Account", {"cloudwatch_role": "CloudWatchRoleArn"}),
    "apigateway/api-key": ("AWS::ApiGateway::ApiKey", {
        "name": "Name", "description": "Description", "enabled": "Enabled", "customer_id": "CustomerId", "value": "Value",
    }),
    "apigateway/rest-api": ("AWS::ApiGateway::RestApi", {
        "name": "Name", "description": "Description", "endpoint": "EndpointConfiguration",
        "vpc_endpoints": "EndpointConfiguration", "ip_address_type": "EndpointConfiguration",
        "security_policy": "SecurityPolicy", "endpoint_access_mode": "EndpointAccessMode",
        "disable_execute_api_endpoint": "DisableExecuteApiEndpoint", "api_key_source": "ApiKeySourceType",
        "minimum_compression_bytes": "MinimumCompressionSize", "binary_media_types": "BinaryMediaTypes",
        "policy": "Policy", "routes": "Body", "bare_paths": "Body", "gateway_responses": "Body",
    }),
    "apigateway/stage": ("AWS::ApiGateway::Stage", {
        "name": "StageName", "api": "RestApiId", "definition": "DeploymentId", "description": "Description",
        "variables": "Variables", "tracing": "TracingEnabled", "access_log": "AccessLogSetting",
        "cache_cluster_gb": "CacheClusterSize", "client_certificate": "ClientCertificateId",
        "method_settings": "MethodSettings", "canary": "CanarySetting", "documentation_version": "DocumentationVersion",
        "needs": (NEEDS,),
    }),
    "apigateway/usage-plan": ("AWS::ApiGateway::UsagePlan", {
        "name": "UsagePlanName", "description": "Description", "stages": "ApiStages", "throttle": "Throttle",
        "quota": "Quota", "product_code": ("api",), "keys": ("resource",),
    }),
    "apigateway/vpc-link": ("AWS::ApiGateway::VpcLink", {
        "name": "Name", "description": "Description", "target": "TargetArns",
    }),
    "kinesis/stream": ("AWS::Kinesis::Stream", {
        "name": "Name", "mode": "StreamModeDetails", "shards": "ShardCount", "retention_hours": "RetentionPeriodHours",
        "kms_key": "StreamEncryption", "shard_metrics": "DesiredShardLevelMetrics", "max_record_kib": "MaxRecordSizeInKiB",
        "warm_throughput": "WarmThroughputMiBps", "record_distribution": "RecordDistributionStrategy",
        "policy": ("resource",),
    }),
    "mwaa/environment": ("AWS::MWAA::Environment", {
        "name": "Name", "version": "AirflowVersion", "class": "EnvironmentClass", "min_workers": "MinWorkers",
        "max_workers": "MaxWorkers", "schedulers": "Schedulers", "min_webservers": "MinWebservers",
        "max_webservers": "MaxWebservers", "webserver_access": "WebserverAccessMode", "bucket": "SourceBucketArn",
        "dags_path": "DagS3Path", "requirements": "RequirementsS3Path", "plugins": "PluginsS3Path",
        "startup_script": "StartupScriptS3Path", "role": "ExecutionRoleArn",
        "subnets": "NetworkConfiguration/SubnetIds", "security_groups": "NetworkConfiguration/SecurityGroupIds",
        "options": "AirflowConfigurationOptions", "logging": "LoggingConfiguration", "kms_key": "KmsKey",
        "maintenance_window": "WeeklyMaintenanceWindowStart", "endpoint_management": "EndpointManagement",
        "worker_replacement": (NEEDS,), "needs": (NEEDS,),
    }),
}

# Where CloudFormation replaces and we change in place, or the other way round, and why we are right.
DIFFERENCES = {
    ("ec2/elastic-ip", "pool"): "no call moves an address into another pool (API model of EC2)",
    ("apigateway/api-key", "name"): "UpdateApiKey replaces /name; CloudFormation does not use that (AWS.md §5)",
    ("kafkaconnect/connector", "bootstrap_servers"): "replaced as well, but for another choice of the same brokers",
    ("kafkaconnect/connector", "plugin"): "UpdateConnector takes plugins; newer than the schema (AWS.md §4)",
    ("kafkaconnect/connector", "worker_configuration"):
        "UpdateConnector takes worker configurations; newer than the schema (AWS.md §4)",
    ("logs/log-group", "class"): "no call changes the class of a group (AWS.md §2.6)",
}
