//! Rate budgets: we never ask faster than AWS answers (AWS.md §0.5).

use super::Pace;
use std::collections::HashMap;
use std::sync::Mutex;
use std::time::Duration;
use tokio::time::Instant;

/// One of AWS's token buckets.
#[derive(Clone, Copy, Debug)]
struct Limit {
    /// The SDK's service id.
    service: &'static str,
    /// Operations: a name, a prefix that ends in `*`, or `*`.
    operations: &'static [&'static str],
    /// Calls that may be made at once.
    burst: f64,
    /// Calls a second after that.
    refill: f64,
}

const fn limit(service: &'static str, operations: &'static [&'static str], burst: f64, refill: f64) -> Limit {
    Limit { service, operations, burst, refill }
}

/// A call draws from every limit that it matches. Bursts are kept a little below AWS's, because
/// others use the account, too.
const LIMITS: &[Limit] = &[
    limit("EC2", &["Describe*", "Get*"], 80.0, 20.0),
    limit("EC2", &["CreateVpcEndpoint", "ModifyVpcEndpoint", "DeleteVpcEndpoints"], 3.0, 0.3),
    limit("EC2", &["CreateNatGateway", "DeleteNatGateway"], 8.0, 1.0),
    limit("EC2", &["RunInstances"], 5.0, 2.0),
    limit("EC2", &["CreateTags", "DeleteTags"], 80.0, 10.0),
    limit("EC2", &["Create*", "Modify*", "Delete*", "A*", "Re*", "D*"], 40.0, 5.0),
    limit("API Gateway", &["*"], 30.0, 10.0),
    limit("API Gateway", &["GetResources"], 4.0, 2.5),
    limit("API Gateway", &["CreateRestApi", "ImportRestApi"], 1.0, 0.33),
    limit("API Gateway", &["DeleteRestApi"], 1.0, 0.033),
    limit("API Gateway", &["CreateDeployment"], 1.0, 0.2),
    limit("API Gateway", &["PutRestApi"], 1.0, 1.0),
    limit("API Gateway", &["CreateApiKey", "DeleteApiKey"], 4.0, 5.0),
    limit("API Gateway", &["UpdateUsagePlan"], 1.0, 0.05),
    limit("API Gateway", &["UpdateAccount"], 1.0, 0.05),
    limit("Kinesis", &["CreateStream"], 4.0, 5.0),
    limit("Kinesis", &["DeleteStream"], 4.0, 5.0),
    limit("Kinesis", &["AddTagsToStream", "RemoveTagsFromStream"], 4.0, 5.0),
    limit("Kinesis", &["ListStreams"], 4.0, 5.0),
    limit("Kinesis", &["ListTags*"], 4.0, 5.0),
    limit("Kinesis", &["DescribeStreamSummary"], 18.0, 20.0),
    limit(
        "IAM",
        &["Create*", "Put*", "Delete*", "Attach*", "Detach*", "Add*", "Remove*", "Update*", "Tag*", "Untag*"],
        20.0,
        5.0,
    ),
    limit("IAM", &["Get*", "List*"], 40.0, 15.0),
    limit("Kafka", &["CreateTopic", "UpdateTopic", "DeleteTopic"], 4.0, 2.0),
    limit("CloudWatch Logs", &["CreateLogGroup", "Put*", "Delete*", "DescribeLogGroups"], 5.0, 5.0),
];

impl Limit {
    fn fits(&self, service: &str, operation: &str) -> bool {
        let fits = |pattern: &&str| match pattern.strip_suffix('*') {
            Some(prefix) => operation.starts_with(prefix),
            None => operation == *pattern,
        };
        self.service == service && self.operations.iter().any(fits)
    }
}

#[derive(Clone, Copy, Debug)]
struct Bucket {
    tokens: f64,
    at: Instant,
}

/// The buckets of one account and region.
#[derive(Debug)]
pub(crate) struct Budget {
    pace: Pace,
    buckets: Mutex<HashMap<usize, Bucket>>,
}

impl Budget {
    /// Full buckets, refilled at `pace`.
    pub(crate) fn new(pace: Pace) -> Self {
        Self { pace, buckets: Mutex::default() }
    }

    /// Waits until the call may be made.
    pub(crate) async fn admit(&self, service: &str, operation: &str) {
        let wait = self.reserve(service, operation);
        if !wait.is_zero() {
            self.pace.sleep(wait).await;
        }
    }

    /// Draws a token from each matching bucket, on credit if need be; returns how long to wait.
    fn reserve(&self, service: &str, operation: &str) -> Duration {
        let mut buckets = self.buckets.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        let mut wait = 0.0_f64;
        for (index, limit) in LIMITS.iter().enumerate().filter(|(_, limit)| limit.fits(service, operation)) {
            let bucket = buckets.entry(index).or_insert(Bucket { tokens: limit.burst, at: Instant::now() });
            let refilled = self.pace.since(bucket.at).as_secs_f64() * limit.refill;
            bucket.tokens = (bucket.tokens + refilled).min(limit.burst) - 1.0;
            bucket.at = Instant::now();
            wait = wait.max(-bucket.tokens / limit.refill);
        }
        Duration::from_secs_f64(wait)
    }
}
