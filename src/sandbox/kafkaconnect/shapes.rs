//! The structures of connectors, as they are sent and as they are shown.

use super::{bad, plugins, worker_configurations};
use crate::account::Account;
use crate::answer::Fault;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The properties of a connector. They may hold secrets; AWS shows them all.
pub(super) type Configuration = BTreeMap<String, String>;

/// Workers of one connector.
const MOST_WORKERS: i32 = 10;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Capacity {
    pub auto_scaling: Option<AutoScaling>,
    pub provisioned_capacity: Option<ProvisionedCapacity>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct AutoScaling {
    max_worker_count: i32,
    mcu_count: i32,
    min_worker_count: i32,
    scale_in_policy: Option<Policy>,
    scale_out_policy: Option<Policy>,
    max_autoscaling_task_count: Option<i32>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Policy {
    cpu_utilization_percentage: i32,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct ProvisionedCapacity {
    mcu_count: i32,
    worker_count: i32,
}

impl Capacity {
    /// This capacity with its defaults, when AWS takes it. An update must name both scaling policies.
    pub(super) fn checked(mut self, update: bool) -> Result<Self, Fault> {
        let mcu = |count: i32| match count {
            1 | 2 | 4 | 8 => Ok(()),
            _ => Err(bad("The value of mcuCount must be 1, 2, 4 or 8.")),
        };
        match (&mut self.auto_scaling, &self.provisioned_capacity) {
            (Some(scaling), None) => {
                mcu(scaling.mcu_count)?;
                if !(1..=scaling.max_worker_count).contains(&scaling.min_worker_count) {
                    return Err(bad("The value of minWorkerCount must be between 1 and maxWorkerCount."));
                }
                check_workers(scaling.max_worker_count)?;
                if update && (scaling.scale_in_policy.is_none() || scaling.scale_out_policy.is_none()) {
                    return Err(bad("scaleInPolicy and scaleOutPolicy must both be set."));
                }
                let scale_in = scaling.scale_in_policy.get_or_insert(Policy { cpu_utilization_percentage: 20 });
                let scale_out = scaling.scale_out_policy.get_or_insert(Policy { cpu_utilization_percentage: 80 });
                let (least, most) = (scale_in.cpu_utilization_percentage, scale_out.cpu_utilization_percentage);
                if [least, most].iter().any(|percentage| !(1..=100).contains(percentage)) || least >= most {
                    return Err(bad(
                        "cpuUtilizationPercentage must be between 1 and 100, and that of scaleInPolicy the lower.",
                    ));
                }
                if scaling.max_autoscaling_task_count.is_some_and(|tasks| tasks < scaling.max_worker_count) {
                    return Err(bad("The value of maxAutoscalingTaskCount must be at least that of maxWorkerCount."));
                }
            }
            (None, Some(provisioned)) => {
                mcu(provisioned.mcu_count)?;
                check_workers(provisioned.worker_count)?;
            }
            _ => return Err(bad("capacity must hold exactly one of autoScaling and provisionedCapacity.")),
        }
        Ok(self)
    }
}

fn check_workers(count: i32) -> Result<(), Fault> {
    if (1..=MOST_WORKERS).contains(&count) {
        return Ok(());
    }
    Err(bad(format!("The number of workers must be between 1 and {MOST_WORKERS}.")))
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Plugin {
    pub custom_plugin: CustomPlugin,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct CustomPlugin {
    pub custom_plugin_arn: String,
    pub revision: i64,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct WorkerConfiguration {
    pub revision: i64,
    pub worker_configuration_arn: String,
}

/// What one kind of update changes; the connector's properties are the other.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct WorkerSetting {
    pub capacity: Capacity,
    pub plugins: Vec<Plugin>,
    pub worker_configuration: Option<WorkerConfiguration>,
}

impl WorkerSetting {
    /// Refuses plugins and worker configurations that a connector cannot use.
    pub(super) fn check(&self, account: &Account) -> Result<(), Fault> {
        let [Plugin { custom_plugin: CustomPlugin { custom_plugin_arn, revision } }] = self.plugins.as_slice() else {
            return Err(bad("A connector must have exactly one plugin."));
        };
        plugins::check_usable(account, custom_plugin_arn, *revision)?;
        match &self.worker_configuration {
            Some(WorkerConfiguration { worker_configuration_arn, revision }) => {
                worker_configurations::check_usable(account, worker_configuration_arn, *revision)
            }
            None => Ok(()),
        }
    }

    /// Whether it names the plugin or worker configuration `arn`.
    pub(super) fn uses(&self, arn: &str) -> bool {
        self.plugins.iter().any(|plugin| plugin.custom_plugin.custom_plugin_arn == arn)
            || self.worker_configuration.as_ref().is_some_and(|workers| workers.worker_configuration_arn == arn)
    }
}

/// Refuses properties without which nothing can be started.
pub(super) fn check_configuration(configuration: &Configuration) -> Result<(), Fault> {
    if configuration.get("connector.class").is_none_or(|class| class.is_empty()) {
        return Err(bad("connectorConfiguration must hold connector.class."));
    }
    let tasks = configuration.get("tasks.max").ok_or_else(|| bad("connectorConfiguration must hold tasks.max."))?;
    match tasks.parse::<u32>() {
        Ok(1..) => Ok(()),
        _ => Err(bad("The value of tasks.max must be a positive integer.")),
    }
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct KafkaCluster {
    pub apache_kafka_cluster: ApacheKafkaCluster,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct ApacheKafkaCluster {
    pub bootstrap_servers: String,
    pub vpc: Vpc,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Vpc {
    #[serde(default)]
    pub security_groups: Vec<String>,
    pub subnets: Vec<String>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct ClientAuthentication {
    pub authentication_type: AuthenticationType,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub(super) enum AuthenticationType {
    None,
    Iam,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct EncryptionInTransit {
    pub encryption_type: EncryptionType,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub(super) enum EncryptionType {
    Plaintext,
    Tls,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub(super) enum NetworkType {
    #[default]
    Ipv4,
    Dual,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct LogDelivery {
    pub worker_log_delivery: WorkerLogDelivery,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct WorkerLogDelivery {
    pub cloud_watch_logs: Option<CloudWatchLogs>,
    pub firehose: Option<Firehose>,
    pub s3: Option<S3>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct CloudWatchLogs {
    pub enabled: bool,
    pub log_group: Option<String>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Firehose {
    pub enabled: bool,
    pub delivery_stream: Option<String>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct S3 {
    pub enabled: bool,
    pub bucket: Option<String>,
    pub prefix: Option<String>,
}

impl WorkerLogDelivery {
    /// Refuses what is turned on without a place to write to.
    pub(super) fn check(&self) -> Result<(), Fault> {
        let lacks = [
            ("logGroup", self.cloud_watch_logs.as_ref().is_some_and(|logs| logs.enabled && logs.log_group.is_none())),
            (
                "deliveryStream",
                self.firehose.as_ref().is_some_and(|logs| logs.enabled && logs.delivery_stream.is_none()),
            ),
            ("bucket", self.s3.as_ref().is_some_and(|logs| logs.enabled && logs.bucket.is_none())),
        ];
        match lacks.into_iter().find(|(_, lacks)| *lacks) {
            Some((member, _)) => Err(bad(format!("{member} must be set where the delivery of logs is enabled."))),
            None => Ok(()),
        }
    }
}
