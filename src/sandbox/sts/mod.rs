//! STS: who is calling.

use super::account::Account;
use super::answer::{Answer, Fault};
use super::call::Call;
use super::operation::Operation;
use super::wire::Xml;

/// Every operation.
pub const OPERATIONS: &[&[Operation]] = &[&[Operation::read("GetCallerIdentity", get_caller_identity)]];

fn get_caller_identity(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    call.params().finish()?;
    let identity = Xml::new()
        .text("Arn", format!("arn:aws:iam::{}:user/{}", account.id, call.access_key))
        .text("UserId", &call.access_key)
        .text("Account", &account.id);
    Ok(Answer::xml(identity))
}
