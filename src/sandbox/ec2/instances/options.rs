//! Metadata service, monitoring and CPU credits.

use super::super::paging::Page;
use super::super::refusals;
use super::super::resource::{Resource, find, find_mut};
use super::{Instance, Power};
use crate::account::Account;
use crate::answer::{Answer, Fault};
use crate::call::Call;
use crate::wire::{Params, Xml};
use serde::{Deserialize, Serialize};

/// The metadata service of an instance.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Metadata {
    /// Whether it answers.
    pub enabled: bool,
    /// Whether it answers over IPv6, too.
    pub ipv6: bool,
    /// Whether a session token is needed.
    pub tokens: bool,
    /// How many hops answers survive.
    pub hops: u32,
    /// Whether it tells the instance's tags.
    pub tags: bool,
}

impl Metadata {
    /// What an image that does not ask for more gets.
    pub(super) const DEFAULT: Self = Self { enabled: true, ipv6: false, tokens: false, hops: 1, tags: false };

    /// What `params` make of it.
    pub(super) fn read(mut self, params: &Params) -> Result<Self, Fault> {
        let flag = |name: &str, on: &str, off: &str, known: bool| match params.optional::<String>(name)? {
            None => Ok(known),
            Some(value) if value == on => Ok(true),
            Some(value) if value == off => Ok(false),
            Some(value) => Err(params.invalid(name, &value)),
        };
        self.enabled = flag("HttpEndpoint", "enabled", "disabled", self.enabled)?;
        self.ipv6 = flag("HttpProtocolIpv6", "enabled", "disabled", self.ipv6)?;
        self.tokens = flag("HttpTokens", "required", "optional", self.tokens)?;
        self.tags = flag("InstanceMetadataTags", "enabled", "disabled", self.tags)?;
        self.hops = params.optional("HttpPutResponseHopLimit")?.unwrap_or(self.hops);
        if !(1..=64).contains(&self.hops) {
            return Err(params.invalid("HttpPutResponseHopLimit", &self.hops.to_string()));
        }
        Ok(self)
    }

    pub(super) fn show(&self) -> Xml {
        let able = |on| if on { "enabled" } else { "disabled" };
        Xml::new()
            .text("state", "applied")
            .text("httpTokens", if self.tokens { "required" } else { "optional" })
            .text("httpPutResponseHopLimit", self.hops)
            .text("httpEndpoint", able(self.enabled))
            .text("httpProtocolIpv6", able(self.ipv6))
            .text("instanceMetadataTags", able(self.tags))
    }
}

/// The instance `id`, when it is not terminated.
pub(super) fn alive<'a>(account: &'a mut Account, id: &str, now: u64) -> Result<&'a mut Instance, Fault> {
    let instance: &mut Instance = find_mut(account, id, now)?;
    if matches!(instance.power(now), Power::ShuttingDown | Power::Terminated) {
        let text = format!("The instance '{id}' is not in a valid state for this operation.");
        return Err(Fault::new(400, "IncorrectInstanceState", text));
    }
    Ok(instance)
}

pub(super) fn modify_metadata(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let params = call.params();
    let id: String = params.required("InstanceId")?;
    let metadata = find::<Instance>(account, &id, call.now)?.metadata.clone().read(&params)?;
    refusals::done(&params)?;
    let shown = metadata.show();
    alive(account, &id, call.now)?.metadata = metadata;
    Ok(Answer::xml(Xml::new().text("instanceId", id).element("instanceMetadataOptions", shown)))
}

pub(super) fn monitor(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    set_monitoring(account, call, true)
}

pub(super) fn unmonitor(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    set_monitoring(account, call, false)
}

fn set_monitoring(account: &mut Account, call: &Call, on: bool) -> Result<Answer, Fault> {
    let params = call.params();
    let ids: Vec<String> = params.list("InstanceId")?;
    refusals::done(&params)?;
    if ids.is_empty() {
        return Err(refusals::missing("InstanceId"));
    }
    for id in &ids {
        alive(account, id, call.now)?;
    }
    let mut shown = Vec::new();
    for id in ids {
        alive(account, &id, call.now)?.monitored = on;
        let state = Xml::new().text("state", if on { "pending" } else { "disabling" });
        shown.push(Xml::new().text("instanceId", id).element("monitoring", state));
    }
    Ok(Answer::xml(Xml::new().list("instancesSet", "item", shown)))
}

/// Always succeeds as a whole.
pub(super) fn modify_credits(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let params = call.params();
    params.optional::<String>("ClientToken")?;
    let mut wanted = Vec::new();
    for one in params.structures("InstanceCreditSpecification") {
        wanted.push((one.required::<String>("InstanceId")?, credits(one.required("CpuCredits")?)?));
    }
    refusals::done(&params)?;
    let (mut done, mut refused) = (Vec::new(), Vec::new());
    for (id, credits) in wanted {
        let outcome = alive(account, &id, call.now).and_then(|instance| match &mut instance.credits {
            Some(known) => {
                *known = credits;
                Ok(())
            }
            None => Err(not_burstable(&id)),
        });
        match outcome {
            Ok(()) => done.push(Xml::new().text("instanceId", id)),
            Err(fault) => {
                let error = Xml::new().text("code", &fault.code).text("message", &fault.message);
                refused.push(Xml::new().text("instanceId", id).element("error", error));
            }
        }
    }
    let xml = Xml::new().list("successfulInstanceCreditSpecificationSet", "item", done);
    Ok(Answer::xml(xml.list("unsuccessfulInstanceCreditSpecificationSet", "item", refused)))
}

/// A way of spending CPU.
pub(super) fn credits(text: String) -> Result<String, Fault> {
    if ["standard", "unlimited"].contains(&text.as_str()) {
        return Ok(text);
    }
    Err(refusals::invalid(format!("Invalid CPU credits: {text}. Valid values are: standard, unlimited.")))
}

fn not_burstable(id: &str) -> Fault {
    let text = format!("The instance '{id}' is not of a burstable performance type.");
    Fault::new(400, "InstanceCreditSpecification.NotSupported", text)
}

pub(super) fn describe_credits(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let params = call.params();
    let ids: Vec<String> = params.list("InstanceId")?;
    let page = Page::read(&params, 1_000, !ids.is_empty())?;
    refusals::done(&params)?;
    for id in &ids {
        if find::<Instance>(account, id, call.now)?.credits.is_none() {
            return Err(not_burstable(id));
        }
    }
    let all = Instance::all(&account.ec2).values().filter(|instance| instance.alive(call.now));
    // Without ids only those are shown that are not as they would be by themselves.
    let chosen = all.filter(|instance| match &instance.credits {
        Some(credits) => ids.contains(&instance.id) || ids.is_empty() && credits == "unlimited",
        None => false,
    });
    let items = chosen.map(|instance| {
        let item = Xml::new().text("instanceId", &instance.id).optional("cpuCredits", instance.credits.as_ref());
        (instance.id.as_str(), item)
    });
    Ok(Answer::xml(page.cut("instanceCreditSpecificationSet", items)))
}
