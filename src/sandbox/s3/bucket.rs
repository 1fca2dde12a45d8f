//! Buckets themselves.

use super::input::{check_headers, document, invalid_argument, malformed_xml, not_implemented, of, owner, tags};
use super::multipart::Upload;
use super::node::Node;
use super::version::Version;
use super::{encryption, settings};
use crate::account::Account;
use crate::answer::{Answer, Fault};
use crate::call::Call;
use crate::clock::SECOND;
use crate::operation::Operation;
use crate::tags::{self as common, Tags};
use crate::time::iso8601;
use crate::wire::Xml;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A bucket.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Bucket {
    /// Unique everywhere.
    pub name: String,
    /// Where it is.
    pub region: String,
    /// In milliseconds of virtual time since the epoch.
    pub created: u64,
    /// Its tags.
    pub tags: Tags,
    /// `Enabled` or `Suspended`; `None` when it never was.
    pub versioning: Option<String>,
    /// Its four flags against public access, in the order of the API; `None` when they were taken off.
    pub public_access_block: Option<[bool; 4]>,
    /// `BucketOwnerEnforced`, ..; `None` when it was taken off.
    pub ownership: Option<String>,
    /// Its policy as it was given.
    pub policy: Option<String>,
    /// The rules of its default encryption.
    pub encryption: Node,
    /// The rules of its lifecycle.
    pub lifecycle: Option<Node>,
    /// The smallest objects that lifecycle transitions move.
    pub smallest_transition: String,
    /// The versions of each object, the current one last.
    pub objects: BTreeMap<String, Vec<Version>>,
    /// Uploads in parts that are not finished, by id.
    pub uploads: BTreeMap<String, Upload>,
}

pub(super) const OPERATIONS: &[Operation] = &[
    Operation::read("ListBuckets", list_buckets).raw_at("GET", "/").with_query(&[
        "prefix",
        "bucket-region",
        "max-buckets",
        "continuation-token",
    ]),
    Operation::write("CreateBucket", create_bucket).raw_at("PUT", "/{Bucket}"),
    Operation::read("HeadBucket", head_bucket).raw_at("HEAD", "/{Bucket}"),
    Operation::read("GetBucketLocation", get_bucket_location).raw_at("GET", "/{Bucket}?location"),
    Operation::write("DeleteBucket", delete_bucket).raw_at("DELETE", "/{Bucket}"),
];

/// How long the name of a deleted bucket cannot be used again.
const LEAVING: u64 = 20 * SECOND;
const MOST_BUCKETS: usize = 10_000;

/// Whether `name` can be the name of a bucket (AWS.md §2.4).
fn is_name(name: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'.' || byte == b'-';
    let edge = |character: Option<char>| character.is_some_and(|character| character.is_ascii_alphanumeric());
    let address = name.split('.').count() == 4 && name.split('.').all(|part| part.parse::<u8>().is_ok());
    let prefixes = ["xn--", "sthree-", "amzn-s3-demo-"];
    let suffixes = ["-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3"];
    (3..=63).contains(&name.len())
        && name.bytes().all(allowed)
        && edge(name.chars().next())
        && edge(name.chars().last())
        && !name.contains("..")
        && !address
        && !prefixes.iter().any(|prefix| name.starts_with(prefix))
        && !suffixes.iter().any(|suffix| name.ends_with(suffix))
}

/// The region that a creation asks for, and the tags.
fn configuration(call: &Call) -> Result<(String, Tags), Fault> {
    let mut constraint = None;
    let mut tagged = Tags::new();
    if !call.body().is_empty() {
        let known = ["LocationConstraint", "Tags", "Location", "Bucket"];
        let element = document(call, "CreateBucketConfiguration", &known)?;
        if element.child("Location").or(element.child("Bucket")).is_some() {
            return Err(not_implemented("parameter", "directory buckets"));
        }
        constraint = element.child_text("LocationConstraint").map(str::to_owned);
        if let Some(set) = element.child("Tags") {
            tagged = tags(set, common::MOST)?;
        }
    }
    let invalid = || Fault::new(400, "InvalidLocationConstraint", "The specified location-constraint is not valid");
    let illegal = |constraint: &str| {
        let text = format!(
            "The {constraint} location constraint is incompatible for the region specific endpoint this request was sent to."
        );
        Fault::new(400, "IllegalLocationConstraintException", text)
    };
    match (constraint.as_deref(), call.region.as_str()) {
        (Some("us-east-1" | ""), _) => Err(invalid()),
        (None, "us-east-1") => Ok((call.region.clone(), tagged)),
        (None, _) => Err(illegal("unspecified")),
        (Some(given), region) if given == region => Ok((call.region.clone(), tagged)),
        (Some(given), "us-east-1") => Ok((given.to_owned(), tagged)),
        (Some(given), _) => Err(illegal(given)),
    }
}

