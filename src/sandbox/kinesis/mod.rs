//! Kinesis: data streams (AWS.md §6, API model 2013-12-02).

mod consumers;
mod describe;
mod lifecycle;
mod policies;
mod records;
mod settings;
mod shards;
mod stream;
mod tag;
mod update;

pub use settings::Commitment;
pub use stream::{Consumer, Mode, Status, Stream, Warm};

use super::account::Account;
use super::answer::Fault;
use super::call::Call;
use super::operation::Operation;
use super::tags::Tags;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Every operation.
pub const OPERATIONS: &[&[Operation]] = &[
    lifecycle::OPERATIONS,
    describe::OPERATIONS,
    update::OPERATIONS,
    tag::OPERATIONS,
    consumers::OPERATIONS,
    policies::OPERATIONS,
    records::OPERATIONS,
    settings::OPERATIONS,
];

/// What the account has in one region.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct State {
    /// By name. Deleted ones may linger until somebody looks.
    pub streams: BTreeMap<String, Stream>,
    /// What the account has agreed to pay for.
    pub commitment: Option<Commitment>,
}

impl State {
    /// Makes the changes that are due in every stream.
    fn settle(&mut self, now: u64) {
        self.streams.retain(|_, stream| stream.exists(now));
        self.streams.values_mut().for_each(|stream| stream.settle(now));
    }

    /// How many shards take records.
    fn open_shards(&mut self, now: u64) -> usize {
        self.settle(now);
        self.streams.values().map(Stream::open_shards).sum()
    }
}

/// Every tagged resource: ARN and tags.
pub fn tagged(account: &Account) -> Vec<(String, Tags)> {
    let streams = account.kinesis.streams.values().filter(|stream| stream.exists(account.now));
    streams
        .flat_map(|stream| {
            let arn = account.arn("kinesis", &format!("stream/{}", stream.name));
            let consumers = stream.consumers.values().filter(|consumer| consumer.exists(account.now));
            let consumers = consumers.map(|consumer| (consumer.arn(&arn), consumer.tags.clone())).collect::<Vec<_>>();
            std::iter::once((arn, stream.tags.clone())).chain(consumers)
        })
        .filter(|(_, tags)| !tags.is_empty())
        .collect()
}

/// Declares the input of an operation on one stream, which is named by `StreamName`, by `StreamARN`, or by both.
macro_rules! on_stream {
    ($name:ident { $($(#[$meta:meta])* $field:ident: $type:ty),* $(,)? }) => {
        #[derive(serde::Deserialize)]
        #[serde(rename_all = "PascalCase", deny_unknown_fields)]
        struct $name {
            stream_name: Option<String>,
            #[serde(rename = "StreamARN")]
            stream_arn: Option<String>,
            $($(#[$meta])* $field: $type,)*
        }

        impl $name {
            fn stream<'a>(
                &self,
                account: &'a mut crate::account::Account,
                call: &crate::call::Call,
            ) -> Result<&'a mut crate::kinesis::Stream, crate::answer::Fault> {
                crate::kinesis::find(account, call, self.stream_name.as_deref(), self.stream_arn.as_deref())
            }
        }
    };
}
use on_stream;

/// The stream that a call names, with every change that is due made.
fn find<'a>(
    account: &'a mut Account,
    call: &Call,
    name: Option<&str>,
    arn: Option<&str>,
) -> Result<&'a mut Stream, Fault> {
    let by_arn = arn.map(|arn| name_in_arn(call, arn)).transpose()?;
    let name = match (name, by_arn) {
        (Some(name), Some(other)) if name != other => {
            return Err(invalid_argument("StreamName and StreamARN refer to different streams."));
        }
        (Some(name), _) | (None, Some(name)) => name,
        (None, None) => return Err(invalid_argument("Either StreamName or StreamARN must be given.")),
    };
    check_name(call, "streamName", name)?;
    let streams = &mut account.kinesis.streams;
    if streams.get(name).is_some_and(|stream| !stream.exists(call.now)) {
        streams.remove(name);
    }
    let stream = streams.get_mut(name).ok_or_else(|| not_found(call, name))?;
    stream.settle(call.now);
    Ok(stream)
}

/// The stream's name in its ARN, or in that of one of its consumers.
fn name_in_arn<'a>(call: &Call, arn: &'a str) -> Result<&'a str, Fault> {
    let rest = arn.strip_prefix("arn:aws:kinesis:").and_then(|rest| {
        let (region, rest) = rest.split_once(':')?;
        let (account, rest) = rest.split_once(':')?;
        Some((region, account, rest.strip_prefix("stream/")?))
    });
    match rest {
        Some((region, account, name)) if region == call.region && account == call.account_id => {
            Ok(name.split('/').next().unwrap_or(name))
        }
        Some((_, _, name)) => Err(not_found(call, name)),
        None => Err(call.invalid(format!(
            "1 validation error detected: Value '{arn}' at 'streamARN' failed to satisfy constraint: Member must satisfy regular expression pattern: arn:aws.*:kinesis:.*:\\d{{12}}:stream/\\S+"
        ))),
    }
}

/// Refuses names that are not 1 to 128 of `a-zA-Z0-9_.-`.
fn check_name(call: &Call, member: &str, name: &str) -> Result<(), Fault> {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte);
    if (1..=128).contains(&name.len()) && name.bytes().all(fits) {
        return Ok(());
    }
    Err(call.invalid(format!(
        "1 validation error detected: Value '{name}' at '{member}' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+ and have length between 1 and 128"
    )))
}

/// Refuses a number outside of what the model allows.
fn check_range(call: &Call, member: &str, value: i64, least: i64, most: i64) -> Result<(), Fault> {
    if (least..=most).contains(&value) {
        return Ok(());
    }
    Err(call.invalid(format!(
        "1 validation error detected: Value '{value}' at '{member}' failed to satisfy constraint: Member must be between {least} and {most}"
    )))
}

fn not_found(call: &Call, name: &str) -> Fault {
    let message = format!("Stream {name} under account {} not found.", call.account_id);
    Fault::new(400, "ResourceNotFoundException", message)
}

fn in_use(message: impl Into<String>) -> Fault {
    Fault::new(400, "ResourceInUseException", message)
}

fn limit_exceeded(message: impl Into<String>) -> Fault {
    Fault::new(400, "LimitExceededException", message)
}

fn invalid_argument(message: impl Into<String>) -> Fault {
    Fault::new(400, "InvalidArgumentException", message)
}
