"""A sandbox of its own for every walk."""

import os
import subprocess

# How many times faster than real time it lives: for boto3, and for commands, which take a second each to begin.
SPEED, SPEED_OF_COMMANDS = 2000, 300
REGION = "us-east-1"
ACCOUNT = "123456789012"


class Sandbox:
    def __init__(self, speed=SPEED):
        self.speed = speed

    def __enter__(self):
        command = [os.environ["AQUEDUCT"], "sandbox", "--port", "0", "--speed", str(self.speed)]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.url = self.process.stdout.readline().strip()
        if not self.url:
            raise SystemExit("the sandbox does not start")
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()
        self.process.stdout.close()
