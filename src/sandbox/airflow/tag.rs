//! Tags of environments.

use super::environment::settle;
use super::{invalid, not_found};
use crate::account::Account;
use crate::answer::{Answer, Fault};
use crate::call::Call;
use crate::operation::Operation;
use crate::tags::{self, Tags};
use serde::Deserialize;
use serde_json::json;

pub(super) const OPERATIONS: &[Operation] = &[
    Operation::write("TagResource", tag).at("POST", "/tags/{ResourceArn}"),
    Operation::write("UntagResource", untag).at("DELETE", "/tags/{ResourceArn}"),
    Operation::read("ListTagsForResource", list).at("GET", "/tags/{ResourceArn}"),
];

fn find<'a>(account: &'a mut Account, arn: &str) -> Result<&'a mut Tags, Fault> {
    settle(account);
    let found = account.airflow.environments.values_mut().find(|environment| environment.arn == arn);
    found.map(|environment| &mut environment.tags).ok_or_else(|| not_found(arn))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Tag {
    resource_arn: String,
    tags: Tags,
}

fn tag(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let Tag { resource_arn, tags: added } = call.input()?;
    let known = find(account, &resource_arn)?;
    let mut all = known.clone();
    all.extend(added);
    tags::check(&all).map_err(invalid)?;
    *known = all;
    Answer::json(json!({}))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Untag {
    resource_arn: String,
    #[serde(rename = "tagKeys")]
    tag_keys: Vec<String>,
}

fn untag(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let Untag { resource_arn, tag_keys } = call.input()?;
    find(account, &resource_arn)?.retain(|key, _| !tag_keys.contains(key));
    Answer::json(json!({}))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct List {
    resource_arn: String,
}

fn list(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let List { resource_arn } = call.input()?;
    Answer::json(json!({ "Tags": find(account, &resource_arn)? }))
}
