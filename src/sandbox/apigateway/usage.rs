//! Usage plans: who may call how often.

use super::patch::{self, Op, Patch};
use super::{bad, body, check_tags, compact, conflict, not_found, one_of, page, query, shown_tags};
use crate::account::Account;
use crate::answer::{Answer, Fault};
use crate::call::Call;
use crate::operation::Operation;
use crate::tags::Tags;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

pub(super) const OPERATIONS: &[Operation] = &[
    Operation::write("CreateUsagePlan", create).at("POST", "/usageplans"),
    Operation::read("GetUsagePlans", list).at("GET", "/usageplans"),
    Operation::read("GetUsagePlan", get).at("GET", "/usageplans/{usageplanId}"),
    Operation::write("UpdateUsagePlan", update).at("PATCH", "/usageplans/{usageplanId}"),
    Operation::write("DeleteUsagePlan", delete).at("DELETE", "/usageplans/{usageplanId}"),
    Operation::write("CreateUsagePlanKey", create_key).at("POST", "/usageplans/{usageplanId}/keys"),
    Operation::read("GetUsagePlanKeys", list_keys).at("GET", "/usageplans/{usageplanId}/keys"),
    Operation::read("GetUsagePlanKey", get_key).at("GET", "/usageplans/{usageplanId}/keys/{keyId}"),
    Operation::write("DeleteUsagePlanKey", delete_key).at("DELETE", "/usageplans/{usageplanId}/keys/{keyId}"),
];

/// Who may call how often.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct UsagePlan {
    /// Six characters.
    pub id: String,
    /// Not unique.
    pub name: String,
    /// Free text.
    pub description: Option<String>,
    /// The stages it opens.
    pub stages: Vec<ApiStage>,
    /// How fast one key may call.
    pub throttle: Option<Throttle>,
    /// How often one key may call.
    pub quota: Option<Quota>,
    /// At AWS Marketplace.
    pub product_code: Option<String>,
    /// The ids of its keys.
    pub keys: BTreeSet<String>,
    /// Its tags.
    pub tags: Tags,
}

/// A stage that a plan opens, as on the wire.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ApiStage {
    pub api_id: String,
    pub stage: String,
    #[serde(skip_serializing_if = "BTreeMap::is_empty", default)]
    pub throttle: BTreeMap<String, Throttle>,
}

/// Limits of a rate, as on the wire.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Throttle {
    #[serde(default)]
    pub burst_limit: i32,
    #[serde(default)]
    pub rate_limit: f64,
}

/// Limits of a number, as on the wire.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Quota {
    #[serde(default)]
    pub limit: i32,
    #[serde(default)]
    pub offset: i32,
    #[serde(default)]
    pub period: String,
}

impl UsagePlan {
    fn show(&self, alone: bool) -> Value {
        compact(json!({
            "id": self.id,
            "name": self.name,
            "description": self.description,
            "apiStages": self.stages,
            "throttle": self.throttle,
            "quota": self.quota,
            "productCode": self.product_code,
            "tags": shown_tags(&self.tags, alone),
        }))
    }

    fn check(&self, account: &Account) -> Result<(), Fault> {
        if self.name.is_empty() {
            return Err(bad("Usage plan name cannot be blank"));
        }
        for ApiStage { api_id, stage, .. } in &self.stages {
            let api = account.apigateway.apis.get(api_id);
            if !api.is_some_and(|api| api.stages.contains_key(stage)) {
                return Err(no_stage(api_id, stage, &self.id));
            }
        }
        if let Some(quota) = &self.quota {
            one_of(&quota.period, "quota.period", &["DAY", "WEEK", "MONTH"])?;
            if quota.limit < 1 || quota.offset < 0 || quota.offset > quota.limit {
                return Err(bad("Invalid quota specified: the limit must be positive and the offset within it"));
            }
        }
        Ok(())
    }

