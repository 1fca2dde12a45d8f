"""Holds values against the shapes of AWS's published service models (botocore's service-2.json)."""

import re

NUMBERS = ("integer", "long", "float", "double")


def check(shape, value, path, sent, say, seen):
    """Says what of `value` breaks `shape`.

    Of what is `sent` to AWS also what it would refuse: missing members, patterns, lengths, ranges. `seen` collects the
    members that were looked at.
    """
    kind = shape.type_name
    if kind == "structure":
        structure(shape, value, path, sent, say, seen)
    elif kind == "list":
        if not isinstance(value, list):
            return say(f"{path}: no list, but {value!r}")
        if sent:
            extent(shape, len(value), path, "members", say)
        for index, member in enumerate(value):
            check(shape.member, member, f"{path}[{index}]", sent, say, seen)
    elif kind == "map":
        if not isinstance(value, dict):
            return say(f"{path}: no map, but {value!r}")
        for key, member in value.items():
            check(shape.key, key, f"{path} key", sent, say, seen)
            check(shape.value, member, f"{path}[{key}]", sent, say, seen)
    else:
        scalar(shape, value, path, sent, say)


def structure(shape, value, path, sent, say, seen):
    if getattr(shape, "is_document_type", False):
        return
    if not isinstance(value, dict):
        return say(f"{path}: no structure, but {value!r}")
    for name, member in value.items():
        if name not in shape.members:
            say(f"{path}.{name}: no such member of {shape.name}")
            continue
        seen.add((shape.name, name))
        if member is None:
            if sent:
                say(f"{path}.{name}: null is sent")
            continue
        check(shape.members[name], member, f"{path}.{name}", sent, say, seen)
    if sent:
        for name in shape.required_members:
            if value.get(name) is None:
                say(f"{path}.{name}: is required")


def scalar(shape, value, path, sent, say):
    kind = shape.type_name
    if kind == "boolean":
        if not isinstance(value, bool):
            say(f"{path}: no boolean, but {value!r}")
    elif kind in NUMBERS:
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            say(f"{path}: no number, but {value!r}")
        elif kind in ("integer", "long") and not float(value).is_integer():
            say(f"{path}: no whole number, but {value!r}")
        elif sent:
            extent(shape, value, path, "", say)
    elif kind == "timestamp":
        if isinstance(value, bool) or not isinstance(value, (int, float, str)):
            say(f"{path}: no time, but {value!r}")
    elif kind == "blob":
        if not isinstance(value, (bytes, str)):
            say(f"{path}: no bytes, but {value!r}")
    elif kind == "string":
        if not isinstance(value, str):
            return say(f"{path}: no text, but {value!r}")
        enum = getattr(shape, "enum", None)
        if enum and value not in enum:
            say(f"{path}: {value!r} is none of {enum}")
        if sent:
            extent(shape, len(value), path, "characters", say)
            pattern = shape.metadata.get("pattern")
            if pattern and not matches(pattern, value):
                say(f"{path}: {value!r} does not match {pattern}")


def extent(shape, size, path, unit, say):
    low, high = shape.metadata.get("min"), shape.metadata.get("max")
    if low is not None and size < low:
        say(f"{path}: {size} {unit}".rstrip() + f", at least {low}")
    if high is not None and size > high:
        say(f"{path}: {size} {unit}".rstrip() + f", at most {high}")


JAVA = {r"\p{Alpha}": "A-Za-z", r"\p{Alnum}": "A-Za-z0-9", r"\p{L}": r"^\W\d_", r"\p{N}": r"\d", r"\p{Z}": r"\s", r"\p{Nd}": r"\d"}


def matches(pattern, value):
    """Whether all of `value` matches a pattern of the models, which are Java's."""
    if r"\p{" in pattern:
        # Classes of letters in any alphabet: Python's re has no such thing, so only the plain alphabet is judged.
        if not value.isascii():
            return True
        for java, plain in {**JAVA, r"\p{L}": "A-Za-z"}.items():
            pattern = re.sub(r"(?<=\[)([^\]]*)" + re.escape(java), lambda found: found.group(1) + plain, pattern)
            pattern = pattern.replace(java, f"[{plain}]")
    try:
        return re.fullmatch(pattern, value, re.DOTALL) is not None or re.search(f"^(?:{pattern})$", value) is not None
    except re.error:
        return True
