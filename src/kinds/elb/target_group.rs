//! `elb/target-group`: the instances behind a network load balancer, found by the group's name (API
//! model of 2015-12-01).

use crate::kinds::ec2::instance::Instance;
use crate::kinds::ec2::vpc::Vpc;
use crate::resource::{Auto, Fixed, Named, Ref, Set};
use serde::{Deserialize, Serialize};

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
