//! Log groups.

use super::policy::Policy;
use crate::account::Account;
use crate::answer::{Answer, Fault};
use crate::call::Call;
use crate::operation::Operation;
use crate::tags::{self, Tags};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// A log group.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Group {
    /// Unique in account and region.
    pub name: String,
    /// Without `:*` at its end.
    pub arn: String,
    /// In milliseconds of virtual time since the epoch.
    pub created: u64,
    /// In days; `None` is forever.
    pub retention: Option<u32>,
    /// The ARN of the key events are encrypted with.
    pub kms_key: Option<String>,
    /// `STANDARD`, ..
    pub class: String,
    /// Whether it cannot be deleted.
    pub protected: bool,
    /// Its tags.
    pub tags: Tags,
}

pub(super) const OPERATIONS: &[Operation] = &[
    Operation::write("CreateLogGroup", create_log_group),
    Operation::read("DescribeLogGroups", describe_log_groups),
    Operation::write("DeleteLogGroup", delete_log_group),
    Operation::write("PutRetentionPolicy", put_retention_policy),
    Operation::write("DeleteRetentionPolicy", delete_retention_policy),
    Operation::write("AssociateKmsKey", associate_kms_key),
    Operation::write("DisassociateKmsKey", disassociate_kms_key),
    Operation::write("PutLogGroupDeletionProtection", put_log_group_deletion_protection),
    Operation::write("TagResource", tag_resource),
    Operation::write("UntagResource", untag_resource),
    Operation::read("ListTagsForResource", list_tags_for_resource),
];

const CLASSES: [&str; 4] = ["STANDARD", "INFREQUENT_ACCESS", "DELIVERY", "ESSENTIALS"];
/// In days (AWS.md §2.6).
pub(super) const RETENTIONS: [u32; 22] =
    [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653];

impl Group {
    /// A group as it is when only its name is given.
    pub(super) fn new(account: &Account, name: &str) -> Self {
        Self {
            name: name.to_owned(),
            arn: account.arn("logs", &format!("log-group:{name}")),
            created: account.now,
            retention: None,
            kms_key: None,
            class: CLASSES[0].to_owned(),
            protected: false,
            tags: Tags::new(),
        }
    }

    fn json(&self, policy: Option<&Policy>) -> Value {
        let policy = policy.filter(|policy| policy.applies(self));
        let mut group = json!({
            "logGroupName": self.name,
            "creationTime": self.created,
            "metricFilterCount": 0,
            "arn": format!("{}:*", self.arn),
            "logGroupArn": self.arn,
            "storedBytes": 0,
            "logGroupClass": self.class,
            "deletionProtectionEnabled": self.protected,
        });
        if let Some(days) = policy.map_or(self.retention, |policy| policy.days) {
            group["retentionInDays"] = days.into();
        }
        if let Some(policy) = policy {
            group["retentionPolicyName"] = policy.name.as_str().into();
        }
        if let Some(key) = &self.kms_key {
            group["kmsKeyId"] = key.as_str().into();
        }
        group
    }
}

pub(super) fn invalid(message: impl Into<String>) -> Fault {
    Fault::new(400, "InvalidParameterException", message)
}

fn absent() -> Fault {
    Fault::new(400, "ResourceNotFoundException", "The specified log group does not exist.")
}

fn check_name(member: &str, name: &str) -> Result<(), Fault> {
    let allowed = |character: char| character.is_ascii_alphanumeric() || "._-/#".contains(character);
    if (1..=512).contains(&name.len()) && name.chars().all(allowed) {
        return Ok(());
    }
    Err(invalid(format!(
        "1 validation error detected: Value '{name}' at '{member}' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\.\\-_/#A-Za-z0-9]+"
    )))
}

fn check_class(class: &str) -> Result<(), Fault> {
    if CLASSES.contains(&class) {
        return Ok(());
    }
    Err(invalid(format!(
        "1 validation error detected: Value '{class}' at 'logGroupClass' failed to satisfy constraint: Member must satisfy enum value set: {CLASSES:?}"
    )))
}

