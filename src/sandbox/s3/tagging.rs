//! The tags of objects.

use super::input::{document, malformed_xml, of, tag_set, tags};
use super::object::{found, key};
use super::version::Version;
use crate::account::Account;
use crate::answer::{Answer, Fault};
use crate::call::Call;
use crate::operation::Operation;
use crate::tags::Tags;

pub(super) const OPERATIONS: &[Operation] = &[
    Operation::write("PutObjectTagging", put_object_tagging)
        .raw_at("PUT", "/{Bucket}/{Key+}?tagging")
        .with_query(&["versionId"]),
    Operation::read("GetObjectTagging", get_object_tagging)
        .raw_at("GET", "/{Bucket}/{Key+}?tagging")
        .with_query(&["versionId"]),
    Operation::write("DeleteObjectTagging", delete_object_tagging)
        .raw_at("DELETE", "/{Bucket}/{Key+}?tagging")
        .with_query(&["versionId"]),
];

const MOST: usize = 10;

fn named(versioned: bool, version: &Version, answer: Answer) -> Answer {
    if versioned { answer.header("x-amz-version-id", &version.id) } else { answer }
}

fn set(account: &mut Account, call: &Call, tags: Tags, answer: Answer) -> Result<Answer, Fault> {
    let bucket = of(&mut account.s3, &account.id, call)?;
    let key = key(call)?;
    let id = found(bucket, key, call.query("versionId"))?.id.clone();
    let versioned = bucket.versioning.is_some();
    let mut versions = bucket.objects.get_mut(key).into_iter().flatten();
    match versions.find(|version| version.id == id) {
        None => Ok(answer),
        Some(version) => {
            version.tags = tags;
            Ok(named(versioned, version, answer))
        }
    }
}

fn put_object_tagging(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let element = document(call, "Tagging", &["TagSet"])?;
    let tags = tags(element.child("TagSet").ok_or_else(malformed_xml)?, MOST)?;
    set(account, call, tags, Answer::empty())
}

fn get_object_tagging(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let bucket = of(&mut account.s3, &account.id, call)?;
    let version = found(bucket, key(call)?, call.query("versionId"))?;
    Ok(named(bucket.versioning.is_some(), version, Answer::document("Tagging", tag_set(&version.tags))))
}

fn delete_object_tagging(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    set(account, call, Tags::new(), Answer::empty().status(204))
}
