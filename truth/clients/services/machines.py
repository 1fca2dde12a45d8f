"""EC2's machines: images, key pairs, instances, volumes, profiles."""

import base64
import json

from walk import tags

IMAGE = "ami-02023000000000001"
KEY = b"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJUsRXqoi5+2pXHZnXNsgTfrAKA7jxNLrVmMcKTqZGNy somebody"


def walk(w, ec2, subnets, group):
    images(w, ec2)
    types(w, ec2)
    key_pairs(w, ec2)
    made = launch(w, ec2, subnets, group)
    options(w, ec2, made[0])
    attributes(w, ec2, made[0])
    volumes(w, ec2, made[0])
    profiles(w, ec2, made)
    addresses(w, ec2, made[1])
    terminate(w, ec2, made)


def images(w, ec2):
    image = IMAGE
    w.wait(ec2, "image_exists", ImageIds=[image])
    w.wait(ec2, "image_available", ImageIds=[image])
    w.equal("image", [one["ImageId"] for one in ec2.describe_images(ImageIds=[image])["Images"]], [image])
    w.refused("MissingParameter", ec2.describe_images)
    w.refused("InvalidAMIID.NotFound|InvalidAMIID.Malformed", ec2.describe_images, ImageIds=["ami-nonsense"])


def types(w, ec2):
    shown = ec2.describe_instance_types(InstanceTypes=["t4g.micro"])["InstanceTypes"][0]
    w.has("type", shown, InstanceType="t4g.micro", BurstablePerformanceSupported=True, BareMetal=False)
    w.equal("processor", shown["ProcessorInfo"]["SupportedArchitectures"], ["arm64"])
    w.refused("UnsupportedOperation", ec2.describe_instance_types)


def key_pairs(w, ec2):
    made = ec2.import_key_pair(KeyName="mine", PublicKeyMaterial=KEY, TagSpecifications=[{"ResourceType": "key-pair", "Tags": tags(a="b")}])
    w.wait(ec2, "key_pair_exists", KeyNames=["mine"])
    shown = ec2.describe_key_pairs(KeyNames=["mine"], IncludePublicKey=True)["KeyPairs"][0]
    w.has("key", shown, KeyPairId=made["KeyPairId"], KeyType="ed25519", KeyFingerprint=made["KeyFingerprint"], Tags=tags(a="b"))
    w.equal("material", shown["PublicKey"].split()[:2], KEY.decode().split()[:2])
    w.refused("InvalidKeyPair.Duplicate", ec2.import_key_pair, KeyName="mine", PublicKeyMaterial=KEY)
    w.refused("InvalidKey.Format", ec2.import_key_pair, KeyName="bad", PublicKeyMaterial=b"nonsense")


def launch(w, ec2, subnets, group):
    image = IMAGE
    given = dict(
        ImageId=image, InstanceType="t3.small", MinCount=1, MaxCount=1, SubnetId=subnets[1], SecurityGroupIds=[group], KeyName="mine",
        UserData="#!/bin/sh\necho hello\n", MetadataOptions={"HttpTokens": "required", "HttpPutResponseHopLimit": 2}, ClientToken="once",
        TagSpecifications=[{"ResourceType": kind, "Tags": tags(Name="client")} for kind in ("instance", "volume")])
    first = ec2.run_instances(**given)["Instances"][0]
    ident = first["InstanceId"]
    w.equal("once", ec2.run_instances(**given)["Instances"][0]["InstanceId"], ident)
    w.refused("IdempotentParameterMismatch", ec2.run_instances, **{**given, "InstanceType": "t3.micro"})
    made = [ident] + [ec2.run_instances(ImageId=image, InstanceType="t3.micro", MinCount=1, MaxCount=1, SubnetId=subnets[1])
                      ["Instances"][0]["InstanceId"] for _ in range(6)]
    w.wait(ec2, "instance_exists", InstanceIds=made)
    w.wait(ec2, "instance_running", InstanceIds=made)
    shown = ec2.describe_instances(InstanceIds=[ident])["Reservations"][0]["Instances"][0]
    w.has("instance", shown, ImageId=image, InstanceType="t3.small", SubnetId=subnets[1], KeyName="mine", Tags=tags(Name="client"),
          SecurityGroups=[{"GroupId": group, "GroupName": "a"}], SourceDestCheck=True, Monitoring={"State": "disabled"})
    w.has("metadata", shown["MetadataOptions"], HttpTokens="required", HttpPutResponseHopLimit=2, HttpEndpoint="enabled")
    listed = w.pages(ec2, "describe_instances", "Reservations[].Instances[].InstanceId", size=5)
    w.equal("instances", set(listed), set(made))
    running = ec2.describe_instances(Filters=[{"Name": "tag:Name", "Values": ["client"]}, {"Name": "instance-state-name", "Values": ["running"]}])
    w.equal("by tag", [one["Instances"][0]["InstanceId"] for one in running["Reservations"]], [ident])
    w.refused("InvalidInstanceID.NotFound", ec2.describe_instances, InstanceIds=["i-0123456789abcdef0"])
    w.refused("InvalidAMIID.Malformed", ec2.run_instances, **{**given, "ImageId": "ami-x", "ClientToken": "other"})
    return made


