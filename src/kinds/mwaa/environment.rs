//! `mwaa/environment`: an Airflow environment of MWAA, found by its name (AWS.md §7).

use crate::attribute;
use crate::kinds::ec2::security_group::SecurityGroup;
use crate::kinds::ec2::subnet::Subnet;
use crate::kinds::iam::role::Role;
use crate::kinds::kafkaconnect::properties::Properties;
use crate::kinds::s3::bucket::Bucket;
use crate::kinds::s3::object::{Object, VersionId};
use crate::resource::{Arn, Auto, Fixed, Initial, Named, Needs, Ref, Set};
use serde::{Deserialize, Serialize};

attribute!(
    /// The host name of Airflow's web pages.
    pub WebserverUrl = "webserver_url"
);
attribute!(
    /// The ARN of the role that MWAA itself works as.
    pub ServiceRole = "service_role"
);

/// An Airflow environment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Environment {
    /// 1 to 80 of `a-z A-Z 0-9 - _`, a letter first; unique in account and region.
    pub name: Fixed<String>,
    /// The version of Airflow, such as `2.10.3`; left out, the newest when it is created.
    #[serde(default)]
    pub version: Auto<String>,
    /// The size of its machines: `mw1.micro`, `mw1.small` when left out, `mw1.medium`, `mw1.large`,
    /// `mw1.xlarge` or `mw1.2xlarge`.
    #[serde(default = "class")]
    pub class: String,
    /// At least so many workers; 1 when left out.
    #[serde(default = "min_workers")]
    pub min_workers: i32,
    /// At most so many workers, up to 25; 10 when left out.
    #[serde(default = "max_workers")]
    pub max_workers: i32,
    /// 2 to 5; of `mw1.micro` 1.
    #[serde(default)]
    pub schedulers: Auto<i32>,
    /// At least so many web servers, 2 to 5; of `mw1.micro` 1.
    #[serde(default)]
    pub min_webservers: Auto<i32>,
    /// At most so many web servers, 2 to 5; of `mw1.micro` 1.
    #[serde(default)]
    pub max_webservers: Auto<i32>,
    /// From where its web pages can be reached.
    #[serde(default)]
    pub webserver_access: WebserverAccess,
    /// The ARN of the bucket with DAGs and the files below, which must keep versions and be closed to
    /// the public.
    pub bucket: Ref<Bucket, Arn>,
    /// The folder with DAGs, relative to the bucket.
    pub dags_path: String,
    /// The file with Python requirements.
    #[serde(default)]
    pub requirements: Option<File>,
    /// The ZIP file with Airflow plugins.
    #[serde(default)]
    pub plugins: Option<File>,
    /// The script that each machine runs before Airflow starts.
    #[serde(default)]
    pub startup_script: Option<File>,
    /// The role that DAGs work as, which must trust `airflow.amazonaws.com` and
    /// `airflow-env.amazonaws.com`.
    pub role: Ref<Role, Arn>,
    /// Two private subnets in as many availability zones.
    pub subnets: Fixed<Set<Ref<Subnet>>>,
    /// One to five.
    pub security_groups: Set<Ref<SecurityGroup>>,
    /// Airflow's options, such as `core.load_examples`.
    #[serde(default)]
    pub options: Properties,
    /// What is logged to CloudWatch.
    #[serde(default)]
    pub logging: Logging,
    /// The KMS key that encrypts its data, by ARN or alias; left out, AWS's own.
    #[serde(default)]
    pub kms_key: Fixed<Auto<String>>,
    /// When AWS may maintain it, `DAY:HH:MM` in UTC, minutes 00 or 30.
    #[serde(default)]
    pub maintenance_window: Auto<String>,
    /// Who makes the endpoints through which it is reached. With those of the customer it stays
    /// pending until they are made, outside of this program.
    #[serde(default)]
    pub endpoint_management: Fixed<EndpointManagement>,
    /// What an update does with running tasks.
    #[serde(default)]
    pub worker_replacement: Initial<WorkerReplacement>,
    /// What must exist first though no field holds it: routes and endpoints to AWS's services.
    #[serde(default)]
    pub needs: Needs,
}

/// A file in the environment's bucket.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct File {
    /// Its key.
    pub path: String,
    /// Its version.
    pub version: Ref<Object, VersionId>,
}

/// From which level on each part of Airflow logs; none turns its log off.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Logging {
    /// Reading of DAG files.
    pub dag_processing: Option<Level>,
    /// Scheduling.
    pub scheduler: Option<Level>,
    /// Tasks.
    pub task: Option<Level>,
    /// The web server.
    pub webserver: Option<Level>,
    /// Workers.
    pub worker: Option<Level>,
}

/// From which level on is logged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// What stops everything.
    Critical,
    /// What fails.
    Error,
    /// What is odd.
    Warning,
    /// What happens.
    Info,
    /// Everything.
    Debug,
}

/// From where Airflow's web pages can be reached.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WebserverAccess {
    /// From inside the VPC.
    #[default]
    PrivateOnly,
    /// From the internet; users sign in with IAM.
    PublicOnly,
    /// From both, Airflow 3.2 and newer.
    PublicAndPrivate,
}

/// Who makes the endpoints through which an environment is reached.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EndpointManagement {
    /// MWAA.
    #[default]
    Service,
    /// The customer, as in a shared VPC.
    Customer,
}

/// What an update does with running tasks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WorkerReplacement {
    /// Stops them.
    #[default]
    Forced,
    /// Waits for them for up to 12 hours.
    Graceful,
}

fn class() -> String {
    "mw1.small".into()
}

fn min_workers() -> i32 {
    1
}

fn max_workers() -> i32 {
    10
}

impl Named for Environment {
    const NAME: &'static str = "mwaa/environment";
}
