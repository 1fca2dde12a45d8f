//! Listeners.

use super::input::{self, misfit, number, page, refused};
use super::{attributes, balancer, target_group};
use crate::account::Account;
use crate::answer::{Answer, Fault};
use crate::call::Call;
use crate::operation::Operation;
use crate::tags::Tags;
use crate::wire::{Params, Xml};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

pub(super) const OPERATIONS: &[Operation] = &[
    Operation::write("CreateListener", create),
    Operation::write("ModifyListener", modify),
    Operation::read("DescribeListeners", describe),
    Operation::write("DeleteListener", delete),
];

/// A port of a load balancer, which forwards to one target group.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Listener {
    /// `arn:aws:elasticloadbalancing:<region>:<account>:listener/net/<name>/<id>/<16 hexadecimal digits>`
    pub arn: String,
    /// The load balancer's ARN.
    pub balancer: String,
    /// Unique on the load balancer.
    pub port: u16,
    /// `TCP`, `UDP`, `TCP_UDP`
    pub protocol: String,
    /// The target group's ARN.
    pub target_group: String,
    /// Its attributes by key.
    #[serde(default)]
    pub attributes: BTreeMap<String, String>,
    /// Its tags.
    pub tags: Tags,
}

pub(super) fn not_found() -> Fault {
    Fault::new(400, "ListenerNotFound", "One or more listeners not found")
}

fn create(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let params = call.params();
    let on: String = params.required("LoadBalancerArn")?;
    let protocol = protocol(&params)?.ok_or_else(|| params.missing("Protocol"))?;
    let port = number(&params, "Port", 1, u16::MAX)?.ok_or_else(|| params.missing("Port"))?;
    let target_group = target(&params)?.ok_or_else(|| params.missing("DefaultActions"))?;
    let tags = input::tags(&params)?;
    params.finish()?;
    let short = balancer::find(account, &on)?.short().to_owned();
    let id = account.ids.hex(16);
    let arn = input::arn(account, &format!("listener/{short}/{id}"));
    let attributes = attributes::of_listener(&protocol);
    let listener = Listener { arn, balancer: on, port, protocol, target_group, attributes, tags };
    let listeners = account.elasticloadbalancing.listeners.values();
    if let Some(known) = listeners.into_iter().find(|known| known.balancer == listener.balancer && known.port == port) {
        let key = |of: &Listener| (of.protocol.clone(), of.target_group.clone(), of.tags.clone());
        if key(known) == key(&listener) {
            return Ok(Answer::xml(shown([known])));
        }
        return Err(taken(&listener));
    }
    check(account, &listener)?;
    let answer = shown([&listener]);
    account.elasticloadbalancing.listeners.insert(listener.arn.clone(), listener);
    Ok(Answer::xml(answer))
}

fn modify(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let params = call.params();
    let arn: String = params.required("ListenerArn")?;
    let protocol = protocol(&params)?;
    let port = number(&params, "Port", 1, u16::MAX)?;
    let target_group = target(&params)?;
    params.finish()?;
    let known = account.elasticloadbalancing.listeners.get(&arn).ok_or_else(not_found)?;
    let mut listener = known.clone();
    listener.protocol = protocol.unwrap_or(listener.protocol);
    listener.port = port.unwrap_or(listener.port);
    listener.target_group = target_group.unwrap_or(listener.target_group);
    let mut others = account.elasticloadbalancing.listeners.values().filter(|other| other.arn != arn);
    if others.any(|other| other.balancer == listener.balancer && other.port == listener.port) {
        return Err(taken(&listener));
    }
    check(account, &listener)?;
    let answer = shown([&listener]);
    account.elasticloadbalancing.listeners.insert(arn, listener);
    Ok(Answer::xml(answer))
}

fn protocol(params: &Params) -> Result<Option<String>, Fault> {
    let protocol: Option<String> = params.optional("Protocol")?;
    match protocol.as_deref() {
        None | Some("TCP" | "UDP" | "TCP_UDP") => Ok(protocol),
        Some("TLS") => Err(Fault::new(400, "CertificateNotFound", "Certificates do not exist here")),
        Some(other) => {
            let text = format!("Listener protocol '{other}' must be one of 'TCP, TLS, UDP, TCP_UDP'");
            Err(Fault::new(400, "UnsupportedProtocol", text))
        }
    }
}

