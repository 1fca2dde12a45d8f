//! Tags of everything that can have them.

use super::{bad, body, check_tags, not_found, query};
use crate::account::Account;
use crate::answer::{Answer, Fault};
use crate::call::Call;
use crate::operation::Operation;
use crate::tags::Tags;
use serde::Deserialize;
use serde_json::json;

pub(super) const OPERATIONS: &[Operation] = &[
    Operation::write("TagResource", tag).at("PUT", "/tags/{resource_arn}"),
    Operation::write("UntagResource", untag).at("DELETE", "/tags/{resource_arn}"),
    Operation::read("GetTags", get).at("GET", "/tags/{resource_arn}"),
];

/// The tags of what the label `resource_arn` names.
fn named<'a>(account: &'a mut Account, call: &Call) -> Result<&'a mut Tags, Fault> {
    let arn = call.path("resource_arn");
    let own = format!("arn:aws:apigateway:{}::/", call.region);
    let path = arn.strip_prefix(&own).ok_or_else(|| bad("Invalid ARN specified in the request"))?;
    let parts: Vec<&str> = path.split('/').collect();
    let state = &mut account.apigateway;
    let tags = match parts.as_slice() {
        ["restapis", id] => state.apis.get_mut(*id).map(|api| &mut api.tags),
        ["restapis", id, "stages", stage] => {
            let api = state.apis.get_mut(*id);
            api.and_then(|api| api.stages.get_mut(*stage)).map(|stage| &mut stage.tags)
        }
        ["vpclinks", id] => {
            state.vpc_links.get_mut(*id).filter(|link| link.exists(call.now)).map(|link| &mut link.tags)
        }
        ["apikeys", id] => state.api_keys.get_mut(*id).map(|key| &mut key.tags),
        ["usageplans", id] => state.usage_plans.get_mut(*id).map(|plan| &mut plan.tags),
        _ => return Err(bad("Invalid ARN specified in the request")),
    };
    tags.ok_or_else(|| not_found("Invalid resource identifier specified"))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Tag {
    tags: Tags,
}

fn tag(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let input: Tag = body(call)?;
    let tags = named(account, call)?;
    let mut all = tags.clone();
    all.extend(input.tags);
    check_tags(&all)?;
    *tags = all;
    Ok(Answer::empty().status(204))
}

fn untag(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    query(call, &["tagKeys"])?;
    let keys = call.request.parameters.iter().map(|(_, key)| key);
    let tags = named(account, call)?;
    for key in keys {
        tags.remove(key);
    }
    Ok(Answer::empty().status(204))
}

fn get(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    query(call, &["position", "limit"])?;
    let tags = named(account, call)?;
    Answer::json(json!({ "tags": tags }))
}
