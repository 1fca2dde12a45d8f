//! What went wrong in a call, in one vocabulary for all services.

use super::transport::Fenced;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use std::error::Error as StdError;
use std::fmt;

/// The outcome of a call.
pub type Result<T> = std::result::Result<T, Error>;

/// A call that failed, with what the engine needs to decide what to do next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    /// The operation, such as `CreateStream`; empty for errors that no call caused.
    pub operation: String,
    /// AWS's code, such as `ResourceInUseException`.
    pub code: String,
    /// AWS's message.
    pub message: String,
    /// What kind of error it is.
    pub class: Class,
    /// AWS's request id, for support; may be empty.
    pub request_id: String,
}

/// The classes of errors that the engine tells apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// The object does not exist.
    NotFound,
    /// The name is taken.
    AlreadyExists,
    /// The object or its service is in the middle of something; passes by itself.
    Busy,
    /// Too many calls.
    Throttled,
    /// The caller may not do this.
    Denied,
    /// The request is wrong and stays wrong.
    Invalid,
    /// Something else still uses the object.
    Dependency,
    /// No answer, or one that cannot be read.
    Transport,
    /// Anything else.
    Other,
}

/// Codes by class. AWS has no common vocabulary, so this is a table; a pattern that ends in `*`
/// matches a prefix, one that begins with it a suffix (AWS.md parts 1 and 2).
const CODES: &[(Class, &[&str])] = &[
    (
        Class::Throttled,
        &[
            "Throttl*",
            "RequestLimitExceeded",
            "TooManyRequestsException",
            "SlowDown",
            "RequestThrottled*",
            "EC2ThrottledException",
            "PriorRequestNotComplete",
            "BandwidthLimitExceeded",
            "ProvisionedThroughputExceededException",
        ],
    ),
    (
        Class::NotFound,
        &[
            "NotFoundException",
            "ResourceNotFoundException",
            "NoSuchEntity",
            "NoSuchBucket",
            "NoSuchKey",
            "NoSuchVersion",
            "NotFound",
            "*.NotFound",
            "NatGatewayNotFound",
            "UnknownTopicOrPartitionException",
            "*NotFound",
            "*NotFoundException",
        ],
    ),
    (
        Class::AlreadyExists,
        &[
            "EntityAlreadyExists",
            "ResourceAlreadyExistsException",
            "BucketAlreadyExists",
            "BucketAlreadyOwnedByYou",
            "TopicExistsException",
            "InvalidGroup.Duplicate",
            "RouteAlreadyExists",
            "Resource.AlreadyAssociated",
            "InvalidPermission.Duplicate",
            "InvalidKeyPair.Duplicate",
            "Duplicate*",
        ],
    ),
    (
        Class::Dependency,
        &[
            "DependencyViolation",
            "DeleteConflict",
            "InvalidGroup.InUse",
            "InvalidIPAddress.InUse",
            "ResourceInUse",
            "BucketNotEmpty",
            "GroupSubscribedToTopicException",
        ],
    ),
    (
        Class::Busy,
        &[
            "ResourceInUseException",
            "ConflictException",
            "OperationAborted",
            "OperationAbortedException",
            "ConcurrentModification",
            "EntityTemporarilyUnmodifiable",
            "IncorrectInstanceState",
            "IncorrectState",
            "ClusterConnectivityException",
            "KafkaTimeoutException",
            "ControllerMovedException",
            "NotControllerException",
            "ReassignmentInProgressException",
            "ServiceUnavailable*",
            "InternalError",
            "InternalServerError*",
            "InternalServerException",
            "InternalFailure",
            "ServiceFailure",
            "Unavailable",
        ],
    ),
    (
        Class::Denied,
        &[
            "AccessDenied*",
            "UnauthorizedOperation",
            "UnauthorizedException",
            "ForbiddenException",
            "AuthFailure",
            "InvalidClientTokenId",
            "UnrecognizedClientException",
            "ExpiredToken*",
            "SignatureDoesNotMatch",
            "InvalidSignatureException",
            "OperationNotPermitted",
            "OptInRequired",
            "Forbidden",
        ],
    ),
    (
        Class::Invalid,
        &[
            "ValidationException",
            "ValidationError",
            "BadRequestException",
            "Invalid*",
            "Malformed*",
            "MissingParameter",
            "UnknownParameter",
            "MissingAction",
            "SerializationException",
        ],
    ),
];

