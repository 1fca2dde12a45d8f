//! Enhanced fan-out consumers (AWS.md §6.2).

use super::stream::{Consumer, Status, Stream};
use super::{check_name, check_range, find, in_use, invalid_argument, limit_exceeded};
use crate::account::Account;
use crate::answer::{Answer, Fault};
use crate::call::Call;
use crate::clock::{SECOND, Timed};
use crate::operation::Operation;
use crate::tags::{self, Tags};
use crate::time::epoch_seconds;
use serde::Deserialize;
use serde_json::{Value, json};

pub(super) const OPERATIONS: &[Operation] = &[
    Operation::write("RegisterStreamConsumer", register),
    Operation::write("DeregisterStreamConsumer", deregister),
    Operation::read("DescribeStreamConsumer", describe),
    Operation::read("ListStreamConsumers", list),
];

const TRANSITION: u64 = 10 * SECOND;
const MOST: usize = 20;
const MOST_CREATING: usize = 5;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Register {
    #[serde(rename = "StreamARN")]
    stream_arn: String,
    consumer_name: String,
    tags: Option<Tags>,
}

fn register(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let input: Register = call.input()?;
    check_name(call, "consumerName", &input.consumer_name)?;
    let tags = input.tags.unwrap_or_default();
    tags::check(&tags).map_err(invalid_argument)?;
    let stream = find(account, call, None, Some(&input.stream_arn))?;
    stream.must_be_active(call)?;
    if stream.consumers.contains_key(&input.consumer_name) {
        return Err(in_use(format!("Consumer {} of stream {} already exists.", input.consumer_name, stream.name)));
    }
    let creating = stream.consumers.values().filter(|consumer| *consumer.status.at(call.now) == Status::Creating);
    if stream.consumers.len() >= MOST || creating.count() >= MOST_CREATING {
        return Err(limit_exceeded(format!(
            "Stream {} may have {MOST} consumers, and {MOST_CREATING} in CREATING at the same time.",
            stream.name
        )));
    }
    let status = Timed::new(call.now, Status::Creating).then(call.now + TRANSITION, Status::Active);
    let consumer = Consumer { name: input.consumer_name, created: call.now, status, tags };
    let shown = show(&consumer, &stream.arn(call), call.now);
    stream.consumers.insert(consumer.name.clone(), consumer);
    Answer::json(json!({ "Consumer": shown }))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct OneConsumer {
    #[serde(rename = "StreamARN")]
    stream_arn: Option<String>,
    consumer_name: Option<String>,
    #[serde(rename = "ConsumerARN")]
    consumer_arn: Option<String>,
}

impl OneConsumer {
    fn find<'a>(&self, account: &'a mut Account, call: &Call) -> Result<(&'a mut Stream, String), Fault> {
        let arn = self.consumer_arn.as_deref().or(self.stream_arn.as_deref());
        let stream = find(account, call, None, arn)?;
        let stream_arn = stream.arn(call);
        let matches = |consumer: &Consumer| match (&self.consumer_arn, &self.consumer_name) {
            (Some(arn), _) => consumer.arn(&stream_arn) == *arn,
            (None, Some(name)) => consumer.name == *name,
            (None, None) => false,
        };
        let name = stream.consumers.values().find(|consumer| matches(consumer)).map(|consumer| consumer.name.clone());
        match name {
            Some(name) => Ok((stream, name)),
            None => Err(Fault::new(
                400,
                "ResourceNotFoundException",
                format!("Consumer of stream {} not found.", stream.name),
            )),
        }
    }
}

fn deregister(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let input: OneConsumer = call.input()?;
    let (stream, name) = input.find(account, call)?;
    if let Some(consumer) = stream.consumers.get_mut(&name) {
        consumer.status = Timed::new(call.now, Status::Deleting).then(call.now + TRANSITION, Status::Gone);
    }
    Ok(Answer::empty())
}

fn describe(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let input: OneConsumer = call.input()?;
    let (stream, name) = input.find(account, call)?;
    let arn = stream.arn(call);
    let mut description = stream.consumers.get(&name).map_or(Value::Null, |consumer| show(consumer, &arn, call.now));
    description["StreamARN"] = arn.into();
    Answer::json(json!({ "ConsumerDescription": description }))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct List {
    #[serde(rename = "StreamARN")]
    stream_arn: String,
    next_token: Option<String>,
    max_results: Option<i32>,
    #[serde(rename = "StreamCreationTimestamp")]
    _stream_creation_timestamp: Option<f64>,
}

fn list(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let input: List = call.input()?;
    let limit = input.max_results.unwrap_or(100);
    check_range(call, "maxResults", i64::from(limit), 1, 10_000)?;
    let stream = find(account, call, None, Some(&input.stream_arn))?;
    let arn = stream.arn(call);
    let after = input.next_token.as_deref();
    let mut consumers =
        stream.consumers.values().filter(|consumer| after.is_none_or(|after| consumer.name.as_str() > after));
    let page: Vec<&Consumer> = consumers.by_ref().take(limit.unsigned_abs() as usize).collect();
    let more = consumers.next().is_some();
    let mut answer =
        json!({ "Consumers": page.iter().map(|consumer| show(consumer, &arn, call.now)).collect::<Vec<_>>() });
    if let (true, Some(last)) = (more, page.last()) {
        answer["NextToken"] = last.name.as_str().into();
    }
    Answer::json(answer)
}

fn show(consumer: &Consumer, stream_arn: &str, now: u64) -> Value {
    json!({
        "ConsumerName": consumer.name,
        "ConsumerARN": consumer.arn(stream_arn),
        "ConsumerStatus": consumer.status.at(now),
        "ConsumerCreationTimestamp": epoch_seconds(consumer.created),
    })
}
