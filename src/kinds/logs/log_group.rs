//! `logs/log-group`: a CloudWatch log group.

use crate::resource::Named;

/// A CloudWatch log group.
#[derive(Clone, Debug)]
pub struct LogGroup;

impl Named for LogGroup {
    const NAME: &'static str = "logs/log-group";
}
