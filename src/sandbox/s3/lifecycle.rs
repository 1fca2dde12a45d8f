//! The lifecycle of a bucket's objects. Rules are checked and kept; time does not carry them out.

use super::input::{choice, document, flag, invalid_argument, malformed_xml, number, of, tags};
use super::node::Node;
use crate::account::Account;
use crate::answer::{Answer, Fault};
use crate::call::Call;
use crate::operation::Operation;
use crate::wire::Element;
use std::collections::BTreeSet;

pub(super) const OPERATIONS: &[Operation] = &[
    Operation::write("PutBucketLifecycleConfiguration", put_bucket_lifecycle_configuration)
        .raw_at("PUT", "/{Bucket}?lifecycle"),
    Operation::read("GetBucketLifecycleConfiguration", get_bucket_lifecycle_configuration)
        .raw_at("GET", "/{Bucket}?lifecycle"),
    Operation::write("DeleteBucketLifecycle", delete_bucket_lifecycle).raw_at("DELETE", "/{Bucket}?lifecycle"),
];

const SMALLEST: &str = "x-amz-transition-default-minimum-object-size";
const ACTIONS: [&str; 5] = [
    "Expiration",
    "Transition",
    "NoncurrentVersionExpiration",
    "NoncurrentVersionTransition",
    "AbortIncompleteMultipartUpload",
];
const CLASSES: [&str; 6] =
    ["GLACIER", "STANDARD_IA", "ONEZONE_IA", "INTELLIGENT_TIERING", "DEEP_ARCHIVE", "GLACIER_IR"];

fn invalid_request(message: &str) -> Fault {
    Fault::new(400, "InvalidRequest", message)
}

/// Refuses elements with other names than `known` inside `element`.
fn only(element: &Element, known: &[&str]) -> Result<(), Fault> {
    if element.stranger(known).is_some() { Err(malformed_xml()) } else { Ok(()) }
}

fn positive(element: &Element, name: &str, action: &str) -> Result<Option<i64>, Fault> {
    match number(element, name)? {
        Some(days) if days <= 0 => {
            Err(invalid_argument(format!("'{name}' for {action} action must be a positive integer")))
        }
        other => Ok(other),
    }
}

fn check_rule(rule: &Element) -> Result<(), Fault> {
    let mut known = vec!["ID", "Status", "Filter", "Prefix"];
    known.extend(ACTIONS);
    only(rule, &known)?;
    choice(rule, "Status", &["Enabled", "Disabled"])?.ok_or_else(malformed_xml)?;
    if rule.child_text("ID").is_some_and(|id| id.chars().count() > 255) {
        return Err(invalid_argument("ID length should not exceed allowed limit of 255"));
    }
    let tagged = match (rule.child("Filter"), rule.child("Prefix")) {
        (Some(filter), None) => check_filter(filter)?,
        (None, Some(_)) => false,
        _ => return Err(malformed_xml()),
    };
    if !rule.children.iter().any(|child| ACTIONS.contains(&child.name.as_str())) {
        return Err(invalid_request("At least one action needs to be specified in a rule"));
    }
    if tagged && rule.child("AbortIncompleteMultipartUpload").is_some() {
        return Err(invalid_request("AbortIncompleteMultipartUpload cannot be specified with Tags."));
    }
    let last = check_transitions(rule, "Transition", "Days")?;
    check_transitions(rule, "NoncurrentVersionTransition", "NoncurrentDays")?;
    if let Some(expiration) = rule.child("Expiration") {
        check_expiration(expiration, tagged, last)?;
    }
    if let Some(expiration) = rule.child("NoncurrentVersionExpiration") {
        only(expiration, &["NoncurrentDays", "NewerNoncurrentVersions"])?;
        positive(expiration, "NoncurrentDays", "NoncurrentVersionExpiration")?.ok_or_else(malformed_xml)?;
        if number(expiration, "NewerNoncurrentVersions")?.is_some_and(|count| !(1..=100).contains(&count)) {
            return Err(invalid_argument("'NewerNoncurrentVersions' must be between 1 and 100"));
        }
    }
    if let Some(abort) = rule.child("AbortIncompleteMultipartUpload") {
        only(abort, &["DaysAfterInitiation"])?;
        positive(abort, "DaysAfterInitiation", "AbortIncompleteMultipartUpload")?.ok_or_else(malformed_xml)?;
    }
    Ok(())
}

