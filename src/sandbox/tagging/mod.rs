//! Resource Groups Tagging: the index of everything that has tags.
//!
//! The services are asked for their tagged resources each time, so there is nothing to keep in step. Roles, users and what
//! else IAM has are not in the index, as in AWS.

use super::account::Account;
use super::answer::{Answer, Fault};
use super::call::Call;
use super::operation::Operation;
use super::services;
use super::tags::Tags;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Every operation.
pub const OPERATIONS: &[&[Operation]] = &[&[Operation::read("GetResources", get_resources)]];

/// What the index remembers in one region.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct State {
    /// What was there when somebody last looked, and when that was; kept only when the index lags.
    #[serde(skip)]
    seen: BTreeMap<String, (u64, Tags)>,
    /// The last question with its whole answer, for the pages to come.
    #[serde(skip)]
    answered: Option<Arc<Answered>>,
}

#[derive(Debug)]
struct Answered {
    question: GetResources,
    found: Vec<(String, Tags)>,
}

#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields, default)]
struct GetResources {
    pagination_token: String,
    tag_filters: Vec<TagFilter>,
    resources_per_page: Option<usize>,
    tags_per_page: Option<usize>,
    resource_type_filters: Vec<String>,
    #[serde(rename = "ResourceARNList")]
    resource_arn_list: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct TagFilter {
    key: String,
    #[serde(default)]
    values: Vec<String>,
}

fn get_resources(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let mut question: GetResources = call.input()?;
    let token = std::mem::take(&mut question.pagination_token);
    check(call, &question)?;
    let page = question.resources_per_page.unwrap_or(100);
    let start: usize = match token.as_str() {
        "" => 0,
        token => token.parse().map_err(|_| call.invalid("PaginationToken is not one this service gave."))?,
    };
    // Later pages are of the same listing as the first, so that nothing is left out or told twice.
    let cached = account.tagging.answered.clone().filter(|answered| start > 0 && answered.question == question);
    let answered = cached.unwrap_or_else(|| {
        let found = index(account, call.now).into_iter().filter(|(arn, tags)| matches(&question, arn, tags)).collect();
        Arc::new(Answered { question, found })
    });
    account.tagging.answered = Some(answered.clone());
    let all = &answered.found;
    let end = start.saturating_add(page).min(all.len());
    let shown: Vec<Value> = all.get(start..end).unwrap_or_default().iter().map(show).collect();
    let token = if end < all.len() { end.to_string() } else { String::new() };
    Answer::json(json!({ "PaginationToken": token, "ResourceTagMappingList": shown }))
}

fn check(call: &Call, question: &GetResources) -> Result<(), Fault> {
    if question.resources_per_page.is_some_and(|count| !(1..=100).contains(&count)) {
        return Err(call.invalid("ResourcesPerPage must be between 1 and 100."));
    }
    if question.tags_per_page.is_some_and(|count| !(100..=500).contains(&count) || count % 100 != 0) {
        return Err(call.invalid("TagsPerPage must be a multiple of 100 between 100 and 500."));
    }
    if question.tag_filters.len() > 50 || question.tag_filters.iter().any(|filter| filter.values.len() > 20) {
        return Err(call.invalid("A request may have at most 50 TagFilters with at most 20 values each."));
    }
    let arns = &question.resource_arn_list;
    if arns.len() > 100 {
        return Err(call.invalid("ResourceARNList may have at most 100 ARNs."));
    }
    let more = !question.resource_type_filters.is_empty() || !question.tag_filters.is_empty();
    if !arns.is_empty() && (more || question.resources_per_page.is_some()) {
        return Err(call.invalid("ResourceARNList cannot be combined with filters or ResourcesPerPage."));
    }
    Ok(())
}

/// Every tagged resource of the region in the order of ARNs; with a lag also what was there shortly before.
fn index(account: &mut Account, now: u64) -> BTreeMap<String, Tags> {
    let services = services::ALL.iter().filter_map(|service| service.tagged);
    let mut index: BTreeMap<String, Tags> = services.flat_map(|tagged| tagged(account)).collect();
    let (lag, seen) = (account.index_lag, &mut account.tagging.seen);
    if lag > 0 {
        seen.retain(|_, (at, _)| at.saturating_add(lag) > now);
        for (arn, tags) in &index {
            seen.insert(arn.clone(), (now, tags.clone()));
        }
        for (arn, (_, tags)) in seen {
            index.entry(arn.clone()).or_insert_with(|| tags.clone());
        }
    }
    index
}

fn matches(question: &GetResources, arn: &str, tags: &Tags) -> bool {
    let listed = question.resource_arn_list.is_empty() || question.resource_arn_list.iter().any(|listed| listed == arn);
    let types = &question.resource_type_filters;
    let typed = types.is_empty() || types.iter().any(|wanted| is_of_type(arn, wanted));
    let tagged = question.tag_filters.iter().all(|filter| {
        tags.get(&filter.key).is_some_and(|value| filter.values.is_empty() || filter.values.contains(value))
    });
    listed && typed && tagged
}

/// Whether `arn` is of the service `kinesis`, or of the type `kinesis:stream`.
fn is_of_type(arn: &str, wanted: &str) -> bool {
    let mut parts = arn.splitn(6, ':').skip(2);
    let (service, resource) = (parts.next().unwrap_or_default(), parts.nth(2).unwrap_or_default());
    match wanted.split_once(':') {
        None => service == wanted,
        Some((wanted_service, kind)) => {
            let rest = resource.trim_start_matches('/').strip_prefix(kind);
            service == wanted_service && rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', ':']))
        }
    }
}

fn show((arn, tags): &(String, Tags)) -> Value {
    let tags: Vec<Value> = tags.iter().map(|(key, value)| json!({ "Key": key, "Value": value })).collect();
    json!({ "ResourceARN": arn, "Tags": tags })
}
