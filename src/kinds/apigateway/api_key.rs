//! `apigateway/api-key`: an API key.

use crate::resource::Named;

/// An API key.
#[derive(Clone, Debug)]
pub struct ApiKey;

impl Named for ApiKey {
    const NAME: &'static str = "apigateway/api-key";
}
