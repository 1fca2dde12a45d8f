"""The way back: what Terraform imported, it makes anew on an account that has nothing, and Aqueduct adopts it.

Terraform's own text of what it imported names other resources by the ids of that account; here they become references.
"""

import hashlib
import json
import re

from tidy import block

# What others are known by, the most telling first.
IDENTITIES = ["id", "arn", "root_resource_id", "version_id", "cluster_uuid", "dns_name", "bootstrap_brokers_sasl_iam"]
# What AWS makes up. The rest follows from names, and means the same on any account.
MADE_UP = re.compile(r"[a-z]+-[0-9a-f]{17}|[0-9a-f]{8}-[0-9a-f]{4}-|/[0-9a-f]{16}|-[0-9a-f]{16}\.|\.c\d+\.kafka\.|^[a-z0-9]{6,10}$")
TEXT = re.compile(r'"(?:[^"\\]|\\.)*"')

# What belongs to the account where the resource was, and a type that has it.
CUTS = [
    ("", r'^ *tags_all += {\n(?:.*\n)*? *}\n'),
    ("", r'^ *"aqueduct:(stack|address)" += .*\n'),
    ("aws_eip", r"^ *network_interface +=.*\n"),
    ("aws_vpc_endpoint", block("dns_options")),
    ("aws_msk_cluster", block("vpc_connectivity")),
    ("aws_msk_cluster", r"^ *encryption_at_rest_kms_key_arn +=.*\n"),
    ("aws_instance", r"^ *(private_ip|kms_key_id) +=.*\n"),
    ("aws_instance", r"^  lifecycle {\n.*\n  }\n"),
    ("aws_s3_object", r"^ *etag +=.*\n"),
    ("aws_api_gateway_deployment", r"^ *(triggers|description) +=.*\n"),
]

# What cannot be imported.
MISSING = """
resource "aws_lb_target_group_attachment" "client" {
  target_group_arn = aws_lb_target_group.client.arn
  target_id        = aws_instance.client.id
}
"""

GRANTS = ["aws_iam_role_policy", "aws_iam_role_policy_attachment"]
NETWORK = ["aws_route_table_association", "aws_nat_gateway", "aws_vpc_endpoint", "aws_internet_gateway"]
METHODS = [f"aws_api_gateway_{part}" for part in ("method", "integration", "method_response", "integration_response", "gateway_response")]
# What a resource needs although it does not name it.
NEEDS = {
    "aws_api_gateway_method": ["aws_api_gateway_model"],
    "aws_api_gateway_integration": ["aws_api_gateway_method"],
    "aws_api_gateway_method_response": ["aws_api_gateway_method"],
    "aws_api_gateway_method_settings": ["aws_api_gateway_stage"],
    "aws_api_gateway_usage_plan": ["aws_api_gateway_stage"],
    "aws_api_gateway_account": GRANTS,
    "aws_api_gateway_deployment": METHODS,
    "aws_api_gateway_integration_response": ["aws_api_gateway_integration", "aws_api_gateway_method_response"],
    "aws_api_gateway_stage": ["aws_api_gateway_account", "aws_cloudwatch_log_group"],
    "aws_eip": ["aws_internet_gateway"],
    "aws_instance": GRANTS + NETWORK,
    "aws_lb_listener": ["aws_instance"],
    "aws_mskconnect_connector": GRANTS + NETWORK,
    "aws_mwaa_environment": GRANTS + NETWORK + ["aws_s3_bucket_public_access_block", "aws_s3_object"],
    "aws_s3_object": ["aws_s3_bucket_versioning"],
}


def rewrite(text, resources, user_data, files):
    """The configuration of `text` for another account.

    `resources` is what Terraform knows of what it imported, `user_data` that of the machine, `files` what objects are made of.
    """
    known = identities(resources)
    contents = {hashlib.md5(file.read_bytes()).hexdigest(): file for file in files}
    parts = re.split(r'(?m)^(?=resource ")', text)
    addresses = [".".join(part.split('"')[1:4:2]) for part in parts[1:]]
    written = [anew(part, address, known, addresses, user_data, contents) for part, address in zip(parts[1:], addresses)]
    return "".join([parts[0], *written, MISSING])


def identities(resources):
    """By what text each resource is known, and the reference that gives it; longer texts first."""
    found = {}
    for resource in sorted(resources, key=lambda one: ("arn" not in one["values"], len(one["type"]))):
        for name in IDENTITIES:
            value = resource["values"].get(name)
            if isinstance(value, str) and value:
                found.setdefault(value, (resource["address"], name))
    return dict(sorted(found.items(), key=lambda item: -len(item[0])))


def anew(part, address, known, addresses, user_data, contents):
    kind = address.split(".")[0]
    if kind == "aws_s3_object":
        file = contents[re.search(r'^ *etag += "(\w+)"', part, re.M)[1]]
        part = re.sub(r"^( *)source( +)= null", rf"\1source\2= {json.dumps(str(file))}", part, flags=re.M)
    for of, pattern in CUTS:
        if kind.startswith(of):
            part = re.sub(pattern, "", part, flags=re.M)
    documents = 0
    lines = []
    for line in part.splitlines():
        documents += line.count("jsonencode(")
        head, equals, rest = line.partition(" = ")
        if equals and "resource " not in line:
            rest = TEXT.sub(lambda text: referred(text[0], address, head.strip(), known, documents > 0), rest)
        lines.append(head + equals + rest)
        documents -= line.rstrip().endswith("})") and documents > 0
    if kind == "aws_instance":
        text = json.dumps(user_data, ensure_ascii=False).replace("${", "$${").replace("%{", "%%{")
        lines.insert(1, f"  user_data = {interpolated(text, address, known)}")
    needed = [other for other in addresses if other.split(".")[0] in NEEDS.get(kind, [])]
    if needed:
        end = len(lines) - 1 - lines[::-1].index("}")
        lines.insert(end, f"  depends_on = [{', '.join(needed)}]")
    return "\n".join(lines) + "\n"


def referred(text, address, argument, known, in_document):
    """A text with references instead of what names other resources; in documents only of what AWS makes up."""
    value = json.loads(text) if "\\" not in text else None
    other, name = known.get(value, (address, "id"))
    if other == address or (in_document and not MADE_UP.search(value)):
        return interpolated(text, address, known)
    # A role and its profile have one name.
    kind = "aws_iam_instance_profile" if argument == "iam_instance_profile" else other.split(".")[0]
    return f"{kind}.{other.split('.')[1]}.{name}"


def interpolated(text, address, known):
    """A text with references inside of it to what AWS makes up."""
    for value, (other, name) in known.items():
        if other != address and len(value) >= 10 and MADE_UP.search(value) and value in text:
            text = text.replace(value, f"${{{other}.{name}}}")
    return text
