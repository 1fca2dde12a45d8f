//! Kinds of `kafkaconnect`.

pub mod connector;
pub mod custom_plugin;
pub mod properties;
pub mod worker_configuration;

use crate::aws::{self, Cx, Error, found};
use crate::kinds::iam::new_role;
use crate::resource::Retry;
use std::collections::BTreeMap;
use std::time::Duration;

type Tags = BTreeMap<String, String>;

/// What passes by itself. MSK Connect has one code for nearly everything (AWS.md §4).
const RETRY: &[Retry] = &[
    // A plugin or a worker configuration that a connector still uses.
    passing("in use", 900),
    // What is in the middle of something, or uses what is.
    passing("in CREATING state", 1800),
    passing("in UPDATING state", 1800),
    passing("in PAUSING state", 1800),
    passing("in RESUMING state", 1800),
    passing("in RESTARTING state", 1800),
    passing("in DELETING state", 1800),
    passing("not in ACTIVE state", 1800),
    passing("not in RUNNING state", 1800),
    // Another update has made the version old.
    passing("current version", 120),
    new_role("BadRequestException", "role"),
    new_role("BadRequestException", "Role"),
    new_role("BadRequestException", "assume"),
    new_role("BadRequestException", "trust"),
    new_role("ForbiddenException", ""),
];

const fn passing(message: &'static str, seconds: u64) -> Retry {
    Retry { code: "BadRequestException", message, during: Duration::from_secs(seconds) }
}

/// The stack's objects of a type (`connector`) by ARN, as the tagging index knows them. MSK Connect
/// itself lists no tags.
async fn indexed(cx: &Cx, kind: &str) -> aws::Result<Vec<(String, Tags)>> {
    let prefix = cx.arn("kafkaconnect", format_args!("{kind}/"));
    let index = cx.tag_index().await?;
    let ours = index.iter().filter(|(arn, _)| arn.starts_with(&prefix));
    Ok(ours.map(|(arn, tags)| (arn.clone(), tags.clone())).collect())
}

/// The tags of one object; `None` when it is gone.
async fn tags_of(cx: &Cx, arn: &str) -> aws::Result<Option<Tags>> {
    let answer = cx.kafkaconnect().list_tags_for_resource().resource_arn(arn).send().await.map_err(Error::from);
    Ok(found(answer)?.map(|answer| answer.tags.unwrap_or_default().into_iter().collect()))
}

/// AWS's reason for a failure, from its code and message.
fn reason(code: Option<&str>, message: Option<&str>) -> String {
    match (code, message) {
        (Some(code), Some(message)) => format!("{code}: {message}"),
        (Some(only), None) | (None, Some(only)) => only.to_owned(),
        (None, None) => "AWS gives no reason".to_owned(),
    }
}
