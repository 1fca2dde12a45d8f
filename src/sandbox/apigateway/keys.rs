//! API keys.

use super::patch::{self, Op};
use super::{bad, body, check_tags, compact, conflict, not_found, page, query, shown_tags};
use crate::account::Account;
use crate::answer::{Answer, Fault};
use crate::call::Call;
use crate::operation::Operation;
use crate::tags::Tags;
use crate::time::epoch_seconds;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

pub(super) const OPERATIONS: &[Operation] = &[
    Operation::write("CreateApiKey", create).at("POST", "/apikeys"),
    Operation::read("GetApiKeys", list).at("GET", "/apikeys"),
    Operation::read("GetApiKey", get).at("GET", "/apikeys/{api_Key}"),
    Operation::write("UpdateApiKey", update).at("PATCH", "/apikeys/{api_Key}"),
    Operation::write("DeleteApiKey", delete).at("DELETE", "/apikeys/{api_Key}"),
];

/// What callers identify themselves with.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ApiKey {
    /// Ten characters.
    pub id: String,
    /// What callers send.
    pub value: String,
    /// Not unique.
    pub name: Option<String>,
    /// Free text.
    pub description: Option<String>,
    /// Whether callers may use it.
    pub enabled: bool,
    /// At AWS Marketplace.
    pub customer_id: Option<String>,
    /// In milliseconds since the epoch.
    pub created: u64,
    /// In milliseconds since the epoch.
    pub updated: u64,
    /// Its tags.
    pub tags: Tags,
}

impl ApiKey {
    fn show(&self, value: bool, alone: bool) -> Value {
        compact(json!({
            "id": self.id,
            "value": value.then_some(&self.value),
            "name": self.name,
            "customerId": self.customer_id,
            "description": self.description,
            "enabled": self.enabled,
            "createdDate": epoch_seconds(self.created),
            "lastUpdatedDate": epoch_seconds(self.updated),
            "stageKeys": [],
            "tags": shown_tags(&self.tags, alone),
        }))
    }

    fn check(&self) -> Result<(), Fault> {
        if self.name.as_ref().is_some_and(|name| name.chars().count() > 1_024) {
            return Err(bad("Invalid API Key name, can be at most 1024 characters."));
        }
        if self.description.as_ref().is_some_and(|text| text.chars().count() > 125_000) {
            return Err(bad("Invalid API Key description specified."));
        }
        match self.value.chars().count() {
            0..20 => Err(bad("API Key value should be at least 20 characters")),
            129.. => Err(bad("API Key value exceeds maximum size of 128 characters")),
            _ => Ok(()),
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Create {
    name: Option<String>,
    description: Option<String>,
    #[serde(default)]
    enabled: bool,
    #[serde(rename = "generateDistinctId")]
    _generate_distinct_id: Option<bool>,
    value: Option<String>,
    customer_id: Option<String>,
    #[serde(default)]
    tags: Tags,
}

fn create(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let input: Create = body(call)?;
    check_tags(&input.tags)?;
    let id = account.ids.base36(10);
    let value = input.value.filter(|value| !value.is_empty()).unwrap_or_else(|| account.ids.base36(40));
    let filled = |text: Option<String>| text.filter(|text| !text.is_empty());
    let key = ApiKey {
        id: id.clone(),
        value,
        name: filled(input.name),
        description: filled(input.description),
        enabled: input.enabled,
        customer_id: filled(input.customer_id),
        created: call.now,
        updated: call.now,
        tags: input.tags,
    };
    key.check()?;
    if account.apigateway.api_keys.values().any(|other| other.value == key.value) {
        return Err(conflict("API Key already exists"));
    }
    let shown = key.show(true, false);
    account.apigateway.api_keys.insert(id, key);
    Ok(Answer::json(shown)?.status(201))
}

fn list(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    query(call, &["position", "limit", "name", "customerId", "includeValues"])?;
    let values = call.query("includeValues") == Some("true");
    let named = |key: &&ApiKey| {
        let name = key.name.as_deref().unwrap_or_default();
        call.query("name").is_none_or(|prefix| name.starts_with(prefix))
    };
    let owned = |key: &&ApiKey| call.query("customerId").is_none_or(|id| key.customer_id.as_deref() == Some(id));
    let keys = account.apigateway.api_keys.values().filter(named).filter(owned);
    page(call, keys.map(|key| (key.id.clone(), key.show(values, false))).collect())
}

fn named<'a>(account: &'a mut Account, call: &Call) -> Result<&'a mut ApiKey, Fault> {
    let key = account.apigateway.api_keys.get_mut(call.path("api_Key"));
    key.ok_or_else(|| not_found("Invalid API Key identifier specified"))
}

fn get(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    query(call, &["includeValue"])?;
    let value = call.query("includeValue") == Some("true");
    Answer::json(named(account, call)?.show(value, true))
}

fn update(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let patches = patch::operations(call)?;
    let key = named(account, call)?;
    let mut changed = key.clone();
    for patch in &patches {
        match (patch.path.as_str(), patch.op) {
            ("/name", Op::Replace) => changed.name = patch.filled(),
            ("/description", Op::Replace) => changed.description = patch.filled(),
            ("/enabled", Op::Replace) => changed.enabled = patch.truth(),
            ("/customerId", Op::Replace) => changed.customer_id = patch.filled(),
            _ => return Err(patch.none_of(&["/description", "/enabled", "/name", "/customerId"])),
        }
    }
    changed.check()?;
    changed.updated = call.now;
    *key = changed;
    Answer::json(key.show(false, true))
}

fn delete(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    query(call, &[])?;
    let id = named(account, call)?.id.clone();
    account.apigateway.api_keys.remove(&id);
    for plan in account.apigateway.usage_plans.values_mut() {
        plan.keys.remove(&id);
    }
    Ok(Answer::empty().status(202))
}
