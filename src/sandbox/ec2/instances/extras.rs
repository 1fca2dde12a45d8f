//! What a launch may ask for beyond the machine: hardware of its own, part of the processor, hibernation, enclaves, no
//! recovery, names.

use super::super::resource::{find, find_mut};
use super::super::{Subnet, Vpc, refusals};
use super::image::Kind;
use super::options::alive;
use super::{Instance, Power};
use crate::account::Account;
use crate::answer::{Answer, Fault};
use crate::call::Call;
use crate::wire::{Params, Xml};
use serde::{Deserialize, Serialize};

/// What an instance has of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Extras {
    /// Whether the hardware is the account's alone.
    pub dedicated: Option<bool>,
    /// Cores and threads of each; those of the type when there are none.
    pub processor: Option<(u32, u32)>,
    /// Whether it can be stopped with its memory.
    pub hibernation: bool,
    /// Whether it can have enclaves.
    pub enclave: bool,
    /// Whether it stays on hardware that fails.
    pub unrecovered: bool,
    /// Whether its name is made from its id.
    pub named_by_id: bool,
    /// Whether that name resolves to its IPv4 address.
    pub a_record: bool,
    /// Whether that name resolves to its IPv6 address.
    pub aaaa_record: bool,
    /// Which of the three names above the launch said something of.
    #[serde(skip)]
    said: (Option<bool>, Option<bool>, Option<bool>),
}

impl Extras {
    /// What a launch asks for.
    pub(super) fn read(params: &Params) -> Result<Self, Fault> {
        let dedicated = match params.optional::<String>("Placement.Tenancy")?.as_deref() {
            None => None,
            Some("default") => Some(false),
            Some("dedicated") => Some(true),
            Some(other) => return Err(params.invalid("Placement.Tenancy", other)),
        };
        let cores: Option<u32> = params.optional("CpuOptions.CoreCount")?;
        let threads: Option<u32> = params.optional("CpuOptions.ThreadsPerCore")?;
        let processor = match (cores, threads) {
            (Some(cores), Some(threads)) => Some((cores, threads)),
            (None, None) => None,
            _ => {
                let text = "CpuOptions needs both CoreCount and ThreadsPerCore.";
                return Err(refusals::combination(text));
            }
        };
        let options = "PrivateDnsNameOptions";
        let said = (
            hostname(params, &format!("{options}.HostnameType"))?,
            params.optional(&format!("{options}.EnableResourceNameDnsARecord"))?,
            params.optional(&format!("{options}.EnableResourceNameDnsAAAARecord"))?,
        );
        Ok(Self {
            dedicated,
            processor,
            hibernation: params.optional("HibernationOptions.Configured")?.unwrap_or_default(),
            enclave: params.optional("EnclaveOptions.Enabled")?.unwrap_or_default(),
            unrecovered: unrecovered(params, "MaintenanceOptions.AutoRecovery")?.unwrap_or_default(),
            said,
            ..Self::default()
        })
    }

    /// Refuses what the type `name` cannot have, or what does not go together.
    pub(super) fn check(&self, name: &str, kind: &Kind, encrypted: bool) -> Result<(), Fault> {
        let (most, threads) = processor(name, kind);
        if let Some((cores, wanted)) = self.processor
            && (cores == 0 || cores > most || wanted == 0 || wanted > threads)
        {
            let text = format!("The instance type '{name}' does not support {cores} cores of {wanted} threads.");
            return Err(refusals::invalid(text));
        }
        if self.hibernation && self.enclave {
            return Err(refusals::combination("Hibernation and enclaves cannot both be enabled on one instance."));
        }
        if self.hibernation && !encrypted {
            return Err(refusals::combination("Hibernation requires an encrypted root volume."));
        }
        if self.enclave && kind.credits.is_some() {
            return Err(Fault::new(
                400,
                "Unsupported",
                format!("The instance type '{name}' does not support enclaves."),
            ));
        }
        Ok(())
    }

    /// With what its subnet and its VPC say where the launch says nothing.
    pub(super) fn in_subnet(mut self, account: &Account, subnet: &Subnet, now: u64) -> Self {
        let dedicated = find::<Vpc>(account, &subnet.vpc, now).is_ok_and(|vpc| *vpc.dedicated.at(now));
        self.dedicated = Some(dedicated || self.dedicated.unwrap_or_default());
        let (named, a, aaaa) = std::mem::take(&mut self.said);
        self.named_by_id = named.unwrap_or(subnet.named_by_id);
        self.a_record = a.unwrap_or(subnet.a_record);
        self.aaaa_record = aaaa.unwrap_or(subnet.aaaa_record);
        self
    }

