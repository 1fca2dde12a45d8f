//! The deployments behind a stage, which the stage makes, finds again and clears away.
//!
//! Deployments cannot be tagged. What is deployed, for whom, stands in their description.

use super::rest_api::RestApi;
use crate::aws::{Class, Cx, Error, Result, found};
use crate::resource::Kind;
use aws_sdk_apigateway::types::{self, Stage as Found};
use std::fmt;

/// What one deployment holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Label {
    /// The name of the AWS stage.
    pub stage: String,
    /// The digest of the tree, or the user's own label.
    pub definition: String,
    /// The stack.
    pub stack: String,
    /// The stage's name within the stack.
    pub name: String,
}

impl fmt::Display for Label {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { stage, definition, stack, name } = self;
        write!(f, "aqueduct: {stage} of stack {stack}, {definition}, for {name}")
    }
}

impl Label {
    fn parse(description: &str) -> Option<Self> {
        let (stage, rest) = description.strip_prefix("aqueduct: ")?.split_once(" of stack ")?;
        let (stack, rest) = rest.split_once(", ")?;
        let (definition, name) = rest.split_once(", for ")?;
        let [stage, definition, stack, name] = [stage, definition, stack, name].map(str::to_owned);
        Some(Self { stage, definition, stack, name })
    }
}

/// The stages and deployments of one API.
pub(super) struct Deployed {
    /// All stages.
    pub stages: Vec<Found>,
    /// The deployments of this stack, with their ids.
    pub own: Vec<(String, Label)>,
}

impl Deployed {
    /// Those of the API `id`; `None` when there is no such API.
    pub(super) async fn read(cx: &Cx, id: &str) -> Result<Option<Self>> {
        let stages = async { cx.apigateway().get_stages().rest_api_id(id).send().await.map_err(Error::from) };
        let (stages, deployments) = futures::join!(stages, deployments(cx, id));
        let (Some(stages), Some(deployments)) = (found(stages)?, found(deployments)?) else { return Ok(None) };
        let own = deployments.into_iter().filter_map(|deployment| {
            let label = Label::parse(deployment.description.as_deref()?)?;
            (label.stack == cx.stack()).then_some((deployment.id?, label))
        });
        Ok(Some(Self { stages: stages.item.unwrap_or_default(), own: own.collect() }))
    }

    /// What `stage` shows, and which deployments of it no stage shows any more.
    pub(super) fn of(&self, stage: &Found) -> (String, Vec<String>) {
        let current = stage.deployment_id.as_deref().unwrap_or_default();
        let name = stage.stage_name.as_deref().unwrap_or_default();
        let label = self.own.iter().find(|(id, label)| id == current && label.stage == name);
        let definition = label
            .map_or_else(|| format!("deployment {current}, not by aqueduct"), |(_, label)| label.definition.clone());
        let spare = self.own.iter().filter(|(id, label)| label.stage == name && !self.is_shown(id));
        (definition, spare.map(|(id, _)| id.clone()).collect())
    }

    /// The deployments whose stage does not exist.
    pub(super) fn orphans(&self) -> impl Iterator<Item = &Label> {
        let exists = |name: &str| self.stages.iter().any(|stage| stage.stage_name.as_deref() == Some(name));
        self.own.iter().map(|(_, label)| label).filter(move |label| !exists(&label.stage))
    }

    fn is_shown(&self, id: &str) -> bool {
        self.stages.iter().any(|stage| {
            let canary = stage.canary_settings.as_ref().and_then(|canary| canary.deployment_id.as_deref());
            stage.deployment_id.as_deref() == Some(id) || canary == Some(id)
        })
    }
}

async fn deployments(cx: &Cx, id: &str) -> Result<Vec<types::Deployment>> {
    let mut pages = cx.apigateway().get_deployments().rest_api_id(id).limit(500).into_paginator().send();
    let mut deployments = vec![];
    while let Some(page) = pages.next().await {
        deployments.extend(page?.items.unwrap_or_default());
    }
    Ok(deployments)
}

/// The id of a deployment that holds what `label` says: one that an interrupted run left, or a new one.
pub(super) async fn make(cx: &Cx, api: &str, deployed: &Deployed, label: &Label) -> Result<String> {
    let what = format!("{api} {label}");
    let there = deployed.own.iter().find(|(_, other)| other == label).map(|(id, _)| id.clone());
    if let Some(id) = there.or_else(|| cx.remembered(&what)) {
        return Ok(id);
    }
    check(cx, api, &label.definition).await?;
    let call = cx.apigateway().create_deployment().rest_api_id(api).description(label.to_string());
    let id = call.send().await?.id.ok_or_else(|| Error::unreadable("the deployment's id"))?;
    cx.remember(what, &id);
    Ok(id)
}

/// Refuses to deploy an API that is not what the plan was made for: a digest would be wrong for ever.
async fn check(cx: &Cx, api: &str, definition: &str) -> Result<()> {
    if definition.len() != 32 || !definition.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Ok(());
    }
    let live = RestApi::read(cx, api).await?;
    if live.is_some_and(|live| live.outputs.get("definition").is_some_and(|digest| digest == definition)) {
        return Ok(());
    }
    let message = "the API's routes are not what they were when the plan was made; somebody changed them: apply again";
    Err(Error::new("ApiChanged", message, Class::Other))
}

/// Deletes the deployments `ids` of the API `api`.
pub(super) async fn clear(cx: &Cx, api: &str, ids: impl IntoIterator<Item = String>) -> Result<()> {
    for id in ids {
        cx.forget(&id);
        let call = cx.apigateway().delete_deployment().rest_api_id(api).deployment_id(id);
        found(call.send().await.map_err(Error::from))?;
    }
    Ok(())
}
