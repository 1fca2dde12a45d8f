//! Resource policies of streams and consumers.

use super::find;
use crate::account::Account;
use crate::answer::{Answer, Fault};
use crate::call::Call;
use crate::operation::Operation;
use serde::Deserialize;
use serde_json::{Value, json};

pub(super) const OPERATIONS: &[Operation] = &[
    Operation::write("PutResourcePolicy", put),
    Operation::read("GetResourcePolicy", get),
    Operation::write("DeleteResourcePolicy", delete),
];

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Put {
    #[serde(rename = "ResourceARN")]
    resource_arn: String,
    policy: String,
}

fn put(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let input: Put = call.input()?;
    if serde_json::from_str::<Value>(&input.policy).ok().is_none_or(|policy| !policy.is_object()) {
        return Err(super::invalid_argument("The policy is not a JSON object."));
    }
    let stream = find(account, call, None, Some(&input.resource_arn))?;
    stream.must_be_active(call)?;
    stream.policies.insert(input.resource_arn, input.policy);
    Ok(Answer::empty())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OfResource {
    #[serde(rename = "ResourceARN")]
    resource_arn: String,
}

fn get(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let input: OfResource = call.input()?;
    let stream = find(account, call, None, Some(&input.resource_arn))?;
    // An object without a policy answers with an empty one.
    let policy = stream.policies.get(&input.resource_arn).map_or("{}", String::as_str);
    Answer::json(json!({ "Policy": policy }))
}

fn delete(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let input: OfResource = call.input()?;
    let stream = find(account, call, None, Some(&input.resource_arn))?;
    stream.must_be_active(call)?;
    match stream.policies.remove(&input.resource_arn) {
        Some(_) => Ok(Answer::empty()),
        None => Err(Fault::new(400, "ResourceNotFoundException", format!("{} has no policy.", input.resource_arn))),
    }
}
