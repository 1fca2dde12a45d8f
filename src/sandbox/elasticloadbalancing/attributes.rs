//! Attributes of load balancers and target groups: text by key.

use super::input::refused;
use super::{balancer, listener, target_group};
use crate::account::Account;
use crate::answer::{Answer, Fault};
use crate::call::Call;
use crate::operation::Operation;
use crate::wire::{Params, Xml};
use std::collections::BTreeMap;

pub(super) const OPERATIONS: &[Operation] = &[
    Operation::read("DescribeLoadBalancerAttributes", describe_of_balancer),
    Operation::write("ModifyLoadBalancerAttributes", modify_of_balancer),
    Operation::read("DescribeTargetGroupAttributes", describe_of_target_group),
    Operation::write("ModifyTargetGroupAttributes", modify_of_target_group),
    Operation::read("DescribeListenerAttributes", describe_of_listener),
    Operation::write("ModifyListenerAttributes", modify_of_listener),
];

/// What a new network load balancer has.
pub(super) const BALANCER_DEFAULTS: &[(&str, &str)] = &[
    ("access_logs.s3.bucket", ""),
    ("access_logs.s3.enabled", "false"),
    ("access_logs.s3.prefix", ""),
    ("deletion_protection.enabled", "false"),
    ("dns_record.client_routing_policy", "any_availability_zone"),
    ("ipv6.deny_all_igw_traffic", "false"),
    ("load_balancing.cross_zone.enabled", "false"),
    ("secondary_ips.auto_assigned.per_subnet", "0"),
    ("zonal_shift.config.enabled", "false"),
];

/// What a new target group of a network load balancer has, save for [`connection_oriented`].
pub(super) const TARGET_GROUP_DEFAULTS: &[(&str, &str)] = &[
    ("deregistration_delay.timeout_seconds", "300"),
    ("load_balancing.cross_zone.enabled", "use_load_balancer_configuration"),
    ("preserve_client_ip.enabled", "true"),
    ("proxy_protocol_v2.enabled", "false"),
    ("stickiness.enabled", "false"),
    ("stickiness.type", "source_ip"),
    ("target_group_health.dns_failover.minimum_healthy_targets.count", "1"),
    ("target_group_health.dns_failover.minimum_healthy_targets.percentage", "off"),
    ("target_group_health.unhealthy_state_routing.minimum_healthy_targets.count", "1"),
    ("target_group_health.unhealthy_state_routing.minimum_healthy_targets.percentage", "off"),
    ("target_health_state.unhealthy.draining_interval_seconds", "0"),
];

/// The attributes whose defaults depend on whether the protocol has connections.
pub(super) fn connection_oriented(protocol: &str) -> [(&'static str, &'static str); 2] {
    let connections = protocol == "TCP" || protocol == "TLS";
    let text = |on| if on { "true" } else { "false" };
    [
        ("deregistration_delay.connection_termination.enabled", text(!connections)),
        ("target_health_state.unhealthy.connection_termination.enabled", text(connections)),
    ]
}

/// What a new listener has: connections that are idle are only cut where there are connections.
pub(super) fn of_listener(protocol: &str) -> BTreeMap<String, String> {
    let idle = (protocol == "TCP").then(|| ("tcp.idle_timeout.seconds".to_owned(), "350".to_owned()));
    idle.into_iter().collect()
}

fn describe_of_listener(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let arn: String = call.params().required("ListenerArn")?;
    let listener = account.elasticloadbalancing.listeners.get(&arn).ok_or_else(listener::not_found)?;
    Ok(shown(&listener.attributes))
}

fn modify_of_listener(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let params = call.params();
    let arn: String = params.required("ListenerArn")?;
    let changes = changes(&params)?;
    params.finish()?;
    let listener = account.elasticloadbalancing.listeners.get_mut(&arn).ok_or_else(listener::not_found)?;
    check("Listener", &listener.attributes, &changes)?;
    listener.attributes.extend(changes);
    Ok(shown(&listener.attributes))
}

fn describe_of_balancer(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let arn: String = call.params().required("LoadBalancerArn")?;
    Ok(shown(&balancer::find(account, &arn)?.attributes))
}

fn modify_of_balancer(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let params = call.params();
    let arn: String = params.required("LoadBalancerArn")?;
    let changes = changes(&params)?;
    params.finish()?;
    let attributes = &mut balancer::find_mut(account, &arn)?.attributes;
    check("Load balancer", attributes, &changes)?;
    attributes.extend(changes);
    Ok(shown(attributes))
}

fn describe_of_target_group(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let arn: String = call.params().required("TargetGroupArn")?;
    Ok(shown(&target_group::find(account, &arn)?.attributes))
}

fn modify_of_target_group(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let params = call.params();
    let arn: String = params.required("TargetGroupArn")?;
    let changes = changes(&params)?;
    params.finish()?;
    let group = target_group::find_mut(account, &arn)?;
    check("Target group", &group.attributes, &changes)?;
    let off = |key: &str| changes.get(key).is_some_and(|value| value == "false");
    if off("preserve_client_ip.enabled") && group.protocol.contains("UDP") {
        return Err(refused(format!("Client IP preservation cannot be disabled for protocol '{}'", group.protocol)));
    }
    group.attributes.extend(changes);
    Ok(shown(&group.attributes))
}

fn changes(params: &Params) -> Result<BTreeMap<String, String>, Fault> {
    let mut changes = BTreeMap::new();
    for attribute in params.structures("Attributes") {
        let key: String = attribute.required("Key")?;
        let value = attribute.optional("Value")?.unwrap_or_default();
        if changes.insert(key.clone(), value).is_some() {
            return Err(refused(format!("Attribute '{key}' is given more than once")));
        }
    }
    if changes.is_empty() { Err(params.missing("Attributes")) } else { Ok(changes) }
}

/// Refuses keys that `known` does not have, and values of another shape than the one there is.
fn check(what: &str, known: &BTreeMap<String, String>, changes: &BTreeMap<String, String>) -> Result<(), Fault> {
    for (key, value) in changes {
        let Some(now) = known.get(key) else {
            return Err(refused(format!("{what} attribute key '{key}' is not recognized")));
        };
        let flag = |text: &str| ["true", "false"].contains(&text);
        let fits = match key.as_str() {
            "deregistration_delay.timeout_seconds" => in_range(value, 0, 3_600),
            "tcp.idle_timeout.seconds" => in_range(value, 60, 6_000),
            "secondary_ips.auto_assigned.per_subnet" => in_range(value, 0, 7),
            "target_health_state.unhealthy.draining_interval_seconds" => in_range(value, 0, 360_000),
            "load_balancing.cross_zone.enabled" if what == "Target group" => {
                flag(value) || value == "use_load_balancer_configuration"
            }
            "stickiness.type" => value == "source_ip",
            _ if flag(now) => flag(value),
            _ => true,
        };
        if !fits {
            return Err(refused(format!("{what} attribute value '{value}' is not valid for '{key}'")));
        }
    }
    Ok(())
}

fn in_range(value: &str, least: u32, most: u32) -> bool {
    value.parse::<u32>().is_ok_and(|number| (least..=most).contains(&number))
}

fn shown(attributes: &BTreeMap<String, String>) -> Answer {
    let shown = attributes.iter().map(|(key, value)| Xml::new().text("Key", key).text("Value", value));
    Answer::xml(Xml::new().list("Attributes", "member", shown))
}
