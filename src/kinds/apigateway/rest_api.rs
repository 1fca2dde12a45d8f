//! `apigateway/rest-api`: a REST API, its whole tree of routes (AWS.md §5).

use super::route::Route;
use crate::kinds::ec2::vpc_endpoint::VpcEndpoint;
use crate::resource::{Auto, Named, Policy, Ref, Set};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

crate::attribute!(
    /// The digest of everything that a deployment takes a snapshot of.
    pub Definition = "definition"
);

/// A REST API, its whole tree of routes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RestApi {
    /// Not unique.
    pub name: String,
    /// Free text; may be empty.
    #[serde(default)]
    pub description: String,
    /// From where it can be reached.
    #[serde(default)]
    pub endpoint: Endpoint,
    /// The VPC endpoints of a private API that get an alias for it.
    #[serde(default)]
    pub vpc_endpoints: Set<Ref<VpcEndpoint>>,
    /// `ipv4` or `dualstack`.
    #[serde(default)]
    pub ip_address_type: Auto<String>,
    /// The lowest TLS version and the ciphers, such as `TLS_1_2`.
    #[serde(default)]
    pub security_policy: Auto<String>,
    /// `BASIC` or `STRICT`.
    #[serde(default)]
    pub endpoint_access_mode: Auto<String>,
    /// Whether it can be reached by custom domain names only.
    #[serde(default)]
    pub disable_execute_api_endpoint: bool,
    /// Where callers put their API key.
    #[serde(default)]
    pub api_key_source: ApiKeySource,
    /// Bodies from this size on are compressed, 0 to 10485760 bytes; none compresses nothing.
    #[serde(default)]
    pub minimum_compression_bytes: Option<i32>,
    /// The content types whose bodies are bytes, not text; `*/*` for all.
    #[serde(default)]
    pub binary_media_types: Set<String>,
    /// Who may call the API: its resource policy.
    #[serde(default)]
    pub policy: Option<Policy>,
    /// The routes by method and path, such as `GET /streams/{name}`; `ANY` for every method.
    #[serde(default)]
    pub routes: BTreeMap<String, Route>,
    /// Paths without any method. They hide greedy routes such as `/{proxy+}`.
    #[serde(default)]
    pub bare_paths: Set<String>,
}

/// From where an API can be reached.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Endpoint {
    /// From the internet, through CloudFront.
    #[default]
    Edge,
    /// From the internet, in the region.
    Regional,
    /// From VPC endpoints only.
    Private,
}

/// Where callers put their API key.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ApiKeySource {
    /// Into the header `x-api-key`.
    #[default]
    Header,
    /// The authorizer's answer names it.
    Authorizer,
}

impl Named for RestApi {
    const NAME: &'static str = "apigateway/rest-api";
}
