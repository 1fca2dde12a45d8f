//! `api`: the REST API in front of Kafka and Kinesis.

use super::common::Logs;
use super::decode::{Decode, Decoder, Map, Spanned};
use super::forms;
use super::layout::Constraint::{Form, Keys, Length, Members, Range};
use super::layout::Shape;
use super::section::{choice, section};
use super::yaml::{Node, Value};

section! {
    /// One REST API with routes to the Kafka REST proxy and to Kinesis.
    pub struct Api {
        /// Its name; left out, `<stack>-main`.
        name: Option<String> where Length(1, 255),
        /// Its stage, the first part of every path.
        stage: Spanned<String> = "prod" where Form(&forms::STAGE),
        /// From where it can be reached.
        endpoint: Spanned<Endpoint> = "regional",
        /// Who may call it.
        auth: Spanned<Auth> = "iam",
        /// Whether pages of other origins may call it.
        cors: Option<Cors>,
        /// How the API reaches the client machine.
        exposure: Spanned<Exposure> = "private",
        /// Where paths lead; left out, `/{proxy+}` to Kafka if there is a client, `/streams` to Kinesis if there are streams.
        routes: Option<Spanned<Map<Route>>> where Keys(&Form(&forms::ROUTE_PATH)),
        /// How much all callers together may ask.
        throttle: Throttle = "{}",
        /// How much one API key may ask; for `auth: api_key`.
        quota: Option<Spanned<Quota>>,
        /// A line a request.
        access_logs: Logs = "{}",
        /// What is logged of the work on each request.
        execution_logs: ExecutionLogs = "error",
        /// Whether CloudWatch counts requests of each route; costs.
        metrics: bool = "false",
        /// Whether X-Ray traces requests; costs.
        tracing: bool = "false",
        /// How long backends may take, 50 to 29000 milliseconds.
        timeout_ms: i32 = "29000" where Range(50, 29000),
    }
}

impl Api {
    /// Whether a route leads to the Kafka REST proxy. An API without routes of its own leads there if there is a `proxy`.
    pub fn leads_to_kafka(&self, proxy: bool) -> bool {
        match &self.routes {
            Some(routes) => routes.iter().any(|(_, route)| *route.0.to == Target::Kafka),
            None => proxy,
        }
    }
}

section! {
    /// How much all callers together may ask.
    pub struct Throttle {
        /// Requests a second; 0 refuses all.
        rate: Spanned<i32> = "100" where Range(0, 10000),
        /// Requests at once; 0 refuses all.
        burst: Spanned<i32> = "200" where Range(0, 5000),
    }
}

section! {
    /// How much one API key may ask.
    pub struct Quota {
        /// Requests in a period.
        limit: i32 where Range(1, 2_000_000_000),
        /// The period.
        period: Period = "day",
    }
}

section! {
    /// Which pages of other origins may call the API.
    pub struct CorsRules {
        /// Their origins; `*` for all.
        origins: Vec<Spanned<String>> = "[*]" where Members(1, 1),
        /// Headers they may send.
        headers: Vec<String> = "[Content-Type, Authorization, X-Amz-Date, X-Api-Key, X-Amz-Security-Token]",
        /// For how many seconds browsers remember the answer.
        max_age_seconds: i32 = "600" where Range(0, 86400),
    }
}

section! {
    /// Where a path leads.
    pub struct RouteRules {
        /// To which backend.
        to: Spanned<Target>,
        /// For Kafka: the methods; left out, all.
        methods: Vec<Spanned<Method>> = "[ANY]" where Members(1, 7),
    }
}

impl CorsRules {
    /// The origin, `*` for all.
    pub fn origin(&self) -> &str {
        self.origins.first().map_or("*", |origin| origin.value.as_str())
    }
}

/// CORS; `true` and `false` are short for all defaults and none.
#[derive(Clone, Debug)]
pub struct Cors(pub Option<CorsRules>);

impl Decode for Cors {
    fn shape() -> Shape {
        Shape::Either(&[bool::shape, CorsRules::shape])
    }

    fn decode(node: &Node, cx: &mut Decoder<'_>) -> Option<Self> {
        match &node.value {
            Value::Scalar(scalar) if scalar.boolean() == Some(false) => Some(Self(None)),
            Value::Scalar(scalar) if scalar.boolean() == Some(true) => {
                let empty = Node { value: Value::Map(vec![]), ..node.clone() };
                CorsRules::decode(&empty, cx).map(|rules| Self(Some(rules)))
            }
            Value::Scalar(_) => cx.mismatch(node, "true, false or a map"),
            _ => CorsRules::decode(node, cx).map(|rules| Self(Some(rules))),
        }
    }
}

/// Where a path leads; a target alone is short for all methods.
#[derive(Clone, Debug)]
pub struct Route(pub RouteRules);

impl Decode for Route {
    fn shape() -> Shape {
        Shape::Either(&[Target::shape, RouteRules::shape])
    }

    fn decode(node: &Node, cx: &mut Decoder<'_>) -> Option<Self> {
        match &node.value {
            Value::Scalar(_) => {
                let to = Spanned::decode(node, cx)?;
                let any = Spanned { value: Method::Any, span: to.span, given: false };
                Some(Self(RouteRules { span: node.owner, to, methods: vec![any] }))
            }
            _ => RouteRules::decode(node, cx).map(Self),
        }
    }
}

choice! {
    /// A backend of the API.
    pub enum Target {
        /// The Kafka REST proxy on the client machine, under the same path.
        Kafka = "kafka",
        /// Kinesis: below the path, six methods on streams and their records.
        Kinesis = "kinesis",
    }
}

choice! {
    /// From where an API can be reached.
    pub enum Endpoint {
        /// From the internet, in the region.
        Regional = "regional",
        /// From the internet, through CloudFront.
        Edge = "edge",
    }
}

choice! {
    /// Who may call an API.
    pub enum Auth {
        /// Anybody.
        None = "none",
        /// Who signs requests and has `execute-api:Invoke`.
        Iam = "iam",
        /// Who sends the stack's API key as `x-api-key`.
        ApiKey = "api_key",
    }
}

choice! {
    /// How an API reaches the client machine.
    pub enum Exposure {
        /// Through a VPC link and a load balancer; the machine has no public address.
        Private = "private",
        /// Through the internet, at an Elastic IP that stays. The REST proxy has neither TLS nor login.
        Public = "public",
    }
}

choice! {
    /// What is logged of the work on each request.
    pub enum ExecutionLogs {
        /// Nothing.
        Off = "off",
        /// Errors.
        Error = "error",
        /// Everything.
        Info = "info",
    }
}

choice! {
    /// The period of a quota.
    pub enum Period {
        /// A day.
        Day = "day",
        /// A week.
        Week = "week",
        /// A month.
        Month = "month",
    }
}

choice! {
    /// A method of HTTP.
    pub enum Method {
        /// Every one.
        Any = "ANY",
        /// Read.
        Get = "GET",
        /// Read only the head.
        Head = "HEAD",
        /// Write.
        Post = "POST",
        /// Replace.
        Put = "PUT",
        /// Change.
        Patch = "PATCH",
        /// Delete.
        Delete = "DELETE",
    }
}
