"""Kinesis: streams, shards, records, consumers."""

import json

from walk import tags

LOOK = {"kinesis": ("list_streams", {})}
STREAM = "clicks"


def walk(w):
    kinesis = w.client("kinesis")
    arn = create(w, kinesis)
    shards(w, kinesis)
    settings(w, kinesis, arn)
    tagging(w, kinesis, arn)
    records(w, kinesis)
    consumers(w, kinesis, arn)
    on_demand(w, kinesis)
    delete(w, kinesis)


def create(w, kinesis):
    kinesis.create_stream(StreamName=STREAM, ShardCount=2, Tags={"team": "data"}, MaxRecordSizeInKiB=2048)
    w.refused("ResourceInUseException", kinesis.create_stream, StreamName=STREAM, ShardCount=1)
    w.wait(kinesis, "stream_exists", StreamName=STREAM)
    summary = kinesis.describe_stream_summary(StreamName=STREAM)["StreamDescriptionSummary"]
    w.has("summary", summary, StreamName=STREAM, StreamStatus="ACTIVE", OpenShardCount=2, RetentionPeriodHours=24)
    w.has("summary", summary, EncryptionType="NONE", ConsumerCount=0, MaxRecordSizeInKiB=2048)
    w.has("summary", summary, StreamModeDetails={"StreamMode": "PROVISIONED"}, EnhancedMonitoring=[{"ShardLevelMetrics": []}])
    w.true("StreamCreationTimestamp is no time", hasattr(summary["StreamCreationTimestamp"], "year"))
    w.true("StreamARN is another", summary["StreamARN"].endswith(f":stream/{STREAM}"), summary["StreamARN"])
    w.refused("ResourceNotFoundException", kinesis.describe_stream_summary, StreamName="none")
    w.refused("ValidationException", kinesis.create_stream, StreamName="bad name", ShardCount=1)
    return summary["StreamARN"]


def shards(w, kinesis):
    w.has("resharding", kinesis.update_shard_count(StreamName=STREAM, TargetShardCount=4, ScalingType="UNIFORM_SCALING"),
          StreamName=STREAM, CurrentShardCount=2, TargetShardCount=4)
    w.wait(kinesis, "stream_exists", StreamName=STREAM)
    w.refused("LimitExceededException|InvalidArgumentException", kinesis.update_shard_count, StreamName=STREAM,
              TargetShardCount=9, ScalingType="UNIFORM_SCALING")
    # The paginator repeats StreamName beside NextToken, which AWS refuses: by hand, then.
    paginator = kinesis.get_paginator("list_shards").paginate(StreamName=STREAM, PaginationConfig={"PageSize": 4})
    w.refused("InvalidArgumentException", lambda: list(paginator))
    listed, page = [], kinesis.list_shards(StreamName=STREAM, MaxResults=2)
    for _ in range(2):
        w.equal("shards on a page", len(page["Shards"]), 2)
        listed += page["Shards"]
        page = kinesis.list_shards(NextToken=page["NextToken"], MaxResults=2)
    w.true("a page after the last", "NextToken" not in page)
    listed += page["Shards"]
    w.equal("shards, with two closed ones", len(listed), 6)
    opened = [shard for shard in listed if "EndingSequenceNumber" not in shard["SequenceNumberRange"]]
    w.equal("open shards", len(opened), 4)
    w.true("open shards have parents", all("ParentShardId" in shard for shard in opened), opened)
    ends = sorted((int(s["HashKeyRange"]["StartingHashKey"]), int(s["HashKeyRange"]["EndingHashKey"])) for s in opened)
    w.equal("the first hash key", ends[0][0], 0)
    w.equal("the last hash key", ends[-1][1], 2**128 - 1)
    w.true("hash keys without a gap", all(a[1] + 1 == b[0] for a, b in zip(ends, ends[1:])), ends)
    described = w.pages(kinesis, "describe_stream", "StreamDescription.Shards", StreamName=STREAM)
    w.equal("described as listed", described, listed)
    latest = kinesis.list_shards(StreamName=STREAM, ShardFilter={"Type": "AT_LATEST"})["Shards"]
    w.equal("shards at the latest", latest, opened)
    w.equal("OpenShardCount of the account", kinesis.describe_limits()["OpenShardCount"], 4)


