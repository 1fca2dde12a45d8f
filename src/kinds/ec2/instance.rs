//! `ec2/instance`: an EC2 instance with its root volume (AWS.md §1.10).

use super::security_group::SecurityGroup;
use super::subnet::Subnet;
use crate::kinds::iam::instance_profile::InstanceProfile;
use crate::resource::{Arn, Auto, Fixed, Initial, Named, Ref, Set};
use serde::{Deserialize, Serialize};

/// An EC2 instance with its root volume and one network interface.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Instance {
    /// The machine image, `ami-…`; left out, the one that `image_parameter` names at launch.
    #[serde(default)]
    pub image: Fixed<Auto<String>>,
    /// The path of the public parameter that names the newest image, such as
    /// `/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64`. A newer image does
    /// not replace the instance.
    #[serde(default)]
    pub image_parameter: Initial<Option<String>>,
    /// Such as `t3.small`; a change stops and starts the instance.
    pub instance_type: String,
    /// The subnet.
    pub subnet: Fixed<Ref<Subnet>>,
    /// Its address inside the subnet.
    #[serde(default)]
    pub private_ip: Fixed<Auto<String>>,
    /// Whether it gets a public address at launch; left out, as the subnet says.
    #[serde(default)]
    pub assign_public_ip: Initial<Option<bool>>,
    /// Who may reach it; at least one.
    pub security_groups: Set<Ref<SecurityGroup>>,
    /// The profile whose role it acts in.
    #[serde(default)]
    pub instance_profile: Option<Ref<InstanceProfile, Arn>>,
    /// The name of a key pair that may log in.
    #[serde(default)]
    pub key_pair: Fixed<Option<String>>,
    /// What it runs when first booted, at most 16 KiB; a change stops and starts the instance.
    #[serde(default)]
    pub user_data: Option<String>,
    /// The volume it boots from.
    #[serde(default)]
    pub root_volume: RootVolume,
    /// Its metadata service.
    #[serde(default)]
    pub metadata: Metadata,
    /// Metrics every minute instead of every five.
    #[serde(default)]
    pub monitoring: bool,
    /// Dedicated bandwidth to volumes; a change stops and starts the instance.
    #[serde(default)]
    pub ebs_optimized: Auto<bool>,
    /// How a burstable type spends CPU beyond its credits: `standard` or `unlimited`.
    #[serde(default)]
    pub cpu_credits: Auto<String>,
    /// Whether only packets from or to itself pass; off for routers.
    #[serde(default = "yes")]
    pub source_dest_check: bool,
    /// Whether a shutdown from inside deletes it instead of stopping it.
    #[serde(default)]
    pub terminate_on_shutdown: bool,
    /// Whether EC2 refuses to delete it. Deleting a protected instance needs `--allow-data-loss`.
    #[serde(default)]
    pub termination_protection: bool,
    /// Whether it runs or is stopped.
    #[serde(default = "yes")]
    pub running: bool,
}

/// The volume an instance boots from. It goes with its instance.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RootVolume {
    /// GiB; it can grow, but not shrink. Left out, the image's size.
    #[serde(default)]
    pub size: Auto<i32>,
    /// `gp3`, `gp2`, `io1`, `io2`, `st1`, `sc1` or `standard`; left out, the image's.
    #[serde(default)]
    pub volume_type: Auto<String>,
    /// Operations a second, for `gp3`, `io1` and `io2`.
    #[serde(default)]
    pub iops: Auto<i32>,
    /// MiB a second, for `gp3`.
    #[serde(default)]
    pub throughput: Auto<i32>,
    /// Whether it is encrypted; left out, as the account's default says.
    #[serde(default)]
    pub encrypted: Fixed<Auto<bool>>,
    /// The ARN of the KMS key that encrypts it; left out, the account's default key.
    #[serde(default)]
    pub kms_key: Fixed<Auto<String>>,
    /// The name of the image's root device; left out, `/dev/xvda`, that of Amazon Linux.
    #[serde(default)]
    pub device: Initial<Option<String>>,
}

/// The service that tells an instance about itself and its role's credentials.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Metadata {
    /// Whether it answers at all.
    #[serde(default = "yes")]
    pub enabled: bool,
    /// Whether it answers only those who fetched a session token first (IMDSv2).
    #[serde(default = "yes")]
    pub tokens_required: bool,
    /// How many network hops its answers survive, 1 to 64; containers need 2.
    #[serde(default)]
    pub hop_limit: Auto<i32>,
    /// Whether it tells the instance's tags.
    #[serde(default)]
    pub tags: bool,
}

impl Default for Metadata {
    fn default() -> Self {
        Self { enabled: true, tokens_required: true, hop_limit: Auto(None), tags: false }
    }
}

fn yes() -> bool {
    true
}

crate::attribute!(
    /// The address inside the VPC.
    pub PrivateIp = "private_ip"
);
crate::attribute!(
    /// The public address, while it runs and has one.
    pub PublicIp = "public_ip"
);
crate::attribute!(
    /// The name inside the VPC.
    pub PrivateDns = "private_dns"
);
crate::attribute!(
    /// The public name, while it runs and has a public address.
    pub PublicDns = "public_dns"
);

impl Named for Instance {
    const NAME: &'static str = "ec2/instance";
}
