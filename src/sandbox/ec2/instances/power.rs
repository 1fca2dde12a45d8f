//! Starting, stopping and terminating.

use super::super::resource::{Resource as _, find};
use super::super::{free_public_ip, interfaces, refusals, volumes};
use super::{Instance, Power};
use crate::account::Account;
use crate::answer::{Answer, Fault};
use crate::call::Call;
use crate::clock::{SECOND, Timed};
use crate::wire::Xml;

/// How long an instance is pending, in milliseconds of virtual time.
pub(super) const STARTING: u64 = 20 * SECOND;
/// How long an instance is stopping, in milliseconds of virtual time.
const STOPPING: u64 = 25 * SECOND;
/// How long an instance is shutting down, in milliseconds of virtual time.
const TERMINATING: u64 = 30 * SECOND;

/// The instances a call is about, all of which exist.
fn named(account: &Account, call: &Call, ignored: &[&str]) -> Result<Vec<String>, Fault> {
    let params = call.params();
    let ids: Vec<String> = params.list("InstanceId")?;
    for name in ignored {
        params.optional::<bool>(name)?;
    }
    refusals::done(&params)?;
    if ids.is_empty() {
        return Err(refusals::missing("InstanceId"));
    }
    for id in &ids {
        find::<Instance>(account, id, call.now)?;
    }
    Ok(ids)
}

/// The change of one instance's power, if there is any.
type Change = Result<Option<Timed<Power>>, Fault>;

/// Lets `step` work on each instance: all or, when it refuses one, none. It gives the new state where there is one.
fn each(
    account: &mut Account,
    call: &Call,
    ids: &[String],
    step: fn(&Instance, u64) -> Change,
) -> Result<Vec<(String, Power)>, Fault> {
    let mut next = Vec::new();
    for id in ids {
        let instance: &Instance = find(account, id, call.now)?;
        next.push((id, instance.power(call.now), step(instance, call.now)?));
    }
    let mut before = Vec::new();
    for (id, power, timed) in next {
        before.push((id.clone(), power));
        if let (Some(timed), Some(instance)) = (timed, account.ec2.instances.get_mut(id)) {
            instance.power = timed;
        }
    }
    Ok(before)
}

fn answer(account: &Account, call: &Call, before: Vec<(String, Power)>) -> Answer {
    let item = |(id, before): (String, Power)| {
        let now = account.ec2.instances.get(&id).map_or(before, |instance| instance.power(call.now));
        let xml = Xml::new().text("instanceId", id).element("currentState", now.show());
        xml.element("previousState", before.show())
    };
    Answer::xml(Xml::new().list("instancesSet", "item", before.into_iter().map(item)))
}

fn wrong_state(id: &str, what: &str) -> Fault {
    let text = format!("The instance '{id}' is not in a state from which it can be {what}.");
    Fault::new(400, "IncorrectInstanceState", text)
}

pub(super) fn start(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let ids = named(account, call, &[])?;
    let before = each(account, call, &ids, |instance, now| match instance.power(now) {
        Power::Pending | Power::Running => Ok(None),
        Power::Stopped => Ok(Some(Timed::new(now, Power::Pending).then(now + STARTING, Power::Running))),
        _ => Err(wrong_state(&instance.id, "started")),
    })?;
    for (id, _) in before.iter().filter(|(_, power)| *power == Power::Stopped) {
        let address = free_public_ip(account);
        let Some(instance) = account.ec2.instances.get_mut(id) else { continue };
        instance.reason = None;
        if let Some(interface) = account.ec2.interfaces.get_mut(&instance.interface) {
            interface.public_ip = instance.wants_public.then_some(address);
        }
    }
    Ok(answer(account, call, before))
}

pub(super) fn stop(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let ids = named(account, call, &["Force", "SkipOsShutdown"])?;
    let before = each(account, call, &ids, |instance, now| match instance.power(now) {
        Power::Running | Power::Pending if instance.keep_running => {
            Err(protected(&instance.id, "stopped", "disableApiStop"))
        }
        Power::Running => Ok(Some(Timed::new(now, Power::Stopping).then(now + STOPPING, Power::Stopped))),
        Power::Stopping | Power::Stopped => Ok(None),
        _ => Err(wrong_state(&instance.id, "stopped")),
    })?;
    for (id, _) in before.iter().filter(|(_, power)| *power == Power::Running) {
        lose_address(account, id);
    }
    Ok(answer(account, call, before))
}

/// An instance that does not run has no public address, but for an Elastic IP address.
fn lose_address(account: &mut Account, id: &str) {
    let Some(instance) = account.ec2.instances.get_mut(id) else { return };
    instance.reason = user_initiated();
    if let Some(interface) = account.ec2.interfaces.get_mut(&instance.interface) {
        interface.public_ip = None;
    }
}

fn user_initiated() -> Option<(String, String)> {
    let code = "Client.UserInitiatedShutdown";
    Some((code.to_owned(), format!("{code}: User initiated shutdown")))
}

fn protected(id: &str, what: &str, attribute: &str) -> Fault {
    let text =
        format!("The instance '{id}' may not be {what}. Modify its '{attribute}' instance attribute and try again.");
    Fault::new(400, "OperationNotPermitted", text)
}

pub(super) fn terminate(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let ids = named(account, call, &["Force", "SkipOsShutdown"])?;
    let before = each(account, call, &ids, |instance, now| match instance.power(now) {
        Power::ShuttingDown | Power::Terminated => Ok(None),
        _ if instance.keep => Err(protected(&instance.id, "terminated", "disableApiTermination")),
        _ => Ok(Some(Timed::new(now, Power::ShuttingDown).then(now + TERMINATING, Power::Terminated))),
    })?;
    for (id, _) in before.iter().filter(|(_, power)| !matches!(power, Power::ShuttingDown | Power::Terminated)) {
        interfaces::release_later(account, id, TERMINATING);
        volumes::release_later(account, id, TERMINATING);
        lose_address(account, id);
    }
    Instance::all_mut(&mut account.ec2).retain(|_, instance| instance.exists(call.now));
    Ok(answer(account, call, before))
}