/// Whether the filter names tags.
fn check_filter(filter: &Element) -> Result<bool, Fault> {
    let sizes = ["ObjectSizeGreaterThan", "ObjectSizeLessThan"];
    only(filter, &["Prefix", "Tag", "And", sizes[0], sizes[1]])?;
    if filter.children.len() > 1 {
        return Err(malformed_xml());
    }
    let (inside, tagged) = match filter.child("And") {
        Some(and) => {
            only(and, &["Prefix", "Tag", sizes[0], sizes[1]])?;
            if and.children.len() < 2 {
                return Err(malformed_xml());
            }
            (and, and.child("Tag").is_some())
        }
        None => (filter, filter.child("Tag").is_some()),
    };
    tags(inside, 50)?;
    let (least, most) = (number(inside, sizes[0])?, number(inside, sizes[1])?);
    if let (Some(least), Some(most)) = (least, most)
        && least >= most
    {
        return Err(invalid_request("'ObjectSizeLessThan' has to be a value greater than 'ObjectSizeGreaterThan'."));
    }
    Ok(tagged)
}

/// The days of the last transition called `name`.
fn check_transitions(rule: &Element, name: &str, days: &str) -> Result<Option<i64>, Fault> {
    let mut last = None;
    let mut classes = BTreeSet::new();
    for transition in rule.children(name) {
        let known: &[&str] = match name {
            "Transition" => &["Days", "Date", "StorageClass"],
            _ => &["NoncurrentDays", "NewerNoncurrentVersions", "StorageClass"],
        };
        only(transition, known)?;
        let class = choice(transition, "StorageClass", &CLASSES)?.ok_or_else(malformed_xml)?;
        if !classes.insert(class) {
            return Err(invalid_request("'StorageClass' must be different for 'Transition' actions in same 'Rule'"));
        }
        if transition.child("Date").is_some() {
            continue;
        }
        let after = number(transition, days)?.ok_or_else(malformed_xml)?;
        if after < 0 {
            return Err(invalid_argument(format!("'{days}' for {name} action must be nonnegative")));
        }
        if class.ends_with("_IA") && after < 30 {
            let text =
                format!("'{days}' in {name} action must be greater than or equal to 30 for storageClass '{class}'");
            return Err(invalid_argument(text));
        }
        last = last.max(Some(after));
    }
    Ok(last)
}

fn check_expiration(expiration: &Element, tagged: bool, last_transition: Option<i64>) -> Result<(), Fault> {
    only(expiration, &["Days", "Date", "ExpiredObjectDeleteMarker"])?;
    if expiration.children.len() != 1 {
        return Err(malformed_xml());
    }
    if flag(expiration, "ExpiredObjectDeleteMarker")?.is_some() && tagged {
        return Err(invalid_request("ExpiredObjectDeleteMarker cannot be specified with Tags."));
    }
    let days = positive(expiration, "Days", "Expiration")?;
    if let (Some(days), Some(last)) = (days, last_transition)
        && days <= last
    {
        let text = "'Days' in the Expiration action for filter must be greater than 'Days' in the Transition action";
        return Err(invalid_argument(text));
    }
    Ok(())
}

fn put_bucket_lifecycle_configuration(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let bucket = of(&mut account.s3, &account.id, call)?;
    let element = document(call, "LifecycleConfiguration", &["Rule"])?;
    if !(1..=1000).contains(&element.children.len()) {
        return Err(malformed_xml());
    }
    let mut ids = BTreeSet::new();
    for rule in &element.children {
        check_rule(rule)?;
        if let Some(id) = rule.child_text("ID")
            && !ids.insert(id)
        {
            return Err(invalid_argument("Rule ID must be unique. Found same ID for more than one rule"));
        }
    }
    let smallest = call.header(SMALLEST).unwrap_or("all_storage_classes_128K");
    if !["all_storage_classes_128K", "varies_by_storage_class"].contains(&smallest) {
        return Err(invalid_argument(format!("Invalid {SMALLEST} header: {smallest}")));
    }
    let mut rules = Node::from(&element);
    for rule in rules.children.iter_mut().filter(|rule| rule.child("ID").is_none()) {
        rule.children.insert(0, Node::text("ID", account.ids.uuid()));
    }
    bucket.lifecycle = Some(rules);
    bucket.smallest_transition = smallest.to_owned();
    Ok(Answer::empty().header(SMALLEST, smallest))
}

fn get_bucket_lifecycle_configuration(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let bucket = of(&mut account.s3, &account.id, call)?;
    let missing = || Fault::new(404, "NoSuchLifecycleConfiguration", "The lifecycle configuration does not exist");
    let rules = bucket.lifecycle.as_ref().ok_or_else(missing)?;
    Ok(Answer::document("LifecycleConfiguration", rules.inner()).header(SMALLEST, &bucket.smallest_transition))
}

fn delete_bucket_lifecycle(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    of(&mut account.s3, &account.id, call)?.lifecycle = None;
    Ok(Answer::empty().status(204))
}
