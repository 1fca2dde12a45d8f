"""Reads requests and answers as each of AWS's protocols writes them, by the published models."""

import base64
import json
import re
import xml.etree.ElementTree as ElementTree
from urllib.parse import parse_qsl, unquote, urlsplit

import botocore.loaders
import botocore.model

MODELS = {
    "ec2": "ec2",
    "elasticloadbalancing": "elbv2",
    "iam": "iam",
    "sts": "sts",
    "s3": "s3",
    "logs": "logs",
    "kafka": "kafka",
    "kafkaconnect": "kafkaconnect",
    "apigateway": "apigateway",
    "kinesis": "kinesis",
    "airflow": "mwaa",
    "tagging": "resourcegroupstaggingapi",
}


class Unreadable(Exception):
    """The bytes are not what the model allows."""


class Service:
    """One published model, with the routes of its operations."""

    def __init__(self, loader, name):
        self.model = botocore.model.ServiceModel(loader.load_service_model(name, "service-2"), name)
        protocols = self.model.metadata.get("protocols") or [self.model.metadata["protocol"]]
        self.protocol = next(found for found in protocols if found in ("json", "rest-json", "rest-xml", "query", "ec2"))
        self.routes = []
        for operation in self.model.operation_names:
            if self.model.operation_model(operation).deprecated:
                continue
            http = self.model.operation_model(operation).http
            path, _, query = http["requestUri"].partition("?")
            fixed = [part.partition("=")[::2] for part in query.split("&") if part]
            pattern = "".join(
                part if index % 2 == 0 else self.group(part) for index, part in enumerate(re.split(r"\{([^}]+)\}", path))
            )
            shape = self.model.operation_model(operation).input_shape
            self.routes.append((http["method"], re.compile(pattern + "/?$"), fixed, operation, shape))
        # The more is fixed or required, the better the match.
        self.routes.sort(
            key=lambda route: (-len(route[2]), -len(re.sub(r"\(.*?\)", "", route[1].pattern)), -self.demands(route[4]))
        )

    @staticmethod
    def demands(shape):
        """How many members a request must have outside of its body."""
        if not shape:
            return 0
        where = (shape.members[name].serialization.get("location") for name in shape.required_members)
        return sum(1 for place in where if place in ("header", "querystring"))

    @staticmethod
    def group(name):
        return "(?P<%s>%s)" % (name.rstrip("+").replace("-", "_"), ".+" if name.endswith("+") else "[^/]+")


class Wire:
    """All models that judge."""

    def __init__(self):
        loader = botocore.loaders.Loader()
        self.services = {scope: Service(loader, name) for scope, name in MODELS.items()}

    def service(self, headers):
        scope = re.search(r"Credential=[^/]+/[^/]+/[^/]+/([^/]+)/", headers.get("authorization", ""))
        if not scope or scope.group(1) not in self.services:
            raise Unreadable(f"no model for {scope.group(1) if scope else 'an unsigned request'}")
        return self.services[scope.group(1)]


def request(service, exchange):
    """The operation that `exchange` calls, and its parameters."""
    protocol, headers, body = service.protocol, exchange["headers"], exchange["body"]
    if protocol == "json" or headers.get("smithy-protocol") == "rpc-v2-cbor":
        return target_request(service, exchange)
    if protocol in ("query", "ec2"):
        fields = dict(parse_qsl(body.decode(), keep_blank_values=True))
        operation = operation_of(service, fields.pop("Action", ""))
        if fields.pop("Version", "") != service.model.api_version:
            raise Unreadable("another version of the API is asked for")
        value = from_fields(operation.input_shape, fields, "", protocol == "ec2") if operation.input_shape else {}
        if fields:
            raise Unreadable(f"{operation.name}: unknown fields {sorted(fields)}")
        return operation, value
    return rest_request(service, exchange)


def operation_of(service, name):
    if name not in service.model.operation_names:
        raise Unreadable(f"no operation {name!r} in {service.model.service_name}")
    return service.model.operation_model(name)


def target_request(service, exchange):
    if exchange["headers"].get("smithy-protocol") == "rpc-v2-cbor":
        import cbor2

        operation = operation_of(service, urlsplit(exchange["uri"]).path.rsplit("/", 1)[1])
        return operation, cbor2.loads(exchange["body"]) if exchange["body"] else {}
    prefix, _, name = exchange["headers"].get("x-amz-target", "").rpartition(".")
    if prefix != service.model.metadata["targetPrefix"]:
        raise Unreadable(f"target {prefix}")
    return operation_of(service, name), json.loads(exchange["body"] or b"{}")


def query_name(shape, name, ec2):
    wire = shape.serialization
    if ec2:
        if "queryName" in wire:
            return wire["queryName"]
        if "name" in wire:
            return wire["name"][0].upper() + wire["name"][1:]
        return name[0].upper() + name[1:]
    return wire.get("name", name)


