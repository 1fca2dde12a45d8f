//! `ClientToken`: the same request with the same token makes one thing.

use super::refusals;
use crate::account::Account;
use crate::answer::Fault;
use crate::call::Call;
use crate::clock::HOUR;
use crate::wire::Params;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// How long a token is known.
const KNOWN_FOR: u64 = 24 * HOUR;

/// The tokens of the past day, as `<operation>/<token>`.
pub type Tokens = BTreeMap<String, Made>;

/// What a request with a token made.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Made {
    request: String,
    ids: Vec<String>,
    at: u64,
}

/// The token of a request.
#[derive(Debug)]
pub(super) struct Token {
    key: String,
    request: String,
    /// The token itself, for the answer.
    pub text: String,
}

impl Token {
    /// Reads `ClientToken`.
    ///
    /// # Errors
    /// When it is longer than 64 characters or not ASCII.
    pub(super) fn read(params: &Params, call: &Call) -> Result<Option<Self>, Fault> {
        let Some(text) = params.optional::<String>("ClientToken")?.filter(|text| !text.is_empty()) else {
            return Ok(None);
        };
        if text.len() > 64 || !text.is_ascii() {
            return Err(refusals::invalid(format!(
                "Invalid value '{text}' for clientToken. It must be at most 64 ASCII characters."
            )));
        }
        let mut pairs: Vec<_> =
            form_urlencoded::parse(call.body()).filter(|(name, _)| name != "ClientToken" && name != "DryRun").collect();
        pairs.sort();
        let digest = Sha256::digest(format!("{pairs:?}"));
        let request = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        Ok(Some(Self { key: format!("{}/{text}", call.operation.name), request, text }))
    }

    /// What the same request made before.
    ///
    /// # Errors
    /// When the token came with another request.
    pub(super) fn made(&self, account: &Account, now: u64) -> Result<Option<Vec<String>>, Fault> {
        let made = account.ec2.tokens.get(&self.key).filter(|made| made.at.saturating_add(KNOWN_FOR) > now);
        match made {
            Some(made) if made.request != self.request => Err(Fault::new(
                400,
                "IdempotentParameterMismatch",
                "Arguments on this idempotent request are inconsistent with arguments used in previous request(s).",
            )),
            made => Ok(made.map(|made| made.ids.clone())),
        }
    }

    /// Notes what the request made.
    pub(super) fn keep(self, account: &mut Account, now: u64, ids: Vec<String>) {
        account.ec2.tokens.retain(|_, made| made.at.saturating_add(KNOWN_FOR) > now);
        account.ec2.tokens.insert(self.key, Made { request: self.request, ids, at: now });
    }
}
