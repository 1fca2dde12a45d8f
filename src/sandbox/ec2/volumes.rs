//! Volumes: the root volumes of instances.

use super::State;
use super::filters::Field;
use super::instances::image::Image;
use super::resource::{Listed, Resource, describe, find, find_mut};
use super::{refusals, tags};
use crate::account::Account;
use crate::answer::{Answer, Fault};
use crate::call::Call;
use crate::clock::{HOUR, SECOND};
use crate::operation::Operation;
use crate::tags::Tags;
use crate::time::iso8601;
use crate::wire::{Params, Xml};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

pub(super) const OPERATIONS: &[Operation] =
    &[Operation::read("DescribeVolumes", describe::<Volume>), Operation::write("ModifyVolume", modify)];

/// How long a change takes to show, in milliseconds of virtual time.
const MODIFYING: u64 = 5 * SECOND;
/// How long after a change the next one is refused, in milliseconds of virtual time.
const COOLING: u64 = 6 * HOUR;

/// What kind of volume it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shape {
    /// GiB.
    pub size: u32,
    /// `gp3`
    pub kind: String,
    /// Operations a second.
    pub iops: Option<u32>,
    /// MiB a second.
    pub throughput: Option<u32>,
}

/// A volume.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Volume {
    /// `vol-0..`
    pub id: String,
    /// What kind of volume it is.
    pub shape: Shape,
    /// What it becomes, and when it shows, in milliseconds of virtual time since the epoch.
    pub next: Option<(u64, Shape)>,
    /// When it was last changed, in milliseconds of virtual time since the epoch.
    pub changed: Option<u64>,
    /// Whether it is encrypted.
    pub encrypted: bool,
    /// The ARN of the key that encrypts it.
    pub key: Option<String>,
    /// The availability zone.
    pub zone: String,
    /// The instance it is attached to.
    pub instance: String,
    /// As what it is attached.
    pub device: String,
    /// Whether it is deleted with the instance.
    pub goes_along: bool,
    /// Virtual time of its creation in milliseconds since the epoch.
    pub created: u64,
    /// When it goes away, in milliseconds of virtual time since the epoch.
    pub release_at: Option<u64>,
    /// Its tags.
    pub tags: Tags,
}

impl Volume {
    /// Whether it is there.
    pub(super) fn there(&self, now: u64) -> bool {
        self.release_at.is_none_or(|due| due > now || !self.goes_along)
    }

    fn attached(&self, now: u64) -> bool {
        self.release_at.is_none_or(|due| due > now)
    }

    fn shape(&self, now: u64) -> &Shape {
        self.next.as_ref().filter(|(due, _)| *due <= now).map_or(&self.shape, |(_, shape)| shape)
    }
}

impl Resource for Volume {
    const TYPE: &'static str = "volume";
    const PREFIX: &'static str = "vol-";
    const CALLED: &'static str = "volume";
    const ABSENT: &'static str = "InvalidVolume.NotFound";
    const MALFORMED: &'static str = "InvalidVolumeID.Malformed";

    fn all(state: &State) -> &BTreeMap<String, Self> {
        &state.volumes
    }

    fn all_mut(state: &mut State) -> &mut BTreeMap<String, Self> {
        &mut state.volumes
    }

    fn tags(&self) -> &Tags {
        &self.tags
    }

    fn tags_mut(&mut self) -> &mut Tags {
        &mut self.tags
    }

    fn exists(&self, now: u64) -> bool {
        self.there(now)
    }
}

impl Listed for Volume {
    const IDS: &'static str = "VolumeId";
    const SET: &'static str = "volumeSet";
    const FIELDS: &'static [Field<Self>] = &[
        ("attachment.device", |volume, _, now| only(volume.attached(now), &volume.device)),
        ("attachment.instance-id", |volume, _, now| only(volume.attached(now), &volume.instance)),
        ("attachment.status", |volume, _, now| only(volume.attached(now), "attached")),
        ("availability-zone", |volume, _, _| vec![volume.zone.clone()]),
        ("encrypted", |volume, _, _| vec![volume.encrypted.to_string()]),
        ("size", |volume, _, now| vec![volume.shape(now).size.to_string()]),
        ("status", |volume, _, now| vec![if volume.attached(now) { "in-use" } else { "available" }.to_owned()]),
        ("volume-id", |volume, _, _| vec![volume.id.clone()]),
        ("volume-type", |volume, _, now| vec![volume.shape(now).kind.clone()]),
    ];

    fn show(&self, _: &Account, now: u64) -> Xml {
        let shape = self.shape(now);
        let attachment = self.attached(now).then(|| {
            Xml::new()
                .text("volumeId", &self.id)
                .text("instanceId", &self.instance)
                .text("device", &self.device)
                .text("status", "attached")
                .text("attachTime", iso8601(self.created))
                .text("deleteOnTermination", self.goes_along)
        });
        Xml::new()
            .text("volumeId", &self.id)
            .text("size", shape.size)
            .text("snapshotId", "")
            .text("availabilityZone", &self.zone)
            .text("status", if self.attached(now) { "in-use" } else { "available" })
            .text("createTime", iso8601(self.created))
            .list("attachmentSet", "item", attachment)
            .append(tags::show(&self.tags))
            .text("volumeType", &shape.kind)
            .optional("iops", shape.iops)
            .optional("throughput", shape.throughput)
            .text("encrypted", self.encrypted)
            .optional("kmsKeyId", self.key.as_ref())
            .text("multiAttachEnabled", false)
    }
}

