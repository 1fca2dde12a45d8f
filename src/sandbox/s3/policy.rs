//! The policy of a bucket. It is checked and kept; calls are not judged by it.

use super::bucket::Bucket;
use super::input::of;
use crate::account::Account;
use crate::answer::{Answer, Fault};
use crate::call::Call;
use crate::iam;
use crate::operation::Operation;
use crate::wire::Xml;
use serde_json::Value;

pub(super) const OPERATIONS: &[Operation] = &[
    Operation::write("PutBucketPolicy", put_bucket_policy).raw_at("PUT", "/{Bucket}?policy"),
    Operation::read("GetBucketPolicy", get_bucket_policy).raw_at("GET", "/{Bucket}?policy"),
    Operation::write("DeleteBucketPolicy", delete_bucket_policy).raw_at("DELETE", "/{Bucket}?policy"),
    Operation::read("GetBucketPolicyStatus", get_bucket_policy_status).raw_at("GET", "/{Bucket}?policyStatus"),
];

const LONGEST: usize = 20 * 1024;

fn malformed(message: impl Into<String>) -> Fault {
    Fault::new(400, "MalformedPolicy", message)
}

fn listed(value: Option<&Value>) -> Vec<&Value> {
    match value {
        Some(Value::Array(items)) => items.iter().collect(),
        Some(other) => vec![other],
        None => Vec::new(),
    }
}

const FIELDS: [&str; 9] =
    ["Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition"];

/// Checks the policy `text` of `bucket` and says whether it makes it public.
fn check(account: &Account, bucket: &str, text: &str) -> Result<bool, Fault> {
    let document: Value = serde_json::from_str(text)
        .map_err(|_| malformed("Policies must be valid JSON and the first byte must be '{'"))?;
    if text.len() > LONGEST {
        return Err(malformed("Policy exceeds the maximum allowed size of 20480 bytes"));
    }
    let fields =
        document.as_object().ok_or_else(|| malformed("Policies must be valid JSON and the first byte must be '{'"))?;
    if let Some(field) = fields.keys().find(|key| !["Version", "Id", "Statement"].contains(&key.as_str())) {
        return Err(malformed(format!("Unknown field {field}")));
    }
    if !matches!(fields.get("Version").map_or(Some("2008-10-17"), Value::as_str), Some("2012-10-17" | "2008-10-17")) {
        return Err(malformed("The policy must contain a valid version string"));
    }
    let statements = listed(fields.get("Statement"));
    if statements.is_empty() {
        return Err(malformed("Missing required field Statement"));
    }
    let mut public = false;
    for statement in statements {
        check_statement(account, bucket, statement)?;
        public |= is_public(statement);
    }
    Ok(public)
}

fn check_statement(account: &Account, bucket: &str, statement: &Value) -> Result<(), Fault> {
    let fields = statement.as_object().ok_or_else(|| malformed("Statement must be an object"))?;
    if let Some(field) = fields.keys().find(|key| !FIELDS.contains(&key.as_str())) {
        return Err(malformed(format!("Unknown field {field}")));
    }
    if !matches!(fields.get("Effect").and_then(Value::as_str), Some("Allow" | "Deny")) {
        return Err(malformed("Missing required field Effect"));
    }
    let either = |one: &str, other: &str| fields.get(one).or_else(|| fields.get(other));
    let principal = either("Principal", "NotPrincipal").ok_or_else(|| malformed("Missing required field Principal"))?;
    iam::check_principals(account, principal).map_err(|_| malformed("Invalid principal in policy"))?;
    let actions = listed(either("Action", "NotAction"));
    if actions.is_empty() {
        return Err(malformed("Missing required field Action"));
    }
    let is_action = |action: &&Value| action.as_str().is_some_and(|action| action == "*" || action.starts_with("s3:"));
    if !actions.iter().all(is_action) {
        return Err(malformed("Policy has invalid action"));
    }
    let resources = listed(either("Resource", "NotResource"));
    let is_ours = |resource: &&Value| {
        let rest = resource.as_str().and_then(|text| text.strip_prefix("arn:aws:s3:::"));
        rest.is_some_and(|rest| iam::fits(rest.split('/').next().unwrap_or_default(), bucket))
    };
    if resources.is_empty() || !resources.iter().all(is_ours) {
        return Err(malformed("Policy has invalid resource"));
    }
    Ok(())
}

/// Condition keys that narrow a policy for everyone down to some (S3's definition of public, general knowledge).
const NARROWING: [&str; 9] = [
    "aws:sourcearn",
    "aws:sourceaccount",
    "aws:sourcevpc",
    "aws:sourcevpce",
    "aws:sourceip",
    "aws:principalarn",
    "aws:principalaccount",
    "aws:principalorgid",
    "aws:userid",
];

fn is_public(statement: &Value) -> bool {
    let everyone = |principal: &Value| principal == "*" || listed(principal.get("AWS")).iter().any(|name| *name == "*");
    let conditions = statement.get("Condition").and_then(Value::as_object).into_iter().flatten();
    let mut keys =
        conditions.filter_map(|(_, keys)| keys.as_object()).flatten().map(|(key, _)| key.to_ascii_lowercase());
    statement.get("Effect").is_some_and(|effect| effect == "Allow")
        && statement.get("Principal").is_some_and(everyone)
        && !keys.any(|key| NARROWING.contains(&key.as_str()))
}

fn text_of(call: &Call) -> Result<&str, Fault> {
    super::checksum::verify(call)?;
    std::str::from_utf8(call.body())
        .map_err(|_| malformed("Policies must be valid JSON and the first byte must be '{'"))
}

fn put_bucket_policy(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let name = of(&mut account.s3, &account.id, call)?.name.clone();
    let text = text_of(call)?;
    let public = check(account, &name, text)?;
    let bucket = of(&mut account.s3, &account.id, call)?;
    if public && bucket.public_access_block.is_some_and(|[_, _, block_policy, _]| block_policy) {
        let text = format!(
            "User: arn:aws:iam::{}:user/{} is not authorized to perform: s3:PutBucketPolicy on resource: \"arn:aws:s3:::{name}\" because public policies are prevented by the BlockPublicPolicy setting in S3 Block Public Access.",
            account.id, call.access_key
        );
        return Err(Fault::new(403, "AccessDenied", text));
    }
    bucket.policy = Some(text.to_owned());
    Ok(Answer::empty().status(204))
}

fn policy(bucket: &Bucket) -> Result<&str, Fault> {
    let fault = || {
        let fault = Fault::new(404, "NoSuchBucketPolicy", "The bucket policy does not exist");
        fault.with_member("BucketName", bucket.name.as_str())
    };
    bucket.policy.as_deref().ok_or_else(fault)
}

fn get_bucket_policy(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let text = policy(of(&mut account.s3, &account.id, call)?)?.to_owned();
    Ok(Answer::raw(text).header("content-type", "application/json"))
}

fn delete_bucket_policy(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    of(&mut account.s3, &account.id, call)?.policy = None;
    Ok(Answer::empty().status(204))
}

fn get_bucket_policy_status(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let text = policy(of(&mut account.s3, &account.id, call)?)?;
    let document: Value = serde_json::from_str(text).unwrap_or_default();
    let public = listed(document.get("Statement")).into_iter().any(is_public);
    Ok(Answer::document("PolicyStatus", Xml::new().text("IsPublic", public)))
}
