//! The shape every service has: a table of operations behind one protocol.

use super::account::Account;
use super::answer::{Answer, Fault};
use super::call::Call;
use super::tags::Tags;

/// Serves one call. Reads its whole input before it changes anything, so that a refused call has no effect.
pub type Handler = fn(&mut Account, &Call) -> Result<Answer, Fault>;

/// Gives ARN and tags of every tagged resource of a service in the region of the account.
pub type Tagged = fn(&Account) -> Vec<(String, Tags)>;

/// One operation of a service.
#[derive(Clone, Copy, Debug)]
pub struct Operation {
    /// As in the API model, `CreateStream`.
    pub name: &'static str,
    /// Whether a successful call may change what AWS has.
    pub mutating: bool,
    /// Serves it.
    pub handler: Handler,
    /// Where it is found; only in REST protocols.
    pub route: Option<Route>,
}

/// The place of an operation in a REST protocol.
#[derive(Clone, Copy, Debug)]
pub struct Route {
    /// The HTTP method.
    pub method: &'static str,
    /// `/v1/clusters/{clusterArn}/topics`, `/{Bucket}/{Key+}` (the rest of the path), `/{Bucket}?list-type=2` (with this
    /// query parameter).
    pub template: &'static str,
    /// What the body is.
    pub payload: Payload,
    /// S3 only: the query parameters it knows. Elsewhere they are members of the input.
    pub query: &'static [&'static str],
}

/// What the body of a REST request is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Payload {
    /// A JSON object, whose members are members of the input.
    Members,
    /// Bytes for the handler, [`Call::body`].
    Raw,
}

impl Operation {
    /// An operation that changes nothing.
    pub const fn read(name: &'static str, handler: Handler) -> Self {
        Self { name, mutating: false, handler, route: None }
    }

    /// An operation that changes something.
    pub const fn write(name: &'static str, handler: Handler) -> Self {
        Self { name, mutating: true, handler, route: None }
    }

    /// At this method and path, with the body's JSON members as input.
    #[must_use]
    pub const fn at(mut self, method: &'static str, template: &'static str) -> Self {
        self.route = Some(Route { method, template, payload: Payload::Members, query: &[] });
        self
    }

    /// At this method and path, with a body that the handler reads itself.
    #[must_use]
    pub const fn raw_at(mut self, method: &'static str, template: &'static str) -> Self {
        self.route = Some(Route { method, template, payload: Payload::Raw, query: &[] });
        self
    }

    /// With these further query parameters (S3).
    #[must_use]
    pub const fn with_query(mut self, query: &'static [&'static str]) -> Self {
        if let Some(mut route) = self.route {
            route.query = query;
            self.route = Some(route);
        }
        self
    }
}

/// How a service speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protocol {
    /// EC2's own query protocol, with its API version.
    Ec2Query {
        /// `2016-11-15`
        version: &'static str,
    },
    /// The query protocol of IAM, STS and ELB.
    AwsQuery {
        /// `2010-05-08`
        version: &'static str,
        /// The XML namespace of answers.
        namespace: &'static str,
    },
    /// JSON with the operation in `X-Amz-Target`, which begins with this and a dot.
    AwsJson {
        /// `Kinesis_20131202`
        target: &'static str,
    },
    /// JSON with the operation in method and path.
    RestJson,
    /// S3.
    RestXml,
}

/// One service.
#[derive(Clone, Copy, Debug)]
pub struct Service {
    /// The name clients sign for, `kinesis`.
    pub name: &'static str,
    /// How it speaks.
    pub protocol: Protocol,
    /// Its operations, one table a resource family.
    pub operations: &'static [&'static [Operation]],
    /// The error code for input that does not fit the operation's shape.
    pub invalid: &'static str,
    /// HTTP status and error code when a rate limit is hit.
    pub throttle: (u16, &'static str),
    /// Whether it has one state for all regions.
    pub global: bool,
    /// What the tagging index knows of it; `None` when it is not in the index.
    pub tagged: Option<Tagged>,
}

impl Service {
    /// Every operation, in the order of the tables.
    pub fn operations(&self) -> impl Iterator<Item = &'static Operation> {
        self.operations.iter().copied().flatten()
    }

    /// The operation of this name.
    pub fn operation(&self, name: &str) -> Option<&'static Operation> {
        self.operations().find(|operation| operation.name == name)
    }
}