fn only(condition: bool, value: &str) -> Vec<String> {
    if condition { vec![value.to_owned()] } else { Vec::new() }
}

/// A volume to be made.
pub(super) struct Asked {
    shape: Shape,
    pub(super) encrypted: bool,
    key: Option<String>,
    device: String,
    goes_along: bool,
}

/// The root volume that `BlockDeviceMapping` asks for, or that the image has by itself. Further volumes are refused.
pub(super) fn asked(params: &Params, image: &Image) -> Result<Asked, Fault> {
    let mut asked = Asked {
        shape: Shape { size: image.size, kind: "gp3".to_owned(), iops: None, throughput: None },
        encrypted: false,
        key: None,
        device: image.device.to_owned(),
        goes_along: true,
    };
    for mapping in params.structures("BlockDeviceMapping") {
        let device: String = mapping.required("DeviceName")?;
        if device != image.device {
            let text = format!("Only the root device {} of the image can be mapped here, not {device}.", image.device);
            return Err(Fault::new(400, "InvalidBlockDeviceMapping", text));
        }
        let Some(ebs) = mapping.structure("Ebs") else { return Err(refusals::missing("BlockDeviceMapping.Ebs")) };
        asked.shape.size = ebs.optional("VolumeSize")?.unwrap_or(asked.shape.size);
        asked.shape.kind = ebs.optional("VolumeType")?.unwrap_or(asked.shape.kind);
        asked.shape.iops = ebs.optional("Iops")?;
        asked.shape.throughput = ebs.optional("Throughput")?;
        asked.encrypted = ebs.optional("Encrypted")?.unwrap_or_default();
        asked.key = ebs.optional("KmsKeyId")?;
        asked.goes_along = ebs.optional("DeleteOnTermination")?.unwrap_or(true);
    }
    if asked.shape.size < image.size {
        let text =
            format!("Volume of size {}GB is smaller than snapshot, expect size >= {}GB", asked.shape.size, image.size);
        return Err(Fault::new(400, "InvalidBlockDeviceMapping", text));
    }
    if asked.key.is_some() && !asked.encrypted {
        return Err(refusals::combination("The parameter KmsKeyId requires the parameter Encrypted to be set."));
    }
    asked.shape = complete(asked.shape)?;
    Ok(asked)
}

/// The shape with what its type has by itself.
fn complete(shape: Shape) -> Result<Shape, Fault> {
    let Shape { size, kind, iops, throughput } = shape;
    let (sizes, iops_allowed, own_iops) = match kind.as_str() {
        "gp3" => (1..=65_536, Some(3_000..=80_000), Some(3_000)),
        "gp2" => (1..=16_384, None, Some((size * 3).clamp(100, 16_000))),
        "io1" => (4..=16_384, Some(100..=64_000), None),
        "io2" => (4..=65_536, Some(100..=256_000), None),
        "st1" | "sc1" => (125..=16_384, None, None),
        "standard" => (1..=1_024, None, None),
        other => return Err(refusals::invalid(format!("Invalid value '{other}' for volumeType."))),
    };
    if !sizes.contains(&size) {
        let (least, most) = (sizes.start(), sizes.end());
        return Err(refusals::invalid(format!(
            "Volume size {size} GiB is not valid for {kind}: it must be from {least} to {most} GiB."
        )));
    }
    let iops = match (iops, iops_allowed) {
        (Some(_), None) => {
            let text = format!("The parameter iops is not supported for {kind} volumes.");
            return Err(refusals::combination(text));
        }
        (Some(iops), Some(allowed)) if !allowed.contains(&iops) => {
            return Err(refusals::invalid(format!("Iops of {iops} is not valid for {kind} volumes.")));
        }
        (None, Some(_)) if own_iops.is_none() => return Err(refusals::missing("Iops")),
        (iops, _) => iops.or(own_iops),
    };
    let throughput = match (throughput, kind == "gp3") {
        (Some(_), false) => {
            let text = format!("The parameter throughput is not supported for {kind} volumes.");
            return Err(refusals::combination(text));
        }
        (Some(throughput), true) if !(125..=2_000).contains(&throughput) => {
            return Err(refusals::invalid(format!("Throughput of {throughput} MiB/s is not valid for gp3 volumes.")));
        }
        (throughput, true) => throughput.or(Some(125)),
        (None, false) => None,
    };
    Ok(Shape { size, kind, iops, throughput })
}

