//! `kafkaconnect/custom-plugin`: code for MSK Connect, copied from an object in S3 (AWS.md §4.1).

use super::{RETRY, Tags, indexed, reason, tags_of};
use crate::aws::{self, Cx, Error, Tagging, found};
use crate::kinds::s3::bucket::Bucket;
use crate::kinds::s3::object::{Object, VersionId};
use crate::resource::{
    Actions, Arn, Auto, Changes, Dependent, Fixed, Kind, Live, Named, Needs, Place, Ref, Retry, Status, Typical, Verb,
};
use aws_sdk_kafkaconnect::types::{
    CustomPluginContentType, CustomPluginLocation, CustomPluginRevisionSummary, CustomPluginState, CustomPluginSummary,
    S3Location,
};
use futures::future::try_join_all;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Code for connectors. Its id is its ARN. Nothing of it changes in place, so its name is to hold a
/// digest of the code: other code is then another plugin, and the old one goes once no connector
/// uses it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CustomPlugin {
    /// 1 to 128 characters; unique in account and region.
    pub name: Fixed<String>,
    /// At most 1024 characters.
    #[serde(default)]
    pub description: Fixed<String>,
    /// What the object is.
    pub content_type: Fixed<ContentType>,
    /// The ARN of the bucket that holds the object.
    pub bucket: Fixed<Ref<Bucket, Arn>>,
    /// The object's key.
    pub key: Fixed<String>,
    /// The object's version; left out, the newest when the plugin is created.
    #[serde(default)]
    pub object_version: Fixed<Auto<Ref<Object, VersionId>>>,
    /// What must exist first though no field holds it: the object, when its version is left out.
    #[serde(default)]
    pub needs: Needs,
}

/// What a plugin's object is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ContentType {
    /// A JAR file.
    Jar,
    /// A ZIP file of JAR files.
    Zip,
}

impl Named for CustomPlugin {
    const NAME: &'static str = "kafkaconnect/custom-plugin";
}

/// What MSK Connect does with the object.
const OBJECT: &[&str] =
    &["s3:GetObject", "s3:GetObjectAttributes", "s3:GetObjectVersion", "s3:GetObjectVersionAttributes"];

impl Kind for CustomPlugin {
    const TAGGING: Tagging = Tagging::KafkaConnect;
    const ACTIONS: Actions = Actions {
        read: &[
            "tag:GetResources",
            "kafkaconnect:ListCustomPlugins",
            "kafkaconnect:DescribeCustomPlugin",
            "kafkaconnect:ListTagsForResource",
        ],
        create: &["kafkaconnect:CreateCustomPlugin", "kafkaconnect:TagResource"],
        update: &["kafkaconnect:TagResource", "kafkaconnect:UntagResource"],
        delete: &["kafkaconnect:DeleteCustomPlugin"],
        dependent: &[Dependent::new(OBJECT, Verb::CREATE, "MSK Connect copies the object")],
    };
    const RETRY: &'static [Retry] = RETRY;
    const TYPICAL: Typical = Typical::seconds(30, 1, 5);

    fn arns(&self, place: &Place, _: Verb) -> Vec<String> {
        vec![place.arn("kafkaconnect", format!("custom-plugin/{}/*", *self.name))]
    }

    fn natural_id(&self) -> Option<String> {
        Some(self.name.0.clone())
    }

    async fn list(cx: &Cx) -> aws::Result<Vec<Live<Self>>> {
        let ours: BTreeMap<String, Tags> = indexed(cx, "custom-plugin").await?.into_iter().collect();
        if ours.is_empty() {
            return Ok(vec![]);
        }
        let all = summaries(cx, None).await?;
        let tagged =
            all.into_iter().filter_map(|plugin| Some((ours.get(plugin.custom_plugin_arn()?)?.clone(), plugin)));
        try_join_all(tagged.map(|(tags, plugin)| live(cx, plugin, tags))).await
    }

    async fn read(cx: &Cx, id: &str) -> aws::Result<Option<Live<Self>>> {
        let plugin = if id.starts_with("arn:") {
            describe(cx, id).await?.map(|(plugin, _)| plugin)
        } else {
            summaries(cx, Some(id)).await?.into_iter().find(|plugin| plugin.name() == Some(id))
        };
        let Some(plugin) = plugin else { return Ok(None) };
        let Some(tags) = tags_of(cx, arn(&plugin)?).await? else { return Ok(None) };
        live(cx, plugin, tags).await.map(Some)
    }

