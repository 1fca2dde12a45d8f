//! Listing objects and their versions.

use super::bucket::Bucket;
use super::input::{invalid_argument, key_writer, limit, of, owner};
use super::version::Version;
use crate::account::Account;
use crate::answer::{Answer, Fault};
use crate::call::Call;
use crate::operation::Operation;
use crate::time::iso8601;
use crate::wire::Xml;
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;

pub(super) const OPERATIONS: &[Operation] = &[
    Operation::read("ListObjects", list_objects).raw_at("GET", "/{Bucket}").with_query(&[
        "prefix",
        "delimiter",
        "marker",
        "max-keys",
        "encoding-type",
    ]),
    Operation::read("ListObjectsV2", list_objects_v2).raw_at("GET", "/{Bucket}?list-type=2").with_query(&[
        "prefix",
        "delimiter",
        "start-after",
        "continuation-token",
        "max-keys",
        "fetch-owner",
        "encoding-type",
    ]),
    Operation::read("ListObjectVersions", list_object_versions).raw_at("GET", "/{Bucket}?versions").with_query(&[
        "prefix",
        "delimiter",
        "key-marker",
        "version-id-marker",
        "max-keys",
        "encoding-type",
    ]),
];

/// One line of a listing.
pub(super) enum Line<T> {
    Item(String, T),
    /// All that begin with this, up to the delimiter.
    Common(String),
}

impl<T> Line<T> {
    pub(super) fn key(&self) -> &str {
        match self {
            Self::Item(key, _) | Self::Common(key) => key,
        }
    }
}

/// The first `size` lines of `items` (in order of their keys), and whether there are more.
pub(super) fn lines<T>(call: &Call, items: impl Iterator<Item = (String, T)>, size: usize) -> (Vec<Line<T>>, bool) {
    let prefix = call.query("prefix").unwrap_or_default();
    let delimiter = call.query("delimiter").filter(|delimiter| !delimiter.is_empty());
    let mut lines: Vec<Line<T>> = Vec::new();
    for (key, item) in items {
        let Some(rest) = key.strip_prefix(prefix) else { continue };
        let folder =
            delimiter.and_then(|delimiter| Some(&key[..prefix.len() + rest.find(delimiter)? + delimiter.len()]));
        let line = match folder {
            Some(folder) => match lines.last() {
                Some(Line::Common(last)) if last == folder => continue,
                _ => Line::Common(folder.to_owned()),
            },
            None => Line::Item(key, item),
        };
        if lines.len() == size {
            return (lines, true);
        }
        lines.push(line);
    }
    (lines, false)
}

/// The current versions after the key or common prefix `after`.
fn current(bucket: &Bucket, after: Option<&str>, delimiter: Option<&str>) -> impl Iterator<Item = (String, Version)> {
    let beyond = move |key: &str| match after {
        None => true,
        // A whole folder has been listed when its prefix was the last line.
        Some(after) if delimiter.is_some_and(|delimiter| !delimiter.is_empty() && after.ends_with(delimiter)) => {
            key > after && !key.starts_with(after)
        }
        Some(after) => key > after,
    };
    let keys = bucket.objects.keys().filter(move |key| beyond(key));
    keys.filter_map(|key| Some((key.clone(), bucket.current(key)?.clone())))
}

fn object(key: &str, version: &Version) -> Xml {
    Xml::new()
        .text("Key", key)
        .text("LastModified", iso8601(version.modified))
        .text("ETag", format!("\"{}\"", version.etag))
        .text("Size", version.size)
}

/// `Contents` and `CommonPrefixes`.
fn contents(lines: &[Line<Version>], write: fn(&str) -> String, owner: Option<&Xml>) -> Xml {
    let (mut objects, mut folders) = (Xml::new(), Xml::new());
    for line in lines {
        match line {
            Line::Item(key, version) => {
                let mut xml = object(&write(key), version).text("StorageClass", &version.storage_class);
                if let Some(owner) = owner {
                    xml = xml.element("Owner", owner.clone());
                }
                objects = objects.element("Contents", xml);
            }
            Line::Common(folder) => {
                folders = folders.element("CommonPrefixes", Xml::new().text("Prefix", write(folder)));
            }
        }
    }
    objects.append(folders)
}

/// What every listing says about the question.
pub(super) fn question(call: &Call, write: fn(&str) -> String) -> Xml {
    Xml::new()
        .text("Prefix", write(call.query("prefix").unwrap_or_default()))
        .optional("Delimiter", call.query("delimiter").map(write))
        .optional("EncodingType", call.query("encoding-type"))
}

