//! Who signed a request, and for which service and region. Signatures themselves are not checked: every key is right.

use super::answer::Fault;
use super::wire::Request;

/// The credential scope of a signed request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scope {
    /// The access key id.
    pub access_key: String,
    /// The region signed for; `us-east-1` for global services.
    pub region: String,
    /// The signing name of the service.
    pub service: String,
}

/// Reads the scope of `request` from its `Authorization` header or, presigned, from its query.
///
/// # Errors
/// `MissingAuthenticationToken` when unsigned, `IncompleteSignature` when not a version 4 signature.
pub fn scope(request: &Request) -> Result<Scope, Fault> {
    if let Some(header) = request.header("authorization") {
        return from_header(header);
    }
    let Some(credential) = request.query("X-Amz-Credential") else {
        return Err(Fault::new(403, "MissingAuthenticationToken", "Missing Authentication Token"));
    };
    for name in ["X-Amz-Algorithm", "X-Amz-Date", "X-Amz-SignedHeaders", "X-Amz-Signature"] {
        if request.query(name).is_none() {
            return Err(incomplete(&format!("AWS query-string parameters must include '{name}'")));
        }
    }
    from_credential(credential)
}

fn from_header(header: &str) -> Result<Scope, Fault> {
    let Some(parameters) = header.strip_prefix("AWS4-HMAC-SHA256 ") else {
        return Err(incomplete("Authorization header requires the algorithm AWS4-HMAC-SHA256"));
    };
    let parameter = |name: &str| {
        parameters
            .split(',')
            .find_map(|part| part.trim().strip_prefix(name)?.strip_prefix('='))
            .filter(|value| !value.is_empty())
            .ok_or_else(|| incomplete(&format!("Authorization header requires '{name}' parameter")))
    };
    parameter("SignedHeaders")?;
    parameter("Signature")?;
    from_credential(parameter("Credential")?)
}

fn from_credential(credential: &str) -> Result<Scope, Fault> {
    // An access key may hold slashes, the rest of the scope may not.
    let mut parts = credential.rsplitn(5, '/');
    let mut next = || parts.next().unwrap_or_default().to_owned();
    let (end, service, region, date, access_key) = (next(), next(), next(), next(), next());
    let dated = date.len() == 8 && date.bytes().all(|byte| byte.is_ascii_digit());
    let plain = |name: &str| !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    if end != "aws4_request" || !dated || access_key.is_empty() || !plain(&service) || !plain(&region) {
        return Err(incomplete("Credential must have the form access-key/date/region/service/aws4_request"));
    }
    Ok(Scope { access_key, region, service })
}

fn incomplete(message: &str) -> Fault {
    Fault::new(400, "IncompleteSignature", message)
}