def settings(w, kinesis, arn):
    def settled():
        w.wait(kinesis, "stream_exists", StreamName=STREAM)
        return kinesis.describe_stream_summary(StreamARN=arn)["StreamDescriptionSummary"]

    kinesis.increase_stream_retention_period(StreamName=STREAM, RetentionPeriodHours=48)
    w.equal("retention", settled()["RetentionPeriodHours"], 48)
    w.refused("InvalidArgumentException", kinesis.increase_stream_retention_period, StreamName=STREAM, RetentionPeriodHours=30)
    kinesis.decrease_stream_retention_period(StreamName=STREAM, RetentionPeriodHours=24)
    w.equal("retention", settled()["RetentionPeriodHours"], 24)
    kinesis.start_stream_encryption(StreamName=STREAM, EncryptionType="KMS", KeyId="alias/aws/kinesis")
    w.has("encrypted", settled(), EncryptionType="KMS", KeyId="alias/aws/kinesis")
    kinesis.stop_stream_encryption(StreamName=STREAM, EncryptionType="KMS", KeyId="alias/aws/kinesis")
    w.has("not encrypted", settled(), EncryptionType="NONE", KeyId=None)
    metrics = ["IncomingBytes", "OutgoingBytes"]
    on = kinesis.enable_enhanced_monitoring(StreamName=STREAM, ShardLevelMetrics=metrics)
    w.equal("metrics before", on["CurrentShardLevelMetrics"], [])
    w.equal("metrics after", sorted(on["DesiredShardLevelMetrics"]), metrics)
    w.equal("metrics", sorted(settled()["EnhancedMonitoring"][0]["ShardLevelMetrics"]), metrics)
    off = kinesis.disable_enhanced_monitoring(StreamName=STREAM, ShardLevelMetrics=["ALL"])
    w.equal("metrics after", off["DesiredShardLevelMetrics"], [])
    w.equal("metrics", settled()["EnhancedMonitoring"][0]["ShardLevelMetrics"], [])
    kinesis.update_max_record_size(StreamARN=arn, MaxRecordSizeInKiB=4096)
    w.equal("record size", settled()["MaxRecordSizeInKiB"], 4096)
    w.refused("ValidationException|InvalidArgumentException", kinesis.update_max_record_size, StreamARN=arn, MaxRecordSizeInKiB=20000)
    policy = {"Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::123456789012:root"}, "Action": "kinesis:PutRecord", "Resource": arn}]}
    w.equal("no policy", json.loads(kinesis.get_resource_policy(ResourceARN=arn)["Policy"]), {})
    kinesis.put_resource_policy(ResourceARN=arn, Policy=json.dumps(policy))
    w.equal("policy", json.loads(kinesis.get_resource_policy(ResourceARN=arn)["Policy"]), policy)
    kinesis.delete_resource_policy(ResourceARN=arn)
    w.refused("ResourceNotFoundException", kinesis.delete_resource_policy, ResourceARN=arn)


def tagging(w, kinesis, arn):
    kinesis.tag_resource(ResourceARN=arn, Tags={"stage": "test"})
    w.equal("tags", kinesis.list_tags_for_resource(ResourceARN=arn)["Tags"], tags(stage="test", team="data"))
    kinesis.untag_resource(ResourceARN=arn, TagKeys=["team"])
    kinesis.add_tags_to_stream(StreamName=STREAM, Tags={"a": "1", "b": ""})
    first = kinesis.list_tags_for_stream(StreamName=STREAM, Limit=1)
    w.has("the first tag", first, HasMoreTags=True, Tags=tags(a="1"))
    rest = kinesis.list_tags_for_stream(StreamName=STREAM, ExclusiveStartTagKey="a")
    w.has("the other tags", rest, HasMoreTags=False, Tags=tags(b="", stage="test"))
    kinesis.remove_tags_from_stream(StreamName=STREAM, TagKeys=["a", "b"])
    w.equal("tags", kinesis.list_tags_for_stream(StreamName=STREAM)["Tags"], tags(stage="test"))


def records(w, kinesis):
    put = kinesis.put_record(StreamName=STREAM, Data=b"one", PartitionKey="k")
    two = kinesis.put_records(StreamName=STREAM, Records=[{"Data": b"two", "PartitionKey": "k"}, {"Data": b"three", "PartitionKey": "k"}])
    w.equal("failed records", two["FailedRecordCount"], 0)
    w.equal("one key, one shard", {record["ShardId"] for record in two["Records"]}, {put["ShardId"]})
    start = kinesis.get_shard_iterator(StreamName=STREAM, ShardId=put["ShardId"], ShardIteratorType="AT_SEQUENCE_NUMBER",
                                       StartingSequenceNumber=put["SequenceNumber"])
    first = kinesis.get_records(ShardIterator=start["ShardIterator"], Limit=2)
    second = kinesis.get_records(ShardIterator=first["NextShardIterator"], Limit=2)
    w.equal("records", [record["Data"] for record in first["Records"] + second["Records"]], [b"one", b"two", b"three"])
    w.has("record", first["Records"][0], PartitionKey="k", SequenceNumber=put["SequenceNumber"])


