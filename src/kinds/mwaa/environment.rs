//! `mwaa/environment`: an Airflow environment of MWAA, found by its name (AWS.md §7).

mod wire;

use crate::attribute;
use crate::aws::{self, Class, Cx, Error, Tagging, found};
use crate::kinds::ec2::security_group::SecurityGroup;
use crate::kinds::ec2::subnet::Subnet;
use crate::kinds::iam::new_role;
use crate::kinds::iam::role::Role;
use crate::kinds::kafkaconnect::properties::Properties;
use crate::kinds::s3::bucket::Bucket;
use crate::kinds::s3::object::{Object, VersionId};
use crate::resource::{
    Actions, Arn, Auto, Changes, Dependent, Fixed, Initial, Kind, Live, Named, Needs, Place, Ref, Retry, Set, Status,
    Typical, Verb,
};
use aws_sdk_mwaa::types::{Environment as Reported, EnvironmentStatus, LastUpdate, UpdateStatus};
use aws_smithy_types::date_time::Format;
use futures::future::try_join_all;
use serde::{Deserialize, Serialize};
use std::time::Duration;

attribute!(
    /// Where Airflow's web pages are, `https://…`.
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
    /// Who makes the endpoints through which it is reached. With those of the customer it waits, up to
    /// 72 hours and without starting Airflow, for endpoints to the services that its outputs name.
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

/// What MWAA says of an environment that is in the middle of something.
const NOT_NOW: Retry =
    Retry { code: "ValidationException", message: "status cannot be", during: Duration::from_secs(3 * 60 * 60) };

/// What MWAA tries in a dry run.
const TRIED: &[&str] = &[
    "ec2:DescribeRouteTables",
    "ec2:DescribeSecurityGroups",
    "ec2:DescribeSubnets",
    "ec2:DescribeVpcs",
    "iam:ListRoles",
    "kms:DescribeKey",
    "kms:ListAliases",
    "s3:GetBucketLocation",
    "s3:GetEncryptionConfiguration",
    "s3:ListBucket",
    "s3:ListBucketVersions",
];

/// What MWAA makes in the subnets.
const MADE: &[&str] = &["ec2:CreateNetworkInterface", "ec2:CreateVpcEndpoint", "kms:CreateGrant"];

impl Kind for Environment {
    const OUTPUTS: &'static [&'static str] =
        &["arn", "webserver_url", "service_role", "celery_queue", "webserver_endpoint", "database_endpoint"];
    const VOLATILE: &'static [&'static str] = &["webserver_url"];
    const TAGGING: Tagging = Tagging::Mwaa;
    const ACTIONS: Actions = Actions {
        read: &["tag:GetResources", "airflow:GetEnvironment"],
        create: &["airflow:CreateEnvironment", "airflow:TagResource"],
        update: &["airflow:UpdateEnvironment", "airflow:TagResource", "airflow:UntagResource"],
        delete: &["airflow:DeleteEnvironment"],
        dependent: &[
            Dependent::pass_role("airflow.amazonaws.com", Verb::WRITE),
            Dependent::pass_role("airflow-env.amazonaws.com", Verb::WRITE),
            Dependent::service_linked_role("airflow.amazonaws.com", Verb::CREATE),
            Dependent::new(TRIED, Verb::WRITE, "MWAA tries as the caller whether the parts fit"),
            Dependent::new(MADE, Verb::CREATE, "MWAA makes endpoints and network interfaces in the subnets"),
        ],
    };
    // In which words MWAA refuses a role that is new is not known, so any do.
    const RETRY: &'static [Retry] = &[NOT_NOW, new_role("ValidationException", "")];
    const TYPICAL: Typical = Typical::seconds(25 * 60, 20 * 60, 15 * 60);
    const TIMEOUT: Duration = Duration::from_secs(3 * 60 * 60);

    fn arns(&self, place: &Place, _: Verb) -> Vec<String> {
        vec![place.arn("airflow", format!("environment/{}", *self.name))]
    }

    fn natural_id(&self) -> Option<String> {
        Some(self.name.0.clone())
    }

    async fn list(cx: &Cx) -> aws::Result<Vec<Live<Self>>> {
        let prefix = cx.arn("airflow", "environment/");
        let index = cx.tag_index().await?;
        let ours = index.keys().filter_map(|arn| arn.strip_prefix(&prefix));
        Ok(try_join_all(ours.map(|name| Self::read(cx, name))).await?.into_iter().flatten().collect())
    }

    async fn read(cx: &Cx, id: &str) -> aws::Result<Option<Live<Self>>> {
        let answer = cx.mwaa().get_environment().name(id).send().await.map_err(Error::from);
        let Some(environment) = found(answer)?.and_then(|answer| answer.environment) else { return Ok(None) };
        live(cx, id, environment)
    }

    async fn create(&self, cx: &Cx) -> aws::Result<String> {
        let call = self.request(cx.mwaa().create_environment())?;
        match call.set_tags(Some(cx.tags().into_iter().collect())).send().await.map_err(Error::from) {
            // MWAA has no code of its own for a name that is taken.
            Err(error) if error.is("ValidationException", "already exist") => {
                Err(Error { class: Class::AlreadyExists, ..error })
            }
            answer => answer.map(|_| self.name.0.clone()),
        }
    }

    async fn update(&self, cx: &Cx, live: &Live<Self>, changes: &Changes) -> aws::Result<()> {
        self.changed(cx.mwaa().update_environment().name(&live.id), changes)?.send().await?;
        Ok(())
    }

    async fn delete(cx: &Cx, live: &Live<Self>) -> aws::Result<()> {
        let leaving = |error: &Error| {
            ["DELETING status", "DELETED status"].iter().any(|state| error.is("ValidationException", state))
        };
        match cx.mwaa().delete_environment().name(&live.id).send().await.map_err(Error::from) {
            Err(error) if leaving(&error) => Ok(()),
            answer => found(answer).map(drop),
        }
    }
}

