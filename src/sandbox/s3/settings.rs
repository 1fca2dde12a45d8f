//! Settings of a bucket that are a few words each: versioning, public access block, ownership, tags.

use super::input::{choice, document, flag, malformed_xml, not_implemented, of, tag_set, tags};
use crate::account::Account;
use crate::answer::{Answer, Fault};
use crate::call::Call;
use crate::operation::Operation;
use crate::tags as common;
use crate::wire::Xml;

pub(super) const OPERATIONS: &[Operation] = &[
    Operation::write("PutBucketVersioning", put_bucket_versioning).raw_at("PUT", "/{Bucket}?versioning"),
    Operation::read("GetBucketVersioning", get_bucket_versioning).raw_at("GET", "/{Bucket}?versioning"),
    Operation::write("PutPublicAccessBlock", put_public_access_block).raw_at("PUT", "/{Bucket}?publicAccessBlock"),
    Operation::read("GetPublicAccessBlock", get_public_access_block).raw_at("GET", "/{Bucket}?publicAccessBlock"),
    Operation::write("DeletePublicAccessBlock", delete_public_access_block)
        .raw_at("DELETE", "/{Bucket}?publicAccessBlock"),
    Operation::write("PutBucketOwnershipControls", put_bucket_ownership_controls)
        .raw_at("PUT", "/{Bucket}?ownershipControls"),
    Operation::read("GetBucketOwnershipControls", get_bucket_ownership_controls)
        .raw_at("GET", "/{Bucket}?ownershipControls"),
    Operation::write("DeleteBucketOwnershipControls", delete_bucket_ownership_controls)
        .raw_at("DELETE", "/{Bucket}?ownershipControls"),
    Operation::write("PutBucketTagging", put_bucket_tagging).raw_at("PUT", "/{Bucket}?tagging"),
    Operation::read("GetBucketTagging", get_bucket_tagging).raw_at("GET", "/{Bucket}?tagging"),
    Operation::write("DeleteBucketTagging", delete_bucket_tagging).raw_at("DELETE", "/{Bucket}?tagging"),
];

/// The ways of owning objects.
pub(super) const OWNERSHIPS: [&str; 3] = ["BucketOwnerEnforced", "BucketOwnerPreferred", "ObjectWriter"];

fn put_bucket_versioning(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let bucket = of(&mut account.s3, &account.id, call)?;
    let element = document(call, "VersioningConfiguration", &["Status", "MfaDelete"])?;
    if choice(&element, "MfaDelete", &["Enabled", "Disabled"])? == Some("Enabled") {
        return Err(not_implemented("parameter", "MfaDelete"));
    }
    let Some(status) = choice(&element, "Status", &["Enabled", "Suspended"])? else {
        let text = "The Versioning element must be specified";
        return Err(Fault::new(400, "IllegalVersioningConfigurationException", text));
    };
    bucket.versioning = Some(status.to_owned());
    Ok(Answer::empty())
}

fn get_bucket_versioning(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let bucket = of(&mut account.s3, &account.id, call)?;
    let xml = Xml::new().optional("Status", bucket.versioning.as_ref());
    Ok(Answer::document("VersioningConfiguration", xml))
}

const BLOCKS: [&str; 4] = ["BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"];

fn put_public_access_block(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let bucket = of(&mut account.s3, &account.id, call)?;
    let element = document(call, "PublicAccessBlockConfiguration", &BLOCKS)?;
    let mut flags = [false; 4];
    for (given, name) in flags.iter_mut().zip(BLOCKS) {
        *given = flag(&element, name)?.unwrap_or(false);
    }
    bucket.public_access_block = Some(flags);
    Ok(Answer::empty())
}

fn get_public_access_block(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let bucket = of(&mut account.s3, &account.id, call)?;
    let missing = || {
        let text = "The public access block configuration was not found";
        Fault::new(404, "NoSuchPublicAccessBlockConfiguration", text)
    };
    let flags = bucket.public_access_block.ok_or_else(missing)?;
    let xml = BLOCKS.iter().zip(flags).fold(Xml::new(), |xml, (name, flag)| xml.text(name, flag));
    Ok(Answer::document("PublicAccessBlockConfiguration", xml))
}

fn delete_public_access_block(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    of(&mut account.s3, &account.id, call)?.public_access_block = None;
    Ok(Answer::empty().status(204))
}

fn put_bucket_ownership_controls(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let bucket = of(&mut account.s3, &account.id, call)?;
    let element = document(call, "OwnershipControls", &["Rule"])?;
    let [rule] = element.children.as_slice() else { return Err(malformed_xml()) };
    let ownership = choice(rule, "ObjectOwnership", &OWNERSHIPS)?.ok_or_else(malformed_xml)?;
    bucket.ownership = Some(ownership.to_owned());
    Ok(Answer::empty())
}

fn get_bucket_ownership_controls(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let bucket = of(&mut account.s3, &account.id, call)?;
    let missing = || Fault::new(404, "OwnershipControlsNotFoundError", "The bucket ownership controls were not found");
    let rule = Xml::new().text("ObjectOwnership", bucket.ownership.as_ref().ok_or_else(missing)?);
    Ok(Answer::document("OwnershipControls", Xml::new().element("Rule", rule)))
}

fn delete_bucket_ownership_controls(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    of(&mut account.s3, &account.id, call)?.ownership = None;
    Ok(Answer::empty().status(204))
}

fn put_bucket_tagging(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let bucket = of(&mut account.s3, &account.id, call)?;
    let element = document(call, "Tagging", &["TagSet"])?;
    bucket.tags = tags(element.child("TagSet").ok_or_else(malformed_xml)?, common::MOST)?;
    Ok(Answer::empty().status(204))
}

fn get_bucket_tagging(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let bucket = of(&mut account.s3, &account.id, call)?;
    if bucket.tags.is_empty() {
        let fault = Fault::new(404, "NoSuchTagSet", "The TagSet does not exist");
        return Err(fault.with_member("BucketName", bucket.name.as_str()));
    }
    Ok(Answer::document("Tagging", tag_set(&bucket.tags)))
}

fn delete_bucket_tagging(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    of(&mut account.s3, &account.id, call)?.tags.clear();
    Ok(Answer::empty().status(204))
}
