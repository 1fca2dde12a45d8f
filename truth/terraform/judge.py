"""What Aqueduct made, Terraform reads as we meant it: it imports all that its provider knows, and changes nothing. What
Terraform makes of that on another account, Aqueduct takes over, and changes nothing. Between them, Terraform leads a pipeline
of its own through its life."""

import base64
import json
import re
import sys
from collections import Counter
from pathlib import Path

import again
import tidy
from stage import Sandbox, Terraform

MANIFEST = "manifests/pinterest.yaml"
# What is left to do after Aqueduct took over what Terraform made, and why.
LEFT = {
    "kafka/topic/": ("create", "the provider has no resource for topics"),
    "apigateway/stage/": ("change", "no call tells which routes a deployment holds that others made: they are deployed again"),
}
MACHINE = 'data "aws_instance" "client" {\n  instance_id   = aws_instance.client.id\n  get_user_data = true\n}\n'
PROVIDER = 'provider "aws" {\n  s3_use_path_style = true\n}\n'


def main():
    configuration, violations = on_a_sandbox(imports)
    if configuration:
        violations += on_a_sandbox(lambda sandbox: adopts(sandbox, configuration))
    violations += on_a_sandbox(lives)
    for violation in violations:
        print(f"  {violation}")
    sys.exit(1 if violations else 0)


def on_a_sandbox(judged):
    """What `judged` gives of a sandbox with nothing in it."""
    sandbox = Sandbox()
    try:
        return judged(sandbox)
    finally:
        sandbox.stop()


def imports(sandbox):
    """Exports the applied stack and imports it; gives Terraform's configuration for another account, and what would be changed."""
    sandbox.aqueduct(MANIFEST, "apply", "--yes")
    exported = sandbox.aqueduct(MANIFEST, "export", "terraform")
    terraform = Terraform(sandbox, "import")
    terraform.write("imports.tf", exported)
    terraform.write("sandbox_override.tf", PROVIDER)
    terraform.run("init")
    # Terraform refuses some of what it has just written, and ends with 1.
    terraform.run("plan", "-generate-config-out=generated.tf", codes=(0, 1))
    text, needed = tidy.tidy(terraform.read("generated.tf"))
    terraform.write("generated.tf", text)
    terraform.run("plan", "-out=import.plan")
    changes = terraform.planned("import.plan")
    imported = [change for change in changes if change["change"].get("importing")]
    wrong = [f"{one['address']}: {difference(one['change'])}" for one in changes if one["change"]["actions"] != ["no-op"]]
    wrong += [f"{to}: not imported" for to in asked(exported) - {one["address"] for one in imported}]
    unknown = re.findall(r"^# (\S+) .*: the provider has no resource for it\.$", exported, re.M)
    types = Counter(one["type"] for one in imported)
    print(f"terraform: {len(imported)} resources of {len(types)} types imported, {len(wrong)} differ; "
          f"{len(unknown)} that the provider does not know: {', '.join(unknown)}")
    print("  " + ", ".join(f"{count} {kind.removeprefix('aws_')}" for kind, count in sorted(types.items())))
    for (kind, why), count in sorted(needed.items()):
        print(f"  cut from {kind}, {count} times: {why}")
    if wrong:
        return None, wrong
    terraform.run("apply", "import.plan")
    terraform.write("machine.tf", MACHINE)
    code, said = terraform.run("plan", "-detailed-exitcode", codes=(0, 2))
    wrong = [] if code == 0 else [f"after the import something is left to do: {said[-3000:]}"]
    terraform.run("apply", "-auto-approve")
    return anew(terraform, text), wrong + seeded(sandbox, terraform)


def anew(terraform, text):
    """The configuration `text` of what was imported, for another account."""
    resources = terraform.known()
    machine = next(one["values"] for one in resources if one["mode"] == "data")
    user_data = base64.b64decode(machine["user_data_base64"]).decode()
    files = [file.resolve() for file in Path(MANIFEST).parent.rglob("*") if file.is_file()]
    return again.rewrite(text, [one for one in resources if one["mode"] == "managed"], user_data, files)


