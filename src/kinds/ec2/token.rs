//! Client tokens of EC2.

use crate::aws::Cx;
use serde::Serialize;
use sha2::{Digest, Sha256};

/// A client token, 32 hexadecimal digits, that a retry or another run with the same `spec` chooses
/// again.
///
/// EC2 refuses a known token with other parameters (`IdempotentParameterMismatch`), as a replacement
/// sends them while the object it replaces is still there: what is sent is part of the token.
/// `salt` tells apart objects that were alike and are gone.
pub(super) fn token(cx: &Cx, spec: &impl Serialize, salt: &str) -> String {
    let spec = serde_json::to_string(spec).unwrap_or_default();
    let text = format!("{}\0{spec}\0{:?}\0{salt}", cx.token(), cx.tags());
    Sha256::digest(text).iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}
