//! What the operations of S3 have in common in their inputs and outputs.

use super::State;
use super::bucket::Bucket;
use crate::answer::Fault;
use crate::call::Call;
use crate::tags::{self, Tags};
use crate::wire::{Element, Xml};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use sha2::{Digest, Sha256};

/// `x-amz-` headers that are known; a name ending in `-` stands for all that begin with it. Others mean functions that the
/// sandbox does not have.
const HEADERS: &[&str] = &[
    "x-amz-acl",
    "x-amz-bucket-namespace",
    "x-amz-bucket-object-lock-enabled",
    "x-amz-checksum-",
    "x-amz-confirm-remove-self-bucket-access",
    "x-amz-content-sha256",
    "x-amz-copy-source",
    "x-amz-date",
    "x-amz-decoded-content-length",
    "x-amz-expected-bucket-owner",
    "x-amz-meta-",
    "x-amz-metadata-directive",
    "x-amz-object-attributes",
    "x-amz-object-ownership",
    "x-amz-optional-object-attributes",
    "x-amz-request-payer",
    "x-amz-sdk-",
    "x-amz-security-token",
    "x-amz-server-side-encryption",
    "x-amz-server-side-encryption-aws-kms-key-id",
    "x-amz-server-side-encryption-bucket-key-enabled",
    "x-amz-storage-class",
    "x-amz-tagging",
    "x-amz-tagging-directive",
    "x-amz-te",
    "x-amz-trailer",
    "x-amz-transition-default-minimum-object-size",
    "x-amz-user-agent",
];

/// The bucket that the call names, in the region it was signed for.
///
/// # Errors
/// `NoSuchBucket`, `PermanentRedirect`, `AccessDenied`, or `NotImplemented` for headers that are not known.
pub(super) fn of<'a>(s3: &'a mut State, owner: &str, call: &Call) -> Result<&'a mut Bucket, Fault> {
    check_headers(call)?;
    check_owner(call, "x-amz-expected-bucket-owner", owner)?;
    let name = call.path("Bucket");
    if s3.foreign.contains(name) {
        return Err(denied());
    }
    let bucket = s3.buckets.get_mut(name).ok_or_else(|| no_bucket(name))?;
    if bucket.region != call.region {
        let text = "The bucket you are attempting to access must be addressed using the specified endpoint. Please send all future requests to this endpoint.";
        let endpoint = format!("{name}.s3.{}.amazonaws.com", bucket.region);
        let fault = Fault::new(301, "PermanentRedirect", text).with_header("x-amz-bucket-region", &bucket.region);
        return Err(fault.with_member("Endpoint", endpoint).with_member("Bucket", name));
    }
    Ok(bucket)
}

/// Refuses headers that mean functions the sandbox does not have.
pub(super) fn check_headers(call: &Call) -> Result<(), Fault> {
    let known = |name: &str| {
        HEADERS.iter().any(|header| if header.ends_with('-') { name.starts_with(header) } else { name == *header })
    };
    let names = call.request.headers.keys().map(|name| name.as_str());
    match names.into_iter().find(|name| name.starts_with("x-amz-") && !known(name)) {
        None => Ok(()),
        Some(name) => Err(not_implemented("header", name)),
    }
}

/// Refuses a bucket whose owner is not who the header says.
pub(super) fn check_owner(call: &Call, header: &str, owner: &str) -> Result<(), Fault> {
    if call.header(header).is_none_or(|expected| expected == owner) { Ok(()) } else { Err(denied()) }
}

/// A refusal because of a function the sandbox does not have.
pub(super) fn not_implemented(what: &str, name: &str) -> Fault {
    let text = format!("A {what} you provided implies functionality that is not implemented: {name}");
    Fault::new(501, "NotImplemented", text)
}

pub(super) fn denied() -> Fault {
    Fault::new(403, "AccessDenied", "Access Denied")
}

pub(super) fn no_bucket(name: &str) -> Fault {
    Fault::new(404, "NoSuchBucket", "The specified bucket does not exist").with_member("BucketName", name)
}

pub(super) fn malformed_xml() -> Fault {
    let text = "The XML you provided was not well-formed or did not validate against our published schema";
    Fault::new(400, "MalformedXML", text)
}

pub(super) fn invalid_argument(message: impl Into<String>) -> Fault {
    Fault::new(400, "InvalidArgument", message)
}