/// The environment `name` in its normal form; `None` for what is left of a deleted one.
fn live(cx: &Cx, name: &str, environment: Reported) -> aws::Result<Option<Live<Environment>>> {
    let customer = environment.endpoint_management == Some(aws_sdk_mwaa::types::EndpointManagement::Customer);
    let status = match &environment.status {
        // A failed update has left everything as it was.
        Some(EnvironmentStatus::Available | EnvironmentStatus::UpdateFailed) => Status::Ready,
        // It names what the customer's endpoints are to lead to, and waits for them.
        Some(EnvironmentStatus::Pending) if customer => Status::Ready,
        Some(EnvironmentStatus::Deleting) => Status::Deleting,
        Some(EnvironmentStatus::Deleted) => return Ok(None),
        Some(state @ (EnvironmentStatus::CreateFailed | EnvironmentStatus::Unavailable)) => {
            let why = environment.last_update.as_ref().map_or_else(|| "AWS gives no reason".into(), why);
            Status::Failed(format!("{}: {why}", state.as_str()))
        }
        other => Status::Pending(other.as_ref().map_or("in an unknown state", |state| state.as_str()).to_owned()),
    };
    let failed = environment.last_update.as_ref().filter(|update| update.status == Some(UpdateStatus::Failed));
    let undone = failed.map(|update| {
        let when = update.created_at.and_then(|time| time.fmt(Format::DateTime).ok());
        format!("update of {}: {}", when.as_deref().unwrap_or("unknown time"), why(update))
    });
    let tags = environment.tags.clone().unwrap_or_default();
    let url = environment.webserver_url.as_deref().map(|url| match url.starts_with("https://") {
        true => url.to_owned(),
        false => format!("https://{url}"),
    });
    let outputs = [
        ("arn", environment.arn.clone()),
        ("webserver_url", url),
        ("service_role", environment.service_role_arn.clone()),
        ("celery_queue", environment.celery_executor_queue.clone()),
        ("webserver_endpoint", environment.webserver_vpc_endpoint_service.clone()),
        ("database_endpoint", environment.database_vpc_endpoint_service.clone()),
    ];
    let mut live = Live::new(name, wire::normal_form(environment)?).tagged(cx, tags).status(status).undone(undone);
    live.outputs = outputs.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect();
    Ok(Some(live))
}

/// AWS's reason for the failure of an update.
fn why(update: &LastUpdate) -> String {
    let error = update.error.as_ref();
    let parts = [error.and_then(|error| error.error_code()), error.and_then(|error| error.error_message())];
    let parts: Vec<&str> = parts.into_iter().flatten().collect();
    if parts.is_empty() { "AWS gives no reason".into() } else { parts.join(": ") }
}
