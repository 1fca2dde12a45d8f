//! Uploads in parts.

use super::bucket::Bucket;
use super::checksum::{md5_hex, verify};
use super::encryption::KMS;
use super::input::{document, invalid_argument, key_writer, limit, malformed_xml, no_bucket, number, of, owner};
use super::listing::question;
use super::object::{check_conditions, described, key, store};
use super::version::Version;
use crate::account::Account;
use crate::answer::{Answer, Fault};
use crate::call::Call;
use crate::operation::Operation;
use crate::time::iso8601;
use crate::wire::Xml;
use bytes::{Bytes, BytesMut};
use md5::{Digest, Md5};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// An upload that is not finished.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Upload {
    /// What is being uploaded.
    pub key: String,
    /// When it was begun, in milliseconds of virtual time since the epoch.
    pub begun: u64,
    /// The object it will be.
    pub version: Version,
    /// ETag and size of each part by number.
    pub parts: BTreeMap<u32, (String, u64)>,
}

pub(super) const OPERATIONS: &[Operation] =
    &[
        Operation::write("CreateMultipartUpload", create_multipart_upload).raw_at("POST", "/{Bucket}/{Key+}?uploads"),
        Operation::write("UploadPart", upload_part).raw_at("PUT", "/{Bucket}/{Key+}?partNumber&uploadId"),
        Operation::write("CompleteMultipartUpload", complete_multipart_upload)
            .raw_at("POST", "/{Bucket}/{Key+}?uploadId"),
        Operation::write("AbortMultipartUpload", abort_multipart_upload).raw_at("DELETE", "/{Bucket}/{Key+}?uploadId"),
        Operation::read("ListParts", list_parts)
            .raw_at("GET", "/{Bucket}/{Key+}?uploadId")
            .with_query(&["max-parts", "part-number-marker"]),
        Operation::read("ListMultipartUploads", list_multipart_uploads)
            .raw_at("GET", "/{Bucket}?uploads")
            .with_query(&["prefix", "delimiter", "key-marker", "upload-id-marker", "max-uploads", "encoding-type"]),
    ];

/// Where the bytes of parts lie until they are put together; no bucket can be called so.
const PARTS: &str = ".uploads";
const SMALLEST_PART: u64 = 5 << 20;
const MOST_PARTS: u32 = 10_000;

fn no_upload(id: &str) -> Fault {
    let text = "The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.";
    Fault::new(404, "NoSuchUpload", text).with_member("UploadId", id)
}

/// The upload of the call's key that the call names.
fn upload<'a>(bucket: &'a mut Bucket, call: &Call) -> Result<&'a mut Upload, Fault> {
    let id = call.query("uploadId").unwrap_or_default();
    let key = key(call)?;
    bucket.uploads.get_mut(id).filter(|upload| upload.key == key).ok_or_else(|| no_upload(id))
}

fn create_multipart_upload(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let bucket = of(&mut account.s3, &account.id, call)?;
    let key = key(call)?;
    let version = described(bucket, call, &mut account.ids)?;
    let id = account.ids.base36(40);
    let xml = Xml::new().text("Bucket", &bucket.name).text("Key", key).text("UploadId", &id);
    let answer = Answer::document("InitiateMultipartUploadResult", xml);
    let answer = answer.header("x-amz-server-side-encryption", &version.encryption);
    let upload = Upload { key: key.to_owned(), begun: call.now, version, parts: BTreeMap::new() };
    bucket.uploads.insert(id, upload);
    Ok(answer)
}

