//! The instances in target groups.

use super::input::{number, refused};
use super::target_group::{TargetGroup, find, find_mut, users};
use crate::account::Account;
use crate::answer::{Answer, Fault};
use crate::call::Call;
use crate::clock::SECOND;
use crate::ec2::Power;
use crate::operation::Operation;
use crate::wire::{Params, Xml};
use serde::{Deserialize, Serialize};

pub(super) const OPERATIONS: &[Operation] = &[
    Operation::write("RegisterTargets", register),
    Operation::write("DeregisterTargets", deregister),
    Operation::read("DescribeTargetHealth", describe),
];

/// How long a new target is being registered, in milliseconds of virtual time.
const REGISTERING: u64 = 30 * SECOND;

/// A target.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Target {
    /// The instance.
    pub instance: String,
    /// The port it is spoken to.
    pub port: u16,
    /// Since when it is in, in milliseconds of virtual time since the epoch.
    pub since: u64,
    /// When it is out for good, in milliseconds of virtual time since the epoch; `None` as long as nobody takes it out.
    pub drained: Option<u64>,
}

impl Target {
    fn is_there(&self, now: u64) -> bool {
        self.drained.is_none_or(|due| due > now)
    }
}

fn invalid(message: String) -> Fault {
    Fault::new(400, "InvalidTarget", message)
}

/// The targets named in `params`: instances, with a port where one is given.
fn named(params: &Params) -> Result<Vec<(String, Option<u16>)>, Fault> {
    let named = params.structures("Targets").into_iter().map(|target| {
        let id: String = target.required("Id")?;
        if target.optional::<String>("AvailabilityZone")?.is_some() {
            return Err(refused("An Availability Zone is not supported for targets that are instances"));
        }
        Ok((id, number(&target, "Port", 1, u16::MAX)?))
    });
    named.collect()
}

fn register(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let params = call.params();
    let arn: String = params.required("TargetGroupArn")?;
    let targets = named(&params)?;
    params.finish()?;
    if targets.is_empty() {
        return Err(params.missing("Targets"));
    }
    let group = find(account, &arn)?;
    for (id, _) in &targets {
        let Some(instance) = account.ec2.instances.get(id).filter(|instance| instance.alive(call.now)) else {
            return Err(invalid(format!("The following targets are not valid instances: '{id}'")));
        };
        if instance.vpc(account).as_ref() != Some(&group.vpc) {
            let vpc = &group.vpc;
            return Err(invalid(format!("The following targets are not in the target group VPC '{vpc}': '{id}'")));
        }
        if instance.power(call.now) != Power::Running {
            return Err(invalid(format!(
                "The following targets are not in a running state and cannot be registered: '{id}'"
            )));
        }
    }
    let group = find_mut(account, &arn)?;
    for (instance, port) in targets {
        let port = port.unwrap_or(group.port);
        let same = |target: &&mut Target| target.instance == instance && target.port == port;
        match group.targets.iter_mut().find(same) {
            Some(target) if target.drained.is_none() => {}
            Some(target) => *target = Target { instance, port, since: call.now, drained: None },
            None => group.targets.push(Target { instance, port, since: call.now, drained: None }),
        }
    }
    Ok(Answer::xml(Xml::new()))
}

fn deregister(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let params = call.params();
    let arn: String = params.required("TargetGroupArn")?;
    let targets = named(&params)?;
    params.finish()?;
    if targets.is_empty() {
        return Err(params.missing("Targets"));
    }
    let in_use = !users(account, &arn).is_empty();
    let group = find_mut(account, &arn)?;
    let delay = group.attributes.get("deregistration_delay.timeout_seconds").and_then(|text| text.parse::<u64>().ok());
    // Without a load balancer there are no connections to wait for.
    let due = call.now + if in_use { delay.unwrap_or(300) * SECOND } else { 0 };
    for target in &mut group.targets {
        let meant =
            |(id, port): &(String, Option<u16>)| *id == target.instance && port.is_none_or(|port| port == target.port);
        if targets.iter().any(meant) {
            target.drained.get_or_insert(due);
        }
    }
    group.targets.retain(|target| target.is_there(call.now));
    Ok(Answer::xml(Xml::new()))
}

fn describe(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let params = call.params();
    let arn: String = params.required("TargetGroupArn")?;
    let asked = named(&params)?;
    let group = find(account, &arn)?;
    let there: Vec<&Target> = group.targets.iter().filter(|target| target.is_there(call.now)).collect();
    let shown: Vec<Xml> = if asked.is_empty() {
        there.into_iter().map(|target| show(account, call, group, target)).collect()
    } else {
        let one = |(id, port): (String, Option<u16>)| {
            let port = port.unwrap_or(group.port);
            match there.iter().find(|target| target.instance == id && target.port == port) {
                Some(target) => show(account, call, group, target),
                None => described(group, &id, port, ("unused", "Target.NotRegistered", "Target is not registered")),
            }
        };
        asked.into_iter().map(one).collect()
    };
    Ok(Answer::xml(Xml::new().list("TargetHealthDescriptions", "member", shown)))
}

fn show(account: &Account, call: &Call, group: &TargetGroup, target: &Target) -> Xml {
    let running =
        account.ec2.instances.get(&target.instance).is_some_and(|instance| instance.power(call.now) == Power::Running);
    let probed = target.since + REGISTERING;
    let check = &group.health_check;
    let healthy = probed + u64::from(check.interval) * u64::from(check.healthy) * SECOND;
    let health = if target.drained.is_some() {
        ("draining", "Target.DeregistrationInProgress", "Target deregistration is in progress")
    } else if !running {
        ("unused", "Target.InvalidState", "Target is in the stopped state")
    } else if users(account, &group.arn).is_empty() {
        ("unused", "Target.NotInUse", "Target group is not configured to receive traffic from the load balancer")
    } else if call.now < probed {
        ("initial", "Elb.RegistrationInProgress", "Target registration is in progress")
    } else if call.now < healthy {
        ("initial", "Elb.InitialHealthChecking", "Initial health checks in progress")
    } else {
        ("healthy", "", "")
    };
    described(group, &target.instance, target.port, health)
}

fn described(group: &TargetGroup, instance: &str, port: u16, (state, reason, text): (&str, &str, &str)) -> Xml {
    let traffic = group.health_check.port == "traffic-port";
    let health = Xml::new()
        .text("State", state)
        .optional("Reason", Some(reason).filter(|reason| !reason.is_empty()))
        .optional("Description", Some(text).filter(|text| !text.is_empty()));
    Xml::new()
        .element("Target", Xml::new().text("Id", instance).text("Port", port))
        .text("HealthCheckPort", if traffic { port.to_string() } else { group.health_check.port.clone() })
        .element("TargetHealth", health)
}