    pub(super) fn tenancy(&self) -> &'static str {
        if self.dedicated == Some(true) { "dedicated" } else { "default" }
    }

    /// The members of an instance of the type `name`.
    pub(super) fn show(&self, name: &str) -> Xml {
        let by_itself = Kind::read(name).map_or((1, 1), |kind| processor(name, &kind));
        let (cores, threads) = self.processor.unwrap_or(by_itself);
        let recovery = if self.unrecovered { "disabled" } else { "default" };
        Xml::new()
            .element("cpuOptions", Xml::new().text("coreCount", cores).text("threadsPerCore", threads))
            .element("hibernationOptions", Xml::new().text("configured", self.hibernation))
            .element("enclaveOptions", Xml::new().text("enabled", self.enclave))
            .element("maintenanceOptions", Xml::new().text("autoRecovery", recovery))
            .element("privateDnsNameOptions", self.names())
    }

    fn names(&self) -> Xml {
        Xml::new()
            .text("hostnameType", if self.named_by_id { "resource-name" } else { "ip-name" })
            .text("enableResourceNameDnsARecord", self.a_record)
            .text("enableResourceNameDnsAAAARecord", self.aaaa_record)
    }
}

/// How many cores a type has, and how many threads each.
fn processor(name: &str, kind: &Kind) -> (u32, u32) {
    let size = name.split_once('.').map_or("", |(_, size)| size);
    let processors = match size.strip_suffix("xlarge") {
        Some("") => 4,
        Some(times) => times.parse().map_or(4, |times: u32| times.saturating_mul(4)),
        None if size == "medium" && kind.credits.is_none() => 1,
        None => 2,
    };
    if kind.architecture == "arm64" { (processors, 1) } else { ((processors / 2).max(1), 2) }
}

fn hostname(params: &Params, name: &str) -> Result<Option<bool>, Fault> {
    match params.optional::<String>(name)?.as_deref() {
        None => Ok(None),
        Some("ip-name") => Ok(Some(false)),
        Some("resource-name") => Ok(Some(true)),
        Some(other) => Err(params.invalid(name, other)),
    }
}

fn unrecovered(params: &Params, name: &str) -> Result<Option<bool>, Fault> {
    match params.optional::<String>(name)?.as_deref() {
        None => Ok(None),
        Some("default") => Ok(Some(false)),
        Some("disabled") => Ok(Some(true)),
        Some(other) => Err(params.invalid(name, other)),
    }
}

pub(super) fn modify_maintenance(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let params = call.params();
    let id: String = params.required("InstanceId")?;
    let wanted = unrecovered(&params, "AutoRecovery")?;
    refusals::done(&params)?;
    let instance = alive(account, &id, call.now)?;
    instance.extras.unrecovered = wanted.unwrap_or(instance.extras.unrecovered);
    let recovery = if instance.extras.unrecovered { "disabled" } else { "default" };
    Ok(Answer::xml(Xml::new().text("instanceId", id).text("autoRecovery", recovery)))
}

pub(super) fn modify_names(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let params = call.params();
    let id: String = params.required("InstanceId")?;
    let named = hostname(&params, "PrivateDnsHostnameType")?;
    let a: Option<bool> = params.optional("EnableResourceNameDnsARecord")?;
    let aaaa: Option<bool> = params.optional("EnableResourceNameDnsAAAARecord")?;
    refusals::done(&params)?;
    let power = alive(account, &id, call.now)?.power(call.now);
    let instance = find_mut::<Instance>(account, &id, call.now)?;
    let extras = &mut instance.extras;
    if named.is_some_and(|named| named != extras.named_by_id) && power != Power::Stopped {
        let text = format!("The instance '{id}' is not in the 'stopped' state.");
        return Err(Fault::new(400, "IncorrectInstanceState", text));
    }
    extras.named_by_id = named.unwrap_or(extras.named_by_id);
    extras.a_record = a.unwrap_or(extras.a_record);
    extras.aaaa_record = aaaa.unwrap_or(extras.aaaa_record);
    Ok(refusals::yes())
}
