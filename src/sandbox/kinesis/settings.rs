//! What an account has agreed to, and the warm throughput that comes with it.

use super::invalid_argument;
use super::stream::{Mode, Status, Stream};
use crate::account::Account;
use crate::answer::{Answer, Fault};
use crate::call::Call;
use crate::clock::HOUR;
use crate::operation::Operation;
use crate::time::epoch_seconds;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

pub(super) const OPERATIONS: &[Operation] = &[
    Operation::read("DescribeAccountSettings", describe_account_settings),
    Operation::write("UpdateAccountSettings", update_account_settings),
];

/// How long an account stays committed at least.
const COMMITMENT: u64 = 24 * HOUR;
/// What an on-demand stream takes that nobody has warmed, in MiB a second.
pub(super) const COLD: u32 = 4;
/// The most a stream can be warmed to, in MiB a second: 10 GiB.
const HOTTEST: u32 = 10 * 1_024;

/// An account that pays for a minimum of throughput, whether it uses that or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Commitment {
    /// In milliseconds since the epoch.
    pub since: u64,
    /// When it ends, once somebody has ended it.
    pub until: Option<u64>,
}

/// What the account has agreed to and still holds.
pub(super) fn commitment(account: &Account, now: u64) -> Option<Commitment> {
    account.kinesis.commitment.filter(|commitment| commitment.until.is_none_or(|until| until > now))
}

/// Whether a stream of this `mode` can be warmed to `target`.
pub(super) fn check_warm(account: &Account, call: &Call, mode: Mode, target: u32) -> Result<(), Fault> {
    if mode == Mode::Provisioned {
        return Err(invalid_argument("A PROVISIONED stream cannot have a warm throughput."));
    }
    if commitment(account, call.now).is_none() {
        let message = "Warm throughput needs an account with MinimumThroughputBillingCommitment enabled.";
        return Err(invalid_argument(message));
    }
    if target > HOTTEST {
        return Err(invalid_argument(format!("The warm throughput of a stream can be at most {HOTTEST} MiBps.")));
    }
    Ok(())
}

/// The warm throughput of an on-demand stream, as answers show it.
pub(super) fn warm(stream: &Stream, now: u64) -> Value {
    let (before, target) = stream.warm.map_or((COLD, COLD), |warm| (warm.before, warm.target));
    let current = if stream.status(now) == Status::Active { target } else { before };
    json!({ "TargetMiBps": target, "CurrentMiBps": current })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Nothing {}

fn describe_account_settings(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let Nothing {} = call.input()?;
    show(account, call)
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Update {
    minimum_throughput_billing_commitment: Wanted,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Wanted {
    status: Wish,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
enum Wish {
    Enabled,
    Disabled,
}

fn update_account_settings(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let Update { minimum_throughput_billing_commitment: Wanted { status } } = call.input()?;
    let known = commitment(account, call.now);
    account.kinesis.commitment = match (status, known) {
        (Wish::Enabled, known) => Some(Commitment { since: known.map_or(call.now, |known| known.since), until: None }),
        (Wish::Disabled, Some(Commitment { since, .. })) if since + COMMITMENT > call.now => {
            Some(Commitment { since, until: Some(since + COMMITMENT) })
        }
        (Wish::Disabled, _) => None,
    };
    show(account, call)
}

fn show(account: &Account, call: &Call) -> Result<Answer, Fault> {
    let shown = match commitment(account, call.now) {
        None => json!({ "Status": "DISABLED" }),
        Some(Commitment { since, until }) => json!({
            "Status": if until.is_some() { "ENABLED_UNTIL_EARLIEST_ALLOWED_END" } else { "ENABLED" },
            "StartedAt": epoch_seconds(since),
            "EarliestAllowedEndAt": epoch_seconds(since + COMMITMENT),
        }),
    };
    Answer::json(json!({ "MinimumThroughputBillingCommitment": shown }))
}
