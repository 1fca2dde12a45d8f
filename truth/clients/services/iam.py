"""IAM: roles, policies, instance profiles."""

import json

from walk import as_map, tags

LOOK = {"iam": ("list_roles", {})}
ROLE = "loader"
PATH = "/pipeline/"


def trust(service):
    return {"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}]}


def allow(action):
    return {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": action, "Resource": "*"}]}


def walk(w):
    iam = w.client("iam")
    roles(w, iam)
    policy = policies(w, iam)
    inline(w, iam)
    attached(w, iam, policy)
    profiles(w, iam)
    details(w, iam)
    delete(w, iam, policy)


def roles(w, iam):
    made = iam.create_role(RoleName=ROLE, Path=PATH, AssumeRolePolicyDocument=json.dumps(trust("ec2.amazonaws.com")),
                           Description="Loads", MaxSessionDuration=7200, Tags=tags(team="data"))["Role"]
    w.wait(iam, "role_exists", RoleName=ROLE)
    role = iam.get_role(RoleName=ROLE)["Role"]
    w.has("role", role, RoleName=ROLE, Path=PATH, Arn=made["Arn"], RoleId=made["RoleId"], Description="Loads",
          MaxSessionDuration=7200, AssumeRolePolicyDocument=trust("ec2.amazonaws.com"), Tags=tags(team="data"))
    w.true("RoleId", role["RoleId"].startswith("AROA") and len(role["RoleId"]) == 21, role["RoleId"])
    w.true("Arn", role["Arn"].endswith(f":role{PATH}{ROLE}"), role["Arn"])
    w.refused("EntityAlreadyExists", iam.create_role, RoleName=ROLE, AssumeRolePolicyDocument=json.dumps(trust("a.amazonaws.com")))
    w.refused("MalformedPolicyDocument", iam.create_role, RoleName="x", AssumeRolePolicyDocument="{}")
    w.refused("NoSuchEntity", iam.get_role, RoleName="none")
    w.refused("ValidationError", iam.create_role, RoleName="y", MaxSessionDuration=43201,
              AssumeRolePolicyDocument=json.dumps(trust("ec2.amazonaws.com")))
    iam.create_role(RoleName="spare", AssumeRolePolicyDocument=json.dumps(trust("kafka.amazonaws.com")))
    w.equal("default session", iam.get_role(RoleName="spare")["Role"]["MaxSessionDuration"], 3600)
    listed = w.pages(iam, "list_roles", "Roles")
    w.equal("roles", sorted(one["RoleName"] for one in listed), [ROLE, "spare"])
    w.true("lists have no tags", not any("Tags" in one for one in listed), listed)
    w.equal("by path", [one["RoleName"] for one in iam.list_roles(PathPrefix=PATH)["Roles"]], [ROLE])
    iam.update_role(RoleName=ROLE, Description="Loads much", MaxSessionDuration=3600)
    iam.update_assume_role_policy(RoleName=ROLE, PolicyDocument=json.dumps(trust("kafkaconnect.amazonaws.com")))
    w.has("role", iam.get_role(RoleName=ROLE)["Role"], Description="Loads much", MaxSessionDuration=3600,
          AssumeRolePolicyDocument=trust("kafkaconnect.amazonaws.com"))
    w.equal("description", iam.update_role_description(RoleName=ROLE, Description="Again")["Role"]["Description"], "Again")
    iam.tag_role(RoleName=ROLE, Tags=tags(stage="test", empty=""))
    listed = w.pages(iam, "list_role_tags", "Tags", RoleName=ROLE)
    w.equal("tags", as_map(listed), {"team": "data", "stage": "test", "empty": ""})
    iam.untag_role(RoleName=ROLE, TagKeys=["empty"])
    w.equal("tags", as_map(iam.list_role_tags(RoleName=ROLE)["Tags"]), {"team": "data", "stage": "test"})


def policies(w, iam):
    made = iam.create_policy(PolicyName="read", Path=PATH, PolicyDocument=json.dumps(allow("s3:GetObject")), Description="Reads",
                             Tags=tags(team="data"))["Policy"]
    arn = made["Arn"]
    w.wait(iam, "policy_exists", PolicyArn=arn)
    w.has("policy", iam.get_policy(PolicyArn=arn)["Policy"], PolicyName="read", Path=PATH, DefaultVersionId="v1",
          AttachmentCount=0, IsAttachable=True, Description="Reads", Tags=tags(team="data"))
    w.refused("EntityAlreadyExists", iam.create_policy, PolicyName="read", PolicyDocument=json.dumps(allow("s3:*")))
    w.refused("MalformedPolicyDocument", iam.create_policy, PolicyName="bad", PolicyDocument="{")
    iam.create_policy(PolicyName="write", PolicyDocument=json.dumps(allow("s3:PutObject")))
    listed = w.pages(iam, "list_policies", "Policies", Scope="Local")
    w.equal("policies", sorted(one["PolicyName"] for one in listed), ["read", "write"])
    second = iam.create_policy_version(PolicyArn=arn, PolicyDocument=json.dumps(allow("s3:Get*")), SetAsDefault=True)
    w.has("version", second["PolicyVersion"], VersionId="v2", IsDefaultVersion=True)
    versions = w.pages(iam, "list_policy_versions", "Versions", PolicyArn=arn)
    w.equal("versions", sorted(one["VersionId"] for one in versions), ["v1", "v2"])
    w.equal("document", iam.get_policy_version(PolicyArn=arn, VersionId="v2")["PolicyVersion"]["Document"], allow("s3:Get*"))
    w.refused("DeleteConflict", iam.delete_policy_version, PolicyArn=arn, VersionId="v2")
    iam.set_default_policy_version(PolicyArn=arn, VersionId="v1")
    w.equal("default", iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"], "v1")
    w.refused("DeleteConflict", iam.delete_policy, PolicyArn=arn)
    for _ in range(3):
        iam.create_policy_version(PolicyArn=arn, PolicyDocument=json.dumps(allow("s3:List*")))
    w.refused("LimitExceeded", iam.create_policy_version, PolicyArn=arn, PolicyDocument=json.dumps(allow("s3:*")))
    for version in ("v2", "v3", "v4", "v5"):
        iam.delete_policy_version(PolicyArn=arn, VersionId=version)
    iam.tag_policy(PolicyArn=arn, Tags=tags(stage="test"))
    w.equal("tags", as_map(w.pages(iam, "list_policy_tags", "Tags", PolicyArn=arn)), {"team": "data", "stage": "test"})
    iam.untag_policy(PolicyArn=arn, TagKeys=["stage"])
    w.equal("tags", iam.list_policy_tags(PolicyArn=arn)["Tags"], tags(team="data"))
    return arn


def inline(w, iam):
    for name in ("one", "two"):
        iam.put_role_policy(RoleName=ROLE, PolicyName=name, PolicyDocument=json.dumps(allow(f"s3:{name}")))
    w.equal("inline", w.pages(iam, "list_role_policies", "PolicyNames", RoleName=ROLE), ["one", "two"])
    w.equal("document", iam.get_role_policy(RoleName=ROLE, PolicyName="two")["PolicyDocument"], allow("s3:two"))
    w.refused("DeleteConflict", iam.delete_role, RoleName=ROLE)
    iam.delete_role_policy(RoleName=ROLE, PolicyName="one")
    w.refused("NoSuchEntity", iam.get_role_policy, RoleName=ROLE, PolicyName="one")
    w.refused("MalformedPolicyDocument", iam.put_role_policy, RoleName=ROLE, PolicyName="bad", PolicyDocument='{"Statement": 1}')


def attached(w, iam, policy):
    other = "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore"
    iam.attach_role_policy(RoleName=ROLE, PolicyArn=policy)
    iam.attach_role_policy(RoleName=ROLE, PolicyArn=other)
    iam.attach_role_policy(RoleName="spare", PolicyArn=policy)
    listed = w.pages(iam, "list_attached_role_policies", "AttachedPolicies", RoleName=ROLE)
    w.equal("attached", sorted(one["PolicyArn"] for one in listed), sorted([policy, other]))
    w.equal("attachments", iam.get_policy(PolicyArn=policy)["Policy"]["AttachmentCount"], 2)
    entities = w.pages(iam, "list_entities_for_policy", "PolicyRoles", PolicyArn=policy)
    w.equal("entities", sorted(one["RoleName"] for one in entities), [ROLE, "spare"])
    w.refused("DeleteConflict", iam.delete_policy, PolicyArn=policy)
    w.refused("NoSuchEntity", iam.attach_role_policy, RoleName=ROLE, PolicyArn=policy + "-none")
    iam.put_role_permissions_boundary(RoleName=ROLE, PermissionsBoundary=policy)
    w.equal("boundary", iam.get_role(RoleName=ROLE)["Role"].get("PermissionsBoundary", {}).get("PermissionsBoundaryArn"), policy)
    iam.delete_role_permissions_boundary(RoleName=ROLE)
    w.true("boundary", "PermissionsBoundary" not in iam.get_role(RoleName=ROLE)["Role"])


def profiles(w, iam):
    made = iam.create_instance_profile(InstanceProfileName="machines", Path=PATH, Tags=tags(team="data"))["InstanceProfile"]
    w.wait(iam, "instance_profile_exists", InstanceProfileName="machines")
    iam.create_instance_profile(InstanceProfileName="spare")
    iam.add_role_to_instance_profile(InstanceProfileName="machines", RoleName=ROLE)
    iam.add_role_to_instance_profile(InstanceProfileName="spare", RoleName=ROLE)
    w.refused("LimitExceeded", iam.add_role_to_instance_profile, InstanceProfileName="machines", RoleName="spare")
    shown = iam.get_instance_profile(InstanceProfileName="machines")["InstanceProfile"]
    w.has("profile", shown, Arn=made["Arn"], Path=PATH, InstanceProfileId=made["InstanceProfileId"], Tags=tags(team="data"))
    w.equal("roles", [role["RoleName"] for role in shown["Roles"]], [ROLE])
    names = [one["InstanceProfileName"] for one in w.pages(iam, "list_instance_profiles", "InstanceProfiles")]
    w.equal("profiles", sorted(names), ["machines", "spare"])
    names = [one["InstanceProfileName"] for one in w.pages(iam, "list_instance_profiles_for_role", "InstanceProfiles", RoleName=ROLE)]
    w.equal("profiles of the role", sorted(names), ["machines", "spare"])
    iam.tag_instance_profile(InstanceProfileName="machines", Tags=tags(stage="test"))
    listed = w.pages(iam, "list_instance_profile_tags", "Tags", InstanceProfileName="machines")
    w.equal("tags", as_map(listed), {"team": "data", "stage": "test"})
    iam.untag_instance_profile(InstanceProfileName="machines", TagKeys=["team"])
    w.equal("tags", iam.list_instance_profile_tags(InstanceProfileName="machines")["Tags"], tags(stage="test"))
    w.refused("DeleteConflict", iam.delete_instance_profile, InstanceProfileName="machines")


def details(w, iam):
    everything = w.pages(iam, "get_account_authorization_details", "RoleDetailList", Filter=["Role"])
    role = next(one for one in everything if one["RoleName"] == ROLE)
    w.equal("roles", len(everything), 2)
    w.equal("inline", role["RolePolicyList"], [{"PolicyName": "two", "PolicyDocument": allow("s3:two")}])
    w.equal("attached", len(role["AttachedManagedPolicies"]), 2)
    w.equal("profiles", len(role["InstanceProfileList"]), 2)
    w.equal("tags", as_map(role["Tags"]), {"team": "data", "stage": "test"})
    kept = iam.get_account_authorization_details(Filter=["LocalManagedPolicy"])
    w.equal("policies", sorted(one["PolicyName"] for one in kept["Policies"]), ["read", "write"])
    w.equal("no roles", kept["RoleDetailList"], [])


def delete(w, iam, policy):
    for profile in ("machines", "spare"):
        iam.remove_role_from_instance_profile(InstanceProfileName=profile, RoleName=ROLE)
        iam.delete_instance_profile(InstanceProfileName=profile)
    iam.delete_role_policy(RoleName=ROLE, PolicyName="two")
    for attachment in iam.list_attached_role_policies(RoleName=ROLE)["AttachedPolicies"]:
        iam.detach_role_policy(RoleName=ROLE, PolicyArn=attachment["PolicyArn"])
    iam.detach_role_policy(RoleName="spare", PolicyArn=policy)
    iam.delete_policy(PolicyArn=policy)
    for role in (ROLE, "spare"):
        iam.delete_role(RoleName=role)
        w.refused("NoSuchEntity", iam.delete_role, RoleName=role)
    w.refused("NoSuchEntity", iam.get_policy, PolicyArn=policy)
    w.refused("NoSuchEntity", iam.get_instance_profile, InstanceProfileName="machines")
    w.equal("roles", iam.list_roles()["Roles"], [])
