//! The tree of a REST API: routes, their integrations and responses (AWS.md §5).
//!
//! Names of parameters are AWS's own, such as `method.request.path.proxy`, so that AWS's
//! documentation applies.

use super::vpc_link::VpcLink;
use crate::kinds::iam::role::Role;
use crate::resource::{Arn, Ref, Set};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

/// One method of one path.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Route {
    /// Who may call it: `NONE`, `AWS_IAM`, `CUSTOM` or `COGNITO_USER_POOLS`; the last two need
    /// `authorizer`.
    #[serde(default = "open")]
    pub authorization: String,
    /// What decides about callers when `authorization` is `CUSTOM` or `COGNITO_USER_POOLS`.
    #[serde(default)]
    pub authorizer: Option<Authorizer>,
    /// The OAuth scopes of which a caller needs one.
    #[serde(default)]
    pub authorization_scopes: Set<String>,
    /// Whether callers must send the key of a usage plan as `x-api-key`.
    #[serde(default)]
    pub api_key_required: bool,
    /// The operation's name in generated clients.
    #[serde(default)]
    pub operation_name: Option<String>,
    /// The parameters that the route takes, `method.request.{path,querystring,header}.<name>`, and
    /// whether they are required. An integration can use only those that stand here. Those of the
    /// path need not be listed: they are there and required, whether listed or not.
    #[serde(default)]
    pub request_parameters: BTreeMap<String, bool>,
    /// The JSON schema of the request's body by content type.
    #[serde(default)]
    pub request_schemas: BTreeMap<String, Schema>,
    /// What is refused before the integration sees it.
    #[serde(default)]
    pub validate: Validate,
    /// Where requests go.
    pub integration: Integration,
    /// What callers may get, by HTTP status of three digits.
    #[serde(default)]
    pub responses: BTreeMap<String, Response>,
}

fn open() -> String {
    "NONE".into()
}

/// A JSON schema, in the part that OpenAPI 3.0 shares, without `$ref`s; canonical on parse, because
/// AWS sorts the names in `required`.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(transparent)]
pub struct Schema(Value);

impl Schema {
    /// The canonical form of `schema`.
    pub fn new(schema: Value) -> Self {
        Self(canonical(schema))
    }

    /// The schema.
    pub fn document(&self) -> &Value {
        &self.0
    }
}

impl<'de> Deserialize<'de> for Schema {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Value::deserialize(deserializer).map(Self::new)
    }
}

fn canonical(schema: Value) -> Value {
    match schema {
        Value::Object(mut fields) => {
            fields.remove("$schema");
            if let Some(Value::Array(names)) = fields.get_mut("required") {
                names.sort_by_key(Value::to_string);
            }
            fields.into_iter().map(|(key, value)| (key, canonical(value))).collect()
        }
        Value::Array(items) => items.into_iter().map(canonical).collect(),
        other => other,
    }
}

/// What API Gateway checks before it calls the integration; it answers 400 itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Validate {
    /// The body against `request_schemas`.
    #[serde(default)]
    pub body: bool,
    /// Whether the required `request_parameters` are there.
    #[serde(default)]
    pub parameters: bool,
}

/// A Lambda function or Cognito user pools that decide about callers. Routes that name one
/// authorizer must agree on everything about it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Authorizer {
    /// Unique within the API.
    pub name: String,
    /// `TOKEN`, `REQUEST` or `COGNITO_USER_POOLS`.
    #[serde(rename = "type")]
    pub kind: String,
    /// `arn:aws:apigateway:<region>:lambda:path/2015-03-31/functions/<function ARN>/invocations`.
    #[serde(default)]
    pub uri: Option<String>,
    /// The role with which the function is called.
    #[serde(default)]
    pub credentials: Option<Ref<Role, Arn>>,
    /// Where callers identify themselves: parameters of the request, separated by commas; of
    /// `TOKEN` and `COGNITO_USER_POOLS` one header.
    #[serde(default = "authorization_header")]
    pub identity_source: Option<String>,
    /// A regular expression that tokens must match.
    #[serde(default)]
    pub identity_validation: Option<String>,
    /// How long an answer is kept, 0 to 3600 seconds.
    #[serde(default = "five_minutes")]
    pub result_ttl_seconds: i32,
    /// The ARNs of the user pools.
    #[serde(default)]
    pub providers: Set<String>,
}

fn authorization_header() -> Option<String> {
    Some("method.request.header.Authorization".into())
}

fn five_minutes() -> i32 {
    300
}

/// Where the requests of a route go.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Integration {
    /// What stands behind the route.
    #[serde(rename = "type")]
    pub kind: IntegrationType,
    /// The method of the call to the backend, also `ANY` for `HTTP_PROXY`; none for `MOCK`.
    #[serde(default)]
    pub http_method: Option<String>,
    /// The backend: a URL, or `arn:aws:apigateway:<region>:<service>:action/<Action>`; none for `MOCK`.
    #[serde(default)]
    pub uri: Option<String>,
    /// The role with which an AWS service is called.
    #[serde(default)]
    pub credentials: Option<Ref<Role, Arn>>,
    /// The VPC link through which a private backend is reached; none goes over the internet.
    #[serde(default)]
    pub connection: Option<Ref<VpcLink>>,
    /// The load balancer behind the VPC link, by ARN, where the link has several.
    #[serde(default)]
    pub target: Option<String>,
    /// What goes into `integration.request.{header,path,querystring}.<name>`: another parameter, or a
    /// constant in single quotes, which are part of the value.
    #[serde(default)]
    pub request_parameters: BTreeMap<String, String>,
    /// Mapping templates of the request's body by content type; AWS reports an empty one as none.
    #[serde(default)]
    pub request_templates: BTreeMap<String, String>,
    /// What happens to a body for whose content type there is no template.
    #[serde(default)]
    pub passthrough: Passthrough,
    /// How the request's body is converted.
    #[serde(default)]
    pub content_handling: Option<ContentHandling>,
    /// 50 to 29000, more where AWS raised the quota.
    #[serde(default = "half_a_minute")]
    pub timeout_ms: i32,
    /// The parameters that make up the key of the stage's cache.
    #[serde(default)]
    pub cache_key_parameters: Set<String>,
    /// Whether the backend's certificate is accepted unchecked.
    #[serde(default)]
    pub insecure_skip_verification: bool,
    /// Whether the answer is streamed to the caller as it comes instead of sent when complete.
    #[serde(default)]
    pub stream_response: bool,
}

