//! The operations that changes of clusters are.

use super::cluster;
use super::shapes::bare;
use super::{Paging, not_found, with_token};
use crate::account::Account;
use crate::answer::{Answer, Fault};
use crate::call::Call;
use crate::clock::SECOND;
use crate::operation;
use crate::time::iso8601;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

pub(super) const OPERATIONS: &[operation::Operation] = &[
    operation::Operation::read("DescribeClusterOperation", describe).at("GET", "/v1/operations/{clusterOperationArn}"),
    operation::Operation::read("DescribeClusterOperationV2", describe_v2)
        .at("GET", "/api/v2/operations/{clusterOperationArn}"),
    operation::Operation::read("ListClusterOperations", list).at("GET", "/v1/clusters/{clusterArn}/operations"),
    operation::Operation::read("ListClusterOperationsV2", list_v2)
        .at("GET", "/api/v2/clusters/{clusterArn}/operations"),
];

/// How long an operation waits before it begins.
const PENDING: u64 = 5 * SECOND;

/// One change of a cluster.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Operation {
    pub arn: String,
    /// `UPDATE_MONITORING`
    pub kind: String,
    pub started: u64,
    pub ends: u64,
    /// What changes, before.
    pub source: Value,
    /// What changes, afterwards.
    pub target: Value,
    /// The code and the text of what goes wrong in the end, so that nothing changes.
    #[serde(default)]
    pub failure: Option<(String, String)>,
}

impl Operation {
    fn state(&self, now: u64) -> &'static str {
        match now {
            now if now >= self.ends && self.failure.is_some() => "UPDATE_FAILED",
            now if now >= self.ends => "UPDATE_COMPLETE",
            now if now >= self.started + PENDING => "UPDATE_IN_PROGRESS",
            _ => "PENDING",
        }
    }

    fn end(&self, now: u64) -> Option<String> {
        (now >= self.ends).then(|| iso8601(self.ends))
    }

    fn error(&self, now: u64) -> Option<Value> {
        let (code, text) = self.failure.as_ref().filter(|_| now >= self.ends)?;
        Some(json!({ "errorCode": code, "errorString": text }))
    }

    fn summary(&self, cluster: &str, kind: &str, now: u64) -> Value {
        json!({
            "clusterArn": cluster,
            "clusterType": kind,
            "startTime": iso8601(self.started),
            "endTime": self.end(now),
            "operationArn": self.arn,
            "operationState": self.state(now),
            "operationType": self.kind,
        })
    }

    fn v1(&self, cluster: &str, now: u64) -> Value {
        json!({
            "clusterArn": cluster,
            "creationTime": iso8601(self.started),
            "endTime": self.end(now),
            "errorInfo": self.error(now),
            "operationArn": self.arn,
            "operationState": self.state(now),
            "operationType": self.kind,
            "sourceClusterInfo": self.source,
            "targetClusterInfo": self.target,
        })
    }
}

/// The members of `after` that differ from `before`, as they were and as they are.
pub(super) fn difference(before: &Value, after: &Value) -> (Value, Value) {
    let none = serde_json::Map::new();
    let (before, after) = (before.as_object().unwrap_or(&none), after.as_object().unwrap_or(&none));
    let changed = |name: &&String| before.get(*name) != after.get(*name);
    let pick = |from: &serde_json::Map<String, Value>| -> Value {
        let names = after.keys().filter(changed);
        names.filter_map(|name| Some((name.clone(), from.get(name)?.clone()))).collect()
    };
    (pick(before), pick(after))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct One {
    cluster_operation_arn: String,
}

/// The operation with the ARN and the type of its cluster.
fn find(account: &mut Account, arn: &str) -> Result<(Operation, String, &'static str), Fault> {
    let found = cluster::all(account).find_map(|cluster| {
        let operation = cluster.operations.iter().find(|operation| operation.arn == arn)?;
        Some((operation.clone(), cluster.arn.clone(), cluster.kind()))
    });
    found.ok_or_else(|| not_found("clusterOperationArn", format!("Cluster operation {arn} does not exist.")))
}

fn describe(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let (operation, cluster, _) = find(account, &call.input::<One>()?.cluster_operation_arn)?;
    Answer::json(bare(json!({ "clusterOperationInfo": operation.v1(&cluster, account.now) })))
}

fn describe_v2(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let (operation, cluster, kind) = find(account, &call.input::<One>()?.cluster_operation_arn)?;
    let mut info = operation.summary(&cluster, kind, account.now);
    info["errorInfo"] = json!(operation.error(account.now));
    info["provisioned"] = json!({ "sourceClusterInfo": operation.source, "targetClusterInfo": operation.target });
    Answer::json(bare(json!({ "clusterOperationInfo": info })))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct List {
    cluster_arn: String,
    max_results: Option<usize>,
    next_token: Option<String>,
}

fn list(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    page(account, call, |operation, cluster, _, now| operation.v1(cluster, now))
}

fn list_v2(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    page(account, call, Operation::summary)
}

fn page(account: &mut Account, call: &Call, shape: fn(&Operation, &str, &str, u64) -> Value) -> Result<Answer, Fault> {
    let List { cluster_arn, max_results, next_token } = call.input()?;
    let now = account.now;
    let cluster = cluster::find(account, &cluster_arn)?;
    // AWS promises no order, so clients must not count on one.
    let all = cluster.operations.iter().map(|operation| bare(shape(operation, &cluster.arn, cluster.kind(), now)));
    let (page, next) = Paging { max_results, next_token }.page(all)?;
    Answer::json(with_token(json!({ "clusterOperationInfoList": page }), next))
}
