//! `apigateway/rest-api`: a REST API, its whole tree of routes.

use crate::resource::Named;

/// A REST API, its whole tree of routes.
#[derive(Clone, Debug)]
pub struct RestApi;

impl Named for RestApi {
    const NAME: &'static str = "apigateway/rest-api";
}
