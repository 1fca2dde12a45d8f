"""Compares which fields replace their resource with what CloudFormation's schemas say.

    python judge.py KINDS_JSON

KINDS_JSON is what the suites write about the fields of all kinds. Ends with 1 when a difference has no reason.
"""

import json
import sys

from cfnlint.schema import PROVIDER_SCHEMA_MANAGER

from fields import DIFFERENCES, ELSEWHERE, KINDS


def create_only(schema, path):
    """Whether a change of the property replaces: it, what it is part of, or all of its parts are create-only."""
    names = {name.removeprefix("/properties/") for name in schema.get("createOnlyProperties", [])}
    parts = path.split("/")
    return any("/".join(parts[: length + 1]) in names for length in range(len(parts)))


def conditional(schema, path):
    names = {name.removeprefix("/properties/") for name in schema.get("conditionalCreateOnlyProperties", [])}
    return any(name == path or path.startswith(name + "/") for name in names)


def main(table_file):
    table = json.load(open(table_file))
    wrong, known, unmapped, compared, without = [], [], 0, 0, []
    for kind in sorted(set(KINDS) | set(table)):
        if kind not in KINDS or kind not in table:
            wrong.append(f"{kind}: is in one of the two tables alone")
            continue
        type_name, fields = KINDS[kind]
        if type_name is None:
            without.append(kind)
            continue
        schema = PROVIDER_SCHEMA_MANAGER.get_resource_schema("us-east-1", type_name).schema
        for field in sorted(table[kind]):
            at = next((name for name in fields if field == name or field.startswith((name + ".", name + "["))), None)
            if at is None:
                wrong.append(f"{kind}: {field} is mapped to nothing")
                continue
            there = fields[at]
            if isinstance(there, tuple):
                unmapped += 1
                continue
            if there.split("/")[0] not in schema["properties"]:
                wrong.append(f"{kind}: {type_name} has no {there}")
                continue
            [mode] = table[kind][field]
            compared += 1
            if mode == "initial" or conditional(schema, there):
                continue
            if (mode == "fixed") != create_only(schema, there):
                text = f"{kind}: {field} is {mode} here, {there} is {'create-only' if mode != 'fixed' else 'changed'} there"
                reason = DIFFERENCES.get((kind, at))
                (known if reason else wrong).append(f"{text}: {reason}" if reason else text)
    print(f"schemas: {compared} fields of {len(KINDS) - len(without)} kinds compared, {unmapped} elsewhere; {len(wrong)} violations")
    print(f"  without a CloudFormation type: {', '.join(without)}; elsewhere: {'; '.join(ELSEWHERE.values())}")
    for text in known:
        print(f"  known: {text}")
    for text in wrong:
        print(f"  WRONG {text}")
    return 1 if wrong or not compared else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
