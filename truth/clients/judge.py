"""Lets independent clients walk the sandbox: boto3 and the AWS CLI.

    python judge.py [SERVICE…]

Ends with 1 when the sandbox answers otherwise than the service models and AWS's documentation say, or when a mistake that
is made on purpose passes unnoticed.
"""

import concurrent.futures
import importlib
import sys
import traceback

from botocore import xform_name
from botocore.exceptions import ClientError

import cli
import seeds
import unknown
from gaps import GAPS, UNWALKED
from sandbox import SPEED_OF_COMMANDS, Sandbox
from walk import Walk

# The walks, the longest first, and which clients' other operations must be refused after each.
SERVICES = {
    "kafka": ["kafka"],
    "apigateway": ["apigateway"],
    "ec2": ["ec2"],
    "elbv2": ["elbv2"],
    "iam": ["iam"],
    "kafkaconnect": ["kafkaconnect"],
    "kinesis": ["kinesis"],
    "logs": ["logs"],
    "mwaa": ["mwaa"],
    "s3": ["s3"],
    "tagging": ["resourcegroupstaggingapi", "sts"],
}


def lead(name, seed=None, sweep=True):
    """Walks one service on a sandbox of its own. How many operations were refused as unknown comes back, too."""
    refused = 0
    module = importlib.import_module(f"services.{name}")
    with Sandbox() as sandbox:
        walk = Walk(sandbox.url, seed)
        try:
            module.walk(walk)
        except Exception as error:
            lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if "/services/" in frame.filename]
            walk.wrong.append(f"line {lines[-1] if lines else 0}: the walk ends: {error!r}")
        if sweep and not walk.wrong:
            for service in SERVICES[name]:
                refused += unknown.sweep(walk, service)
                unsigned(walk, service, module.LOOK)
                helpers(walk, service)
    return walk, refused


def unsigned(walk, service, looks):
    """A request without a signature is refused."""
    client = walk.client(service, signed=False)
    method, parameters = looks[service]
    walk.checks += 1
    try:
        getattr(client, method)(**parameters)
        walk.wrong.append(f"{service} answers an unsigned {method}")
    except ClientError as error:
        code = error.response["Error"]["Code"]
        # Without host name and signature nothing says which service was meant, and in which protocol to refuse.
        if code not in ("MissingAuthenticationToken", "MissingAuthenticationTokenException", "AccessDenied", "403"):
            walk.wrong.append(f"{service} refuses an unsigned {method} with {code}")


def helpers(walk, service):
    """Every paginator and every waiter of what was called is used."""
    client = walk.client(service)
    model = client.meta.service_model.service_name
    called = {name for name, operation in client.meta.method_to_api_mapping.items() if (model, operation) in walk.called}
    for method in sorted(called):
        used = (model, method) in walk.paginators or (model, method) in UNWALKED
        walk.true(f"the paginator {method} is not walked", used or not client.can_paginate(method))
    for waiter in client.waiter_names:
        method = xform_name(client.get_waiter(waiter).config.operation)
        used = (model, waiter) in walk.waiters or (model, waiter) in UNWALKED
        walk.true(f"the waiter {waiter} is not waited for", used or method not in called)


def report(name, walk, refused):
    print(
        f"{name}: {len(walk.called)} operations, {len(walk.paginators)} paginators, {len(walk.waiters)} waiters, "
        f"{sum(walk.refusals.values())} refusals, {refused} operations unknown, {walk.checks} checks"
    )
    failed = False
    for text in walk.wrong:
        reason = next((reason for part, reason in GAPS.items() if part in text), None)
        print(f"  {'known: ' + reason if reason else 'WRONG'}: {name}: {text}")
        failed |= reason is None
    return failed


def commands():
    """Has the AWS CLI make its calls."""
    with Sandbox(SPEED_OF_COMMANDS) as sandbox:
        count, wrong = cli.walk(sandbox.url)
    print(f"AWS CLI: {count} commands in {len(cli.STORIES)} stories")
    for text in wrong:
        print(f"  WRONG: {text}")
    return bool(wrong)


def noticed(name, given):
    seed = seeds.Seed(*given)
    walk, _ = lead(name, seed, sweep=False)
    good = seed.struck and bool(walk.wrong)
    print(f"  {'noticed' if good else 'NOT NOTICED'}: {seed}{'' if seed.struck else ' (never struck)'}")
    for text in [] if seed.struck else walk.wrong:
        print(f"    {text}")
    return good


def main(names):
    names = names or list(SERVICES)
    failed = False
    total = [0] * 6
    with concurrent.futures.ThreadPoolExecutor(3) as pool:
        walks = {name: pool.submit(lead, name) for name in names}
        for name, walked in walks.items():
            walk, refused = walked.result()
            failed |= report(name, walk, refused)
            counts = (walk.called, walk.paginators, walk.waiters, walk.checks, sum(walk.refusals.values()), refused)
            for at, count in enumerate(counts):
                total[at] += count if isinstance(count, int) else len(count)
        print(
            "in all: {0} operations called, {1} paginators, {2} waiters, {3} checks, {4} refusals of what is wrong, "
            "{5} of what is unknown".format(*total)
        )
        for (service, name), reason in UNWALKED.items():
            print(f"  not walked: {service} {name}: {reason}")
        if len(names) == len(SERVICES):
            failed |= commands()
        print("mistakes made on purpose:")
        planted = [pool.submit(noticed, name, given) for name in names for given in seeds.SEEDS[name]]
        failed |= not all([each.result() for each in planted])
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
