//! Policies of the account. Of their types only those on retention are known here, for all groups.

use super::group::{Group, RETENTIONS, invalid};
use crate::account::Account;
use crate::answer::{Answer, Fault};
use crate::call::Call;
use crate::operation::Operation;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

pub(super) const OPERATIONS: &[Operation] = &[
    Operation::write("PutAccountPolicy", put_account_policy),
    Operation::read("DescribeAccountPolicies", describe_account_policies),
    Operation::write("DeleteAccountPolicy", delete_account_policy),
];

/// The type of the policies that are known.
const RETENTION: &str = "RETENTION_POLICY";
/// Account policies know no shorter time, in days.
const SHORTEST: u32 = 30;

/// How long groups keep events, whatever they say themselves.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Policy {
    pub name: String,
    /// `None` is forever.
    pub days: Option<u32>,
    document: String,
    /// Only groups made since then, in milliseconds since the epoch.
    from: u64,
    updated: u64,
}

impl Policy {
    /// Whether it decides on `group`.
    pub(super) fn applies(&self, group: &Group) -> bool {
        group.created >= self.from
    }

    fn json(&self, account: &str) -> Value {
        json!({
            "policyName": self.name,
            "policyDocument": self.document,
            "lastUpdatedTime": self.updated,
            "policyType": RETENTION,
            "scope": "ALL",
            "accountId": account,
        })
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Put {
    policy_name: String,
    policy_document: String,
    policy_type: String,
    scope: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Document {
    retention_in_days: Value,
    enforcement_mode: Mode,
}

#[derive(Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum Mode {
    NewOnly,
    Retroactive,
}

fn put_account_policy(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let input: Put = call.input()?;
    check_type(&input.policy_type)?;
    if input.scope.is_some_and(|scope| scope != "ALL") {
        return Err(invalid("The scope of an account policy must be ALL."));
    }
    let document: Document = serde_json::from_str(&input.policy_document)
        .map_err(|error| invalid(format!("The policy document is not valid: {error}")))?;
    let allowed = |days: &u32| *days >= SHORTEST && RETENTIONS.contains(days);
    let days = match &document.retention_in_days {
        Value::String(forever) if forever == "NEVER_EXPIRE" => None,
        days => match days.as_u64().and_then(|days| u32::try_from(days).ok()).filter(allowed) {
            Some(days) => Some(days),
            None => return Err(invalid(format!("retentionInDays of an account policy cannot be {days}."))),
        },
    };
    if account.logs.policy.as_ref().is_some_and(|policy| policy.name != input.policy_name) {
        return Err(Fault::new(400, "LimitExceededException", "The account already has a retention policy."));
    }
    let from = match document.enforcement_mode {
        Mode::NewOnly => call.now,
        Mode::Retroactive => 0,
    };
    let policy = Policy { name: input.policy_name, days, document: input.policy_document, from, updated: call.now };
    let shown = policy.json(&call.account_id);
    account.logs.policy = Some(policy);
    Answer::json(json!({ "accountPolicy": shown }))
}

fn check_type(given: &str) -> Result<(), Fault> {
    if given == RETENTION {
        return Ok(());
    }
    Err(invalid(format!("Account policies of the type {given} are not known; only {RETENTION} is.")))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Describe {
    policy_type: String,
    policy_name: Option<String>,
}

fn describe_account_policies(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let input: Describe = call.input()?;
    check_type(&input.policy_type)?;
    let fits = |policy: &&Policy| input.policy_name.as_ref().is_none_or(|name| *name == policy.name);
    let found: Vec<Value> =
        account.logs.policy.iter().filter(fits).map(|policy| policy.json(&call.account_id)).collect();
    Answer::json(json!({ "accountPolicies": found }))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Delete {
    policy_name: String,
    policy_type: String,
}

fn delete_account_policy(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let input: Delete = call.input()?;
    check_type(&input.policy_type)?;
    match account.logs.policy.take_if(|policy| policy.name == input.policy_name) {
        Some(_) => Ok(Answer::empty()),
        None => Err(Fault::new(400, "ResourceNotFoundException", "The specified account policy does not exist.")),
    }
}
