//! What all types of resource have in common: an id, tags, and the way they are found and listed.

use super::State;
use super::filters::{Field, Filters};
use super::paging::Page;
use super::refusals;
use crate::account::Account;
use crate::answer::{Answer, Fault};
use crate::call::Call;
use crate::tags::Tags;
use crate::wire::Xml;
use std::collections::BTreeMap;

/// A type of resource.
pub(super) trait Resource: Sized + 'static {
    /// Its name in tag specifications and ARNs, `internet-gateway`.
    const TYPE: &'static str;
    /// What ids begin with, `igw-`.
    const PREFIX: &'static str;
    /// What error messages call its id, `internetGateway ID`.
    const CALLED: &'static str;
    /// The error code for an id that there is not.
    const ABSENT: &'static str;
    /// The error code for what is no id.
    const MALFORMED: &'static str;

    /// All there are, by id.
    fn all(state: &State) -> &BTreeMap<String, Self>;
    /// All there are, by id.
    fn all_mut(state: &mut State) -> &mut BTreeMap<String, Self>;
    /// Its tags.
    fn tags(&self) -> &Tags;
    /// Its tags.
    fn tags_mut(&mut self) -> &mut Tags;

    /// Whether calls that act on it find it.
    fn exists(&self, _now: u64) -> bool {
        true
    }

    /// Whether listings show it: for some time also when it does not exist any more.
    fn shown(&self, now: u64) -> bool {
        self.exists(now)
    }

    /// The refusal of an id that there is not.
    fn absent(id: &str) -> Fault {
        Fault::new(400, Self::ABSENT, format!("The {} '{id}' does not exist", Self::CALLED))
    }
}

/// A type of resource with a `Describe…` operation.
pub(super) trait Listed: Resource {
    /// The parameter that asks for some by id, `VpcId`.
    const IDS: &'static str;
    /// The element of the answer that holds them, `vpcSet`.
    const SET: &'static str;
    /// Its filters.
    const FIELDS: &'static [Field<Self>];
    /// The largest page.
    const PAGE: usize = 1_000;

    /// It as the answer shows it at `now`.
    fn show(&self, account: &Account, now: u64) -> Xml;
}

/// The resource `id`.
///
/// # Errors
/// The type's own codes when there is none, or when `id` is no id.
pub(super) fn find<'a, T: Resource>(account: &'a Account, id: &str, now: u64) -> Result<&'a T, Fault> {
    well_formed::<T>(id)?;
    T::all(&account.ec2).get(id).filter(|found| found.exists(now)).ok_or_else(|| T::absent(id))
}

/// The resource `id`, to be changed.
///
/// # Errors
/// As [`find`].
pub(super) fn find_mut<'a, T: Resource>(account: &'a mut Account, id: &str, now: u64) -> Result<&'a mut T, Fault> {
    well_formed::<T>(id)?;
    T::all_mut(&mut account.ec2).get_mut(id).filter(|found| found.exists(now)).ok_or_else(|| T::absent(id))
}

fn well_formed<T: Resource>(id: &str) -> Result<(), Fault> {
    let digits = id.strip_prefix(T::PREFIX).unwrap_or_default();
    if (8..=17).contains(&digits.len()) && digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        return Ok(());
    }
    Err(Fault::new(400, T::MALFORMED, format!("Invalid id: \"{id}\" (expecting \"{}...\")", T::PREFIX)))
}

/// Serves `Describe…` of a type.
pub(super) fn describe<T: Listed>(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let params = call.params();
    let ids: Vec<String> = params.list(T::IDS)?;
    let filters = Filters::read(&params, T::FIELDS)?;
    let page = Page::read(&params, T::PAGE, !ids.is_empty())?;
    refusals::done(&params)?;
    let all = T::all(&account.ec2);
    for id in &ids {
        well_formed::<T>(id)?;
        if !all.get(id).is_some_and(|found| found.shown(call.now)) {
            return Err(T::absent(id));
        }
    }
    let chosen = all.iter().filter(|(id, object)| {
        let named = ids.is_empty() || ids.contains(id);
        named && object.shown(call.now) && filters.fit(T::FIELDS, *object, object.tags(), account, call.now)
    });
    let items = chosen.map(|(id, object)| (id.as_str(), object.show(account, call.now)));
    Ok(Answer::xml(page.cut(T::SET, items)))
}
