//! AWS's own rate limits, per account and region (AWS.md §0.5).

use super::answer::Fault;
use super::call::Call;
use super::faults::{full_name, matches};
use std::collections::HashMap;

/// One limit: a bucket of `burst` calls that refills with `per_second`.
struct Limit {
    /// `service.Operation`, where each `*` stands for anything.
    pattern: &'static str,
    /// Whether all matching operations share one bucket. Otherwise each has its own.
    shared: bool,
    burst: f64,
    per_second: f64,
    /// Only calls that say nothing about what they want.
    unfiltered: bool,
    /// No further limit is looked at when this one matches.
    last: bool,
}

const fn own(pattern: &'static str, burst: f64, per_second: f64) -> Limit {
    Limit { pattern, shared: false, burst, per_second, unfiltered: false, last: true }
}

const fn unfiltered(pattern: &'static str) -> Limit {
    Limit { pattern, shared: false, burst: 50.0, per_second: 10.0, unfiltered: true, last: true }
}

const fn beside(pattern: &'static str, burst: f64, per_second: f64) -> Limit {
    Limit { pattern, shared: false, burst, per_second, unfiltered: false, last: false }
}

const LIMITS: &[Limit] = &[
    unfiltered("ec2.DescribeInstances"),
    unfiltered("ec2.DescribeInstanceStatus"),
    unfiltered("ec2.DescribeNetworkInterfaces"),
    unfiltered("ec2.DescribeSecurityGroups"),
    own("ec2.Describe*", 100.0, 20.0),
    own("ec2.Get*", 100.0, 20.0),
    own("ec2.CreateNatGateway", 10.0, 1.0),
    own("ec2.DeleteNatGateway", 10.0, 1.0),
    own("ec2.CreateVpcEndpoint", 4.0, 0.3),
    own("ec2.ModifyVpcEndpoint", 4.0, 0.3),
    own("ec2.DeleteVpcEndpoints", 4.0, 0.3),
    own("ec2.RunInstances", 5.0, 2.0),
    own("ec2.CreateTags", 100.0, 10.0),
    own("ec2.DeleteTags", 100.0, 10.0),
    own("ec2.TerminateInstances", 100.0, 5.0),
    own("ec2.*", 50.0, 5.0),
    Limit { pattern: "apigateway.*", shared: true, burst: 40.0, per_second: 10.0, unfiltered: false, last: false },
    beside("apigateway.CreateRestApi", 1.0, 1.0 / 3.0),
    beside("apigateway.ImportRestApi", 1.0, 1.0 / 3.0),
    beside("apigateway.DeleteRestApi", 1.0, 1.0 / 30.0),
    beside("apigateway.CreateDeployment", 1.0, 1.0 / 5.0),
    beside("apigateway.CreateResource", 5.0, 5.0),
    beside("apigateway.DeleteResource", 5.0, 5.0),
    beside("apigateway.GetResources", 5.0, 2.5),
    beside("apigateway.PutRestApi", 1.0, 1.0),
    beside("apigateway.CreateApiKey", 5.0, 5.0),
    beside("apigateway.DeleteApiKey", 5.0, 5.0),
    beside("apigateway.UpdateUsagePlan", 1.0, 1.0 / 20.0),
    beside("apigateway.UpdateAccount", 1.0, 1.0 / 20.0),
    own("kinesis.CreateStream", 5.0, 5.0),
    own("kinesis.DeleteStream", 5.0, 5.0),
    own("kinesis.AddTagsToStream", 5.0, 5.0),
    own("kinesis.ListStreams", 5.0, 5.0),
    own("kinesis.ListTagsForStream", 5.0, 5.0),
    own("kinesis.RegisterStreamConsumer", 5.0, 5.0),
    own("kinesis.DescribeStream", 10.0, 10.0),
    own("kinesis.DescribeStreamSummary", 20.0, 20.0),
    own("kinesis.DescribeStreamConsumer", 20.0, 20.0),
    own("kinesis.UpdateShardCount", 10.0, 10.0),
    own("kinesis.UpdateStreamWarmThroughput", 5.0, 5.0),
    own("kinesis.UpdateAccountSettings", 5.0, 5.0),
    own("kinesis.DescribeAccountSettings", 5.0, 5.0),
];

/// How full the buckets are.
#[derive(Debug, Default)]
pub(super) struct Limits {
    buckets: HashMap<(usize, &'static str, String), Bucket>,
}

#[derive(Clone, Copy, Debug)]
struct Bucket {
    tokens: f64,
    at: u64,
}

impl Limits {
    /// Takes a token from every bucket that `call` falls under, or from none when one of them is empty.
    ///
    /// # Errors
    /// The service's answer to too many calls.
    pub(super) fn take(&mut self, call: &Call) -> Result<(), Fault> {
        let mut filled = Vec::new();
        let name = full_name(call.service, call.operation);
        for (index, limit) in LIMITS.iter().enumerate() {
            if !matches(limit.pattern, &name) || (limit.unfiltered && !call.params().only_action()) {
                continue;
            }
            let operation = if limit.shared { "" } else { call.operation.name };
            let key = (index, operation, call.region.clone());
            let mut bucket = self.buckets.get(&key).copied().unwrap_or(Bucket { tokens: limit.burst, at: call.now });
            let seconds = call.now.saturating_sub(bucket.at) as f64 / 1_000.0;
            bucket.tokens = (bucket.tokens + seconds * limit.per_second).min(limit.burst);
            bucket.at = bucket.at.max(call.now);
            if bucket.tokens < 1.0 {
                return Err(throttled(call, (1.0 - bucket.tokens) / limit.per_second));
            }
            bucket.tokens -= 1.0;
            filled.push((key, bucket));
            if limit.last {
                break;
            }
        }
        self.buckets.extend(filled);
        Ok(())
    }
}

/// How the service says that there were too many calls. `after` is when the next may come, in seconds.
pub(super) fn throttled(call: &Call, after: f64) -> Fault {
    let (status, code) = call.service.throttle;
    let message = match call.service.name {
        "ec2" => "Request limit exceeded.".to_owned(),
        "kinesis" => format!("Rate exceeded for account {} in {}.", call.operation.name, call.region),
        "kafka" | "apigateway" => "Too Many Requests".to_owned(),
        "s3" => "Please reduce your request rate.".to_owned(),
        _ => "Rate exceeded".to_owned(),
    };
    let fault = Fault::new(status, code, message);
    match status {
        429 => fault.with_header("Retry-After", (after.ceil().max(1.0) as u64).to_string()),
        _ => fault,
    }
}
