"""Starts the doubles."""

import os
import pathlib
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

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
