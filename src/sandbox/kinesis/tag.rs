//! Tags of streams and consumers: an older set of operations by stream, a newer one by ARN.

use super::{check_range, find, invalid_argument, limit_exceeded, not_found, on_stream};
use crate::account::Account;
use crate::answer::{Answer, Fault};
use crate::call::Call;
use crate::operation::Operation;
use crate::tags::{self, Tags};
use serde::Deserialize;
use serde_json::{Value, json};

pub(super) const OPERATIONS: &[Operation] = &[
    Operation::write("AddTagsToStream", add_tags_to_stream),
    Operation::write("RemoveTagsFromStream", remove_tags_from_stream),
    Operation::read("ListTagsForStream", list_tags_for_stream),
    Operation::write("TagResource", tag_resource),
    Operation::write("UntagResource", untag_resource),
    Operation::read("ListTagsForResource", list_tags_for_resource),
];

on_stream!(AddTagsToStream { tags: Tags });

fn add_tags_to_stream(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let input: AddTagsToStream = call.input()?;
    add(&mut input.stream(account, call)?.tags, &input.tags)
}

on_stream!(RemoveTagsFromStream {
    tag_keys: Vec<String>,
});

fn remove_tags_from_stream(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let input: RemoveTagsFromStream = call.input()?;
    remove(call, &mut input.stream(account, call)?.tags, &input.tag_keys)
}

on_stream!(ListTagsForStream {
    exclusive_start_tag_key: Option<String>,
    limit: Option<i32>,
});

fn list_tags_for_stream(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let input: ListTagsForStream = call.input()?;
    let limit = input.limit.unwrap_or(50);
    check_range(call, "limit", i64::from(limit), 1, 50)?;
    let stream = input.stream(account, call)?;
    let after = input.exclusive_start_tag_key.as_deref();
    let mut shown = stream.tags.iter().filter(|(key, _)| after.is_none_or(|after| key.as_str() > after)).map(show);
    let page: Vec<Value> = shown.by_ref().take(limit.unsigned_abs() as usize).collect();
    Answer::json(json!({ "HasMoreTags": shown.next().is_some(), "Tags": page }))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct TagResource {
    #[serde(rename = "ResourceARN")]
    resource_arn: String,
    tags: Tags,
}

fn tag_resource(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let input: TagResource = call.input()?;
    add(tags_of(account, call, &input.resource_arn)?, &input.tags)
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct UntagResource {
    #[serde(rename = "ResourceARN")]
    resource_arn: String,
    tag_keys: Vec<String>,
}

fn untag_resource(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let input: UntagResource = call.input()?;
    remove(call, tags_of(account, call, &input.resource_arn)?, &input.tag_keys)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ListTagsForResource {
    #[serde(rename = "ResourceARN")]
    resource_arn: String,
}

fn list_tags_for_resource(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let input: ListTagsForResource = call.input()?;
    let tags = tags_of(account, call, &input.resource_arn)?;
    Answer::json(json!({ "Tags": tags.iter().map(show).collect::<Vec<_>>() }))
}

/// The tags of the stream or consumer with this ARN.
fn tags_of<'a>(account: &'a mut Account, call: &Call, arn: &str) -> Result<&'a mut Tags, Fault> {
    let stream = find(account, call, None, Some(arn))?;
    if !arn.contains("/consumer/") {
        return Ok(&mut stream.tags);
    }
    let stream_arn = stream.arn(call);
    let consumer = stream.consumers.values_mut().find(|consumer| consumer.arn(&stream_arn) == arn);
    consumer.map(|consumer| &mut consumer.tags).ok_or_else(|| not_found(call, arn))
}

fn add(tags: &mut Tags, more: &Tags) -> Result<Answer, Fault> {
    if more.is_empty() {
        return Err(invalid_argument("Tags must have at least one entry."));
    }
    tags::check(more).map_err(invalid_argument)?;
    let new = more.keys().filter(|key| !tags.contains_key(*key)).count();
    if tags.len() + new > tags::MOST {
        return Err(limit_exceeded(format!("Failed to add tags: at most {} tags are allowed.", tags::MOST)));
    }
    tags.extend(more.clone());
    Ok(Answer::empty())
}

fn remove(call: &Call, tags: &mut Tags, keys: &[String]) -> Result<Answer, Fault> {
    check_range(call, "tagKeys", i64::try_from(keys.len()).unwrap_or(i64::MAX), 1, 50)?;
    tags.retain(|key, _| !keys.contains(key));
    Ok(Answer::empty())
}

fn show((key, value): (&String, &String)) -> Value {
    json!({ "Key": key, "Value": value })
}
