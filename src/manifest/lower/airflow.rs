//! `airflow`: the MWAA environment, its bucket, files, role and network.

use super::Lowering;
use super::network::Network;
use super::policies::{airflow, trust};
use crate::kinds::ec2::security_group::{Peer, Rule};
use crate::kinds::logs::log_group::{LogGroup, Retention};
use crate::kinds::mwaa::environment::{
    EndpointManagement, Environment, File, Level, Logging, WebserverAccess, WorkerReplacement,
};
use crate::kinds::mwaa::log_groups;
use crate::kinds::s3::bucket::Bucket;
use crate::kinds::s3::object::Object;
use crate::manifest::airflow::{self as section, Airflow};
use crate::manifest::decode::Spanned;
use crate::resource::{Auto, Fixed, Initial, Policy, Ref, Set};
use serde_json::json;
use std::path::Path;

const AIRFLOW: &str = "airflow";
/// Where DAGs lie in the bucket.
const DAGS: &str = "dags";

impl Lowering<'_> {
    pub(super) fn airflow(&mut self, network: &Network) {
        let Some(section) = &self.manifest.airflow else { return };
        let name = section.name.as_ref().map_or_else(|| self.named(AIRFLOW), |name| name.value.clone());
        let (bucket_key, bucket) = self.airflow_bucket(section);
        self.upload_folder(DAGS, &bucket, DAGS, &section.dags);
        let requirements = self.file("requirements", &bucket, section.requirements.as_ref());
        let plugins = self.file("plugins", &bucket, section.plugins.as_ref());
        let startup_script = self.file("startup-script", &bucket, section.startup_script.as_ref());
        let itself = Rule {
            protocol: "-1".into(),
            from_port: None,
            to_port: None,
            peer: Peer::Itself,
            description: Some("Machines of the environment among themselves".into()),
        };
        let group = network.group(self.named(AIRFLOW), "Airflow environment", vec![itself]);
        let group = self.security_group(AIRFLOW, &group);
        self.airflow_role(section, &name, &bucket_key);
        let of_micro = section.class.value == section::Class::Micro;
        let fewest = if of_micro { 1 } else { 2 };
        let given = |value: &Option<Spanned<i32>>| value.as_ref().map(|value| value.value);
        let min_webservers = given(&section.min_webservers).unwrap_or(fewest);
        let logging = logging(&section.logs);
        let mut needs = network.needs().0;
        needs.extend(self.airflow_logs(&name, &logging, section.logs.retention_days));
        let options = section.options.iter().map(|(key, value)| (key.value.clone(), value.clone()));
        let spec = Environment {
            name: Fixed(name),
            version: Auto(Some(section.version.value.clone())),
            class: section.class.word().into(),
            min_workers: section.min_workers.value,
            max_workers: section.max_workers.value,
            schedulers: Auto(Some(given(&section.schedulers).unwrap_or(fewest))),
            min_webservers: Auto(Some(min_webservers)),
            max_webservers: Auto(Some(given(&section.max_webservers).unwrap_or(min_webservers))),
            webserver_access: match *section.web_access {
                section::WebAccess::Private => WebserverAccess::PrivateOnly,
                section::WebAccess::Public => WebserverAccess::PublicOnly,
            },
            bucket: Ref::to(&bucket_key),
            dags_path: DAGS.into(),
            requirements,
            plugins,
            startup_script,
            role: Ref::to(AIRFLOW),
            subnets: Fixed(network.private.iter().take(2).cloned().collect()),
            security_groups: Set(vec![group]),
            options: options.collect(),
            logging,
            kms_key: Fixed(Auto(section.kms_key.as_ref().map(|key| key.value.clone()))),
            maintenance_window: Auto(section.maintenance_window.as_ref().map(|window| window.value.clone())),
            endpoint_management: Fixed(EndpointManagement::Service),
            worker_replacement: Initial(WorkerReplacement::Forced),
            needs: Initial(needs),
        };
        self.add(AIRFLOW, &spec);
    }

    /// The groups that the environment writes into, which must be there before MWAA makes them, and go after it.
    fn airflow_logs(&mut self, environment: &str, logging: &Logging, days: i32) -> Vec<String> {
        let groups = log_groups::groups(environment, logging).map(|(part, name)| {
            let (address, mut group) = (format!("{AIRFLOW}-{part}"), LogGroup::new(name));
            group.retention_days = Some(Retention::Days(days));
            self.add(&address, &group);
            Ref::<LogGroup>::to(&address).to_string()
        });
        groups.collect()
    }

    /// The name of the environment's bucket in `buckets`, or of one of its own.
    fn airflow_bucket(&mut self, section: &Airflow) -> (String, Ref<Bucket>) {
        match &section.bucket {
            Some(given) => (given.value.clone(), Ref::to(&given.value)),
            None if self.manifest.buckets.get(AIRFLOW).is_some() => (AIRFLOW.into(), Ref::to(AIRFLOW)),
            None => (AIRFLOW.into(), self.own_bucket(AIRFLOW)),
        }
    }

    fn file(&mut self, name: &str, bucket: &Ref<Bucket>, path: Option<&Spanned<String>>) -> Option<File> {
        let path = path?;
        let key = Path::new(&path.value).file_name()?.to_str()?.to_owned();
        self.upload(name, bucket.clone(), &key, path)?;
        Some(File { path: key, version: Ref::<Object, _>::to(name) })
    }

    fn airflow_role(&mut self, section: &Airflow, environment: &str, bucket: &str) {
        let trusted = trust(self.place, &["airflow.amazonaws.com", "airflow-env.amazonaws.com"], None);
        let physical = self.bucket_name(bucket);
        let key = section.kms_key.as_ref().map(|key| key.value.as_str());
        let mut role = crate::kinds::iam::role::Role::new(self.named_in_region(AIRFLOW), trusted);
        role.description = "The Airflow environment and its DAGs".into();
        role.inline.insert(AIRFLOW.into(), airflow(self.place, environment, self.delivery(bucket, &physical), key));
        if !section.permissions.is_empty() {
            let statements: Vec<_> = section.permissions.iter().map(|statement| &statement.value).collect();
            let document = json!({ "Version": "2012-10-17", "Statement": statements });
            role.inline.insert("dags".into(), Policy::new(document));
        }
        self.add(AIRFLOW, &role);
    }
}

fn logging(section: &section::AirflowLogs) -> Logging {
    let level = |level: section::Level| match level {
        section::Level::Off => None,
        section::Level::Debug => Some(Level::Debug),
        section::Level::Info => Some(Level::Info),
        section::Level::Warning => Some(Level::Warning),
        section::Level::Error => Some(Level::Error),
        section::Level::Critical => Some(Level::Critical),
    };
    Logging {
        dag_processing: level(section.dag_processing),
        scheduler: level(section.scheduler),
        task: level(section.task),
        webserver: level(section.webserver),
        worker: level(section.worker),
    }
}
