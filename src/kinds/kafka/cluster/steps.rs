//! Changes of a provisioned cluster in place. MSK takes one at a time.

use super::{Logs, Provisioned, VpcConnectivity};
use crate::aws::{self, Cx};
use crate::resource::Changes;
use aws_sdk_kafka::types::{
    BrokerEbsVolumeInfo, ConnectivityInfo, EncryptionInTransit, EncryptionInfo, PublicAccess, Rebalancing,
};

/// Starts the next change on the way from `now` to `wanted`. What closes a way in comes before what
/// that way needs goes, and what opens one after what it needs is there.
pub(super) async fn next(
    cx: &Cx,
    arn: &str,
    version: &str,
    wanted: &Provisioned,
    now: &Provisioned,
    changes: &Changes,
) -> aws::Result<()> {
    let touch = |field: &str| changes.touch(&format!("capacity.provisioned.{field}"));
    let connect = |info: ConnectivityInfo| {
        cx.kafka().update_connectivity().cluster_arn(arn).current_version(version).connectivity_info(info).send()
    };
    let both = now.vpc_connectivity.and(wanted.vpc_connectivity);
    let kafka = cx.kafka();
    let store = || {
        let volume = BrokerEbsVolumeInfo::builder().kafka_broker_node_id("All");
        let volume = volume.set_volume_size_gb(wanted.storage_gib.or(*now.storage_gib));
        let volume = volume.provisioned_throughput(wanted.throughput()).build();
        let call = kafka.update_broker_storage().cluster_arn(arn).current_version(version);
        call.target_broker_ebs_volume_info(volume).send()
    };
    if now.public_access && !wanted.public_access {
        connect(public("DISABLED")).await?;
    } else if both != now.vpc_connectivity {
        connect(over_private_link(both)).await?;
    } else if touch("authentication") || touch("client_broker") {
        let in_transit = EncryptionInTransit::builder().client_broker(wanted.client_broker.into()).build();
        let encryption = EncryptionInfo::builder().encryption_in_transit(in_transit).build();
        let encryption = Some(encryption).filter(|_| touch("client_broker"));
        let authentication = Some(wanted.authentication.full()).filter(|_| touch("authentication"));
        let call = kafka.update_security().cluster_arn(arn).current_version(version);
        call.set_client_authentication(authentication).set_encryption_info(encryption).send().await?;
    } else if touch("version") {
        let call = kafka.update_cluster_kafka_version().cluster_arn(arn).current_version(version);
        let call = call.set_configuration_info(wanted.configuration_info()?);
        call.target_kafka_version(&wanted.version).send().await?;
    } else if touch("configuration") {
        let call = kafka.update_cluster_configuration().cluster_arn(arn).current_version(version);
        call.set_configuration_info(wanted.configuration_info()?).send().await?;
    } else if touch("public_access") {
        connect(public("SERVICE_PROVIDED_EIPS")).await?;
    } else if touch("vpc_connectivity") {
        connect(over_private_link(wanted.vpc_connectivity)).await?;
    } else if touch("network_type") {
        connect(ConnectivityInfo::builder().network_type(wanted.network_type.into()).build()).await?;
    } else if wanted.storage_throughput < now.storage_throughput {
        // Before the brokers become too small for it.
        store().await?;
    } else if touch("broker_type") {
        let call = kafka.update_broker_type().cluster_arn(arn).current_version(version);
        call.target_instance_type(&wanted.broker_type).send().await?;
    } else if touch("storage_gib") || touch("storage_throughput") {
        store().await?;
    } else if touch("storage_mode") {
        let call = kafka.update_storage().cluster_arn(arn).current_version(version);
        call.storage_mode(wanted.storage_mode.into()).send().await?;
    } else if touch("brokers") {
        let call = kafka.update_broker_count().cluster_arn(arn).current_version(version);
        call.target_number_of_broker_nodes(wanted.brokers).send().await?;
    } else if ["monitoring", "open_monitoring", "broker_logs", "authorizer_logs"].into_iter().any(touch) {
        let call = kafka.update_monitoring().cluster_arn(arn).current_version(version);
        let call = call.enhanced_monitoring(wanted.monitoring.into()).open_monitoring(wanted.open_monitoring.info());
        let requests = touch("authorizer_logs") || wanted.authorizer_logs != Logs::default();
        call.logging_info(wanted.logging(requests)).send().await?;
    } else if let Some(rebalancing) = wanted.rebalancing.filter(|_| touch("rebalancing")) {
        let rebalancing = Rebalancing::builder().status(rebalancing.into()).build();
        let call = kafka.update_rebalancing().cluster_arn(arn).current_version(version);
        call.rebalancing(rebalancing).send().await?;
    }
    Ok(())
}

impl VpcConnectivity {
    /// What both allow.
    fn and(self, other: Self) -> Self {
        let Self { iam, scram, tls } = self;
        Self { iam: iam && other.iam, scram: scram && other.scram, tls: tls && other.tls }
    }
}

fn public(access: &str) -> ConnectivityInfo {
    ConnectivityInfo::builder().public_access(PublicAccess::builder().r#type(access).build()).build()
}

fn over_private_link(connectivity: VpcConnectivity) -> ConnectivityInfo {
    ConnectivityInfo::builder().vpc_connectivity(connectivity.info()).build()
}
