//! One environment: what it is, how it changes by itself, and how it looks from outside.

use super::settings::{EndpointManagement, Settings, Strategy};
use super::{checks, network, not_found};
use crate::account::Account;
use crate::answer::Fault;
use crate::clock::{HOUR, MINUTE};
use crate::logs;
use crate::tags::Tags;
use crate::time::epoch_seconds;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

/// How long an environment takes to start.
pub(super) const CREATING: u64 = 25 * MINUTE;
/// How long it takes until the customer's endpoints are waited for.
pub(super) const BEFORE_ENDPOINTS: u64 = 5 * MINUTE;
/// How long the customer's endpoints are waited for.
const PATIENCE: u64 = 72 * HOUR;
/// How long an update takes.
pub(super) const UPDATING: u64 = 15 * MINUTE;
/// How long the database is copied before another version is installed.
pub(super) const SNAPSHOT: u64 = 10 * MINUTE;
/// How long it takes to go back to what was before.
const ROLLING_BACK: u64 = 10 * MINUTE;
/// How long an environment takes to stop.
pub(super) const DELETING: u64 = 12 * MINUTE;

/// An environment.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Environment {
    pub arn: String,
    pub created: u64,
    pub status: Status,
    /// When the status changes by itself.
    pub due: Option<u64>,
    pub settings: Settings,
    /// What the running update makes of it.
    pub next: Option<Box<Settings>>,
    pub last_update: Option<LastUpdate>,
    pub tags: Tags,
    /// What makes its names in other accounts unique.
    pub id: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(super) enum Status {
    Creating,
    Pending,
    CreateFailed,
    Available,
    CreatingSnapshot,
    Updating,
    RollingBack,
    UpdateFailed,
    Deleting,
}

impl Status {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Creating => "CREATING",
            Self::Pending => "PENDING",
            Self::CreateFailed => "CREATE_FAILED",
            Self::Available => "AVAILABLE",
            Self::CreatingSnapshot => "CREATING_SNAPSHOT",
            Self::Updating => "UPDATING",
            Self::RollingBack => "ROLLING_BACK",
            Self::UpdateFailed => "UPDATE_FAILED",
            Self::Deleting => "DELETING",
        }
    }
}

/// How the last update went.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct LastUpdate {
    pub created: u64,
    pub status: UpdateStatus,
    pub error: Option<(String, String)>,
    pub strategy: Option<Strategy>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub(super) enum UpdateStatus {
    Success,
    Pending,
    Failed,
}

impl Environment {
    pub(super) fn exists(&self, now: u64) -> bool {
        self.status != Status::Deleting || self.due.is_none_or(|due| due > now)
    }

    /// The services that endpoints to its web server and its database lead to.
    fn endpoint_services(&self, region: &str) -> [String; 2] {
        let (web, database) = self.id.split_at(17.min(self.id.len() / 2));
        [web, database].map(|id| format!("com.amazonaws.vpce.{region}.vpce-svc-0{id}"))
    }

    fn log_group(&self, part: &str) -> String {
        format!("airflow-{}-{part}", self.settings.name)
    }

    /// The member `Environment` of an answer.
    pub(super) fn shown(&self, account: &Account) -> Value {
        let mut shown = match json!(self.settings) {
            Value::Object(members) => members,
            _ => Map::new(),
        };
        shown.retain(|_, value| !value.is_null());
        shown.remove("Tags");
        shown.remove("WorkerReplacementStrategy");
        let mut logging = Map::new();
        for (name, part, module) in self.settings.logging_configuration.iter().flat_map(|logging| logging.modules()) {
            let mut module = json!(module);
            if module["Enabled"] == true {
                let group = format!("log-group:{}", self.log_group(part));
                module["CloudWatchLogGroupArn"] = account.arn("logs", &group).into();
            }
            logging.insert(name.into(), module);
        }
        shown.insert("LoggingConfiguration".into(), logging.into());
        let mut add = |name: &str, value: Value| drop(shown.insert(name.into(), value));
        add("Arn", self.arn.as_str().into());
        add("Status", json!(self.status));
        add("CreatedAt", epoch_seconds(self.created));
        add("Tags", json!(self.tags));
        let role = "aws-service-role/airflow.amazonaws.com/AWSServiceRoleForAmazonMWAA";
        add("ServiceRoleArn", format!("arn:aws:iam::{}:role/{role}", account.id).into());
        if let Some(update) = &self.last_update {
            add("LastUpdate", update.shown());
        }
        if !matches!(self.status, Status::Creating | Status::CreateFailed) {
            let [web, database] = self.endpoint_services(&account.region);
            add("WebserverVpcEndpointService", web.into());
            add("DatabaseVpcEndpointService", database.into());
            let queue = format!("arn:aws:sqs:{}:000000000001:airflow-celery-{}", account.region, self.id);
            add("CeleryExecutorQueue", queue.into());
        }
        if !matches!(self.status, Status::Creating | Status::CreateFailed | Status::Pending) {
            let private = self.settings.webserver_access_mode == Some(super::settings::AccessMode::PrivateOnly);
            let suffix = if private { "-vpce" } else { "" };
            let url = format!("{}{suffix}.c1.{}.airflow.amazonaws.com", self.id, account.region);
            add("WebserverUrl", url.into());
        }
        shown.into()
    }