fn upload_part(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let bucket = of(&mut account.s3, &account.id, call)?;
    verify(call)?;
    if call.header("x-amz-copy-source").is_some() {
        return Err(super::input::not_implemented("header", "x-amz-copy-source"));
    }
    let number = call.query("partNumber").and_then(|text| text.parse().ok());
    let number = number.filter(|number| (1..=MOST_PARTS).contains(number)).ok_or_else(|| {
        invalid_argument(format!("Part number must be an integer between 1 and {MOST_PARTS}, inclusive"))
    })?;
    let upload = upload(bucket, call)?;
    let etag = md5_hex(call.body());
    upload.parts.insert(number, (etag.clone(), call.body().len() as u64));
    let id = call.query("uploadId").unwrap_or_default();
    let put = account.objects.put(PARTS, id, &number.to_string(), call.body().clone());
    put.map_err(|error| Fault::internal(&error))?;
    Ok(Answer::empty().header("etag", format!("\"{etag}\"")))
}

/// Drops an upload and the bytes of its parts.
fn forget(account: &mut Account, bucket: &str, id: &str) -> Option<Upload> {
    let upload = account.s3.buckets.get_mut(bucket)?.uploads.remove(id)?;
    for number in upload.parts.keys() {
        account.objects.remove(PARTS, id, &number.to_string(), None);
    }
    Some(upload)
}

/// The numbers of the parts that the body names, which must be there and fit.
fn chosen(call: &Call, upload: &Upload) -> Result<Vec<u32>, Fault> {
    let element = document(call, "CompleteMultipartUpload", &["Part"])?;
    let mut chosen: Vec<u32> = Vec::new();
    for part in &element.children {
        let given =
            number(part, "PartNumber")?.and_then(|given| u32::try_from(given).ok()).ok_or_else(malformed_xml)?;
        let etag = part.child_text("ETag").ok_or_else(malformed_xml)?.trim_matches('"');
        if chosen.last().is_some_and(|last| *last >= given) {
            let text = "The list of parts was not in ascending order. Parts must be ordered by part number.";
            return Err(Fault::new(400, "InvalidPartOrder", text));
        }
        if upload.parts.get(&given).is_none_or(|(known, _)| known != etag) {
            let text = "One or more of the specified parts could not be found. The part may not have been uploaded, or the specified entity tag may not match the part's entity tag.";
            return Err(Fault::new(400, "InvalidPart", text).with_member("PartNumber", given));
        }
        chosen.push(given);
    }
    let Some((_, all_but_last)) = chosen.split_last() else { return Err(malformed_xml()) };
    if all_but_last.iter().any(|number| upload.parts[number].1 < SMALLEST_PART) {
        let text = "Your proposed upload is smaller than the minimum allowed size";
        return Err(Fault::new(400, "EntityTooSmall", text));
    }
    Ok(chosen)
}

fn complete_multipart_upload(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let bucket = of(&mut account.s3, &account.id, call)?;
    let key = key(call)?;
    check_conditions(bucket, key, call)?;
    let name = bucket.name.clone();
    let id = call.query("uploadId").unwrap_or_default();
    let upload = upload(bucket, call)?.clone();
    let chosen = chosen(call, &upload)?;
    let mut bytes = BytesMut::new();
    let mut digests = Md5::new();
    for number in &chosen {
        let part: Bytes =
            account.objects.get(PARTS, id, &number.to_string()).map_err(|error| Fault::internal(&error))?;
        digests.update(Md5::digest(&part));
        bytes.extend_from_slice(&part);
    }
    let mut version = upload.version;
    let digest: String = digests.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    let digest = if KMS.contains(&version.encryption.as_str()) { account.ids.hex(32) } else { digest };
    version.etag = format!("{digest}-{}", chosen.len());
    version.size = bytes.len() as u64;
    version.modified = call.now;
    let xml = Xml::new()
        .text("Location", format!("https://{name}.s3.{}.amazonaws.com/{key}", call.region))
        .text("Bucket", &name)
        .text("Key", key)
        .text("ETag", format!("\"{}\"", version.etag));
    let stored = store(account, &name, key, version, bytes.freeze())?;
    forget(account, &name, id);
    let headers = stored.headers.into_iter().filter(|(name, _)| name != "etag");
    let answer = Answer::document("CompleteMultipartUploadResult", xml);
    Ok(headers.fold(answer, |answer, (name, value)| answer.header(&name, value)))
}

