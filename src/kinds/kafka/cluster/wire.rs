//! Clusters between our words and the API's.

use super::{
    AppliedConfiguration, Authentication, Capacity, ClientBroker, Cluster, LogBucket, Logs, Monitoring, NetworkType,
    OpenMonitoring, Provisioned, Rebalancing, Serverless, ServerlessVpc, StorageMode, VpcConnectivity,
};
use crate::aws::{self, Error};
use crate::resource::{Auto, Fixed, Initial, Ref, Set};
use aws_sdk_kafka::types::{
    self, AuthorizerLogs, BrokerLogs, BrokerNodeGroupInfo, ClientAuthentication, CloudWatchLogs, ConfigurationInfo,
    EbsStorageInfo, EncryptionAtRest, EncryptionInTransit, EncryptionInfo, Firehose, Iam, JmxExporterInfo, LoggingInfo,
    NodeExporterInfo, OpenMonitoringInfo, PrometheusInfo, ProvisionedRequest, ProvisionedThroughput, S3, Sasl, Scram,
    ServerlessRequest, StorageInfo, Tls, Unauthenticated, VpcConfig, VpcConnectivityClientAuthentication,
    VpcConnectivityIam, VpcConnectivitySasl, VpcConnectivityScram, VpcConnectivityTls,
};

fn values<K>(refs: &Set<Ref<K>>) -> Vec<String> {
    refs.iter().map(|reference| reference.value().to_owned()).collect()
}

fn refs<K>(ids: Option<Vec<String>>) -> Set<Ref<K>> {
    ids.unwrap_or_default().into_iter().map(Ref::existing).collect()
}

impl Provisioned {
    /// All that can be said at creation. MSK takes public access, PrivateLink and dual stacks only
    /// afterwards.
    pub(super) fn request(&self) -> aws::Result<ProvisionedRequest> {
        let brokers = BrokerNodeGroupInfo::builder().instance_type(&self.broker_type);
        let brokers = brokers.set_client_subnets(Some(values(&self.subnets)));
        let brokers = brokers.set_security_groups(self.security_groups.as_ref().map(values)).set_storage_info(
            (self.storage_gib.is_some() || self.storage_throughput.is_some()).then(|| {
                let volume = EbsStorageInfo::builder().set_volume_size(*self.storage_gib);
                let throughput = self.storage_throughput.map(|_| self.throughput());
                let volume = volume.set_provisioned_throughput(throughput).build();
                StorageInfo::builder().ebs_storage_info(volume).build()
            }),
        );
        let in_transit = EncryptionInTransit::builder().client_broker(self.client_broker.into());
        let in_transit = in_transit.in_cluster(*self.in_cluster_encryption).build();
        let at_rest = self.kms_key.as_ref().map(|key| EncryptionAtRest::builder().data_volume_kms_key_id(key).build());
        let encryption = EncryptionInfo::builder().encryption_in_transit(in_transit).set_encryption_at_rest(at_rest);
        let logs = self.broker_logs != Logs::default() || self.authorizer_logs != Logs::default();
        // Express brokers refuse to hear of storage modes.
        let tiered = (self.storage_mode == StorageMode::Tiered).then_some(types::StorageMode::Tiered);
        let rebalancing = self.rebalancing.map(|status| types::Rebalancing::builder().status(status.into()).build());
        let request = ProvisionedRequest::builder()
            .broker_node_group_info(brokers.build())
            .kafka_version(&self.version)
            .number_of_broker_nodes(self.brokers)
            .set_configuration_info(self.configuration_info()?)
            .client_authentication(self.authentication.at_creation())
            .encryption_info(encryption.build())
            .enhanced_monitoring(self.monitoring.into())
            .open_monitoring(self.open_monitoring.info())
            .set_logging_info(logs.then(|| self.logging(self.authorizer_logs != Logs::default())))
            .set_storage_mode(tiered)
            .set_rebalancing(rebalancing);
        Ok(request.build())
    }

