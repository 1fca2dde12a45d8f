"""S3: buckets, their settings, objects."""

import json
import io

from walk import as_map, tags

LOOK = {"s3": ("list_buckets", {})}
BUCKET = "aqueduct-walk-lake"
OTHER = "aqueduct-walk-other"
HERE = {"Bucket": BUCKET}


def walk(w):
    s3 = w.client("s3")
    buckets(w, s3)
    settings(w, s3)
    unset(w, s3)
    objects(w, s3)
    versions(w, s3)
    uploads(w, s3)
    delete(w, s3)


def buckets(w, s3):
    w.equal("location", s3.create_bucket(Bucket=BUCKET)["Location"], f"/{BUCKET}")
    s3.create_bucket(Bucket=OTHER, CreateBucketConfiguration={"Tags": tags(team="data")})
    w.wait(s3, "bucket_exists", Bucket=OTHER)
    w.equal("tags", s3.get_bucket_tagging(Bucket=OTHER)["TagSet"], tags(team="data"))
    w.equal("region", s3.head_bucket(**HERE)["BucketRegion"], "us-east-1")
    w.equal("location", s3.get_bucket_location(**HERE).get("LocationConstraint"), None)
    listed = w.pages(s3, "list_buckets", "Buckets")
    w.equal("buckets", [one["Name"] for one in listed], [BUCKET, OTHER])
    w.equal("by prefix", [one["Name"] for one in s3.list_buckets(Prefix="aqueduct-walk-o")["Buckets"]], [OTHER])
    w.refused("InvalidBucketName", s3.create_bucket, Bucket="Not_A_Name")
    w.refused("404", s3.head_bucket, Bucket="aqueduct-walk-none")
    w.refused("NoSuchBucket", s3.get_bucket_location, Bucket="aqueduct-walk-none")
    s3.create_bucket(Bucket="aqueduct-walk-far", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    w.equal("far", s3.get_bucket_location(Bucket="aqueduct-walk-far")["LocationConstraint"], "eu-west-1")
    w.equal("far", [one["Name"] for one in s3.list_buckets(BucketRegion="eu-west-1")["Buckets"]], ["aqueduct-walk-far"])
    statuses = []
    s3.meta.events.register("before-parse.s3.ListObjectsV2", lambda response_dict, **_: statuses.append(response_dict["status_code"]))
    w.equal("far", s3.list_objects_v2(Bucket="aqueduct-walk-far")["KeyCount"], 0)
    w.equal("shown the way", statuses, [301, 200])
    s3.delete_bucket(Bucket="aqueduct-walk-far")


def settings(w, s3):
    w.true("no versioning yet", "Status" not in s3.get_bucket_versioning(**HERE))
    s3.put_bucket_versioning(**HERE, VersioningConfiguration={"Status": "Enabled"})
    w.equal("versioning", s3.get_bucket_versioning(**HERE)["Status"], "Enabled")
    rule = s3.get_bucket_encryption(**HERE)["ServerSideEncryptionConfiguration"]["Rules"][0]
    w.equal("encryption", rule["ApplyServerSideEncryptionByDefault"], {"SSEAlgorithm": "AES256"})
    kms = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms"}, "BucketKeyEnabled": True}
    s3.put_bucket_encryption(**HERE, ServerSideEncryptionConfiguration={"Rules": [kms]})
    w.has("encryption", s3.get_bucket_encryption(**HERE)["ServerSideEncryptionConfiguration"]["Rules"][0], **kms)
    s3.delete_bucket_encryption(**HERE)
    rule = s3.get_bucket_encryption(**HERE)["ServerSideEncryptionConfiguration"]["Rules"][0]
    w.equal("encryption", rule["ApplyServerSideEncryptionByDefault"], {"SSEAlgorithm": "AES256"})
    block = s3.get_public_access_block(**HERE)["PublicAccessBlockConfiguration"]
    w.equal("block", set(block.values()), {True})
    block = {"BlockPublicAcls": True, "IgnorePublicAcls": False, "BlockPublicPolicy": True, "RestrictPublicBuckets": False}
    s3.put_public_access_block(**HERE, PublicAccessBlockConfiguration=block)
    w.equal("block", s3.get_public_access_block(**HERE)["PublicAccessBlockConfiguration"], block)
    ownership = {"Rules": [{"ObjectOwnership": "BucketOwnerPreferred"}]}
    w.equal("ownership", s3.get_bucket_ownership_controls(**HERE)["OwnershipControls"]["Rules"],
            [{"ObjectOwnership": "BucketOwnerEnforced"}])
    s3.put_bucket_ownership_controls(**HERE, OwnershipControls=ownership)
    w.equal("ownership", s3.get_bucket_ownership_controls(**HERE)["OwnershipControls"], ownership)
    rules = [{"ID": "tidy", "Status": "Enabled", "Filter": {"Prefix": "tmp/"}, "Expiration": {"Days": 7},
              "NoncurrentVersionExpiration": {"NoncurrentDays": 3}, "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 1}},
             {"ID": "cool", "Status": "Disabled", "Filter": {"And": {"Prefix": "a/", "Tags": tags(cold="yes")}},
              "Transitions": [{"Days": 30, "StorageClass": "STANDARD_IA"}]}]
    s3.put_bucket_lifecycle_configuration(**HERE, LifecycleConfiguration={"Rules": rules})
    w.equal("lifecycle", s3.get_bucket_lifecycle_configuration(**HERE)["Rules"], rules)
    policy = {"Version": "2012-10-17", "Statement": [{"Sid": "Tls", "Effect": "Deny", "Principal": "*", "Action": "s3:*",
              "Resource": f"arn:aws:s3:::{BUCKET}/*", "Condition": {"Bool": {"aws:SecureTransport": "false"}}}]}
    s3.put_bucket_policy(**HERE, Policy=json.dumps(policy))
    w.equal("policy", json.loads(s3.get_bucket_policy(**HERE)["Policy"]), policy)
    w.equal("public", s3.get_bucket_policy_status(**HERE)["PolicyStatus"]["IsPublic"], False)
    public = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject",
              "Resource": f"arn:aws:s3:::{BUCKET}/*"}]}
    w.refused("AccessDenied", s3.put_bucket_policy, **HERE, Policy=json.dumps(public))
    w.refused("MalformedPolicy", s3.put_bucket_policy, **HERE, Policy="{}")
    s3.put_bucket_tagging(**HERE, Tagging={"TagSet": tags(stage="test", empty="")})
    w.equal("tags", as_map(s3.get_bucket_tagging(**HERE)["TagSet"]), {"stage": "test", "empty": ""})


