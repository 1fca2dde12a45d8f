//! The default encryption of a bucket.

use super::bucket::Bucket;
use super::input::{choice, document, flag, invalid_argument, malformed_xml, of};
use super::node::Node;
use crate::account::Account;
use crate::answer::{Answer, Fault};
use crate::call::Call;
use crate::operation::Operation;

pub(super) const OPERATIONS: &[Operation] = &[
    Operation::write("PutBucketEncryption", put_bucket_encryption).raw_at("PUT", "/{Bucket}?encryption"),
    Operation::read("GetBucketEncryption", get_bucket_encryption).raw_at("GET", "/{Bucket}?encryption"),
    Operation::write("DeleteBucketEncryption", delete_bucket_encryption).raw_at("DELETE", "/{Bucket}?encryption"),
];

/// What can be asked for; [`KMS`] with a key of KMS.
pub(super) const ALGORITHMS: [&str; 3] = ["AES256", "aws:kms", "aws:kms:dsse"];
pub(super) const KMS: [&str; 2] = ["aws:kms", "aws:kms:dsse"];

/// The one rule of a new bucket: keys of S3's own, and none of the writers'.
pub(super) fn default() -> Node {
    rule("AES256", None, false, "SSE-C")
}

fn rule(algorithm: &str, key: Option<&str>, bucket_key: bool, blocked: &str) -> Node {
    let mut apply = vec![Node::text("SSEAlgorithm", algorithm)];
    apply.extend(key.map(|key| Node::text("KMSMasterKeyID", key)));
    Node::of(
        "Rule",
        vec![
            Node::of("ApplyServerSideEncryptionByDefault", apply),
            Node::text("BucketKeyEnabled", bucket_key.to_string()),
            Node::of("BlockedEncryptionTypes", vec![Node::text("EncryptionType", blocked)]),
        ],
    )
}

impl Bucket {
    /// The algorithm and the KMS key of objects whose writer says nothing.
    pub(super) fn default_encryption(&self) -> (String, Option<String>) {
        let apply = self.encryption.child("ApplyServerSideEncryptionByDefault");
        let text = |name: &str| apply.and_then(|apply| apply.child(name)).map(|node| node.text.clone());
        (text("SSEAlgorithm").unwrap_or_else(|| "AES256".to_owned()), text("KMSMasterKeyID"))
    }
}

fn put_bucket_encryption(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let bucket = of(&mut account.s3, &account.id, call)?;
    let element = document(call, "ServerSideEncryptionConfiguration", &["Rule"])?;
    let [given] = element.children.as_slice() else { return Err(malformed_xml()) };
    let known = ["ApplyServerSideEncryptionByDefault", "BucketKeyEnabled", "BlockedEncryptionTypes"];
    if given.stranger(&known).is_some() {
        return Err(malformed_xml());
    }
    let apply = given.child("ApplyServerSideEncryptionByDefault").ok_or_else(malformed_xml)?;
    if apply.stranger(&["SSEAlgorithm", "KMSMasterKeyID"]).is_some() {
        return Err(malformed_xml());
    }
    let algorithm = choice(apply, "SSEAlgorithm", &ALGORITHMS)?.ok_or_else(malformed_xml)?;
    let key = apply.child_text("KMSMasterKeyID");
    if key.is_some() && !KMS.contains(&algorithm) {
        let text = "a KMSMasterKeyID is not applicable if the default sse algorithm is not aws:kms or aws:kms:dsse";
        return Err(invalid_argument(text));
    }
    let kept = bucket.encryption.child("BlockedEncryptionTypes").and_then(|types| types.child("EncryptionType"));
    let kept = kept.map_or("NONE", |kind| kind.text.as_str());
    let blocked = match given.child("BlockedEncryptionTypes") {
        Some(types) => choice(types, "EncryptionType", &["NONE", "SSE-C"])?.ok_or_else(malformed_xml)?,
        None => kept,
    };
    bucket.encryption = rule(algorithm, key, flag(given, "BucketKeyEnabled")?.unwrap_or(false), blocked);
    Ok(Answer::empty())
}

fn get_bucket_encryption(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let bucket = of(&mut account.s3, &account.id, call)?;
    let rules = Node::of("", vec![bucket.encryption.clone()]);
    Ok(Answer::document("ServerSideEncryptionConfiguration", rules.inner()))
}

fn delete_bucket_encryption(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    of(&mut account.s3, &account.id, call)?.encryption = default();
    Ok(Answer::empty().status(204))
}
