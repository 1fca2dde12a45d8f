"""Mistakes that the judges must see: a text in an artefact, and what stands there instead."""

import known
import machines
import policies
import templates

MISTAKES = {
    machines: [
        ("runcmd:", "runcmds:"),
        ('permissions: "0755"', "permissions: 755"),
        ("system: true", "system: sure"),
        ('mkdir "$folder"', "mkdir $folder"),
        ("fetch()", "fetch( )x"),
        ("Restart=always", "Restart=forever"),
        ("RestartSec=", "RestartSeconds="),
        ("ExecStart=/opt/aqueduct/check", "ExecStart=/opt/aqueduct/checks"),
    ],
    policies: [
        ("kinesis:PutRecords", "kinesis:PutRecordz"),
        ("kafka-cluster:Connect", "kafka-clusters:Connect"),
        ("2012-10-17", "2012-10-18"),
        ("arn:aws:s3:::", "arn:aws:s3:::bucket:"),
        ("aws:SecureTransport", "aws:SecuredTransport"),
        ("s3:AbortMultipartUpload", "s3:PutBucketPolicy"),
    ],
    templates: [
        ("$util.base64Encode($input.json('$.Data'))", "$input.json('$.Data')"),
        ("$input.json('$.Data')", "$input.path('$.Data')"),
        ('$input.json("$.records[$foreach.index].data")', "$elem.data"),
        ("#if($foreach.hasNext),#end", ","),
        (" 5 #else", " '5' #else"),
        ("kinesis:action/PutRecords", "kinesis:action/PutRecord"),
        ("'application/x-amz-json-1.1'", "application/x-amz-json-1.1"),
        ('{"statusCode": 200}', '{"statusCode": "200"}'),
    ],
}


def judge(part, stacks):
    """How many of the mistakes of `part` it sees, and those that it does not."""
    unseen = []
    for right, wrong in MISTAKES[part]:
        mutated = next(mistaken(stacks, right, wrong), None)
        if mutated is None:
            unseen.append(f"no artefact has {right!r}, so that it cannot be mistaken")
        elif not known.unexcused(part.judge(mutated)[1]):
            unseen.append(f"{part.__name__} does not see {wrong!r} instead of {right!r}")
    return len(MISTAKES[part]), unseen


def mistaken(stacks, right, wrong):
    """Each stack that has `right` somewhere, alone, with `wrong` there."""
    for stack, resources in stacks.items():
        changed = replaced(resources, right, wrong)
        if changed != resources:
            yield {stack: changed}


def replaced(value, right, wrong):
    match value:
        case str():
            return value.replace(right, wrong)
        case list():
            return [replaced(item, right, wrong) for item in value]
        case dict():
            return {key.replace(right, wrong): replaced(item, right, wrong) for key, item in value.items()}
        case _:
            return value