/// The target group of the one action that network load balancers know: forward everything to it.
fn target(params: &Params) -> Result<Option<String>, Fault> {
    let actions = params.structures("DefaultActions");
    let Some(action) = actions.first() else { return Ok(None) };
    if actions.len() > 1 {
        return Err(refused("A listener of a network load balancer has exactly one default action"));
    }
    let kind: String = action.required("Type")?;
    if kind != "forward" {
        let text = format!("Action type '{kind}' is not valid for network load balancers");
        return Err(Fault::new(400, "InvalidLoadBalancerAction", text));
    }
    number(action, "Order", 1, 50_000)?;
    let direct: Option<String> = action.optional("TargetGroupArn")?;
    let mut listed = Vec::new();
    for tuple in action.structures("ForwardConfig.TargetGroups") {
        listed.push(tuple.required::<String>("TargetGroupArn")?);
        number(&tuple, "Weight", 0, 999)?;
    }
    match (direct, listed.as_slice()) {
        (Some(direct), []) => Ok(Some(direct)),
        (None, [one]) => Ok(Some(one.clone())),
        (Some(direct), [one]) if direct == *one => Ok(Some(direct)),
        (None, []) => Err(action.missing("TargetGroupArn")),
        _ => Err(refused("A forward action of a network load balancer names exactly one target group")),
    }
}

/// Refuses a listener whose parts do not go together.
fn check(account: &Account, listener: &Listener) -> Result<(), Fault> {
    let balancer = balancer::find(account, &listener.balancer)?;
    let group = target_group::find(account, &listener.target_group)?;
    if group.vpc != balancer.vpc {
        return Err(misfit(format!("Target group '{}' is not in the VPC of the load balancer", group.arn)));
    }
    let together = match listener.protocol.as_str() {
        "UDP" => ["UDP", "TCP_UDP"].contains(&group.protocol.as_str()),
        protocol => group.protocol == protocol,
    };
    if !together {
        let text = format!("Listener protocol '{}' and target group protocol '{}'", listener.protocol, group.protocol);
        return Err(Fault::new(400, "IncompatibleProtocols", format!("{text} are not compatible")));
    }
    if let Some(other) = target_group::users(account, &group.arn).iter().find(|user| **user != listener.balancer) {
        let text = format!(
            "The following target groups cannot be associated with more than one load balancer: {} is with {other}",
            group.arn
        );
        return Err(Fault::new(400, "TargetGroupAssociationLimit", text));
    }
    Ok(())
}

fn taken(listener: &Listener) -> Fault {
    let text = format!("A listener already exists on this port for this load balancer '{}'", listener.balancer);
    Fault::new(400, "DuplicateListener", text)
}

fn describe(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let params = call.params();
    let on: Option<String> = params.optional("LoadBalancerArn")?;
    let arns: Vec<String> = params.list("ListenerArns")?;
    let listeners = &account.elasticloadbalancing.listeners;
    match (&on, arns.is_empty()) {
        (Some(on), true) => drop(balancer::find(account, on)?),
        (None, false) if arns.iter().all(|arn| listeners.contains_key(arn)) => {}
        (None, false) => return Err(not_found()),
        _ => return Err(refused("You must specify either listener ARNs or a load balancer ARN")),
    }
    let asked = |listener: &&Listener| match &on {
        Some(on) => listener.balancer == *on,
        None => arns.contains(&listener.arn),
    };
    let (page, next) = page(&params, listeners.values().filter(asked).collect())?;
    Ok(Answer::xml(shown(page).append(next)))
}

fn delete(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let params = call.params();
    let arn: String = params.required("ListenerArn")?;
    params.finish()?;
    account.elasticloadbalancing.listeners.remove(&arn).map(|_| Answer::xml(Xml::new())).ok_or_else(not_found)
}

fn shown<'a>(listeners: impl IntoIterator<Item = &'a Listener>) -> Xml {
    Xml::new().list("Listeners", "member", listeners.into_iter().map(show))
}

fn show(listener: &Listener) -> Xml {
    let group = Xml::new().text("TargetGroupArn", &listener.target_group);
    let action = Xml::new()
        .text("Type", "forward")
        .text("TargetGroupArn", &listener.target_group)
        .element("ForwardConfig", Xml::new().list("TargetGroups", "member", [group]));
    Xml::new()
        .text("ListenerArn", &listener.arn)
        .text("LoadBalancerArn", &listener.balancer)
        .text("Port", listener.port)
        .text("Protocol", &listener.protocol)
        .list("DefaultActions", "member", [action])
}
