//! Instances (AWS.md §1.10).

mod attributes;
mod extras;
pub(super) mod image;
mod launch;
mod options;
mod power;
mod profiles;
mod show;
mod types;

use super::State;
use super::Subnet;
use super::filters::Field;
use super::interfaces::Interface;
use super::resource::{Listed, Resource, describe, find};
use crate::account::Account;
use crate::answer::Fault;
use crate::clock::{HOUR, Timed};
use crate::operation::Operation;
use crate::tags::Tags;
use crate::wire::Xml;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

pub(super) const OPERATIONS: &[Operation] = &[
    Operation::write("RunInstances", launch::run),
    Operation::read("DescribeInstances", describe::<Instance>),
    Operation::read("DescribeImages", image::describe),
    Operation::read("DescribeInstanceTypes", types::describe),
    Operation::write("StartInstances", power::start),
    Operation::write("StopInstances", power::stop),
    Operation::write("TerminateInstances", power::terminate),
    Operation::read("DescribeInstanceAttribute", attributes::describe),
    Operation::write("ModifyInstanceAttribute", attributes::modify),
    Operation::write("ModifyInstanceMetadataOptions", options::modify_metadata),
    Operation::write("ModifyInstanceMaintenanceOptions", extras::modify_maintenance),
    Operation::write("ModifyPrivateDnsNameOptions", extras::modify_names),
    Operation::write("MonitorInstances", options::monitor),
    Operation::write("UnmonitorInstances", options::unmonitor),
    Operation::write("ModifyInstanceCreditSpecification", options::modify_credits),
    Operation::read("DescribeInstanceCreditSpecifications", options::describe_credits),
    Operation::write("AssociateIamInstanceProfile", profiles::associate),
    Operation::write("ReplaceIamInstanceProfileAssociation", profiles::replace),
    Operation::write("DisassociateIamInstanceProfile", profiles::disassociate),
    Operation::read("DescribeIamInstanceProfileAssociations", profiles::describe),
];

/// How long a terminated instance is still shown, in milliseconds of virtual time.
const GHOST: u64 = HOUR;

/// An instance with one network interface and one volume.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Instance {
    /// `i-0..`
    pub id: String,
    /// `r-0..`, of the launch.
    pub reservation: String,
    /// `ami-..`
    pub image: String,
    /// `x86_64` or `arm64`
    pub architecture: String,
    /// `t3.small`
    pub kind: String,
    /// The subnet.
    pub subnet: String,
    /// Its network interface; still named when both are gone.
    pub interface: String,
    /// Its root volume.
    pub volume: String,
    /// The name of its root device.
    pub device: String,
    /// The key pair that may log in.
    pub key: Option<String>,
    /// Base64.
    pub user_data: Option<String>,
    /// The instance profile.
    pub profile: Option<profiles::Association>,
    /// Where it is in its life.
    pub power: Timed<Power>,
    /// Why it is where it is; code and message.
    pub reason: Option<(String, String)>,
    /// Virtual time of the launch in milliseconds since the epoch.
    pub launched: u64,
    /// The token of the launch.
    pub token: Option<String>,
    /// Whether it gets a public address whenever it starts.
    pub wants_public: bool,
    /// Its metadata service.
    pub metadata: options::Metadata,
    /// Whether there are metrics every minute.
    pub monitored: bool,
    /// Whether its way to volumes is its own.
    pub ebs_optimized: bool,
    /// `stop` or `terminate`
    pub shutdown: String,
    /// Whether calls may not terminate it.
    pub keep: bool,
    /// Whether calls may not stop it.
    pub keep_running: bool,
    /// `standard` or `unlimited`, of burstable types.
    pub credits: Option<String>,
    /// What its launch asked for beyond the machine.
    #[serde(default)]
    pub extras: extras::Extras,
    /// Its tags.
    pub tags: Tags,
}

/// Where an instance is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Power {
    /// Starting.
    Pending,
    /// Running.
    Running,
    /// Being stopped.
    Stopping,
    /// Stopped; to be started again.
    Stopped,
    /// Being terminated.
    ShuttingDown,
    /// Not there any more, but still shown.
    Terminated,
}

impl Power {
    fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Running => "running",
            Self::ShuttingDown => "shutting-down",
            Self::Terminated => "terminated",
            Self::Stopping => "stopping",
            Self::Stopped => "stopped",
        }
    }

    fn code(self) -> u16 {
        match self {
            Self::Pending => 0,
            Self::Running => 16,
            Self::ShuttingDown => 32,
            Self::Terminated => 48,
            Self::Stopping => 64,
            Self::Stopped => 80,
        }
    }

    /// `currentState` and the like.
    fn show(self) -> Xml {
        Xml::new().text("code", self.code()).text("name", self.name())
    }
}

