//! Changes of a connector that came to nothing.

use crate::aws::{self, Cx, Error, found};
use crate::kinds::kafkaconnect::reason;
use aws_sdk_kafkaconnect::types::{ConnectorOperationState, ConnectorOperationSummary};
use aws_smithy_types::date_time::{DateTime, Format};

/// The newest operation on the connector `arn` with its time and AWS's reason, when it failed or was
/// rolled back: the connector itself is running then as if nothing had been.
pub(super) async fn last_undone(cx: &Cx, arn: &str) -> aws::Result<Option<String>> {
    let mut newest = None;
    let call = cx.kafkaconnect().list_connector_operations().connector_arn(arn).max_results(100);
    let mut pages = call.into_paginator().send();
    // No order is promised.
    while let Some(page) = pages.next().await {
        let Some(page) = found(page.map_err(Error::from))? else { return Ok(None) };
        let operations = page.connector_operations.unwrap_or_default();
        newest = newest
            .into_iter()
            .chain(operations)
            .max_by_key(|operation: &ConnectorOperationSummary| nanoseconds(operation.creation_time()));
    }
    let Some((operation, state)) = newest.and_then(undone) else { return Ok(None) };
    let Some(id) = operation.connector_operation_arn() else { return Ok(None) };
    let call = cx.kafkaconnect().describe_connector_operation().connector_operation_arn(id);
    let answer = found(call.send().await.map_err(Error::from))?;
    let error = answer.as_ref().and_then(|answer| answer.error_info());
    let reason = reason(error.and_then(|error| error.code()), error.and_then(|error| error.message()));
    let what = operation.connector_operation_type().map_or("operation", |kind| kind.as_str());
    let when = operation.creation_time().and_then(|time| time.fmt(Format::DateTime).ok());
    Ok(Some(format!("{what} of {}: {state}: {reason}", when.as_deref().unwrap_or("unknown time"))))
}

fn undone(operation: ConnectorOperationSummary) -> Option<(ConnectorOperationSummary, String)> {
    use ConnectorOperationState as State;
    match operation.connector_operation_state()? {
        state @ (State::UpdateFailed
        | State::RollbackComplete
        | State::RollbackFailed
        | State::PauseFailed
        | State::ResumeFailed
        | State::RestartFailed) => {
            let state = state.as_str().to_owned();
            Some((operation, state))
        }
        _ => None,
    }
}

/// Nanoseconds, so that two operations within one second have an order.
fn nanoseconds(time: Option<&DateTime>) -> i128 {
    time.map_or(i128::MIN, DateTime::as_nanos)
}
