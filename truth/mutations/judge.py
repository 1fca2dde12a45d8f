"""Makes the mistakes in a copy of the program, builds it, and has the other judges look at it.

    python judge.py COPY JUDGES

COPY is the copy, JUDGES the folder of the scratch folders of all judges. Ends with 1 when a mistake passes unnoticed.
"""

import json
import os
import pathlib
import subprocess
import sys

from mutations import MUTATIONS

CARGO = os.environ.get("CARGO", "cargo")
SCRATCH = pathlib.Path(os.environ["TRUTH_DIR"]).resolve()


def mutate(copy):
    for mutation in MUTATIONS:
        file = copy / mutation.file
        text = file.read_text()
        for right, wrong in mutation.changes:
            if text.count(right) != 1:
                raise SystemExit(f"{mutation.what} cannot be made: {mutation.file} has {right!r} {text.count(right)} times")
            text = text.replace(right, wrong)
        file.write_text(text)


def build(copy):
    """The programs of the copy, and what its suites record."""
    command = [CARGO, "build", "--locked", "--quiet", "--test", "it", "--example", "life"]
    done = subprocess.run(command, cwd=copy, stderr=subprocess.PIPE, text=True)
    if done.returncode:
        raise SystemExit(f"the program with the mistakes cannot be built: {done.stderr[-3000:]}")
    record = SCRATCH / "record"
    suites = [CARGO, "test", "--locked", "--quiet", "--test", "it", "--", "conformance::each::kinesis", "fields::"]
    # The suites notice most of it themselves; here they only record.
    subprocess.run(suites, cwd=copy, env={**os.environ, "AQUEDUCT_RECORD": str(record)}, capture_output=True)
    return pathlib.Path(os.environ["CARGO_TARGET_DIR"]) / "debug/examples/life", record


def by_record(name, record, judges):
    """What the judge `name` says of what was recorded."""
    environment = {**os.environ, "RECORD": str(record), "TRUTH_DIR": str(judges / name)}
    done = subprocess.run([f"truth/{name}/run"], env=environment, capture_output=True, text=True)
    return done.stdout if done.returncode == 1 else f"it ended with {done.returncode}: {done.stderr[-500:]}"


def by_double(life, judges):
    """What of the lives of kinds goes wrong on a double."""
    os.environ["TRUTH_DIR"] = str(judges / "doubles")
    sys.path.insert(0, "truth/doubles")
    from doubles import MOTO
    from proxy import Proxy
    from server import free_port, start

    port = free_port()
    server = start("moto", port)
    try:
        files = [mutation.says for mutation in MUTATIONS if mutation.judge == "doubles"]
        done = subprocess.run([life, Proxy(port, MOTO["lacks"]).url, *files], capture_output=True, text=True, timeout=300)
    finally:
        server.terminate()
        server.wait()
    lives = [json.loads(line) for line in done.stdout.splitlines()]
    return "\n".join(f"{life['file']}: {life['wrong']}" for life in lives if life["wrong"])


def main(copy, judges):
    mutate(copy)
    life, record = build(copy)
    said = {name: by_record(name, record, judges) for name in ("models", "schemas")}
    said["doubles"] = by_double(life, judges)
    unseen = [mutation for mutation in MUTATIONS if mutation.says not in said[mutation.judge]]
    print(f"mutations: {len(MUTATIONS)} mistakes, {len(MUTATIONS) - len(unseen)} found")
    for mutation in MUTATIONS:
        line = next((line.strip() for line in said[mutation.judge].splitlines() if mutation.says in line), None)
        if line:
            print(f"  {mutation.what} in {mutation.file}: found by {mutation.judge}: {line[:200]}")
        else:
            print(f"  NOT FOUND by {mutation.judge}: {mutation.what} in {mutation.file}: {said[mutation.judge][-800:]}")
    return 1 if unseen else 0


if __name__ == "__main__":
    sys.exit(main(*map(pathlib.Path, sys.argv[1:])))
