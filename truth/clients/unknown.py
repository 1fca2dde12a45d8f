"""What a walk did not call the sandbox must refuse, in the words that say so: it never pretends."""

import datetime

from botocore.exceptions import ClientError

# How services say that they do not know an operation.
WORDS = {
    "InvalidAction",
    "NotImplemented",
    "MethodNotAllowed",
    "UnknownOperationException",
    "UnknownOperation",
}


def least(shape, depth=0):
    """The smallest value that fits a shape."""
    kind = shape.type_name
    if kind == "structure":
        if getattr(shape, "is_tagged_union", False) and shape.members:
            name, member = next(iter(shape.members.items()))
            return {name: least(member, depth + 1)}
        return {name: least(shape.members[name], depth + 1) for name in shape.required_members}
    if kind == "list":
        few = max(1, shape.metadata.get("min", 1)) if depth < 6 else 0
        return [least(shape.member, depth + 1)] * few
    if kind == "map":
        return {least(shape.key, depth + 1): least(shape.value, depth + 1)} if depth < 6 else {}
    if kind == "string":
        return shape.enum[0] if shape.enum else "x" * max(1, shape.metadata.get("min", 1))
    if kind in ("integer", "long", "float", "double"):
        return max(1, int(shape.metadata.get("min", 1)))
    if kind == "timestamp":
        return datetime.datetime(2026, 11, 1, tzinfo=datetime.timezone.utc)
    return {"boolean": True, "blob": b"x" * max(1, shape.metadata.get("min", 1))}[kind]


def sweep(walk, service):
    """Calls every operation that the walk has not; the number that were refused as unknown."""
    client = walk.client(service)
    model = client.meta.service_model
    refused = 0
    for method, operation in sorted(client.meta.method_to_api_mapping.items()):
        if (model.service_name, operation) in walk.called | walk.met:
            continue
        shape = model.operation_model(operation).input_shape
        # Clients do not sign what a model says needs no signature, so it is not even looked at.
        unsigned = {"MissingAuthenticationToken"} if model.operation_model(operation).auth_type == "none" else set()
        try:
            getattr(client, method)(**(least(shape) if shape else {}))
        except ClientError as error:
            code = error.response["Error"]["Code"]
            status = error.response["ResponseMetadata"]["HTTPStatusCode"]
            walk.checks += 1
            # An answer to HEAD has no words; some operations are signed for services that are not there at all.
            silent = code == str(status) and status in (404, 405, 501)
            if code in WORDS | unsigned or silent or "scoped to a service of this sandbox" in str(error):
                refused += 1
            else:
                walk.wrong.append(f"{operation} is known ({code}: {error}), and no walk calls it")
        except Exception as error:
            walk.wrong.append(f"{operation}: the client fails: {error!r}")
        else:
            walk.wrong.append(f"{operation} succeeds, and no walk calls it")
    return refused
