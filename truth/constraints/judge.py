"""Holds what `aqueduct validate` refuses and accepts against the constraints that AWS publishes.

    python judge.py FOLDER MANIFEST_JSON

Probes are written into FOLDER; MANIFEST_JSON is what the suites write about where values stand in a manifest. Ends with 1 when something is accepted that one of the two publications refuses, or refused
that both allow, and known.py has no reason.
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
from fields import BASES, FIELDS
from known import KNOWN
from unprobed import UNPROBED

NUMBER = itertools.count()

# What could be published by mistake, and must make a difference: a field, a constraint of it, and what it would be.
MISTAKES = [
    ("streams/posts/max_record_kib", "range", lambda bounds: (bounds[0], bounds[1] - 1)),
    ("airflow/name", "length", lambda bounds: (bounds[0], bounds[1] - 1)),
    ("airflow/options/{key}", "pattern", lambda pattern: pattern.replace("0-9", "6-9")),
    ("kafka/monitoring", "enum", lambda words: words[1:]),
    ("tags", "members", lambda bounds: (bounds[0], bounds[1] + 1)),
    ("network/cidr", "format", lambda names: ("AWS::EC2::VPC.Id",)),
]


def manifest(field, value):
    """The smallest manifest that has the field, with `value` there."""
    found = copy.deepcopy({"aqueduct": 1, "stack": "probe", "region": "us-east-1", **BASES[field.base]})
    for path, beside in field.also.items():
        put(found, path, beside(value) if callable(beside) else beside)
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


def refused(folder, tree):
    """What `validate` says against a manifest; `None` if it accepts it."""
    file = folder / f"{next(NUMBER)}.yaml"
    file.write_text(json.dumps(tree, ensure_ascii=False))
    done = subprocess.run([os.environ["AQUEDUCT"], "validate", "-f", file.name], cwd=folder, capture_output=True, text=True)
    file.unlink()
    if done.returncode not in (0, 3):
        raise RuntimeError(f"validate ended with {done.returncode}: {done.stderr}")
    if done.returncode == 0:
        return None
    return next((line for line in done.stderr.splitlines() if line.startswith("error")), done.stderr)


def outside(field, sources, value):
    """Which constraints `value` breaks as it is sent."""
    sent = field.sent(value)
    return [f"{name} of {source}" for source, found in sources for name, constraint in found if published.broken(name, constraint, sent)]


def unlisted(places):
    """Where values stand in a manifest that are neither probed nor said to have no constraint, and what is said of none."""
    probed = {place for place in places for field in FIELDS if stands(field.path, place)}
    wrong = [f"{place} is neither probed nor in unprobed.py" for place in places if place not in probed and place not in UNPROBED]
    wrong += [f"unprobed.py: {place} is no place in a manifest, or probed" for place in UNPROBED if place not in places or place in probed]
    return wrong


def stands(path, place):
    """Whether `path` in one manifest is at `place`, where `*` stands for any name or number."""
    path, place = path.split("/"), place.split("/")
    return len(path) == len(place) and all(one in (part, "*") or part == one for part, one in zip(path, place))


def prepare(folder):
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "dags").mkdir(parents=True)
    (folder / "dags" / "posts.py").write_text("")
    shutil.copy("manifests/plugins/confluentinc-kafka-connect-s3.zip", folder / "plugin.zip")


def main(folder, places):
    prepare(folder)
    wrong, silent, todo, counted = [], [], [], 0
    for base in BASES:
        text = refused(folder, {"aqueduct": 1, "stack": "probe", "region": "us-east-1", **BASES[base]})
        if text:
            wrong.append(f"the smallest manifest with {base} is refused: {text}")
    for field in FIELDS:
        sources = [(source, published.constraints(source)) for source in field.sources]
        constraints = [one for _, found in sources for one in found]
        counted += len(constraints)
        if not constraints:
            silent.append(field.path)
        todo.extend((field, sources, value) for value in probes.values(constraints, field.samples, field.fill) if constraints)
    with concurrent.futures.ThreadPoolExecutor(4) as workers:
        answers = list(workers.map(lambda one: refused(folder, manifest(one[0], one[2])), todo))
    excused, differing = compared(zip(todo, answers))
    for path, how, _, why in KNOWN:
        if (path, how, why) not in excused:
            wrong.append(f"known.py: {path} is not {how} any more although {why}")
    wrong += unseen(todo, answers)
    wrong += unlisted(json.loads(places.read_text()))
    for (path, how), found in differing.items():
        wrong.extend(f"{path} is {how} with {text}" for text in found[:5])
        wrong.extend([f"{path} is {how} with {len(found) - 5} more"] * (len(found) > 5))
    print(
        f"constraints: {len(FIELDS)} fields, {counted} constraints, {len(todo)} probes, of which {sum(excused.values())} differ for "
        f"{len(excused)} known reasons, {len(MISTAKES)} seeded mistakes; {len(wrong)} violations"
    )
    print(f"  nothing is published about {', '.join(silent) or 'none'}")
    for (path, how, reason), count in sorted(excused.items()):
        print(f"  known, {count} times: {path} is {how} although {reason}")
    for text in wrong:
        print(f"  WRONG {text}")
    return 1 if wrong or not todo else 0


def compared(answered):
    """How often what is probed and answered differs for which known reason, and what differs for none."""
    excused, differing = collections.Counter(), collections.defaultdict(list)
    for (field, sources, value), answer in answered:
        breaks = outside(field, sources, value)
        if bool(breaks) == bool(answer):
            continue
        how = "accepted" if breaks else "refused"
        reason = next((why for path, as_known, values, why in KNOWN if (path, as_known) == (field.path, how) and values(value)), None)
        if reason:
            excused[(field.path, how, reason)] += 1
        else:
            differing[(field.path, how)].append(f"{shown(value)}: {answer or ', '.join(breaks)}")
    return excused, differing


def unseen(todo, answers):
    """Which of the mistakes that could be published makes no difference."""
    for path, name, mistaken in MISTAKES:
        wrong = []
        for (field, sources, value), answer in zip(todo, answers):
            if field.path == path:
                changed = [(source, [(one, mistaken(of) if one == name else of) for one, of in found]) for source, found in sources]
                wrong.append(((field, changed, value), answer))
        if not compared(wrong)[1]:
            yield f"another {name} of {path} makes no difference"


def shown(value):
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:60]}… ({len(value)} characters)"


if __name__ == "__main__":
    sys.exit(main(*map(pathlib.Path, sys.argv[1:])))
