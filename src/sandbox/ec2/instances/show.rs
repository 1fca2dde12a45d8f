//! Instances as answers show them.

use super::super::{security_groups, tags};
use super::{Instance, Power};
use crate::account::Account;
use crate::ec2::interfaces::Interface;
use crate::time::iso8601;
use crate::wire::Xml;

/// A reservation with `instances`.
pub(super) fn reservation(account: &Account, id: &str, instances: &[&Instance], now: u64) -> Xml {
    Xml::new().text("reservationId", id).text("ownerId", &account.id).list("groupSet", "item", []).list(
        "instancesSet",
        "item",
        instances.iter().map(|instance| show(account, instance, now)),
    )
}

/// The private address.
pub(super) fn private(account: &Account, instance: &Instance, now: u64) -> Option<String> {
    instance.interface(account, now)?.address(account).map(|address| address.to_string())
}

/// The public address: an Elastic IP address in front of the interface, or its own.
pub(super) fn public(account: &Account, instance: &Instance, now: u64) -> Option<String> {
    instance.interface(account, now)?.public_address(account).map(|address| address.to_string())
}

/// `groupSet`.
pub(super) fn groups(account: &Account, groups: &[String]) -> Xml {
    let item = |id: &String| Xml::new().text("groupId", id).optional("groupName", security_groups::name(account, id));
    Xml::new().list("groupSet", "item", groups.iter().map(item))
}

/// `blockDeviceMapping`.
pub(super) fn devices(account: &Account, instance: &Instance, now: u64) -> Xml {
    let volume = account.ec2.volumes.get(&instance.volume).filter(|volume| volume.there(now));
    let item = volume.map(|volume| {
        let ebs = Xml::new()
            .text("volumeId", &volume.id)
            .text("status", if instance.power(now) == Power::Pending { "attaching" } else { "attached" })
            .text("attachTime", iso8601(volume.created))
            .text("deleteOnTermination", volume.goes_along);
        Xml::new().text("deviceName", &instance.device).element("ebs", ebs)
    });
    Xml::new().list("blockDeviceMapping", "item", item)
}

/// The name of a host inside the VPC.
fn private_name(region: &str, host: &str) -> String {
    let domain = if region == "us-east-1" { "ec2.internal".to_owned() } else { format!("{region}.compute.internal") };
    format!("{host}.{domain}")
}

/// The name of a public address.
fn public_name(region: &str, address: &str) -> String {
    let domain = if region == "us-east-1" { "compute-1".to_owned() } else { format!("{region}.compute") };
    format!("ec2-{}.{domain}.amazonaws.com", address.replace('.', "-"))
}

fn show(account: &Account, instance: &Instance, now: u64) -> Xml {
    let power = instance.power(now);
    let alive = instance.alive(now);
    let region = &account.region;
    let vpc = instance.vpc(account).filter(|_| alive);
    let private = private(account, instance, now);
    let public = public(account, instance, now);
    let interface = instance.interface(account, now);
    let named = vpc.as_ref().and_then(|vpc| account.ec2.vpcs.get(vpc)).is_some_and(|vpc| vpc.dns_hostnames);
    let private_name = private.as_ref().map(|address| match instance.extras.named_by_id {
        true => private_name(region, &instance.id),
        false => private_name(region, &format!("ip-{}", address.replace('.', "-"))),
    });
    let public_name = public.as_ref().filter(|_| named).map(|address| public_name(region, address));
    let zone = account.ec2.subnets.get(&instance.subnet).map(|subnet| subnet.zone.clone());
    let placement = Xml::new().optional("availabilityZone", zone).text("groupName", "");
    let placement = placement.text("tenancy", instance.extras.tenancy());
    let mut xml = Xml::new()
        .text("instanceId", &instance.id)
        .text("imageId", &instance.image)
        .element("instanceState", power.show())
        .text("privateDnsName", private_name.as_deref().unwrap_or_default())
        .text("dnsName", public_name.as_deref().unwrap_or_default())
        .text("reason", instance.reason.as_ref().map_or("", |_| "User initiated"))
        .optional("keyName", instance.key.as_ref())
        .text("amiLaunchIndex", 0)
        .list("productCodes", "item", [])
        .text("instanceType", &instance.kind)
        .text("launchTime", iso8601(instance.launched))
        .element("placement", placement)
        .element("monitoring", Xml::new().text("state", if instance.monitored { "enabled" } else { "disabled" }))
        .optional("subnetId", Some(&instance.subnet).filter(|_| alive))
        .optional("vpcId", vpc.as_ref())
        .optional("privateIpAddress", private.as_ref())
        .optional("ipAddress", public.as_ref())
        .text("sourceDestCheck", interface.is_none_or(|interface| !interface.forwarding))
        .append(groups(account, &instance.groups(account, now)))
        .text("architecture", &instance.architecture)
        .text("rootDeviceType", "ebs")
        .text("rootDeviceName", &instance.device)
        .append(devices(account, instance, now))
        .text("virtualizationType", "hvm")
        .optional("clientToken", instance.token.as_ref())
        .append(tags::show(&instance.tags))
        .text("hypervisor", "xen")
        .append(interfaces(account, instance, interface))
        .text("ebsOptimized", instance.ebs_optimized)
        .text("enaSupport", true)
        .append(instance.extras.show(&instance.kind))
        .element("metadataOptions", instance.metadata.show())
        .text("platformDetails", "Linux/UNIX")
        .text("usageOperation", "RunInstances");
    if let Some((code, message)) = &instance.reason {
        xml = xml.element("stateReason", Xml::new().text("code", code).text("message", message));
    }
    if let Some(association) = &instance.profile {
        let profile = Xml::new().text("arn", &association.profile).text("id", &association.profile_id);
        xml = xml.element("iamInstanceProfile", profile);
    }
    xml
}

fn interfaces(account: &Account, instance: &Instance, interface: Option<&Interface>) -> Xml {
    let item = interface.map(|interface| {
        let attachment = Xml::new()
            .text("deviceIndex", 0)
            .text("status", "attached")
            .text("attachTime", iso8601(instance.launched))
            .text("deleteOnTermination", true);
        let xml = Xml::new()
            .text("networkInterfaceId", &interface.id)
            .text("subnetId", &interface.subnet)
            .optional("vpcId", interface.vpc(account))
            .text("description", &interface.description)
            .text("ownerId", &account.id)
            .text("status", "in-use")
            .optional("privateIpAddress", interface.address(account))
            .text("sourceDestCheck", !interface.forwarding)
            .append(groups(account, &interface.groups))
            .element("attachment", attachment)
            .text("interfaceType", "interface");
        match interface.public_address(account) {
            Some(public) => xml.element("association", Xml::new().text("publicIp", public)),
            None => xml,
        }
    });
    Xml::new().list("networkInterfaceSet", "item", item)
}
