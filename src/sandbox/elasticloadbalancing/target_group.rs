//! Target groups of instances.

use super::attributes::{TARGET_GROUP_DEFAULTS, connection_oriented};
use super::input::{self, misfit, number, page, refused};
use super::targets::Target;
use crate::account::Account;
use crate::answer::{Answer, Fault};
use crate::call::Call;
use crate::operation::Operation;
use crate::tags::Tags;
use crate::wire::{Params, Xml};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

pub(super) const OPERATIONS: &[Operation] = &[
    Operation::write("CreateTargetGroup", create),
    Operation::write("ModifyTargetGroup", modify),
    Operation::read("DescribeTargetGroups", describe),
    Operation::write("DeleteTargetGroup", delete),
];

/// A target group.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct TargetGroup {
    /// `arn:aws:elasticloadbalancing:<region>:<account>:targetgroup/<name>/<16 hexadecimal digits>`
    pub arn: String,
    /// Unique in account and region.
    pub name: String,
    /// `TCP`, `UDP`, `TCP_UDP`, `TLS`
    pub protocol: String,
    /// The targets' port.
    pub port: u16,
    /// The targets' VPC.
    pub vpc: String,
    /// How targets are found healthy.
    pub health_check: HealthCheck,
    /// All attributes with their values.
    pub attributes: BTreeMap<String, String>,
    /// The targets, those that are draining included.
    pub targets: Vec<Target>,
    /// Its tags.
    pub tags: Tags,
}

/// How targets are found healthy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HealthCheck {
    /// `TCP`, `HTTP`, `HTTPS`
    pub protocol: String,
    /// A number, or `traffic-port`.
    pub port: String,
    /// What is asked for; only HTTP and HTTPS.
    pub path: Option<String>,
    /// The codes that are good; only HTTP and HTTPS.
    pub codes: Option<String>,
    /// Seconds between probes.
    pub interval: u32,
    /// Seconds to wait for an answer.
    pub timeout: u32,
    /// Successes in a row that make a target healthy.
    pub healthy: u32,
    /// Failures in a row that make a target unhealthy.
    pub unhealthy: u32,
}

/// The target group `arn`.
///
/// # Errors
/// `TargetGroupNotFound`.
pub(super) fn find<'a>(account: &'a Account, arn: &str) -> Result<&'a TargetGroup, Fault> {
    account.elasticloadbalancing.target_groups.get(arn).ok_or_else(not_found)
}

/// As [`find`], to change it.
pub(super) fn find_mut<'a>(account: &'a mut Account, arn: &str) -> Result<&'a mut TargetGroup, Fault> {
    account.elasticloadbalancing.target_groups.get_mut(arn).ok_or_else(not_found)
}

fn not_found() -> Fault {
    Fault::new(400, "TargetGroupNotFound", "One or more target groups not found")
}

/// The load balancers whose listeners forward to the target group `arn`.
pub(super) fn users(account: &Account, arn: &str) -> BTreeSet<String> {
    let listeners = account.elasticloadbalancing.listeners.values();
    listeners.filter(|listener| listener.target_group == arn).map(|listener| listener.balancer.clone()).collect()
}

