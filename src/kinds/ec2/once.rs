//! Calls that make something new each time they arrive.

use aws_sdk_ec2::config::Builder;
use aws_sdk_ec2::config::retry::RetryConfig;

/// For create calls that take no client token: the SDK is not to ask again when an answer got lost.
/// The engine does, after it has looked whether the object is there.
pub(super) fn once() -> Builder {
    Builder::new().retry_config(RetryConfig::disabled())
}
