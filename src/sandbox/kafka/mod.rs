//! MSK: clusters, configurations, topics, channels (AWS.md §3).

mod channel_shapes;
mod channels;
mod checks;
mod cluster;
mod clusters;
mod configurations;
mod connectivity;
mod create;
mod network;
mod operations;
mod reach;
mod shapes;
mod tag;
mod topic_settings;
mod topics;
mod update;
mod versions;

pub use reach::{Broker, broker};

use super::account::Account;
use super::answer::Fault;
use super::operation::Operation;
use super::tags::Tags;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

/// Every operation.
pub const OPERATIONS: &[&[Operation]] = &[
    create::OPERATIONS,
    clusters::OPERATIONS,
    update::OPERATIONS,
    connectivity::OPERATIONS,
    operations::OPERATIONS,
    configurations::OPERATIONS,
    topics::OPERATIONS,
    channels::OPERATIONS,
    tag::OPERATIONS,
    versions::OPERATIONS,
];

/// What the account has in one region.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct State {
    clusters: BTreeMap<String, cluster::Cluster>,
    configurations: BTreeMap<String, configurations::Configuration>,
    /// The key that encrypts volumes when no other is named.
    own_key: String,
}

/// Whether the cluster `arn` is one without brokers of its own.
pub fn is_serverless(account: &Account, arn: &str) -> bool {
    let cluster = account.kafka.clusters.values().find(|cluster| cluster.arn == arn);
    cluster.is_some_and(|cluster| matches!(cluster.capacity, cluster::Capacity::Serverless(_)))
}

/// Every tagged resource: ARN and tags.
pub fn tagged(account: &Account) -> Vec<(String, Tags)> {
    let now = account.now;
    let there = account.kafka.clusters.values().filter(|cluster| cluster.gone_at.is_none_or(|gone| gone > now));
    let each = there.flat_map(|cluster| {
        let channels = channels::all(cluster, now).map(|channel| (channel.arn().to_owned(), channel.tags.clone()));
        channels.chain([(cluster.arn.clone(), cluster.tags.clone())])
    });
    each.collect()
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

/// What is not there.
fn not_found(parameter: &str, message: impl Into<String>) -> Fault {
    Fault::new(404, "NotFoundException", message).with_member("invalidParameter", parameter)
}

/// `output` with the token of the next page, when there is one.
fn with_token(mut output: Value, next: Option<String>) -> Value {
    if let Some(next) = next {
        output["nextToken"] = next.into();
    }
    output
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
