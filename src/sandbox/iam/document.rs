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
    let action = action.to_ascii_lowercase();
    concerns(statement, "Action", "NotAction", |pattern| fits(&pattern.to_ascii_lowercase(), &action))
}

/// Whether one of the patterns in the field `one` fits, or, where there is the field `other` instead, none of those.
fn concerns(statement: &Map<String, Value>, one: &str, other: &str, fits: impl Fn(&str) -> bool) -> bool {
    let any = |patterns: &Value| listed(patterns).into_iter().filter_map(Value::as_str).any(&fits);
    match (statement.get(one), statement.get(other)) {
        (Some(patterns), _) => any(patterns),
        (None, Some(patterns)) => !any(patterns),
        (None, None) => false,
    }
}

/// What a policy says of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It may be.
    Allowed,
    /// It is forbidden, whatever else allows it.
    Denied,
    /// Nothing is said.
    Silent,
}

/// What `document` says of `action` on `resource`. `key` gives the values of condition keys, or an error for those that it
/// does not know; a statement with such a key allows nothing, and forbids all the same.
pub(super) fn verdict(
    document: &Value,
    action: &str,
    resource: &str,
    key: &dyn Fn(&str) -> Result<Option<String>, ()>,
) -> Verdict {
    let statements = document.get("Statement").map(listed).unwrap_or_default();
    let about = |statement: &&Map<String, Value>| {
        covers(statement, action) && concerns(statement, "Resource", "NotResource", |pattern| fits(pattern, resource))
    };
    let mut verdict = Verdict::Silent;
    for statement in statements.into_iter().filter_map(Value::as_object).filter(about) {
        let allows = statement.get("Effect").is_some_and(|effect| effect == "Allow");
        match (allows, holds(statement.get("Condition"), key)) {
            (true, Ok(true)) => verdict = Verdict::Allowed,
            (false, Ok(true) | Err(())) => return Verdict::Denied,
            _ => {}
        }
    }
    verdict
}

/// Whether every condition holds.
///
/// # Errors
/// When one of them is about a key, or in a way, that is not known here.
fn holds(conditions: Option<&Value>, key: &dyn Fn(&str) -> Result<Option<String>, ()>) -> Result<bool, ()> {
    let operators = conditions.and_then(Value::as_object).into_iter().flatten();
    let mut all = true;
    for (operator, keys) in operators {
        let (operator, optional) = match operator.strip_suffix("IfExists") {
            Some(operator) => (operator, true),
            None => (operator.as_str(), false),
        };
        for (name, wanted) in keys.as_object().into_iter().flatten() {
            let given = key(name)?;
            let wanted = listed(wanted).into_iter().filter_map(Value::as_str);
            let (equal, negated) = match operator {
                "StringEquals" | "StringNotEquals" => (any_of(wanted, given.as_deref(), |a, b| a == b), operator),
                "StringLike" | "StringNotLike" | "ArnLike" | "ArnEquals" => {
                    (any_of(wanted, given.as_deref(), fits), operator)
                }
                _ => return Err(()),
            };
            let absent = optional && given.is_none();
            all &= absent || equal != negated.contains("Not");
        }
    }
    Ok(all)
}

fn any_of<'a>(mut wanted: impl Iterator<Item = &'a str>, given: Option<&str>, same: fn(&str, &str) -> bool) -> bool {
    given.is_some_and(|given| wanted.any(|wanted| same(wanted, given)))
}

/// Whether `text` is what `pattern` says, where `*` stands for anything and `?` for any one character.
pub(crate) fn fits(pattern: &str, text: &str) -> bool {
    let mut rest = text.chars();
    for (at, part) in pattern.char_indices() {
        match part {
            '*' => {
                let (tail, rest) = (&pattern[at + 1..], rest.as_str());
                return rest.char_indices().map(|(at, _)| &rest[at..]).chain([""]).any(|rest| fits(tail, rest));
            }
            '?' if rest.next().is_some() => {}
            part if part != '?' && rest.next() == Some(part) => {}
            _ => return false,
        }
    }
    rest.as_str().is_empty()
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