    pub(super) fn throughput(&self) -> ProvisionedThroughput {
        let throughput = ProvisionedThroughput::builder().enabled(self.storage_throughput.is_some());
        throughput.set_volume_throughput(self.storage_throughput).build()
    }

    pub(super) fn configuration_info(&self) -> aws::Result<Option<ConfigurationInfo>> {
        let Some(AppliedConfiguration { arn, revision }) = &*self.configuration else { return Ok(None) };
        let number = revision.value().parse().map_err(|_| {
            Error::internal(format!("the revision of a configuration must be a number, not `{}`", revision.value()))
        })?;
        Ok(Some(ConfigurationInfo::builder().arn(arn.value()).revision(number).build()))
    }

    pub(super) fn logging(&self, authorizer: bool) -> LoggingInfo {
        let logs = &self.broker_logs;
        let brokers = BrokerLogs::builder().cloud_watch_logs(logs.cloud_watch()).firehose(logs.firehose());
        let info = LoggingInfo::builder().broker_logs(brokers.s3(logs.bucket()).build());
        let logs = &self.authorizer_logs;
        let requests = AuthorizerLogs::builder().cloud_watch_logs(logs.cloud_watch()).firehose(logs.firehose());
        info.set_authorizer_logs(authorizer.then(|| requests.s3(logs.bucket()).build())).build()
    }

    fn reported(provisioned: types::Provisioned) -> aws::Result<Self> {
        let brokers = provisioned.broker_node_group_info.ok_or_else(|| Error::unreadable("the cluster's brokers"))?;
        let software = provisioned.current_broker_software_info;
        let volume = brokers.storage_info.and_then(|storage| storage.ebs_storage_info);
        let throughput = volume.as_ref().and_then(|volume| volume.provisioned_throughput.as_ref());
        let throughput = throughput.filter(|throughput| throughput.enabled == Some(true));
        let connectivity = brokers.connectivity_info.as_ref();
        let public = connectivity.and_then(|info| info.public_access.as_ref()?.r#type.as_deref());
        let vpcs = connectivity.and_then(|info| info.vpc_connectivity.as_ref()?.client_authentication.as_ref());
        let network = connectivity.and_then(|info| info.network_type.as_ref());
        let encryption = provisioned.encryption_info.as_ref();
        let in_transit = encryption.and_then(|info| info.encryption_in_transit.as_ref());
        let at_rest = encryption.and_then(|info| info.encryption_at_rest.as_ref());
        let client_broker = in_transit.and_then(|info| info.client_broker.as_ref());
        let logging = provisioned.logging_info;
        let (broker_logs, authorizer_logs) =
            logging.map_or((None, None), |logging| (logging.broker_logs, logging.authorizer_logs));
        let rebalancing = provisioned.rebalancing.as_ref().and_then(|info| info.status.as_ref());
        let prometheus = provisioned.open_monitoring.and_then(|info| info.prometheus);
        let configuration = software.as_ref().and_then(|software| {
            let arn = Ref::existing(software.configuration_arn.clone()?);
            let revision = Ref::existing(software.configuration_revision?.to_string());
            Some(AppliedConfiguration { arn, revision })
        });
        Ok(Self {
            version: software.and_then(|software| software.kafka_version).unwrap_or_default(),
            brokers: provisioned.number_of_broker_nodes.unwrap_or_default(),
            broker_type: brokers.instance_type.unwrap_or_default(),
            subnets: Fixed(refs(brokers.client_subnets)),
            security_groups: Fixed(Auto(Some(refs(brokers.security_groups)))),
            storage_gib: Auto(volume.as_ref().and_then(|volume| volume.volume_size)),
            storage_throughput: throughput.and_then(|throughput| throughput.volume_throughput),
            storage_mode: provisioned.storage_mode.as_ref().map_or(Ok(StorageMode::Local), StorageMode::reported)?,
            configuration: Auto(configuration),
            authentication: provisioned.client_authentication.as_ref().map_or_else(none, Authentication::reported),
            client_broker: client_broker.map_or(Ok(ClientBroker::Tls), ClientBroker::reported)?,
            in_cluster_encryption: Fixed(in_transit.and_then(|info| info.in_cluster).unwrap_or(true)),
            kms_key: Fixed(Auto(at_rest.and_then(|info| info.data_volume_kms_key_id.clone()))),
            monitoring: provisioned
                .enhanced_monitoring
                .as_ref()
                .map_or(Ok(Monitoring::Default), Monitoring::reported)?,
            open_monitoring: OpenMonitoring {
                jmx_exporter: prometheus
                    .as_ref()
                    .is_some_and(|info| on(info.jmx_exporter.as_ref().and_then(|exporter| exporter.enabled_in_broker))),
                node_exporter: prometheus.as_ref().is_some_and(|info| {
                    on(info.node_exporter.as_ref().and_then(|exporter| exporter.enabled_in_broker))
                }),
            },
            broker_logs: broker_logs
                .map(|logs| Logs::reported(logs.cloud_watch_logs, logs.firehose, logs.s3))
                .unwrap_or_default(),
            authorizer_logs: authorizer_logs
                .map(|logs| Logs::reported(logs.cloud_watch_logs, logs.firehose, logs.s3))
                .unwrap_or_default(),
            public_access: public.is_some_and(|access| access != "DISABLED"),
            vpc_connectivity: vpcs.map(VpcConnectivity::reported).unwrap_or_default(),
            network_type: network.map_or(Ok(NetworkType::Ipv4), NetworkType::reported)?,
            rebalancing: Auto(rebalancing.map(Rebalancing::reported).transpose()?),
        })
    }
}

fn on(flag: Option<bool>) -> bool {
    flag == Some(true)
}

fn none() -> Authentication {
    Authentication { iam: false, ..Authentication::default() }
}

impl Serverless {
    pub(super) fn request(&self) -> ServerlessRequest {
        let config = |vpc: &ServerlessVpc| {
            let config = VpcConfig::builder().set_subnet_ids(Some(values(&vpc.subnets)));
            config.set_security_group_ids(Some(values(&vpc.security_groups))).build()
        };
        let iam = types::ServerlessSasl::builder().iam(Iam::builder().enabled(true).build()).build();
        let iam = types::ServerlessClientAuthentication::builder().sasl(iam).build();
        let vpcs = self.vpcs.iter().map(config).collect();
        ServerlessRequest::builder().set_vpc_configs(Some(vpcs)).client_authentication(iam).build()
    }
}

impl Authentication {
    fn at_creation(&self) -> ClientAuthentication {
        let mut all = self.full();
        // MSK refuses TLS without authorities, even when it is off.
        all.tls = all.tls.filter(|_| !self.tls.is_empty());
        all
    }

