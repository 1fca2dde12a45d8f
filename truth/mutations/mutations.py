"""The mistakes: what they are, where, what stands there instead, which judge must find each, and a part of what it says then."""

import dataclasses


@dataclasses.dataclass
class Mutation:
    what: str
    file: str
    changes: list
    judge: str
    says: str


MUTATIONS = [
    Mutation(
        "a wrong member name in an answer",
        "src/sandbox/kinesis/describe.rs",
        [('summary["OpenShardCount"]', 'summary["OpenShardsCount"]')],
        "models",
        "OpenShardsCount",
    ),
    Mutation(
        "a wrong enum in an answer",
        "src/sandbox/kinesis/describe.rs",
        [('shown["EncryptionType"] = if stream.key.is_some() { "KMS" }', 'shown["EncryptionType"] = if stream.key.is_some() { "KMZ" }')],
        "models",
        "'KMZ' is none of",
    ),
    Mutation(
        "a missing tag",
        "src/kinds/ec2/vpc.rs",
        [("let call = call.tag_specifications(tags::specification(cx, ResourceType::Vpc));", "let _ = ResourceType::Vpc;")],
        "doubles",
        "manifests/kinds/ec2-vpc.yaml",
    ),
    Mutation(
        "a field that is not read",
        "src/kinds/iam/role.rs",
        [("description: role.description.unwrap_or_default(),", "description: String::new(),")],
        "doubles",
        "manifests/kinds/iam-role.yaml",
    ),
    Mutation(
        "a field that is changed where it replaces",
        "src/kinds/ec2/elastic_ip.rs",
        [
            ("pub border_group: Fixed<Auto<String>>", "pub border_group: Auto<String>"),
            ("self.border_group.0.0.clone()", "self.border_group.0.clone()"),
            ("live.spec.border_group.0.0.clone()", "live.spec.border_group.0.clone()"),
            ("border_group: Fixed(Auto(address.network_border_group))", "border_group: Auto(address.network_border_group)"),
        ],
        "schemas",
        "ec2/elastic-ip: border_group ",
    ),
]
