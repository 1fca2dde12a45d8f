//! Policy documents: what IAM refuses about them, and what they allow.

use super::input::principal_known;
use crate::account::Account;
use crate::answer::Fault;
use serde_json::{Map, Value};
use std::collections::BTreeSet;

/// What a document is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Use {
    /// Who may assume a role.
    Trust,
    /// What a role may do.
    Permissions,
}

/// Checks a policy document as IAM does before it stores it.
///
/// # Errors
/// `MalformedPolicyDocument`.
pub(super) fn check(account: &Account, text: &str, purpose: Use) -> Result<(), Fault> {
    let malformed = |message: &str| Fault::new(400, "MalformedPolicyDocument", message);
    let syntax = || malformed("Syntax errors in policy.");
    let document: Value = serde_json::from_str(text).map_err(|_| malformed("This policy contains invalid Json"))?;
    let fields = document.as_object().ok_or_else(syntax)?;
    if fields.keys().any(|key| !["Version", "Id", "Statement"].contains(&key.as_str())) {
        return Err(syntax());
    }
    let version = fields.get("Version").map_or(Some("2008-10-17"), Value::as_str);
    if !matches!(version, Some("2012-10-17" | "2008-10-17")) {
        return Err(syntax());
    }
    let statements = listed(fields.get("Statement").ok_or_else(syntax)?);
    if statements.is_empty() {
        return Err(malformed("The policy must contain at least one statement"));
    }
    let mut sids = BTreeSet::new();
    for statement in statements {
        let statement = statement.as_object().ok_or_else(syntax)?;
        check_statement(account, statement, purpose, &malformed)?;
        if let Some(sid) = statement.get("Sid").and_then(Value::as_str).filter(|sid| !sid.is_empty())
            && !sids.insert(sid)
        {
            return Err(malformed("Statement IDs (SID) in a single policy must be unique."));
        }
    }
    Ok(())
}

const FIELDS: [&str; 9] =
    ["Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition"];

fn check_statement(
    account: &Account,
    statement: &Map<String, Value>,
    purpose: Use,
    malformed: &impl Fn(&str) -> Fault,
) -> Result<(), Fault> {
    let has = |one: &str, other: &str| statement.contains_key(one) || statement.contains_key(other);
    let effect = statement.get("Effect").and_then(Value::as_str);
    if statement.keys().any(|key| !FIELDS.contains(&key.as_str())) || !matches!(effect, Some("Allow" | "Deny")) {
        return Err(malformed("Syntax errors in policy."));
    }
    let sid = statement.get("Sid").map_or(Some(""), Value::as_str);
    if !sid.is_some_and(|sid| sid.chars().all(|character| character.is_ascii_alphanumeric())) {
        return Err(malformed(
            "Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression [0-9A-Za-z]*",
        ));
    }
    let condition = statement.get("Condition").is_none_or(|condition| {
        condition.as_object().is_some_and(|operators| operators.values().all(Value::is_object))
    });
    if !condition {
        return Err(malformed("Syntax errors in policy."));
    }
    if !has("Action", "NotAction") {
        return Err(malformed("Policy statement must contain actions."));
    }
    for action in texts(statement, "Action", "NotAction").ok_or_else(|| malformed("Syntax errors in policy."))? {
        if action != "*" && !action.contains(':') {
            return Err(malformed("Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc."));
        }
        if purpose == Use::Trust && !action.starts_with("sts:") {
            return Err(malformed("AssumeRole policy may only specify STS AssumeRole actions."));
        }
    }
    match purpose {
        Use::Trust => {
            if has("Resource", "NotResource") {
                return Err(malformed("Has prohibited field Resource"));
            }
            let principals = statement.get("Principal").or_else(|| statement.get("NotPrincipal"));
            let principals = principals.ok_or_else(|| malformed("Missing required field Principal"))?;
            check_principals(account, principals).map_err(|message| malformed(&message))
        }
        Use::Permissions => {
            if has("Principal", "NotPrincipal") {
                return Err(malformed("Policy document should not specify a principal."));
            }
            if !has("Resource", "NotResource") {
                return Err(malformed("Policy statement must contain resources."));
            }
            let resources = texts(statement, "Resource", "NotResource");
            let resources = resources.ok_or_else(|| malformed("Syntax errors in policy."))?;
            let wrong = |resource: &&str| *resource != "*" && resource.splitn(6, ':').count() < 6;
            match resources.into_iter().find(wrong) {
                None => Ok(()),
                Some(resource) => Err(malformed(&format!("Resource {resource} must be in ARN format or \"*\"."))),
            }
        }
    }
}

