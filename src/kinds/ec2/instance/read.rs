//! Reading instances: most is in their descriptions, the rest in bulk where EC2 has a bulk form.

use super::options::{self, Names, Processor};
use super::{Instance, Metadata, ROOT_VOLUME, RootVolume};
use crate::aws::{self, Cx, Error, found};
use crate::kinds::ec2::tags;
use crate::resource::{Auto, Fixed, Initial, Live, Ref, Status};
use aws_sdk_ec2::types::{
    HttpTokensState, Instance as Description, InstanceAttributeName, InstanceAutoRecoveryState,
    InstanceMetadataEndpointState, InstanceMetadataOptionsResponse, InstanceMetadataProtocolState,
    InstanceMetadataTagsState, InstanceStateName, MonitoringState, Volume,
};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use futures::future::try_join_all;
use futures::try_join;
use std::collections::HashMap;

pub(super) fn state(instance: &Description) -> InstanceStateName {
    let state = instance.state.as_ref().and_then(|state| state.name.clone());
    state.unwrap_or(InstanceStateName::Pending)
}

/// What is not in the descriptions of instances themselves.
#[derive(Default)]
struct Beside {
    volumes: HashMap<String, Volume>,
    credits: HashMap<String, String>,
    attributes: HashMap<String, Attributes>,
}

struct Attributes {
    user_data: Option<String>,
    terminate_on_shutdown: bool,
    termination_protection: bool,
}

/// Whether instances of the type `name` have credits: t2, t3, t3a, t4g, but neither t1 nor trn1.
fn burstable(name: &str) -> bool {
    name.strip_prefix('t').is_some_and(|rest| rest.starts_with(|digit: char| ('2'..='9').contains(&digit)))
}

pub(super) async fn live(cx: &Cx, instances: Vec<Description>) -> aws::Result<Vec<Live<Instance>>> {
    let ids: Vec<&str> = instances.iter().filter_map(Description::instance_id).collect();
    if ids.is_empty() {
        return Ok(vec![]);
    }
    let with_credits = instances.iter().filter(|it| it.instance_type.as_ref().is_some_and(|it| burstable(it.as_str())));
    let with_credits: Vec<String> = with_credits.filter_map(|it| it.instance_id.clone()).collect();
    let attributes = try_join_all(ids.iter().map(|id| attributes(cx, id)));
    let (volumes, credits, attributes) = try_join!(volumes(cx, &ids), credits(cx, with_credits), attributes)?;
    let attributes = ids.iter().zip(attributes).filter_map(|(id, found)| Some(((*id).to_owned(), found?))).collect();
    let beside = Beside { volumes, credits, attributes };
    instances.into_iter().filter_map(|instance| one(cx, instance, &beside).transpose()).collect()
}

async fn volumes(cx: &Cx, ids: &[&str]) -> aws::Result<HashMap<String, Volume>> {
    let attached = tags::filter("attachment.instance-id", ids.iter().copied());
    let mut pages = cx.ec2().describe_volumes().filters(attached).into_paginator().send();
    let mut volumes = HashMap::new();
    while let Some(page) = pages.next().await {
        let page = page?.volumes.unwrap_or_default();
        volumes.extend(page.into_iter().filter_map(|volume| Some((volume.volume_id.clone()?, volume))));
    }
    Ok(volumes)
}

/// Only burstable types have credits; asking for others is an error.
async fn credits(cx: &Cx, burstable: Vec<String>) -> aws::Result<HashMap<String, String>> {
    if burstable.is_empty() {
        return Ok(HashMap::new());
    }
    let call = cx.ec2().describe_instance_credit_specifications().set_instance_ids(Some(burstable));
    let answer = found(call.send().await.map_err(Error::from))?;
    let specifications = answer.and_then(|answer| answer.instance_credit_specifications).unwrap_or_default();
    Ok(specifications.into_iter().filter_map(|it| Some((it.instance_id?, it.cpu_credits?))).collect())
}

/// There is no bulk form of these; `None` when the instance has gone meanwhile.
async fn attributes(cx: &Cx, id: &str) -> aws::Result<Option<Attributes>> {
    let ask = |attribute| async {
        let call = cx.ec2().describe_instance_attribute().instance_id(id).attribute(attribute);
        found(call.send().await.map_err(Error::from))
    };
    let (data, shutdown, protection) = try_join!(
        ask(InstanceAttributeName::UserData),
        ask(InstanceAttributeName::InstanceInitiatedShutdownBehavior),
        ask(InstanceAttributeName::DisableApiTermination),
    )?;
    let (Some(data), Some(shutdown), Some(protection)) = (data, shutdown, protection) else { return Ok(None) };
    let data = data.user_data.and_then(|data| data.value).filter(|data| !data.is_empty());
    let data = data.map(|data| BASE64_STANDARD.decode(data.trim()).unwrap_or(data.into_bytes()));
    let shutdown = shutdown.instance_initiated_shutdown_behavior.and_then(|shutdown| shutdown.value);
    Ok(Some(Attributes {
        user_data: data.map(|data| String::from_utf8_lossy(&data).into_owned()),
        terminate_on_shutdown: shutdown.as_deref() == Some("terminate"),
        termination_protection: protection.disable_api_termination.and_then(|it| it.value).unwrap_or_default(),
    }))
}

