//! Plans for machines.

use super::human::class;
use crate::plan::{Action, Change, Plan, Step, Why};
use crate::resource::Status;
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

/// The plan as one JSON object:
///
/// - `format`: the version of this form, [`FORMAT`].
/// - `stack`, `account`, `region`: what the plan is about.
/// - `digest`: 64 hexadecimal digits that stand for what was wanted and what was live. A plan with another
///   digest is another plan.
/// - `steps`: what is to be done, each step after those it comes after. Of each:
///   - `address`: the resource, such as `kafka/topic/orders`; `kind`: the first two parts of that.
///   - `action`: `create`, `change` (in place), `replace` (create, with a `delete` of its own), `wait` (for what
///     AWS is doing already) or `delete`.
///   - `changes`: what differs of what is changed or replaced. Of each: `field`, its path; `from`, the live
///     value, or null; `to`, either `{"known": value}` or, when AWS gives the value only while the plan is
///     carried out, `{"later": {"after": [addresses]}}`; `replaces`, whether it cannot be changed in place.
///     Secrets read `(secret)`.
///   - `why`: for what goes and what takes its place, else null: `"unwanted"` (not in the manifest),
///     `"destroyed"` (everything goes), `"surplus"` (left over from an interrupted replacement), `"replaced"`,
///     `"deleting"` (while it is being deleted already) or `{"failed": reason}` with AWS's own reason.
///   - `after`: the indexes, in `steps`, of those that must have succeeded first.
///   - `loses_data`: whether it needs `--allow-data-loss`.
/// - `counts`: how many resources to `create`, `change`, `replace`, `wait` for and `delete`, a replacement
///   counting once; and `data_loss`, how many steps lose data.
///
/// A file that `plan --out` writes has two members more: `targets`, the addresses it was limited to, and
/// `destroy`, whether it destroys the stack.
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
        Action::Delete { live, why } if live.status == Status::Deleting => ("wait", nothing, Some(why)),
        Action::Delete { why, .. } => ("delete", nothing, Some(why)),
    };
    let why = why.map(|why| match why {
        Why::Unwanted => json!("unwanted"),
        Why::Destroyed => json!("destroyed"),
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