def unset(w, s3):
    s3.delete_public_access_block(**HERE)
    w.refused("NoSuchPublicAccessBlockConfiguration", s3.get_public_access_block, **HERE)
    s3.delete_bucket_ownership_controls(**HERE)
    w.refused("OwnershipControlsNotFoundError", s3.get_bucket_ownership_controls, **HERE)
    old = {"ID": "old", "Prefix": "tmp/", "Status": "Enabled", "Expiration": {"Days": 1}}
    s3.put_bucket_lifecycle(**HERE, LifecycleConfiguration={"Rules": [old]})
    w.equal("lifecycle", s3.get_bucket_lifecycle(**HERE)["Rules"], [old])
    s3.delete_bucket_lifecycle(**HERE)
    w.refused("NoSuchLifecycleConfiguration", s3.get_bucket_lifecycle_configuration, **HERE)
    s3.delete_bucket_policy(**HERE)
    w.refused("NoSuchBucketPolicy", s3.get_bucket_policy, **HERE)
    s3.delete_bucket_tagging(**HERE)
    w.refused("NoSuchTagSet", s3.get_bucket_tagging, **HERE)
    w.equal("grants", [one["Permission"] for one in s3.get_bucket_acl(**HERE)["Grants"]], ["FULL_CONTROL"])
    w.true("no logging", "LoggingEnabled" not in s3.get_bucket_logging(**HERE))
    w.true("no acceleration", "Status" not in s3.get_bucket_accelerate_configuration(**HERE))
    w.equal("payer", s3.get_bucket_request_payment(**HERE)["Payer"], "BucketOwner")
    told = s3.get_bucket_notification_configuration(**HERE)
    w.equal("no notifications", sorted(told), ["ResponseMetadata"])
    w.equal("no notifications", sorted(s3.get_bucket_notification(**HERE)), ["ResponseMetadata"])
    w.refused("NoSuchCORSConfiguration", s3.get_bucket_cors, **HERE)
    w.refused("NoSuchWebsiteConfiguration", s3.get_bucket_website, **HERE)
    w.refused("ReplicationConfigurationNotFoundError", s3.get_bucket_replication, **HERE)
    w.refused("ObjectLockConfigurationNotFoundError", s3.get_object_lock_configuration, **HERE)