    fn change(&mut self, patch: &Patch) -> Result<(), Fault> {
        let raw: Vec<&str> = patch.path.strip_prefix('/').unwrap_or(&patch.path).split('/').collect();
        match (raw.as_slice(), patch.op) {
            (["name"], Op::Replace) => self.name = patch.text(),
            (["description"], Op::Replace) => self.description = patch.filled(),
            (["productCode"], Op::Add | Op::Replace) => self.product_code = patch.filled(),
            (["productCode"], Op::Remove) => self.product_code = None,
            (["throttle"], Op::Remove) => self.throttle = None,
            (["throttle", field], Op::Add | Op::Replace) => {
                set(self.throttle.get_or_insert_default(), field, patch)?;
            }
            (["quota"], Op::Remove) => self.quota = None,
            (["quota", field], Op::Add | Op::Replace) => {
                let new = || Quota { limit: 0, offset: 0, period: String::new() };
                let quota = self.quota.get_or_insert_with(new);
                match *field {
                    "limit" => quota.limit = patch.number()?,
                    "offset" => quota.offset = patch.number()?,
                    "period" => quota.period = patch.text(),
                    _ => return Err(patch.unknown()),
                }
            }
            (["apiStages"], Op::Add | Op::Remove) => {
                let value = patch.filled().ok_or_else(|| bad("Invalid API Stage specified"))?;
                let (api, stage) = value.split_once(':').ok_or_else(|| bad("Invalid API Stage specified"))?;
                let position = self.stages.iter().position(|known| known.api_id == api && known.stage == stage);
                match (patch.op, position) {
                    (Op::Remove, Some(position)) => drop(self.stages.remove(position)),
                    (Op::Remove, None) => return Err(no_stage(api, stage, &self.id)),
                    (_, Some(_)) => {
                        return Err(conflict(format!("API Stage {value} is already part of usage plan {}", self.id)));
                    }
                    (_, None) => {
                        let (api_id, stage) = (api.to_owned(), stage.to_owned());
                        self.stages.push(ApiStage { api_id, stage, throttle: BTreeMap::new() });
                    }
                }
            }
            (["apiStages", id, "throttle", route @ .., field], Op::Add | Op::Replace) if !route.is_empty() => {
                let known = |stage: &&mut ApiStage| format!("{}:{}", stage.api_id, stage.stage) == *id;
                let stage = self.stages.iter_mut().find(known).ok_or_else(|| bad("Invalid API Stage specified"))?;
                set(stage.throttle.entry(route.join("/")).or_default(), field, patch)?;
            }
            _ => return Err(patch.unknown()),
        }
        Ok(())
    }
}

fn no_stage(api: &str, stage: &str, plan: &str) -> Fault {
    not_found(format!("Invalid API Stage {{api: {api}, stage: {stage}}} specified for usageplan {plan}"))
}

fn set(throttle: &mut Throttle, field: &str, patch: &Patch) -> Result<(), Fault> {
    match field {
        "burstLimit" => throttle.burst_limit = patch.number()?,
        "rateLimit" => throttle.rate_limit = patch.number()?,
        _ => return Err(patch.unknown()),
    }
    Ok(())
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Create {
    name: String,
    description: Option<String>,
    #[serde(default)]
    api_stages: Vec<ApiStage>,
    throttle: Option<Throttle>,
    quota: Option<Quota>,
    #[serde(default)]
    tags: Tags,
}

fn create(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let input: Create = body(call)?;
    check_tags(&input.tags)?;
    let id = account.ids.base36(6);
    let plan = UsagePlan {
        id: id.clone(),
        name: input.name,
        description: input.description.filter(|text| !text.is_empty()),
        stages: input.api_stages,
        throttle: input.throttle,
        quota: input.quota,
        product_code: None,
        keys: BTreeSet::new(),
        tags: input.tags,
    };
    plan.check(account)?;
    let shown = plan.show(false);
    account.apigateway.usage_plans.insert(id, plan);
    Ok(Answer::json(shown)?.status(201))
}

fn list(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    query(call, &["position", "limit", "keyId"])?;
    let with_key = |plan: &&UsagePlan| call.query("keyId").is_none_or(|key| plan.keys.contains(key));
    let plans = account.apigateway.usage_plans.values().filter(with_key);
    page(call, plans.map(|plan| (plan.id.clone(), plan.show(false))).collect())
}

fn named<'a>(account: &'a mut Account, call: &Call) -> Result<&'a mut UsagePlan, Fault> {
    let plan = account.apigateway.usage_plans.get_mut(call.path("usageplanId"));
    plan.ok_or_else(|| not_found("Invalid Usage Plan ID specified"))
}

