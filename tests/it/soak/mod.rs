//! Nothing is lost, doubled or left over, whatever happens: a few cases in every run of the tests, all of them with
//! `AQUEDUCT_SOAK=N` (`make soak`), where N is how many seeds are tried.

mod crashes;
mod down;
mod faults;
mod lag;

use aqueduct_sandbox::{Account, services};
use std::collections::BTreeMap;

/// How many seeds are tried when everything is; `None` when only a few cases are.
pub fn seeds() -> Option<u64> {
    std::env::var("AQUEDUCT_SOAK").ok().map(|seeds| seeds.parse().unwrap())
}

/// What the stack owns: how many objects carry each address.
pub fn owned(account: &Account) -> BTreeMap<String, usize> {
    let tagged = services::ALL.iter().filter_map(|service| service.tagged);
    let addresses =
        tagged.flat_map(|tagged| tagged(account)).filter_map(|(_, tags)| tags.get("aqueduct:address").cloned());
    addresses.fold(BTreeMap::new(), |mut owned, address| {
        *owned.entry(address).or_default() += 1;
        owned
    })
}

/// Everything that is there, tagged or not, but for the bucket with leases.
pub fn everything(account: &Account) -> Vec<String> {
    let tagged = services::ALL.iter().filter_map(|service| service.tagged);
    let all = tagged.flat_map(|tagged| tagged(account)).map(|(arn, _)| arn);
    let mut all: Vec<String> = all.filter(|arn| !arn.starts_with("arn:aws:s3:::aqueduct-")).collect();
    all.extend(account.logs.groups.keys().cloned());
    all.sort();
    all
}