fn create(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let params = call.params();
    let name = input::name(&params, "Target group")?;
    let kind: Option<String> = params.optional("TargetType")?;
    match kind.as_deref().unwrap_or("instance") {
        "instance" => {}
        other @ ("ip" | "lambda" | "alb") => {
            return Err(refused(format!("Only target groups of instances exist here, not of type '{other}'")));
        }
        other => return Err(params.invalid("TargetType", other)),
    }
    let protocol: String = params.required("Protocol")?;
    match protocol.as_str() {
        "TCP" | "UDP" | "TCP_UDP" | "TLS" => {}
        "HTTP" | "HTTPS" | "GENEVE" | "QUIC" | "TCP_QUIC" => {
            return Err(refused(format!("Only network load balancers exist here, which '{protocol}' is not for")));
        }
        other => return Err(params.invalid("Protocol", other)),
    }
    let port = number(&params, "Port", 1, u16::MAX)?.ok_or_else(|| params.missing("Port"))?;
    let vpc: String = params.required("VpcId")?;
    if !account.ec2.vpcs.contains_key(&vpc) {
        return Err(refused(format!("The VPC ID '{vpc}' is not found")));
    }
    if params.optional::<String>("IpAddressType")?.is_some_and(|kind| kind != "ipv4") {
        return Err(misfit("Target groups of instances without IPv6 addresses must use ipv4"));
    }
    let unset = HealthCheck {
        protocol: "TCP".to_owned(),
        port: "traffic-port".to_owned(),
        path: None,
        codes: None,
        interval: 30,
        timeout: 10,
        healthy: 5,
        unhealthy: 2,
    };
    let health_check = health_check(&params, unset)?;
    let tags = input::tags(&params)?;
    params.finish()?;

    let all = &account.elasticloadbalancing.target_groups;
    if let Some(known) = all.values().find(|known| known.name == name) {
        let same = (&known.protocol, known.port, &known.vpc) == (&protocol, port, &vpc)
            && known.health_check == health_check
            && known.tags == tags;
        if same {
            return Ok(Answer::xml(shown(account, [known])));
        }
        let message = format!("A target group with the same name '{name}' exists, but with different settings");
        return Err(Fault::new(400, "DuplicateTargetGroupName", message));
    }
    let id = account.ids.hex(16);
    let defaults = TARGET_GROUP_DEFAULTS.iter().copied().chain(connection_oriented(&protocol));
    let group = TargetGroup {
        arn: input::arn(account, &format!("targetgroup/{name}/{id}")),
        name,
        attributes: defaults.map(|(key, value)| (key.to_owned(), value.to_owned())).collect(),
        protocol,
        port,
        vpc,
        health_check,
        targets: Vec::new(),
        tags,
    };
    let answer = shown(account, [&group]);
    account.elasticloadbalancing.target_groups.insert(group.arn.clone(), group);
    Ok(Answer::xml(answer))
}

/// The health check that `params` make of `known`.
fn health_check(params: &Params, known: HealthCheck) -> Result<HealthCheck, Fault> {
    let protocol = params.optional("HealthCheckProtocol")?.unwrap_or(known.protocol);
    match protocol.as_str() {
        "TCP" | "HTTP" | "HTTPS" => {}
        other => {
            let text = format!("Health check protocol '{other}' must be one of 'TCP, HTTP, HTTPS'");
            return Err(refused(text));
        }
    }
    let port: String = params.optional("HealthCheckPort")?.unwrap_or(known.port);
    if port != "traffic-port" && !port.parse::<u16>().is_ok_and(|port| port > 0) {
        return Err(refused(format!(
            "Health check port '{port}' must be 'traffic-port' or in range '1-65535' inclusive"
        )));
    }
    if params.optional("HealthCheckEnabled")? == Some(false) {
        return Err(misfit("Health check enabled must be true for target groups with target type 'instance'"));
    }
    let path: Option<String> = params.optional("HealthCheckPath")?;
    let codes: Option<String> = params.optional("Matcher.HttpCode")?;
    let http = protocol != "TCP";
    if !http && (path.is_some() || codes.is_some()) {
        return Err(misfit(format!(
            "Health check path and matcher are not supported for health check protocol '{protocol}'"
        )));
    }
    if let Some(path) = path.as_deref().filter(|path| !path.starts_with('/') || path.len() > 1024) {
        return Err(refused(format!("Health check path '{path}' must start with a slash ('/')")));
    }
    if let Some(codes) = codes.as_deref().filter(|codes| !are_codes(codes)) {
        return Err(refused(format!("Health check matcher HTTP code '{codes}' must be within '200-599' inclusive")));
    }
    let path = path.or(known.path).or_else(|| Some("/".to_owned())).filter(|_| http);
    let codes = codes.or(known.codes).or_else(|| Some("200-399".to_owned())).filter(|_| http);
    let interval = number(params, "HealthCheckIntervalSeconds", 5, 300)?.unwrap_or(known.interval);
    let timeout = number(params, "HealthCheckTimeoutSeconds", 2, 120)?.unwrap_or(known.timeout);
    if timeout > interval {
        let text =
            format!("Health check timeout '{timeout}' must be smaller than or equal to the interval '{interval}'");
        return Err(refused(text));
    }
    let healthy = number(params, "HealthyThresholdCount", 2, 10)?.unwrap_or(known.healthy);
    let unhealthy = number(params, "UnhealthyThresholdCount", 2, 10)?.unwrap_or(known.unhealthy);
    Ok(HealthCheck { protocol, port, path, codes, interval, timeout, healthy, unhealthy })
}

