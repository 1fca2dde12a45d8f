"""Holds what `aqueduct validate` refuses and accepts against the constraints that AWS publishes.

    python judge.py PLACES FOLDER

PLACES is JSON of all places in a manifest with the words that they take; probes are written into FOLDER. Ends with 1 when something is accepted
that one of the two publications refuses, or refused that both allow, and known.py has no reason; when a place is neither
probed nor in unprobed.py; and when a mistake in the publications is not noticed.
"""

import collections
import concurrent.futures
import copy
import itertools
import json
import os
import pathlib
import shutil
import subprocess
import sys

import probes
import published
import seeded
from fields import BASES, FIELDS
from known import KNOWN
from unprobed import UNPROBED, place, unprobed

HEADER = {"aqueduct": 1, "stack": "probe", "region": "us-east-1"}


def manifest(field, value):
    """The smallest manifest that has the field, with `value` there."""
    found = copy.deepcopy({**HEADER, **BASES[field.base]})
    for path, beside in field.also.items():
        put(found, path, copy.deepcopy(beside(value) if callable(beside) else beside))
    return put(found, field.path, field.written(value))


def put(tree, path, value):
    """Puts `value` at `path`; `{key}` at its end names the key itself, whatever stood under the first one there."""
    *parents, last = path.split("/")
    node = tree
    for part in parents:
        node = node[int(part)] if isinstance(node, list) else node.setdefault(part, {})
    if last == "{key}":
        content = node.pop(next(iter(node))) if node else "x"
        node[value] = content
    elif isinstance(node, list):
        node[int(last)] = value
    else:
        node[last] = value
    return tree


class Validator:
    """`aqueduct validate`, asked each thing once."""

    def __init__(self, folder):
        shutil.rmtree(folder, ignore_errors=True)
        (folder / "dags").mkdir(parents=True)
        (folder / "dags" / "posts.py").write_text("")
        shutil.copy("manifests/plugins/confluentinc-kafka-connect-s3.zip", folder / "plugin.zip")
        self.folder, self.numbers, self.answers = folder, itertools.count(), {}

    def refused(self, trees):
        """Of each manifest the error that `validate` has against it; `None` if it accepts it."""
        texts = [json.dumps(tree, ensure_ascii=False) for tree in trees]
        new = [text for text in dict.fromkeys(texts) if text not in self.answers]
        with concurrent.futures.ThreadPoolExecutor(4) as workers:
            self.answers.update(zip(new, workers.map(self.ask, new)))
        return [self.answers[text] for text in texts]

    def ask(self, text):
        file = self.folder / f"{next(self.numbers)}.yaml"
        file.write_text(text)
        done = subprocess.run([os.environ["AQUEDUCT"], "validate", "-f", file.name], cwd=self.folder, capture_output=True, text=True)
        file.unlink()
        if done.returncode == 0:
            return None
        error = next((line for line in done.stderr.splitlines() if line.startswith("error: ")), None)
        if done.returncode != 3 or not error:
            raise RuntimeError(f"validate ended with {done.returncode}: {done.stderr}")
        return error.removeprefix("error: ")


class Verdict:
    """What `validate` says of fields at `places`, held against `publication`, which has the constraints of a source."""

    def __init__(self, validator, places, fields, publication):
        self.constraints, self.probes, self.silent = 0, 0, []
        # By path and how it fares: what differs for no reason, and how often for which reason.
        self.differing, self.excused = collections.defaultdict(list), collections.Counter()
        todo = []
        for field in fields:
            sources = [(source, publication(source)) for source in field.sources]
            constraints = [one for _, found in sources for one in found]
            self.constraints += len(constraints)
            if not constraints:
                self.silent.append(field.path)
                continue
            self.words(field, places[place(field.path, places)], sources)
            values = probes.values(constraints, field)
            self.probes += len(values)
            if not values:
                self.differing[(field.path, "not probed")].append("it has no samples")
            todo.extend((field, sources, value) for value in values)
        answers = validator.refused(manifest(field, value) for field, _, value in todo)
        for (field, sources, value), answer in zip(todo, answers):
            self.judge(field, sources, value, answer)

    def words(self, field, words, sources):
        """Holds the words that a field takes against those that are published."""
        for source, found in sources:
            published_words = [field.written(value) for name, values in found if name == "enum" for value in values]
            for word in words if published_words else ():
                if word not in published_words:
                    self.differs(field, "accepted", word, f"enum of {source}")

    def judge(self, field, sources, value, answer):
        sent = field.sent(value)
        broken = [f"{name} of {source}" for source, found in sources for name, one in found if published.broken(name, one, sent)]
        if bool(broken) != bool(answer):
            self.differs(field, "accepted" if broken else "refused", value, answer or ", ".join(broken))

    def differs(self, field, how, value, why):
        reason = next((reason for (path, known, values), reason in KNOWN.items() if (path, known) == (field.path, how) and values(value)), None)
        if reason:
            self.excused[(field.path, how, reason)] += 1
        else:
            self.differing[(field.path, how)].append(f"{shown(value)}: {why}")


def coverage(places):
    """What is wrong with the fields that are probed and those that are not."""
    probed, left = {place(field.path, places) for field in FIELDS}, unprobed()
    yield from (f"{one} is neither probed nor in unprobed.py" for one in sorted(set(places) - probed - left))
    yield from (f"unprobed.py: {one} is probed" for one in sorted(left & probed))
    yield from (f"unprobed.py: the manifest has no {one}" for one in sorted(left - set(places)))


def main(places, folder):
    validator = Validator(folder)
    places = json.loads(places.read_text())
    wrong = list(coverage(places))
    for base, text in zip(BASES, validator.refused({**HEADER, **BASES[base]} for base in BASES)):
        if text:
            wrong.append(f"the smallest manifest with {base} is refused: {text}")
    verdict = Verdict(validator, places, FIELDS, published.constraints)
    for (path, how, _), why in KNOWN.items():
        if (path, how, why) not in verdict.excused:
            wrong.append(f"known.py: {path} is not {how} any more although {why}")
    for (path, how), found in verdict.differing.items():
        wrong.extend(f"{path} is {how} with {text}" for text in found[:5])
        wrong.extend([f"{path} is {how} with {len(found) - 5} more"] * (len(found) > 5))
    mistakes, unseen = seeded.judge(lambda fields, publication: Verdict(validator, places, fields, publication).differing)
    wrong.extend(unseen)
    print(
        f"constraints: {len(FIELDS)} fields, {verdict.constraints} constraints, {verdict.probes} probes, of which "
        f"{sum(verdict.excused.values())} differ for {len(verdict.excused)} known reasons; {len(unprobed())} fields not probed for "
        f"{len(UNPROBED)} reasons; {mistakes} mistakes noticed; {len(wrong)} violations"
    )
    print(f"  nothing is published about {', '.join(verdict.silent)}")
    for (path, how, reason), count in sorted(verdict.excused.items()):
        print(f"  known, {count} times: {path} is {how} although {reason}")
    for reason, found in UNPROBED.items():
        print(f"  not probed, as {reason}: {', '.join(found)}")
    for text in wrong:
        print(f"  WRONG {text}")
    return 1 if wrong or not verdict.probes else 0


def shown(value):
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:60]}… ({len(value)} characters)"


if __name__ == "__main__":
    sys.exit(main(*map(pathlib.Path, sys.argv[1:])))