def adopts(sandbox, configuration):
    """Has Terraform make all that it imported on an account with nothing, and Aqueduct take it over; gives what is left to do."""
    terraform = Terraform(sandbox, "again")
    terraform.write("pipeline.tf", configuration)
    terraform.write("sandbox.tf", PROVIDER)
    terraform.run("init")
    _, said = terraform.run("apply", "-auto-approve", "-parallelism=20")
    made = re.search(r"Resources: (\d+) added", said)[1]
    sandbox.aqueduct(MANIFEST, "adopt", "--yes")
    plan = json.loads(sandbox.aqueduct(MANIFEST, "plan", "--json"))
    adopted = len(json.loads(sandbox.aqueduct(MANIFEST, "status", "--json"))["resources"])
    left, wrong = Counter(), []
    for step in plan["steps"]:
        action, why = next((known for start, known in LEFT.items() if step["address"].startswith(start)), (None, None))
        if action == step["action"]:
            left[step["address"].rsplit("/", 1)[0], why] += 1
        else:
            wrong.append(f"after the adoption there is something to do: {json.dumps(step)}")
    wrong += [f"{start} needs nothing, although {why}" for start, (_, why) in LEFT.items() if start[:-1] not in {kind for kind, _ in left}]
    print(f"terraform: {made} resources made on another account, and adopted as {adopted}, {len(wrong)} differ")
    for (kind, why), count in sorted(left.items()):
        print(f"  left to do for {kind}, {count} times: {why}")
    return wrong


def difference(change):
    """What Terraform would do, and to which arguments."""
    before, after = change["before"] or {}, change["after"] or {}
    names = [name for name in after if after[name] != before.get(name)]
    return f"{' and '.join(change['actions'])} of {', '.join(names)}"


def seeded(sandbox, terraform):
    """A change behind Terraform's back must be noticed, else it looks at nothing."""
    terraform.write("longer.yaml", "streams: {streaming_df_pin: {retention_hours: 48}}\n")
    sandbox.aqueduct(MANIFEST, "-f", str(terraform.folder / "longer.yaml"), "apply", "--yes")
    code, said = terraform.run("plan", "-detailed-exitcode", codes=(0, 2))
    found = code == 2 and "retention_period" in said
    print(f"  seeded: a stream that keeps its records for longer was {'noticed' if found else 'NOT noticed'}")
    return [] if found else ["a change behind Terraform's back went unnoticed"]


def lives(sandbox):
    """Has Terraform make the same pipeline by itself, change it, and take it down."""
    terraform = Terraform(sandbox, "pipeline")
    for part in sorted(Path("truth/terraform/pipeline").glob("*.tf")):
        terraform.write(part.name, part.read_text())
    terraform.run("init")
    wrong, counts = [], {}
    for what, words in (("made", []), ("changed", ["-var=color=green", "-var=retention_hours=48"])):
        _, said = terraform.run("apply", "-auto-approve", "-parallelism=20", *words)
        counts[what] = re.search(r"Apply complete! Resources: (.*)\.", said)[1]
        code, said = terraform.run("plan", "-detailed-exitcode", *words, codes=(0, 2))
        if code:
            wrong.append(f"what was {what} is another when Terraform looks again: {said[-3000:]}")
    _, said = terraform.run("destroy", "-auto-approve", "-parallelism=20")
    counts["destroyed"] = re.search(r"Destroy complete! Resources: (.*) destroyed\.", said)[1]
    print("terraform: a pipeline of its own: " + "; ".join(f"{what} {count}" for what, count in counts.items()))
    return wrong


def asked(exported):
    """The addresses that the export wants imported."""
    return set(re.findall(r"^  to = (\S+)$", exported, re.M))


main()
