"""What judges find and we leave as it is: a part of the finding's text, and why."""

KNOWN = {
    " trust: CREDENTIALS_EXPOSURE": "Parliament takes a trust policy for one that lets the role assume others",
    "iam/role/airflow inline airflow: NOTRESOURCE_WITH_ALLOW": "AWS's own text of an execution role: the queues of MWAA are "
    "encrypted with a key of an account that nobody is told, so only this account's keys can be named, and kept out",
    "iam/role/airflow inline airflow: RESOURCE_MISMATCH: No resources match for the given action [{'action': "
    "'s3:GetObjectAttributes'": "AWS's own text of an execution role: `s3:List*` also names lists of the account, which the "
    "bucket as resource does not allow",
    "iam-policy: RESOURCE_MISMATCH: No resources match for the given action [{'action': 'ec2:": "a call of EC2 touches several "
    "things, and several statements allow it: what is new by the tag that it gets, what is there by the tag that it has",
    "iam-policy: RESOURCE_MISMATCH: No resources match for the given action [{'action': 'elasticloadbalancing:DeleteListener', "
    "'required_format': 'arn:*:elasticloadbalancing:*:*:listener/app/": "Parliament knows listeners of application load "
    "balancers alone",
    "iam-policy: RESOURCE_MISMATCH: No resources match for the given action [{'action': 's3:GetObjectAttributes', "
    "'required_format': 'arn:*:s3:*:*:accesspoint/*'}]": "Parliament wants an access point where an object does",
    "iam-policy: RESOURCE_STAR: Unnecessary use of Resource * ['ec2:DescribeInstanceAttribute', 'kms:DescribeKey']": "the "
    "reference has no resource for the first any more; keys are those of AWS's services, in accounts that nobody is told",
    "iam-policy: RESOURCE_STAR: Unnecessary use of Resource * ['kms:CreateGrant']": "keys are those of AWS's services",
    "iam-policy: RESOURCE_STAR: Unnecessary use of Resource * ['ec2:CreateNetworkInterface', 'ec2:CreateVpcEndpoint', ": "what "
    "services make in the caller's name; on what, AWS does not say",
}

# Younger than Parliament's list of actions.
YOUNG = [
    "kafka:CreateChannel",
    "kafka:CreateTopic",
    "kafka:DeleteChannel",
    "kafka:DeleteTopic",
    "kafka:DescribeChannel",
    "kafka:DescribeTopic",
    "kafka:ListChannels",
    "kafka:ListTopics",
    "kafka:UpdateChannel",
    "kafka:UpdateRebalancing",
    "kafka:UpdateTopic",
    "kafkaconnect:PauseConnector",
    "kafkaconnect:ResumeConnector",
    "kinesis:ListTagsForResource",
    "kinesis:UpdateMaxRecordSize",
    "kinesis:UpdateStreamRecordDistributionStrategy",
    "kinesis:UpdateStreamWarmThroughput",
    "logs:PutLogGroupDeletionProtection",
]
KNOWN |= {
    f"iam-policy: UNKNOWN_ACTION: Unknown action Unknown action {action} ": "Parliament's list of actions is older than the action"
    for action in YOUNG
}


def excuse(violation):
    """Why a finding is known; `None` if it is not."""
    return next((reason for text, reason in KNOWN.items() if text in violation), None)


def unexcused(violations):
    """The findings that are not known."""
    return [violation for violation in violations if excuse(violation) is None]