/// `200`, `200,202` or `200-299`, all from 200 to 599.
fn are_codes(text: &str) -> bool {
    let code = |text: &str| text.parse::<u16>().is_ok_and(|code| (200..=599).contains(&code));
    text.split(',').all(|part| part.split_once('-').map_or(code(part), |(first, last)| code(first) && code(last)))
}

fn modify(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let params = call.params();
    let arn: String = params.required("TargetGroupArn")?;
    let known = find(account, &arn)?.health_check.clone();
    let health_check = health_check(&params, known)?;
    params.finish()?;
    find_mut(account, &arn)?.health_check = health_check;
    Ok(Answer::xml(shown(account, [find(account, &arn)?])))
}

fn describe(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let params = call.params();
    let balancer: Option<String> = params.optional("LoadBalancerArn")?;
    let arns: Vec<String> = params.list("TargetGroupArns")?;
    let names: Vec<String> = params.list("Names")?;
    if [balancer.is_some(), !arns.is_empty(), !names.is_empty()].iter().filter(|given| **given).count() > 1 {
        return Err(refused(
            "Target group ARNs, target group names and a load balancer ARN cannot be specified at the same time",
        ));
    }
    if let Some(balancer) = &balancer {
        super::balancer::find(account, balancer)?;
    }
    let all = &account.elasticloadbalancing.target_groups;
    let known = |name: &String| all.values().any(|group| group.name == *name);
    if !names.iter().all(known) || !arns.iter().all(|arn| all.contains_key(arn)) {
        return Err(not_found());
    }
    let asked = |group: &&TargetGroup| {
        (arns.is_empty() || arns.contains(&group.arn))
            && (names.is_empty() || names.contains(&group.name))
            && balancer.as_ref().is_none_or(|balancer| users(account, &group.arn).contains(balancer))
    };
    let (page, next) = page(&params, all.values().filter(asked).collect())?;
    Ok(Answer::xml(shown(account, page).append(next)))
}

fn delete(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let params = call.params();
    let arn: String = params.required("TargetGroupArn")?;
    params.finish()?;
    if !users(account, &arn).is_empty() {
        let message = format!("Target group '{arn}' is currently in use by a listener or a rule");
        return Err(Fault::new(400, "ResourceInUse", message));
    }
    account.elasticloadbalancing.target_groups.remove(&arn);
    Ok(Answer::xml(Xml::new()))
}

fn shown<'a>(account: &Account, groups: impl IntoIterator<Item = &'a TargetGroup>) -> Xml {
    Xml::new().list("TargetGroups", "member", groups.into_iter().map(|group| show(account, group)))
}

fn show(account: &Account, group: &TargetGroup) -> Xml {
    let check = &group.health_check;
    let matcher = check.codes.as_ref().map(|codes| Xml::new().text("HttpCode", codes));
    let xml = Xml::new()
        .text("TargetGroupArn", &group.arn)
        .text("TargetGroupName", &group.name)
        .text("Protocol", &group.protocol)
        .text("Port", group.port)
        .text("VpcId", &group.vpc)
        .text("HealthCheckProtocol", &check.protocol)
        .text("HealthCheckPort", &check.port)
        .text("HealthCheckEnabled", true)
        .text("HealthCheckIntervalSeconds", check.interval)
        .text("HealthCheckTimeoutSeconds", check.timeout)
        .text("HealthyThresholdCount", check.healthy)
        .text("UnhealthyThresholdCount", check.unhealthy)
        .optional("HealthCheckPath", check.path.as_ref());
    let xml = match matcher {
        Some(matcher) => xml.element("Matcher", matcher),
        None => xml,
    };
    xml.texts("LoadBalancerArns", "member", users(account, &group.arn))
        .text("TargetType", "instance")
        .text("IpAddressType", "ipv4")
}
