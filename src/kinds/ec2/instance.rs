//! `ec2/instance`: an EC2 instance with its root volume (AWS.md §1.10).

mod launch;
pub mod options;
mod read;

use super::security_group::SecurityGroup;
use super::subnet::Subnet;
use super::tags;
use super::token::token;
use super::vpc::Tenancy;
use crate::aws::{self, Class, Cx, Error, Tagging, classify, found};
use crate::kinds::iam::instance_profile::InstanceProfile;
use crate::resource::{
    Actions, Arn, Auto, Change, Changes, Dependent, Effect, Fixed, Initial, Kind, Live, Named, Needs, Place, Ref,
    Retry, Set, To, Typical, Verb,
};
use aws_sdk_ec2::types::{
    AttributeBooleanValue, AttributeValue, HttpTokensState, IamInstanceProfileSpecification,
    InstanceCreditSpecificationRequest, InstanceMetadataEndpointState, InstanceMetadataOptionsRequest,
    InstanceMetadataProtocolState, InstanceMetadataTagsState, InstanceStateName, SecureBlobAttributeValue, VolumeType,
};
use aws_smithy_types::Blob;
use options::{Names, Processor};
use read::{live, state};
use serde::{Deserialize, Serialize};
use std::time::Duration;

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
    /// Whose hardware it runs on; left out, as the VPC says.
    #[serde(default)]
    pub tenancy: Fixed<Auto<Tenancy>>,
    /// How much of its type's processor it uses; left out, all of it.
    #[serde(default)]
    pub processor: Fixed<Auto<Processor>>,
    /// Whether it can be stopped with what it has in memory, for which its root volume must be encrypted and large enough.
    #[serde(default)]
    pub hibernation: Fixed<bool>,
    /// Whether it can have enclaves; not together with `hibernation`.
    #[serde(default)]
    pub enclave: Fixed<bool>,
    /// Whether EC2 moves it to other hardware when its own fails, where its type allows that.
    #[serde(default = "yes")]
    pub auto_recovery: bool,
    /// What it is called inside the VPC.
    #[serde(default)]
    pub names: Names,
    /// Whether it runs or is stopped.
    #[serde(default = "yes")]
    pub running: bool,
    /// What must be there first: the routes by which it fetches what it installs.
    #[serde(default)]
    pub needs: Needs,
}

/// The volume an instance boots from. It goes with its instance.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RootVolume {
    /// GiB; less replaces the instance. Left out, the image's size.
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
    /// The name of the image's root device; left out, EC2 is asked for it. Needed with an `image_parameter` that is not of
    /// Amazon Linux.
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
    /// Whether it answers over IPv6, too.
    #[serde(default)]
    pub ipv6: bool,
}

