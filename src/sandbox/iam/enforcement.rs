//! Holding callers to a policy: what it does not allow is refused, as AWS refuses it.

use super::authorization::Need;
use super::document::{self, Use, Verdict};
use crate::account::Account;
use crate::answer::Fault;
use crate::call::Call;
use crate::operation::Protocol;
use crate::services;
use serde_json::Value;

/// What every caller may do.
#[derive(Clone, Debug)]
pub struct Policy(Value);

/// Why a text is no policy.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct InvalidPolicy(String);

impl Policy {
    /// The policy that `text`, a JSON document, holds.
    ///
    /// # Errors
    /// When IAM would not take it as a policy of permissions.
    pub fn parse(text: &str) -> Result<Self, InvalidPolicy> {
        document::check(&Account::default(), text, Use::Permissions).map_err(|fault| InvalidPolicy(fault.message))?;
        serde_json::from_str(text).map(Self).map_err(|error| InvalidPolicy(error.to_string()))
    }

    /// Whether the caller may make `call`, whose needs are known.
    ///
    /// # Errors
    /// AWS's refusal, which names the first action that is not allowed, and on what.
    pub(crate) fn check(&self, account: &Account, call: &Call) -> Result<(), Fault> {
        for need in &call.needs {
            for resource in &need.resources {
                let key = |name: &str| value(account, call, need, resource, name);
                match document::verdict(&self.0, &need.action, resource, &key) {
                    Verdict::Allowed => {}
                    verdict => return Err(denied(call, &need.action, resource, verdict)),
                }
            }
        }
        Ok(())
    }
}

/// The value of the condition key `name`, if the request has one.
///
/// # Errors
/// When nothing here knows the key.
fn value(account: &Account, call: &Call, need: &Need, resource: &str, name: &str) -> Result<Option<String>, ()> {
    let is = |key: &str| name.eq_ignore_ascii_case(key);
    let tag = |prefix: &str| {
        let head = name.get(..prefix.len()).filter(|head| head.eq_ignore_ascii_case(prefix));
        head.and_then(|_| name.get(prefix.len()..))
    };
    if let Some((_, value)) = need.context.iter().find(|(key, _)| is(key)) {
        return Ok(Some(value.clone()));
    }
    if ["iam:PassedToService", "iam:AWSServiceName", "ec2:CreateAction"].into_iter().any(is) {
        return Ok(None);
    }
    if is("aws:RequestedRegion") {
        return Ok(Some(call.region.clone()));
    }
    if let Some(key) = tag("aws:ResourceTag/") {
        let service = resource.split(':').nth(2).and_then(services::find).and_then(|service| service.tagged);
        let tagged = service.ok_or(())?(account).into_iter().find(|(arn, _)| arn == resource);
        return Ok(tagged.and_then(|(_, mut tags)| tags.remove(key)));
    }
    match tag("aws:RequestTag/") {
        Some(key) if call.service.name == "ec2" => Ok(sent_tag(call, key)),
        _ => Err(()),
    }
}

/// The value of the tag `key` that a call of EC2 is to set.
fn sent_tag(call: &Call, key: &str) -> Option<String> {
    let params = call.params();
    let places = ["TagSpecification.*.Tag.*", "Tag.*"];
    let mut tags = places.iter().flat_map(|place| {
        let (keys, values) = (params.seen(&format!("{place}.Key")), params.seen(&format!("{place}.Value")));
        keys.into_iter().zip(values)
    });
    tags.find(|(given, _)| *given == key).map(|(_, value)| value.to_owned())
}

/// How the service says that the caller may not do `action` on `resource`.
fn denied(call: &Call, action: &str, resource: &str, verdict: Verdict) -> Fault {
    let quote = if call.service.protocol == Protocol::RestXml { "\"" } else { "" };
    let because = match verdict {
        Verdict::Denied => "with an explicit deny in an identity-based policy".to_owned(),
        _ => format!("because no identity-based policy allows the {action} action"),
    };
    let message = format!(
        "User: arn:aws:iam::{}:user/{} is not authorized to perform: {action} on resource: {quote}{resource}{quote} {because}",
        call.account_id, call.access_key
    );
    match call.service.protocol {
        Protocol::Ec2Query { .. } => {
            let message = format!("You are not authorized to perform this operation. {message}");
            Fault::new(403, "UnauthorizedOperation", message)
        }
        Protocol::AwsQuery { .. } | Protocol::RestXml => Fault::new(403, "AccessDenied", message),
        Protocol::AwsJson { .. } => Fault::new(400, "AccessDeniedException", message),
        Protocol::RestJson => Fault::new(403, "AccessDeniedException", message),
    }
}