    /// Does what is due; false when nothing is.
    fn advance(&mut self, account: &mut Account) -> bool {
        let now = account.now;
        let Some(due) = self.due.filter(|due| *due <= now || self.status == Status::Pending) else { return false };
        match self.status {
            Status::Creating if self.waits_for_endpoints() => {
                (self.status, self.due) = (Status::Pending, Some(due + PATIENCE));
            }
            Status::Pending => {
                let services = self.endpoint_services(&account.region);
                let services = services.each_ref().map(String::as_str);
                if network::has_endpoints(account, &services) {
                    (self.status, self.due) = (Status::Creating, Some(now + CREATING - BEFORE_ENDPOINTS));
                } else if due <= now {
                    self.fail_creation(
                        account,
                        ("INCORRECT_CONFIGURATION".into(), "The VPC endpoints are missing.".into()),
                    );
                } else {
                    return false;
                }
            }
            Status::Creating => match checks::start(account, &self.settings) {
                Ok(()) => self.become_available(account),
                Err(error) => self.fail_creation(account, error),
            },
            Status::CreatingSnapshot => (self.status, self.due) = (Status::Updating, Some(due + 2 * UPDATING)),
            Status::Updating => {
                let next = self.next.take().map_or_else(|| self.settings.clone(), |next| *next);
                match checks::start(account, &next) {
                    Ok(()) => {
                        self.settings = next;
                        network::regroup(account, &self.arn, &self.settings.network().security_group_ids);
                        self.become_available(account);
                    }
                    Err(error) => {
                        (self.status, self.due) = (Status::RollingBack, Some(due + ROLLING_BACK));
                        self.end_update(UpdateStatus::Pending, Some(error));
                    }
                }
            }
            Status::RollingBack => {
                (self.status, self.due) = (Status::UpdateFailed, None);
                let error = self.last_update.as_mut().and_then(|update| update.error.take());
                self.end_update(UpdateStatus::Failed, error);
            }
            _ => return false,
        }
        true
    }

    /// Whether the customer's endpoints have not been waited for yet: creation pauses once, early.
    fn waits_for_endpoints(&self) -> bool {
        let customer = self.settings.endpoint_management == Some(EndpointManagement::Customer);
        customer && self.due == Some(self.created + BEFORE_ENDPOINTS)
    }

    fn become_available(&mut self, account: &mut Account) {
        (self.status, self.due) = (Status::Available, None);
        if self.last_update.is_some() {
            self.end_update(UpdateStatus::Success, None);
        }
        for (_, part, module) in self.settings.logging_configuration.iter().flat_map(|logging| logging.modules()) {
            if module.is_some_and(|module| module.enabled) {
                logs::ensure(account, &self.log_group(part));
            }
        }
    }

    fn fail_creation(&mut self, account: &mut Account, error: (String, String)) {
        (self.status, self.due) = (Status::CreateFailed, None);
        let (created, status) = (self.created, UpdateStatus::Failed);
        self.last_update = Some(LastUpdate { created, status, error: Some(error), strategy: None });
        network::release(account, &self.arn, 0);
    }

    fn end_update(&mut self, status: UpdateStatus, error: Option<(String, String)>) {
        if let Some(update) = &mut self.last_update {
            (update.status, update.error) = (status, error);
        }
    }
}

impl LastUpdate {
    fn shown(&self) -> Value {
        let mut shown = json!({ "CreatedAt": epoch_seconds(self.created), "Status": self.status });
        if let Some((code, message)) = self.error.as_ref().filter(|_| self.status == UpdateStatus::Failed) {
            shown["Error"] = json!({ "ErrorCode": code, "ErrorMessage": message });
        }
        if let Some(strategy) = self.strategy {
            shown["WorkerReplacementStrategy"] = json!(strategy);
        }
        shown
    }
}

/// Makes what is due happen in every environment.
pub(super) fn settle(account: &mut Account) {
    let now = account.now;
    account.airflow.environments.retain(|_, environment| environment.exists(now));
    let names: Vec<String> = account.airflow.environments.keys().cloned().collect();
    for name in names {
        let Some(mut environment) = account.airflow.environments.remove(&name) else { continue };
        while environment.advance(account) {}
        account.airflow.environments.insert(name, environment);
    }
}

/// The environment `name`, up to date.
pub(super) fn find<'a>(account: &'a mut Account, name: &str) -> Result<&'a mut Environment, Fault> {
    settle(account);
    account.airflow.environments.get_mut(name).ok_or_else(|| not_found(name))
}