fn abort_multipart_upload(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let bucket = of(&mut account.s3, &account.id, call)?;
    upload(bucket, call)?;
    let id = call.query("uploadId").unwrap_or_default();
    forget(account, call.path("Bucket"), id).ok_or_else(|| no_bucket(call.path("Bucket")))?;
    Ok(Answer::empty().status(204))
}

fn list_parts(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let owner = owner(&account.id);
    let bucket = of(&mut account.s3, &account.id, call)?;
    let name = bucket.name.clone();
    let upload = upload(bucket, call)?;
    let size = limit(call, "max-parts")?;
    let after: u32 = call.query("part-number-marker").map_or(Ok(0), str::parse).map_err(|_| malformed_xml())?;
    let rest: Vec<_> = upload.parts.range(after.saturating_add(1)..).take(size + 1).collect();
    let more = rest.len() > size;
    let shown = &rest[..rest.len().min(size)];
    let part = |(number, (etag, size)): &(&u32, &(String, u64))| {
        let xml = Xml::new().text("PartNumber", number).text("LastModified", iso8601(upload.begun));
        xml.text("ETag", format!("\"{etag}\"")).text("Size", size)
    };
    let xml = Xml::new()
        .text("Bucket", name)
        .text("Key", &upload.key)
        .text("UploadId", call.query("uploadId").unwrap_or_default())
        .element("Initiator", owner.clone())
        .element("Owner", owner)
        .text("StorageClass", &upload.version.storage_class)
        .text("PartNumberMarker", after)
        .optional("NextPartNumberMarker", shown.last().filter(|_| more).map(|(number, _)| number))
        .text("MaxParts", size)
        .text("IsTruncated", more)
        .each("Part", shown.iter().map(part));
    Ok(Answer::document("ListPartsResult", xml))
}

fn list_multipart_uploads(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let owner = owner(&account.id);
    let bucket = of(&mut account.s3, &account.id, call)?;
    let (write, size) = (key_writer(call)?, limit(call, "max-uploads")?);
    if call.query("delimiter").is_some() {
        return Err(super::input::not_implemented("parameter", "delimiter"));
    }
    let prefix = call.query("prefix").unwrap_or_default();
    let marker = (call.query("key-marker").unwrap_or_default(), call.query("upload-id-marker").unwrap_or_default());
    let mut all: Vec<(&str, &str, &Upload)> =
        bucket.uploads.iter().map(|(id, upload)| (upload.key.as_str(), id.as_str(), upload)).collect();
    all.sort_by_key(|(key, id, _)| (*key, *id));
    let beyond = |key: &str, id: &str| if marker.1.is_empty() { key > marker.0 } else { (key, id) > marker };
    all.retain(|(key, id, _)| key.starts_with(prefix) && (marker.0.is_empty() || beyond(key, id)));
    let more = all.len() > size;
    all.truncate(size);
    let last = all.last().filter(|_| more);
    let xml = question(call, write)
        .text("Bucket", &bucket.name)
        .text("KeyMarker", write(marker.0))
        .text("UploadIdMarker", marker.1)
        .optional("NextKeyMarker", last.map(|(key, _, _)| write(key)))
        .optional("NextUploadIdMarker", last.map(|(_, id, _)| id))
        .text("MaxUploads", size)
        .text("IsTruncated", more);
    let line = |(key, id, upload): &(&str, &str, &Upload)| {
        Xml::new()
            .text("Key", write(key))
            .text("UploadId", id)
            .element("Initiator", owner.clone())
            .element("Owner", owner.clone())
            .text("StorageClass", &upload.version.storage_class)
            .text("Initiated", iso8601(upload.begun))
    };
    Ok(Answer::document("ListMultipartUploadsResult", xml.each("Upload", all.iter().map(line))))
}