/// Makes the root volume of `instance` and gives its id.
pub(super) fn make(account: &mut Account, asked: &Asked, instance: &str, zone: &str, tags: Option<&Tags>) -> String {
    let id = account.ids.ec2("vol");
    // Where no key is named, one that AWS keeps for the account encrypts.
    let own_key = || account.arn("kms", "key/00000000-0000-4000-8000-000000000eb5");
    let volume = Volume {
        id: id.clone(),
        shape: asked.shape.clone(),
        next: None,
        changed: None,
        encrypted: asked.encrypted,
        key: asked.encrypted.then(|| asked.key.clone().unwrap_or_else(own_key)),
        zone: zone.to_owned(),
        instance: instance.to_owned(),
        device: asked.device.clone(),
        goes_along: asked.goes_along,
        created: account.now,
        release_at: None,
        tags: tags.cloned().unwrap_or_default(),
    };
    account.ec2.volumes.insert(id.clone(), volume);
    id
}

/// Detaches the volumes of `instance` `after` milliseconds of virtual time from now; those that go along are gone then.
pub(super) fn release_later(account: &mut Account, instance: &str, after: u64) {
    let now = account.now;
    account.ec2.volumes.retain(|_, volume| volume.there(now));
    for volume in account.ec2.volumes.values_mut().filter(|volume| volume.instance == instance) {
        volume.release_at.get_or_insert(now + after);
    }
}

fn modify(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let params = call.params();
    let id: String = params.required("VolumeId")?;
    let size: Option<u32> = params.optional("Size")?;
    let kind: Option<String> = params.optional("VolumeType")?;
    let iops: Option<u32> = params.optional("Iops")?;
    let throughput: Option<u32> = params.optional("Throughput")?;
    refusals::done(&params)?;
    let volume: &Volume = find(account, &id, call.now)?;
    let before = volume.shape(call.now).clone();
    if volume.changed.is_some_and(|at| at + COOLING > call.now) {
        let text = format!(
            "You've reached the maximum modification rate per volume limit. Wait at least 6 hours between modifications per EBS volume: {id}."
        );
        return Err(Fault::new(400, "VolumeModificationRateExceeded", text));
    }
    if size.is_some_and(|size| size < before.size) {
        let text = format!("New size cannot be smaller than existing size: {} GiB", before.size);
        return Err(refusals::invalid(text));
    }
    let same_kind = kind.as_ref().is_none_or(|kind| *kind == before.kind);
    let settable = |known: Option<u32>| known.filter(|_| same_kind && before.kind != "gp2");
    let after = complete(Shape {
        size: size.unwrap_or(before.size),
        iops: iops.or(settable(before.iops)),
        throughput: throughput.or(settable(before.throughput)),
        kind: kind.unwrap_or_else(|| before.kind.clone()),
    })?;
    let xml = Xml::new()
        .text("volumeId", &id)
        .text("modificationState", "modifying")
        .text("targetSize", after.size)
        .optional("targetIops", after.iops)
        .text("targetVolumeType", &after.kind)
        .optional("targetThroughput", after.throughput)
        .text("originalSize", before.size)
        .optional("originalIops", before.iops)
        .text("originalVolumeType", &before.kind)
        .optional("originalThroughput", before.throughput)
        .text("progress", 0)
        .text("startTime", iso8601(call.now));
    let volume: &mut Volume = find_mut(account, &id, call.now)?;
    volume.shape = before;
    volume.next = Some((call.now + MODIFYING, after));
    volume.changed = Some(call.now);
    Ok(Answer::xml(Xml::new().element("volumeModification", xml)))
}