impl Default for Metadata {
    fn default() -> Self {
        Self { enabled: true, tokens_required: true, hop_limit: Auto(None), tags: false, ipv6: false }
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

/// What only a stopped instance lets change.
const STOPPED: [&str; 4] = ["instance_type", "user_data", "ebs_optimized", "names.hostname_type"];

/// The output that holds the root volume's id.
const ROOT_VOLUME: &str = "root_volume";

/// Replays of one client token that brought back instances of the last hour, before giving up.
const DEAD: usize = 20;

impl Kind for Instance {
    const OUTPUTS: &'static [&'static str] =
        &["arn", "private_ip", "public_ip", "private_dns", "public_dns", ROOT_VOLUME];
    const VOLATILE: &'static [&'static str] = &["public_ip", "public_dns"];
    const TAGGING: Tagging = Tagging::Ec2;
    const ACTIONS: Actions = Actions {
        read: &[
            "ec2:DescribeInstances",
            "ec2:DescribeInstanceAttribute",
            "ec2:DescribeInstanceCreditSpecifications",
            "ec2:DescribeVolumes",
        ],
        create: &["ec2:DescribeImages", "ec2:RunInstances", "ec2:CreateTags"],
        update: &[
            "ec2:ModifyInstanceAttribute",
            "ec2:ModifyInstanceMetadataOptions",
            "ec2:ModifyInstanceMaintenanceOptions",
            "ec2:ModifyPrivateDnsNameOptions",
            "ec2:ModifyInstanceCreditSpecification",
            "ec2:ModifyVolume",
            "ec2:MonitorInstances",
            "ec2:UnmonitorInstances",
            "ec2:DescribeIamInstanceProfileAssociations",
            "ec2:AssociateIamInstanceProfile",
            "ec2:ReplaceIamInstanceProfileAssociation",
            "ec2:DisassociateIamInstanceProfile",
            "ec2:StopInstances",
            "ec2:StartInstances",
            "ec2:CreateTags",
            "ec2:DeleteTags",
        ],
        delete: &["ec2:ModifyInstanceAttribute", "ec2:TerminateInstances"],
        dependent: &[
            Dependent::pass_role("ec2.amazonaws.com", Verb::WRITE).given(&["instance_profile"]),
            Dependent::new(&["ssm:GetParameters"], Verb::CREATE, "EC2 looks up the parameter that names the image")
                .given(&["image_parameter"]),
        ],
    };
    const TYPICAL: Typical = Typical::seconds(30, 60, 60);
    // A profile is known to EC2 some seconds after IAM has made it (AWS.md §0.3).
    const RETRY: &'static [Retry] = &[
        Retry {
            code: "InvalidParameterValue",
            message: "Invalid IAM Instance Profile",
            during: Duration::from_secs(120),
        },
        Retry {
            code: "InvalidParameterValue",
            message: "has no associated IAM Roles",
            during: Duration::from_secs(120),
        },
    ];

    fn claim(&self) -> Option<String> {
        self.private_ip.as_ref().map(|address| format!("{} {address}", *self.subnet))
    }

    /// A volume cannot shrink.
    fn effect(change: &Change) -> Effect {
        match (change.field.as_str(), change.from.as_i64(), &change.to) {
            ("root_volume.size", Some(now), To::Known(then)) if then.as_i64().is_some_and(|then| then < now) => {
                Effect::Replacement
            }
            _ => Effect::InPlace,
        }
    }

    fn arns(&self, place: &Place, verb: Verb) -> Vec<String> {
        let (Some(parameter), Verb::Create) = (&self.image_parameter.0, verb) else { return vec![] };
        vec![format!("arn:{}:ssm:{}:*:parameter/{}", place.partition, place.region, parameter.trim_start_matches('/'))]
    }

    async fn list(cx: &Cx) -> aws::Result<Vec<Live<Self>>> {
        let alive = ["pending", "running", "stopping", "stopped"];
        let filters = vec![tags::ours(cx), tags::filter("instance-state-name", alive)];
        let mut pages = cx.ec2().describe_instances().set_filters(Some(filters)).into_paginator().send();
        let mut instances = vec![];
        while let Some(page) = pages.next().await {
            instances.extend(page?.reservations.unwrap_or_default().into_iter().flat_map(|it| it.instances));
        }
        live(cx, instances.into_iter().flatten().collect()).await
    }

    async fn read(cx: &Cx, id: &str) -> aws::Result<Option<Live<Self>>> {
        let answer = cx.ec2().describe_instances().instance_ids(id).send().await.map_err(Error::from);
        let reservations = found(answer)?.and_then(|answer| answer.reservations).unwrap_or_default();
        let instances = reservations.into_iter().flat_map(|it| it.instances).flatten();
        let there = instances.filter(|instance| state(instance) != InstanceStateName::Terminated);
        Ok(live(cx, there.collect()).await?.pop())
    }

    async fn epitaph(cx: &Cx, id: &str) -> aws::Result<Option<String>> {
        let answer = cx.ec2().describe_instances().instance_ids(id).send().await.map_err(Error::from);
        let reservations = found(answer)?.and_then(|answer| answer.reservations).unwrap_or_default();
        let reason = reservations.into_iter().flat_map(|it| it.instances).flatten().find_map(|it| it.state_reason);
        let by_itself =
            |code: &&str| !["Client.UserInitiatedShutdown", "Client.InstanceInitiatedShutdown"].contains(code);
        Ok(reason.and_then(|reason| {
            let code = reason.code().filter(by_itself)?;
            Some(format!("{} ({code})", reason.message().unwrap_or("AWS gave no reason")))
        }))
    }

    async fn lookalikes(&self, cx: &Cx) -> aws::Result<Vec<String>> {
        let like = [
            tags::filter("subnet-id", [self.subnet.value()]),
            tags::filter("instance-type", [&self.instance_type]),
            tags::filter("instance-state-name", ["pending", "running", "stopping", "stopped"]),
        ];
        let mut pages = cx.ec2().describe_instances().set_filters(Some(like.into())).into_paginator().send();
        let mut ids = vec![];
        while let Some(page) = pages.next().await {
            let reservations = page?.reservations.unwrap_or_default().into_iter();
            let instances = reservations.flat_map(|reservation| reservation.instances.unwrap_or_default());
            ids.extend(instances.filter_map(|instance| instance.instance_id));
        }
        Ok(ids)
    }

    async fn create(&self, cx: &Cx) -> aws::Result<String> {
        // A token brings back the instance it made, even one that was terminated since: then the
        // next token follows from that instance, so that every run goes the same way.
        let mut salt = String::new();
        let launch = self.launch(cx).await?;
        for _ in 0..DEAD {
            let answer = launch.clone().client_token(token(cx, self, &salt)).send().await?;
            let instance = answer.instances.and_then(|instances| instances.into_iter().next());
            let instance = instance.ok_or_else(|| Error::unreadable("the instance"))?;
            let state = state(&instance);
            let id = instance.instance_id.ok_or_else(|| Error::unreadable("the instance's id"))?;
            if !matches!(state, InstanceStateName::ShuttingDown | InstanceStateName::Terminated) {
                return Ok(id);
            }
            salt = id;
        }
        let message = format!("it was launched {DEAD} times within the hour and each time terminated");
        Err(Error::new("Terminated", message, Class::Other))
    }

    async fn update(&self, cx: &Cx, live: &Live<Self>, changes: &Changes) -> aws::Result<()> {
        self.update_settings(cx, live, changes).await?;
        self.update_options(cx, &live.id, changes).await?;
        self.update_attached(cx, live, changes).await?;
        if STOPPED.iter().any(|field| changes.touch(field)) {
            if live.spec.running {
                cx.ec2().stop_instances().instance_ids(&live.id).send().await?;
            } else {
                self.update_stopped(cx, &live.id, changes).await?;
            }
        } else if changes.touch("running") && self.running {
            cx.ec2().start_instances().instance_ids(&live.id).send().await?;
        } else if changes.touch("running") {
            cx.ec2().stop_instances().instance_ids(&live.id).send().await?;
        }
        Ok(())
    }

    async fn delete(cx: &Cx, live: &Live<Self>) -> aws::Result<()> {
        if live.spec.termination_protection {
            let call = cx.ec2().modify_instance_attribute().instance_id(&live.id);
            let outcome = call.disable_api_termination(flag(false)).send().await.map_err(Error::from);
            found(outcome)?;
        }
        let outcome = cx.ec2().terminate_instances().instance_ids(&live.id).send().await.map_err(Error::from);
        found(outcome).map(drop)
    }
}

