//! Tags: CreateTags, DeleteTags, DescribeTags, and `TagSpecification` in what creates.

use super::filters::{Field, Filters};
use super::interfaces::Interface;
use super::paging::Page;
use super::resource::{Resource, find_mut};
use super::{
    Acl, Address, Endpoint, Instance, InternetGateway, KeyPair, NatGateway, RouteTable, Rule, SecurityGroup, State,
    Subnet, Volume, Vpc, refusals,
};
use crate::account::Account;
use crate::answer::{Answer, Fault};
use crate::call::Call;
use crate::operation::Operation;
use crate::tags::{self, MOST, Tags};
use crate::wire::{Params, Xml};
use std::collections::BTreeMap;

pub(super) const OPERATIONS: &[Operation] = &[
    Operation::write("CreateTags", create_tags),
    Operation::write("DeleteTags", delete_tags),
    Operation::read("DescribeTags", describe_tags),
];

/// One type of resource that has tags. To add one: its entry in [`TYPES`].
#[derive(Clone, Copy)]
struct Type {
    name: &'static str,
    prefix: &'static str,
    tags_mut: for<'a> fn(&'a mut Account, &str, u64) -> Result<&'a mut Tags, Fault>,
    list: for<'a> fn(&'a State, u64) -> Vec<(&'a str, &'a Tags)>,
}

/// Every type that has tags.
const TYPES: &[Type] = &[
    Type::of::<Vpc>(),
    Type::of::<Subnet>(),
    Type::of::<InternetGateway>(),
    Type::of::<Address>(),
    Type::of::<NatGateway>(),
    Type::of::<RouteTable>(),
    Type::of::<Acl>(),
    Type::of::<Interface>(),
    Type::of::<Endpoint>(),
    Type::of::<SecurityGroup>(),
    Type::of::<Rule>(),
    Type { list: instances, ..Type::of::<Instance>() },
    Type::of::<Volume>(),
    Type::of::<KeyPair>(),
];

/// Instances lose their tags when they are terminated, though they are shown for an hour more.
fn instances(state: &State, now: u64) -> Vec<(&str, &Tags)> {
    let alive = state.instances.values().filter(|instance| instance.alive(now));
    alive.map(|instance| (instance.id.as_str(), &instance.tags)).collect()
}

impl Type {
    const fn of<T: Resource>() -> Self {
        Self {
            name: T::TYPE,
            prefix: T::PREFIX,
            tags_mut: |account, id, now| find_mut::<T>(account, id, now).map(T::tags_mut),
            list: |state, now| {
                let there = T::all(state).iter().filter(|(_, object)| object.exists(now));
                there.map(|(id, object)| (id.as_str(), object.tags())).collect()
            },
        }
    }
}

/// Every tagged resource: ARN and tags.
pub(super) fn tagged(account: &Account) -> Vec<(String, Tags)> {
    let all = TYPES.iter().flat_map(|kind| {
        let tagged = (kind.list)(&account.ec2, account.now).into_iter().filter(|(_, tags)| !tags.is_empty());
        tagged.map(|(id, tags)| (account.arn("ec2", &format!("{}/{id}", kind.name)), tags.clone()))
    });
    all.collect()
}

/// The element that shows tags.
pub(super) fn show(tags: &Tags) -> Xml {
    let items = tags.iter().map(|(key, value)| Xml::new().text("key", key).text("value", value));
    Xml::new().list("tagSet", "item", items)
}

/// Reads the tags that a call gives to what it creates, which is of type `kind`.
///
/// # Errors
/// For tags that may not be, and for those of another type.
pub(super) fn specified(params: &Params, kind: &str) -> Result<Tags, Fault> {
    specified_each(params, &[kind]).map(|mut all| all.remove(kind).unwrap_or_default())
}

/// Reads the tags that a call gives to what it creates, which is of several `kinds`.
///
/// # Errors
/// As [`specified`].
pub(super) fn specified_each(params: &Params, kinds: &[&str]) -> Result<BTreeMap<String, Tags>, Fault> {
    let mut all = BTreeMap::new();
    for specification in params.structures("TagSpecification") {
        let kind: String = specification.required("ResourceType")?;
        if !kinds.contains(&kind.as_str()) {
            let message = format!("'{kind}' is not a valid taggable resource type for this operation.");
            return Err(refusals::invalid(message));
        }
        let mut tags = Tags::new();
        for (key, value) in pairs(&specification)? {
            if tags.insert(key.clone(), value.unwrap_or_default()).is_some() {
                return Err(refusals::invalid(format!("Duplicate tag key '{key}' specified.")));
            }
        }
        check(&tags)?;
        if all.insert(kind.clone(), tags).is_some() {
            return Err(refusals::invalid(format!("Tag specification resource type '{kind}' is given twice.")));
        }
    }
    Ok(all)
}

