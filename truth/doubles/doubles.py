"""The doubles, which examples are led through their lives on which, and why others are not."""

import whole

# Services and kinds that no double carries far enough.
NEITHER = {
    "kafka/cluster": "clusters stay in CREATING, or are those of the first version of the API",
    "kafka/configuration": "no change and no deletion, or none at all",
    "kafka/topic": "missing",
    "kafka/channel": "missing",
    "kafkaconnect/connector": "missing",
    "kafkaconnect/custom-plugin": "missing",
    "kafkaconnect/worker-configuration": "missing",
    "kinesis/stream": "ListTagsForResource, TagResource and the tags of CreateStream are missing",
    "apigateway/rest-api": "PutRestApi is partial or missing",
    "apigateway/stage": "is a REST API's",
    "apigateway/usage-plan": "is a stage's",
}

# Full examples of the kinds, where the double does all that they show.
KINDS = "manifests/kinds"

MOTO = {
    "examples": [
        f"{KINDS}/ec2-internet-gateway.yaml",
        f"{KINDS}/ec2-route-table.yaml",
        f"{KINDS}/ec2-vpc.yaml",
        f"{KINDS}/iam-instance-profile.yaml",
        f"{KINDS}/iam-role.yaml",
    ],
    # Listings of services that the double lacks, answered as by an account that has nothing.
    "lacks": {
        "kafka ListConfigurations": (r"kafka GET /v1/configurations", {"configurations": []}),
        "kafkaconnect": (
            r"kafkaconnect GET /v1/(connectors|custom-plugins|worker-configurations)",
            {"connectors": [], "customPlugins": [], "workerConfigurations": []},
        ),
        "mwaa": (r"airflow GET /environments", {"Environments": []}),
    },
    "not_led": {
        "apigateway/*": "PutRestApi is partial: methods lose their key, responses and templates' case",
        "ec2/vpc-endpoint of an interface": "private DNS cannot be switched off",
        "elb/*": "network load balancers get the ARN of application load balancers, and PrivateLink checks cannot be set",
        "kafka/*": "clusters stay in CREATING and lose authentication, encryption and configuration",
        "kinesis/stream": "ListTagsForResource, TagResource and the tags of CreateStream are missing",
        "logs/log-group": "classes are lost; led on ministack",
        "s3/*": "the tags of CreateBucket are lost, so nobody owns the bucket; led on ministack",
    },
    "cut": {
        "ec2/elastic-ip": "no border groups",
        "ec2/instance": "no volumes, protection, credits as AWS has them",
        "ec2/nat-gateway": "no addresses of one's own choice",
        "ec2/security-group": "descriptions of rules between groups cannot be changed, and keep such rules from being revoked",
        "ec2/subnet": "no IPv6, names and DNS64 settings",
        "ec2/vpc-endpoint of a gateway": "policies cannot be reset; a table that was added makes the endpoint undeletable",
    },
    "whole": {
        "without": NEITHER
        | {
            "mwaa/environment": "missing",
            "s3/bucket": "the tags of CreateBucket are lost, so nobody owns the bucket",
            "s3/object": "is a bucket's",
        },
        "fields": {
            "ec2/instance/client": ({"root_volume": None}, "volumes are reported as not encrypted"),
            "elb/load-balancer/client": ({"check_private_link": True}, "checks of PrivateLink cannot be set"),
        },
        "change": whole.shut_out,
        "drifted": ["ec2/security-group/kafka", "iam/role/airflow"],
    },
}

MINISTACK = {
    "examples": [],
    "lacks": {
        "kafka": (
            r"kafka GET /(api/v2/clusters|v1/configurations)",
            {"clusterInfoList": [], "configurations": []},
        ),
        "kafkaconnect": (
            r"kafkaconnect GET /v1/(connectors|custom-plugins|worker-configurations)",
            {"connectors": [], "customPlugins": [], "workerConfigurations": []},
        ),
        "apigateway GetVpcLinks": (r"apigateway GET /vpclinks", {"item": []}),
    },
    "not_led": {
        "apigateway/*": "no PutRestApi, no VPC links",
        "ec2/*": "checks little and forgets much; led on moto, beside what an environment needs",
        "elb/*": "balancers belong to a VPC that is not theirs",
        "kafka/*": "clusters only by the first version of the API",
        "kinesis/stream": "ListTagsForResource, TagResource and the tags of CreateStream are missing",
    },
    "cut": {
        "iam/role": "kept small: led in full on moto",
        "logs/log-group": "no deletion protection",
        "mwaa/environment": "no change: its tags and states are not AWS's",
        "s3/bucket": "public policies and filters by size and tag are not as AWS has them",
        "s3/object": "kept small",
    },
    "whole": {
        "without": NEITHER
        | {
            "apigateway/vpc-link": "missing",
            "ec2/instance": "volumes, metadata options and user data are lost",
            "ec2/nat-gateway": "the address is lost",
            "ec2/route-table": "leads to the NAT gateway",
            "ec2/vpc-endpoint": "policies are lost",
            "elb/load-balancer": "balancers belong to a VPC that is not theirs",
            "elb/listener": "is a balancer's",
            "elb/target-group": "groups belong to a VPC that is not theirs",
        },
        "fields": {
            **{
                f"ec2/security-group/{name}": ({"egress": None}, "descriptions of rules outwards cannot be changed")
                for name in ("airflow", "client", "connect", "kafka", "load-balancer")
            },
            "mwaa/environment/airflow": ({"requirements": None}, "requirements are lost"),
        },
        "change": whole.forget_sooner,
        "drifted": ["logs/log-group/kafka", "s3/bucket/dags"],
    },
}
