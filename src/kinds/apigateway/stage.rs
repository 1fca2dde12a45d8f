//! `apigateway/stage`: a stage with its deployment.

use crate::resource::Named;

/// A stage with its deployment.
#[derive(Clone, Debug)]
pub struct Stage;

impl Named for Stage {
    const NAME: &'static str = "apigateway/stage";
}
