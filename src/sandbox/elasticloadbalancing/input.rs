//! What the operations have in common in their inputs and outputs.

use crate::account::Account;
use crate::answer::Fault;
use crate::tags::{self, Tags};
use crate::wire::{Params, Xml};
use std::str::FromStr;

/// `name`, 1 to 32 letters, digits and hyphens, none at either end.
pub(super) fn name(params: &Params, what: &str) -> Result<String, Fault> {
    let name: String = params.required("Name")?;
    let trouble = if name.is_empty() {
        format!("{what} name cannot be empty")
    } else if name.len() > 32 {
        format!("{what} name '{name}' cannot be longer than '32' characters")
    } else if !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') {
        format!("{what} name '{name}' can only contain characters that are alphanumeric characters and hyphens(-)")
    } else if name.starts_with('-') || name.ends_with('-') {
        format!("{what} name '{name}' cannot begin or end with a hyphen(-)")
    } else if name.starts_with("internal-") {
        format!("{what} name '{name}' cannot begin with 'internal-'")
    } else {
        return Ok(name);
    };
    Err(refused(trouble))
}

/// The number `name` when it is given; refused outside of `least..=most`.
pub(super) fn number<T>(params: &Params, name: &str, least: T, most: T) -> Result<Option<T>, Fault>
where
    T: FromStr + PartialOrd + std::fmt::Display,
{
    let Some(value) = params.optional::<T>(name)? else { return Ok(None) };
    if value < least || value > most {
        let text = format!("'{value}' is not a valid value for {name}: it must be between {least} and {most}");
        return Err(refused(text));
    }
    Ok(Some(value))
}

/// `Tags`.
pub(super) fn tags(params: &Params) -> Result<Tags, Fault> {
    let mut tags = Tags::new();
    for tag in params.structures("Tags") {
        let key: String = tag.required("Key")?;
        if tags.insert(key.clone(), tag.optional("Value")?.unwrap_or_default()).is_some() {
            return Err(Fault::new(400, "DuplicateTagKeys", format!("Duplicate tag key '{key}'")));
        }
    }
    check_tags(&tags)?;
    Ok(tags)
}

/// Refuses tags that no resource may carry.
pub(super) fn check_tags(tags: &Tags) -> Result<(), Fault> {
    if tags.len() > tags::MOST {
        return Err(Fault::new(400, "TooManyTags", format!("The number of tags exceeds the limit of {}", tags::MOST)));
    }
    tags::check(tags).map_err(refused)
}

/// The page of `items` that `Marker` and `PageSize` (1 to 400) ask for, and `NextMarker` where there are more.
pub(super) fn page<T>(params: &Params, items: Vec<T>) -> Result<(Vec<T>, Xml), Fault> {
    let size = number(params, "PageSize", 1, 400)?.unwrap_or(400);
    let start: usize = params.optional("Marker")?.unwrap_or_default();
    let more = items.len() > start.saturating_add(size);
    let page = items.into_iter().skip(start).take(size).collect();
    Ok((page, Xml::new().optional("NextMarker", more.then(|| start + size))))
}

/// A refusal of the input.
pub(super) fn refused(message: impl Into<String>) -> Fault {
    Fault::new(400, "ValidationError", message)
}

/// A refusal because the parts do not go together.
pub(super) fn misfit(message: impl Into<String>) -> Fault {
    Fault::new(400, "InvalidConfigurationRequest", message)
}

/// The `arn:aws:elasticloadbalancing:` ARN of `resource`.
pub(super) fn arn(account: &Account, resource: &str) -> String {
    account.arn("elasticloadbalancing", resource)
}
