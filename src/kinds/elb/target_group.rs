//! `elb/target-group`: the instances behind a network load balancer, found by the group's name (API
//! model of 2015-12-01).

use super::tags;
use crate::aws::{self, Cx, Error, Tagging, found};
use crate::kinds::ec2::instance::Instance;
use crate::kinds::ec2::vpc::Vpc;
use crate::resource::{Actions, Auto, Changes, Dependent, Fixed, Kind, Live, Named, Place, Ref, Retry, Set, Verb};
use aws_sdk_elasticloadbalancingv2::types::{
    Matcher, ProtocolEnum, TargetDescription, TargetGroup as Description, TargetHealthStateEnum, TargetTypeEnum,
};
use futures::future::try_join_all;
use futures::try_join;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::time::Duration;

pub mod attributes;

use attributes::{Attributes, CrossZone, Unhealthy};

/// A target group of instances, with its targets.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TargetGroup {
    /// 1 to 32 of `a-z A-Z 0-9 -`, not beginning or ending with `-`; unique in account and region.
    pub name: Fixed<String>,
    /// How targets are spoken to.
    #[serde(default)]
    pub protocol: Fixed<Protocol>,
    /// The port of the targets, 1 to 65535.
    pub port: Fixed<i32>,
    /// The VPC of the targets.
    pub vpc: Fixed<Ref<Vpc>>,
    /// How a target is found healthy.
    #[serde(default)]
    pub health_check: HealthCheck,
    /// The targets; any other is taken out.
    #[serde(default)]
    pub targets: Set<Ref<Instance>>,
    /// How long connections to a target that was taken out may go on, 0 to 3600 seconds.
    #[serde(default = "five_minutes")]
    pub deregistration_delay: i32,
    /// Whether targets see the client's own address, as is AWS's default for `tcp`.
    #[serde(default)]
    pub preserve_client_ip: Auto<bool>,
    /// Whether targets are told the client's address by the PROXY protocol, version 2.
    #[serde(default)]
    pub proxy_protocol: bool,
    /// Whether connections to a target that was taken out end with the delay; left out, as AWS has it for the protocol.
    #[serde(default)]
    pub terminate_connections: Auto<bool>,
    /// Whether a client comes to the same target again.
    #[serde(default)]
    pub sticky: bool,
    /// Whether a load balancer's address in one zone leads to targets in others.
    #[serde(default)]
    pub cross_zone: CrossZone,
    /// What becomes of targets that are found unhealthy.
    #[serde(default)]
    pub unhealthy: Unhealthy,
}

/// What a network load balancer forwards without looking inside.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Protocol {
    /// TCP connections.
    #[default]
    Tcp,
    /// UDP flows.
    Udp,
    /// Both, on the same port.
    TcpUdp,
}

/// How a target is found healthy.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HealthCheck {
    /// What is tried.
    #[serde(default)]
    pub probe: Probe,
    /// The port that is tried; none is the targets' own.
    #[serde(default)]
    pub port: Option<u16>,
    /// Seconds between two probes, 5 to 300.
    #[serde(default = "thirty")]
    pub interval: i32,
    /// Seconds to wait for an answer, 2 to 120.
    #[serde(default = "ten")]
    pub timeout: i32,
    /// Successes in a row that make a target healthy, 2 to 10.
    #[serde(default = "five")]
    pub healthy_after: i32,
    /// Failures in a row that make a target unhealthy, 2 to 10.
    #[serde(default = "two")]
    pub unhealthy_after: i32,
}

/// What is tried on a target.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Probe {
    /// Whether it takes a connection.
    #[default]
    Tcp,
    /// Whether a GET over HTTP succeeds.
    Http(HttpProbe),
    /// Whether a GET over HTTPS succeeds; the certificate is not looked at.
    Https(HttpProbe),
}

/// A GET and which answers are good.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HttpProbe {
    /// The path, such as `/topics`.
    #[serde(default = "root")]
    pub path: String,
    /// The status codes that are good: one, several with commas, or a range.
    #[serde(default = "success")]
    pub codes: String,
}