/// Whether every principal of `principals` can be one. Those of this account must exist and be known everywhere.
///
/// # Errors
/// AWS's message.
pub(crate) fn check_principals(account: &Account, principals: &Value) -> Result<(), String> {
    if principals == "*" {
        return Ok(());
    }
    let by_type = principals.as_object().filter(|types| !types.is_empty()).ok_or("Syntax errors in policy.")?;
    for (kind, names) in by_type {
        for name in listed(names) {
            let name = name.as_str().ok_or("Syntax errors in policy.")?;
            let valid = match kind.as_str() {
                "AWS" => is_account_principal(account, name),
                "Service" => name.ends_with(".amazonaws.com"),
                "Federated" | "CanonicalUser" => !name.is_empty(),
                _ => return Err(format!("Invalid principal type in policy: {kind}")),
            };
            if !valid {
                return Err(format!("Invalid principal in policy: \"{}\":\"{name}\"", kind.to_uppercase()));
            }
        }
    }
    Ok(())
}

fn is_account_principal(account: &Account, name: &str) -> bool {
    if name == "*" || is_account_id(name) {
        return true;
    }
    let Some((owner, resource)) = name.strip_prefix("arn:aws:iam::").and_then(|rest| rest.split_once(':')) else {
        return name.starts_with("arn:aws:sts::");
    };
    let plausible = resource == "root" || resource.starts_with("role/") || resource.starts_with("user/");
    let ours = owner == account.id && resource.starts_with("role/");
    is_account_id(owner) && plausible && (!ours || principal_known(account, name))
}

fn is_account_id(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether the trust policy `text` lets `service` assume the role on behalf of `account`.
pub(super) fn trusts(text: &str, service: &str, account: &str) -> bool {
    let applies = |statement: &Map<String, Value>| {
        let named = statement.get("Principal").and_then(|principal| principal.get("Service"));
        let named = named.is_some_and(|names| listed(names).iter().any(|name| *name == service));
        named && covers(statement, "sts:AssumeRole") && from_account(statement, account)
    };
    let allowed = any(text, "Allow", applies);
    allowed && !any(text, "Deny", applies)
}

/// Whether the condition on `aws:SourceAccount`, if there is one, names `account`. Others are taken to hold.
fn from_account(statement: &Map<String, Value>, account: &str) -> bool {
    let conditions = statement.get("Condition").and_then(Value::as_object).into_iter().flatten();
    let keys = conditions.filter_map(|(_, keys)| keys.as_object()).flatten();
    let mut accounts = keys.filter(|(key, _)| key.eq_ignore_ascii_case("aws:SourceAccount"));
    accounts.all(|(_, values)| listed(values).iter().any(|value| *value == account))
}

/// Whether the permission policy `text` allows `action` on some resource.
pub(super) fn allows(text: &str, action: &str) -> bool {
    any(text, "Allow", |statement| covers(statement, action))
}

fn any(text: &str, effect: &str, applies: impl Fn(&Map<String, Value>) -> bool) -> bool {
    let document: Value = serde_json::from_str(text).unwrap_or_default();
    let statements = document.get("Statement").map(listed).unwrap_or_default();
    statements
        .iter()
        .filter_map(|statement| statement.as_object())
        .any(|statement| statement.get("Effect").is_some_and(|given| given == effect) && applies(statement))
}

/// Whether the actions of `statement` include `action`; names may hold `*` and mean the same in any case.
fn covers(statement: &Map<String, Value>, action: &str) -> bool {
    let patterns = statement.get("Action").map(listed).unwrap_or_default();
    let action = action.to_ascii_lowercase();
    patterns.iter().filter_map(|pattern| pattern.as_str()).any(|pattern| fits(&pattern.to_ascii_lowercase(), &action))
}

/// Whether `text` is what `pattern` says, where `*` stands for anything.
pub(crate) fn fits(pattern: &str, text: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == text,
        Some((head, tail)) => text.strip_prefix(head).is_some_and(|rest| {
            (0..=rest.len()).filter(|at| rest.is_char_boundary(*at)).any(|at| fits(tail, &rest[at..]))
        }),
    }
}

/// A value that may stand alone or in a list.
fn listed(value: &Value) -> Vec<&Value> {
    match value {
        Value::Array(items) => items.iter().collect(),
        other => vec![other],
    }
}

/// The texts of the field `one`, or else `other`; `None` when one of them is no text.
fn texts<'a>(statement: &'a Map<String, Value>, one: &str, other: &str) -> Option<Vec<&'a str>> {
    let values = statement.get(one).or_else(|| statement.get(other)).map(listed).unwrap_or_default();
    values.into_iter().map(Value::as_str).collect()
}
