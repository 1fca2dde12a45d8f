//! Writing and reading objects.

use super::bucket::Bucket;
use super::checksum::{md5_hex, verify};
use super::encryption::{ALGORITHMS, KMS};
use super::input::{check_owner, check_tags, choice_of, invalid_argument, no_bucket, not_implemented, of};
use super::version::Version;
use crate::account::Account;
use crate::answer::{Answer, Fault};
use crate::call::Call;
use crate::ids::Ids;
use crate::operation::Operation;
use crate::tags::Tags;
use crate::time::{http_date, iso8601};
use crate::wire::Xml;
use bytes::Bytes;
use percent_encoding::percent_decode_str;
use std::collections::BTreeMap;

pub(super) const OPERATIONS: &[Operation] = &[
    Operation::write("PutObject", put_object).raw_at("PUT", "/{Bucket}/{Key+}"),
    Operation::read("GetObject", get_object).raw_at("GET", "/{Bucket}/{Key+}").with_query(&READING),
    Operation::read("HeadObject", head_object).raw_at("HEAD", "/{Bucket}/{Key+}").with_query(&READING),
];

const READING: [&str; 7] = [
    "versionId",
    "response-cache-control",
    "response-content-disposition",
    "response-content-encoding",
    "response-content-language",
    "response-content-type",
    "response-expires",
];
const LONGEST_KEY: usize = 1024;
const LARGEST: usize = 5 << 30;
const MOST_METADATA: usize = 2048;
const MOST_TAGS: usize = 10;
/// Headers that come back as they went in.
const KEPT: [&str; 6] =
    ["cache-control", "content-disposition", "content-encoding", "content-language", "content-type", "expires"];
const CLASSES: [&str; 8] = [
    "STANDARD",
    "REDUCED_REDUNDANCY",
    "STANDARD_IA",
    "ONEZONE_IA",
    "INTELLIGENT_TIERING",
    "GLACIER",
    "DEEP_ARCHIVE",
    "GLACIER_IR",
];

/// The key that the call names.
pub(super) fn key(call: &Call) -> Result<&str, Fault> {
    let key = call.path("Key");
    if key.len() <= LONGEST_KEY { Ok(key) } else { Err(Fault::new(400, "KeyTooLongError", "Your key is too long")) }
}

fn quoted(etag: &str) -> String {
    format!("\"{etag}\"")
}

/// Whether an `If-Match` or `If-None-Match` header names `etag`.
fn names(header: &str, etag: &str) -> bool {
    header.split(',').map(str::trim).any(|given| given == "*" || given.trim_matches('"') == etag)
}

fn precondition_failed(condition: &str) -> Fault {
    let text = "At least one of the pre-conditions you specified did not hold";
    Fault::new(412, "PreconditionFailed", text).with_member("Condition", condition)
}

pub(super) fn no_key(key: &str) -> Fault {
    Fault::new(404, "NoSuchKey", "The specified key does not exist.").with_member("Key", key)
}

/// Refuses a write whose `If-None-Match` or `If-Match` does not hold.
pub(super) fn check_conditions(bucket: &Bucket, key: &str, call: &Call) -> Result<(), Fault> {
    let current = bucket.current(key);
    if let Some(header) = call.header("if-none-match") {
        if header != "*" {
            return Err(not_implemented("header", "If-None-Match"));
        }
        if current.is_some() {
            return Err(precondition_failed("If-None-Match"));
        }
    }
    match (call.header("if-match"), current) {
        (None, _) => Ok(()),
        (Some(_), None) => Err(no_key(key)),
        (Some(header), Some(current)) if names(header, &current.etag) => Ok(()),
        (Some(_), Some(_)) => Err(precondition_failed("If-Match")),
    }
}

/// A version as the headers of the call describe it, without content.
pub(super) fn described(bucket: &Bucket, call: &Call, ids: &mut Ids) -> Result<Version, Fault> {
    if call.header("x-amz-acl").is_some_and(|acl| !matches!(acl, "private" | "bucket-owner-full-control"))
        && bucket.ownership.as_deref() == Some("BucketOwnerEnforced")
    {
        return Err(Fault::new(400, "AccessControlListNotSupported", "The bucket does not allow ACLs"));
    }
    let mut headers = BTreeMap::new();
    let mut metadata = 0;
    for (name, value) in &call.request.headers {
        let meta = name.as_str().strip_prefix("x-amz-meta-");
        let text = String::from_utf8_lossy(value.as_bytes()).into_owned();
        metadata += meta.map_or(0, |meta| meta.len() + text.len());
        if meta.is_some() || KEPT.contains(&name.as_str()) {
            headers.insert(name.as_str().to_owned(), text);
        }
    }
    if metadata > MOST_METADATA {
        let text = "Your metadata headers exceed the maximum allowed metadata size";
        return Err(Fault::new(400, "MetadataTooLarge", text));
    }
    // How the body was framed is no part of how it is encoded.
    if let Some(encoding) = headers.get_mut("content-encoding") {
        let rest: Vec<&str> = encoding.split(',').map(str::trim).filter(|name| *name != "aws-chunked").collect();
        *encoding = rest.join(",");
    }
    headers.retain(|_, value| !value.is_empty());
    headers.entry("content-type".to_owned()).or_insert_with(|| "binary/octet-stream".to_owned());
    let tags: Tags =
        form_urlencoded::parse(call.header("x-amz-tagging").unwrap_or_default().as_bytes()).into_owned().collect();
    check_tags(&tags, MOST_TAGS)?;
    let (mut encryption, mut kms_key) = bucket.default_encryption();
    if let Some(given) = choice_of(call.header("x-amz-server-side-encryption"), &ALGORITHMS)? {
        kms_key = call.header("x-amz-server-side-encryption-aws-kms-key-id").map(str::to_owned);
        given.clone_into(&mut encryption);
    }
    let storage_class = choice_of(call.header("x-amz-storage-class"), &CLASSES)?.unwrap_or("STANDARD").to_owned();
    let id = bucket.next_version(ids);
    let modified = call.now;
    Ok(Version { id, modified, headers, encryption, kms_key, storage_class, tags, ..Version::default() })
}

