"""What a walk through a service has at hand: clients that keep count of what they call, and checks."""

import collections
import time
import traceback

import boto3
import botocore
from botocore.config import Config
from botocore.exceptions import ClientError

from sandbox import REGION

# Seconds between two looks, and how often to look.
PAUSE = 0.05
LOOKS = 600


class Walk:
    """One walk on one sandbox. `seed` is a mistake that a client's answers get."""

    def __init__(self, url, seed=None):
        self.url = url
        self.seed = seed
        # What succeeded and what was refused as it should be: service and operation.
        self.called = set()
        self.met = set()
        self.checks = 0
        self.wrong = []
        self.refusals = collections.Counter()
        self.waiters = set()
        self.paginators = set()
        self.clients = {}

    def client(self, service, signed=True):
        """The client of a service, one for all the walk."""
        if (service, signed) in self.clients:
            return self.clients[service, signed]
        config = {"retries": {"mode": "standard", "total_max_attempts": 8}, "inject_host_prefix": False}
        if not signed:
            config["signature_version"] = botocore.UNSIGNED
        client = boto3.client(
            service,
            endpoint_url=self.url,
            region_name=REGION,
            aws_access_key_id="sandbox",
            aws_secret_access_key="sandbox",
            config=Config(**config),
        )
        client.meta.events.register("after-call", self._answered)
        self.clients[service, signed] = client
        return client

    def _answered(self, http_response, parsed, model, **_):
        if http_response.status_code < 300:
            self.called.add((model.service_model.service_name, model.name))
            if self.seed:
                self.seed.strike(model, parsed)

    def true(self, what, holds, got=""):
        """Checks that something holds."""
        self.checks += 1
        if not holds:
            place = traceback.extract_stack()
            line = next((frame.lineno for frame in reversed(place) if "/services/" in frame.filename), None)
            where = f"line {line}: " if line else ""
            self.wrong.append(f"{where}{what}: {got!r}" if got != "" else f"{where}{what}")
        return holds

    def equal(self, what, got, wanted):
        """Checks that two values are the same."""
        return self.true(f"{what} is not {wanted!r}", got == wanted, got)

    def has(self, what, got, **wanted):
        """Checks members of an answer."""
        for member, value in wanted.items():
            self.equal(f"{what}: {member}", got.get(member), value)

    def refused(self, code, call, **parameters):
        """Checks that a call is refused with this error code, one of them if there are several."""
        try:
            call(**parameters)
            self.true(f"{call.__name__} succeeded, where {code} was due", False, parameters)
        except ClientError as error:
            self.refusals[error.operation_name] += 1
            self.met |= {(client.meta.service_model.service_name, error.operation_name) for client in self.clients.values()}
            got = error.response["Error"]
            self.true(f"{call.__name__}: refused, but not as {code}", got["Code"] in code.split("|"), got)
            self.true(f"{call.__name__}: refused without a word", bool(got.get("Message")), got)

    def pages(self, client, operation, members, size=1, several=True, **parameters):
        """Everything a paginator finds, in pages of `size`; members as JMESPath. Unless told otherwise there must be several."""
        service = client.meta.service_model.service_name
        pages, found = 0, []
        for page in client.get_paginator(operation).paginate(PaginationConfig={"PageSize": size}, **parameters):
            pages += 1
            items = botocore.paginate.jmespath.search(members, page) or []
            self.true(f"{operation}: more than {size} on a page", len(items) <= size, len(items))
            found += items
        self.paginators.add((service, operation))
        self.true(f"{operation}: {pages} pages of {size} for {len(found)}", not several or pages > 1)
        distinct = {repr(item) for item in found}
        self.true(f"{operation}: the same twice", len(distinct) == len(found), found)
        return found

    def wait(self, client, name, **parameters):
        """Waits by one of boto3's waiters."""
        self.waiters.add((client.meta.service_model.service_name, name))
        try:
            client.get_waiter(name).wait(WaiterConfig={"Delay": PAUSE, "MaxAttempts": LOOKS}, **parameters)
            self.checks += 1
        except botocore.exceptions.WaiterError as error:
            self.true(f"the waiter {name}: {error}", False)

    def until(self, what, look, holds):
        """Looks until something holds, and gives what it saw last."""
        for _ in range(LOOKS):
            seen = look()
            if holds(seen):
                break
            time.sleep(PAUSE)
        else:
            self.true(f"{what} never comes", False, seen)
        return seen

    def gone(self, what, code, look):
        """Looks until it is refused with this error code."""
        def refused():
            try:
                look()
            except ClientError as error:
                return error.response["Error"]["Code"]
            return None
        self.equal(f"{what} is gone", self.until(f"the end of {what}", refused, bool), code)


def tags(**pairs):
    """Tags as most services list them."""
    return [{"Key": key, "Value": value} for key, value in pairs.items()]


def as_map(listed):
    """Listed tags as a map."""
    return {tag["Key"]: tag["Value"] for tag in listed}
