//! `apigateway/account`: the role with which API Gateway writes logs, one for the whole account
//! and region (AWS.md §5).

use crate::kinds::iam::role::Role;
use crate::resource::{Arn, Initial, Named, Ref};
use serde::{Deserialize, Serialize};

/// The role with which API Gateway writes logs, one for the whole account and region. All stacks
/// share it: a role that another stack or a person set is as good as our own and is left alone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Account {
    /// The role to set when none is.
    pub cloudwatch_role: CloudWatchRole,
}

/// The role of an account.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum CloudWatchRole {
    /// A role of this stack, known by its IAM path.
    Own(Ref<Role, Arn>),
    /// A role that is not of this stack; equal to any. Only `read` gives it.
    Foreign(Initial<Foreign>),
}

/// A role that is not of this stack.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Foreign {
    /// Its ARN.
    pub foreign: String,
}

impl Named for Account {
    const NAME: &'static str = "apigateway/account";
}
