//! Deleting objects, one or many.

use super::input::{document, flag, malformed_xml, of};
use super::object::{check_conditions, key};
use super::version::Removed;
use crate::account::Account;
use crate::answer::{Answer, Fault};
use crate::call::Call;
use crate::operation::Operation;
use crate::wire::{Element, Xml};

pub(super) const OPERATIONS: &[Operation] = &[
    Operation::write("DeleteObject", delete_object).raw_at("DELETE", "/{Bucket}/{Key+}").with_query(&["versionId"]),
    Operation::write("DeleteObjects", delete_objects).raw_at("POST", "/{Bucket}?delete"),
];

const MOST: usize = 1000;

/// Deletes `key`, or one version of it for good, with its bytes.
fn remove(account: &mut Account, call: &Call, key: &str, version: Option<&str>) -> Result<Removed, Fault> {
    let bucket = of(&mut account.s3, &account.id, call)?;
    let removed = match version {
        Some(id) => bucket.remove_version(key, id),
        None => bucket.remove(key, call.now, &mut account.ids),
    };
    let current = bucket.current(key).map(|version| version.id.clone());
    for id in &removed.bytes {
        account.objects.remove(call.path("Bucket"), key, id, current.as_deref());
    }
    if current.is_none() {
        account.objects.hide(call.path("Bucket"), key);
    }
    Ok(removed)
}

fn delete_object(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let key = key(call)?;
    check_conditions(of(&mut account.s3, &account.id, call)?, key, call)?;
    let removed = remove(account, call, key, call.query("versionId"))?;
    let mut answer = Answer::empty().status(204);
    if removed.marker {
        answer = answer.header("x-amz-delete-marker", "true");
    }
    Ok(match removed.version {
        Some(version) => answer.header("x-amz-version-id", version),
        None => answer,
    })
}

fn delete_objects(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    of(&mut account.s3, &account.id, call)?;
    if !super::checksum::given(call) {
        let text = "Missing required header for this request: Content-MD5 OR x-amz-checksum-*";
        return Err(Fault::new(400, "InvalidRequest", text));
    }
    let element = document(call, "Delete", &["Object", "Quiet"])?;
    let quiet = flag(&element, "Quiet")?.unwrap_or(false);
    let objects: Vec<_> = element.children("Object").collect();
    let known = |object: &&Element| {
        object.stranger(&["Key", "VersionId"]).is_none() && object.child_text("Key").is_some_and(|key| !key.is_empty())
    };
    if !(1..=MOST).contains(&objects.len()) || !objects.iter().all(known) {
        return Err(malformed_xml());
    }
    let mut xml = Xml::new();
    for object in objects {
        let key = object.child_text("Key").unwrap_or_default();
        let version = object.child_text("VersionId").filter(|id| !id.is_empty());
        let removed = remove(account, call, key, version)?;
        if quiet {
            continue;
        }
        let mut deleted = Xml::new().text("Key", key).optional("VersionId", version);
        if removed.marker {
            deleted = deleted.text("DeleteMarker", true).optional("DeleteMarkerVersionId", removed.version);
        }
        xml = xml.element("Deleted", deleted);
    }
    Ok(Answer::document("DeleteResult", xml))
}
