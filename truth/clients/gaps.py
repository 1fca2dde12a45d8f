"""What the sandbox is known to do otherwise, and what cannot be walked on AWS either, with the reason for each."""

# A part of the text of what is wrong, and the reason.
GAPS = {}

# Paginators and waiters: service and name.
UNWALKED = {
    ("kinesis", "list_shards"): "it repeats StreamName beside NextToken, which AWS refuses, too",
}
