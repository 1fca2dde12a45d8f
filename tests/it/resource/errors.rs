//! The classes of AWS's errors, by code and as they come out of a call.

use crate::support::Lab;
use aqueduct::aws::{Class, Error, classify, found};
use aqueduct_sandbox::answer::Fault;
use aqueduct_sandbox::faults::{At, Effect};

#[test]
fn codes_have_classes() {
    let table = [
        (
            Class::NotFound,
            "ResourceNotFoundException NoSuchEntity NoSuchBucket InvalidVpcID.NotFound NatGatewayNotFound NotFound",
        ),
        (Class::NotFound, "LoadBalancerNotFound NotFoundException InvalidAllocationID.NotFound"),
        (
            Class::AlreadyExists,
            "EntityAlreadyExists BucketAlreadyOwnedByYou InvalidGroup.Duplicate RouteAlreadyExists DuplicateListener",
        ),
        (
            Class::Busy,
            "ResourceInUseException ConflictException OperationAborted IncorrectState InternalFailure ServiceUnavailableException",
        ),
        (Class::Throttled, "ThrottlingException Throttling RequestLimitExceeded TooManyRequestsException SlowDown"),
        (
            Class::Denied,
            "AccessDenied AccessDeniedException UnauthorizedOperation ExpiredToken ExpiredTokenException ForbiddenException",
        ),
        (
            Class::Invalid,
            "ValidationException InvalidParameterValue BadRequestException MalformedPolicyDocument InvalidArgument",
        ),
        (Class::Dependency, "DependencyViolation DeleteConflict InvalidIPAddress.InUse ResourceInUse BucketNotEmpty"),
        (Class::Other, "LimitExceededException VpcLimitExceeded SomethingNew"),
    ];
    for (class, codes) in table {
        for code in codes.split(' ') {
            assert_eq!(classify(code), class, "{code}");
        }
    }
}

/// What an answer of `status` with `code` and `message` becomes.
async fn refused(status: u16, code: &'static str, message: &str) -> Error {
    let lab = Lab::new().await;
    lab.sandbox.faults().add(At::every("kinesis.ListStreams"), Effect::Refuse(Fault::new(status, code, message)));
    lab.cx.kinesis().list_streams().send().await.map_err(Error::from).unwrap_err()
}

#[tokio::test(start_paused = true)]
async fn a_refusal_tells_operation_code_message_and_request() {
    let error = refused(400, "ValidationException", "too many").await;
    assert_eq!((error.operation.as_str(), error.code.as_str()), ("ListStreams", "ValidationException"));
    assert_eq!((error.message.as_str(), error.class), ("too many", Class::Invalid));
    assert!(!error.request_id.is_empty());
    let text = error.to_string();
    assert_eq!(text, format!("ListStreams: too many (ValidationException) [request {}]", error.request_id));
    assert!(error.is("ValidationException", "many") && error.is("ValidationException", ""));
    assert!(!error.is("ValidationException", "few") && !error.is("Validation", ""));
}

#[tokio::test(start_paused = true)]
async fn the_status_decides_where_the_code_says_nothing() {
    for (status, code, class) in [
        (400, "SomethingNew", Class::Other),
        (403, "SomethingNew", Class::Denied),
        (404, "SomethingNew", Class::NotFound),
        (500, "SomethingNew", Class::Busy),
        (503, "SomethingNew", Class::Busy),
        (429, "SomethingNew", Class::Throttled),
        (429, "BadRequestException", Class::Throttled),
        (404, "AccessDeniedException", Class::Denied),
    ] {
        assert_eq!(refused(status, code, "x").await.class, class, "{status} {code}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_lost_answer_is_of_the_transport() {
    let lab = Lab::new().await;
    lab.sandbox.faults().add(At::every("kinesis.ListStreams"), Effect::LoseAnswer);
    let error: Error = lab.cx.kinesis().list_streams().send().await.unwrap_err().into();
    assert_eq!(error.class, Class::Transport);
    assert!(error.to_string().contains("the connection was closed before the answer arrived"), "{error}");
}

#[test]
fn not_found_is_none_and_other_errors_stay_errors() {
    assert_eq!(found(Ok(1)), Ok(Some(1)));
    assert_eq!(found::<()>(Err(Error::new("NoSuchKey", "x", Class::NotFound))), Ok(None));
    let denied = Error::new("AccessDenied", "x", Class::Denied);
    assert_eq!(found::<()>(Err(denied.clone())), Err(denied));
}

#[test]
fn errors_of_our_own_name_no_call() {
    assert_eq!(Error::internal("this cannot be").to_string(), "this cannot be (Internal)");
    assert_eq!(Error::unreadable("the ARN").to_string(), "AWS's answer lacks the ARN");
}
