"""Mapping templates, rendered by Apache Velocity and read as AWS's model of Kinesis says."""

import base64
import functools
import json
import os
import pathlib
import shutil
import subprocess

import botocore.session
from botocore.validate import ParamValidator

import debian
from vectors import VECTORS
from verdict import NotRun, nothing

JARS = (
    "commons-collections3 commons-lang jackson-annotations jackson-core jackson-databind json-path-2.0.0 json-smart "
    "slf4j-api slf4j-nop velocity"
).split()
PACKAGES = """libcommons-collections3-java libcommons-lang-java libjackson2-annotations-java libjackson2-core-java
libjackson2-databind-java libjson-smart-java libjsonpath-java libslf4j-java velocity""".split()
KINESIS = botocore.session.get_session().get_service_model("kinesis")


def judge(stacks):
    cases, violations, found = [], [], 0
    for where, route in routes(stacks):
        integration = route["integration"]
        for kind, template in integration["request_templates"].items():
            found += 1
            cases += [(f"{where} {kind}", *vector) for vector in vectors(where, integration, template, violations)]
        for status, response in route["responses"].items():
            for kind in ((response["mapping"] or {}).get("templates") or {}):
                violations.append(f"{where}: no vector judges the template of answer {status}, {kind}")
    texts = render([(template, vector) for _, template, vector, _ in cases])
    for (where, _, vector, check), text in zip(cases, texts, strict=True):
        wrong = check(vector, text)
        if wrong:
            violations.append(f"{where}: {wrong}; of the body {vector['body'][:200]}")
    if not cases:
        violations.append(nothing("mapping template"))
    return f"{found} templates rendered {len(cases)} times", violations


def routes(stacks):
    for stack, resources in stacks.items():
        for address, spec in resources.items():
            if address.startswith("apigateway/rest-api/"):
                for name, route in spec["routes"].items():
                    yield f"{stack} {name}", route


def vectors(where, integration, template, violations):
    """What `template` is rendered with: itself, a request, and what finds fault with the text that comes out."""
    uri = integration["uri"] or ""
    if integration["type"] == "MOCK":
        return [(template, {"body": "", "stream": ""}, mocked)]
    if ":kinesis:action/" not in uri:
        violations.append(f"{where}: no vector judges templates of {uri or integration['type']}")
        return []
    action = uri.rsplit("/", 1)[1]
    version = KINESIS.metadata["jsonVersion"]
    header = integration["request_parameters"].get("integration.request.header.Content-Type")
    if action not in KINESIS.operation_names:
        violations.append(f"{where}: Kinesis has no action {action}")
    if integration["http_method"] != "POST" or header != f"'application/x-amz-json-{version}'":
        violations.append(f"{where}: Kinesis gets {integration['http_method']} with {header}")
    return [(template, vector, lambda vector, text: kinesis(action, vector, text)) for vector in VECTORS[action]]


def render(cases):
    """The text, or None and the error, of each template and request."""
    if not cases:
        return []
    requests = [
        {"template": template, "body": vector["body"], "path": {"stream-name": vector["stream"]}, "context": {}}
        for template, vector in cases
    ]
    java = ["java", "-cp", classpath(), "Render"]
    answers = subprocess.run(java, input=json.dumps(requests).encode(), stdout=subprocess.PIPE, check=True, timeout=120)
    return [answer.get("text") or f"Velocity says {answer.get('error')}" for answer in json.loads(answers.stdout)]


@functools.cache
def classpath():
    """Where Java finds Velocity and the compiled program that asks it."""
    if not (shutil.which("java") and shutil.which("javac")):
        raise NotRun("Velocity needs a JDK: there is no `java` or `javac`")
    scratch = pathlib.Path(os.environ["TRUTH_DIR"]).absolute()
    folder = debian.unpacked(PACKAGES, scratch) / "usr/share/java"
    jars, classes = ":".join(f"{folder}/{jar}.jar" for jar in JARS), scratch / "classes"
    source = pathlib.Path(__file__).with_name("Render.java")
    subprocess.run(["javac", "-Xlint:-path", "-cp", jars, "-d", classes, source], check=True, timeout=120)
    return f"{classes}:{jars}"


def parsed(text):
    """The JSON value of `text`, in which no member stands twice."""

    def once(pairs):
        if len({name for name, _ in pairs}) != len(pairs):
            raise ValueError("a member stands twice")
        return dict(pairs)

    return json.loads(text, object_pairs_hook=once)


def mocked(_, text):
    try:
        return None if parsed(text) == {"statusCode": 200} else f"a mock is told {text!r}"
    except ValueError as error:
        return f"no JSON ({error}): {text!r}"


def kinesis(action, vector, text):
    """What is wrong with `text` as the request of `action` that answers `vector`."""
    refused = None
    try:
        value = parsed(text)
        for record in [value, *value.get("Records", [])]:
            if "Data" in record:
                record["Data"] = base64.b64decode(record["Data"], validate=True)
    except ValueError as error:
        refused = f"no JSON ({error}): {text[:300]!r}"
    else:
        report = ParamValidator().validate(value, KINESIS.operation_model(action).input_shape)
        if report.has_errors():
            refused = f"{report.generate_report()}: {text[:300]!r}"
    if vector["expected"] is None:
        return None if refused else f"Kinesis would take {text[:300]!r}"
    return refused or (None if value == vector["expected"] else f"asked {value!r:.300}, not {vector['expected']!r:.300}")
