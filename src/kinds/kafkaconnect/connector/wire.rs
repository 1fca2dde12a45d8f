//! Between a connector and what AWS's API calls it.

use super::{
    AppliedWorkerConfiguration, Authentication, Autoscaling, Capacity, Connector, Encryption, LogBucket, Logs,
    NetworkType, Plugin, Provisioned,
};
use crate::aws::{self, Error};
use crate::kinds::kafkaconnect::properties::Properties;
use crate::resource::{Auto, Changes, Fixed, Needs, Ref};
use aws_sdk_kafkaconnect::operation::create_connector::builders::CreateConnectorFluentBuilder;
use aws_sdk_kafkaconnect::operation::describe_connector::DescribeConnectorOutput;
use aws_sdk_kafkaconnect::operation::update_connector::builders::UpdateConnectorFluentBuilder;
use aws_sdk_kafkaconnect::types::{
    ApacheKafkaCluster, AutoScaling, AutoScalingUpdate, Capacity as FullCapacity, CapacityDescription, CapacityUpdate,
    CloudWatchLogsLogDelivery, CustomPlugin, CustomPluginUpdate, FirehoseLogDelivery, KafkaCluster,
    KafkaClusterClientAuthentication, KafkaClusterClientAuthenticationType, KafkaClusterEncryptionInTransit,
    KafkaClusterEncryptionInTransitType, LogDelivery, LogDeliveryDescription, NetworkType as Network,
    Plugin as FullPlugin, PluginUpdate, ProvisionedCapacity, ProvisionedCapacityUpdate, S3LogDelivery, ScaleInPolicy,
    ScaleInPolicyUpdate, ScaleOutPolicy, ScaleOutPolicyUpdate, Vpc, WorkerConfiguration, WorkerConfigurationUpdate,
    WorkerLogDelivery,
};

impl Connector {
    /// `call` with all that creation takes.
    pub(super) fn request(&self, call: CreateConnectorFluentBuilder) -> aws::Result<CreateConnectorFluentBuilder> {
        let texts = |references: &[String]| Some(references.to_vec()).filter(|texts| !texts.is_empty());
        let subnets: Vec<String> = self.subnets.iter().map(|subnet| subnet.value().to_owned()).collect();
        let groups: Vec<String> = self.security_groups.iter().map(|group| group.value().to_owned()).collect();
        let vpc = Vpc::builder().set_subnets(Some(subnets)).set_security_groups(texts(&groups)).build()?;
        let brokers =
            ApacheKafkaCluster::builder().bootstrap_servers(self.bootstrap_servers.value()).vpc(vpc).build()?;
        let authentication = match *self.authentication {
            Authentication::Iam => KafkaClusterClientAuthenticationType::Iam,
            Authentication::None => KafkaClusterClientAuthenticationType::None,
        };
        let authentication = KafkaClusterClientAuthentication::builder().authentication_type(authentication).build()?;
        let encryption = match *self.encryption {
            Encryption::Tls => KafkaClusterEncryptionInTransitType::Tls,
            Encryption::Plaintext => KafkaClusterEncryptionInTransitType::Plaintext,
        };
        let encryption = KafkaClusterEncryptionInTransit::builder().encryption_type(encryption).build()?;
        let workers = self.worker_configuration.as_ref().map(|applied| {
            let workers = WorkerConfiguration::builder().worker_configuration_arn(applied.arn.value());
            workers.revision(applied.revision).build()
        });
        let description = Some(self.description.0.clone()).filter(|description| !description.is_empty());
        Ok(call
            .connector_name(&*self.name)
            .set_connector_description(description)
            .capacity(self.capacity.full()?)
            .set_connector_configuration(Some(self.configuration.0.clone().into_iter().collect()))
            .plugins(FullPlugin::builder().custom_plugin(self.plugin.custom()?).build())
            .set_worker_configuration(workers.transpose()?)
            .service_execution_role_arn(self.role.value())
            .kafka_cluster(KafkaCluster::builder().apache_kafka_cluster(brokers).build())
            .kafka_connect_version(&*self.version)
            .kafka_cluster_client_authentication(authentication)
            .kafka_cluster_encryption_in_transit(encryption)
            .network_type(match *self.network_type {
                NetworkType::Ipv4 => Network::Ipv4,
                NetworkType::Dual => Network::Dual,
            })
            .set_log_delivery(self.logs.delivery()))
    }

    /// `call` with what changes of the workers' settings.
    pub(super) fn worker_settings(
        &self,
        mut call: UpdateConnectorFluentBuilder,
        now: &Self,
        changes: &Changes,
    ) -> aws::Result<UpdateConnectorFluentBuilder> {
        if changes.touch("capacity") {
            call = call.capacity(self.capacity.update(&now.capacity)?);
        }
        if changes.touch("plugin") {
            call = call.plugins(PluginUpdate::builder().custom_plugin(self.plugin.update()?).build());
        }
        if changes.touch("worker_configuration") {
            call = match &self.worker_configuration {
                None => call.use_default_worker_configuration(true),
                Some(AppliedWorkerConfiguration { arn, revision }) => {
                    let workers = WorkerConfigurationUpdate::builder().worker_configuration_arn(arn.value());
                    call.worker_configuration(workers.revision(*revision).build()?)
                }
            };
        }
        Ok(call)
    }