def options(w, ec2, ident):
    look = lambda: ec2.describe_instances(InstanceIds=[ident])["Reservations"][0]["Instances"][0]
    ec2.modify_instance_metadata_options(InstanceId=ident, HttpTokens="optional", HttpPutResponseHopLimit=3, InstanceMetadataTags="enabled")
    w.has("metadata", look()["MetadataOptions"], HttpTokens="optional", HttpPutResponseHopLimit=3, InstanceMetadataTags="enabled")
    ec2.modify_instance_maintenance_options(InstanceId=ident, AutoRecovery="disabled")
    w.equal("recovery", look()["MaintenanceOptions"]["AutoRecovery"], "disabled")
    ec2.modify_private_dns_name_options(InstanceId=ident, EnableResourceNameDnsARecord=True)
    w.equal("names", look()["PrivateDnsNameOptions"]["EnableResourceNameDnsARecord"], True)
    ec2.monitor_instances(InstanceIds=[ident])
    w.until("monitoring", look, lambda seen: seen["Monitoring"]["State"] == "enabled")
    ec2.unmonitor_instances(InstanceIds=[ident])
    w.until("no monitoring", look, lambda seen: seen["Monitoring"]["State"] == "disabled")
    credits = ec2.modify_instance_credit_specification(InstanceCreditSpecifications=[{"InstanceId": ident, "CpuCredits": "standard"}])
    w.equal("credits", [one["InstanceId"] for one in credits["SuccessfulInstanceCreditSpecifications"]], [ident])
    shown = ec2.describe_instance_credit_specifications(InstanceIds=[ident])["InstanceCreditSpecifications"]
    w.equal("credits", shown, [{"InstanceId": ident, "CpuCredits": "standard"}])
    every = w.pages(ec2, "describe_instance_credit_specifications", "InstanceCreditSpecifications", size=5)
    w.equal("unlimited credits", len(every), 6)


def attributes(w, ec2, ident):
    def attribute(name):
        shown = ec2.describe_instance_attribute(InstanceId=ident, Attribute=name)
        return shown[name[0].upper() + name[1:]].get("Value")
    w.equal("user data", base64.b64decode(attribute("userData")), b"#!/bin/sh\necho hello\n")
    ec2.modify_instance_attribute(InstanceId=ident, DisableApiTermination={"Value": True})
    w.equal("protection", attribute("disableApiTermination"), True)
    w.refused("OperationNotPermitted", ec2.terminate_instances, InstanceIds=[ident])
    ec2.modify_instance_attribute(InstanceId=ident, DisableApiTermination={"Value": False})
    ec2.modify_instance_attribute(InstanceId=ident, InstanceInitiatedShutdownBehavior={"Value": "terminate"})
    w.equal("behaviour", attribute("instanceInitiatedShutdownBehavior"), "terminate")
    ec2.modify_instance_attribute(InstanceId=ident, SourceDestCheck={"Value": False})
    w.equal("check", attribute("sourceDestCheck"), False)
    w.refused("IncorrectInstanceState", ec2.modify_instance_attribute, InstanceId=ident, InstanceType={"Value": "t3.medium"})
    stopping = ec2.stop_instances(InstanceIds=[ident])["StoppingInstances"][0]
    w.equal("before", stopping["PreviousState"]["Name"], "running")
    w.wait(ec2, "instance_stopped", InstanceIds=[ident])
    ec2.modify_instance_attribute(InstanceId=ident, InstanceType={"Value": "t3.medium"})
    ec2.modify_instance_attribute(InstanceId=ident, UserData={"Value": b"#!/bin/sh\n"})
    w.equal("type", attribute("instanceType"), "t3.medium")
    w.equal("user data", base64.b64decode(attribute("userData")), b"#!/bin/sh\n")
    ec2.start_instances(InstanceIds=[ident])
    w.wait(ec2, "instance_running", InstanceIds=[ident])