impl Instance {
    /// Where it is in its life.
    pub fn power(&self, now: u64) -> Power {
        *self.power.at(now)
    }

    /// Whether it is not terminated.
    pub fn alive(&self, now: u64) -> bool {
        self.power(now) != Power::Terminated
    }

    /// The VPC of its subnet.
    pub fn vpc(&self, account: &Account) -> Option<String> {
        account.ec2.subnets.get(&self.subnet).map(|subnet: &Subnet| subnet.vpc.clone())
    }

    /// Its network interface, as long as it is not terminated.
    fn interface<'a>(&self, account: &'a Account, now: u64) -> Option<&'a Interface> {
        account.ec2.interfaces.get(&self.interface).filter(|_| self.alive(now))
    }

    fn groups(&self, account: &Account, now: u64) -> Vec<String> {
        self.interface(account, now).map(|interface| interface.groups.clone()).unwrap_or_default()
    }
}

impl Resource for Instance {
    const TYPE: &'static str = "instance";
    const PREFIX: &'static str = "i-";
    const CALLED: &'static str = "instance ID";
    const ABSENT: &'static str = "InvalidInstanceID.NotFound";
    const MALFORMED: &'static str = "InvalidInstanceID.Malformed";

    fn all(state: &State) -> &BTreeMap<String, Self> {
        &state.instances
    }

    fn all_mut(state: &mut State) -> &mut BTreeMap<String, Self> {
        &mut state.instances
    }

    fn tags(&self) -> &Tags {
        &self.tags
    }

    fn tags_mut(&mut self) -> &mut Tags {
        &mut self.tags
    }

    /// For an hour calls still find what was terminated.
    fn exists(&self, now: u64) -> bool {
        self.alive(now) || now < self.power.since(now).saturating_add(GHOST)
    }
}

impl Listed for Instance {
    const IDS: &'static str = "InstanceId";
    const SET: &'static str = "reservationSet";
    const FIELDS: &'static [Field<Self>] = &[
        ("architecture", |instance, _, _| vec![instance.architecture.clone()]),
        ("availability-zone", |instance, account, _| {
            account.ec2.subnets.get(&instance.subnet).map(|subnet| subnet.zone.clone()).into_iter().collect()
        }),
        ("client-token", |instance, _, _| instance.token.clone().into_iter().collect()),
        ("iam-instance-profile.arn", |instance, _, _| {
            instance.profile.iter().map(|association| association.profile.clone()).collect()
        }),
        ("image-id", |instance, _, _| vec![instance.image.clone()]),
        ("instance-id", |instance, _, _| vec![instance.id.clone()]),
        ("instance-state-code", |instance, _, now| vec![instance.power(now).code().to_string()]),
        ("instance-state-name", |instance, _, now| vec![instance.power(now).name().to_owned()]),
        ("instance-type", |instance, _, _| vec![instance.kind.clone()]),
        ("instance.group-id", |instance, account, now| instance.groups(account, now)),
        ("ip-address", |instance, account, now| show::public(account, instance, now).into_iter().collect()),
        ("key-name", |instance, _, _| instance.key.clone().into_iter().collect()),
        ("network-interface.network-interface-id", |instance, _, now| {
            if instance.alive(now) { vec![instance.interface.clone()] } else { Vec::new() }
        }),
        ("owner-id", |_, account, _| vec![account.id.clone()]),
        ("private-ip-address", |instance, account, now| show::private(account, instance, now).into_iter().collect()),
        ("reservation-id", |instance, _, _| vec![instance.reservation.clone()]),
        ("subnet-id", |instance, _, now| if instance.alive(now) { vec![instance.subnet.clone()] } else { Vec::new() }),
        ("vpc-id", |instance, account, now| {
            instance.vpc(account).filter(|_| instance.alive(now)).into_iter().collect()
        }),
    ];

    /// The reservation of the launch with this one instance.
    fn show(&self, account: &Account, now: u64) -> Xml {
        show::reservation(account, &self.reservation, &[self], now)
    }
}

/// The primary network interface of an instance that can get an address or a route.
///
/// # Errors
/// `InvalidInstanceID.NotFound` and the like.
pub(super) fn interface(account: &Account, instance: &str, now: u64) -> Result<String, Fault> {
    let found: &Instance = find(account, instance, now)?;
    if matches!(found.power(now), Power::Pending | Power::ShuttingDown | Power::Terminated) {
        let text = format!("The instance '{instance}' is not in a valid state for this operation.");
        return Err(Fault::new(400, "IncorrectInstanceState", text));
    }
    Ok(found.interface.clone())
}

/// Whether an instance passes packets on: it runs.
pub(super) fn forwards(account: &Account, instance: &str, now: u64) -> bool {
    account.ec2.instances.get(instance).is_some_and(|instance| instance.power(now) == Power::Running)
}
