"""Leads the examples of kinds, and all that a double can do of a whole manifest, through their lives on doubles of AWS that
others wrote.

    python judge.py PROGRAM

PROGRAM is the built `examples/life`. Ends with 1 when a life does not go well.
"""

import json
import os
import pathlib
import socket
import subprocess
import sys
import time
import urllib.request

import whole
from doubles import MINISTACK, MOTO
from proxy import Proxy

HERE = pathlib.Path(__file__).parent
SCRATCH = pathlib.Path(os.environ["TRUTH_DIR"])


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def start(name, port):
    scripts = pathlib.Path(sys.executable).parent
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    if name == "moto":
        command = [scripts / "moto_server", "-H", "127.0.0.1", "-p", str(port)]
        environment["MOTO_IAM_LOAD_MANAGED_POLICIES"] = "true"
    else:
        command = [scripts / "ministack"]
        environment |= {"BIND_HOST": "127.0.0.1", "GATEWAY_PORT": str(port), "MINISTACK_HOST": "127.0.0.1"}
        environment |= {"PERSIST_STATE": "0", "STATE_DIR": str(SCRATCH / "state"), "S3_DATA_DIR": str(SCRATCH / "s3")}
    log = (SCRATCH / f"{name}.log").open("w")
    server = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
    for _ in range(300):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=1)
            return server
        except urllib.error.HTTPError:
            return server
        except OSError:
            if server.poll() is not None:
                raise SystemExit(f"{name} ended: see its log")
            time.sleep(0.1)
    raise SystemExit(f"{name} does not answer")


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