def consumers(w, kinesis, arn):
    for name in ("lake", "search"):
        made = kinesis.register_stream_consumer(StreamARN=arn, ConsumerName=name, Tags={"of": name})["Consumer"]
        w.has("consumer", made, ConsumerName=name, ConsumerStatus="CREATING")
        w.until("an active consumer", lambda: kinesis.describe_stream_consumer(ConsumerARN=made["ConsumerARN"])
                ["ConsumerDescription"], lambda seen: seen["ConsumerStatus"] == "ACTIVE")
    w.refused("ResourceInUseException", kinesis.register_stream_consumer, StreamARN=arn, ConsumerName="lake")
    listed = w.pages(kinesis, "list_stream_consumers", "Consumers", StreamARN=arn)
    w.equal("consumers", sorted(consumer["ConsumerName"] for consumer in listed), ["lake", "search"])
    shown = kinesis.describe_stream_consumer(StreamARN=arn, ConsumerName="search")["ConsumerDescription"]
    w.has("consumer", shown, StreamARN=arn, ConsumerARN=made["ConsumerARN"], ConsumerStatus="ACTIVE")
    w.equal("tags", kinesis.list_tags_for_resource(ResourceARN=made["ConsumerARN"])["Tags"], tags(of="search"))
    w.refused("ResourceInUseException", kinesis.delete_stream, StreamName=STREAM)
    kinesis.deregister_stream_consumer(ConsumerARN=made["ConsumerARN"])
    w.gone("the consumer", "ResourceNotFoundException", lambda: kinesis.describe_stream_consumer(ConsumerARN=made["ConsumerARN"]))


def on_demand(w, kinesis):
    kinesis.create_stream(StreamName="views", StreamModeDetails={"StreamMode": "ON_DEMAND"}, RecordDistributionStrategy="AUTO")
    w.wait(kinesis, "stream_exists", StreamName="views")
    look = lambda: kinesis.describe_stream_summary(StreamName="views")["StreamDescriptionSummary"]
    w.has("on demand", look(), OpenShardCount=4, StreamModeDetails={"StreamMode": "ON_DEMAND"}, RecordDistributionStrategy="AUTO")
    arn = look()["StreamARN"]
    w.refused("InvalidArgumentException|ValidationException", kinesis.update_stream_warm_throughput, StreamARN=arn, WarmThroughputMiBps=50)
    wanted = {"Status": "ENABLED"}
    changed = kinesis.update_account_settings(MinimumThroughputBillingCommitment=wanted)
    w.equal("commitment", changed["MinimumThroughputBillingCommitment"]["Status"], "ENABLED")
    w.equal("commitment", kinesis.describe_account_settings()["MinimumThroughputBillingCommitment"]["Status"], "ENABLED")
    warm = kinesis.update_stream_warm_throughput(StreamARN=arn, WarmThroughputMiBps=50)
    w.equal("warm", warm["WarmThroughput"]["TargetMiBps"], 50)
    w.wait(kinesis, "stream_exists", StreamName="views")
    w.equal("warm", look()["WarmThroughput"], {"TargetMiBps": 50, "CurrentMiBps": 50})
    kinesis.update_stream_record_distribution_strategy(StreamARN=arn, RecordDistributionStrategy="USER_PARTITION_KEY")
    w.wait(kinesis, "stream_exists", StreamName="views")
    w.equal("distribution", look()["RecordDistributionStrategy"], "USER_PARTITION_KEY")
    kinesis.update_stream_mode(StreamARN=arn, StreamModeDetails={"StreamMode": "PROVISIONED"})
    w.wait(kinesis, "stream_exists", StreamName="views")
    w.has("provisioned", look(), StreamModeDetails={"StreamMode": "PROVISIONED"}, WarmThroughput=None)


def delete(w, kinesis):
    w.equal("streams", w.pages(kinesis, "list_streams", "StreamNames", size=1), [STREAM, "views"])
    summaries = w.pages(kinesis, "list_streams", "StreamSummaries")
    w.equal("summaries", [summary["StreamName"] for summary in summaries], [STREAM, "views"])
    kinesis.delete_stream(StreamName=STREAM, EnforceConsumerDeletion=True)
    kinesis.delete_stream(StreamName="views")
    for name in (STREAM, "views"):
        w.wait(kinesis, "stream_not_exists", StreamName=name)
    w.equal("streams", kinesis.list_streams()["StreamNames"], [])
