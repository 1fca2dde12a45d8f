//! MSK: clusters, configurations, topics, channels (AWS.md §3).

mod configurations;
mod versions;

use super::account::Account;
use super::answer::Fault;
use super::operation::Operation;
use super::tags::Tags;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Every operation.
pub const OPERATIONS: &[&[Operation]] = &[configurations::OPERATIONS, versions::OPERATIONS];

/// What the account has in one region.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct State {
    configurations: BTreeMap<String, configurations::Configuration>,
}

/// Every tagged resource: ARN and tags.
pub fn tagged(_account: &Account) -> Vec<(String, Tags)> {
    Vec::new()
}

/// A refusal that names the parameter at fault.
fn bad(parameter: &str, message: impl Into<String>) -> Fault {
    Fault::new(400, "BadRequestException", message).with_member("invalidParameter", parameter)
}

/// A name that is taken.
fn taken(parameter: &str) -> Fault {
    let message = "A resource with this name already exists.";
    Fault::new(409, "ConflictException", message).with_member("invalidParameter", parameter)
}

/// Whether `name` is one for a cluster or a configuration: `^[0-9A-Za-z][0-9A-Za-z-]*$`.
fn check_name(parameter: &str, name: &str) -> Result<(), Fault> {
    let allowed = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    if name.is_empty() || name.starts_with('-') || !allowed {
        return Err(bad(parameter, "The parameter value contains one or more characters that are not valid."));
    }
    Ok(())
}

/// The members of every list operation.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Paging {
    max_results: Option<usize>,
    next_token: Option<String>,
}

impl Paging {
    /// The page of `items` that is asked for and the token of the one after it.
    fn page<T>(&self, items: impl IntoIterator<Item = T>) -> Result<(Vec<T>, Option<String>), Fault> {
        let size = self.max_results.unwrap_or(100);
        if !(1..=100).contains(&size) {
            return Err(bad("maxResults", "The value of maxResults must be between 1 and 100."));
        }
        let start = match &self.next_token {
            None => 0,
            Some(token) => BASE64_STANDARD
                .decode(token)
                .ok()
                .and_then(|bytes| String::from_utf8(bytes).ok()?.parse::<usize>().ok())
                .ok_or_else(|| bad("nextToken", "The value of nextToken is not valid."))?,
        };
        let mut rest = items.into_iter().skip(start);
        let page: Vec<T> = rest.by_ref().take(size).collect();
        let more = rest.next().is_some();
        Ok((page, more.then(|| BASE64_STANDARD.encode((start + size).to_string()))))
    }
}