def volumes(w, ec2, ident):
    every = w.pages(ec2, "describe_volumes", "Volumes", size=5)
    w.equal("volumes", len(every), 7)
    volume = next(one for one in every if one["Attachments"][0]["InstanceId"] == ident)
    w.has("volume", volume, State="in-use", Tags=tags(Name="client"))
    w.wait(ec2, "volume_in_use", VolumeIds=[volume["VolumeId"]])
    changed = ec2.modify_volume(VolumeId=volume["VolumeId"], Size=volume["Size"] + 10)["VolumeModification"]
    w.has("change", changed, OriginalSize=volume["Size"], TargetSize=volume["Size"] + 10)
    w.until("a larger volume", lambda: ec2.describe_volumes(VolumeIds=[volume["VolumeId"]])["Volumes"][0]["Size"],
            lambda seen: seen == volume["Size"] + 10)
    w.refused("InvalidParameterValue|IncorrectModificationState|VolumeModificationRateExceeded", ec2.modify_volume, VolumeId=volume["VolumeId"], Size=1)


def profiles(w, ec2, made):
    iam = w.client("iam")
    trust = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}]}
    iam.create_role(RoleName="client", AssumeRolePolicyDocument=json.dumps(trust))
    arns = {}
    for name in ("one", "two"):
        arns[name] = iam.create_instance_profile(InstanceProfileName=name)["InstanceProfile"]["Arn"]
        iam.add_role_to_instance_profile(InstanceProfileName=name, RoleName="client")
    bound = []
    for ident in made:
        def bind():
            try:
                return ec2.associate_iam_instance_profile(InstanceId=ident, IamInstanceProfile={"Name": "one"})["IamInstanceProfileAssociation"]
            except ec2.exceptions.ClientError as error:
                w.equal("a profile that is not known yet", error.response["Error"]["Code"], "InvalidParameterValue")
        bound.append(w.until("a profile that is known", bind, bool)["AssociationId"])
    listed = w.pages(ec2, "describe_iam_instance_profile_associations", "IamInstanceProfileAssociations", size=5)
    w.equal("associations", {one["AssociationId"] for one in listed}, set(bound))
    moved = ec2.replace_iam_instance_profile_association(AssociationId=bound[0], IamInstanceProfile={"Name": "two"})
    w.equal("profile", moved["IamInstanceProfileAssociation"]["IamInstanceProfile"]["Arn"], arns["two"])
    shown = ec2.describe_instances(InstanceIds=made[:1])["Reservations"][0]["Instances"][0]
    w.equal("profile", shown["IamInstanceProfile"]["Arn"], arns["two"])
    ec2.disassociate_iam_instance_profile(AssociationId=moved["IamInstanceProfileAssociation"]["AssociationId"])
    w.until("no profile", lambda: ec2.describe_instances(InstanceIds=made[:1])["Reservations"][0]["Instances"][0],
            lambda seen: "IamInstanceProfile" not in seen)


def addresses(w, ec2, ident):
    address = ec2.allocate_address(Domain="vpc")
    bound = ec2.associate_address(AllocationId=address["AllocationId"], InstanceId=ident)["AssociationId"]
    shown = ec2.describe_instances(InstanceIds=[ident])["Reservations"][0]["Instances"][0]
    w.equal("public address", shown["PublicIpAddress"], address["PublicIp"])
    w.has("address", ec2.describe_addresses(PublicIps=[address["PublicIp"]])["Addresses"][0], InstanceId=ident, AssociationId=bound)
    ec2.disassociate_address(AssociationId=bound)
    ec2.release_address(AllocationId=address["AllocationId"])


def terminate(w, ec2, made):
    disks = [one["VolumeId"] for one in ec2.describe_volumes()["Volumes"]]
    ending = ec2.terminate_instances(InstanceIds=made)["TerminatingInstances"]
    w.equal("ending", {one["InstanceId"] for one in ending}, set(made))
    w.wait(ec2, "instance_terminated", InstanceIds=made)
    ghost = ec2.describe_instances(InstanceIds=made[:1])["Reservations"][0]["Instances"][0]
    w.equal("ghost", ghost["State"]["Name"], "terminated")
    w.wait(ec2, "volume_deleted", VolumeIds=disks)
    ec2.delete_key_pair(KeyName="mine")
    w.refused("InvalidKeyPair.NotFound", ec2.describe_key_pairs, KeyNames=["mine"])