fn get(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    query(call, &[])?;
    Answer::json(named(account, call)?.show(true))
}

fn update(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let patches = patch::operations(call)?;
    let mut changed = named(account, call)?.clone();
    for patch in &patches {
        changed.change(patch)?;
    }
    changed.check(account)?;
    let shown = changed.show(true);
    *named(account, call)? = changed;
    Answer::json(shown)
}

fn delete(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    query(call, &[])?;
    let plan = named(account, call)?;
    if !plan.stages.is_empty() {
        return Err(bad(format!("Cannot delete usage plan {}: it is associated with API stages", plan.id)));
    }
    let id = plan.id.clone();
    account.apigateway.usage_plans.remove(&id);
    Ok(Answer::empty().status(202))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct CreateKey {
    key_id: String,
    key_type: String,
}

fn show_key(account: &Account, id: &str) -> Result<Value, Fault> {
    let key = account.apigateway.api_keys.get(id);
    let key = key.ok_or_else(|| not_found("Invalid API Key identifier specified"))?;
    Ok(compact(json!({ "id": key.id, "type": "API_KEY", "value": key.value, "name": key.name })))
}

fn create_key(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let CreateKey { key_id, key_type } = body(call)?;
    if key_type != "API_KEY" {
        return Err(bad(format!("Invalid key type specified: {key_type}")));
    }
    named(account, call)?;
    let shown = show_key(account, &key_id)?;
    let stages = |plan: &UsagePlan| {
        plan.stages.iter().map(|stage| (stage.api_id.clone(), stage.stage.clone())).collect::<BTreeSet<_>>()
    };
    let own = stages(named(account, call)?);
    let plans = account.apigateway.usage_plans.values().filter(|plan| plan.keys.contains(&key_id));
    for plan in plans {
        if plan.id == call.path("usageplanId") {
            return Err(conflict("Usage Plan Key already exists"));
        }
        if stages(plan).intersection(&own).next().is_some() {
            return Err(conflict(format!(
                "API Key {key_id} cannot be added to the usage plan because it is associated with the same API Stage in usage plan {}",
                plan.id
            )));
        }
    }
    named(account, call)?.keys.insert(key_id);
    Ok(Answer::json(shown)?.status(201))
}

fn list_keys(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    query(call, &["position", "limit", "name"])?;
    // AWS answers for plans that are not there as for those without keys.
    let keys = named(account, call).map(|plan| plan.keys.clone()).unwrap_or_default();
    let shown = keys.into_iter().map(|id| Ok((id.clone(), show_key(account, &id)?)));
    let mut shown = shown.collect::<Result<Vec<_>, Fault>>()?;
    if let Some(prefix) = call.query("name") {
        shown.retain(|(_, key)| key["name"].as_str().unwrap_or_default().starts_with(prefix));
    }
    page(call, shown)
}

fn get_key(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    query(call, &[])?;
    if !named(account, call)?.keys.contains(call.path("keyId")) {
        return Err(not_found("Invalid Usage Plan Key identifier specified"));
    }
    Answer::json(show_key(account, call.path("keyId"))?)
}

fn delete_key(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    query(call, &[])?;
    if !named(account, call)?.keys.remove(call.path("keyId")) {
        return Err(not_found("Invalid Usage Plan Key identifier specified"));
    }
    Ok(Answer::empty().status(202))
}