fn one(cx: &Cx, instance: Description, beside: &Beside) -> aws::Result<Option<Live<Instance>>> {
    let state = state(&instance);
    let id = instance.instance_id.ok_or_else(|| Error::unreadable("the instance's id"))?;
    let Some(attributes) = beside.attributes.get(&id) else { return Ok(None) };
    let devices = instance.block_device_mappings.unwrap_or_default().into_iter();
    let root = devices.filter(|device| device.device_name == instance.root_device_name);
    let root = root.filter_map(|device| device.ebs?.volume_id).next();
    let monitoring = instance.monitoring.and_then(|monitoring| monitoring.state);
    let profile = instance.iam_instance_profile.and_then(|profile| profile.arn);
    let groups = instance.security_groups.unwrap_or_default().into_iter().filter_map(|group| group.group_id);
    let recovery = instance.maintenance_options.and_then(|options| options.auto_recovery);
    let spec = Instance {
        image: Fixed(Auto(instance.image_id)),
        image_parameter: Initial(None),
        instance_type: instance.instance_type.map(|name| name.as_str().to_owned()).unwrap_or_default(),
        subnet: Fixed(Ref::existing(instance.subnet_id.unwrap_or_default())),
        private_ip: Fixed(Auto(instance.private_ip_address.clone())),
        assign_public_ip: Initial(None),
        security_groups: groups.map(Ref::existing).collect(),
        instance_profile: profile.map(Ref::existing),
        key_pair: Fixed(instance.key_name),
        user_data: attributes.user_data.clone(),
        root_volume: root.as_ref().and_then(|id| beside.volumes.get(id)).map(root_volume).unwrap_or_default(),
        metadata: metadata(instance.metadata_options),
        monitoring: matches!(monitoring, Some(MonitoringState::Enabled | MonitoringState::Pending)),
        ebs_optimized: Auto(instance.ebs_optimized),
        cpu_credits: Auto(beside.credits.get(&id).cloned()),
        source_dest_check: instance.source_dest_check.unwrap_or(true),
        terminate_on_shutdown: attributes.terminate_on_shutdown,
        termination_protection: attributes.termination_protection,
        tenancy: Fixed(Auto(instance.placement.as_ref().and_then(options::tenancy))),
        processor: Fixed(Auto(instance.cpu_options.as_ref().and_then(Processor::read))),
        hibernation: Fixed(instance.hibernation_options.and_then(|it| it.configured).unwrap_or_default()),
        enclave: Fixed(instance.enclave_options.and_then(|it| it.enabled).unwrap_or_default()),
        auto_recovery: recovery != Some(InstanceAutoRecoveryState::Disabled),
        names: Names::read(instance.private_dns_name_options),
        running: !matches!(state, InstanceStateName::Stopping | InstanceStateName::Stopped),
        needs: Initial(vec![]),
    };
    let status = match state {
        InstanceStateName::Running | InstanceStateName::Stopped => Status::Ready,
        InstanceStateName::ShuttingDown | InstanceStateName::Terminated => Status::Deleting,
        other => Status::Pending(other.as_str().to_owned()),
    };
    let protected = spec.termination_protection;
    let arn = cx.arn("ec2", format_args!("instance/{id}"));
    let mut live = Live::new(id, spec).output("arn", arn).tagged(cx, tags::pairs(instance.tags)).status(status);
    for (output, value) in [
        ("private_ip", instance.private_ip_address),
        ("public_ip", instance.public_ip_address),
        ("private_dns", instance.private_dns_name),
        ("public_dns", instance.public_dns_name),
        (ROOT_VOLUME, root),
    ] {
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            live = live.output(output, value);
        }
    }
    Ok(Some(live.holds_data(protected)))
}

fn root_volume(volume: &Volume) -> RootVolume {
    RootVolume {
        size: Auto(volume.size),
        volume_type: Auto(volume.volume_type.as_ref().map(|name| name.as_str().to_owned())),
        iops: Auto(volume.iops),
        throughput: Auto(volume.throughput),
        encrypted: Fixed(Auto(volume.encrypted)),
        kms_key: Fixed(Auto(volume.kms_key_id.clone())),
        device: Initial(None),
    }
}

fn metadata(options: Option<InstanceMetadataOptionsResponse>) -> Metadata {
    let Some(options) = options else { return Metadata::default() };
    Metadata {
        enabled: options.http_endpoint != Some(InstanceMetadataEndpointState::Disabled),
        tokens_required: options.http_tokens == Some(HttpTokensState::Required),
        hop_limit: Auto(options.http_put_response_hop_limit),
        ipv6: options.http_protocol_ipv6 == Some(InstanceMetadataProtocolState::Enabled),
        tags: options.instance_metadata_tags == Some(InstanceMetadataTagsState::Enabled),
    }
}