impl Default for HealthCheck {
    fn default() -> Self {
        let (interval, timeout, healthy_after, unhealthy_after) = (thirty(), ten(), five(), two());
        Self { probe: Probe::Tcp, port: None, interval, timeout, healthy_after, unhealthy_after }
    }
}

impl Default for HttpProbe {
    fn default() -> Self {
        Self { path: root(), codes: success() }
    }
}

fn two() -> i32 {
    2
}

fn five() -> i32 {
    5
}

fn ten() -> i32 {
    10
}

fn thirty() -> i32 {
    30
}

fn five_minutes() -> i32 {
    300
}

fn root() -> String {
    "/".into()
}

fn success() -> String {
    "200-399".into()
}

impl Named for TargetGroup {
    const NAME: &'static str = "elb/target-group";
}

impl Kind for TargetGroup {
    const TAGGING: Tagging = Tagging::LoadBalancing;
    const ACTIONS: Actions = Actions {
        read: &[
            "tag:GetResources",
            "elasticloadbalancing:DescribeTargetGroups",
            "elasticloadbalancing:DescribeTargetGroupAttributes",
            "elasticloadbalancing:DescribeTargetHealth",
            "elasticloadbalancing:DescribeTags",
        ],
        create: &["elasticloadbalancing:CreateTargetGroup", "elasticloadbalancing:AddTags"],
        update: &[
            "elasticloadbalancing:ModifyTargetGroup",
            "elasticloadbalancing:ModifyTargetGroupAttributes",
            "elasticloadbalancing:RegisterTargets",
            "elasticloadbalancing:DeregisterTargets",
            "elasticloadbalancing:AddTags",
            "elasticloadbalancing:RemoveTags",
        ],
        delete: &["elasticloadbalancing:DeleteTargetGroup"],
        dependent: &[Dependent::new(
            &["ec2:DescribeVpcs"],
            Verb::CREATE,
            "the load balancing service looks at the VPC",
        )],
    };
    const RETRY: &'static [Retry] =
        &[Retry { code: "InvalidTarget", message: "not in a running state", during: Duration::from_secs(120) }];

    fn arns(&self, place: &Place, _: Verb) -> Vec<String> {
        vec![place.arn("elasticloadbalancing", format!("targetgroup/{}/*", *self.name))]
    }

    fn natural_id(&self) -> Option<String> {
        Some(self.name.0.clone())
    }

    async fn list(cx: &Cx) -> aws::Result<Vec<Live<Self>>> {
        let prefix = cx.arn("elasticloadbalancing", "targetgroup/");
        let index = cx.tag_index().await?;
        let wanted: Vec<String> = cx.wanted::<Self>().into_iter().map(|(_, wanted)| wanted.name.0).collect();
        if wanted.is_empty() && !index.keys().any(|arn| arn.starts_with(&prefix)) {
            return Ok(vec![]);
        }
        // Asking for ARNs fails as a whole when the index still has one that is gone.
        let mut pages = cx.elb().describe_target_groups().into_paginator().send();
        let mut all = vec![];
        while let Some(page) = pages.next().await {
            all.extend(page?.target_groups.unwrap_or_default());
        }
        let there = all.iter().filter_map(|one| Some((one.target_group_arn()?, one.target_group_name()?)));
        let mut tags = tags::of_stack(cx, Self::NAME, &index, there, &wanted).await?;
        let ours = all.into_iter().filter_map(|one| {
            let tags = tags.remove(one.target_group_arn.as_ref()?)?;
            Some(live(cx, one, tags))
        });
        Ok(try_join_all(ours).await?.into_iter().flatten().collect())
    }

    async fn read(cx: &Cx, id: &str) -> aws::Result<Option<Live<Self>>> {
        let answer = cx.elb().describe_target_groups().names(id).send().await.map_err(Error::from);
        let group = found(answer)?.and_then(|answer| answer.target_groups?.into_iter().next());
        let Some(group) = group else { return Ok(None) };
        let arn = group.target_group_arn.clone().unwrap_or_default();
        match tags::of(cx, std::slice::from_ref(&arn)).await?.remove(&arn) {
            Some(tags) => live(cx, group, tags).await,
            None => Ok(None),
        }
    }

