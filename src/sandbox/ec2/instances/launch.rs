//! RunInstances.

use super::super::interfaces::{self, Attach};
use super::super::resource::{Resource, find};
use super::super::tokens::Token;
use super::super::volumes::{self, Volume};
use super::super::{Subnet, free_public_ip, key_pairs, refusals, security_groups, tags};
use super::extras::Extras;
use super::image::{self, Image, Kind};
use super::options::{Metadata, credits};
use super::power::STARTING;
use super::{Instance, Power, profiles, show};
use crate::account::Account;
use crate::answer::{Answer, Fault};
use crate::call::Call;
use crate::clock::Timed;
use crate::wire::Params;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use std::net::Ipv4Addr;

/// The most that user data may be, in bytes before encoding.
const USER_DATA: usize = 16 * 1024;

/// What a launch says about its one network interface, there or at the top.
struct Place {
    subnet: String,
    groups: Vec<String>,
    address: Option<Ipv4Addr>,
    public: Option<bool>,
    description: String,
}

pub(super) fn run(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let params = call.params();
    let token = Token::read(&params, call)?;
    let (least, most): (usize, usize) = (params.required("MinCount")?, params.required("MaxCount")?);
    let image: String = params.required("ImageId")?;
    let kind: String = params.optional("InstanceType")?.unwrap_or_else(|| "m1.small".to_owned());
    let place = place(&params)?;
    let key: Option<String> = params.optional("KeyName")?;
    let user_data = user_data(params.optional("UserData")?)?;
    let metadata = match params.structure("MetadataOptions") {
        Some(options) => Metadata::DEFAULT.read(&options)?,
        None => Metadata::DEFAULT,
    };
    let wanted_credits = params.optional("CreditSpecification.CpuCredits")?.map(credits).transpose()?;
    let monitored = params.optional("Monitoring.Enabled")?.unwrap_or_default();
    let ebs_optimized = params.optional("EbsOptimized")?.unwrap_or_default();
    let extras = Extras::read(&params)?;
    let keep = params.optional("DisableApiTermination")?.unwrap_or_default();
    let keep_running = params.optional("DisableApiStop")?.unwrap_or_default();
    let shutdown =
        shutdown(params.optional("InstanceInitiatedShutdownBehavior")?.unwrap_or_else(|| "stop".to_owned()))?;
    let tagged = tags::specified_each(&params, &[Instance::TYPE, Volume::TYPE, "network-interface"])?;
    let (image, found) = image::find(&image)?;
    let volume = volumes::asked(&params, &found)?;
    if let Some(made) = token.as_ref().map(|token| token.made(account, call.now)).transpose()?.flatten() {
        params.ignore("IamInstanceProfile");
        refusals::done(&params)?;
        return Ok(again(account, call, &made));
    }
    let profile = profiles::read(account, &params, call.now)?;
    let zone = params.optional::<String>("Placement.AvailabilityZone")?.filter(|zone| !zone.is_empty());
    refusals::done(&params)?;

    if least == 0 || least > most || most > 20 {
        return Err(refusals::invalid(format!("Invalid value '{least}' to '{most}' for the number of instances.")));
    }
    if most > 1 && place.address.is_some() {
        return Err(refusals::combination("A private address can be given to a single instance only"));
    }
    let of_kind = Kind::read(&kind)?;
    let architecture = architecture(&found, of_kind.architecture)?;
    extras.check(&kind, &of_kind, volume.encrypted)?;
    let credits = match (wanted_credits, of_kind.credits) {
        (Some(_), None) => {
            let text = format!("The instance type '{kind}' does not support CPU credits.");
            return Err(Fault::new(400, "InvalidParameterCombination", text));
        }
        (wanted, by_itself) => wanted.or(by_itself.map(str::to_owned)),
    };
    if let Some(key) = &key {
        key_pairs::check(account, key)?;
    }
    let subnet = find::<Subnet>(account, &place.subnet, call.now)?.clone();
    if zone.is_some_and(|zone| zone != subnet.zone) {
        let text = format!("The zone of the placement is not that of subnet '{}', {}.", subnet.id, subnet.zone);
        return Err(refusals::combination(&text));
    }
    let extras = extras.in_subnet(account, &subnet, call.now);
    let groups = match place.groups.as_slice() {
        [] => security_groups::default_of(account, &subnet.vpc).into_iter().collect(),
        _ => place.groups,
    };
    security_groups::check(account, &groups, &subnet.vpc)?;
    if interfaces::room(account, &subnet) < most {
        let text = format!(
            "Not enough free addresses in subnet '{}' to satisfy the requested number of instances.",
            subnet.id
        );
        return Err(Fault::new(400, "InsufficientFreeAddressesInSubnet", text));
    }
    let host = place.address.map(|address| free_host(account, &subnet, address)).transpose()?;

    let reservation = account.ids.ec2("r");
    let mut ids = Vec::new();
    for _ in 0..most {
        let id = account.ids.ec2(Instance::PREFIX.trim_end_matches('-'));
        let new = Attach {
            subnet: &subnet.id,
            groups: &groups,
            description: &place.description,
            requester: None,
            owner: &id,
        };
        let interface = match host {
            Some(host) => interfaces::attach_at(account, new, host),
            None => interfaces::attach(account, new),
        };
        let wants_public = place.public.unwrap_or(subnet.map_public_ips);
        let public_ip = wants_public.then(|| free_public_ip(account));
        if let Some(interface) = account.ec2.interfaces.get_mut(&interface) {
            interface.tags = tagged.get("network-interface").cloned().unwrap_or_default();
            interface.public_ip = public_ip;
        }
        let volume = volumes::make(account, &volume, &id, &subnet.zone, tagged.get(Volume::TYPE));
        let instance = Instance {
            id: id.clone(),
            reservation: reservation.clone(),
            image: image.clone(),
            architecture: architecture.to_owned(),
            kind: kind.clone(),
            subnet: subnet.id.clone(),
            interface,
            volume,
            device: found.device.to_owned(),
            key: key.clone(),
            user_data: user_data.clone(),
            profile: profile.clone(),
            power: Timed::new(call.now, Power::Pending).then(call.now + STARTING, Power::Running),
            reason: None,
            launched: call.now,
            token: token.as_ref().map(|token| token.text.clone()),
            wants_public,
            metadata: metadata.clone(),
            monitored,
            ebs_optimized,
            shutdown: shutdown.clone(),
            keep,
            keep_running,
            credits: credits.clone(),
            extras: extras.clone(),
            tags: tagged.get(Instance::TYPE).cloned().unwrap_or_default(),
        };
        account.ec2.instances.insert(id.clone(), instance);
        ids.push(id);
    }
    if let Some(token) = token {
        token.keep(account, call.now, ids.clone());
    }
    Ok(again(account, call, &ids))
}

