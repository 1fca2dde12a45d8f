//! The ways into a cluster: public access, PrivateLink, kinds of addresses.

use super::cluster::Provisioned;
use super::shapes::{ClientBroker, ConnectivityInfo, NetworkType, Switch, VpcConnectivity};
use super::update::{begin, quick, ready, settings};
use super::{bad, network};
use crate::account::Account;
use crate::answer::{Answer, Fault};
use crate::call::Call;
use crate::operation::Operation;
use serde::Deserialize;

pub(super) const OPERATIONS: &[Operation] =
    &[Operation::write("UpdateConnectivity", connectivity).at("PUT", "/v1/clusters/{clusterArn}/connectivity")];

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Connectivity {
    cluster_arn: String,
    current_version: String,
    connectivity_info: Option<ConnectivityInfo>,
    zookeeper_access: Option<Switch>,
}

fn connectivity(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let Connectivity { cluster_arn: arn, current_version, connectivity_info, zookeeper_access } = call.input()?;
    let mut next = settings(ready(account, &arn, Some(&current_version))?)?;
    if zookeeper_access.is_some() {
        return Err(bad("zookeeperAccess", "The access to ZooKeeper of this cluster can't be updated."));
    }
    let wanted = connectivity_info.unwrap_or_default();
    let mut info = next.brokers.connectivity_info.clone().unwrap_or_default();
    if info.network_type == Some(NetworkType::Dual) && wanted.network_type == Some(NetworkType::Ipv4) {
        return Err(bad("networkType", "You can't update the network type of a cluster from DUAL to IPV4."));
    }
    info.network_type = wanted.network_type.or(info.network_type);
    info.public_access = wanted.public_access.or(info.public_access);
    if let Some(vpcs) = wanted.vpc_connectivity {
        let merged = info.vpc_connectivity.unwrap_or_default().clients().merged(vpcs.clients());
        let merged = VpcConnectivity { client_authentication: Some(merged) };
        info.vpc_connectivity = Some(merged.spelled_out());
    }
    reachable(&info, &next)?;
    let everywhere = |fits: fn(&Account, &str) -> bool| next.brokers.client_subnets.iter().all(|id| fits(account, id));
    let public = info.public_access.as_ref().and_then(|access| access.r#type.as_deref());
    if public == Some("SERVICE_PROVIDED_EIPS") && !everywhere(network::is_public) {
        let message = "To turn on public access, the subnets of the cluster must be public: they need a route to an \
                       internet gateway.";
        return Err(bad("publicAccess", message));
    }
    if info.network_type == Some(NetworkType::Dual) && !everywhere(network::has_ipv6) {
        let message = "To use the network type DUAL, all subnets of the cluster must have IPv6 addresses.";
        return Err(bad("networkType", message));
    }
    next.brokers.connectivity_info = Some(info);
    begin(account, &arn, &quick("UPDATE_CONNECTIVITY", 8), next)
}

/// Whether the ways in of `info` go with the cluster's other settings.
pub(super) fn reachable(info: &ConnectivityInfo, cluster: &Provisioned) -> Result<(), Fault> {
    let clients = &cluster.authentication;
    let in_transit = cluster.encryption.encryption_in_transit.clone().unwrap_or_default();
    let tls_alone = in_transit.client_broker.unwrap_or_default() == ClientBroker::Tls;
    match info.public_access.as_ref().and_then(|access| access.r#type.as_deref()) {
        None | Some("DISABLED") => {}
        Some("SERVICE_PROVIDED_EIPS") => {
            if clients.unauthenticated() || !clients.any() || !tls_alone || in_transit.in_cluster == Some(false) {
                let message = "To turn on public access, turn off unauthenticated access, turn on at least one of \
                               SASL/IAM, SASL/SCRAM and mTLS, and use TLS both in the cluster and between clients and \
                               brokers.";
                return Err(bad("publicAccess", message));
            }
        }
        Some(other) => return Err(bad("publicAccess", format!("{other} is not a valid type of public access."))),
    }
    let vpcs = info.vpc_connectivity.as_ref().map(VpcConnectivity::clients).unwrap_or_default();
    let closed = vpcs.iam() && !clients.iam() || vpcs.scram() && !clients.scram() || vpcs.tls() && !clients.tls();
    if closed || vpcs.any() && !tls_alone {
        let message = "To turn on an authentication scheme for VPC connectivity, the cluster itself must have it on, \
                       with TLS between clients and brokers.";
        return Err(bad("vpcConnectivity", message));
    }
    Ok(())
}