    async fn create(&self, cx: &Cx) -> aws::Result<String> {
        let check = &self.health_check;
        let call = cx.elb().create_target_group().name(&*self.name).target_type(TargetTypeEnum::Instance);
        let call = call.protocol(self.protocol.sent()).port(*self.port).vpc_id(self.vpc.value());
        let call = call.health_check_protocol(check.probe.protocol()).health_check_port(check.port_text());
        let call = call.set_health_check_path(check.probe.path()).set_matcher(check.probe.matcher());
        let call = call.health_check_interval_seconds(check.interval).health_check_timeout_seconds(check.timeout);
        let call = call.healthy_threshold_count(check.healthy_after).unhealthy_threshold_count(check.unhealthy_after);
        call.set_tags(Some(tags::sent(cx))).send().await?;
        Ok(self.name.0.clone())
    }

    async fn update(&self, cx: &Cx, live: &Live<Self>, changes: &Changes) -> aws::Result<()> {
        let arn = live.outputs.get("arn").ok_or_else(|| Error::unreadable("the target group's ARN"))?;
        if changes.touch("health_check") {
            let check = &self.health_check;
            let call = cx.elb().modify_target_group().target_group_arn(arn);
            let call = call.health_check_protocol(check.probe.protocol()).health_check_port(check.port_text());
            let call = call.set_health_check_path(check.probe.path()).set_matcher(check.probe.matcher());
            let call = call.health_check_interval_seconds(check.interval).health_check_timeout_seconds(check.timeout);
            let call = call.healthy_threshold_count(check.healthy_after);
            call.unhealthy_threshold_count(check.unhealthy_after).send().await?;
        }
        let attributes = attributes::changed(self, &live.spec);
        if !attributes.is_empty() {
            let call = cx.elb().modify_target_group_attributes().target_group_arn(arn);
            call.set_attributes(Some(attributes)).send().await?;
        }
        if changes.touch("targets") {
            self.exchange(cx, arn, &live.spec.targets).await?;
        }
        Ok(())
    }

    async fn delete(cx: &Cx, live: &Live<Self>) -> aws::Result<()> {
        let arn = live.outputs.get("arn").ok_or_else(|| Error::unreadable("the target group's ARN"))?;
        let outcome = cx.elb().delete_target_group().target_group_arn(arn).send().await.map_err(Error::from);
        found(outcome).map(drop)
    }
}

impl TargetGroup {
    /// Puts new targets in before it takes old ones out.
    async fn exchange(&self, cx: &Cx, arn: &str, now: &Set<Ref<Instance>>) -> aws::Result<()> {
        let missing = |of: &[Ref<Instance>], from: &[Ref<Instance>]| -> Vec<TargetDescription> {
            let missing = of.iter().filter(|target| !from.contains(target));
            missing.map(|target| TargetDescription::builder().id(target.value()).build()).collect()
        };
        let (add, drop) = (missing(&self.targets, now), missing(now, &self.targets));
        if !add.is_empty() {
            cx.elb().register_targets().target_group_arn(arn).set_targets(Some(add)).send().await?;
        }
        if !drop.is_empty() {
            cx.elb().deregister_targets().target_group_arn(arn).set_targets(Some(drop)).send().await?;
        }
        Ok(())
    }
}

impl Protocol {
    pub(super) fn sent(self) -> ProtocolEnum {
        match self {
            Self::Tcp => ProtocolEnum::Tcp,
            Self::Udp => ProtocolEnum::Udp,
            Self::TcpUdp => ProtocolEnum::TcpUdp,
        }
    }

    /// The protocol of `what`, as AWS reports it.
    pub(super) fn read(protocol: Option<&ProtocolEnum>, what: &str) -> aws::Result<Self> {
        match protocol {
            Some(ProtocolEnum::Tcp) => Ok(Self::Tcp),
            Some(ProtocolEnum::Udp) => Ok(Self::Udp),
            Some(ProtocolEnum::TcpUdp) => Ok(Self::TcpUdp),
            Some(other) => Err(Error::internal(format!("{what} speaks {other}, which is not supported"))),
            None => Err(Error::unreadable(format_args!("the protocol of {what}"))),
        }
    }
}