/// The ETag of a whole object: its MD5, unless KMS encrypts it.
fn etag(version: &Version, bytes: &[u8], ids: &mut Ids) -> String {
    if KMS.contains(&version.encryption.as_str()) { ids.hex(32) } else { md5_hex(bytes) }
}

/// Makes `version` with `bytes` the current one of `key`.
pub(super) fn store(
    account: &mut Account,
    bucket: &str,
    key: &str,
    version: Version,
    bytes: Bytes,
) -> Result<Answer, Fault> {
    account.objects.put(bucket, key, &version.id, bytes).map_err(|error| Fault::internal(&error))?;
    let held = account.s3.buckets.get_mut(bucket).ok_or_else(|| no_bucket(bucket))?;
    let answer = identity(held, &version, Answer::empty());
    held.write(key, version);
    Ok(answer)
}

/// The headers that say which version an answer is about.
fn identity(bucket: &Bucket, version: &Version, answer: Answer) -> Answer {
    let mut answer = answer.header("etag", quoted(&version.etag));
    answer = answer.header("x-amz-server-side-encryption", &version.encryption);
    if let Some(key) = &version.kms_key {
        answer = answer.header("x-amz-server-side-encryption-aws-kms-key-id", key);
    }
    if bucket.versioning.is_some() { answer.header("x-amz-version-id", &version.id) } else { answer }
}

fn put_object(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    if call.header("x-amz-copy-source").is_some() {
        return copy_object(account, call);
    }
    let bucket = of(&mut account.s3, &account.id, call)?;
    let key = key(call)?;
    verify(call)?;
    if call.body().len() > LARGEST {
        let text = "Your proposed upload exceeds the maximum allowed size";
        return Err(Fault::new(400, "EntityTooLarge", text));
    }
    check_conditions(bucket, key, call)?;
    let mut version = described(bucket, call, &mut account.ids)?;
    version.etag = etag(&version, call.body(), &mut account.ids);
    version.size = call.body().len() as u64;
    store(account, call.path("Bucket"), key, version, call.body().clone())
}

/// The bucket, key and version that `x-amz-copy-source` names.
fn source(call: &Call) -> Result<(String, String, Option<String>), Fault> {
    let invalid = || invalid_argument("Copy Source must mention the source bucket and key: sourcebucket/sourcekey");
    let header = call.header("x-amz-copy-source").unwrap_or_default();
    let (path, version) = match header.split_once("?versionId=") {
        Some((path, version)) => (path, Some(version.to_owned())),
        None => (header, None),
    };
    let path = percent_decode_str(path).decode_utf8().map_err(|_| invalid())?;
    let (bucket, key) = path.trim_start_matches('/').split_once('/').ok_or_else(invalid)?;
    Ok((bucket.to_owned(), key.to_owned(), version))
}

fn copy_object(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    check_owner(call, "x-amz-source-expected-bucket-owner", &account.id)?;
    let bucket = of(&mut account.s3, &account.id, call)?;
    let key = key(call)?;
    check_conditions(bucket, key, call)?;
    let mut version = described(bucket, call, &mut account.ids)?;
    let (from, from_key, from_version) = source(call)?;
    let origin = account.s3.buckets.get(&from).ok_or_else(|| no_bucket(&from))?;
    let original = found(origin, &from_key, from_version.as_deref())?.clone();
    let directive = |name: &str| choice_of(call.header(name), &["COPY", "REPLACE"]);
    let replaces = directive("x-amz-metadata-directive")? == Some("REPLACE");
    let same = from == call.path("Bucket") && from_key == key && from_version.is_none();
    if same && !replaces && call.header("x-amz-storage-class").is_none() {
        let text = "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.";
        return Err(Fault::new(400, "InvalidRequest", text));
    }
    if !replaces {
        version.headers = original.headers;
    }
    if directive("x-amz-tagging-directive")? != Some("REPLACE") {
        version.tags = original.tags;
    }
    let bytes = account.objects.get(&from, &from_key, &original.id).map_err(|error| Fault::internal(&error))?;
    version.etag = etag(&version, &bytes, &mut account.ids);
    version.size = bytes.len() as u64;
    let xml = Xml::new().text("ETag", quoted(&version.etag)).text("LastModified", iso8601(version.modified));
    let stored = store(account, call.path("Bucket"), key, version, bytes)?;
    let headers = stored.headers.into_iter().filter(|(name, _)| name != "etag");
    Ok(headers.fold(Answer::document("CopyObjectResult", xml), |answer, (name, value)| answer.header(&name, value)))
}

