//! Between an environment and what AWS's API calls it.

use super::{EndpointManagement, Environment, File, Level, Logging, WebserverAccess, WorkerReplacement};
use crate::aws::{self, Error};
use crate::kinds::kafkaconnect::properties::Properties;
use crate::resource::{Auto, Changes, Fixed, Initial, Needs, Ref};
use aws_sdk_mwaa::operation::create_environment::builders::CreateEnvironmentFluentBuilder;
use aws_sdk_mwaa::operation::update_environment::builders::UpdateEnvironmentFluentBuilder;
use aws_sdk_mwaa::types::{
    EndpointManagement as Endpoints, Environment as Reported, LoggingConfiguration, LoggingConfigurationInput,
    LoggingLevel, ModuleLoggingConfiguration, ModuleLoggingConfigurationInput, NetworkConfiguration,
    UpdateNetworkConfigurationInput, WebserverAccessMode, WorkerReplacementStrategy,
};

impl Environment {
    /// `call` with all that creation takes.
    pub(super) fn request(&self, call: CreateEnvironmentFluentBuilder) -> aws::Result<CreateEnvironmentFluentBuilder> {
        let subnets = self.subnets.iter().map(|subnet| subnet.value().to_owned()).collect();
        let network = NetworkConfiguration::builder().set_subnet_ids(Some(subnets));
        let network = network.set_security_group_ids(Some(self.groups())).build();
        let options = Some(&self.options.0).filter(|options| !options.is_empty());
        let (requirements, requirements_version) = parts(self.requirements.as_ref());
        let (plugins, plugins_version) = parts(self.plugins.as_ref());
        let (script, script_version) = parts(self.startup_script.as_ref());
        Ok(call
            .name(&*self.name)
            .set_airflow_version(self.version.0.clone())
            .environment_class(&self.class)
            .min_workers(self.min_workers)
            .max_workers(self.max_workers)
            .set_schedulers(*self.schedulers)
            .set_min_webservers(*self.min_webservers)
            .set_max_webservers(*self.max_webservers)
            .webserver_access_mode(self.webserver_access.aws())
            .source_bucket_arn(self.bucket.value())
            .dag_s3_path(&self.dags_path)
            .set_requirements_s3_path(requirements)
            .set_requirements_s3_object_version(requirements_version)
            .set_plugins_s3_path(plugins)
            .set_plugins_s3_object_version(plugins_version)
            .set_startup_script_s3_path(script)
            .set_startup_script_s3_object_version(script_version)
            .execution_role_arn(self.role.value())
            .network_configuration(network)
            .set_airflow_configuration_options(options.map(|options| options.clone().into_iter().collect()))
            .logging_configuration(self.logging.full()?)
            .set_kms_key(self.kms_key.0.0.clone())
            .set_weekly_maintenance_window_start(self.maintenance_window.0.clone())
            .endpoint_management(match *self.endpoint_management {
                EndpointManagement::Service => Endpoints::Service,
                EndpointManagement::Customer => Endpoints::Customer,
            }))
    }

    /// `call` with what changes. What belongs together is sent together; an empty text takes a file away.
    pub(super) fn changed(
        &self,
        mut call: UpdateEnvironmentFluentBuilder,
        changes: &Changes,
    ) -> aws::Result<UpdateEnvironmentFluentBuilder> {
        let touch = |field: &str| changes.touch(field);
        if touch("version") {
            call = call.set_airflow_version(self.version.0.clone());
        }
        if touch("class") {
            call = call.environment_class(&self.class);
        }
        if touch("min_workers") || touch("max_workers") {
            call = call.min_workers(self.min_workers).max_workers(self.max_workers);
        }
        if touch("schedulers") {
            call = call.set_schedulers(*self.schedulers);
        }
        if touch("min_webservers") || touch("max_webservers") {
            call = call.set_min_webservers(*self.min_webservers).set_max_webservers(*self.max_webservers);
        }
        if touch("webserver_access") {
            call = call.webserver_access_mode(self.webserver_access.aws());
        }
        if touch("bucket") {
            call = call.source_bucket_arn(self.bucket.value());
        }
        if touch("dags_path") || touch("bucket") {
            call = call.dag_s3_path(&self.dags_path);
        }
        let (path, version) = cleared(self.requirements.as_ref());
        if touch("requirements") {
            call = call.requirements_s3_path(path).requirements_s3_object_version(version);
        }
        let (path, version) = cleared(self.plugins.as_ref());
        if touch("plugins") {
            call = call.plugins_s3_path(path).plugins_s3_object_version(version);
        }
        let (path, version) = cleared(self.startup_script.as_ref());
        if touch("startup_script") {
            call = call.startup_script_s3_path(path).startup_script_s3_object_version(version);
        }
        if touch("role") {
            call = call.execution_role_arn(self.role.value());
        }
        if touch("security_groups") {
            let groups = UpdateNetworkConfigurationInput::builder().set_security_group_ids(Some(self.groups()));
            call = call.network_configuration(groups.build()?);
        }
        if touch("options") {
            call = call.set_airflow_configuration_options(Some(self.options.0.clone().into_iter().collect()));
        }
        if touch("logging") {
            call = call.logging_configuration(self.logging.full()?);
        }
        if touch("maintenance_window") {
            call = call.set_weekly_maintenance_window_start(self.maintenance_window.0.clone());
        }
        Ok(call.worker_replacement_strategy(match *self.worker_replacement {
            WorkerReplacement::Forced => WorkerReplacementStrategy::Forced,
            WorkerReplacement::Graceful => WorkerReplacementStrategy::Graceful,
        }))
    }