    async fn create(&self, cx: &Cx) -> aws::Result<String> {
        let version = self.object_version.as_ref().map(|version| version.value().to_owned());
        let object = S3Location::builder().bucket_arn(self.bucket.value()).file_key(&*self.key);
        let object = object.set_object_version(version).build()?;
        let description = Some(self.description.0.clone()).filter(|description| !description.is_empty());
        let call = cx.kafkaconnect().create_custom_plugin().name(&*self.name).set_description(description);
        let call = call.content_type(self.content_type.aws());
        let call = call.location(CustomPluginLocation::builder().s3_location(object).build());
        let answer = call.set_tags(Some(cx.tags().into_iter().collect())).send().await?;
        answer.custom_plugin_arn.ok_or_else(|| Error::unreadable("the plugin's ARN"))
    }

    async fn update(&self, _: &Cx, _: &Live<Self>, _: &Changes) -> aws::Result<()> {
        Ok(())
    }

    async fn delete(cx: &Cx, live: &Live<Self>) -> aws::Result<()> {
        let answer = cx.kafkaconnect().delete_custom_plugin().custom_plugin_arn(&live.id).send().await;
        found(answer.map_err(Error::from)).map(drop)
    }
}

impl ContentType {
    fn aws(self) -> CustomPluginContentType {
        match self {
            Self::Jar => CustomPluginContentType::Jar,
            Self::Zip => CustomPluginContentType::Zip,
        }
    }
}

/// Every plugin, or those whose names begin with `prefix`.
async fn summaries(cx: &Cx, prefix: Option<&str>) -> aws::Result<Vec<CustomPluginSummary>> {
    let call = cx.kafkaconnect().list_custom_plugins().max_results(100).set_name_prefix(prefix.map(str::to_owned));
    let mut pages = call.into_paginator().send();
    let mut all = vec![];
    while let Some(page) = pages.next().await {
        all.extend(page?.custom_plugins.unwrap_or_default());
    }
    Ok(all)
}

/// A plugin as a listing shows it, and why it failed, which no listing says.
async fn describe(cx: &Cx, arn: &str) -> aws::Result<Option<(CustomPluginSummary, String)>> {
    let answer = cx.kafkaconnect().describe_custom_plugin().custom_plugin_arn(arn).send().await.map_err(Error::from);
    let Some(plugin) = found(answer)? else { return Ok(None) };
    let state = plugin.state_description.as_ref();
    let reason = reason(state.and_then(|state| state.code()), state.and_then(|state| state.message()));
    let summary = CustomPluginSummary::builder()
        .set_custom_plugin_arn(plugin.custom_plugin_arn)
        .set_name(plugin.name)
        .set_description(plugin.description)
        .set_custom_plugin_state(plugin.custom_plugin_state)
        .set_latest_revision(plugin.latest_revision)
        .build();
    Ok(Some((summary, reason)))
}

fn arn(plugin: &CustomPluginSummary) -> aws::Result<&str> {
    plugin.custom_plugin_arn().ok_or_else(|| Error::unreadable("a plugin's ARN"))
}

async fn live(cx: &Cx, plugin: CustomPluginSummary, tags: Tags) -> aws::Result<Live<CustomPlugin>> {
    let arn = arn(&plugin)?.to_owned();
    let status = match plugin.custom_plugin_state() {
        Some(CustomPluginState::Active) => Status::Ready,
        Some(CustomPluginState::Deleting) => Status::Deleting,
        Some(CustomPluginState::CreateFailed | CustomPluginState::UpdateFailed) => {
            let described = describe(cx, &arn).await?;
            described.map_or(Status::Deleting, |(_, reason)| Status::Failed(reason))
        }
        Some(other) => Status::Pending(other.as_str().to_owned()),
        None => Status::Pending("in an unknown state".into()),
    };
    let spec = normal_form(plugin)?;
    Ok(Live::new(&arn, spec).output("arn", &arn).tagged(cx, tags).status(status))
}

fn normal_form(plugin: CustomPluginSummary) -> aws::Result<CustomPlugin> {
    let lacks = |what: &str| Error::unreadable(format!("a plugin's {what}"));
    let CustomPluginRevisionSummary { content_type, location, .. } =
        plugin.latest_revision.ok_or_else(|| lacks("revision"))?;
    let object = location.and_then(|location| location.s3_location).ok_or_else(|| lacks("object"))?;
    let content_type = match content_type {
        Some(CustomPluginContentType::Jar) => ContentType::Jar,
        Some(CustomPluginContentType::Zip) => ContentType::Zip,
        _ => return Err(lacks("content type")),
    };
    Ok(CustomPlugin {
        name: Fixed(plugin.name.ok_or_else(|| lacks("name"))?),
        description: Fixed(plugin.description.unwrap_or_default()),
        content_type: Fixed(content_type),
        bucket: Fixed(Ref::existing(object.bucket_arn.ok_or_else(|| lacks("bucket"))?)),
        key: Fixed(object.file_key.ok_or_else(|| lacks("key"))?),
        object_version: Fixed(Auto(object.object_version.map(Ref::existing))),
        needs: Needs::default(),
    })
}
