"""Leads the examples of kinds, and all that a double can do of a whole manifest, through their lives on doubles of AWS that
others wrote.

    python judge.py PROGRAM

PROGRAM is the built `examples/life`. Ends with 1 when a life does not go well.
"""

import json
import pathlib
import subprocess
import sys

import whole
from doubles import MINISTACK, MOTO
from proxy import Proxy
from server import free_port, start

HERE = pathlib.Path(__file__).parent


def lead(name, double, program):
    port = free_port()
    server = start(name, port)
    try:
        proxy = Proxy(port, double["lacks"])
        files = double["examples"] + [str(file) for file in sorted((HERE / name).glob("*.yaml"))]
        answer = subprocess.run([program, proxy.url, *files], capture_output=True, text=True, timeout=400)
        led = len(proxy.calls)
        lines, wrong = whole.lead(name, double, program, proxy)
    finally:
        server.terminate()
        server.wait()
    lives = [json.loads(line) for line in answer.stdout.splitlines()]
    kinds = [life["kind"] for life in lives if life["wrong"] is None]
    changes = sum(len(life["through"]) - 2 for life in lives if life["wrong"] is None)
    print(f"{name}: {len(kinds)} of {len(files)} lives, {changes} changes, {led} calls: {', '.join(sorted(kinds))}")
    for line in lines:
        print(line)
    for what in sorted(proxy.answered):
        print(f"  answered for the double, as by an account that has nothing: {what}")
    for kind, reason in double["cut"].items():
        print(f"  cut: {kind}: {reason}")
    for kind, reason in double["not_led"].items():
        print(f"  not led here: {kind}: {reason}")
    wrong += [f"{life['file']}: {life['wrong']}" for life in lives if life["wrong"]]
    if len(lives) != len(files):
        wrong.append(f"the program ended early: {answer.stderr[-500:]}")
    for text in wrong:
        print(f"  WRONG {text}")
    return bool(wrong)


def main(program):
    wrong = [lead("moto", MOTO, program), lead("ministack", MINISTACK, program)]
    return 1 if any(wrong) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