    fn groups(&self) -> Vec<String> {
        self.security_groups.iter().map(|group| group.value().to_owned()).collect()
    }
}

fn parts(file: Option<&File>) -> (Option<String>, Option<String>) {
    file.map(|file| (file.path.clone(), file.version.value().to_owned())).unzip()
}

fn cleared(file: Option<&File>) -> (String, String) {
    let (path, version) = parts(file);
    (path.unwrap_or_default(), version.unwrap_or_default())
}

impl WebserverAccess {
    fn aws(self) -> WebserverAccessMode {
        match self {
            Self::PrivateOnly => WebserverAccessMode::PrivateOnly,
            Self::PublicOnly => WebserverAccessMode::PublicOnly,
            Self::PublicAndPrivate => WebserverAccessMode::PublicAndPrivate,
        }
    }
}

impl Logging {
    /// Every part, so that those not named are off.
    fn full(&self) -> aws::Result<LoggingConfigurationInput> {
        let module = |level: Option<Level>| {
            let name = match level {
                Some(Level::Critical) => LoggingLevel::Critical,
                Some(Level::Error) => LoggingLevel::Error,
                Some(Level::Warning) => LoggingLevel::Warning,
                Some(Level::Debug) => LoggingLevel::Debug,
                // AWS wants a level also of what is off.
                Some(Level::Info) | None => LoggingLevel::Info,
            };
            ModuleLoggingConfigurationInput::builder().enabled(level.is_some()).log_level(name).build()
        };
        Ok(LoggingConfigurationInput::builder()
            .dag_processing_logs(module(self.dag_processing)?)
            .scheduler_logs(module(self.scheduler)?)
            .task_logs(module(self.task)?)
            .webserver_logs(module(self.webserver)?)
            .worker_logs(module(self.worker)?)
            .build())
    }

    fn read(logging: Option<LoggingConfiguration>) -> Self {
        let Some(logging) = logging else { return Self::default() };
        let level = |module: Option<ModuleLoggingConfiguration>| {
            let module = module.filter(|module| module.enabled == Some(true))?;
            Some(match module.log_level {
                Some(LoggingLevel::Critical) => Level::Critical,
                Some(LoggingLevel::Error) => Level::Error,
                Some(LoggingLevel::Warning) => Level::Warning,
                Some(LoggingLevel::Debug) => Level::Debug,
                _ => Level::Info,
            })
        };
        Self {
            dag_processing: level(logging.dag_processing_logs),
            scheduler: level(logging.scheduler_logs),
            task: level(logging.task_logs),
            webserver: level(logging.webserver_logs),
            worker: level(logging.worker_logs),
        }
    }
}

pub(super) fn normal_form(environment: Reported) -> aws::Result<Environment> {
    let lacks = |what: &str| Error::unreadable(format!("an environment's {what}"));
    let bucket = environment.source_bucket_arn.ok_or_else(|| lacks("bucket"))?;
    let name = bucket.rsplit(':').next().unwrap_or_default();
    // GetEnvironment may say `s3://bucket/path` where `path` was given.
    let relative = |path: String| {
        let stripped = path.strip_prefix("s3://").and_then(|path| path.strip_prefix(name)?.strip_prefix('/'));
        stripped.map_or_else(|| path.clone(), str::to_owned)
    };
    let file = |path: Option<String>, version: Option<String>| {
        let path = path.map(&relative).filter(|path| !path.is_empty())?;
        Some(File { path, version: Ref::existing(version.unwrap_or_default()) })
    };
    let network = environment.network_configuration.ok_or_else(|| lacks("network"))?;
    Ok(Environment {
        name: Fixed(environment.name.ok_or_else(|| lacks("name"))?),
        version: Auto(environment.airflow_version),
        class: environment.environment_class.ok_or_else(|| lacks("class"))?,
        min_workers: environment.min_workers.unwrap_or(super::min_workers()),
        max_workers: environment.max_workers.unwrap_or(super::max_workers()),
        schedulers: Auto(environment.schedulers),
        min_webservers: Auto(environment.min_webservers),
        max_webservers: Auto(environment.max_webservers),
        webserver_access: match environment.webserver_access_mode {
            Some(WebserverAccessMode::PublicOnly) => WebserverAccess::PublicOnly,
            Some(WebserverAccessMode::PublicAndPrivate) => WebserverAccess::PublicAndPrivate,
            _ => WebserverAccess::PrivateOnly,
        },
        dags_path: relative(environment.dag_s3_path.ok_or_else(|| lacks("path of DAGs"))?),
        requirements: file(environment.requirements_s3_path, environment.requirements_s3_object_version),
        plugins: file(environment.plugins_s3_path, environment.plugins_s3_object_version),
        startup_script: file(environment.startup_script_s3_path, environment.startup_script_s3_object_version),
        role: Ref::existing(environment.execution_role_arn.ok_or_else(|| lacks("role"))?),
        subnets: Fixed(network.subnet_ids.unwrap_or_default().into_iter().map(Ref::existing).collect()),
        security_groups: network.security_group_ids.unwrap_or_default().into_iter().map(Ref::existing).collect(),
        options: Properties::from_iter(environment.airflow_configuration_options.unwrap_or_default()),
        logging: Logging::read(environment.logging_configuration),
        kms_key: Fixed(Auto(environment.kms_key)),
        maintenance_window: Auto(environment.weekly_maintenance_window_start),
        endpoint_management: Fixed(match environment.endpoint_management {
            Some(Endpoints::Customer) => EndpointManagement::Customer,
            _ => EndpointManagement::Service,
        }),
        worker_replacement: Initial::default(),
        needs: Needs::default(),
        bucket: Ref::existing(bucket),
    })
}
