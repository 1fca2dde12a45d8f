//! What the operations of IAM have in common in their inputs and outputs.

use super::PROPAGATION;
use crate::account::Account;
use crate::answer::Fault;
use crate::tags::{self, Tags};
use crate::wire::{Params, Xml};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// The parameter `name`, 1 to `longest` of `[\w+=,.@-]`.
pub(super) fn name(params: &Params, name: &str, longest: usize) -> Result<String, Fault> {
    let value: String = params.required(name)?;
    let allowed = |character: char| character.is_ascii_alphanumeric() || "_+=,.@-".contains(character);
    let fits = (1..=longest).contains(&value.len()) && value.chars().all(allowed);
    if fits { Ok(value) } else { Err(params.invalid(name, &value)) }
}

/// The parameter `Path`: `/`, or what begins and ends with it; `/` when it is not given.
pub(super) fn path(params: &Params) -> Result<String, Fault> {
    let path: String = params.optional("Path")?.unwrap_or_else(|| "/".to_owned());
    let fits = path.starts_with('/')
        && path.ends_with('/')
        && path != "//"
        && path.len() <= 512
        && path.chars().all(|character| character.is_ascii_graphic());
    if fits { Ok(path) } else { Err(params.invalid("Path", &path)) }
}

/// The parameter `PathPrefix`, `/` when it is not given.
pub(super) fn path_prefix(params: &Params) -> Result<String, Fault> {
    let prefix: String = params.optional("PathPrefix")?.unwrap_or_else(|| "/".to_owned());
    if prefix.starts_with('/') { Ok(prefix) } else { Err(params.invalid("PathPrefix", &prefix)) }
}

/// The parameter `Tags`.
pub(super) fn tags(params: &Params) -> Result<Tags, Fault> {
    let mut tags = Tags::new();
    for tag in params.structures("Tags") {
        let key: String = tag.required("Key")?;
        if tags.keys().any(|other| other.eq_ignore_ascii_case(&key)) {
            let text = "Duplicate tag keys found. Please note that Tag keys are case insensitive.";
            return Err(Fault::new(400, "InvalidInput", text));
        }
        tags.insert(key, tag.required("Value")?);
    }
    tags::check(&tags).map_err(|reason| Fault::new(400, "InvalidInput", reason))?;
    Ok(tags)
}

/// Adds `more` to `tags`.
pub(super) fn add_tags(tags: &mut Tags, more: Tags) -> Result<(), Fault> {
    let mut all = tags.clone();
    for (key, value) in more {
        all.retain(|other, _| !other.eq_ignore_ascii_case(&key));
        all.insert(key, value);
    }
    if all.len() > tags::MOST {
        return Err(quota("TagsPerRole", tags::MOST));
    }
    *tags = all;
    Ok(())
}

/// Takes `keys` off `tags`.
pub(super) fn remove_tags(tags: &mut Tags, keys: &[String]) {
    tags.retain(|key, _| !keys.iter().any(|other| other.eq_ignore_ascii_case(key)));
}

/// `Tags` of an output.
pub(super) fn tag_list(tags: &Tags) -> Xml {
    let tag = |(key, value): (&String, &String)| Xml::new().text("Key", key).text("Value", value);
    Xml::new().list("Tags", "member", tags.iter().map(tag))
}

/// One page of `items`, which are in order of what `key` gives, and the members `IsTruncated` and `Marker`.
pub(super) fn page<T>(params: &Params, items: Vec<T>, key: impl Fn(&T) -> String) -> Result<(Vec<T>, Xml), Fault> {
    let size: usize = params.optional("MaxItems")?.unwrap_or(100);
    if !(1..=1000).contains(&size) {
        return Err(params.invalid("MaxItems", &size.to_string()));
    }
    let marker: Option<String> = params.optional("Marker")?;
    let mut rest: Vec<T> =
        items.into_iter().filter(|item| marker.as_ref().is_none_or(|marker| key(item) > *marker)).collect();
    let truncated = rest.len() > size;
    rest.truncate(size);
    let end = Xml::new().text("IsTruncated", truncated);
    let marker = rest.last().map(key).filter(|_| truncated);
    Ok((rest, end.optional("Marker", marker)))
}

/// RFC 3986's unreserved characters stand for themselves.
const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// A policy document as IAM gives it back.
pub(super) fn encoded(document: &str) -> String {
    utf8_percent_encode(document, UNRESERVED).to_string()
}

/// A refusal because an account may not have more.
pub(super) fn quota(name: &str, most: usize) -> Fault {
    Fault::new(409, "LimitExceeded", format!("Cannot exceed quota for {name}: {most}"))
}

/// A refusal because something is not there.
pub(super) fn absent(message: String) -> Fault {
    Fault::new(404, "NoSuchEntity", message)
}

/// A refusal because the name is taken.
pub(super) fn exists(message: String) -> Fault {
    Fault::new(409, "EntityAlreadyExists", message)
}

/// A refusal because others still hang on it.
pub(super) fn conflict(message: &str) -> Fault {
    Fault::new(409, "DeleteConflict", message)
}

/// Whether the principal `arn` of this account is known where policies that name it are checked.
pub(super) fn principal_known(account: &Account, arn: &str) -> bool {
    let role = account.iam.roles.values().find(|role| role.arn == arn);
    role.is_some_and(|role| account.now >= role.created.saturating_add(PROPAGATION))
}
