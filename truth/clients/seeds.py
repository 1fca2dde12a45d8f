"""Mistakes that answers are given on their way to the walk, each of which its checks must notice."""

import botocore.paginate


class Seed:
    """Drops what a path leads to from the answers of an operation: a member, or the items of every later page."""

    def __init__(self, operation, path, later=False):
        self.operation = operation
        self.path = path
        self.later = later
        self.answers = 0
        self.struck = False

    def __str__(self):
        return f"{self.operation} without {self.path}{' on later pages' if self.later else ''}"

    def strike(self, model, parsed):
        if model.name != self.operation:
            return
        self.answers += 1
        if self.later and self.answers % 2:
            return
        *parents, last = self.path.split(".")
        at = [parsed]
        for parent in parents:
            at = [inner for outer in at for inner in _within(outer, parent)]
        for holder in at:
            if isinstance(holder, dict) and last in holder:
                self.struck = True
                if self.later:
                    holder[last] = []
                else:
                    del holder[last]


def _within(outer, name):
    inner = outer.get(name, []) if isinstance(outer, dict) else []
    return inner if isinstance(inner, list) else [inner]


# By service: what is dropped. The last of each is of pages.
SEEDS = {
    "ec2": [("DescribeSecurityGroupRules", "SecurityGroupRules.FromPort"), ("DescribeSubnets", "Subnets", True)],
    "apigateway": [("GetStage", "methodSettings"), ("GetResources", "items", True)],
    "elbv2": [("DescribeListeners", "Listeners.Port"), ("DescribeTargetGroups", "TargetGroups", True)],
    "kafka": [("DescribeClusterV2", "ClusterInfo.Tags"), ("ListTopics", "Topics", True)],
    "kafkaconnect": [("DescribeConnector", "connectorConfiguration"), ("ListConnectors", "connectors", True)],
    "mwaa": [("GetEnvironment", "Environment.Tags"), ("ListEnvironments", "Environments", True)],
    "iam": [("GetRole", "Role.MaxSessionDuration"), ("ListRolePolicies", "PolicyNames", True)],
    "kinesis": [("DescribeStreamSummary", "StreamDescriptionSummary.OpenShardCount"), ("ListShards", "Shards", True)],
    "logs": [("ListTagsForResource", "tags"), ("DescribeLogGroups", "logGroups", True)],
    "s3": [("HeadObject", "VersionId"), ("ListObjectsV2", "Contents", True)],
    "tagging": [("GetCallerIdentity", "Arn"), ("GetResources", "ResourceTagMappingList", True)],
}