impl Instance {
    fn groups(&self) -> Vec<String> {
        self.security_groups.iter().map(|group| group.value().to_owned()).collect()
    }

    /// What a running instance lets change, one attribute a call.
    async fn update_settings(&self, cx: &Cx, live: &Live<Self>, changes: &Changes) -> aws::Result<()> {
        let id = live.id.as_str();
        let modify = || cx.ec2().modify_instance_attribute().instance_id(id);
        if changes.touch("security_groups") {
            modify().set_groups(Some(self.groups())).send().await?;
        }
        if changes.touch("source_dest_check") {
            modify().source_dest_check(flag(self.source_dest_check)).send().await?;
        }
        if changes.touch("termination_protection") {
            modify().disable_api_termination(flag(self.termination_protection)).send().await?;
        }
        if changes.touch("terminate_on_shutdown") {
            let behavior = if self.terminate_on_shutdown { "terminate" } else { "stop" };
            modify().instance_initiated_shutdown_behavior(text(behavior)).send().await?;
        }
        if changes.touch("metadata") {
            let call = cx.ec2().modify_instance_metadata_options().instance_id(id);
            let wanted = self.metadata.request();
            let call = call.set_http_tokens(wanted.http_tokens).set_http_endpoint(wanted.http_endpoint);
            let call = call.set_http_put_response_hop_limit(wanted.http_put_response_hop_limit);
            let call = call.set_http_protocol_ipv6(wanted.http_protocol_ipv6);
            call.set_instance_metadata_tags(wanted.instance_metadata_tags).send().await?;
        }
        if changes.touch("monitoring") && self.monitoring {
            cx.ec2().monitor_instances().instance_ids(id).send().await?;
        } else if changes.touch("monitoring") {
            cx.ec2().unmonitor_instances().instance_ids(id).send().await?;
        }
        if let (true, Some(credits)) = (changes.touch("cpu_credits"), self.cpu_credits.as_ref()) {
            let request = InstanceCreditSpecificationRequest::builder().instance_id(id).cpu_credits(credits).build();
            let call = cx.ec2().modify_instance_credit_specification().instance_credit_specifications(request);
            // The call succeeds as a whole whatever becomes of its parts.
            let refused = call.send().await?.unsuccessful_instance_credit_specifications.unwrap_or_default();
            if let Some(refused) = refused.into_iter().find_map(|item| item.error) {
                let code = refused.code.map(|code| code.as_str().to_owned()).unwrap_or_default();
                return Err(Error::new(&code, refused.message.unwrap_or_default(), classify(&code)));
            }
        }
        Ok(())
    }

