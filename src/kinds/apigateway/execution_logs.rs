//! The log groups that API Gateway writes of its work on requests, one a stage.

use crate::aws::{Cx, Error, Result, found};
use std::fmt::Display;

/// The group for the stage `stage` of the API `api`. API Gateway makes it when it is not there, to keep events forever.
pub fn group(api: impl Display, stage: &str) -> String {
    format!("API-Gateway-Execution-Logs_{api}/{stage}")
}

/// Deletes the groups of every stage of the API `api`: API Gateway leaves them behind, whoever made them.
pub(super) async fn clear(cx: &Cx, api: &str) -> Result<()> {
    let mut pages = cx.logs().describe_log_groups().log_group_name_prefix(group(api, "")).into_paginator().send();
    while let Some(page) = pages.next().await {
        let groups = page?.log_groups.unwrap_or_default();
        for group in groups.into_iter().filter(|group| group.deletion_protection_enabled != Some(true)) {
            let call = cx.logs().delete_log_group().set_log_group_name(group.log_group_name);
            found(call.send().await.map_err(Error::from))?;
        }
    }
    Ok(())
}