def from_fields(shape, fields, prefix, ec2):
    """Takes what belongs to `shape` out of flat `fields`."""
    kind = shape.type_name
    if kind == "structure":
        found = {}
        for name, member in shape.members.items():
            at = prefix + query_name(member, name, ec2)
            if any(field == at or field.startswith(at + ".") for field in fields):
                found[name] = from_fields(member, fields, at if member.type_name not in ("structure",) else at + ".", ec2)
        return found
    if kind == "list":
        member = shape.member
        at = prefix
        if not ec2 and not shape.serialization.get("flattened"):
            at = f"{prefix}.{member.serialization.get('name', 'member')}"
        elif not ec2 and member.serialization.get("name"):
            at = prefix.rsplit(".", 1)[0] + "." + member.serialization["name"] if "." in prefix else prefix
        if fields.get(prefix) == "":
            fields.pop(prefix)
            return []
        found = []
        index = 1
        while any(field == f"{at}.{index}" or field.startswith(f"{at}.{index}.") for field in fields):
            here = f"{at}.{index}"
            found.append(from_fields(member, fields, here + "." if member.type_name == "structure" else here, ec2))
            index += 1
        return found
    if kind == "map":
        raise Unreadable(f"{prefix}: a map in a query is not judged")
    return typed(shape, fields.pop(prefix, ""))


def typed(shape, text):
    kind = shape.type_name
    if kind == "boolean" and text in ("true", "false"):
        return text == "true"
    if kind in ("integer", "long") and re.fullmatch(r"-?\d+", text):
        return int(text)
    if kind in ("float", "double") and re.fullmatch(r"-?[\d.]+(E-?\d+)?", text):
        return float(text)
    if kind == "timestamp" and re.fullmatch(r"[\d.]+", text):
        return float(text)
    return text


def rest_request(service, exchange):
    parts = urlsplit(exchange["uri"])
    query = parse_qsl(parts.query, keep_blank_values=True)
    path = parts.path
    for method, pattern, fixed, name, shape in service.routes:
        found = pattern.match(path)
        keys = {key for key, _ in query}
        places = {"header": exchange["headers"], "querystring": {key.lower() for key in keys}}
        if method != exchange["method"] or not found or not all(
            key in keys and (not value or (key, value) in query) for key, value in fixed
        ):
            continue
        if shape and not all(
            member.serialization["name"].lower() in places[member.serialization["location"]]
            for member_name, member in shape.members.items()
            if member_name in shape.required_members and member.serialization.get("location") in places
        ):
            continue
        operation = service.model.operation_model(name)
        rest = [pair for pair in query if (pair[0], pair[1]) not in fixed and pair[0] not in {key for key, _ in fixed}]
        return operation, rest_value(service, operation, found.groupdict(), rest, exchange)
    raise Unreadable(f"no operation of {service.model.service_name} for {exchange['method']} {parts.path}?{parts.query}")


def rest_value(service, operation, path, query, exchange):
    shape, value = operation.input_shape, {}
    query = [pair for pair in query if pair[0] != "x-id"]
    if not shape:
        if query:
            raise Unreadable(f"{operation.name}: unknown query {query}")
        return value
    headers, taken = exchange["headers"], set()
    body_members = {}
    for name, member in shape.members.items():
        wire = member.serialization
        location, at = wire.get("location"), wire.get("name", name)
        if location == "uri":
            value[name] = typed(member, unquote(path.get(at.replace("-", "_"), "")))
        elif location == "querystring":
            found = [text for key, text in query if key == at]
            taken.add(at)
            if member.type_name == "list" and found:
                value[name] = [typed(member.member, text) for text in found]
            elif member.type_name == "map":
                known = {m.serialization.get("name") for m in shape.members.values()}
                value[name] = {key: text for key, text in query if key not in known}
                taken |= set(value[name])
            elif found:
                value[name] = typed(member, found[0])
        elif location == "header":
            if at.lower() in headers:
                value[name] = typed(member, headers[at.lower()])
        elif location == "headers":
            value[name] = {k[len(at) :]: text for k, text in headers.items() if k.startswith(at.lower())}
        else:
            body_members[name] = member
    unknown = [pair for pair in query if pair[0] not in taken]
    if unknown:
        raise Unreadable(f"{operation.name}: unknown query {unknown}")
    body = exchange["body"]
    payload = shape.serialization.get("payload")
    if payload:
        member = shape.members[payload]
        if member.type_name in ("blob", "string"):
            value[payload] = body if member.type_name == "blob" else body.decode()
        elif body:
            value[payload] = read_body(service, member, body)
    elif body and body_members:
        value.update(read_body(service, shape, body))
    elif body and body not in (b"{}",):
        raise Unreadable(f"{operation.name}: a body where the model has none")
    return value


def read_body(service, shape, body):
    if service.protocol == "rest-json":
        return renamed(shape, json.loads(body))
    return from_xml(shape, ElementTree.fromstring(body))