fn create_bucket(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    check_headers(call)?;
    let name = call.path("Bucket");
    if !is_name(name) {
        let fault = Fault::new(400, "InvalidBucketName", "The specified bucket is not valid.");
        return Err(fault.with_member("BucketName", name));
    }
    let (region, tags) = configuration(call)?;
    let ownership = call.header("x-amz-object-ownership").unwrap_or("BucketOwnerEnforced");
    if !settings::OWNERSHIPS.contains(&ownership) {
        return Err(invalid_argument(format!("Invalid x-amz-object-ownership header: {ownership}")));
    }
    if call.header("x-amz-bucket-object-lock-enabled").is_some_and(|flag| flag.eq_ignore_ascii_case("true")) {
        return Err(not_implemented("header", "x-amz-bucket-object-lock-enabled"));
    }
    if call.header("x-amz-bucket-namespace").is_some_and(|namespace| namespace != "global") {
        return Err(not_implemented("header", "x-amz-bucket-namespace"));
    }
    if call.header("x-amz-acl").is_some_and(|acl| acl != "private") {
        let text = "Bucket cannot have ACLs set with ObjectOwnership's BucketOwnerEnforced setting";
        return Err(Fault::new(400, "InvalidBucketAclWithObjectOwnership", text));
    }
    if account.s3.foreign.contains(name) {
        let text = "The requested bucket name is not available. The bucket namespace is shared by all users of the system. Please select a different name and try again.";
        return Err(Fault::new(409, "BucketAlreadyExists", text).with_member("BucketName", name));
    }
    let answer = Answer::empty().header("location", format!("/{name}"));
    let answer = answer.header("x-amz-bucket-arn", format!("arn:aws:s3:::{name}"));
    if let Some(bucket) = account.s3.buckets.get(name) {
        // For the sake of old clients, and only there (API model).
        if bucket.region == "us-east-1" && region == "us-east-1" {
            return Ok(answer);
        }
        let text = "Your previous request to create the named bucket succeeded and you already own it.";
        return Err(Fault::new(409, "BucketAlreadyOwnedByYou", text).with_member("BucketName", name));
    }
    account.s3.leaving.retain(|_, until| *until > call.now);
    if account.s3.leaving.contains_key(name) {
        let text =
            "A conflicting conditional operation is currently in progress against this resource. Please try again.";
        return Err(Fault::new(409, "OperationAborted", text));
    }
    if account.s3.buckets.len() >= MOST_BUCKETS {
        let text = "You have attempted to create more buckets than allowed";
        return Err(Fault::new(400, "TooManyBuckets", text));
    }
    let bucket = Bucket {
        name: name.to_owned(),
        region,
        created: call.now,
        tags,
        public_access_block: Some([true; 4]),
        ownership: Some(ownership.to_owned()),
        encryption: encryption::default(),
        smallest_transition: "all_storage_classes_128K".to_owned(),
        ..Bucket::default()
    };
    account.s3.buckets.insert(name.to_owned(), bucket);
    Ok(answer)
}

fn head_bucket(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let bucket = of(&mut account.s3, &account.id, call)?;
    let answer = Answer::empty().header("x-amz-bucket-region", &bucket.region);
    Ok(answer.header("x-amz-bucket-arn", format!("arn:aws:s3:::{}", bucket.name)))
}

fn get_bucket_location(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    // Asked in any region, because it is how one finds out which it is.
    check_headers(call)?;
    let name = call.path("Bucket");
    let bucket = account.s3.buckets.get(name).ok_or_else(|| super::input::no_bucket(name))?;
    let region = if bucket.region == "us-east-1" { "" } else { &bucket.region };
    Ok(Answer::raw(format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<LocationConstraint xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">{region}</LocationConstraint>"
    ))
    .header("content-type", "application/xml"))
}

fn delete_bucket(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let bucket = of(&mut account.s3, &account.id, call)?;
    if !bucket.objects.is_empty() {
        let text = match bucket.versioning {
            None => "The bucket you tried to delete is not empty",
            Some(_) => "The bucket you tried to delete is not empty. You must delete all versions in the bucket.",
        };
        return Err(Fault::new(409, "BucketNotEmpty", text).with_member("BucketName", bucket.name.as_str()));
    }
    let name = bucket.name.clone();
    account.s3.buckets.remove(&name);
    account.objects.remove_bucket(&name);
    account.s3.leaving.insert(name, call.now.saturating_add(LEAVING));
    Ok(Answer::empty().status(204))
}

fn list_buckets(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    check_headers(call)?;
    let size: Option<usize> =
        call.query("max-buckets").map(|text| text.parse().map_err(|_| malformed_xml())).transpose()?;
    if size.is_some_and(|size| !(1..=10_000).contains(&size)) {
        return Err(invalid_argument("Argument max-buckets must be an integer between 1 and 10000"));
    }
    let prefix = call.query("prefix");
    let paged = size.is_some() || prefix.is_some() || call.query("bucket-region").is_some();
    let after = call.query("continuation-token").unwrap_or_default();
    let fits = |bucket: &&Bucket| {
        let region = call.query("bucket-region").is_none_or(|region| bucket.region == region);
        region && bucket.name.starts_with(prefix.unwrap_or_default()) && bucket.name.as_str() > after
    };
    let size = size.unwrap_or(10_000);
    let mut found: Vec<&Bucket> = account.s3.buckets.values().filter(fits).take(size + 1).collect();
    let more = found.len() > size;
    found.truncate(size);
    let bucket = |bucket: &&Bucket| {
        let xml = Xml::new().text("Name", &bucket.name).text("CreationDate", iso8601(bucket.created));
        let xml = if paged { xml.text("BucketRegion", &bucket.region) } else { xml };
        xml.text("BucketArn", format!("arn:aws:s3:::{}", bucket.name))
    };
    let xml = Xml::new().list("Buckets", "Bucket", found.iter().map(bucket)).element("Owner", owner(&account.id));
    let token = found.last().filter(|_| more).map(|bucket| &bucket.name);
    Ok(Answer::document("ListAllMyBucketsResult", xml.optional("Prefix", prefix).optional("ContinuationToken", token)))
}