fn pairs(params: &Params) -> Result<Vec<(String, Option<String>)>, Fault> {
    let tags = params.structures("Tag");
    tags.iter().map(|tag| Ok((tag.required("Key")?, tag.optional("Value")?))).collect()
}

fn check(all: &Tags) -> Result<(), Fault> {
    if all.len() > MOST {
        return Err(Fault::new(400, "TagLimitExceeded", "The maximum number of Tags for a resource has been reached."));
    }
    if let Some(key) = all.keys().find(|key| key.chars().count() > 127) {
        return Err(refusals::invalid(format!("Tag key exceeds the maximum length of 127 characters: '{key}'")));
    }
    tags::check(all).map_err(refusals::invalid)
}

fn create_tags(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let params = call.params();
    let ids: Vec<String> = params.list("ResourceId")?;
    let new = pairs(&params)?;
    refusals::done(&params)?;
    if new.is_empty() {
        return Err(refusals::missing("Tag"));
    }
    let mut changed = Vec::new();
    for id in &ids {
        let mut tags = find(account, id, call.now)?.clone();
        tags.extend(new.iter().map(|(key, value)| (key.clone(), value.clone().unwrap_or_default())));
        check(&tags)?;
        changed.push((id, tags));
    }
    replace(account, call, changed)
}

fn delete_tags(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let params = call.params();
    let ids: Vec<String> = params.list("ResourceId")?;
    let old = pairs(&params)?;
    refusals::done(&params)?;
    let mut changed = Vec::new();
    for id in &ids {
        let mut tags = find(account, id, call.now)?.clone();
        // Without any tag in the request all go; a tag without a value goes whatever its value is.
        tags.retain(|key, value| {
            let gone = old.iter().any(|(gone, given)| gone == key && given.as_ref().is_none_or(|given| given == value));
            !(gone || old.is_empty())
        });
        changed.push((id, tags));
    }
    replace(account, call, changed)
}

fn replace(account: &mut Account, call: &Call, changed: Vec<(&String, Tags)>) -> Result<Answer, Fault> {
    if changed.is_empty() {
        return Err(refusals::missing("ResourceId"));
    }
    for (id, tags) in changed {
        *find(account, id, call.now)? = tags;
    }
    Ok(refusals::yes())
}

fn find<'a>(account: &'a mut Account, id: &str, now: u64) -> Result<&'a mut Tags, Fault> {
    let kind = TYPES.iter().find(|kind| id.starts_with(kind.prefix));
    let kind = kind.ok_or_else(|| Fault::new(400, "InvalidID", format!("The ID '{id}' is not valid")))?;
    (kind.tags_mut)(account, id, now)
}

/// One tag of one resource.
struct Tag {
    /// Sorts the listing: resource and key.
    place: String,
    resource: String,
    kind: &'static str,
    key: String,
    value: String,
}

const FIELDS: &[Field<Tag>] = &[
    ("key", |tag, _, _| vec![tag.key.clone()]),
    ("resource-id", |tag, _, _| vec![tag.resource.clone()]),
    ("resource-type", |tag, _, _| vec![tag.kind.to_owned()]),
    ("value", |tag, _, _| vec![tag.value.clone()]),
];

fn describe_tags(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let params = call.params();
    let filters = Filters::read(&params, FIELDS)?;
    let page = Page::read(&params, 1_000, false)?;
    refusals::done(&params)?;
    let mut all = Vec::new();
    for kind in TYPES {
        for (id, tags) in (kind.list)(&account.ec2, call.now) {
            all.extend(tags.iter().map(|(key, value)| Tag {
                place: format!("{id} {key}"),
                resource: id.to_owned(),
                kind: kind.name,
                key: key.clone(),
                value: value.clone(),
            }));
        }
    }
    all.sort_by(|one, other| one.place.cmp(&other.place));
    let chosen = all.iter().filter(|tag| {
        let own = Tags::from([(tag.key.clone(), tag.value.clone())]);
        filters.fit(FIELDS, *tag, &own, account, call.now)
    });
    let items = chosen.map(|tag| {
        let xml = Xml::new().text("key", &tag.key).text("resourceId", &tag.resource);
        (tag.place.as_str(), xml.text("resourceType", tag.kind).text("value", &tag.value))
    });
    Ok(Answer::xml(page.cut("tagSet", items)))
}
