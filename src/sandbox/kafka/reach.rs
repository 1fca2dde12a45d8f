//! What other services see of brokers.

use super::cluster::{Capacity, Cluster, Provisioned, State};
use super::shapes::ClientBroker;
use crate::account::Account;

/// A broker that takes connections.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broker {
    /// Where its cluster has interfaces.
    pub subnets: Vec<String>,
    /// The groups of those interfaces.
    pub security_groups: Vec<String>,
    /// The port.
    pub port: u16,
    /// Whether clients sign in with IAM there.
    pub iam: bool,
    /// Whether clients talk TLS there.
    pub tls: bool,
}

/// The broker at `address` (`host:port`) for clients inside its VPC; `None` when nobody listens there.
pub fn broker(account: &Account, address: &str) -> Option<Broker> {
    let (host, port) = address.trim().split_once(':')?;
    let port: u16 = port.parse().ok()?;
    let up = |cluster: &&Cluster| !matches!(cluster.state.at(account.now), State::Creating | State::Deleting);
    let mut clusters = account.kafka.clusters.values().filter(up);
    clusters.find_map(|cluster| match &cluster.capacity {
        Capacity::Provisioned(now) => {
            let due = cluster.next.as_ref().filter(|(due, _)| *due <= account.now);
            let settings = due.map_or(now, |(_, next)| next);
            let name = host.strip_prefix("b-")?.strip_suffix(&format!(".kafka.{}.amazonaws.com", account.region))?;
            let (number, rest) = name.split_once('.')?;
            let there = rest == cluster.host && (1..=settings.count).contains(&number.parse().ok()?);
            (there && listens(settings, port)).then(|| Broker {
                subnets: settings.brokers.client_subnets.clone(),
                security_groups: settings.brokers.security_groups.clone().unwrap_or_default(),
                port,
                iam: port == 9098,
                tls: port != 9092,
            })
        }
        Capacity::Serverless(vpcs) => {
            let id = cluster.host.split('.').nth(1)?;
            let there = host == format!("boot-{id}.c1.kafka-serverless.{}.amazonaws.com", account.region);
            (there && port == 9098).then(|| Broker {
                subnets: vpcs.iter().flat_map(|vpc| vpc.subnet_ids.clone()).collect(),
                security_groups: vpcs
                    .iter()
                    .flat_map(|vpc| vpc.security_group_ids.clone().unwrap_or_default())
                    .collect(),
                port,
                iam: true,
                tls: true,
            })
        }
    })
}

/// Whether brokers with these settings listen at `port` inside their VPC.
fn listens(settings: &Provisioned, port: u16) -> bool {
    let encryption = settings.encryption.encryption_in_transit.clone().unwrap_or_default();
    let (clients, in_transit) = (&settings.authentication, encryption.client_broker.unwrap_or_default());
    match port {
        9092 => clients.unauthenticated() && in_transit != ClientBroker::Tls,
        9094 => in_transit != ClientBroker::Plaintext && (clients.unauthenticated() || clients.tls()),
        9096 => clients.scram(),
        9098 => clients.iam(),
        _ => false,
    }
}