/// The body, whose root element must be called `root` and hold nothing but `children`.
pub(super) fn document(call: &Call, root: &str, children: &[&str]) -> Result<Element, Fault> {
    super::checksum::verify(call)?;
    let element = call.xml()?;
    if element.name == root && element.stranger(children).is_none() { Ok(element) } else { Err(malformed_xml()) }
}

/// The text of the element called `name`, which must be one of `values` when it is there.
pub(super) fn choice<'a>(element: &'a Element, name: &str, values: &[&str]) -> Result<Option<&'a str>, Fault> {
    match element.child_text(name) {
        Some(text) if !values.contains(&text) => Err(malformed_xml()),
        other => Ok(other),
    }
}

/// The header value `given`, which must be one of `values` when it is there.
pub(super) fn choice_of<'a>(given: Option<&'a str>, values: &[&str]) -> Result<Option<&'a str>, Fault> {
    match given {
        Some(text) if !values.contains(&text) => Err(invalid_argument(format!("{text} is not one of {values:?}"))),
        other => Ok(other),
    }
}

/// The boolean of the element called `name`.
pub(super) fn flag(element: &Element, name: &str) -> Result<Option<bool>, Fault> {
    Ok(choice(element, name, &["true", "false"])?.map(|text| text == "true"))
}

/// The number of the element called `name`.
pub(super) fn number(element: &Element, name: &str) -> Result<Option<i64>, Fault> {
    element.child_text(name).map(|text| text.trim().parse().map_err(|_| malformed_xml())).transpose()
}

/// The tags that are the elements `Tag` of `set`, at most `most`.
pub(super) fn tags(set: &Element, most: usize) -> Result<Tags, Fault> {
    let mut tags = Tags::new();
    for tag in set.children("Tag") {
        let (Some(key), Some(value)) = (tag.child_text("Key"), tag.child_text("Value")) else {
            return Err(malformed_xml());
        };
        if tag.stranger(&["Key", "Value"]).is_some() {
            return Err(malformed_xml());
        }
        if tags.insert(key.to_owned(), value.to_owned()).is_some() {
            return Err(Fault::new(400, "InvalidTag", "Cannot provide multiple Tags with the same key"));
        }
    }
    check_tags(&tags, most)?;
    Ok(tags)
}

/// Refuses tags that cannot be, or more than `most`.
pub(super) fn check_tags(tags: &Tags, most: usize) -> Result<(), Fault> {
    if tags.len() > most {
        let text = if most == 10 {
            "Object tags cannot be greater than 10".to_owned()
        } else {
            format!("Bucket tag count cannot be greater than {most}")
        };
        return Err(Fault::new(400, "BadRequest", text));
    }
    tags::check(tags).map_err(|reason| Fault::new(400, "InvalidTag", reason))
}

/// `TagSet` of an output.
pub(super) fn tag_set(tags: &Tags) -> Xml {
    let tag = |(key, value): (&String, &String)| Xml::new().text("Key", key).text("Value", value);
    Xml::new().list("TagSet", "Tag", tags.iter().map(tag))
}

/// The canonical id of the account.
pub(super) fn owner_id(account: &str) -> String {
    Sha256::digest(account).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// `Owner` of an output.
pub(super) fn owner(account: &str) -> Xml {
    Xml::new().text("ID", owner_id(account))
}

/// What may stand for itself in a key when the answer is to be encoded.
const IN_KEYS: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'/').remove(b'~').remove(b'*');

/// How keys are written into an answer: percent-encoded when `encoding-type=url` asks for it.
///
/// # Errors
/// `InvalidArgument` for another encoding.
pub(super) fn key_writer(call: &Call) -> Result<fn(&str) -> String, Fault> {
    match call.query("encoding-type") {
        None => Ok(str::to_owned),
        Some("url") => Ok(|key| utf8_percent_encode(key, IN_KEYS).to_string()),
        Some(_) => Err(invalid_argument("Invalid Encoding Method specified in Request")),
    }
}

/// The query parameter `name` as a number from 0 to 1000; larger ones count as 1000.
pub(super) fn limit(call: &Call, name: &str) -> Result<usize, Fault> {
    let Some(text) = call.query(name) else { return Ok(1000) };
    let number: usize = text
        .parse()
        .map_err(|_| invalid_argument(format!("Provided {name} not an integer or within integer range")))?;
    Ok(number.min(1000))
}