    /// What else belongs to it: its profile and its root volume.
    async fn update_attached(&self, cx: &Cx, live: &Live<Self>, changes: &Changes) -> aws::Result<()> {
        if changes.touch("instance_profile") {
            let of_instance = tags::filter("instance-id", [&live.id]);
            let in_force = tags::filter("state", ["associating", "associated"]);
            let call = cx.ec2().describe_iam_instance_profile_associations().filters(of_instance).filters(in_force);
            let association =
                call.send().await?.iam_instance_profile_associations.unwrap_or_default().into_iter().next();
            match (self.instance_profile.as_ref().map(profile), association.and_then(|it| it.association_id)) {
                (Some(profile), Some(association)) => {
                    let call = cx.ec2().replace_iam_instance_profile_association().association_id(association);
                    call.iam_instance_profile(profile).send().await?;
                }
                (Some(profile), None) => {
                    let call = cx.ec2().associate_iam_instance_profile().instance_id(&live.id);
                    call.iam_instance_profile(profile).send().await?;
                }
                (None, Some(association)) => {
                    cx.ec2().disassociate_iam_instance_profile().association_id(association).send().await?;
                }
                (None, None) => {}
            }
        }
        if changes.touch("root_volume") {
            let volume = live.outputs.get(ROOT_VOLUME).ok_or_else(|| Error::unreadable("the root volume's id"))?;
            let RootVolume { size, volume_type, iops, throughput, .. } = &self.root_volume;
            let call = cx.ec2().modify_volume().volume_id(volume).set_size(**size).set_iops(**iops);
            let call = call.set_volume_type(volume_type.as_ref().map(|name| VolumeType::from(name.as_str())));
            call.set_throughput(**throughput).send().await?;
        }
        Ok(())
    }

    /// What only a stopped instance lets change, one attribute a call.
    async fn update_stopped(&self, cx: &Cx, id: &str, changes: &Changes) -> aws::Result<()> {
        let modify = || cx.ec2().modify_instance_attribute().instance_id(id);
        if changes.touch("instance_type") {
            modify().instance_type(text(&self.instance_type)).send().await?;
        }
        if changes.touch("user_data") {
            let content = self.user_data.clone().unwrap_or_default();
            modify().user_data(SecureBlobAttributeValue::builder().value(Blob::new(content)).build()).send().await?;
        }
        if changes.touch("names.hostname_type") {
            self.rename(cx, id).await?;
        }
        if let (true, Some(optimized)) = (changes.touch("ebs_optimized"), *self.ebs_optimized) {
            modify().ebs_optimized(flag(optimized)).send().await?;
        }
        Ok(())
    }
}

impl Metadata {
    fn request(&self) -> InstanceMetadataOptionsRequest {
        let (required, optional) = (HttpTokensState::Required, HttpTokensState::Optional);
        let (on, off) = (InstanceMetadataEndpointState::Enabled, InstanceMetadataEndpointState::Disabled);
        let (shown, hidden) = (InstanceMetadataTagsState::Enabled, InstanceMetadataTagsState::Disabled);
        let (over, not_over) = (InstanceMetadataProtocolState::Enabled, InstanceMetadataProtocolState::Disabled);
        InstanceMetadataOptionsRequest::builder()
            .http_endpoint(if self.enabled { on } else { off })
            .http_tokens(if self.tokens_required { required } else { optional })
            .set_http_put_response_hop_limit(*self.hop_limit)
            .instance_metadata_tags(if self.tags { shown } else { hidden })
            .http_protocol_ipv6(if self.ipv6 { over } else { not_over })
            .build()
    }
}

fn flag(value: bool) -> AttributeBooleanValue {
    AttributeBooleanValue::builder().value(value).build()
}

fn text(value: &str) -> AttributeValue {
    AttributeValue::builder().value(value).build()
}

fn profile(profile: &Ref<InstanceProfile, Arn>) -> IamInstanceProfileSpecification {
    IamInstanceProfileSpecification::builder().arn(profile.value()).build()
}