impl HealthCheck {
    fn port_text(&self) -> String {
        self.port.map_or_else(|| "traffic-port".into(), |port| port.to_string())
    }
}

impl Probe {
    fn protocol(&self) -> ProtocolEnum {
        match self {
            Self::Tcp => ProtocolEnum::Tcp,
            Self::Http(_) => ProtocolEnum::Http,
            Self::Https(_) => ProtocolEnum::Https,
        }
    }

    fn get(&self) -> Option<&HttpProbe> {
        match self {
            Self::Tcp => None,
            Self::Http(get) | Self::Https(get) => Some(get),
        }
    }

    fn path(&self) -> Option<String> {
        self.get().map(|get| get.path.clone())
    }

    fn matcher(&self) -> Option<Matcher> {
        self.get().map(|get| Matcher::builder().http_code(&get.codes).build())
    }
}

async fn live(cx: &Cx, group: Description, tags: BTreeMap<String, String>) -> aws::Result<Option<Live<TargetGroup>>> {
    let arn = group.target_group_arn.clone().ok_or_else(|| Error::unreadable("the target group's ARN"))?;
    let attributes = async { cx.elb().describe_target_group_attributes().target_group_arn(&arn).send().await };
    let health = async { cx.elb().describe_target_health().target_group_arn(&arn).send().await };
    let (attributes, health) = try_join!(async { found(attributes.await.map_err(Error::from)) }, async {
        found(health.await.map_err(Error::from))
    },)?;
    let (Some(attributes), Some(health)) = (attributes, health) else { return Ok(None) };
    let attributes = Attributes(attributes.attributes.unwrap_or_default());
    // A target that was taken out is shown until its connections have ended.
    let targets = health.target_health_descriptions.unwrap_or_default().into_iter();
    let targets = targets.filter(|target| {
        let state = target.target_health.as_ref().and_then(|health| health.state.as_ref());
        state != Some(&TargetHealthStateEnum::Draining)
    });
    let name = group.target_group_name.clone().unwrap_or_default();
    let spec = TargetGroup {
        name: Fixed(name.clone()),
        protocol: Fixed(Protocol::read(group.protocol.as_ref(), &name)?),
        port: Fixed(group.port.unwrap_or_default()),
        vpc: Fixed(Ref::existing(group.vpc_id.clone().unwrap_or_default())),
        health_check: health_check(group),
        targets: targets.filter_map(|target| target.target?.id).map(Ref::existing).collect(),
        deregistration_delay: attributes.number(attributes::DELAY).unwrap_or_else(five_minutes),
        preserve_client_ip: Auto(attributes.flag(attributes::PRESERVE_CLIENT_IP)),
        proxy_protocol: attributes.flag(attributes::PROXY_PROTOCOL).unwrap_or_default(),
        terminate_connections: Auto(attributes.flag(attributes::TERMINATE)),
        sticky: attributes.flag(attributes::STICKY).unwrap_or_default(),
        cross_zone: attributes.cross_zone(),
        unhealthy: attributes.unhealthy(),
    };
    Ok(Some(Live::new(name, spec).output("arn", arn).tagged(cx, tags)))
}

fn health_check(group: Description) -> HealthCheck {
    let probe = || HttpProbe {
        path: group.health_check_path.unwrap_or_else(root),
        codes: group.matcher.and_then(|matcher| matcher.http_code).unwrap_or_else(success),
    };
    HealthCheck {
        probe: match group.health_check_protocol {
            Some(ProtocolEnum::Http) => Probe::Http(probe()),
            Some(ProtocolEnum::Https) => Probe::Https(probe()),
            _ => Probe::Tcp,
        },
        port: group.health_check_port.and_then(|port| port.parse().ok()),
        interval: group.health_check_interval_seconds.unwrap_or_else(thirty),
        timeout: group.health_check_timeout_seconds.unwrap_or_else(ten),
        healthy_after: group.healthy_threshold_count.unwrap_or_else(five),
        unhealthy_after: group.unhealthy_threshold_count.unwrap_or_else(two),
    }
}