    /// With everything that is off, which an update needs to turn it off.
    pub(super) fn full(&self) -> ClientAuthentication {
        let sasl = Sasl::builder().iam(Iam::builder().enabled(self.iam).build());
        let sasl = sasl.scram(Scram::builder().enabled(self.scram).build()).build();
        let tls = Tls::builder().enabled(!self.tls.is_empty());
        let tls = tls.set_certificate_authority_arn_list(Some(self.tls.0.clone())).build();
        let unauthenticated = Unauthenticated::builder().enabled(self.unauthenticated).build();
        ClientAuthentication::builder().sasl(sasl).tls(tls).unauthenticated(unauthenticated).build()
    }

    fn reported(info: &ClientAuthentication) -> Self {
        let sasl = info.sasl.as_ref();
        let tls = info.tls.as_ref().filter(|tls| on(tls.enabled));
        Self {
            iam: on(sasl.and_then(|sasl| sasl.iam.as_ref()?.enabled)),
            scram: on(sasl.and_then(|sasl| sasl.scram.as_ref()?.enabled)),
            tls: Set(tls.and_then(|tls| tls.certificate_authority_arn_list.clone()).unwrap_or_default()),
            unauthenticated: on(info.unauthenticated.as_ref().and_then(|open| open.enabled)),
        }
    }
}

impl VpcConnectivity {
    pub(super) fn info(self) -> types::VpcConnectivity {
        let sasl = VpcConnectivitySasl::builder().iam(VpcConnectivityIam::builder().enabled(self.iam).build());
        let sasl = sasl.scram(VpcConnectivityScram::builder().enabled(self.scram).build()).build();
        let tls = VpcConnectivityTls::builder().enabled(self.tls).build();
        let clients = VpcConnectivityClientAuthentication::builder().sasl(sasl).tls(tls).build();
        types::VpcConnectivity::builder().client_authentication(clients).build()
    }

