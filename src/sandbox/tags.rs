//! Tags, and the rules all services share about them.

use std::collections::BTreeMap;

/// Keys and values of one resource.
pub type Tags = BTreeMap<String, String>;

/// How many tags a resource may have, in every service here.
pub const MOST: usize = 50;

/// Whether `tags` may be set: keys of 1-128 characters that do not begin with `aws:`, values of at most 256, at most 50.
///
/// # Errors
/// What is wrong, for the message of the service's own error code.
pub fn check(tags: &Tags) -> Result<(), String> {
    for (key, value) in tags {
        if key.is_empty() || key.chars().count() > 128 {
            return Err(format!("the tag key '{key}' must have 1 to 128 characters"));
        }
        if key.to_ascii_lowercase().starts_with("aws:") {
            return Err(format!("the tag key '{key}' must not start with 'aws:', which is reserved for system use"));
        }
        if value.chars().count() > 256 {
            return Err(format!("the value of the tag '{key}' must have at most 256 characters"));
        }
        if let Some(character) = key.chars().chain(value.chars()).find(|c| !allowed(*c)) {
            return Err(format!("the tag '{key}' contains {character:?}, which tags may not"));
        }
    }
    if tags.len() > MOST {
        return Err(format!("a resource may have at most {MOST} tags, this would be {}", tags.len()));
    }
    Ok(())
}

/// `[\p{L}\p{Z}\p{N}_.:/=+\-@]`, the pattern of tag keys and values in the API models.
fn allowed(character: char) -> bool {
    character.is_alphanumeric()
        || (character.is_whitespace() && !character.is_control())
        || "_.:/=+-@".contains(character)
}
