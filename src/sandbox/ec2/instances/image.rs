//! Machine images and instance types, as far as a launch has to know them.

use super::super::refusals;
use crate::account::Account;
use crate::answer::{Answer, Fault};
use crate::call::Call;
use crate::wire::Xml;

/// What a launch takes from an image.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::ec2) struct Image {
    /// `x86_64` or `arm64`; `None` when it may be either.
    pub architecture: Option<&'static str>,
    /// The name of the root device.
    pub device: &'static str,
    /// GiB of the root volume.
    pub size: u32,
}

/// Images of AWS's own: the name of the public parameter below `/aws/service/ami-amazon-linux-latest/`, what follows `ami-`
/// in the id, and what a launch takes from it.
const AMAZON_LINUX: &[(&str, &str, Image)] = &[
    ("al2023-ami-kernel-default-x86_64", "02023000000000001", amazon_linux("x86_64", 8)),
    ("al2023-ami-kernel-default-arm64", "02023000000000002", amazon_linux("arm64", 8)),
    ("al2023-ami-kernel-6.1-x86_64", "02023000000000003", amazon_linux("x86_64", 8)),
    ("al2023-ami-kernel-6.1-arm64", "02023000000000004", amazon_linux("arm64", 8)),
    ("al2023-ami-minimal-kernel-default-x86_64", "02023000000000005", amazon_linux("x86_64", 2)),
    ("al2023-ami-minimal-kernel-default-arm64", "02023000000000006", amazon_linux("arm64", 2)),
    ("amzn2-ami-hvm-x86_64-gp2", "02018000000000001", amazon_linux("x86_64", 8)),
    ("amzn2-ami-kernel-5.10-hvm-x86_64-gp2", "02018000000000002", amazon_linux("x86_64", 8)),
    ("amzn2-ami-kernel-5.10-hvm-arm64-gp2", "02018000000000003", amazon_linux("arm64", 8)),
];

/// The public parameter and the id of an image of Ubuntu, which names its root device otherwise.
const UBUNTU: (&str, &str) =
    ("/aws/service/canonical/ubuntu/server/22.04/stable/current/amd64/hvm/ebs-gp2/ami-id", "02204000000000001");

const fn amazon_linux(architecture: &'static str, size: u32) -> Image {
    Image { architecture: Some(architecture), device: "/dev/xvda", size }
}

/// The image that `given` names, by id or as `resolve:ssm:<parameter>`. Every id that has the right form is a public image
/// here; of those that are not AWS's own nothing is known but that they are some Linux.
pub(super) fn find(given: &str) -> Result<(String, Image), Fault> {
    let ubuntu = Image { architecture: Some("x86_64"), device: "/dev/sda1", size: 8 };
    if given.strip_prefix("resolve:ssm:") == Some(UBUNTU.0) {
        return Ok((format!("ami-{}", UBUNTU.1), ubuntu));
    }
    if let Some(parameter) = given.strip_prefix("resolve:ssm:") {
        let name = parameter.strip_prefix("/aws/service/ami-amazon-linux-latest/").unwrap_or_default();
        let known = AMAZON_LINUX.iter().find(|(known, _, _)| *known == name);
        return known.map(|(_, id, image)| (format!("ami-{id}"), *image)).ok_or_else(|| {
            refusals::invalid(format!("Failed to resolve the SSM parameter '{parameter}': parameter not found."))
        });
    }
    let digits = given.strip_prefix("ami-").unwrap_or_default();
    if !matches!(digits.len(), 8 | 17) || !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        let text = format!("Invalid id: \"{given}\" (expecting \"ami-...\")");
        return Err(Fault::new(400, "InvalidAMIID.Malformed", text));
    }
    let known = AMAZON_LINUX.iter().find(|(_, id, _)| *id == digits).map(|(_, _, image)| *image);
    let known = known.or((digits == UBUNTU.1).then_some(ubuntu));
    let other = Image { architecture: None, device: "/dev/xvda", size: 8 };
    Ok((given.to_owned(), known.unwrap_or(other)))
}

/// Serves DescribeImages, for ids alone: to list every public image is nobody's wish.
pub(super) fn describe(_: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let params = call.params();
    let ids: Vec<String> = params.list("ImageId")?;
    refusals::done(&params)?;
    if ids.is_empty() {
        return Err(refusals::missing("ImageId"));
    }
    let mut images = Vec::new();
    for id in &ids {
        if id.starts_with("resolve:") {
            let text = format!("Invalid id: \"{id}\" (expecting \"ami-...\")");
            return Err(Fault::new(400, "InvalidAMIID.Malformed", text));
        }
        let (id, image) = find(id)?;
        let ebs = Xml::new().text("deleteOnTermination", true).text("volumeSize", image.size).text("volumeType", "gp3");
        let device = Xml::new().text("deviceName", image.device).element("ebs", ebs.text("encrypted", false));
        let shown = Xml::new()
            .text("imageId", id)
            .text("imageState", "available")
            .text("isPublic", true)
            .text("architecture", image.architecture.unwrap_or("x86_64"))
            .text("imageType", "machine")
            .text("rootDeviceType", "ebs")
            .text("rootDeviceName", image.device)
            .list("blockDeviceMapping", "item", [device])
            .text("virtualizationType", "hvm")
            .text("hypervisor", "xen");
        images.push(shown);
    }
    Ok(Answer::xml(Xml::new().list("imagesSet", "item", images)))
}

/// What the name of an instance type says about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Kind {
    /// `x86_64` or `arm64`
    pub architecture: &'static str,
    /// How it spends CPU by default, when it is burstable.
    pub credits: Option<&'static str>,
}

impl Kind {
    /// Reads `t4g.micro`: a family, a generation, what is special, and a size.
    ///
    /// # Errors
    /// When there is no such type.
    pub(super) fn read(name: &str) -> Result<Self, Fault> {
        let known = || {
            let (class, size) = name.split_once('.')?;
            let sized = ["nano", "micro", "small", "medium", "large", "xlarge", "metal"].contains(&size)
                || size.strip_suffix("xlarge").is_some_and(|times| times.parse::<u8>().is_ok_and(|times| times > 1));
            let generation = class.find(|character: char| character.is_ascii_digit())?;
            let (family, rest) = class.split_at(generation);
            let family =
                (!family.is_empty() && family.bytes().all(|byte| byte.is_ascii_lowercase())).then_some(family)?;
            let special = rest.trim_start_matches(|character: char| character.is_ascii_digit());
            let plain = special.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-');
            (sized && plain).then_some((family, rest, special))
        };
        let (family, generation, special) =
            known().ok_or_else(|| refusals::invalid(format!("Invalid value '{name}' for InstanceType.")))?;
        Ok(Self {
            architecture: if special.contains('g') || family == "a" { "arm64" } else { "x86_64" },
            credits: (family == "t").then_some(if generation.starts_with('2') { "standard" } else { "unlimited" }),
        })
    }
}