/// The launch that made `ids`, as its instances are now.
fn again(account: &Account, call: &Call, ids: &[String]) -> Answer {
    let made: Vec<&Instance> = ids.iter().filter_map(|id| account.ec2.instances.get(id)).collect();
    let reservation = made.first().map(|instance| instance.reservation.clone()).unwrap_or_default();
    Answer::xml(show::reservation(account, &reservation, &made, call.now))
}

/// The interface that a launch asks for, in its own structure or by the older members at the top, but not by both.
fn place(params: &Params) -> Result<Place, Fault> {
    let interfaces = params.structures("NetworkInterface");
    let at_top = ["SubnetId", "SecurityGroupId", "PrivateIpAddress"].iter().any(|name| params.has(name));
    let own = match interfaces.as_slice() {
        [] => None,
        [one] => Some(one),
        _ => return Err(refusals::invalid("Instances with more than one network interface do not exist here.")),
    };
    if own.is_some() && at_top {
        return Err(refusals::combination(
            "Network interfaces and an instance-level security groups, subnet or private address may not be specified on the same request",
        ));
    }
    let source = own.unwrap_or(params);
    let public = match own {
        Some(own) => {
            if own.optional::<u32>("DeviceIndex")?.is_none_or(|index| index != 0) {
                return Err(refusals::missing("NetworkInterface.1.DeviceIndex"));
            }
            own.optional::<bool>("DeleteOnTermination")?;
            own.optional("AssociatePublicIpAddress")?
        }
        None => None,
    };
    let address: Option<String> = source.optional("PrivateIpAddress")?;
    let address = match address {
        None => None,
        Some(text) => Some(text.parse().map_err(|_| refusals::invalid(format!("Address {text} is invalid.")))?),
    };
    let description = own.map(|own| own.optional("Description")).transpose()?.flatten().unwrap_or_default();
    let subnet: Option<String> = source.optional("SubnetId")?;
    let subnet = subnet.ok_or_else(|| {
        let text = "No default VPC for this user. GroupName is only supported for EC2-Classic and default VPC.";
        Fault::new(400, "VPCIdNotSpecified", text)
    })?;
    Ok(Place { subnet, groups: source.list("SecurityGroupId")?, address, public, description })
}

/// Which interface of the subnet has `address`, when it is free.
fn free_host(account: &Account, subnet: &Subnet, address: Ipv4Addr) -> Result<u32, Fault> {
    let host = subnet.host(address).ok_or_else(|| {
        refusals::invalid(format!("Address {address} does not fall within the subnet's address range"))
    })?;
    if !interfaces::free(account, &subnet.id, host) {
        let text = format!("Address {address} is in use.");
        return Err(Fault::new(400, "InvalidIPAddress.InUse", text));
    }
    Ok(host)
}

fn architecture(image: &Image, of_kind: &'static str) -> Result<&'static str, Fault> {
    match image.architecture {
        Some(other) if other != of_kind => Err(wrong_architecture(of_kind, other)),
        _ => Ok(of_kind),
    }
}

pub(super) fn wrong_architecture(kind: &str, image: &str) -> Fault {
    refusals::invalid(format!(
        "The architecture '{kind}' of the specified instance type does not match the architecture '{image}' of the specified AMI. Specify an instance type and an AMI that have matching architectures, and try again."
    ))
}

/// What an instance does when it is shut down from inside.
pub(super) fn shutdown(behavior: String) -> Result<String, Fault> {
    if ["stop", "terminate"].contains(&behavior.as_str()) {
        return Ok(behavior);
    }
    Err(refusals::invalid(format!("Value ({behavior}) for parameter instanceInitiatedShutdownBehavior is invalid.")))
}

/// User data, which goes in base64; an empty one is none.
pub(super) fn user_data(text: Option<String>) -> Result<Option<String>, Fault> {
    let Some(text) = text.filter(|text| !text.is_empty()) else { return Ok(None) };
    let decoded = BASE64_STANDARD.decode(&text);
    let decoded = decoded.map_err(|_| refusals::invalid("Invalid BASE64 encoding of user data."))?;
    if decoded.len() > USER_DATA {
        return Err(refusals::invalid(format!("User data is limited to {USER_DATA} bytes")));
    }
    Ok(Some(text))
}