fn check_key(key: &str) -> Result<(), Fault> {
    let parts: Vec<&str> = key.split(':').collect();
    match parts.as_slice() {
        ["arn", "aws", "kms", region, owner, resource]
            if !region.is_empty() && owner.len() == 12 && resource.starts_with("key/") =>
        {
            Ok(())
        }
        _ => Err(invalid("The specified KMS Key Id could not be found.")),
    }
}

fn check_tags(tags: &Tags) -> Result<(), Fault> {
    tags::check(tags).map_err(invalid)
}

/// The group that is called `name`.
fn of<'a>(account: &'a mut Account, name: &str) -> Result<&'a mut Group, Fault> {
    check_name("logGroupName", name)?;
    account.logs.groups.get_mut(name).ok_or_else(absent)
}

/// The group with this ARN, which must not end in `:*`.
fn by_arn<'a>(account: &'a mut Account, arn: &str) -> Result<&'a mut Group, Fault> {
    let prefix = account.arn("logs", "log-group:");
    let name = arn.strip_prefix(&prefix).filter(|name| !name.contains(':'));
    let name = name.ok_or_else(|| invalid(format!("Invalid resource ARN: {arn}")))?.to_owned();
    account.logs.groups.get_mut(&name).ok_or_else(absent)
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Create {
    log_group_name: String,
    kms_key_id: Option<String>,
    #[serde(default)]
    tags: Tags,
    log_group_class: Option<String>,
    #[serde(default)]
    deletion_protection_enabled: bool,
}

