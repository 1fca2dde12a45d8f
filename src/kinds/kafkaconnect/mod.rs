//! Kinds of `kafkaconnect`.

pub mod connector;
pub mod custom_plugin;
pub mod properties;
pub mod worker_configuration;

use crate::aws::{self, Cx, Error, found};
use crate::resource::Retry;
use std::collections::BTreeMap;
use std::time::Duration;

type Tags = BTreeMap<String, String>;

/// What a plugin or a worker configuration answers that a connector still uses: AWS has no code of its
/// own for that (AWS.md §4.1).
const IN_USE: Retry = Retry { code: "BadRequestException", message: "in use", during: Duration::from_secs(900) };

/// What an object answers that is in the middle of something.
const NOT_NOW: Retry = Retry { code: "BadRequestException", message: "state", during: Duration::from_secs(1800) };

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