    /// `call` with the connector's properties.
    pub(super) fn properties(&self, call: UpdateConnectorFluentBuilder) -> UpdateConnectorFluentBuilder {
        call.set_connector_configuration(Some(self.configuration.0.clone().into_iter().collect()))
    }
}

impl Capacity {
    fn full(&self) -> aws::Result<FullCapacity> {
        Ok(match self {
            Self::Autoscaling(Autoscaling {
                min_workers,
                max_workers,
                mcu,
                scale_in_cpu,
                scale_out_cpu,
                max_tasks,
            }) => {
                let scale_in = ScaleInPolicy::builder().cpu_utilization_percentage(*scale_in_cpu).build();
                let scale_out = ScaleOutPolicy::builder().cpu_utilization_percentage(*scale_out_cpu).build();
                let scaling = AutoScaling::builder().min_worker_count(*min_workers).max_worker_count(*max_workers);
                let scaling = scaling.mcu_count(*mcu).set_max_autoscaling_task_count(**max_tasks);
                let scaling = scaling.scale_in_policy(scale_in).scale_out_policy(scale_out).build();
                FullCapacity::builder().auto_scaling(scaling).build()
            }
            Self::Provisioned(Provisioned { workers, mcu }) => {
                let provisioned = ProvisionedCapacity::builder().worker_count(*workers).mcu_count(*mcu).build();
                FullCapacity::builder().provisioned_capacity(provisioned).build()
            }
        })
    }

    /// What makes it of `now`.
    fn update(&self, now: &Self) -> aws::Result<CapacityUpdate> {
        Ok(match self {
            Self::Autoscaling(Autoscaling {
                min_workers,
                max_workers,
                mcu,
                scale_in_cpu,
                scale_out_cpu,
                max_tasks,
            }) => {
                // What is left out may go back to a default.
                let kept = match now {
                    Self::Autoscaling(now) => now.max_tasks.filter(|tasks| tasks >= max_workers),
                    Self::Provisioned(_) => None,
                };
                let scale_in = ScaleInPolicyUpdate::builder().cpu_utilization_percentage(*scale_in_cpu).build();
                let scale_out = ScaleOutPolicyUpdate::builder().cpu_utilization_percentage(*scale_out_cpu).build();
                let scaling = AutoScalingUpdate::builder().min_worker_count(*min_workers);
                let scaling = scaling.max_worker_count(*max_workers).mcu_count(*mcu);
                let scaling = scaling.set_max_autoscaling_task_count(max_tasks.or(kept));
                let scaling = scaling.scale_in_policy(scale_in).scale_out_policy(scale_out).build();
                CapacityUpdate::builder().auto_scaling(scaling).build()
            }
            Self::Provisioned(Provisioned { workers, mcu }) => {
                let provisioned = ProvisionedCapacityUpdate::builder().worker_count(*workers).mcu_count(*mcu).build();
                CapacityUpdate::builder().provisioned_capacity(provisioned).build()
            }
        })
    }

    fn read(capacity: Option<CapacityDescription>) -> aws::Result<Self> {
        let lacks = || Error::unreadable("a connector's capacity");
        let capacity = capacity.ok_or_else(lacks)?;
        if let Some(scaling) = capacity.auto_scaling {
            return Ok(Self::Autoscaling(Autoscaling {
                min_workers: scaling.min_worker_count,
                max_workers: scaling.max_worker_count,
                mcu: scaling.mcu_count,
                scale_in_cpu: scaling.scale_in_policy.map_or(20, |policy| policy.cpu_utilization_percentage),
                scale_out_cpu: scaling.scale_out_policy.map_or(80, |policy| policy.cpu_utilization_percentage),
                max_tasks: Auto(Some(scaling.max_autoscaling_task_count).filter(|tasks| *tasks > 0)),
            }));
        }
        let provisioned = capacity.provisioned_capacity.ok_or_else(lacks)?;
        Ok(Self::Provisioned(Provisioned { workers: provisioned.worker_count, mcu: provisioned.mcu_count }))
    }
}

impl Plugin {
    fn custom(&self) -> aws::Result<CustomPlugin> {
        Ok(CustomPlugin::builder().custom_plugin_arn(self.arn.value()).revision(self.revision).build()?)
    }

    fn update(&self) -> aws::Result<CustomPluginUpdate> {
        Ok(CustomPluginUpdate::builder().custom_plugin_arn(self.arn.value()).revision(self.revision).build()?)
    }
}

