"""IAM policies, judged by Parliament, community auditors included."""

import json

import parliament

from verdict import nothing

parliament.override_config(parliament.__path__[0] + "/community_auditors/config_override.yaml")


def judge(stacks):
    documents = [found for stack, resources in stacks.items() for found in find(stack, resources)]
    statements, violations = 0, []
    for where, document in documents:
        statements += len(document["Statement"])
        policy = parliament.analyze_policy_string(json.dumps(plain(whole(document))), include_community_auditors=True)
        for finding in map(parliament.enhance_finding, policy.findings):
            violations.append(f"{where}: {finding.issue}: {finding.title} {finding.detail} {finding.location}")
    if not documents:
        violations.append(nothing("policy"))
    return f"{len(documents)} policies with {statements} statements", violations


def whole(document):
    """A trust policy with the role as its resource, which it names by where it stands and Parliament asks for."""
    statements = [
        {"Resource": "arn:aws:iam::000000000000:role/this", **statement}
        if "Principal" in statement and "NotResource" not in statement
        else statement
        for statement in document["Statement"]
    ]
    return {**document, "Statement": statements}


def plain(value):
    """`value` with lists of one as that one: IAM takes both, Parliament fails at lists in conditions of sort Bool."""
    if isinstance(value, dict):
        return {key: plain(part) for key, part in value.items()}
    if isinstance(value, list):
        return plain(value[0]) if len(value) == 1 else [plain(part) for part in value]
    return value


def find(where, value):
    """Every policy document inside `value`, with its place."""
    if isinstance(value, dict) and "Statement" in value:
        yield where, value
    elif isinstance(value, (dict, list)):
        for key, part in value.items() if isinstance(value, dict) else enumerate(value):
            yield from find(f"{where} {key}", part)
