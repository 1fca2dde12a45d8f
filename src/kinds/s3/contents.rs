//! What is in a bucket: every version of every object, page by page.

use super::object::Object;
use crate::aws::{self, Class, Cx, Error, found};
use crate::resource::Named;
use aws_sdk_s3::types::{Delete, MultipartUpload, ObjectIdentifier};
use std::collections::{BTreeMap, BTreeSet};

/// One version of an object, or a delete marker.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub key: String,
    /// `null` in a bucket that keeps none.
    pub version: String,
    /// Without its quotes; empty for a delete marker.
    pub etag: String,
    /// Whether it is the current one.
    pub latest: bool,
    /// Whether it only says that the object is deleted.
    pub marker: bool,
}

/// Where a listing goes on.
#[derive(Clone, Debug, Default)]
pub(super) struct Next {
    key: Option<String>,
    version: Option<String>,
}

/// At most 1000 entries whose keys begin with `prefix`, and where the next ones begin. With `flat`, without those whose keys
/// have a further slash. `None` when there is no such bucket.
pub(super) async fn page(
    cx: &Cx,
    bucket: &str,
    prefix: &str,
    flat: bool,
    from: Next,
) -> aws::Result<Option<(Vec<Entry>, Option<Next>)>> {
    let call = cx.s3().list_object_versions().bucket(bucket).set_delimiter(flat.then(|| "/".into()));
    let call = call.set_prefix(Some(prefix.to_owned()).filter(|prefix| !prefix.is_empty()));
    let call = call.set_key_marker(from.key).set_version_id_marker(from.version);
    let Some(answer) = found(call.send().await.map_err(Error::from))? else { return Ok(None) };
    let more = answer.is_truncated.unwrap_or(false);
    let next = more.then_some(Next { key: answer.next_key_marker, version: answer.next_version_id_marker });
    let versions = answer.versions.unwrap_or_default().into_iter().map(|version| Entry {
        key: version.key.unwrap_or_default(),
        version: version.version_id.unwrap_or_default(),
        etag: unquoted(version.e_tag.as_deref()),
        latest: version.is_latest.unwrap_or(false),
        marker: false,
    });
    let markers = answer.delete_markers.unwrap_or_default().into_iter().map(|marker| Entry {
        key: marker.key.unwrap_or_default(),
        version: marker.version_id.unwrap_or_default(),
        etag: String::new(),
        latest: marker.is_latest.unwrap_or(false),
        marker: true,
    });
    Ok(Some((versions.chain(markers).collect(), next)))
}

/// An ETag as it is compared.
pub(super) fn unquoted(etag: Option<&str>) -> String {
    etag.unwrap_or_default().trim_matches('"').to_owned()
}

/// The tags of one version.
pub(super) async fn tags(cx: &Cx, bucket: &str, entry: &Entry) -> aws::Result<Option<BTreeMap<String, String>>> {
    let call = cx.s3().get_object_tagging().bucket(bucket).key(&entry.key).version_id(&entry.version);
    let answer = found(call.send().await.map_err(Error::from))?;
    Ok(answer.map(|answer| answer.tag_set.into_iter().map(|tag| (tag.key, tag.value)).collect()))
}

/// Deletes `entries` for good.
pub(super) async fn delete(cx: &Cx, bucket: &str, entries: &[Entry]) -> aws::Result<()> {
    for some in entries.chunks(1000) {
        let objects: Result<Vec<_>, _> = some
            .iter()
            .map(|entry| ObjectIdentifier::builder().key(&entry.key).version_id(&entry.version).build())
            .collect();
        let delete = Delete::builder().set_objects(Some(objects?)).quiet(true).build()?;
        let answer = cx.s3().delete_objects().bucket(bucket).delete(delete).send().await?;
        if let Some(refused) = answer.errors.unwrap_or_default().into_iter().next() {
            let (key, code) = (refused.key.unwrap_or_default(), refused.code.unwrap_or_default());
            let message = format!("cannot delete `{key}` in {bucket}: {}", refused.message.unwrap_or_default());
            return Err(Error::new(&code, message, aws::classify(&code)));
        }
    }
    Ok(())
}

/// Deletes everything that is in the bucket, uploads that were never finished too.
pub(super) async fn clear(cx: &Cx, bucket: &str) -> aws::Result<()> {
    // What is listed is gone before the next look, so each look begins at the front.
    while let Some((entries, _)) = page(cx, bucket, "", false, Next::default()).await? {
        if entries.is_empty() {
            break;
        }
        delete(cx, bucket, &entries).await?;
    }
    while let Some(uploads) = unfinished(cx, bucket).await? {
        for upload in uploads {
            let call = cx.s3().abort_multipart_upload().bucket(bucket).set_key(upload.key);
            found(call.set_upload_id(upload.upload_id).send().await.map_err(Error::from))?;
        }
    }
    Ok(())
}

/// Uploads that were never finished, if there are any.
async fn unfinished(cx: &Cx, bucket: &str) -> aws::Result<Option<Vec<MultipartUpload>>> {
    let answer = found(cx.s3().list_multipart_uploads().bucket(bucket).send().await.map_err(Error::from))?;
    Ok(answer.and_then(|answer| answer.uploads).filter(|uploads| !uploads.is_empty()))
}

/// Deletes what the stack's own objects left in the bucket: old versions and delete markers.
///
/// # Errors
/// Of the class `Invalid` when there is anything else, which then all stays.
pub(super) async fn clear_own(cx: &Cx, bucket: &str) -> aws::Result<()> {
    let (mut all, mut checked) = (vec![], BTreeSet::new());
    let mut next = Some(Next::default());
    while let Some(from) = next {
        let Some((entries, after)) = page(cx, bucket, "", false, from).await? else { return Ok(()) };
        for entry in entries.iter().filter(|entry| !entry.marker) {
            let first = checked.insert(entry.key.clone());
            let tags = if first { tags(cx, bucket, entry).await? } else { None };
            if tags.is_some_and(|tags| !ours(cx, &tags)) {
                let message = format!(
                    "{bucket} still holds objects that the manifest does not list, such as `{}`; \
                     to delete them all with it, set `force_destroy: true` and apply first",
                    entry.key
                );
                return Err(Error::new("BucketNotEmpty", message, Class::Invalid));
            }
        }
        all.extend(entries);
        next = after;
    }
    delete(cx, bucket, &all).await
}

/// Whether `tags` are those of an object of the stack.
pub(super) fn ours(cx: &Cx, tags: &BTreeMap<String, String>) -> bool {
    cx.owner(Object::NAME, tags).is_some()
}
