"""Holds every recorded request and answer against AWS's published models.

    python judge_wire.py FOLDER

FOLDER holds `*.jsonl` files as `AQUEDUCT_RECORD=FOLDER` makes the test suites write. Ends with 1 when anything breaks a model.
"""

import collections
import pathlib
import sys

import shapes
import wire
from exceptions import COMMON_ERRORS, KNOWN


def main(folder):
    judge = wire.Wire()
    violations = collections.Counter()
    operations, members, errors, judged = set(), set(), set(), 0
    for file in sorted(pathlib.Path(folder).glob("*.jsonl")):
        with file.open() as lines:
            for line in lines:
                judged += 1
                one(judge, wire.load(line), violations, operations, members, errors)
    excused = collections.Counter()
    for (where, text), count in list(violations.items()):
        for part, reason in KNOWN.items():
            if part in f"{where}: {text}":
                excused[reason] += count
                del violations[(where, text)]
                break
    print(
        f"models: {judged} exchanges, {len(operations)} operations, {len(members)} members, {len(errors)} errors judged; "
        f"{len(violations)} violations"
    )
    for reason, count in sorted(excused.items()):
        print(f"  known, {count} times: {reason}")
    for (where, text), count in sorted(violations.items()):
        print(f"  {where}: {text} ({count} times)")
    if judged == 0:
        print("  nothing was recorded, so nothing was judged")
    return 1 if violations or judged == 0 else 0


def one(judge, exchange, violations, operations, members, errors):
    where = f"{exchange['method']} {exchange['uri'].split('?')[0][:80]}"

    def say(text):
        violations[(where, text[:300])] += 1

    try:
        service = judge.service(exchange["headers"])
        operation, value = wire.request(service, exchange)
    except (wire.Unreadable, ValueError) as error:
        # What is sent on purpose to be refused is judged by its answer alone.
        if exchange["status"] < 300:
            say(f"unreadable request: {error}")
        return
    where = f"{service.model.service_name} {operation.name} request"
    seen = set()
    if operation.input_shape and exchange["status"] < 300:
        shapes.check(operation.input_shape, value, "", True, say, seen)
    operations.add((service.model.service_name, operation.name))
    where = f"{service.model.service_name} {operation.name} answer"
    if exchange["status"] < 300:
        try:
            found = wire.answer(service, operation, exchange)
        except (wire.Unreadable, ValueError, KeyError, SyntaxError) as error:
            return say(f"unreadable answer: {error!r}")
        if operation.output_shape:
            shapes.check(operation.output_shape, found, "", False, say, seen)
        elif found:
            say(f"the model has no answer, but there is {found!r}")
    elif exchange["method"] != "HEAD":
        code = wire.error_code(service, exchange)
        errors.add((service.model.service_name, code))
        known = {shape.error_code for shape in operation.error_shapes} | {shape.name for shape in operation.error_shapes}
        if known and service.model.service_name != "s3" and code not in known and code not in COMMON_ERRORS:
            say(f"the error {code} is none of the operation's: {sorted(known)}")
    members |= {(service.model.service_name, *member) for member in seen}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
