"""The index of tags and STS."""

from walk import as_map

LOOK = {"resourcegroupstaggingapi": ("get_resources", {}), "sts": ("get_caller_identity", {})}


def walk(w):
    sts, index = w.client("sts"), w.client("resourcegroupstaggingapi")
    logs, kinesis = w.client("logs"), w.client("kinesis")
    caller = sts.get_caller_identity()
    w.true("Account", len(caller["Account"]) == 12 and caller["Account"].isdigit(), caller)
    w.true("Arn", f"::{caller['Account']}:" in caller["Arn"] and caller["UserId"], caller)

    w.equal("an empty index", index.get_resources()["ResourceTagMappingList"], [])
    for name in ("a", "b", "c"):
        logs.create_log_group(logGroupName=name, tags={"stack": "one", "name": name})
    kinesis.create_stream(StreamName="clicks", ShardCount=1, Tags={"stack": "two"})
    w.wait(kinesis, "stream_exists", StreamName="clicks")
    arns = {name: f"arn:aws:logs:us-east-1:{caller['Account']}:log-group:{name}" for name in ("a", "b", "c")}
    stream = f"arn:aws:kinesis:us-east-1:{caller['Account']}:stream/clicks"

    everything = w.pages(index, "get_resources", "ResourceTagMappingList", size=2)
    w.equal("everything", sorted(one["ResourceARN"] for one in everything), sorted([*arns.values(), stream]))
    tags = {one["ResourceARN"]: as_map(one["Tags"]) for one in everything}
    w.equal("tags", tags[arns["b"]], {"stack": "one", "name": "b"})

    def found(**question):
        pages = index.get_paginator("get_resources").paginate(**question, PaginationConfig={"PageSize": 1})
        return sorted(one["ResourceARN"] for page in pages for one in page["ResourceTagMappingList"])

    w.equal("by key", found(TagFilters=[{"Key": "name"}]), sorted(arns.values()))
    w.equal("by value", found(TagFilters=[{"Key": "stack", "Values": ["two", "three"]}]), [stream])
    both = [{"Key": "stack", "Values": ["one"]}, {"Key": "name", "Values": ["a", "c"]}]
    w.equal("by both", found(TagFilters=both), [arns["a"], arns["c"]])
    w.equal("by type", found(ResourceTypeFilters=["kinesis:stream"]), [stream])
    w.equal("by service", found(ResourceTypeFilters=["logs"]), sorted(arns.values()))
    by_arn = index.get_resources(ResourceARNList=[arns["a"], stream])["ResourceTagMappingList"]
    w.equal("by ARN", sorted(one["ResourceARN"] for one in by_arn), sorted([arns["a"], stream]))
    w.refused("InvalidParameterException", index.get_resources, ResourceARNList=[stream], ResourceTypeFilters=["logs"])
    w.refused("InvalidParameterException", index.get_resources, ResourcesPerPage=101)
    w.refused("InvalidParameterException|PaginationTokenExpiredException", index.get_resources, PaginationToken="nonsense")
    logs.untag_resource(resourceArn=arns["a"], tagKeys=["name"])
    w.equal("by key", found(TagFilters=[{"Key": "name"}]), [arns["b"], arns["c"]])
