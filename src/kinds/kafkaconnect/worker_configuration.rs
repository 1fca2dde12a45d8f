//! `kafkaconnect/worker-configuration`: properties of Kafka Connect's workers (AWS.md §4.2).

use super::properties::Properties;
use super::{RETRY, Tags, indexed, tags_of};
use crate::aws::{self, Cx, Error, Tagging, found};
use crate::resource::{Actions, Changes, Fixed, Kind, Live, Named, Place, Retry, Status, Typical, Verb};
use aws_sdk_kafkaconnect::types::WorkerConfigurationState;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use futures::future::try_join_all;
use serde::{Deserialize, Serialize};

/// Properties of workers. Its id is its ARN. Nothing of it changes in place, so its name is to hold a
/// digest of the properties: others are then another configuration, and the old one goes once no
/// connector uses it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WorkerConfiguration {
    /// 1 to 128 characters; unique in account and region.
    pub name: Fixed<String>,
    /// At most 1024 characters.
    #[serde(default)]
    pub description: Fixed<String>,
    /// The properties, `key.converter` and `value.converter` among them.
    pub properties: Fixed<Properties>,
}

impl Named for WorkerConfiguration {
    const NAME: &'static str = "kafkaconnect/worker-configuration";
}

impl Kind for WorkerConfiguration {
    const TAGGING: Tagging = Tagging::KafkaConnect;
    const ACTIONS: Actions = Actions {
        read: &[
            "tag:GetResources",
            "kafkaconnect:ListWorkerConfigurations",
            "kafkaconnect:DescribeWorkerConfiguration",
            "kafkaconnect:ListTagsForResource",
        ],
        create: &["kafkaconnect:CreateWorkerConfiguration", "kafkaconnect:TagResource"],
        update: &["kafkaconnect:TagResource", "kafkaconnect:UntagResource"],
        delete: &["kafkaconnect:DeleteWorkerConfiguration"],
        dependent: &[],
    };
    const RETRY: &'static [Retry] = RETRY;
    const TYPICAL: Typical = Typical::seconds(1, 1, 5);

    fn arns(&self, place: &Place, _: Verb) -> Vec<String> {
        vec![place.arn("kafkaconnect", format!("worker-configuration/{}/*", *self.name))]
    }

    fn natural_id(&self) -> Option<String> {
        Some(self.name.0.clone())
    }

    async fn list(cx: &Cx) -> aws::Result<Vec<Live<Self>>> {
        let ours = indexed(cx, "worker-configuration").await?;
        let live = try_join_all(ours.into_iter().map(|(arn, tags)| describe(cx, arn, tags))).await?;
        Ok(live.into_iter().flatten().collect())
    }

    async fn read(cx: &Cx, id: &str) -> aws::Result<Option<Live<Self>>> {
        let arn = if id.starts_with("arn:") { Some(id.to_owned()) } else { named(cx, id).await? };
        let Some(arn) = arn else { return Ok(None) };
        let Some(tags) = tags_of(cx, &arn).await? else { return Ok(None) };
        describe(cx, arn, tags).await
    }

    async fn create(&self, cx: &Cx) -> aws::Result<String> {
        let description = Some(self.description.0.clone()).filter(|description| !description.is_empty());
        let call = cx.kafkaconnect().create_worker_configuration().name(&*self.name).set_description(description);
        let call = call.properties_file_content(BASE64_STANDARD.encode(self.properties.file()));
        let answer = call.set_tags(Some(cx.tags().into_iter().collect())).send().await?;
        answer.worker_configuration_arn.ok_or_else(|| Error::unreadable("the worker configuration's ARN"))
    }

    async fn update(&self, _: &Cx, _: &Live<Self>, _: &Changes) -> aws::Result<()> {
        Ok(())
    }

    async fn delete(cx: &Cx, live: &Live<Self>) -> aws::Result<()> {
        let call = cx.kafkaconnect().delete_worker_configuration().worker_configuration_arn(&live.id);
        found(call.send().await.map_err(Error::from)).map(drop)
    }
}

/// The ARN of the configuration called `name`.
async fn named(cx: &Cx, name: &str) -> aws::Result<Option<String>> {
    let call = cx.kafkaconnect().list_worker_configurations().max_results(100).name_prefix(name);
    let mut pages = call.into_paginator().send();
    while let Some(page) = pages.next().await {
        let mut found = page?.worker_configurations.unwrap_or_default().into_iter();
        if let Some(found) = found.find(|found| found.name() == Some(name)) {
            return Ok(found.worker_configuration_arn);
        }
    }
    Ok(None)
}

async fn describe(cx: &Cx, arn: String, tags: Tags) -> aws::Result<Option<Live<WorkerConfiguration>>> {
    let call = cx.kafkaconnect().describe_worker_configuration().worker_configuration_arn(&arn);
    let Some(answer) = found(call.send().await.map_err(Error::from))? else { return Ok(None) };
    let lacks = |what: &str| Error::unreadable(format!("a worker configuration's {what}"));
    let status = match &answer.worker_configuration_state {
        Some(WorkerConfigurationState::Active) => Status::Ready,
        Some(WorkerConfigurationState::Deleting) => Status::Deleting,
        other => Status::Pending(other.as_ref().map_or("in an unknown state", |state| state.as_str()).to_owned()),
    };
    let content = answer.latest_revision.and_then(|revision| revision.properties_file_content);
    let bytes = BASE64_STANDARD.decode(content.ok_or_else(|| lacks("properties"))?);
    let text = bytes.ok().and_then(|bytes| String::from_utf8(bytes).ok()).ok_or_else(|| lacks("properties as text"))?;
    let spec = WorkerConfiguration {
        name: Fixed(answer.name.ok_or_else(|| lacks("name"))?),
        description: Fixed(answer.description.unwrap_or_default()),
        properties: Fixed(Properties::of_file(&text)),
    };
    Ok(Some(Live::new(&arn, spec).output("arn", &arn).tagged(cx, tags).status(status)))
}
