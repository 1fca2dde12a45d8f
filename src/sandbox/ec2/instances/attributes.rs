//! DescribeInstanceAttribute and ModifyInstanceAttribute: one attribute a call.

use super::super::resource::{find, find_mut};
use super::super::{refusals, security_groups};
use super::image::Kind;
use super::{Instance, Power, launch, show};
use crate::account::Account;
use crate::answer::{Answer, Fault};
use crate::call::Call;
use crate::wire::Xml;

pub(super) fn describe(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let params = call.params();
    let id: String = params.required("InstanceId")?;
    let attribute: String = params.required("Attribute")?;
    refusals::done(&params)?;
    let instance: &Instance = find(account, &id, call.now)?;
    let value = |value: Option<&str>| Xml::new().element(&attribute, Xml::new().optional("value", value));
    let flag = |on: bool| value(Some(if on { "true" } else { "false" }));
    let shown = match attribute.as_str() {
        "instanceType" => value(Some(&instance.kind)),
        "userData" => value(instance.user_data.as_deref()),
        "disableApiTermination" => flag(instance.keep),
        "disableApiStop" => flag(instance.keep_running),
        "instanceInitiatedShutdownBehavior" => value(Some(&instance.shutdown)),
        "rootDeviceName" => value(Some(&instance.device)),
        "sourceDestCheck" => flag(instance.interface(account, call.now).is_none_or(|interface| !interface.forwarding)),
        "ebsOptimized" => flag(instance.ebs_optimized),
        "enaSupport" => flag(true),
        "enclaveOptions" => Xml::new().element("enclaveOptions", Xml::new().text("enabled", instance.extras.enclave)),
        "kernel" | "ramdisk" | "sriovNetSupport" => value(None),
        "groupSet" => show::groups(account, &instance.groups(account, call.now)),
        "blockDeviceMapping" => show::devices(account, instance, call.now),
        "productCodes" => Xml::new().list("productCodes", "item", []),
        other => return Err(params.invalid("attribute", other)),
    };
    Ok(Answer::xml(Xml::new().text("instanceId", id).append(shown)))
}

/// The attributes of the newer form, each with the name of its value's parameter.
const ATTRIBUTES: &[&str] = &[
    "DisableApiStop.Value",
    "DisableApiTermination.Value",
    "EbsOptimized.Value",
    "InstanceInitiatedShutdownBehavior.Value",
    "InstanceType.Value",
    "SourceDestCheck.Value",
    "UserData.Value",
    "GroupId",
];

pub(super) fn modify(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let params = call.params();
    let id: String = params.required("InstanceId")?;
    let given: Vec<&str> = ATTRIBUTES.iter().copied().filter(|name| params.has(name)).collect();
    let attribute = match given.as_slice() {
        [one] => *one,
        [] => return Err(refusals::combination("No attributes specified.")),
        several => {
            let text = format!("Fields for multiple attribute types specified: {}", several.join(", "));
            return Err(refusals::combination(text));
        }
    };
    let mut instance = find::<Instance>(account, &id, call.now)?.clone();
    let power = instance.power(call.now);
    if matches!(power, Power::ShuttingDown | Power::Terminated) {
        let text = format!("The instance '{id}' is in the state {} and cannot be modified.", power.name());
        return Err(Fault::new(400, "IncorrectInstanceState", text));
    }
    let (mut groups, mut check) = (None, None);
    match attribute {
        "DisableApiStop.Value" => instance.keep_running = params.required(attribute)?,
        "DisableApiTermination.Value" => instance.keep = params.required(attribute)?,
        "SourceDestCheck.Value" => check = Some(params.required::<bool>(attribute)?),
        "InstanceInitiatedShutdownBehavior.Value" => instance.shutdown = launch::shutdown(params.required(attribute)?)?,
        "EbsOptimized.Value" => {
            instance.ebs_optimized = params.required(attribute)?;
            stopped(&instance, power)?;
        }
        "InstanceType.Value" => {
            let name: String = params.required(attribute)?;
            let kind = Kind::read(&name)?;
            stopped(&instance, power)?;
            if kind.architecture != instance.architecture {
                return Err(launch::wrong_architecture(kind.architecture, &instance.architecture));
            }
            let credits = instance.credits.take().or(kind.credits.map(str::to_owned));
            instance.credits = credits.filter(|_| kind.credits.is_some());
            instance.kind = name;
        }
        "UserData.Value" => {
            instance.user_data = launch::user_data(params.optional(attribute)?)?;
            stopped(&instance, power)?;
        }
        _ => groups = Some(params.list::<String>("GroupId")?),
    }
    refusals::done(&params)?;
    if let Some(groups) = groups {
        let vpc = instance.vpc(account).unwrap_or_default();
        security_groups::check(account, &groups, &vpc)?;
        if let Some(interface) = account.ec2.interfaces.get_mut(&instance.interface) {
            interface.groups = groups;
        }
    }
    if let (Some(check), Some(interface)) = (check, account.ec2.interfaces.get_mut(&instance.interface)) {
        interface.forwarding = !check;
    }
    *find_mut(account, &id, call.now)? = instance;
    Ok(refusals::yes())
}

fn stopped(instance: &Instance, power: Power) -> Result<(), Fault> {
    if power == Power::Stopped {
        return Ok(());
    }
    let text = format!("The instance '{}' is not in the 'stopped' state.", instance.id);
    Err(Fault::new(400, "IncorrectInstanceState", text))
}
