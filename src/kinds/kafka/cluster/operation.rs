//! Changes of a cluster that came to nothing.

use crate::aws::{self, Cx, Error, found};
use crate::kinds::kafka::reason;
use aws_smithy_types::date_time::{DateTime, Format};

/// The newest operation on the cluster `arn` with its time and AWS's reason, when it failed: the cluster itself is
/// active then as if nothing had been (AWS.md §3.1).
pub(super) async fn last_undone(cx: &Cx, arn: &str) -> aws::Result<Option<String>> {
    let mut newest = None;
    let mut pages = cx.kafka().list_cluster_operations_v2().cluster_arn(arn).max_results(100).into_paginator().send();
    // No order is promised.
    while let Some(page) = pages.next().await {
        let Some(page) = found(page.map_err(Error::from))? else { return Ok(None) };
        let operations = page.cluster_operation_info_list.unwrap_or_default();
        newest = newest.into_iter().chain(operations).max_by_key(|operation| {
            // Nanoseconds, so that two operations within one second have an order.
            operation.start_time.as_ref().map_or(i128::MIN, DateTime::as_nanos)
        });
    }
    let failed = newest.filter(|operation| operation.operation_state() == Some("UPDATE_FAILED"));
    let Some(operation) = failed else { return Ok(None) };
    let Some(id) = operation.operation_arn() else { return Ok(None) };
    let call = cx.kafka().describe_cluster_operation_v2().cluster_operation_arn(id);
    let answer = found(call.send().await.map_err(Error::from))?.and_then(|answer| answer.cluster_operation_info);
    let error = answer.as_ref().and_then(|operation| operation.error_info());
    let reason = reason(error.and_then(|error| error.error_code()), error.and_then(|error| error.error_string()));
    let when = operation.start_time().and_then(|time| time.fmt(Format::DateTime).ok());
    let what = operation.operation_type().unwrap_or("operation");
    Ok(Some(format!("{what} of {}: {reason}", when.as_deref().unwrap_or("unknown time"))))
}
