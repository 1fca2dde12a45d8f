"""Debian's packages, unpacked into a folder of our own: nothing is installed."""

import hashlib
import pathlib
import shutil
import subprocess

from verdict import NotRun

TABLE = pathlib.Path(__file__).with_name("debian.txt")


def unpacked(names, scratch):
    """The folder below `scratch` that holds what the packages `names` hold."""
    if not (shutil.which("apt-get") and shutil.which("dpkg-deb")):
        raise NotRun("this machine has no apt-get and dpkg-deb to get Debian's packages with")
    rows = [line.split() for line in TABLE.read_text().splitlines() if not line.startswith("#")]
    wanted = [row for row in rows if row[0] in names]
    archives, root = scratch / "archives", scratch / "root"
    archives.mkdir(parents=True, exist_ok=True)
    for name, version, digest in wanted:
        if archive(archives, digest):
            continue
        command = ["apt-get", "download", "--quiet=2", f"{name}={version}"]
        loaded = subprocess.run(command, cwd=archives, capture_output=True, text=True, timeout=60)
        found = archive(archives, digest)
        if not found:
            raise NotRun(f"Debian's {name} {version} cannot be had: {loaded.stderr.strip() or 'it is another file'}")
        subprocess.run(["dpkg-deb", "--extract", found, root], check=True)
    return root


def archive(folder, digest):
    """The archive in `folder` that hashes to `digest`."""
    for file in folder.glob("*.deb"):
        if hashlib.sha256(file.read_bytes()).hexdigest() == digest:
            return file
    return None
