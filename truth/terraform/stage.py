"""The sandbox, the program, and Terraform beside it in a folder of its own."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import proxy

SPEED = "150"
AQUEDUCT = os.environ["AQUEDUCT"]


class Sandbox:
    """A served sandbox with nothing in it."""

    def __init__(self):
        command = [AQUEDUCT, "sandbox", "--port", "0", "--speed", SPEED]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.url = self.process.stdout.readline().strip()
        self.proxy = proxy.serve(int(self.url.rsplit(":", 1)[1]))

    def aqueduct(self, manifest, *words, code=0):
        """What `aqueduct WORDS` prints about `manifest`, which must end with `code`."""
        command = [AQUEDUCT, f"--sandbox={self.url}", "--speed", SPEED, "-f", manifest, *words]
        done = subprocess.run(command, capture_output=True, text=True, env=without_aws())
        if done.returncode != code:
            raise SystemExit(f"{' '.join(words)} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
        return done.stdout

    def stop(self):
        self.process.terminate()
        self.process.wait()


class Terraform:
    """Terraform in an empty folder `name`, which takes the sandbox for AWS."""

    def __init__(self, sandbox, name):
        self.folder = Path(os.environ["TRUTH_DIR"]) / name
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        settings = self.folder / "settings.tfrc"
        mirror = json.dumps(os.environ["MIRROR"])
        settings.write_text(f"provider_installation {{\n  filesystem_mirror {{\n    path = {mirror}\n  }}\n}}\n")
        self.environment = without_aws() | {
            "TF_CLI_CONFIG_FILE": str(settings),
            "CHECKPOINT_DISABLE": "1",
            "TF_IN_AUTOMATION": "1",
            "AWS_ENDPOINT_URL": sandbox.url,
            "AWS_ACCESS_KEY_ID": "sandbox",
            "AWS_SECRET_ACCESS_KEY": "sandbox",
            "AWS_REGION": "us-east-1",
            "AWS_EC2_METADATA_DISABLED": "true",
            "HTTP_PROXY": sandbox.proxy,
        }

    def write(self, name, text):
        (self.folder / name).write_text(text)

    def read(self, name):
        return (self.folder / name).read_text()

    def run(self, *words, codes=(0,)):
        """The exit code and all that `terraform WORDS` prints."""
        command = ["terraform", *words, "-no-color"]
        done = subprocess.run(command, cwd=self.folder, env=self.environment, capture_output=True, text=True)
        text = done.stdout + done.stderr
        if done.returncode not in codes:
            raise SystemExit(f"terraform {' '.join(words)} ended with {done.returncode}:\n{text[-6000:]}")
        return done.returncode, text

    def planned(self, file):
        """What the saved plan would do: changes by resource."""
        done = subprocess.run(
            ["terraform", "show", "-json", file], cwd=self.folder, env=self.environment, capture_output=True, text=True
        )
        return json.loads(done.stdout).get("resource_changes", [])

    def known(self):
        """What Terraform knows of its resources and data."""
        done = subprocess.run(
            ["terraform", "show", "-json"], cwd=self.folder, env=self.environment, capture_output=True, text=True
        )
        return json.loads(done.stdout)["values"]["root_module"]["resources"]


def without_aws():
    """The environment without anybody's AWS."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "HTTP_PROXY", "http_proxy"))}
