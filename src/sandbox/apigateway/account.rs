//! The settings of the whole account.

use super::patch::{self, Op};
use super::{bad, compact, query};
use crate::account::Account;
use crate::answer::{Answer, Fault};
use crate::call::Call;
use crate::iam::{WhyNot, role_usable};
use crate::operation::Operation;
use serde_json::{Value, json};

pub(super) const OPERATIONS: &[Operation] = &[
    Operation::read("GetAccount", get).at("GET", "/account"),
    Operation::write("UpdateAccount", update).at("PATCH", "/account"),
];

fn show(account: &Account) -> Value {
    compact(json!({
        "cloudwatchRoleArn": account.apigateway.cloudwatch_role,
        "throttleSettings": { "burstLimit": 5_000, "rateLimit": 10_000.0 },
        "features": ["UsagePlans"],
        "apiKeyVersion": "4",
    }))
}

fn get(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    query(call, &[])?;
    Answer::json(show(account))
}

fn update(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let patches = patch::operations(call)?;
    let mut role = account.apigateway.cloudwatch_role.clone();
    for patch in &patches {
        match (patch.path.as_str(), patch.op) {
            ("/cloudwatchRoleArn", Op::Replace) => {
                role = patch.filled();
                if let Some(arn) = &role {
                    check(account, arn, call.now)?;
                }
            }
            ("/features", Op::Add) if patch.text() == "UsagePlans" => {}
            _ => return Err(patch.unknown()),
        }
    }
    account.apigateway.cloudwatch_role = role;
    Answer::json(show(account))
}

fn check(account: &Account, role: &str, now: u64) -> Result<(), Fault> {
    match role_usable(account, role, "apigateway.amazonaws.com", now) {
        Ok(()) => Ok(()),
        Err(WhyNot::NotPropagated) => Err(bad(format!(
            "API Gateway could not successfully write to CloudWatch Logs using the ARN specified: {role}"
        ))),
        Err(_) => Err(bad(
            "The role ARN does not have required permissions configured. Please grant trust permission for API Gateway and add the required role policy.",
        )),
    }
}