fn half_a_minute() -> i32 {
    29_000
}

/// What stands behind a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum IntegrationType {
    /// An HTTP endpoint, with mappings in both directions.
    Http,
    /// An HTTP endpoint that gets the request and gives the answer as they are.
    HttpProxy,
    /// An AWS service, with mappings in both directions.
    Aws,
    /// A Lambda function that gets the request and gives the answer as they are.
    AwsProxy,
    /// Nothing: the mappings alone make the answer.
    Mock,
    /// The method has no integration, so that the API cannot be deployed. Only `read` gives it.
    Missing,
}

/// What happens to a request body for whose content type there is no template.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Passthrough {
    /// It goes through as it is.
    #[default]
    WhenNoMatch,
    /// It goes through only when there is no template at all; else 415.
    WhenNoTemplates,
    /// It is refused with 415.
    Never,
}

/// A conversion between binary and text bodies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ContentHandling {
    /// Base64 text to bytes.
    ConvertToBinary,
    /// Bytes to base64 text.
    ConvertToText,
}

/// One answer that callers may get.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Response {
    /// The headers it may carry; a mapping can set only these.
    #[serde(default)]
    pub headers: Set<String>,
    /// How the backend's answer becomes this one; none where a proxy passes it on.
    #[serde(default)]
    pub mapping: Option<Mapping>,
}

/// How the backend's answer becomes the caller's.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mapping {
    /// A regular expression on the backend's HTTP status (on the error message, for Lambda); none
    /// takes whatever no other response matches.
    #[serde(default)]
    pub selection_pattern: Option<String>,
    /// What goes into `method.response.header.<name>`: a parameter of the backend's answer, or a
    /// constant in single quotes.
    #[serde(default)]
    pub parameters: BTreeMap<String, String>,
    /// Mapping templates of the body by content type; AWS reports an empty one as none.
    #[serde(default)]
    pub templates: BTreeMap<String, String>,
    /// How the body is converted.
    #[serde(default)]
    pub content_handling: Option<ContentHandling>,
}

/// The method and the path of a route's key, such as `GET /streams`; `None` when it is no such key.
pub fn parts(key: &str) -> Option<(&str, &str)> {
    let (method, path) = key.split_once(' ')?;
    (METHODS.contains(&method) && path.starts_with('/')).then_some((method, path))
}

/// The names of the variables in `path`, such as `proxy` in `/{proxy+}`.
pub(super) fn variables(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').filter_map(|part| {
        let name = part.strip_prefix('{')?.strip_suffix('}')?;
        Some(name.strip_suffix('+').unwrap_or(name))
    })
}

/// Reads routes and lists the parameters of their paths, which AWS does, too.
pub(super) fn in_full<'de, D: Deserializer<'de>>(deserializer: D) -> Result<BTreeMap<String, Route>, D::Error> {
    let mut routes = BTreeMap::<String, Route>::deserialize(deserializer)?;
    for (key, route) in &mut routes {
        for name in parts(key).into_iter().flat_map(|(_, path)| variables(path)) {
            route.request_parameters.entry(format!("method.request.path.{name}")).or_insert(true);
        }
    }
    Ok(routes)
}

const METHODS: &[&str] = &["GET", "PUT", "POST", "DELETE", "PATCH", "OPTIONS", "HEAD", "ANY"];

impl Route {
    /// An open route to `integration` without declared parameters or responses.
    pub fn to(integration: Integration) -> Self {
        Self {
            authorization: open(),
            authorizer: None,
            authorization_scopes: Set::default(),
            api_key_required: false,
            operation_name: None,
            request_parameters: BTreeMap::new(),
            request_schemas: BTreeMap::new(),
            validate: Validate::default(),
            integration,
            responses: BTreeMap::new(),
        }
    }
}

impl Integration {
    /// An integration of type `kind` with AWS's defaults.
    pub fn new(kind: IntegrationType) -> Self {
        Self {
            kind,
            http_method: None,
            uri: None,
            credentials: None,
            connection: None,
            target: None,
            request_parameters: BTreeMap::new(),
            request_templates: BTreeMap::new(),
            passthrough: Passthrough::default(),
            content_handling: None,
            timeout_ms: half_a_minute(),
            cache_key_parameters: Set::default(),
            insecure_skip_verification: false,
            stream_response: false,
        }
    }
}

impl Response {
    /// The response that `mapping` makes, with the headers that it sets declared.
    pub fn mapped(mapping: Mapping) -> Self {
        let names = mapping.parameters.keys().filter_map(|name| name.strip_prefix("method.response.header."));
        Self { headers: names.map(str::to_owned).collect(), mapping: Some(mapping) }
    }
}
