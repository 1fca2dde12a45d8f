"""Mistakes in what is published that the judge must notice: a field, one of its constraints, and what it is instead."""

import published
from fields import FIELDS

ANYTHING = r"^[\s\S]*$"

MISTAKES = [
    # Stricter than what is published: `validate` accepts what is refused then.
    ("kafka/storage/size_gib", "range", lambda bounds: (bounds[0], bounds[1] - 1)),
    ("streams/posts/max_record_kib", "range", lambda bounds: (bounds[0] + 1, bounds[1])),
    ("streams/{key}", "length", lambda bounds: (bounds[0], bounds[1] - 1)),
    ("tags", "members", lambda bounds: (bounds[0], 40)),
    ("airflow/web_access", "enum", lambda words: [word for word in words if word != "PUBLIC_ONLY"]),
    ("airflow/logs/retention_days", "enum", lambda days: [day for day in days if day != 545]),
    ("airflow/maintenance_window", "pattern", lambda pattern: pattern.replace("|SUN", "")),
    ("streams/posts/shard_metrics/0", "enum", lambda words: words[1:]),
    ("network/existing/vpc", "format", lambda _: ("AWS::EC2::Subnet.Id",)),
    # Laxer: `validate` refuses what is allowed then.
    ("kafka/storage/size_gib", "range", lambda bounds: (bounds[0], bounds[1] + 1)),
    ("streams/posts/max_record_kib", "range", lambda bounds: (bounds[0] - 1, bounds[1])),
    ("airflow/name", "length", lambda bounds: (bounds[0], bounds[1] + 1)),
    ("kafka/monitoring", "enum", lambda words: [*words, "PER_CLIENT"]),
    ("airflow/options/{key}", "pattern", lambda _: ANYTHING),
    ("airflow/permissions/0", "pattern", lambda _: ANYTHING),
]


def judge(differing):
    """How many mistakes are noticed, and those that `differing`, the judge of fields by a publication, does not notice."""
    unseen = []
    for path, name, change in MISTAKES:
        fields = [field for field in FIELDS if field.path == path]
        there = [one for field in fields for source in field.sources for one, _ in published.constraints(source)]
        if name not in there:
            unseen.append(f"seeded.py: {path} has no {name}")
        elif count(differing(fields, mistaken(name, change))) <= count(differing(fields, mistaken(name, lambda value: value))):
            unseen.append(f"a mistaken {name} of {path} is not noticed")
    return len(MISTAKES) - len(unseen), unseen


def mistaken(name, change):
    return lambda source: [(one, change(value) if one == name else value) for one, value in published.constraints(source)]


def count(differing):
    return sum(map(len, differing.values()))