def objects(w, s3):
    put = s3.put_object(**HERE, Key="a/ü b.txt", Body=b"one", ContentType="text/plain", Metadata={"sum": "1"}, Tagging="k=v&l=")
    w.true("VersionId", put.get("VersionId"), put)
    w.wait(s3, "object_exists", **HERE, Key="a/ü b.txt")
    head = s3.head_object(**HERE, Key="a/ü b.txt")
    w.has("head", head, ContentLength=3, ContentType="text/plain", Metadata={"sum": "1"}, VersionId=put["VersionId"],
          ETag='"f97c5d29941bfb1b2fdab0874906ab82"', ServerSideEncryption="AES256")
    got = s3.get_object(**HERE, Key="a/ü b.txt", Range="bytes=1-")
    w.has("part", got, ContentRange="bytes 1-2/3", ContentLength=2)
    w.equal("body", got["Body"].read(), b"ne")
    w.equal("tags", as_map(s3.get_object_tagging(**HERE, Key="a/ü b.txt")["TagSet"]), {"k": "v", "l": ""})
    s3.put_object_tagging(**HERE, Key="a/ü b.txt", Tagging={"TagSet": tags(z="1")})
    w.equal("tags", s3.get_object_tagging(**HERE, Key="a/ü b.txt")["TagSet"], tags(z="1"))
    s3.delete_object_tagging(**HERE, Key="a/ü b.txt")
    w.equal("tags", s3.get_object_tagging(**HERE, Key="a/ü b.txt")["TagSet"], [])
    w.refused("PreconditionFailed", s3.put_object, **HERE, Key="a/ü b.txt", Body=b"", IfNoneMatch="*")
    w.refused("NoSuchKey", s3.get_object, **HERE, Key="none")
    w.refused("404", s3.head_object, **HERE, Key="none")
    for key in ("a/1", "b/1", "c"):
        s3.put_object(**HERE, Key=key, Body=key.encode())
    source = {"Bucket": BUCKET, "Key": "a/ü b.txt", "VersionId": put["VersionId"]}
    copied = s3.copy_object(**HERE, Key="b/copy", CopySource=source)
    w.equal("ETag", copied["CopyObjectResult"]["ETag"], head["ETag"])
    w.has("copy", s3.head_object(**HERE, Key="b/copy"), ContentType="text/plain", Metadata={"sum": "1"}, ETag=head["ETag"])
    w.refused("InvalidRequest", s3.copy_object, **HERE, Key="c", CopySource=f"{BUCKET}/c")
    s3.delete_object(**HERE, Key="b/copy")
    for listing in ("list_objects", "list_objects_v2"):
        listed = w.pages(s3, listing, "Contents", **HERE)
        w.equal("keys", [one["Key"] for one in listed], ["a/1", "a/ü b.txt", "b/1", "c"])
        w.has("object", listed[1], Size=3, ETag=head["ETag"], StorageClass="STANDARD")
        folders = w.pages(s3, listing, "CommonPrefixes[].Prefix", **HERE, Delimiter="/", size=2)
        w.equal("folders", folders, ["a/", "b/"])
    w.equal("after", [one["Key"] for one in s3.list_objects_v2(**HERE, StartAfter="b/1")["Contents"]], ["c"])


