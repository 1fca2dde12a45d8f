"""Where `validate` and what is published differ, and why: a field, how it fares, for which values; and although what.

Sections are those of the facts about AWS that the sources cite as AWS.md.
"""

import re


def like(pattern):
    return lambda value: re.fullmatch(pattern, value, re.ASCII) is not None


def unlike(pattern):
    return lambda value: re.fullmatch(pattern, value, re.ASCII) is None


def among(*values):
    return lambda value: value in values


def longer(length):
    return lambda value: len(value) > length


def more(bound):
    return lambda value: value > bound


def less(bound):
    return lambda value: value < bound


STACK = "a stack's name begins the names of buckets (§2.4) and of load balancers, which have 32 characters"
LABEL = "a short name is part of addresses, in which it begins with a letter or digit and has 40 characters"
TAG_KEY = "EC2 takes 127 characters (§1)"
TAG_COUNT = "AWS takes 50, and Aqueduct's own and `Name` may be five of them"
KMS = "policies name a key by its ARN, which neither an id nor an alias tells"
ARN = "CloudFormation leaves open what a region, an account and a key look like"
ZERO = "a prefix with a zero before it may be meant as octal"
WEBSERVERS = "an environment has five web servers at most (§7)"
WORKERS = "an environment has 25 workers at most (§7)"
A_KEY = r"arn:aws[a-z-]*:kms:[a-z]+(-[a-z]+)+-\d+:\d{12}:key/.+"

