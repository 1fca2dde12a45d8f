"""User data: judged as cloud-config by cloud-init, its scripts by ShellCheck, its units by systemd."""

import json
import os
import pathlib
import shutil
import subprocess
import sys

import yaml

import debian
from verdict import NotRun, nothing

# What the scripts fetch when they run, as far as units start it.
FETCHED = ["/opt/aqueduct/confluent/bin/kafka-rest-start"]
UNITS = "/etc/systemd/system/"
# Of all that ShellCheck can look for, what is taste: braces around every variable, `[[` for `[`.
TASTE = "SC2250,SC2292"


def judge(stacks):
    scratch = pathlib.Path(os.environ["TRUTH_DIR"]).absolute()
    reader = debian.unpacked(["cloud-init"], scratch) / "usr/lib/python3/dist-packages"
    counts, violations = {"scripts": 0, "units": 0}, []
    machines = [
        (f"{stack} {address}", spec["user_data"])
        for stack, resources in stacks.items()
        for address, spec in resources.items()
        if address.startswith("ec2/instance/") and spec["user_data"]
    ]
    for number, (where, text) in enumerate(machines):
        folder = scratch / f"machine-{number}"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        found = cloud_config(text, folder, reader)
        if not found:
            found = content(yaml.safe_load(text), folder, counts)
        violations += [f"{where}: {finding}" for finding in found]
    if not machines:
        violations.append(nothing("user data"))
    for what, count in counts.items():
        if not count:
            violations.append(nothing(what))
    return f"{len(machines)} cloud-configs with {counts['scripts']} scripts and {counts['units']} units", violations


def cloud_config(text, folder, reader):
    """What cloud-init says of `text`, and the keys that it does not know and passes over."""
    file = folder / "user-data"
    file.write_text(text)
    command = [sys.executable, "-W", "ignore", "-m", "cloudinit.cmd.main", "schema", "--config-file", file]
    said = subprocess.run(command, env={**os.environ, "PYTHONPATH": str(reader)}, capture_output=True, text=True, timeout=60)
    if said.returncode != 0:
        return [f"cloud-init: {(said.stdout + said.stderr).strip()}"]
    schema = json.loads((reader / "cloudinit/config/schemas/schema-cloud-config-v1.json").read_text())
    known = {key for part in schema["$defs"].values() for key in part.get("properties", {})}
    return [f"cloud-init has no `{key}`" for key in yaml.safe_load(text) if key not in known]


def content(config, folder, counts):
    """What ShellCheck and systemd say of what `config` writes and runs."""
    root, found, units = folder / "root", [], []
    shutil.copytree("/usr/lib/systemd/system", root / "usr/lib/systemd/system", symlinks=True)
    for path in FETCHED:
        write(root, path, "0755", "")
    for file in config["write_files"]:
        path, text = file["path"], file["content"]
        write(root, path, file["permissions"], text)
        if path.startswith(UNITS):
            units.append(path.removeprefix(UNITS))
        if text.startswith("#!") or path.endswith(".sh"):
            counts["scripts"] += 1
            found += script(path, text)
    for command in config["runcmd"]:
        if isinstance(command, str):
            counts["scripts"] += 1
            found += script("runcmd", f"#!/bin/sh\n{command}\n")
        elif command[0].startswith("/") and not os.access(f"{root}{command[0]}", os.X_OK):
            found.append(f"runcmd runs {command[0]}, which is no program")
    counts["units"] += len(units)
    return found + (systemd(root, units) if units else [])


def write(root, path, mode, text):
    file = root / path.lstrip("/")
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    file.chmod(int(mode, 8))


def script(path, text):
    shell = [] if text.startswith("#!") else ["--shell=sh"]
    program = pathlib.Path(sys.executable).with_name("shellcheck")
    command = [program, "--norc", "--format=json", "--enable=all", f"--exclude={TASTE}", *shell, "-"]
    said = subprocess.run(command, input=text, stdout=subprocess.PIPE, text=True, check=False, timeout=60)
    findings = json.loads(said.stdout)
    return [f"{path} line {finding['line']}: SC{finding['code']}: {finding['message']}" for finding in findings]


def systemd(root, units):
    """Says everything on standard error, and ends with 0 where it only warns."""
    if not shutil.which("systemd-analyze"):
        raise NotRun("units are judged by `systemd-analyze`, which this machine does not have")
    command = ["systemd-analyze", "verify", "--man=no", f"--root={root}", *units]
    said = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    return [f"systemd: {line}" for line in (said.stdout + said.stderr).splitlines()]
