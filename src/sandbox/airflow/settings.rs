//! The settings of an environment: as they are sent, kept and shown.

use super::invalid;
use crate::answer::Fault;
use crate::tags::Tags;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The versions of Airflow there are, the newest last (API model).
const VERSIONS: [&str; 7] = ["2.7.2", "2.8.1", "2.9.2", "2.10.1", "2.10.3", "2.11.0", "3.0.6"];
const MICRO: &str = "mw1.micro";
const CLASSES: [&str; 6] = [MICRO, "mw1.small", "mw1.medium", "mw1.large", "mw1.xlarge", "mw1.2xlarge"];
const MOST_WORKERS: i32 = 25;

/// What creation and updates say of an environment; kept, what is so after all of them.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct Settings {
    pub name: String,
    /// Creation only.
    pub tags: Option<Tags>,
    /// Updates only.
    pub worker_replacement_strategy: Option<Strategy>,
    /// Creation only.
    pub kms_key: Option<String>,
    /// Creation only.
    pub endpoint_management: Option<EndpointManagement>,
    /// Updates name security groups alone.
    pub network_configuration: Option<Network>,
    pub execution_role_arn: Option<String>,
    pub source_bucket_arn: Option<String>,
    #[serde(rename = "DagS3Path")]
    pub dag_s3_path: Option<String>,
    #[serde(rename = "PluginsS3Path")]
    pub plugins_s3_path: Option<String>,
    #[serde(rename = "PluginsS3ObjectVersion")]
    pub plugins_s3_object_version: Option<String>,
    #[serde(rename = "RequirementsS3Path")]
    pub requirements_s3_path: Option<String>,
    #[serde(rename = "RequirementsS3ObjectVersion")]
    pub requirements_s3_object_version: Option<String>,
    #[serde(rename = "StartupScriptS3Path")]
    pub startup_script_s3_path: Option<String>,
    #[serde(rename = "StartupScriptS3ObjectVersion")]
    pub startup_script_s3_object_version: Option<String>,
    /// They may hold secrets; AWS shows them all.
    pub airflow_configuration_options: Option<BTreeMap<String, String>>,
    pub environment_class: Option<String>,
    pub max_workers: Option<i32>,
    pub min_workers: Option<i32>,
    pub max_webservers: Option<i32>,
    pub min_webservers: Option<i32>,
    pub schedulers: Option<i32>,
    pub airflow_version: Option<String>,
    pub logging_configuration: Option<Logging>,
    pub weekly_maintenance_window_start: Option<String>,
    pub webserver_access_mode: Option<AccessMode>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct Network {
    #[serde(default)]
    pub subnet_ids: Vec<String>,
    #[serde(default)]
    pub security_group_ids: Vec<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct Logging {
    pub dag_processing_logs: Option<Module>,
    pub scheduler_logs: Option<Module>,
    pub task_logs: Option<Module>,
    pub webserver_logs: Option<Module>,
    pub worker_logs: Option<Module>,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct Module {
    pub enabled: bool,
    pub log_level: Level,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub(super) enum Level {
    Critical,
    Error,
    Warning,
    Info,
    Debug,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(super) enum AccessMode {
    PrivateOnly,
    PublicOnly,
    PublicAndPrivate,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub(super) enum EndpointManagement {
    Customer,
    Service,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub(super) enum Strategy {
    Forced,
    Graceful,
}

impl Logging {
    /// The modules with the last parts of the names of their log groups.
    pub(super) fn modules(&self) -> [(&'static str, &'static str, Option<Module>); 5] {
        [
            ("DagProcessingLogs", "DAGProcessing", self.dag_processing_logs),
            ("SchedulerLogs", "Scheduler", self.scheduler_logs),
            ("TaskLogs", "Task", self.task_logs),
            ("WebserverLogs", "WebServer", self.webserver_logs),
            ("WorkerLogs", "Worker", self.worker_logs),
        ]
    }
}

impl Settings {
    /// These settings after an update that says `given`.
    pub(super) fn updated(mut self, given: Self) -> Self {
        let logging = given.logging_configuration.clone();
        let groups = given.network_configuration.clone().map(|network| network.security_group_ids);
        let was_micro = self.is_micro();
        macro_rules! take {
            ($($field:ident)*) => { $(if given.$field.is_some() { self.$field = given.$field.clone(); })* };
        }
        take! {
            execution_role_arn source_bucket_arn dag_s3_path
            plugins_s3_path plugins_s3_object_version
            requirements_s3_path requirements_s3_object_version
            startup_script_s3_path startup_script_s3_object_version
            airflow_configuration_options environment_class airflow_version
            weekly_maintenance_window_start webserver_access_mode max_workers min_workers
        }
        if self.is_micro() != was_micro {
            (self.schedulers, self.min_webservers, self.max_webservers) = (None, None, None);
        }
        take! { schedulers min_webservers max_webservers }
        if let (Some(network), Some(groups)) = (&mut self.network_configuration, groups) {
            network.security_group_ids = groups;
        }
        if let Some(Logging { dag_processing_logs, scheduler_logs, task_logs, webserver_logs, worker_logs }) = logging {
            let kept = self.logging_configuration.take().unwrap_or_default();
            self.logging_configuration = Some(Logging {
                dag_processing_logs: dag_processing_logs.or(kept.dag_processing_logs),
                scheduler_logs: scheduler_logs.or(kept.scheduler_logs),
                task_logs: task_logs.or(kept.task_logs),
                webserver_logs: webserver_logs.or(kept.webserver_logs),
                worker_logs: worker_logs.or(kept.worker_logs),
            });
        }
        self.completed()
    }

    /// These settings with AWS's defaults.
    pub(super) fn completed(mut self) -> Self {
        let few = if self.is_micro() { 1 } else { 2 };
        self.environment_class.get_or_insert_with(|| "mw1.small".into());
        self.airflow_version.get_or_insert_with(|| VERSIONS[VERSIONS.len() - 1].into());
        self.min_workers.get_or_insert(1);
        self.max_workers.get_or_insert(10);
        self.schedulers.get_or_insert(few);
        let least = *self.min_webservers.get_or_insert(few);
        self.max_webservers.get_or_insert(least.max(few));
        self.webserver_access_mode.get_or_insert(AccessMode::PrivateOnly);
        self.endpoint_management.get_or_insert(EndpointManagement::Service);
        let off = Module { enabled: false, log_level: Level::Info };
        let logging = self.logging_configuration.get_or_insert_default();
        logging.dag_processing_logs.get_or_insert(off);
        logging.scheduler_logs.get_or_insert(off);
        logging.task_logs.get_or_insert(off);
        logging.webserver_logs.get_or_insert(off);
        logging.worker_logs.get_or_insert(off);
        // An empty path takes a file away.
        for (path, version) in [
            (&mut self.plugins_s3_path, &mut self.plugins_s3_object_version),
            (&mut self.requirements_s3_path, &mut self.requirements_s3_object_version),
            (&mut self.startup_script_s3_path, &mut self.startup_script_s3_object_version),
        ] {
            if path.as_deref().is_none_or(str::is_empty) {
                (*path, *version) = (None, None);
            }
        }
        self
    }

    fn is_micro(&self) -> bool {
        self.environment_class.as_deref() == Some(MICRO)
    }

    /// The files with their versions.
    pub(super) fn files(&self) -> [(&'static str, Option<&str>, Option<&str>); 3] {
        [
            ("Plugins", self.plugins_s3_path.as_deref(), self.plugins_s3_object_version.as_deref()),
            ("Requirements", self.requirements_s3_path.as_deref(), self.requirements_s3_object_version.as_deref()),
            ("StartupScript", self.startup_script_s3_path.as_deref(), self.startup_script_s3_object_version.as_deref()),
        ]
    }

    pub(super) fn network(&self) -> Network {
        self.network_configuration.clone().unwrap_or_default()
    }

    /// The name of the bucket.
    pub(super) fn bucket(&self) -> &str {
        self.source_bucket_arn.as_deref().and_then(|arn| arn.strip_prefix("arn:aws:s3:::")).unwrap_or_default()
    }

    /// Refuses what AWS refuses without looking at anything else. Defaults must be filled in.
    pub(super) fn check(&self) -> Result<(), Fault> {
        let missing = [
            ("ExecutionRoleArn", self.execution_role_arn.is_none()),
            ("SourceBucketArn", self.source_bucket_arn.is_none()),
            ("DagS3Path", self.dag_s3_path.is_none()),
            ("NetworkConfiguration", self.network_configuration.is_none()),
        ];
        if let Some((member, _)) = missing.into_iter().find(|(_, missing)| *missing) {
            return Err(invalid(format!("{member} must not be null.")));
        }
        let role = self.execution_role_arn.as_deref().unwrap_or_default();
        pattern("ExecutionRoleArn", role, |arn| arn.starts_with("arn:aws:iam::") && arn.contains(":role"))?;
        let bucket = self.source_bucket_arn.as_deref().unwrap_or_default();
        pattern("SourceBucketArn", bucket, |arn| {
            arn.strip_prefix("arn:aws:s3:::").is_some_and(|name| !name.is_empty())
        })?;
        let version = self.airflow_version.as_deref().unwrap_or_default();
        pattern("AirflowVersion", version, |version| VERSIONS.contains(&version))?;
        let class = self.environment_class.as_deref().unwrap_or_default();
        pattern("EnvironmentClass", class, |class| CLASSES.contains(&class))?;
        if let Some(window) = &self.weekly_maintenance_window_start {
            pattern("WeeklyMaintenanceWindowStart", window, is_window)?;
        }
        if let Some(key) = &self.kms_key {
            pattern("KmsKey", key, |key| key.contains("alias/") || key.rsplit('/').next().is_some_and(is_uuid))?;
        }
        if self.webserver_access_mode == Some(AccessMode::PublicAndPrivate) {
            return Err(invalid("PUBLIC_AND_PRIVATE is available for Apache Airflow 3.2 and later."));
        }
        for (key, value) in self.airflow_configuration_options.iter().flatten() {
            pattern("AirflowConfigurationOptions", key, is_option)?;
            let printable =
                |value: &str| (1..=65536).contains(&value.len()) && value.bytes().all(|b| (32..127).contains(&b));
            pattern("AirflowConfigurationOptions", value, printable)?;
        }
        let network = self.network();
        if network.subnet_ids.len() != 2 || !(1..=5).contains(&network.security_group_ids.len()) {
            return Err(invalid("NetworkConfiguration must hold two subnets and one to five security groups."));
        }
        for (what, path, version) in self.files() {
            if path.is_some() && version.is_none_or(str::is_empty) {
                return Err(invalid(format!("{what}S3ObjectVersion must be set along with {what}S3Path.")));
            }
        }
        self.check_numbers()
    }

    fn check_numbers(&self) -> Result<(), Fault> {
        let (least, most) = (self.min_workers.unwrap_or(1), self.max_workers.unwrap_or(10));
        if !(1..=MOST_WORKERS).contains(&most) || !(1..=most).contains(&least) {
            return Err(invalid(format!(
                "MinWorkers must be between 1 and MaxWorkers, and MaxWorkers at most {MOST_WORKERS}."
            )));
        }
        let allowed = if self.is_micro() { 1..=1 } else { 2..=5 };
        let counts = [
            ("Schedulers", self.schedulers),
            ("MinWebservers", self.min_webservers),
            ("MaxWebservers", self.max_webservers),
        ];
        for (member, count) in counts {
            if !count.is_some_and(|count| allowed.contains(&count)) {
                let (least, most) = (allowed.start(), allowed.end());
                let class = self.environment_class.as_deref().unwrap_or_default();
                return Err(invalid(format!("{member} must be between {least} and {most} for {class}.")));
            }
        }
        if self.min_webservers > self.max_webservers {
            return Err(invalid("MinWebservers must not be greater than MaxWebservers."));
        }
        Ok(())
    }
}

fn pattern(member: &str, value: &str, fits: impl Fn(&str) -> bool) -> Result<(), Fault> {
    if fits(value) {
        return Ok(());
    }
    Err(invalid(format!(
        "1 validation error detected: Value at '{member}' failed to satisfy constraint: '{value}' is not allowed."
    )))
}

/// `[a-zA-Z][0-9a-zA-Z-_]*`, at most 80 characters.
pub(super) fn check_name(name: &str) -> Result<(), Fault> {
    pattern("Name", name, |name| {
        name.starts_with(|first: char| first.is_ascii_alphabetic())
            && name.len() <= 80
            && name.chars().all(|character| character.is_ascii_alphanumeric() || "-_".contains(character))
    })
}

/// `DAY:HH:MM`, minutes 00 or 30.
fn is_window(window: &str) -> bool {
    let mut parts = window.split(':');
    let day = parts.next().is_some_and(|day| ["MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN"].contains(&day));
    let hour = parts.next().is_some_and(|hour| hour.len() == 2 && hour.parse::<u8>().is_ok_and(|hour| hour < 24));
    day && hour && parts.next().is_some_and(|minute| ["00", "30"].contains(&minute)) && parts.next().is_none()
}

/// `[a-z]+([a-z0-9._]*[a-z0-9_]+)?`, at most 64 characters.
fn is_option(key: &str) -> bool {
    let allowed =
        |character: char| character.is_ascii_lowercase() || character.is_ascii_digit() || "._".contains(character);
    key.len() <= 64
        && key.starts_with(|first: char| first.is_ascii_lowercase())
        && key.chars().all(allowed)
        && !key.ends_with('.')
}

fn is_uuid(text: &str) -> bool {
    text.split('-').map(str::len).eq([8, 4, 4, 4, 12]) && text.chars().all(|c| c == '-' || c.is_ascii_hexdigit())
}