    fn reported(info: &VpcConnectivityClientAuthentication) -> Self {
        let sasl = info.sasl.as_ref();
        Self {
            iam: on(sasl.and_then(|sasl| sasl.iam.as_ref()?.enabled)),
            scram: on(sasl.and_then(|sasl| sasl.scram.as_ref()?.enabled)),
            tls: on(info.tls.as_ref().and_then(|tls| tls.enabled)),
        }
    }
}

impl OpenMonitoring {
    pub(super) fn info(self) -> OpenMonitoringInfo {
        let jmx = JmxExporterInfo::builder().enabled_in_broker(self.jmx_exporter).build();
        let node = NodeExporterInfo::builder().enabled_in_broker(self.node_exporter).build();
        let prometheus = PrometheusInfo::builder().jmx_exporter(jmx).node_exporter(node).build();
        OpenMonitoringInfo::builder().prometheus(prometheus).build()
    }
}

impl Logs {
    pub(in crate::kinds::kafka) fn cloud_watch(&self) -> CloudWatchLogs {
        let logs = CloudWatchLogs::builder().enabled(self.cloudwatch.is_some());
        logs.set_log_group(self.cloudwatch.as_ref().map(|group| group.value().to_owned())).build()
    }

    pub(in crate::kinds::kafka) fn firehose(&self) -> Firehose {
        Firehose::builder().enabled(self.firehose.is_some()).set_delivery_stream(self.firehose.clone()).build()
    }

    pub(in crate::kinds::kafka) fn bucket(&self) -> S3 {
        let logs = S3::builder().enabled(self.s3.is_some());
        let logs = logs.set_bucket(self.s3.as_ref().map(|to| to.bucket.value().to_owned()));
        logs.set_prefix(self.s3.as_ref().and_then(|to| to.prefix.clone())).build()
    }

    pub(in crate::kinds::kafka) fn reported(
        cloud_watch: Option<CloudWatchLogs>,
        firehose: Option<Firehose>,
        s3: Option<S3>,
    ) -> Self {
        let text = |text: Option<String>| text.filter(|text| !text.is_empty());
        let bucket = |s3: S3| Some(LogBucket { bucket: Ref::existing(s3.bucket?), prefix: text(s3.prefix) });
        Self {
            cloudwatch: cloud_watch
                .filter(|logs| on(logs.enabled))
                .and_then(|logs| text(logs.log_group))
                .map(Ref::existing),
            firehose: firehose.filter(|logs| on(logs.enabled)).and_then(|logs| text(logs.delivery_stream)),
            s3: s3.filter(|logs| on(logs.enabled)).and_then(bucket),
        }
    }
}

/// What AWS reports, as a spec.
pub(super) fn normal_form(cluster: types::Cluster) -> aws::Result<Cluster> {
    let capacity = match (cluster.provisioned, cluster.serverless) {
        (Some(provisioned), _) => Capacity::Provisioned(Provisioned::reported(provisioned)?),
        (None, Some(serverless)) => {
            let vpcs = serverless.vpc_configs.unwrap_or_default().into_iter().map(|vpc| ServerlessVpc {
                subnets: refs(vpc.subnet_ids),
                security_groups: refs(vpc.security_group_ids),
            });
            Capacity::Serverless(Fixed(Serverless { vpcs: vpcs.collect() }))
        }
        (None, None) => return Err(Error::unreadable("what the cluster is made of")),
    };
    Ok(Cluster {
        name: Fixed(cluster.cluster_name.unwrap_or_default()),
        capacity,
        prune_topics: Initial::default(),
        needs: Initial::default(),
    })
}