impl Logs {
    fn delivery(&self) -> Option<LogDelivery> {
        let Self { log_group, firehose, s3 } = self;
        let log_group = log_group
            .as_ref()
            .map(|group| CloudWatchLogsLogDelivery::builder().enabled(true).log_group(group.value()).build());
        let firehose = firehose
            .as_ref()
            .map(|stream| FirehoseLogDelivery::builder().enabled(true).delivery_stream(stream).build());
        let s3 = s3.as_ref().map(|LogBucket { bucket, prefix }| {
            let prefix = Some(prefix.clone()).filter(|prefix| !prefix.is_empty());
            S3LogDelivery::builder().enabled(true).bucket(bucket.value()).set_prefix(prefix).build()
        });
        if log_group.is_none() && firehose.is_none() && s3.is_none() {
            return None;
        }
        let workers = WorkerLogDelivery::builder().set_cloud_watch_logs(log_group).set_firehose(firehose).set_s3(s3);
        Some(LogDelivery::builder().worker_log_delivery(workers.build()).build())
    }

    fn read(delivery: Option<LogDeliveryDescription>) -> Self {
        let Some(workers) = delivery.and_then(|delivery| delivery.worker_log_delivery) else { return Self::default() };
        let s3 = workers.s3.filter(|s3| s3.enabled);
        Self {
            log_group: workers
                .cloud_watch_logs
                .filter(|logs| logs.enabled)
                .and_then(|logs| logs.log_group)
                .map(Ref::existing),
            firehose: workers
                .firehose
                .filter(|firehose| firehose.enabled)
                .and_then(|firehose| firehose.delivery_stream),
            s3: s3.and_then(|s3| {
                Some(LogBucket { bucket: Ref::existing(s3.bucket?), prefix: s3.prefix.unwrap_or_default() })
            }),
        }
    }
}

pub(super) fn normal_form(connector: DescribeConnectorOutput) -> aws::Result<Connector> {
    let lacks = |what: &str| Error::unreadable(format!("a connector's {what}"));
    let brokers = connector.kafka_cluster.and_then(|cluster| cluster.apache_kafka_cluster);
    let brokers = brokers.ok_or_else(|| lacks("brokers"))?;
    let vpc = brokers.vpc.ok_or_else(|| lacks("network"))?;
    let plugin = connector.plugins.into_iter().flatten().find_map(|plugin| plugin.custom_plugin);
    let plugin = plugin.ok_or_else(|| lacks("plugin"))?;
    let workers =
        connector.worker_configuration.and_then(|workers| Some((workers.worker_configuration_arn?, workers.revision)));
    let authentication = connector.kafka_cluster_client_authentication.and_then(|kind| kind.authentication_type);
    let encryption = connector.kafka_cluster_encryption_in_transit.and_then(|kind| kind.encryption_type);
    let paused = connector.connector_state == Some(aws_sdk_kafkaconnect::types::ConnectorState::Paused);
    Ok(Connector {
        name: Fixed(connector.connector_name.ok_or_else(|| lacks("name"))?),
        description: Fixed(connector.connector_description.unwrap_or_default()),
        capacity: Capacity::read(connector.capacity)?,
        configuration: Properties::from_iter(connector.connector_configuration.unwrap_or_default()),
        plugin: Plugin {
            arn: Ref::existing(plugin.custom_plugin_arn.ok_or_else(|| lacks("plugin"))?),
            revision: plugin.revision,
        },
        worker_configuration: workers
            .map(|(arn, revision)| AppliedWorkerConfiguration { arn: Ref::existing(arn), revision }),
        role: Fixed(Ref::existing(connector.service_execution_role_arn.ok_or_else(|| lacks("role"))?)),
        bootstrap_servers: Ref::existing(brokers.bootstrap_servers.ok_or_else(|| lacks("brokers"))?),
        version: Fixed(connector.kafka_connect_version.ok_or_else(|| lacks("version of Kafka Connect"))?),
        subnets: Fixed(vpc.subnets.unwrap_or_default().into_iter().map(Ref::existing).collect()),
        security_groups: Fixed(vpc.security_groups.unwrap_or_default().into_iter().map(Ref::existing).collect()),
        authentication: Fixed(match authentication {
            Some(KafkaClusterClientAuthenticationType::Iam) => Authentication::Iam,
            _ => Authentication::None,
        }),
        encryption: Fixed(match encryption {
            Some(KafkaClusterEncryptionInTransitType::Tls) => Encryption::Tls,
            _ => Encryption::Plaintext,
        }),
        network_type: Fixed(match connector.network_type {
            Some(Network::Dual) => NetworkType::Dual,
            _ => NetworkType::Ipv4,
        }),
        logs: Fixed(Logs::read(connector.log_delivery)),
        paused,
        needs: Needs::default(),
    })
}