/// The version `id` of `key`, or the current one.
pub(super) fn found<'a>(bucket: &'a Bucket, key: &str, id: Option<&str>) -> Result<&'a Version, Fault> {
    let versions = bucket.objects.get(key);
    let Some(id) = id else {
        let current = versions.and_then(|versions| versions.last()).ok_or_else(|| no_key(key))?;
        if current.marker {
            return Err(no_key(key)
                .with_header("x-amz-delete-marker", "true")
                .with_header("x-amz-version-id", &current.id));
        }
        return Ok(current);
    };
    let missing = || {
        let fault = Fault::new(404, "NoSuchVersion", "The specified version does not exist.");
        fault.with_member("Key", key).with_member("VersionId", id)
    };
    let version = versions.and_then(|all| all.iter().find(|version| version.id == id)).ok_or_else(missing)?;
    if version.marker {
        let text = "The specified method is not allowed against this resource.";
        let fault = Fault::new(405, "MethodNotAllowed", text).with_header("x-amz-delete-marker", "true");
        return Err(fault.with_header("allow", "DELETE"));
    }
    Ok(version)
}

/// The version that a reading call is about, and the headers of the answer.
fn read<'a>(bucket: &'a Bucket, call: &Call) -> Result<(&'a Version, Answer), Fault> {
    let version = found(bucket, key(call)?, call.query("versionId"))?;
    if call.header("if-match").is_some_and(|header| !names(header, &version.etag)) {
        return Err(precondition_failed("If-Match"));
    }
    if call.header("if-none-match").is_some_and(|header| names(header, &version.etag)) {
        return Err(Fault::new(304, "NotModified", "Not Modified").with_header("etag", quoted(&version.etag)));
    }
    let mut answer = identity(bucket, version, Answer::empty()).header("accept-ranges", "bytes");
    answer = answer.header("last-modified", http_date(version.modified));
    if version.storage_class != "STANDARD" {
        answer = answer.header("x-amz-storage-class", &version.storage_class);
    }
    if !version.tags.is_empty() {
        answer = answer.header("x-amz-tagging-count", version.tags.len().to_string());
    }
    for (name, value) in &version.headers {
        let asked = call.query(&format!("response-{name}"));
        answer = answer.header(name, asked.unwrap_or(value));
    }
    Ok((version, answer))
}

/// The first and last byte that `Range: bytes=..` asks for. A header that cannot be read asks for everything.
fn range(header: &str, size: u64) -> Result<Option<(u64, u64)>, Fault> {
    let Some((first, last)) = header.strip_prefix("bytes=").and_then(|range| range.split_once('-')) else {
        return Ok(None);
    };
    let (first, last) = match (first.parse::<u64>(), last.parse::<u64>()) {
        (Ok(first), Ok(last)) if first <= last => (first, last.min(size.saturating_sub(1))),
        (Ok(first), Err(_)) if last.is_empty() => (first, size.saturating_sub(1)),
        (Err(_), Ok(last)) if first.is_empty() => (size.saturating_sub(last), size.saturating_sub(1)),
        _ => return Ok(None),
    };
    if first >= size {
        return Err(Fault::new(416, "InvalidRange", "The requested range is not satisfiable"));
    }
    Ok(Some((first, last)))
}

fn get_object(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let bucket = of(&mut account.s3, &account.id, call)?;
    let (version, mut answer) = read(bucket, call)?;
    let bytes = account.objects.get(&bucket.name, call.path("Key"), &version.id);
    let mut bytes = bytes.map_err(|error| Fault::internal(&error))?;
    let asked = call.header("range").map(|header| range(header, version.size)).transpose()?.flatten();
    if let Some((first, last)) = asked {
        answer = answer.status(206).header("content-range", format!("bytes {first}-{last}/{}", version.size));
        let end = usize::try_from(last + 1).unwrap_or(usize::MAX).min(bytes.len());
        bytes = bytes.slice(usize::try_from(first).unwrap_or(usize::MAX).min(end)..end);
    }
    Ok(Answer { body: Answer::raw(bytes).body, ..answer })
}

fn head_object(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let bucket = of(&mut account.s3, &account.id, call)?;
    let (version, answer) = read(bucket, call)?;
    Ok(answer.header("content-length", version.size.to_string()))
}
