"""CloudWatch Logs: log groups and the policies of the account."""

import json

LOOK = {"logs": ("describe_log_groups", {})}
NAMES = ["/aws/pipeline/a", "/aws/pipeline/b", "/aws/pipeline/c"]
KEY = "arn:aws:kms:us-east-1:000000000000:key/1234abcd-12ab-34cd-56ef-1234567890ab"


def walk(w):
    logs = w.client("logs")
    create(w, logs)
    change(w, logs)
    tagging(w, logs)
    policies(w, logs)
    delete(w, logs)


def group(logs, name):
    return logs.describe_log_groups(logGroupNamePrefix=name)["logGroups"][0]


def create(w, logs):
    logs.create_log_group(logGroupName=NAMES[0], tags={"team": "data"})
    logs.create_log_group(logGroupName=NAMES[1], logGroupClass="INFREQUENT_ACCESS", kmsKeyId=KEY)
    logs.create_log_group(logGroupName=NAMES[2], deletionProtectionEnabled=True)
    logs.create_log_group(logGroupName="other")
    w.refused("ResourceAlreadyExistsException", logs.create_log_group, logGroupName=NAMES[0])
    w.refused("InvalidParameterException", logs.create_log_group, logGroupName="with space")
    listed = w.pages(logs, "describe_log_groups", "logGroups", logGroupNamePrefix="/aws/pipeline/")
    w.equal("names", [one["logGroupName"] for one in listed], NAMES)
    first = listed[0]
    w.has("group", first, logGroupClass="STANDARD", storedBytes=0, metricFilterCount=0, retentionInDays=None, kmsKeyId=None)
    w.equal("arn", first["arn"], first["logGroupArn"] + ":*")
    w.true("logGroupArn", first["logGroupArn"].endswith(f":log-group:{NAMES[0]}"), first["logGroupArn"])
    w.true("milliseconds", first["creationTime"] > 1_700_000_000_000, first["creationTime"])
    w.has("group", listed[1], logGroupClass="INFREQUENT_ACCESS", kmsKeyId=KEY)
    w.equal("protection", [one.get("deletionProtectionEnabled", False) for one in listed], [False, False, True])
    rare = logs.describe_log_groups(logGroupClass="INFREQUENT_ACCESS")["logGroups"]
    w.equal("by class", [one["logGroupName"] for one in rare], NAMES[1:2])
    found = logs.describe_log_groups(logGroupNamePattern="pipeline")["logGroups"]
    w.equal("by pattern", [one["logGroupName"] for one in found], NAMES)
    w.equal("none", logs.describe_log_groups(logGroupNamePrefix="none")["logGroups"], [])


def change(w, logs):
    logs.put_retention_policy(logGroupName=NAMES[0], retentionInDays=30)
    w.equal("retention", group(logs, NAMES[0])["retentionInDays"], 30)
    w.refused("InvalidParameterException", logs.put_retention_policy, logGroupName=NAMES[0], retentionInDays=31)
    w.refused("ResourceNotFoundException", logs.put_retention_policy, logGroupName="none", retentionInDays=30)
    logs.delete_retention_policy(logGroupName=NAMES[0])
    w.true("retention", "retentionInDays" not in group(logs, NAMES[0]))
    logs.associate_kms_key(logGroupName=NAMES[0], kmsKeyId=KEY)
    w.equal("key", group(logs, NAMES[0])["kmsKeyId"], KEY)
    logs.disassociate_kms_key(logGroupName=NAMES[0])
    w.true("key", "kmsKeyId" not in group(logs, NAMES[0]))
    logs.put_log_group_deletion_protection(logGroupIdentifier=NAMES[0], deletionProtectionEnabled=True)
    w.equal("protection", group(logs, NAMES[0])["deletionProtectionEnabled"], True)
    logs.put_log_group_deletion_protection(logGroupIdentifier=group(logs, NAMES[0])["logGroupArn"], deletionProtectionEnabled=False)
    w.true("protection", not group(logs, NAMES[0]).get("deletionProtectionEnabled"))


def tagging(w, logs):
    arn = group(logs, NAMES[0])["logGroupArn"]
    logs.tag_resource(resourceArn=arn, tags={"stage": "test", "empty": ""})
    w.equal("tags", logs.list_tags_for_resource(resourceArn=arn)["tags"], {"team": "data", "stage": "test", "empty": ""})
    logs.untag_resource(resourceArn=arn, tagKeys=["team", "empty"])
    w.equal("tags", logs.list_tags_for_resource(resourceArn=arn)["tags"], {"stage": "test"})
    w.refused("ResourceNotFoundException", logs.list_tags_for_resource, resourceArn=arn + "-none")
    w.refused("ResourceNotFoundException", logs.tag_resource, resourceArn=arn + "-none", tags={"a": "b"})


def policies(w, logs):
    kind = {"policyType": "RETENTION_POLICY"}
    document = json.dumps({"retentionInDays": 90, "enforcementMode": "RETROACTIVE"})
    made = logs.put_account_policy(policyName="keep", policyDocument=document, scope="ALL", **kind)["accountPolicy"]
    w.has("policy", made, policyName="keep", policyDocument=document, scope="ALL", **kind)
    w.equal("policies", logs.describe_account_policies(**kind)["accountPolicies"], [made])
    w.has("group under a policy", group(logs, NAMES[0]), retentionInDays=90, retentionPolicyName="keep")
    logs.delete_account_policy(policyName="keep", **kind)
    w.equal("policies", logs.describe_account_policies(**kind)["accountPolicies"], [])
    w.refused("ResourceNotFoundException", logs.delete_account_policy, policyName="keep", **kind)
    w.true("retention", "retentionInDays" not in group(logs, NAMES[0]))


def delete(w, logs):
    w.refused("ValidationException", logs.delete_log_group, logGroupName=NAMES[2])
    logs.put_log_group_deletion_protection(logGroupIdentifier=NAMES[2], deletionProtectionEnabled=False)
    for name in NAMES:
        logs.delete_log_group(logGroupName=name)
    w.refused("ResourceNotFoundException", logs.delete_log_group, logGroupName=NAMES[0])
    w.equal("left", [one["logGroupName"] for one in logs.describe_log_groups()["logGroups"]], ["other"])
