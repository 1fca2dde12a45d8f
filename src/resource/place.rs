//! Where a stack is.

use std::fmt::Display;

/// Where a stack is, for names and ARNs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// `aws`, `aws-cn` or `aws-us-gov`.
    pub partition: &'static str,
    /// The region, such as `us-east-1`.
    pub region: String,
    /// The account id, 12 digits.
    pub account: String,
    /// The name of the stack.
    pub stack: String,
}

impl Place {
    /// The place of `stack` in `region` of `account`; the region says the partition.
    pub fn new(stack: impl Into<String>, region: impl Into<String>, account: impl Into<String>) -> Self {
        let region = region.into();
        let partition = match region.split('-').next() {
            Some("cn") => "aws-cn",
            Some("us") if region.starts_with("us-gov-") => "aws-us-gov",
            _ => "aws",
        };
        Self { partition, region, account: account.into(), stack: stack.into() }
    }

    /// The ARN of `resource`, such as `stream/x`, in `service` of this account and region.
    pub fn arn(&self, service: &str, resource: impl Display) -> String {
        format!("arn:{}:{service}:{}:{}:{resource}", self.partition, self.region, self.account)
    }

    /// The ARN of `resource`, such as `role/x`, of IAM, which has no regions.
    pub fn iam(&self, resource: impl Display) -> String {
        format!("arn:{}:iam::{}:{resource}", self.partition, self.account)
    }

    /// The ARN of a bucket or of objects in it.
    pub fn s3(&self, resource: impl Display) -> String {
        format!("arn:{}:s3:::{resource}", self.partition)
    }

    /// The ARN of what API Gateway knows by `path`, such as `/restapis/x`; its ARNs have no account.
    pub fn apigateway(&self, path: impl Display) -> String {
        format!("arn:{}:apigateway:{}::{path}", self.partition, self.region)
    }

    /// The ARN of a policy that AWS manages.
    pub fn managed_policy(&self, name: &str) -> String {
        format!("arn:{}:iam::aws:policy/{name}", self.partition)
    }

    /// The name of the bucket that runs agree by.
    pub fn control_bucket(&self) -> String {
        format!("aqueduct-{}-{}", self.account, self.region)
    }

    /// Where in that bucket the stack's lease is.
    pub fn lease(&self) -> String {
        format!("leases/{}.json", self.stack)
    }

    /// The IAM path that holds the roles and profiles of the stack in this region.
    pub fn iam_path(&self) -> String {
        format!("/aqueduct/{}/{}/", self.stack, self.region)
    }
}