fn list_objects(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let owner = owner(&account.id);
    let bucket = of(&mut account.s3, &account.id, call)?;
    let (write, size) = (key_writer(call)?, limit(call, "max-keys")?);
    let marker = call.query("marker");
    let (lines, more) = lines(call, current(bucket, marker, call.query("delimiter")), size);
    let xml = question(call, write)
        .text("Name", &bucket.name)
        .text("Marker", write(marker.unwrap_or_default()))
        .text("MaxKeys", size)
        .text("IsTruncated", more && size > 0);
    // Without a delimiter the last key is the marker, and AWS leaves it to the client to see that.
    let next = lines.last().filter(|_| more && call.query("delimiter").is_some()).map(|line| write(line.key()));
    let xml = xml.optional("NextMarker", next);
    Ok(Answer::document("ListBucketResult", xml.append(contents(&lines, write, Some(&owner)))))
}

fn list_objects_v2(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let owner = owner(&account.id);
    let bucket = of(&mut account.s3, &account.id, call)?;
    let (write, size) = (key_writer(call)?, limit(call, "max-keys")?);
    let token = call.query("continuation-token");
    let decoded = token.map(|token| {
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(token).ok();
        let key = bytes.and_then(|bytes| String::from_utf8(bytes).ok());
        key.ok_or_else(|| invalid_argument("The continuation token provided is incorrect"))
    });
    let decoded = decoded.transpose()?;
    let after = decoded.as_deref().or(call.query("start-after"));
    let (lines, more) = lines(call, current(bucket, after, call.query("delimiter")), size);
    let next = lines.last().filter(|_| more).map(|line| BASE64_URL_SAFE_NO_PAD.encode(line.key()));
    let xml = question(call, write)
        .text("Name", &bucket.name)
        .text("MaxKeys", size)
        .text("KeyCount", lines.len())
        .text("IsTruncated", next.is_some())
        .optional("ContinuationToken", token)
        .optional("NextContinuationToken", next)
        .optional("StartAfter", call.query("start-after").map(write));
    let owner = Some(&owner).filter(|_| call.query("fetch-owner") == Some("true"));
    Ok(Answer::document("ListBucketResult", xml.append(contents(&lines, write, owner))))
}

fn list_object_versions(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let owner = owner(&account.id);
    let bucket = of(&mut account.s3, &account.id, call)?;
    let (write, size) = (key_writer(call)?, limit(call, "max-keys")?);
    let (key_marker, version_marker) = (call.query("key-marker"), call.query("version-id-marker"));
    if version_marker.is_some() && key_marker.is_none() {
        return Err(invalid_argument("A version-id marker cannot be specified without a key marker."));
    }
    let folder = |key: &str| {
        let delimiter = call.query("delimiter").filter(|delimiter| !delimiter.is_empty());
        delimiter.is_some_and(|delimiter| key.ends_with(delimiter))
    };
    let mut all: Vec<(String, (Version, bool))> = Vec::new();
    for (key, versions) in &bucket.objects {
        let skipped =
            key_marker.is_some_and(|marker| key.as_str() < marker || folder(marker) && key.starts_with(marker));
        if skipped || (key_marker == Some(key) && version_marker.is_none()) {
            continue;
        }
        let mut listed = key_marker != Some(key);
        for (index, version) in versions.iter().rev().enumerate() {
            if listed {
                all.push((key.clone(), (version.clone(), index == 0)));
            }
            listed |= version_marker == Some(version.id.as_str());
        }
    }
    let (lines, more) = lines(call, all.into_iter(), size);
    let mut xml = question(call, write)
        .text("Name", &bucket.name)
        .text("KeyMarker", write(key_marker.unwrap_or_default()))
        .text("VersionIdMarker", version_marker.unwrap_or_default())
        .text("MaxKeys", size)
        .text("IsTruncated", more && size > 0);
    if let Some(last) = lines.last().filter(|_| more) {
        xml = xml.text("NextKeyMarker", write(last.key()));
        if let Line::Item(_, (version, _)) = last {
            xml = xml.text("NextVersionIdMarker", &version.id);
        }
    }
    let mut folders = Xml::new();
    for line in &lines {
        match line {
            Line::Item(key, (version, latest)) if version.marker => {
                let marker = Xml::new().text("Key", write(key)).text("VersionId", &version.id).text("IsLatest", latest);
                let marker = marker.text("LastModified", iso8601(version.modified));
                xml = xml.element("DeleteMarker", marker.element("Owner", owner.clone()));
            }
            Line::Item(key, (version, latest)) => {
                let item = object(&write(key), version).text("StorageClass", "STANDARD");
                let item = item.text("VersionId", &version.id).text("IsLatest", latest);
                xml = xml.element("Version", item.element("Owner", owner.clone()));
            }
            Line::Common(folder) => {
                folders = folders.element("CommonPrefixes", Xml::new().text("Prefix", write(folder)));
            }
        }
    }
    Ok(Answer::document("ListVersionsResult", xml.append(folders)))
}
