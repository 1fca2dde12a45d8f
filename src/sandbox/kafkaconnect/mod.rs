//! MSK Connect: plugins, worker configurations, connectors (AWS.md §4, API model 2021-09-14).

mod change;
mod connector;
mod connectors;
mod health;
mod network;
mod operations;
mod plugins;
mod shapes;
mod tag;
mod worker_configurations;

use super::account::Account;
use super::answer::Fault;
use super::operation::Operation;
use super::tags::{self, Tags};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

/// Every operation.
pub const OPERATIONS: &[&[Operation]] = &[
    plugins::OPERATIONS,
    worker_configurations::OPERATIONS,
    connectors::OPERATIONS,
    change::OPERATIONS,
    operations::OPERATIONS,
    tag::OPERATIONS,
];

/// What the account has in one region. Every map is by ARN; what is gone may linger until somebody looks.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct State {
    plugins: BTreeMap<String, plugins::Plugin>,
    worker_configurations: BTreeMap<String, worker_configurations::WorkerConfiguration>,
    connectors: BTreeMap<String, connector::Connector>,
}

/// Every tagged resource: ARN and tags.
pub fn tagged(account: &Account) -> Vec<(String, Tags)> {
    let (state, now) = (&account.kafkaconnect, account.now);
    let there = |gone_at: Option<u64>| gone_at.is_none_or(|gone| gone > now);
    let plugins = state.plugins.values().filter(|plugin| there(plugin.gone_at));
    let plugins = plugins.map(|plugin| (plugin.arn.clone(), plugin.tags.clone()));
    let workers = state.worker_configurations.values().filter(|workers| there(workers.gone_at));
    let workers = workers.map(|workers| (workers.arn.clone(), workers.tags.clone()));
    let connectors = state.connectors.values().filter(|connector| there(connector.gone_at));
    let connectors = connectors.map(|connector| (connector.arn.clone(), connector.tags.clone()));
    plugins.chain(workers).chain(connectors).filter(|(_, tags)| !tags.is_empty()).collect()
}

/// Makes what is due happen: connectors come up or fail, operations end, deleted things go.
fn settle(account: &mut Account) {
    let now = account.now;
    let there = |gone_at: Option<u64>| gone_at.is_none_or(|gone| gone > now);
    let state = &mut account.kafkaconnect;
    state.plugins.retain(|_, plugin| there(plugin.gone_at));
    state.worker_configurations.retain(|_, workers| there(workers.gone_at));
    state.connectors.retain(|_, connector| there(connector.gone_at));
    connector::settle(account);
}

fn bad(message: impl Into<String>) -> Fault {
    Fault::new(400, "BadRequestException", message)
}

fn not_found(what: &str, arn: &str) -> Fault {
    Fault::new(404, "NotFoundException", format!("The {what} {arn} does not exist."))
}

/// A name that is taken.
fn taken() -> Fault {
    Fault::new(409, "ConflictException", "A resource with this name already exists. Provide a different name.")
}

fn check_name(member: &str, name: &str) -> Result<(), Fault> {
    check_length(member, name, 1, 128)
}

fn check_description(member: &str, description: Option<&str>) -> Result<(), Fault> {
    check_length(member, description.unwrap_or_default(), 0, 1024)
}

fn check_length(member: &str, text: &str, least: usize, most: usize) -> Result<(), Fault> {
    if (least..=most).contains(&text.chars().count()) {
        return Ok(());
    }
    Err(bad(format!("The length of {member} must be between {least} and {most} characters.")))
}

fn check_tags(tags: &Tags) -> Result<(), Fault> {
    tags::check(tags).map_err(bad)
}

/// `value` without the members that are null, at any depth: AWS leaves out what is not there.
fn bare(value: Value) -> Value {
    match value {
        Value::Object(members) => {
            members.into_iter().filter(|(_, value)| !value.is_null()).map(|(name, value)| (name, bare(value))).collect()
        }
        Value::Array(items) => items.into_iter().map(bare).collect(),
        other => other,
    }
}

/// The members of every list operation but the one that says what to list.
#[derive(Debug, Default)]
struct Paging {
    max_results: Option<usize>,
    next_token: Option<String>,
}

impl Paging {
    /// `items` under `name`, as many as asked for, with the token of the next page when there is one.
    fn page(&self, name: &str, items: impl IntoIterator<Item = Value>) -> Result<Value, Fault> {
        let size = self.max_results.unwrap_or(100);
        if !(1..=100).contains(&size) {
            return Err(bad("The value of maxResults must be between 1 and 100."));
        }
        let start = match &self.next_token {
            None => 0,
            Some(token) => BASE64_STANDARD
                .decode(token)
                .ok()
                .and_then(|bytes| String::from_utf8(bytes).ok()?.parse::<usize>().ok())
                .ok_or_else(|| bad("The value of nextToken is not valid."))?,
        };
        let mut rest = items.into_iter().skip(start);
        let page: Vec<Value> = rest.by_ref().take(size).collect();
        let mut answer = serde_json::json!({ name: page });
        if rest.next().is_some() {
            answer["nextToken"] = BASE64_STANDARD.encode((start + size).to_string()).into();
        }
        Ok(answer)
    }
}

/// Declares the input of a list operation: paging and one text that names begin with.
macro_rules! listing {
    ($name:ident by $prefix:ident) => {
        #[derive(serde::Deserialize)]
        #[serde(rename_all = "camelCase", deny_unknown_fields)]
        struct $name {
            $prefix: Option<String>,
            max_results: Option<usize>,
            next_token: Option<String>,
        }

        impl $name {
            fn fits(&self, name: &str) -> bool {
                self.$prefix.as_ref().is_none_or(|prefix| name.starts_with(prefix))
            }

            fn paging(&self) -> super::Paging {
                super::Paging { max_results: self.max_results, next_token: self.next_token.clone() }
            }
        }
    };
}
use listing;
