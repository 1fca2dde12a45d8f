"""Fields of the manifest that become no member with a published constraint, by why."""

UNPROBED = {
    "the language, or what only Aqueduct itself heeds": [
        "aqueduct", "account", "buckets/{value}/force_destroy", "kafka/prune",
        "overrides", "overrides/{key}", "overrides/{value}", "overrides/{value}/{key}", "overrides/{value}/{value}",
    ],
    "a switch between ways of building things, all of whose words are its own": [
        "network/nat", "network/zones", "kafka/mode", "kafka/authentication", "kafka/authentication/[]", "sinks/{value}/via",
        "api/exposure", "api/routes/{value}", "api/routes/{value}/to",
    ],
    "true or false": [
        "buckets/{value}/versioning", "buckets/{value}/block_public_access", "buckets/{value}/tls_only", "streams/{value}/encrypted",
        "kafka/storage/tiered", "kafka/prometheus", "kafka/logs", "kafka/logs/enabled", "sinks/{value}/logs", "sinks/{value}/logs/enabled",
        "api/access_logs", "api/access_logs/enabled", "api/cors", "api/metrics", "api/tracing", "client/rest_proxy/enabled",
    ],
    "the name of something else in the manifest": ["airflow/bucket", "sinks/{value}/bucket", "sinks/{value}/topics/[]"],
    "a file here, whose last part alone is sent: no file's name has as many bytes as are allowed": [
        "airflow/dags", "airflow/requirements", "airflow/plugins", "airflow/startup_script", "sinks/{value}/plugin",
    ],
    "part of a script or a file on a machine, which AWS does not read": [
        "client/java", "client/kafka_tools/version", "client/kafka_tools/url", "client/kafka_tools/sha256", "client/iam_library/version",
        "client/iam_library/url", "client/iam_library/sha256", "client/rest_proxy/confluent/version", "client/rest_proxy/confluent/url",
        "client/rest_proxy/confluent/sha256", "client/rest_proxy/heap", "client/rest_proxy/properties",
        "client/rest_proxy/properties/{key}", "client/rest_proxy/properties/{value}",
    ],
    "part of a text about whose content nothing is published: properties of a server, a topic, a connector or its workers": [
        "kafka/configuration/{key}", "kafka/configuration/{value}", "kafka/topics/{value}/config/{key}", "kafka/topics/{value}/config/{value}",
        "sinks/{value}/topics_regex", "sinks/{value}/tasks", "sinks/{value}/flush_size", "sinks/{value}/rotate_minutes",
        "sinks/{value}/worker_properties/{key}", "sinks/{value}/worker_properties/{value}",
    ],
    "a map or list whose members are things of their own, in no list that AWS is sent": [
        "buckets", "streams", "sinks", "sinks/{value}/topics", "kafka/topics", "network/endpoints", "network/public_subnets",
        "network/private_subnets", "api/routes", "api/routes/{value}/methods", "api/cors/headers", "api/cors/origins", "airflow/permissions",
    ],
    "a list of different words out of exactly as many as are allowed": ["streams/{value}/shard_metrics"],
}


def unprobed():
    return {place for places in UNPROBED.values() for place in places}


def place(path, places):
    """What the manifest's layout calls the place of a field's `path`."""
    found = ""
    for part in path.split("/"):
        known = [one for one in (f"{found}/{part}".removeprefix("/"), f"{found}/[]", f"{found}/{{value}}") if any(
            other == one or other.startswith(f"{one}/") for other in places
        )]
        if not known:
            raise LookupError(f"the manifest has no {path}")
        found = known[0]
    return found
