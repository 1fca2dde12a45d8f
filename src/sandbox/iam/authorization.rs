//! What a caller must be allowed to: the IAM actions that each call needs, and on what (AWS.md part 3).
//!
//! One call of an API needs the action of the same name, unless something else is said here. What does not exist yet has
//! `*` in its ARN where AWS will choose an id.

mod ec2;
mod gateway;
mod identity;
mod managed;
mod storage;

use crate::account::Account;
use crate::call::Call;
use serde_json::Value;

/// One thing that a caller must be allowed to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Need {
    /// The action in full, `kinesis:CreateStream`.
    pub action: String,
    /// On what: ARNs, each of which must be allowed; `*` alone for actions that have no resource.
    pub resources: Vec<String>,
    /// Whether it is another service's action, which the called service takes in the caller's name.
    pub dependent: bool,
    /// What the request says, by condition key, beside tags: `iam:PassedToService`.
    pub context: Vec<(&'static str, String)>,
}

impl Need {
    fn on(action: impl Into<String>, resources: impl IntoIterator<Item = String>) -> Self {
        let resources = resources.into_iter().collect();
        Self { action: action.into(), resources, dependent: false, context: Vec::new() }
    }

    fn anywhere(action: impl Into<String>) -> Self {
        Self::on(action, ["*".to_owned()])
    }

    /// In the caller's name.
    fn dependent(mut self) -> Self {
        self.dependent = true;
        self
    }

    fn given(mut self, key: &'static str, value: impl Into<String>) -> Self {
        self.context.push((key, value.into()));
        self
    }
}

/// All that `call` needs in `account`.
pub fn needs(account: &Account, call: &Call) -> Vec<Need> {
    match call.service.name {
        "ec2" => ec2::needs(account, call),
        "elasticloadbalancing" => identity::load_balancing(call),
        "iam" => identity::needs(account, call),
        "s3" => storage::buckets(account, call),
        "logs" => storage::logs(call),
        "kinesis" => storage::streams(call),
        "kafka" => managed::kafka(account, call),
        "kafkaconnect" => managed::connect(call),
        "airflow" => managed::airflow(call),
        "apigateway" => gateway::needs(call),
        "tagging" => vec![Need::anywhere(format!("tag:{}", call.operation.name))],
        // Everybody may ask who he is.
        "sts" => vec![],
        other => vec![Need::anywhere(format!("{other}:{}", call.operation.name))],
    }
}

/// Actions in the caller's name that have no resource, or none that is known.
fn on_behalf<'a>(actions: impl IntoIterator<Item = &'a str>) -> impl Iterator<Item = Need> {
    actions.into_iter().map(|action| Need::anywhere(action).dependent())
}

/// Handing the role `arn` to `service`.
fn pass(arn: &str, service: &str) -> Need {
    Need::on("iam:PassRole", [arn.to_owned()]).dependent().given("iam:PassedToService", service)
}

/// Making the role that `service` itself works in.
fn service_linked(call: &Call, service: &str) -> Need {
    let role = format!("arn:aws:iam::{}:role/aws-service-role/{service}/*", call.account_id);
    Need::on("iam:CreateServiceLinkedRole", [role]).dependent().given("iam:AWSServiceName", service)
}

/// What the caller needs for the delivery of logs to the places that are switched on somewhere in `settings`.
fn log_delivery(settings: &Value) -> Vec<Need> {
    let mut actions = vec![];
    let to = |place: &str| switched_on(settings, place);
    let (logs, buckets, streams) = (to("cloudWatchLogs"), to("s3"), to("firehose"));
    if !(logs.is_empty() && buckets.is_empty() && streams.is_empty()) {
        actions.extend([
            "logs:CreateLogDelivery",
            "logs:GetLogDelivery",
            "logs:UpdateLogDelivery",
            "logs:DeleteLogDelivery",
            "logs:ListLogDeliveries",
            "logs:PutResourcePolicy",
            "logs:DescribeResourcePolicies",
            "logs:DescribeLogGroups",
        ]);
    }
    if !streams.is_empty() {
        actions.push("firehose:TagDeliveryStream");
    }
    let buckets = buckets.into_iter().map(|to| format!("arn:aws:s3:::{}", text(to, "/bucket")));
    let policies = buckets.flat_map(|bucket| {
        let actions = ["s3:GetBucketPolicy", "s3:PutBucketPolicy"];
        actions.map(|action| Need::on(action, [bucket.clone()]).dependent())
    });
    policies.chain(on_behalf(actions)).collect()
}

/// The structures `name` that `value` holds, at any depth, and that are enabled.
fn switched_on<'a>(value: &'a Value, name: &str) -> Vec<&'a Value> {
    let on = |key: &str, value: &Value| key == name && value.get("enabled") == Some(&Value::Bool(true));
    match value {
        Value::Object(fields) => {
            let here = fields.iter().filter(|(key, value)| on(key, value)).map(|(_, value)| value);
            here.chain(fields.values().flat_map(|value| switched_on(value, name))).collect()
        }
        Value::Array(items) => items.iter().flat_map(|item| switched_on(item, name)).collect(),
        _ => vec![],
    }
}

/// The input of a JSON protocol; null when it cannot be read, which the handler refuses.
fn input(call: &Call) -> Value {
    call.input().unwrap_or_default()
}

/// The text at `pointer`; empty when there is none.
fn text<'a>(value: &'a Value, pointer: &str) -> &'a str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

/// Whether something that is not empty stands at `pointer`.
fn filled(value: &Value, pointer: &str) -> bool {
    match value.pointer(pointer) {
        None | Some(Value::Null) => false,
        Some(Value::String(text)) => !text.is_empty(),
        Some(Value::Array(items)) => !items.is_empty(),
        Some(Value::Object(fields)) => !fields.is_empty(),
        Some(_) => true,
    }
}