def versions(w, s3):
    s3.put_object(**HERE, Key="c", Body=b"again")
    marker = s3.delete_object(**HERE, Key="c")
    w.has("marker", marker, DeleteMarker=True)
    w.wait(s3, "object_not_exists", **HERE, Key="c")
    listed = w.pages(s3, "list_object_versions", "[Versions, DeleteMarkers][][]", **HERE, Prefix="c")
    w.equal("versions", [one["VersionId"] == marker["VersionId"] for one in listed], [True, False, False])
    w.equal("latest", [one["IsLatest"] for one in listed], [True, False, False])
    w.equal("body", s3.get_object(**HERE, Key="c", VersionId=listed[2]["VersionId"])["Body"].read(), b"c")
    w.refused("MethodNotAllowed", s3.get_object, **HERE, Key="c", VersionId=marker["VersionId"])
    s3.delete_object(**HERE, Key="c", VersionId=marker["VersionId"])
    w.equal("body", s3.get_object(**HERE, Key="c")["Body"].read(), b"again")


def uploads(w, s3):
    big = b"x" * (5 << 20)
    for key in ("big", "left"):
        upload = s3.create_multipart_upload(**HERE, Key=key, ContentType="x/y")
        of = {**HERE, "Key": key, "UploadId": upload["UploadId"]}
        w.refused("NotImplemented", s3.upload_part_copy, **of, PartNumber=3, CopySource=f"{BUCKET}/c")
        tags = [s3.upload_part(**of, PartNumber=number, Body=body)["ETag"] for number, body in ((1, big), (2, b"end"))]
        parts = w.pages(s3, "list_parts", "Parts", **of)
        w.equal("parts", [(one["PartNumber"], one["Size"], one["ETag"]) for one in parts], [(1, len(big), tags[0]), (2, 3, tags[1])])
        if key == "big":
            s3.create_multipart_upload(**HERE, Key="third")
            pending = w.pages(s3, "list_multipart_uploads", "Uploads", **HERE)
            w.equal("uploads", [one["Key"] for one in pending], ["big", "third"])
            done = s3.complete_multipart_upload(**of, MultipartUpload={
                "Parts": [{"PartNumber": number, "ETag": tag} for number, tag in enumerate(tags, 1)]})
            w.true("ETag", done["ETag"].endswith('-2"'), done["ETag"])
            w.has("head", s3.head_object(**HERE, Key=key), ContentLength=len(big) + 3, ETag=done["ETag"], ContentType="x/y")
        else:
            s3.abort_multipart_upload(**of)
            w.refused("NoSuchUpload", s3.list_parts, **of)
    s3.upload_fileobj(io.BytesIO(big * 2), BUCKET, "by-transfer")
    w.equal("size", s3.head_object(**HERE, Key="by-transfer")["ContentLength"], len(big) * 2)


def delete(w, s3):
    w.refused("BucketNotEmpty", s3.delete_bucket, **HERE)
    kept = s3.list_object_versions(**HERE)
    keys = [{"Key": one["Key"], "VersionId": one["VersionId"]} for one in kept["Versions"] + kept.get("DeleteMarkers", [])]
    gone = s3.delete_objects(**HERE, Delete={"Objects": keys})
    w.equal("deleted", len(gone["Deleted"]), len(keys))
    w.true("errors", "Errors" not in gone, gone.get("Errors"))
    for upload in s3.list_multipart_uploads(**HERE).get("Uploads", []):
        s3.abort_multipart_upload(**HERE, Key=upload["Key"], UploadId=upload["UploadId"])
    for bucket in (BUCKET, OTHER):
        s3.delete_bucket(Bucket=bucket)
        w.wait(s3, "bucket_not_exists", Bucket=bucket)
    w.equal("buckets", s3.list_buckets()["Buckets"], [])
