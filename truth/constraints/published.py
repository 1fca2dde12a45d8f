"""What AWS publishes about a value: constraints of its service models, and of CloudFormation's schemas as cfn-lint has them."""

import importlib
import ipaddress
import pkgutil
import re

import botocore.loaders
import botocore.model
import cfnlint.rules.formats
from cfnlint.schema import PROVIDER_SCHEMA_MANAGER

JAVA = {r"\p{L}": "a-zA-ZÀ-ÿЀ-ӿ", r"\p{Z}": " ", r"\p{N}": "0-9"}
LOADER = botocore.loaders.Loader()


def constraints(source):
    """The constraints of `"service Operation member.path"` or `"AWS::A::Type Property/Path"`, each as (name, value).

    `[]`, `{key}` and `{value}` lead into lists and maps; `*` into the arrays of a schema.
    """
    found = of_schema(*source.split()) if source.startswith("AWS::") else of_model(*source.split())
    return [(name, value) for name, value in found if value not in (None, [], "")]


def of_model(service, operation, path):
    model = botocore.model.ServiceModel(LOADER.load_service_model(service, "service-2"), service)
    shape = model.operation_model(operation).input_shape
    for part in path.split("."):
        match part:
            case "[]":
                shape = shape.member
            case "{key}":
                shape = shape.key
            case "{value}":
                shape = shape.value
            case _:
                shape = shape.members[part]
    unit = {"string": "length", "list": "members", "map": "members"}.get(shape.type_name, "range")
    low, high = shape.metadata.get("min"), shape.metadata.get("max")
    yield unit, (low, high) if (low, high) != (None, None) else None
    pattern = shape.metadata.get("pattern")
    yield "pattern", pattern and rf"^(?:{plain(pattern)})\Z"
    yield "enum", list(getattr(shape, "enum", None) or [])


def of_schema(type_name, path):
    schema = PROVIDER_SCHEMA_MANAGER.get_resource_schema("us-east-1", type_name).schema
    node = schema
    for part in path.split("/"):
        node = resolved(schema, node)
        node = node["items"] if part == "*" else node["properties"][part]
    node = resolved(schema, node)
    for unit, low, high in (("length", "minLength", "maxLength"), ("range", "minimum", "maximum"), ("members", "minItems", "maxItems")):
        bounds = (node.get(low), node.get(high))
        yield unit, bounds if bounds != (None, None) else None
    yield "pattern", node.get("pattern") and plain(node["pattern"])
    yield "enum", node.get("enum")
    formats = [node["format"]] if "format" in node else [branch.get("format") for branch in node.get("anyOf", [])]
    yield "format", tuple(formats) if formats and all(name in FORMATS for name in formats) else None


def resolved(schema, node):
    while "$ref" in node:
        found = schema
        for part in node["$ref"].removeprefix("#/").split("/"):
            found = found[part]
        node = found
    return node


def plain(pattern):
    """A pattern of Java's as Python has it, for the letters that probes are made of."""
    for java, python in JAVA.items():
        pattern = pattern.replace(java, python)
    return re.sub(r"(?<=\w)-(?=[_.])", r"\\-", pattern) if r"Z-_" in pattern else pattern


def network(value):
    try:
        return ipaddress.ip_network(value) is not None
    except ValueError:
        return False


def formats():
    found = {"ipv4-network": network}
    for module in pkgutil.iter_modules(cfnlint.rules.formats.__path__):
        rule = getattr(importlib.import_module(f"cfnlint.rules.formats.{module.name}"), module.name, None)
        if rule and module.name not in ("Format", "FormatKeyword"):
            keyword = rule()
            if getattr(keyword, "pattern", None):
                found[keyword.format_keyword] = lambda value, pattern=keyword.pattern: re.match(pattern, value) is not None
    return found


FORMATS = formats()


def broken(name, constraint, value):
    """Whether `value` breaks a constraint; a list or map is given as the number of its members."""
    match name:
        case "length" | "range" | "members":
            size = len(value) if name == "length" else value
            low, high = constraint
            return (low is not None and size < low) or (high is not None and size > high)
        case "pattern":
            return re.search(constraint, value) is None
        case "enum":
            return value not in constraint
        case _:
            return not any(FORMATS[one](value) for one in constraint)
