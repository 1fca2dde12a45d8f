"""Holds the artefacts of the recorded stacks against the judges of each sort.

    python judge.py FOLDER

FOLDER holds a file `<stack>.json` for each stack: its resources, every reference filled in, by address. Ends with 1 when a
judge finds anything, else with 77 when one could not be run.
"""

import collections
import json
import pathlib
import sys

import known
import machines
import policies
import seeded
import templates
from verdict import NotRun

PARTS = [policies, templates, machines]


def main(folder):
    stacks = {file.stem: json.loads(file.read_text()) for file in sorted(pathlib.Path(folder).glob("*.json"))}
    summaries, violations, missing = [], [], []
    for part in PARTS:
        try:
            summary, found = part.judge(stacks)
            seen, unseen = seeded.judge(part, stacks)
        except NotRun as reason:
            missing.append(f"{part.__name__} not run: {reason}")
            continue
        summaries.append(f"{summary} ({seen} seeded mistakes)")
        violations += found + unseen
    excused = collections.Counter(reason for violation in violations if (reason := known.excuse(violation)))
    violations = known.unexcused(violations)
    print(f"artefacts: {len(stacks)} stacks; {'; '.join(summaries) or 'nothing judged'}; {len(violations)} violations")
    for reason, count in sorted(excused.items()):
        print(f"  known, {count} times: {reason}")
    for violation in violations:
        print(f"  {violation}")
    for part in missing:
        print(part, file=sys.stderr)
    return 1 if violations else 77 if missing else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