/// The class of `code`.
pub fn classify(code: &str) -> Class {
    let fits = |pattern: &&&str| match (pattern.strip_suffix('*'), pattern.strip_prefix('*')) {
        (Some(prefix), _) => code.starts_with(prefix),
        (_, Some(suffix)) => code.ends_with(suffix),
        _ => code == **pattern,
    };
    let row = CODES.iter().find(|(_, patterns)| patterns.iter().any(|pattern| fits(&pattern)));
    row.map_or(Class::Other, |(class, _)| *class)
}

impl Error {
    /// An error of this program, not of AWS.
    pub fn internal(message: impl Into<String>) -> Self {
        Self::new("Internal", message, Class::Other)
    }

    /// An answer that lacks what it must have.
    pub fn unreadable(what: impl fmt::Display) -> Self {
        Self::new("UnreadableAnswer", format!("AWS's answer lacks {what}"), Class::Transport)
    }

    /// An error with the given code, outside any call.
    pub fn new(code: &str, message: impl Into<String>, class: Class) -> Self {
        let (code, message) = (code.into(), message.into());
        Self { operation: String::new(), code, message, class, request_id: String::new() }
    }

    /// The text without AWS's id of the request: the same for the same failure.
    pub fn without_request(&self) -> String {
        Self { request_id: String::new(), ..self.clone() }.to_string()
    }

    /// Whether the code is `code` and the message contains `part`.
    pub fn is(&self, code: &str, part: &str) -> bool {
        self.code == code && self.message.contains(part)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { operation, code, message, .. } = self;
        if !operation.is_empty() {
            write!(f, "{operation}: ")?;
        }
        match self.class {
            Class::Transport => write!(f, "{message}"),
            _ => write!(f, "{message} ({code})"),
        }?;
        if !self.request_id.is_empty() {
            write!(f, " [request {}]", self.request_id)?;
        }
        Ok(())
    }
}

impl StdError for Error {}

impl<E> From<SdkError<E, HttpResponse>> for Error
where
    E: ProvideErrorMetadata + StdError + Send + Sync + 'static,
{
    fn from(error: SdkError<E, HttpResponse>) -> Self {
        let operation = operation_of(std::any::type_name::<E>());
        match &error {
            SdkError::ServiceError(failed) => {
                let headers = failed.raw().headers();
                let request_id = ["x-amzn-requestid", "x-amz-request-id"].iter().find_map(|name| headers.get(*name));
                let status = failed.raw().status().as_u16();
                let fallback = if status == 404 { "NotFound" } else { "Unknown" };
                let code = failed.err().code().unwrap_or(fallback).to_owned();
                let class = match (classify(&code), status) {
                    // A quota that is used up, where the same code also says that calls come too fast.
                    (Class::Other, 429) if code == "LimitExceededException" && !too_fast(failed.err().message()) => {
                        Class::Other
                    }
                    // No machines of that type are left: minutes change nothing (AWS.md §1.10).
                    (Class::Other, _) if code.starts_with("Insufficient") && code.ends_with("Capacity") => Class::Other,
                    (Class::Other | Class::Invalid, 429) => Class::Throttled,
                    (Class::Other, 404) => Class::NotFound,
                    (Class::Other, 403) => Class::Denied,
                    (Class::Other, 500..) => Class::Busy,
                    (class, _) => class,
                };
                let message = failed.err().message().unwrap_or("AWS gave no reason").to_owned();
                let request_id = request_id.unwrap_or_default().to_owned();
                Self { operation, code, message, class, request_id }
            }
            SdkError::DispatchFailure(failure) if failure.is_user() => {
                Self { operation, ..Self::new("Fenced", Fenced.to_string(), Class::Denied) }
            }
            _ => Self { operation, ..Self::new("Transport", chain(&error), Class::Transport) },
        }
    }
}

/// Whether a limit that was exceeded is one of calls per second.
fn too_fast(message: Option<&str>) -> bool {
    message
        .is_none_or(|message| ["rate", "too many", "too fast"].iter().any(|word| message.to_lowercase().contains(word)))
}

/// `aws_sdk_kinesis::operation::create_stream::CreateStreamError` is of `CreateStream`.
fn operation_of(type_name: &str) -> String {
    let name = type_name.rsplit("::").next().unwrap_or_default();
    name.strip_suffix("Error").unwrap_or(name).to_owned()
}

fn chain(error: &dyn StdError) -> String {
    let mut causes = vec![error.to_string()];
    let mut next = error.source();
    while let Some(cause) = next {
        causes.push(cause.to_string());
        next = cause.source();
    }
    causes.join(": ")
}

/// Turns "not found" into `None`.
pub fn found<T>(result: Result<T>) -> Result<Option<T>> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(error) if error.class == Class::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}
