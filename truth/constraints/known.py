"""Where `validate` and what is published differ: a field, how it fares, for which values, and although what.

Most are rules that AWS has beside its publications; the sections are those of AWS.md.
"""


def every(_):
    return True


def one_of(*values):
    return lambda value: value in values


def longer(length):
    return lambda value: len(value) > length


def shorter(length):
    return lambda value: len(value) < length


WORD = "names of the manifest stand in addresses and in other names: letters, digits, `_` and `-`, the first a letter or digit"
TAG = "EC2 takes keys of 127 characters"

KNOWN = [
    ("stack", "refused", every, "it begins names of buckets, which are lower case, and tells stacks apart"),
    ("tags", "refused", one_of(49, 50), "room is left for tags of a section and for Aqueduct's own"),
    ("tags/{key}", "refused", longer(127), TAG),
    ("buckets/data/tags/{key}", "refused", longer(127), TAG),
    ("streams/posts/tags/{key}", "refused", longer(127), TAG),
    ("streams/posts/tags/team", "accepted", lambda value: len(value) == 256, "CloudFormation has 255 characters where Kinesis takes 256"),
    ("network/private_subnets/0", "refused", every, "a subnet lies within its VPC"),
    ("network/public_subnets/0", "refused", every, "a subnet lies within its VPC"),
    ("buckets/{key}", "refused", lambda value: value.startswith("-"), WORD),
    ("buckets/data/encryption", "refused", one_of("aws:kms:dsse"), "encryption in two layers is left to `overrides`"),
    ("buckets/data/lifecycle/0/abort_uploads_days", "refused", one_of(0), "S3 counts whole days from 1"),
    ("buckets/data/lifecycle/0/transitions/0/class", "accepted", one_of("Glacier"), "it is CloudFormation's older word for GLACIER"),
    ("streams/posts/shards", "refused", lambda value: value > 20_000, "the largest quota is 20,000 shards (§6)"),
    ("streams/posts/retention_hours", "refused", lambda value: value < 24, "Kinesis keeps records for a day at least (§6)"),
    ("streams/posts/kms_key", "refused", every, "a key is an ARN or an alias of at most 250 characters"),
    ("streams/posts/shard_metrics/0", "refused", one_of("ALL"), "it stands for all the others, by which Kinesis answers"),
    ("kafka/version", "refused", every, "MSK's versions look like `3.8.x` (§3.1)"),
    ("kafka/brokers", "refused", every, "brokers spread evenly over zones (§3.1)"),
    ("kafka/broker_type", "refused", every, "MSK has a list of types (§3.1)"),
    ("sinks/{key}", "refused", every, WORD),
    ("sinks/posts/workers/scale_in_cpu", "refused", one_of(100), "workers leave at less than they come at"),
    ("sinks/posts/workers/scale_out_cpu", "refused", one_of(1), "workers come at more than they leave at"),
    ("sinks/posts/converter", "refused", one_of("JSON_SCHEMA_GSR"), "it wants a registry of schemas, which is left to `overrides`"),
    ("client/image_parameter", "refused", every, "a parameter of images is a path of at most 1,011 characters"),
    ("client/managed_policies/0", "refused", every, "IAM knows policies by ARNs of their form alone"),
    ("api/endpoint", "refused", one_of("PRIVATE"), "private APIs want endpoints and a policy of their own, which are left to `overrides`"),
    ("api/throttle/rate", "refused", one_of(0), "it lets nobody in"),
    ("api/throttle/burst", "refused", one_of(0), "it lets nobody in"),
    ("api/quota/limit", "refused", one_of(0), "it lets nobody in"),
    ("airflow/version", "refused", every, "versions of Airflow are three numbers"),
    ("airflow/class", "refused", every, "MWAA has a list of classes (§8)"),
    ("airflow/schedulers", "refused", one_of(1), "only the smallest class has one (§8)"),
    ("airflow/min_webservers", "refused", one_of(1), "only the smallest class has one (§8)"),
    ("airflow/max_webservers", "refused", one_of(1), "only the smallest class has one (§8)"),
    ("airflow/web_access", "refused", one_of("PUBLIC_AND_PRIVATE"), "it wants Airflow 3.2 (§8), and is left to `overrides`"),
]
