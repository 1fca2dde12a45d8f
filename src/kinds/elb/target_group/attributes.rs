//! The attributes of target groups: text by key (API model of 2015-12-01).

use super::TargetGroup;
use crate::resource::Auto;
use aws_sdk_elasticloadbalancingv2::types::TargetGroupAttribute;
use serde::{Deserialize, Serialize};

pub(super) const DELAY: &str = "deregistration_delay.timeout_seconds";
pub(super) const PRESERVE_CLIENT_IP: &str = "preserve_client_ip.enabled";
pub(super) const PROXY_PROTOCOL: &str = "proxy_protocol_v2.enabled";
pub(super) const TERMINATE: &str = "deregistration_delay.connection_termination.enabled";
pub(super) const STICKY: &str = "stickiness.enabled";
const CROSS_ZONE: &str = "load_balancing.cross_zone.enabled";
const TERMINATE_UNHEALTHY: &str = "target_health_state.unhealthy.connection_termination.enabled";
const DRAINING: &str = "target_health_state.unhealthy.draining_interval_seconds";
const DNS: &str = "target_group_health.dns_failover.minimum_healthy_targets";
const ROUTING: &str = "target_group_health.unhealthy_state_routing.minimum_healthy_targets";
const OFF: &str = "off";

/// Whether an address in one zone leads to targets in others.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CrossZone {
    /// As the load balancer says.
    #[default]
    AsLoadBalancer,
    /// It does.
    On,
    /// It does not.
    Off,
}

/// What becomes of targets that are found unhealthy.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Unhealthy {
    /// Whether their connections end; left out, as AWS has it for the protocol.
    #[serde(default)]
    pub terminate_connections: Auto<bool>,
    /// For how long they may go on otherwise, 0 to 360000 seconds.
    #[serde(default)]
    pub draining: i32,
    /// With fewer healthy ones in a zone, names do not resolve to the load balancer's address there.
    #[serde(default)]
    pub resolve: Least,
    /// With fewer healthy ones in a zone, traffic goes to all that are there, healthy or not.
    #[serde(default)]
    pub route: Least,
}

/// How many healthy targets are enough.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Least {
    /// So many, from 1; 1 when left out.
    #[serde(default = "one")]
    pub count: i32,
    /// And this share of all, 1 to 100 per cent; none counts no share.
    #[serde(default)]
    pub percentage: Option<i32>,
}

fn one() -> i32 {
    1
}

impl Default for Least {
    fn default() -> Self {
        Self { count: one(), percentage: None }
    }
}

/// The attributes that make `now` what `wanted` is.
pub(super) fn changed(wanted: &TargetGroup, now: &TargetGroup) -> Vec<TargetGroupAttribute> {
    let differing = pairs(wanted).into_iter().zip(pairs(now)).filter(|(wanted, now)| wanted != now);
    let given = differing.filter_map(|((key, value), _)| Some((key, value?)));
    given.map(|(key, value)| TargetGroupAttribute::builder().key(key).value(value).build()).collect()
}

/// Every attribute, in one order; `None` where AWS chooses.
fn pairs(group: &TargetGroup) -> Vec<(String, Option<String>)> {
    let flag = |on: Option<bool>| on.map(|on| on.to_string());
    let share = |least: &Least| least.percentage.map_or_else(|| OFF.into(), |share| share.to_string());
    let cross_zone = match group.cross_zone {
        CrossZone::AsLoadBalancer => "use_load_balancer_configuration",
        CrossZone::On => "true",
        CrossZone::Off => "false",
    };
    let unhealthy = &group.unhealthy;
    let mut pairs = vec![
        (DELAY.into(), Some(group.deregistration_delay.to_string())),
        (PRESERVE_CLIENT_IP.into(), flag(*group.preserve_client_ip)),
        (PROXY_PROTOCOL.into(), flag(Some(group.proxy_protocol))),
        (TERMINATE.into(), flag(*group.terminate_connections)),
        (STICKY.into(), flag(Some(group.sticky))),
        (CROSS_ZONE.into(), Some(cross_zone.into())),
        (TERMINATE_UNHEALTHY.into(), flag(*unhealthy.terminate_connections)),
        (DRAINING.into(), Some(unhealthy.draining.to_string())),
    ];
    for (key, least) in [(DNS, &unhealthy.resolve), (ROUTING, &unhealthy.route)] {
        pairs.push((format!("{key}.count"), Some(least.count.to_string())));
        pairs.push((format!("{key}.percentage"), Some(share(least))));
    }
    pairs
}

/// What AWS reports.
pub(super) struct Attributes(pub Vec<TargetGroupAttribute>);

impl Attributes {
    fn text(&self, key: &str) -> Option<&str> {
        self.0.iter().find(|attribute| attribute.key() == Some(key))?.value()
    }

    pub(super) fn number(&self, key: &str) -> Option<i32> {
        self.text(key)?.parse().ok()
    }

    pub(super) fn flag(&self, key: &str) -> Option<bool> {
        self.text(key).map(|text| text == "true")
    }

    pub(super) fn cross_zone(&self) -> CrossZone {
        match self.text(CROSS_ZONE) {
            Some("true") => CrossZone::On,
            Some("false") => CrossZone::Off,
            _ => CrossZone::AsLoadBalancer,
        }
    }

    pub(super) fn unhealthy(&self) -> Unhealthy {
        let least = |key: &str| Least {
            count: self.number(&format!("{key}.count")).unwrap_or_else(one),
            percentage: self.number(&format!("{key}.percentage")),
        };
        Unhealthy {
            terminate_connections: Auto(self.flag(TERMINATE_UNHEALTHY)),
            draining: self.number(DRAINING).unwrap_or_default(),
            resolve: least(DNS),
            route: least(ROUTING),
        }
    }
}
