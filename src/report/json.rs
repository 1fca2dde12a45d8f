//! Plans for machines.

use super::human::class;
use crate::plan::{Action, Change, Plan, Step, Why};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// The version of the JSON formats; grows when a reader of the old would misunderstand the new.
pub const FORMAT: u32 = 1;

/// What a plan is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// The stack.
    pub stack: String,
    /// The account id.
    pub account: String,
    /// The region.
    pub region: String,
}

/// The plan as one JSON object: `format`, `stack`, `account`, `region`, `digest`, `steps` and `counts`.
pub fn plan(header: &Header, plan: &Plan, digest: &str) -> Value {
    let count = |of: &str| plan.steps.iter().filter(|step| class(&step.action) == of).count();
    json!({
        "format": FORMAT,
        "stack": header.stack,
        "account": header.account,
        "region": header.region,
        "digest": digest,
        "steps": plan.steps.iter().map(step).collect::<Vec<_>>(),
        "counts": {
            "create": count("create"),
            "change": count("change"),
            "replace": count("replace"),
            "wait": count("wait for"),
            "delete": count("delete"),
            "data_loss": plan.losing_data().count(),
        },
    })
}

fn step(step: &Step) -> Value {
    let nothing: &[Change] = &[];
    let (action, changes, why) = match &step.action {
        Action::Create { replaces: None, .. } => ("create", nothing, None),
        Action::Create { replaces: Some(why @ Why::Fixed(changes)), .. } => ("replace", changes.as_slice(), Some(why)),
        Action::Create { replaces: Some(why), .. } => ("replace", nothing, Some(why)),
        Action::Update { changes, .. } => ("change", changes.as_slice(), None),
        Action::Wait { .. } => ("wait", nothing, None),
        Action::Delete { why, .. } => ("delete", nothing, Some(why)),
    };
    let why = why.map(|why| match why {
        Why::Unwanted => json!("unwanted"),
        Why::Fixed(_) => json!("replaced"),
        Why::Failed(reason) => json!({ "failed": reason }),
        Why::Deleting => json!("deleting"),
        Why::Surplus => json!("surplus"),
    });
    json!({
        "address": step.address.to_string(),
        "kind": step.address.kind,
        "action": action,
        "changes": changes,
        "why": why,
        "after": step.after,
        "loses_data": step.loses_data,
    })
}
