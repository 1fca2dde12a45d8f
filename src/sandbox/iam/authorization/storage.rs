//! Buckets, log groups and streams.

use super::{Need, filled, input, on_behalf, text};
use crate::account::Account;
use crate::call::Call;
use crate::s3;

/// Operations of S3 whose actions have other names. Of `…BucketLifecycle` and the like one action is for all that write.
const RENAMED: &[(&str, &str)] = &[
    ("HeadBucket", "ListBucket"),
    ("ListObjects", "ListBucket"),
    ("ListObjectsV2", "ListBucket"),
    ("ListObjectVersions", "ListBucketVersions"),
    ("ListMultipartUploads", "ListBucketMultipartUploads"),
    ("ListBuckets", "ListAllMyBuckets"),
    ("GetBucketEncryption", "GetEncryptionConfiguration"),
    ("PutBucketEncryption", "PutEncryptionConfiguration"),
    ("DeleteBucketEncryption", "PutEncryptionConfiguration"),
    ("GetBucketLifecycleConfiguration", "GetLifecycleConfiguration"),
    ("PutBucketLifecycleConfiguration", "PutLifecycleConfiguration"),
    ("DeleteBucketLifecycle", "PutLifecycleConfiguration"),
    ("GetPublicAccessBlock", "GetBucketPublicAccessBlock"),
    ("PutPublicAccessBlock", "PutBucketPublicAccessBlock"),
    ("DeletePublicAccessBlock", "PutBucketPublicAccessBlock"),
    ("DeleteBucketOwnershipControls", "PutBucketOwnershipControls"),
    ("DeleteBucketTagging", "PutBucketTagging"),
    ("GetBucketAccelerateConfiguration", "GetAccelerateConfiguration"),
    ("GetBucketNotificationConfiguration", "GetBucketNotification"),
    ("GetBucketCors", "GetBucketCORS"),
    ("GetBucketReplication", "GetReplicationConfiguration"),
    ("GetObjectLockConfiguration", "GetBucketObjectLockConfiguration"),
    ("HeadObject", "GetObject"),
    ("CreateMultipartUpload", "PutObject"),
    ("UploadPart", "PutObject"),
    ("CompleteMultipartUpload", "PutObject"),
    ("ListParts", "ListMultipartUploadParts"),
];

/// Actions that are another one for a version that the call names.
const OF_VERSIONS: &[(&str, &str)] = &[
    ("GetObject", "GetObjectVersion"),
    ("GetObjectTagging", "GetObjectVersionTagging"),
    ("PutObjectTagging", "PutObjectVersionTagging"),
    ("DeleteObjectTagging", "DeleteObjectVersionTagging"),
    ("DeleteObject", "DeleteObjectVersion"),
];

fn renamed(table: &[(&'static str, &'static str)], name: &'static str) -> &'static str {
    table.iter().find(|(from, _)| *from == name).map_or(name, |(_, to)| to)
}

/// S3.
pub(super) fn buckets(account: &Account, call: &Call) -> Vec<Need> {
    let (bucket, key) = (call.path("Bucket"), call.path("Key"));
    let arn = |path: &str| format!("arn:aws:s3:::{path}");
    if call.operation.name == "DeleteObjects" {
        return deleted(call).map(|(action, key)| Need::on(action, [arn(&format!("{bucket}/{key}"))])).collect();
    }
    let action = renamed(RENAMED, call.operation.name);
    let action = if call.query("versionId").is_some() { renamed(OF_VERSIONS, action) } else { action };
    let about = match (bucket, key) {
        ("", _) => "*".to_owned(),
        (_, "") => arn(bucket),
        _ => arn(&format!("{bucket}/{key}")),
    };
    let mut needs = vec![Need::on(format!("s3:{action}"), [about.clone()])];
    let absent = || s3::bucket(account, bucket).is_some() && s3::object(account, bucket, key, None).is_none();
    match call.operation.name {
        "CreateBucket" if call.body().windows(5).any(|part| part == b"<Tag>") => {
            needs.push(Need::on("s3:TagResource", [about]));
        }
        "PutObject" | "CreateMultipartUpload" if call.header("x-amz-tagging").is_some() => {
            needs.push(Need::on("s3:PutObjectTagging", [about]));
        }
        // Who may not list is not told that there is no such object.
        "HeadObject" | "GetObject" if absent() => needs.push(Need::on("s3:ListBucket", [arn(bucket)])),
        _ => {}
    }
    needs
}

/// The action and the key of each object that `DeleteObjects` is about.
fn deleted(call: &Call) -> impl Iterator<Item = (&'static str, String)> {
    let document = call.xml().ok();
    document.into_iter().flat_map(|document| {
        let objects = document.children("Object").map(|object| {
            let version = object.child_text("VersionId").is_some_and(|id| !id.is_empty());
            let action = if version { "s3:DeleteObjectVersion" } else { "s3:DeleteObject" };
            (action, object.child_text("Key").unwrap_or_default().to_owned())
        });
        objects.collect::<Vec<_>>()
    })
}

/// CloudWatch Logs.
pub(super) fn logs(call: &Call) -> Vec<Need> {
    let (name, input) = (call.operation.name, input(call));
    let action = format!("logs:{name}");
    if name == "DescribeLogGroups" {
        return vec![Need::anywhere(action)];
    }
    let group = [text(&input, "/logGroupName"), text(&input, "/logGroupIdentifier")].concat();
    let about = match text(&input, "/resourceArn") {
        "" => call.arn("logs", &format!("log-group:{group}:log-stream:")),
        arn => arn.to_owned(),
    };
    let mut needs = vec![Need::on(action, [about])];
    if name == "CreateLogGroup" && filled(&input, "/tags") {
        needs.push(Need::on("logs:TagResource", [call.arn("logs", &format!("log-group:{group}"))]));
    }
    needs
}

/// Operations of Kinesis that have no resource in the Service Authorization Reference.
const ANYWHERE: &[&str] = &[
    "ListStreams",
    "DescribeLimits",
    "UpdateShardCount",
    "UpdateStreamMode",
    "EnableEnhancedMonitoring",
    "DisableEnhancedMonitoring",
];

/// Kinesis data streams.
pub(super) fn streams(call: &Call) -> Vec<Need> {
    let (name, input) = (call.operation.name, input(call));
    let action = format!("kinesis:{name}");
    if ANYWHERE.contains(&name) {
        return vec![Need::anywhere(action)];
    }
    let arns = ["/StreamARN", "/ResourceARN", "/ConsumerARN"].map(|member| text(&input, member));
    let stream = match (arns.into_iter().find(|arn| !arn.is_empty()), text(&input, "/StreamName")) {
        (Some(arn), _) => arn.to_owned(),
        (None, stream) => call.arn("kinesis", &format!("stream/{stream}")),
    };
    let key = text(&input, "/KeyId");
    if key.is_empty() {
        let mut needs = vec![Need::on(action, [stream.clone()])];
        if name == "CreateStream" && filled(&input, "/Tags") {
            needs.push(Need::on("kinesis:AddTagsToStream", [stream]));
        }
        return needs;
    }
    let key = match key {
        arn if arn.starts_with("arn:") && arn.contains(":key/") => arn.to_owned(),
        alias if alias.contains("alias/") => call.arn("kms", "key/*"),
        id => call.arn("kms", &format!("key/{id}")),
    };
    let mut needs = vec![Need::on(action, [stream, key])];
    needs.extend(on_behalf(["kms:DescribeKey"]));
    needs
}
