//! Tags of clusters and channels.

use super::{bad, cluster, not_found};
use crate::account::Account;
use crate::answer::{Answer, Fault};
use crate::call::Call;
use crate::operation::Operation;
use crate::tags::{self, Tags};
use serde::Deserialize;
use serde_json::json;

pub(super) const OPERATIONS: &[Operation] = &[
    Operation::write("TagResource", tag).at("POST", "/v1/tags/{resourceArn}"),
    Operation::write("UntagResource", untag).at("DELETE", "/v1/tags/{resourceArn}"),
    Operation::read("ListTagsForResource", list).at("GET", "/v1/tags/{resourceArn}"),
];

/// The tags of the cluster or channel `arn`.
fn find<'a>(account: &'a mut Account, arn: &str) -> Result<&'a mut Tags, Fault> {
    let found = cluster::all(account).find_map(|cluster| {
        if cluster.arn == arn { Some(&mut cluster.tags) } else { Some(&mut cluster.channels.get_mut(arn)?.tags) }
    });
    found.ok_or_else(|| not_found("resourceArn", format!("Resource {arn} does not exist.")))
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
    tags::check(&all).map_err(|message| bad("tags", message))?;
    *known = all;
    Ok(Answer::empty().status(204))
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
    Ok(Answer::empty().status(204))
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
