//! Elastic network interfaces, which every service with a foot in a subnet has there.

use crate::sandbox::account::Account;
use crate::sandbox::tags::Tags;
use serde::{Deserialize, Serialize};

/// A network interface.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Interface {
    /// `eni-0..`
    pub id: String,
    /// The subnet it is in.
    pub subnet: String,
    /// Its security groups.
    pub groups: Vec<String>,
    /// What DescribeNetworkInterfaces shows.
    pub description: String,
    /// The service that made it (`kafka.amazonaws.com`); `None` when the account itself did. Others' cannot be deleted.
    pub requester: Option<String>,
    /// The resource it belongs to (its ARN or id), by which it is released.
    pub owner: String,
    /// The how-manieth address of its subnet it has, from 0: AWS keeps the first four for itself.
    pub host: u32,
    /// When it goes away, in milliseconds of virtual time since the epoch.
    pub release_at: Option<u64>,
    /// Its tags.
    #[serde(default)]
    pub tags: Tags,
}

/// An interface to be made.
#[derive(Clone, Copy, Debug)]
pub struct Attach<'a> {
    /// The subnet.
    pub subnet: &'a str,
    /// The security groups.
    pub groups: &'a [String],
    /// What people see.
    pub description: &'a str,
    /// The service that makes it; `None` for the account itself.
    pub requester: Option<&'a str>,
    /// The ARN or id of the resource it is for.
    pub owner: &'a str,
}

/// Makes an interface and gives its id. Whether subnet and groups exist is the caller's to check.
pub fn attach(account: &mut Account, attach: Attach) -> String {
    let now = account.now;
    forget(account, now);
    let id = account.ids.ec2("eni");
    let taken: std::collections::BTreeSet<u32> = account
        .ec2
        .interfaces
        .values()
        .filter(|interface| interface.subnet == attach.subnet)
        .map(|interface| interface.host)
        .collect();
    let host = (0..).find(|host| !taken.contains(host)).unwrap_or_default();
    let interface = Interface {
        id: id.clone(),
        subnet: attach.subnet.to_owned(),
        groups: attach.groups.to_vec(),
        description: attach.description.to_owned(),
        requester: attach.requester.map(str::to_owned),
        owner: attach.owner.to_owned(),
        host,
        release_at: None,
        tags: Tags::new(),
    };
    account.ec2.interfaces.insert(id.clone(), interface);
    id
}

/// Lets every interface of `owner` go `after` milliseconds of virtual time from now. Until then they block the deletion of
/// their subnet and groups.
pub fn release_later(account: &mut Account, owner: &str, after: u64) {
    let due = account.now.saturating_add(after);
    for interface in account.ec2.interfaces.values_mut().filter(|interface| interface.owner == owner) {
        interface.release_at.get_or_insert(due);
    }
    let now = account.now;
    forget(account, now);
}

/// Every interface there is now.
pub fn all(account: &Account) -> impl Iterator<Item = &Interface> {
    let now = account.now;
    account.ec2.interfaces.values().filter(move |interface| interface.release_at.is_none_or(|due| due > now))
}

/// Drops the interfaces whose time has come.
fn forget(account: &mut Account, now: u64) {
    account.ec2.interfaces.retain(|_, interface| interface.release_at.is_none_or(|due| due > now));
}