fn create_log_group(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let input: Create = call.input()?;
    check_name("logGroupName", &input.log_group_name)?;
    input.log_group_class.as_deref().map(check_class).transpose()?;
    input.kms_key_id.as_deref().map(check_key).transpose()?;
    check_tags(&input.tags)?;
    if super::exists(account, &input.log_group_name) {
        return Err(Fault::new(400, "ResourceAlreadyExistsException", "The specified log group already exists"));
    }
    let group = Group {
        kms_key: input.kms_key_id,
        class: input.log_group_class.unwrap_or_else(|| CLASSES[0].to_owned()),
        protected: input.deletion_protection_enabled,
        tags: input.tags,
        ..Group::new(account, &input.log_group_name)
    };
    account.logs.groups.insert(input.log_group_name, group);
    Ok(Answer::empty())
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Describe {
    log_group_name_prefix: Option<String>,
    log_group_name_pattern: Option<String>,
    log_group_class: Option<String>,
    log_group_identifiers: Option<Vec<String>>,
    account_identifiers: Option<Vec<String>>,
    #[serde(default)]
    include_linked_accounts: bool,
    next_token: Option<String>,
    limit: Option<usize>,
}

fn describe_log_groups(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let input: Describe = call.input()?;
    let limit = input.limit.unwrap_or(50);
    if !(1..=50).contains(&limit) {
        return Err(invalid(format!(
            "1 validation error detected: Value '{limit}' at 'limit' failed to satisfy constraint: Member must have value less than or equal to 50"
        )));
    }
    if input.log_group_name_prefix.is_some() && input.log_group_name_pattern.is_some() {
        return Err(invalid("LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters."));
    }
    if input.include_linked_accounts || input.account_identifiers.is_some() {
        return Err(invalid("This account is not a monitoring account."));
    }
    input.log_group_class.as_deref().map(check_class).transpose()?;
    if let Some(identifiers) = &input.log_group_identifiers {
        let alone = input.log_group_name_prefix.is_none()
            && input.log_group_name_pattern.is_none()
            && input.log_group_class.is_none();
        if !alone || !(1..=50).contains(&identifiers.len()) {
            return Err(invalid("Log group identifiers must be 1 to 50 and the only filter."));
        }
    }
    let fits = |group: &&Group| {
        let after = input.next_token.as_ref().is_none_or(|token| group.name > *token);
        let prefix = input.log_group_name_prefix.as_ref().is_none_or(|prefix| group.name.starts_with(prefix));
        let pattern = input.log_group_name_pattern.as_ref().is_none_or(|pattern| group.name.contains(pattern));
        let class = input.log_group_class.as_ref().is_none_or(|class| group.class == *class);
        let listed = input
            .log_group_identifiers
            .as_ref()
            .is_none_or(|all| all.iter().any(|given| *given == group.name || *given == group.arn));
        after && prefix && pattern && class && listed
    };
    let mut found: Vec<&Group> = account.logs.groups.values().filter(fits).take(limit + 1).collect();
    let more = found.len() > limit;
    found.truncate(limit);
    let mut output =
        json!({ "logGroups": found.iter().map(|group| group.json(account.logs.policy.as_ref())).collect::<Vec<_>>() });
    if let Some(last) = found.last().filter(|_| more) {
        output["nextToken"] = last.name.as_str().into();
    }
    Answer::json(output)
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Name {
    log_group_name: String,
}

fn delete_log_group(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let Name { log_group_name: name } = call.input()?;
    if of(account, &name)?.protected {
        let text = format!("Log group {name} has deletion protection enabled and cannot be deleted.");
        return Err(Fault::new(400, "ValidationException", text));
    }
    account.logs.groups.remove(&name);
    Ok(Answer::empty())
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Retention {
    log_group_name: String,
    retention_in_days: u32,
}

fn put_retention_policy(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let input: Retention = call.input()?;
    let days = input.retention_in_days;
    if !RETENTIONS.contains(&days) {
        return Err(invalid(format!(
            "1 validation error detected: Value '{days}' at 'retentionInDays' failed to satisfy constraint: Member must satisfy enum value set: {RETENTIONS:?}"
        )));
    }
    of(account, &input.log_group_name)?.retention = Some(days);
    Ok(Answer::empty())
}

fn delete_retention_policy(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let Name { log_group_name: name } = call.input()?;
    of(account, &name)?.retention = None;
    Ok(Answer::empty())
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Key {
    log_group_name: Option<String>,
    resource_identifier: Option<String>,
    kms_key_id: Option<String>,
}

/// The group that a call about keys names in one of its two ways.
fn keyed<'a>(account: &'a mut Account, input: &Key) -> Result<&'a mut Group, Fault> {
    match (&input.log_group_name, &input.resource_identifier) {
        (Some(name), None) => of(account, name),
        (None, Some(arn)) => by_arn(account, arn),
        _ => Err(invalid("Exactly one of logGroupName and resourceIdentifier must be given.")),
    }
}

fn associate_kms_key(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let input: Key = call.input()?;
    let key = input.kms_key_id.as_deref().ok_or_else(|| call.invalid("missing field `kmsKeyId`"))?;
    check_key(key)?;
    keyed(account, &input)?.kms_key = Some(key.to_owned());
    Ok(Answer::empty())
}

fn disassociate_kms_key(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let input: Key = call.input()?;
    if input.kms_key_id.is_some() {
        return Err(call.invalid("unknown field `kmsKeyId`"));
    }
    keyed(account, &input)?.kms_key = None;
    Ok(Answer::empty())
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Protection {
    log_group_identifier: String,
    deletion_protection_enabled: bool,
}

fn put_log_group_deletion_protection(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let input: Protection = call.input()?;
    let identifier = &input.log_group_identifier;
    let group = if identifier.starts_with("arn:") { by_arn(account, identifier) } else { of(account, identifier) };
    group?.protected = input.deletion_protection_enabled;
    Ok(Answer::empty())
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Tag {
    resource_arn: String,
    tags: Tags,
}

fn tag_resource(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let input: Tag = call.input()?;
    check_tags(&input.tags)?;
    let group = by_arn(account, &input.resource_arn)?;
    let mut all = group.tags.clone();
    all.extend(input.tags);
    if all.len() > tags::MOST {
        let text = format!("The resource would have more than {} tags.", tags::MOST);
        return Err(Fault::new(400, "TooManyTagsException", text));
    }
    group.tags = all;
    Ok(Answer::empty())
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Untag {
    resource_arn: String,
    tag_keys: Vec<String>,
}

fn untag_resource(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let input: Untag = call.input()?;
    by_arn(account, &input.resource_arn)?.tags.retain(|key, _| !input.tag_keys.contains(key));
    Ok(Answer::empty())
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct ListTags {
    resource_arn: String,
}

fn list_tags_for_resource(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let input: ListTags = call.input()?;
    let group = by_arn(account, &input.resource_arn)?;
    Answer::json(json!({ "tags": group.tags }))
}
