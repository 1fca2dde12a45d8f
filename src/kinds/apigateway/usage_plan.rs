//! `apigateway/usage-plan`: a usage plan with its keys.

use crate::resource::Named;

/// A usage plan with its keys.
#[derive(Clone, Debug)]
pub struct UsagePlan;

impl Named for UsagePlan {
    const NAME: &'static str = "apigateway/usage-plan";
}
