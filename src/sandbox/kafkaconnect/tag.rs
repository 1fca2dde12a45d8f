//! Tags of plugins, worker configurations and connectors.

use super::{check_tags, not_found, settle};
use crate::account::Account;
use crate::answer::{Answer, Fault};
use crate::call::Call;
use crate::operation::Operation;
use crate::tags::Tags;
use serde::Deserialize;
use serde_json::json;

pub(super) const OPERATIONS: &[Operation] = &[
    Operation::write("TagResource", tag).at("POST", "/v1/tags/{resourceArn}"),
    Operation::write("UntagResource", untag).at("DELETE", "/v1/tags/{resourceArn}"),
    Operation::read("ListTagsForResource", list).at("GET", "/v1/tags/{resourceArn}"),
];

fn find<'a>(account: &'a mut Account, arn: &str) -> Result<&'a mut Tags, Fault> {
    settle(account);
    let state = &mut account.kafkaconnect;
    if let Some(plugin) = state.plugins.get_mut(arn) {
        return Ok(&mut plugin.tags);
    }
    if let Some(workers) = state.worker_configurations.get_mut(arn) {
        return Ok(&mut workers.tags);
    }
    let connector = state.connectors.get_mut(arn).map(|connector| &mut connector.tags);
    connector.ok_or_else(|| not_found("resource", arn))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Tag {
    resource_arn: String,
    tags: Tags,
}

fn tag(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let Tag { resource_arn, tags: added } = call.input()?;
    let known = find(account, &resource_arn)?;
    let mut all = known.clone();
    all.extend(added);
    check_tags(&all)?;
    *known = all;
    Answer::json(json!({}))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Untag {
    resource_arn: String,
    tag_keys: Vec<String>,
}

fn untag(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let Untag { resource_arn, tag_keys } = call.input()?;
    find(account, &resource_arn)?.retain(|key, _| !tag_keys.contains(key));
    Answer::json(json!({}))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct List {
    resource_arn: String,
}

fn list(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let List { resource_arn } = call.input()?;
    Answer::json(json!({ "tags": find(account, &resource_arn)? }))
}
