//! Network interfaces that outlive what they were made for, and keep subnets and groups from being deleted (AWS.md §0.4).

use super::tags::filter;
use crate::aws::{self, Cx, Error, found};
use aws_sdk_ec2::types::{NetworkInterface, NetworkInterfaceStatus};

/// Deletes those interfaces, among those that `name` (`subnet-id` or `group-id`) finds for `id`, that a service of AWS has
/// left behind. What `error` then says names the others.
pub(super) async fn clear(cx: &Cx, name: &str, id: &str, error: Error) -> aws::Result<Error> {
    let mut pages = cx.ec2().describe_network_interfaces().filters(filter(name, [id])).into_paginator().send();
    let mut holding = vec![];
    while let Some(page) = pages.next().await {
        for interface in page?.network_interfaces.unwrap_or_default() {
            match interface.network_interface_id() {
                Some(id) if left_behind(&interface) => {
                    let deleted = cx.ec2().delete_network_interface().network_interface_id(id).send().await;
                    found(deleted.map_err(Error::from))?;
                }
                Some(id) => holding.push(told(id, &interface)),
                None => {}
            }
        }
    }
    if holding.is_empty() {
        return Ok(error);
    }
    holding.sort();
    let message = format!(
        "{}\n  these network interfaces hold it, and go with what they belong to: {}",
        error.message,
        holding.join("; ")
    );
    Ok(Error { message, ..error })
}

/// Nothing uses it, and it was a service that made it: what people made is theirs.
fn left_behind(interface: &NetworkInterface) -> bool {
    interface.status == Some(NetworkInterfaceStatus::Available) && interface.requester_managed.unwrap_or_default()
}

fn told(id: &str, interface: &NetworkInterface) -> String {
    let attachment = interface.attachment.as_ref();
    let instance = attachment.and_then(|attachment| attachment.instance_id.as_deref());
    let what =
        instance.or(interface.description.as_deref()).filter(|text| !text.is_empty()).unwrap_or("no description");
    format!("{id} ({what})")
}
