//! `apigateway/account`: the role with which API Gateway writes logs, one for the whole account
//! and region (AWS.md §5).

use crate::kinds::iam::role::Role;
use crate::resource::{Arn, Named, Ref};
use serde::{Deserialize, Serialize};

/// The role with which API Gateway writes logs, one for the whole account and region. All stacks
/// share it: a role that another stack or a person set is as good as our own and is left alone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Account {
    /// The role of this stack to set when none is.
    pub cloudwatch_role: Ref<Role, Arn>,
}

impl Named for Account {
    const NAME: &'static str = "apigateway/account";
}