def renamed(shape, value):
    """A JSON value with the members' names of the model instead of the wire's. Unknown ones stay."""
    if shape.type_name == "structure" and isinstance(value, dict):
        names = {member.serialization.get("name", name): name for name, member in shape.members.items()}
        return {
            names.get(key, f"{key} (on the wire)"): renamed(shape.members[names[key]], member) if key in names else member
            for key, member in value.items()
        }
    if shape.type_name == "list" and isinstance(value, list):
        return [renamed(shape.member, member) for member in value]
    if shape.type_name == "map" and isinstance(value, dict):
        return {key: renamed(shape.value, member) for key, member in value.items()}
    return value


def tag(element):
    return element.tag.rsplit("}", 1)[-1]


def from_xml(shape, element):
    kind = shape.type_name
    if kind == "structure":
        names = {member.serialization.get("name", name): (name, member) for name, member in shape.members.items()}
        flat = {
            member.member.serialization.get("name", wire): wire
            for wire, (_, member) in names.items()
            if member.type_name == "list" and member.serialization.get("flattened")
        }
        found = {}
        for attribute, text in element.attrib.items():
            plain = attribute.rsplit("}", 1)[-1]
            for wire, (name, member) in names.items():
                if member.serialization.get("xmlAttribute") and wire.rsplit(":", 1)[-1] == plain:
                    found[name] = text
        for child in element:
            wire = tag(child)
            wire = wire if wire in names else flat.get(wire, wire)
            if wire not in names:
                found[f"{wire} (on the wire)"] = child.text
                continue
            name, member = names[wire]
            if member.type_name == "list" and member.serialization.get("flattened"):
                found.setdefault(name, []).append(from_xml(member.member, child))
            else:
                found[name] = from_xml(member, child)
        return found
    if kind == "list":
        return [from_xml(shape.member, child) for child in element]
    if kind == "map":
        key = shape.key.serialization.get("name", "key")
        value = shape.value.serialization.get("name", "value")
        found = {}
        for entry in element:
            parts = {tag(part): part for part in entry}
            found[parts[key].text] = from_xml(shape.value, parts[value])
        return found
    return typed(shape, element.text or "")


def answer(service, operation, exchange):
    """The output of `operation` as the answer has it; `None` where it has none."""
    shape, body, headers = operation.output_shape, exchange["response_body"], exchange["response_headers"]
    if headers.get("smithy-protocol") == "rpc-v2-cbor":
        import cbor2

        return cbor2.loads(body) if body else {}
    if service.protocol == "json":
        return json.loads(body) if body else {}
    if service.protocol in ("query", "ec2"):
        root = ElementTree.fromstring(body)
        extra = {"requestId", "ResponseMetadata"}
        if service.protocol == "query":
            result = [child for child in root if tag(child) not in extra]
            if shape is None:
                return {}
            if len(result) != 1 or tag(result[0]) != shape.serialization.get("resultWrapper"):
                raise Unreadable(f"{operation.name}: no {shape.serialization.get('resultWrapper')}")
            return from_xml(shape, result[0])
        for child in [child for child in root if tag(child) in extra]:
            root.remove(child)
        if shape is None:
            # AWS answers `return` even where the model has nothing.
            unknown = [tag(child) for child in root if tag(child) != "return"]
            return {f"{name} (on the wire)": "" for name in unknown} if unknown else {}
        return from_xml(shape, root)
    if shape is None:
        return {}
    value = {}
    for name, member in shape.members.items():
        wire = member.serialization
        if wire.get("location") == "header" and wire["name"].lower() in headers:
            value[name] = typed(member, headers[wire["name"].lower()])
        elif wire.get("location") == "headers":
            start = wire["name"].lower()
            value[name] = {key[len(start) :]: text for key, text in headers.items() if key.startswith(start)}
    payload = shape.serialization.get("payload")
    if payload:
        member = shape.members[payload]
        if member.type_name in ("blob", "string"):
            value[payload] = body if member.type_name == "blob" else body.decode()
        elif body:
            value[payload] = read_body(service, member, body)
    elif body:
        value.update(read_body(service, shape, body))
    return value


def error_code(service, exchange):
    """The code of a refusal, as clients find it."""
    body, headers = exchange["response_body"], exchange["response_headers"]
    if service.protocol in ("query", "ec2", "rest-xml"):
        if not body:
            return None
        found = [element for element in ElementTree.fromstring(body).iter() if tag(element) == "Code"]
        return found[0].text if found else None
    code = headers.get("x-amzn-errortype")
    if not code and headers.get("smithy-protocol") == "rpc-v2-cbor":
        import cbor2

        code = cbor2.loads(body).get("__type")
    elif not code:
        code = json.loads(body or b"{}").get("__type")
    return code and code.split(":")[0].rsplit("#", 1)[-1]


def load(line):
    exchange = json.loads(line)
    exchange["body"] = base64.b64decode(exchange["body"])
    exchange["response_body"] = base64.b64decode(exchange["response_body"])
    return exchange
