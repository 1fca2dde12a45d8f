//! Resources: the segments of paths.

use super::api::find;
use super::patch::{self, Op};
use super::tree::{Resource, Tree};
use super::{bad, body, conflict, page, query};
use crate::account::Account;
use crate::answer::{Answer, Fault};
use crate::call::Call;
use crate::operation::Operation;
use serde::Deserialize;
use std::collections::BTreeMap;

pub(super) const OPERATIONS: &[Operation] = &[
    Operation::write("CreateResource", create).at("POST", "/restapis/{restapi_id}/resources/{parent_id}"),
    Operation::read("GetResources", list).at("GET", "/restapis/{restapi_id}/resources"),
    Operation::read("GetResource", get).at("GET", "/restapis/{restapi_id}/resources/{resource_id}"),
    Operation::write("UpdateResource", update).at("PATCH", "/restapis/{restapi_id}/resources/{resource_id}"),
    Operation::write("DeleteResource", delete).at("DELETE", "/restapis/{restapi_id}/resources/{resource_id}"),
];

/// In one API (AWS.md §5).
const MOST: usize = 300;

fn variable(part: &str) -> bool {
    part.starts_with('{')
}

fn greedy(part: &str) -> bool {
    part.starts_with('{') && part.ends_with("+}")
}

/// Refuses a segment that is none.
fn check_part(part: &str) -> Result<(), Fault> {
    let inner = part.strip_prefix('{').and_then(|rest| rest.strip_suffix('}'));
    let plain = inner.map_or(part, |inner| inner.strip_suffix('+').unwrap_or(inner));
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"_.-:,".contains(&byte);
    if !plain.is_empty() && plain.bytes().all(fits) {
        return Ok(());
    }
    Err(bad(
        "Resource's path part only allow a-zA-Z0-9._-: or a valid greedy path variable and curly braces at the beginning and the end.",
    ))
}

/// Refuses `part` below `parent`, beside its children but `moving`.
fn check_place(tree: &Tree, parent: &str, part: &str, moving: Option<&str>) -> Result<(), Fault> {
    check_part(part)?;
    if let Some(above) = tree.resources.get(parent).filter(|above| greedy(&above.part)) {
        return Err(bad(format!("Cannot create a child of a resource with a greedy path variable: {}", above.part)));
    }
    for sibling in tree.children(parent).filter(|sibling| Some(sibling.id.as_str()) != moving) {
        if sibling.part == part {
            return Err(conflict(format!("Another resource with the same parent already has this name: {part}")));
        }
        if variable(&sibling.part) && variable(part) {
            return Err(bad(format!(
                "A sibling ({}) of this resource already has a variable path part -- only one is allowed",
                sibling.part
            )));
        }
    }
    Ok(())
}

/// Adds a segment below `parent` with the id that `id` makes.
pub(super) fn add(tree: &mut Tree, parent: &str, part: &str, id: impl FnOnce() -> String) -> Result<String, Fault> {
    check_place(tree, parent, part, None)?;
    if tree.resources.len() >= MOST {
        return Err(Fault::new(
            429,
            "LimitExceededException",
            "Maximum number of resources for this API has been reached. Please contact AWS if you need additional resources.",
        ));
    }
    let id = id();
    let (parent, part) = (Some(parent.to_owned()), part.to_owned());
    let resource = Resource { id: id.clone(), parent, part, methods: BTreeMap::new() };
    tree.resources.insert(id.clone(), resource);
    Ok(id)
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Create {
    path_part: String,
}

fn create(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let Create { path_part } = body(call)?;
    let mut ids = account.ids.clone();
    let tree = &mut find(account, call)?.tree;
    tree.resource_mut(call.path("parent_id"))?;
    let id = add(tree, call.path("parent_id"), &path_part, || ids.base36(6))?;
    let shown = tree.show(&tree.resources[&id], false);
    account.ids = ids;
    Ok(Answer::json(shown)?.status(201))
}

/// Whether `embed=methods` was asked for.
fn embedded(call: &Call) -> Result<bool, Fault> {
    let embeds = call.request.parameters.iter().filter(|(name, _)| name == "embed").map(|(_, value)| value.as_str());
    let embeds: Vec<&str> = embeds.collect();
    match embeds.iter().find(|embed| **embed != "methods") {
        Some(other) => Err(bad(format!("Invalid embed value specified: {other}"))),
        None => Ok(!embeds.is_empty()),
    }
}

fn list(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    query(call, &["position", "limit", "embed"])?;
    let methods = embedded(call)?;
    let tree = &find(account, call)?.tree;
    page(call, tree.resources.values().map(|resource| (resource.id.clone(), tree.show(resource, methods))).collect())
}

fn get(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    query(call, &["embed"])?;
    let methods = embedded(call)?;
    let tree = &mut find(account, call)?.tree;
    let resource = tree.resource_mut(call.path("resource_id"))?.clone();
    Answer::json(tree.show(&resource, methods))
}

fn update(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let patches = patch::operations(call)?;
    let tree = &mut find(account, call)?.tree;
    let mut resource = tree.resource_mut(call.path("resource_id"))?.clone();
    for patch in &patches {
        let field = match patch.path.as_str() {
            "/pathPart" if patch.op == Op::Replace => "pathPart",
            "/parentId" if patch.op == Op::Replace => "parentId",
            _ => return Err(patch.none_of(&["/parentId", "/pathPart"])),
        };
        if resource.parent.is_none() {
            return Err(bad(format!("Root resource cannot update its {field}.")));
        }
        let value = patch.text();
        if field == "pathPart" {
            resource.part = value;
        } else {
            tree.resource_mut(&value)?;
            let mut above = Some(value.clone());
            while let Some(id) = above {
                if id == resource.id {
                    return Err(bad("Resources cannot be cyclical."));
                }
                above = tree.resources.get(&id).and_then(|resource| resource.parent.clone());
            }
            resource.parent = Some(value);
        }
        check_place(tree, resource.parent.as_deref().unwrap_or_default(), &resource.part, Some(&resource.id))?;
    }
    tree.resources.insert(resource.id.clone(), resource.clone());
    Answer::json(tree.show(&resource, false))
}

fn delete(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    query(call, &[])?;
    let tree = &mut find(account, call)?.tree;
    let resource = tree.resource_mut(call.path("resource_id"))?;
    if resource.parent.is_none() {
        return Err(bad("Root resource cannot be deleted."));
    }
    let mut gone = vec![resource.id.clone()];
    while let Some(id) = gone.pop() {
        gone.extend(tree.children(&id).map(|child| child.id.clone()));
        tree.resources.remove(&id);
    }
    Ok(Answer::empty().status(202))
}
