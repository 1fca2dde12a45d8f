"""What the sandbox is known to do otherwise, and what cannot be walked on AWS either, with the reason for each."""

# A part of the text of what is wrong, and the reason.
GAPS = {
    "ImportApiKeys is known (SerializationException": "it shares its path with CreateApiKey, which refuses its body",
}

# Paginators and waiters: service and name.
UNWALKED = {
    ("apigateway", "get_gateway_responses"): "the collection knows no pages (API model)",
    ("ec2", "describe_images"): "the sandbox describes images by id and refuses to list the public ones",
    ("ec2", "describe_instance_types"): "the sandbox describes the types that are named and refuses to list all",
    ("ec2", "network_interface_available"): "the sandbox has only interfaces that services make, none of which waits to be used",
    ("ec2", "volume_available"): "the sandbox has only volumes of instances",
    ("kinesis", "list_shards"): "it repeats StreamName beside NextToken, which AWS refuses, too",
}