KNOWN = {
    ("stack", "refused", unlike(r"[a-z][a-z0-9-]{0,18}[a-z0-9]")): STACK,
    ("region", "refused", among("EU")): "it is S3's old name of eu-west-1, by which no other service knows the region",
    ("tags/{key}", "refused", longer(127)): TAG_KEY,
    ("tags", "refused", more(45)): TAG_COUNT,
    ("network/cidr", "refused", like(r".*/0\d+")): ZERO,
    ("network/private_subnets/0", "refused", like(r".*/0\d+")): ZERO,
    ("network/private_subnets/0", "refused", among("10.0.0.0/24")): "it overlaps its sibling (§1.2)",
    ("network/private_subnets/0", "refused", unlike(r"10\.0\..*")): "it lies outside the VPC (§1.2)",
    ("network/public_subnets/0", "refused", like(r".*/0\d+")): ZERO,
    ("network/public_subnets/0", "refused", among("10.0.2.0/24")): "it overlaps its sibling (§1.2)",
    ("network/public_subnets/0", "refused", unlike(r"10\.0\..*")): "it lies outside the VPC (§1.2)",
    ("network/existing/private_subnets", "refused", more(3)): "brokers stand in two or three zones (§3.1)",
    ("network/existing/cidr", "refused", like(r".*/0\d+")): ZERO,
    ("buckets/{key}", "refused", unlike(r"[a-zA-Z0-9][a-zA-Z0-9_.-]{0,39}")): LABEL,
    ("buckets/data/encryption", "refused", among("aws:kms:dsse")): "two layers of encryption are for who must have them, by `overrides`",
    ("buckets/data/kms_key", "refused", unlike(r"arn:.*")): KMS,
    ("buckets/data/kms_key", "refused", unlike(A_KEY)): ARN,
    ("buckets/data/tags/{key}", "refused", longer(127)): TAG_KEY,
    ("buckets/data/lifecycle/0/abort_uploads_days", "refused", among(0)): "S3 takes positive numbers alone",
    ("buckets/data/lifecycle/0/abort_uploads_days", "refused", more(36500)): "a hundred years are enough",
    ("streams/posts/shards", "refused", more(20000)): "no region gives more than 20000 shards (§6.1)",
    ("streams/posts/retention_hours", "refused", less(24)): "records stay for 24 hours at least (§6.1)",
    ("streams/posts/kms_key", "refused", unlike(r"arn:.*|alias/.*")): "roles are let use a key by its ARN or alias",
    ("streams/posts/kms_key", "refused", longer(256)): "an alias has 256 characters (appendix)",
    ("streams/posts/shard_metrics/0", "refused", among("ALL")): "AWS answers with the seven that it stands for (§6.1)",
    ("streams/posts/tags/{key}", "refused", longer(127)): TAG_KEY,
    ("streams/posts/tags/team", "accepted", longer(255)): "the API takes 256 characters (appendix); CloudFormation's schema has one less",
    ("streams/posts/tags", "refused", more(15)): TAG_COUNT,
    ("kafka/version", "refused", unlike(r"\d+\.\d+\.(\d+|x)(\.\d+)?(\.kraft|\.tiered)?")): "MSK has no version so called (§3.1)",
    ("kafka/brokers", "refused", lambda count: count % 2 == 1): "brokers spread evenly over zones (§3.1)",
    ("kafka/brokers", "accepted", among(16)): "the model's bound is stale: a cluster may have 60 (§3.1)",
    ("kafka/broker_type", "refused", unlike(r"(kafka|express)\.(t3|m5|m7g)\.\w+")): "MSK has no type so called (§3.1)",
    ("kafka/broker_type", "refused", like(r"kafka\.m7g\.largea+")): "MSK has no type so called (§3.1)",
    ("kafka/topics/posts/partitions", "refused", more(10000)): "no brokers hold so many partitions (§3.3)",
    ("kafka/topics/posts/replication", "refused", more(60)): "there is one copy a broker, of which a cluster may have 60 (§3.1, §3.3)",
    ("sinks/{key}", "refused", unlike(r"[a-zA-Z0-9][a-zA-Z0-9_.-]{0,39}")): LABEL,
    ("sinks/posts/workers/scale_in_cpu", "refused", among(100)): "workers are removed below what they are added above",
    ("sinks/posts/workers/scale_out_cpu", "refused", among(1)): "workers are removed below what they are added above",
    ("sinks/posts/converter", "refused", among("JSON_SCHEMA_GSR")): "it needs a registry of schemas (§3.4), by `overrides`",
    ("sinks/posts/freshness_seconds", "refused", among(60, 61)): "the API takes 300 at least (§3.4); CloudFormation's schema is behind",
    ("client/image_parameter", "refused", longer(1011)): "the API takes a parameter's ARN, too; a name has 1011 characters",
    ("client/image_parameter", "refused", among("/")): "it names no parameter",
    ("client/kms_key", "refused", unlike(r"arn:.*")): KMS,
    ("client/kms_key", "refused", unlike(A_KEY)): ARN,
    ("client/ssh_from/0", "refused", like(r".*/0\d+")): ZERO,
    ("client/managed_policies/0", "refused", unlike(r"arn:aws[a-z-]*:iam::(aws|\d{12}):policy/[\w+=,.@/-]+")): (
        "the published pattern need only be somewhere in the text, which is no ARN then"
    ),
    ("api/endpoint", "refused", among("PRIVATE")): "a private API needs a policy and an endpoint (§5), by `overrides`",
    ("api/timeout_ms", "refused", more(29000)): "no quota gives every API more (§5)",
    ("api/throttle/rate", "refused", more(10000)): "an account has 10000 requests a second in a region",
    ("api/throttle/burst", "refused", more(5000)): "an account has a burst of 5000 requests in a region",
    ("api/quota/limit", "refused", among(0)): "a quota of nothing is no quota: `throttle` refuses all",
    ("airflow/version", "refused", unlike(r"\d+\.\d+\.\d+")): "Airflow's versions are three numbers",
    ("airflow/class", "refused", unlike(r"mw1\.(micro|small|medium|large|xlarge|2xlarge)")): "MWAA has six classes (§7)",
    ("airflow/schedulers", "refused", among(1)): "there are two but with the smallest class (§7)",
    ("airflow/min_workers", "refused", more(25)): WORKERS,
    ("airflow/max_workers", "refused", more(25)): WORKERS,
    ("airflow/min_webservers", "refused", more(5)): WEBSERVERS,
    ("airflow/max_webservers", "refused", more(5)): WEBSERVERS,
    ("airflow/min_webservers", "refused", among(1)): "there are two but with the smallest class (§7)",
    ("airflow/max_webservers", "refused", among(1)): "there are two but with the smallest class (§7)",
    ("airflow/web_access", "refused", among("PUBLIC_AND_PRIVATE")): "it needs Airflow 3.2 or newer (§7), by `overrides`",
    ("airflow/kms_key", "refused", unlike(r"arn:.*")): KMS,
    ("airflow/kms_key", "refused", unlike(A_KEY)): ARN,
    ("airflow/permissions/0", "refused", longer(10000)): "a role takes 10240 characters of policies (§2.1)",
    **{
        (f"airflow/logs/{part}", "accepted", among("off")): "it is no level: the part's log is off then (§7)"
        for part in ("dag_processing", "scheduler", "task", "webserver", "worker")
    },
}
