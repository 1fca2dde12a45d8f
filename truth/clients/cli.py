"""The AWS CLI, which reads its parameters in a way of its own: stories of commands on one sandbox.

A story is a file `commands/NAME.txt`. Each line is a command without `aws`, and what comes of it:

    COMMAND            succeeds
    NAME = COMMAND     answers with a text, which is `$NAME` in later lines
    COMMAND => TEXT    answers TEXT
    COMMAND ~> TEXT    answers TEXT in the end: it is asked until then
    COMMAND !> CODE    is refused with that code
"""

import concurrent.futures
import os
import pathlib
import re
import shlex
import string
import subprocess
import sys

from sandbox import REGION

STORIES = sorted((pathlib.Path(__file__).parent / "commands").glob("*.txt"))
LINE = re.compile(r"(?:(?P<name>\w+) = )?(?P<command>.+?)(?: (?P<sign>=>|~>|!>) (?P<due>.*))?")
# How often what changes by itself is looked at; a look takes half a second or more, of which the sandbox makes minutes.
LOOKS = 60


def aws(url, command):
    """What the CLI says: whether it succeeds, its answer, its complaint."""
    program = pathlib.Path(sys.executable).parent / "aws"
    environment = {**os.environ, "AWS_ACCESS_KEY_ID": "sandbox", "AWS_SECRET_ACCESS_KEY": "sandbox", "AWS_REGION": REGION,
                   "AWS_DEFAULT_REGION": REGION, "AWS_ENDPOINT_URL": url, "AWS_DISABLE_HOST_PREFIX_INJECTION": "true",
                   "AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull, "AWS_EC2_METADATA_DISABLED": "true"}
    arguments = [sys.executable, program, *shlex.split(command), "--output", "text"]
    done = subprocess.run(arguments, env=environment, capture_output=True, text=True, timeout=120, stdin=subprocess.DEVNULL)
    return done.returncode == 0, done.stdout.strip(), done.stderr.strip()


def tell(url, story):
    """Gives the commands of a story, to its end or to the first that goes wrong: how many went well, and what went wrong."""
    kept, count = {}, 0
    for line in story.read_text().splitlines():
        if not line or line.startswith("#"):
            continue
        found = LINE.fullmatch(string.Template(line).substitute(kept))
        name, command, sign, due = found["name"], found["command"], found["sign"], found["due"]
        for _ in range(LOOKS if sign == "~>" else 1):
            well, text, complaint = aws(url, command)
            if sign == "!>":
                good = not well and f"({due})" in complaint
            else:
                good = well and (text == due if sign else bool(text) or not name)
            if good:
                break
        if not good:
            return count, [f"{story.stem}: aws {command}: {sign or ''} {due or ''}, but {text!r} {complaint[-300:]}"]
        kept[name or "_"] = text
        count += 1
    return count, []


def walk(url):
    """How many commands went well, and what went wrong."""
    with concurrent.futures.ThreadPoolExecutor(3) as pool:
        told = list(pool.map(lambda story: tell(url, story), STORIES))
    return sum(count for count, _ in told), [text for _, wrong in told for text in wrong]
