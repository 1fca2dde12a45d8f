//! `kafka/configuration`: server properties for MSK clusters (AWS.md §3.2).

use crate::aws::{self, Class, Cx, Error, found};
use crate::resource::{Actions, Changes, Fixed, Kind, Live, Named, Place, Retry, Set, Status, Typical, Verb};
use aws_sdk_kafka::primitives::Blob;
use aws_sdk_kafka::types::ConfigurationState;
use futures::future::try_join_all;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::time::Duration;

crate::attribute!(
    /// The number of the latest revision, from 1 up.
    pub Revision = "revision"
);

/// Server properties, in revisions. Its name is unique in account and region; its id is its ARN.
///
/// Configurations cannot be tagged: a note at the end of the description says whose it is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Configuration {
    /// Letters, digits and hyphens, no hyphen first.
    pub name: Fixed<String>,
    /// For people.
    #[serde(default)]
    pub description: String,
    /// The versions of Kafka it is for; none means any. A change replaces the configuration, which AWS
    /// refuses as long as a cluster uses it: give it another name, too.
    #[serde(default)]
    pub kafka_versions: Fixed<Set<String>>,
    /// Broker settings such as `auto.create.topics.enable`. A change makes a new revision, which a
    /// cluster takes when its own settings name it.
    #[serde(default)]
    pub properties: BTreeMap<String, String>,
}

impl Named for Configuration {
    const NAME: &'static str = "kafka/configuration";
}

impl Kind for Configuration {
    const OUTPUTS: &'static [&'static str] = &["arn", "revision"];
    const VOLATILE: &'static [&'static str] = &["revision"];
    const ACTIONS: Actions = Actions {
        read: &["kafka:ListConfigurations", "kafka:DescribeConfiguration", "kafka:DescribeConfigurationRevision"],
        create: &["kafka:CreateConfiguration"],
        update: &["kafka:UpdateConfiguration"],
        delete: &["kafka:DeleteConfiguration"],
        dependent: &[],
    };
    const TYPICAL: Typical = Typical::seconds(2, 2, 5);
    // A cluster lets go of it some time after it is gone itself.
    const RETRY: &'static [Retry] = &[Retry {
        code: "BadRequestException",
        message: "in use by one or more clusters",
        during: Duration::from_secs(300),
    }];

    fn arns(&self, place: &Place, _: Verb) -> Vec<String> {
        vec![place.arn("kafka", format!("configuration/{}/*", *self.name))]
    }

    fn natural_id(&self) -> Option<String> {
        Some(self.name.0.clone())
    }

    async fn list(cx: &Cx) -> aws::Result<Vec<Live<Self>>> {
        let all = summaries(cx).await?;
        let ours = all.into_iter().filter(|summary| summary.note(cx.stack()).is_some());
        let ours = ours.map(|summary| async move { existing(read(cx, summary).await) });
        Ok(try_join_all(ours).await?.into_iter().flatten().collect())
    }

    async fn read(cx: &Cx, id: &str) -> aws::Result<Option<Live<Self>>> {
        let summary = if id.starts_with("arn:") {
            describe(cx, id).await?
        } else {
            summaries(cx).await?.into_iter().find(|summary| summary.name == id)
        };
        match summary {
            Some(summary) => existing(read(cx, summary).await),
            None => Ok(None),
        }
    }

    async fn create(&self, cx: &Cx) -> aws::Result<String> {
        let call = cx.kafka().create_configuration().name(&*self.name).description(self.description(cx));
        let call = call.set_kafka_versions(Some(self.kafka_versions.0.0.clone()).filter(|all| !all.is_empty()));
        let answer = call.server_properties(self.text()).send().await?;
        answer.arn.ok_or_else(|| Error::unreadable("the configuration's ARN"))
    }

    async fn update(&self, cx: &Cx, live: &Live<Self>, _: &Changes) -> aws::Result<()> {
        let call = cx.kafka().update_configuration().arn(&live.id);
        call.description(self.description(cx)).server_properties(self.text()).send().await?;
        Ok(())
    }

    async fn delete(cx: &Cx, live: &Live<Self>) -> aws::Result<()> {
        let answer = cx.kafka().delete_configuration().arn(&live.id).send().await;
        existing(answer.map(|_| ()).map_err(Error::from)).map(drop)
    }
}

impl Configuration {
    fn text(&self) -> Blob {
        let lines = self.properties.iter().map(|(key, value)| format!("{key}={value}\n"));
        Blob::new(lines.collect::<String>())
    }

    fn description(&self, cx: &Cx) -> String {
        let note = note(cx.stack(), cx.acting_name());
        if self.description.is_empty() { note } else { format!("{} {note}", self.description) }
    }
}

/// What says, at the end of a description, that `stack` owns the configuration as `name`.
fn note(stack: &str, name: &str) -> String {
    format!("[aqueduct {stack} {name}]")
}

/// A configuration without its properties.
struct Summary {
    arn: String,
    name: String,
    /// That of the latest revision, then that of the configuration itself: either may carry the note
    /// when somebody else has made a revision since.
    descriptions: [String; 2],
    versions: Vec<String>,
    revision: i64,
    state: Option<ConfigurationState>,
}

impl Summary {
    /// The name under which `stack` owns it.
    fn note(&self, stack: &str) -> Option<&str> {
        let start = note(stack, "");
        let start = start.trim_end_matches(']');
        self.descriptions.iter().find_map(|text| {
            let (_, name) = text.rsplit_once(start)?;
            name.strip_suffix(']')
        })
    }
}

async fn summaries(cx: &Cx) -> aws::Result<Vec<Summary>> {
    let mut pages = cx.kafka().list_configurations().max_results(100).into_paginator().send();
    let mut all = vec![];
    while let Some(page) = pages.next().await {
        for found in page?.configurations.unwrap_or_default() {
            let latest = found.latest_revision.as_ref();
            let revision_text = latest.and_then(|latest| latest.description.clone());
            all.push(Summary {
                revision: latest.and_then(|latest| latest.revision).unwrap_or(1),
                arn: found.arn.ok_or_else(|| Error::unreadable("a configuration's ARN"))?,
                name: found.name.unwrap_or_default(),
                descriptions: [revision_text.unwrap_or_default(), found.description.unwrap_or_default()],
                versions: found.kafka_versions.unwrap_or_default(),
                state: found.state,
            });
        }
    }
    Ok(all)
}

async fn describe(cx: &Cx, arn: &str) -> aws::Result<Option<Summary>> {
    let answer = cx.kafka().describe_configuration().arn(arn).send().await.map_err(Error::from);
    let Some(answer) = existing(answer)? else { return Ok(None) };
    let latest = answer.latest_revision.as_ref();
    let revision_text = latest.and_then(|latest| latest.description.clone());
    Ok(Some(Summary {
        revision: latest.and_then(|latest| latest.revision).unwrap_or(1),
        arn: arn.into(),
        name: answer.name.unwrap_or_default(),
        descriptions: [revision_text.unwrap_or_default(), answer.description.unwrap_or_default()],
        versions: answer.kafka_versions.unwrap_or_default(),
        state: answer.state,
    }))
}

async fn read(cx: &Cx, summary: Summary) -> aws::Result<Live<Configuration>> {
    let call = cx.kafka().describe_configuration_revision().arn(&summary.arn).revision(summary.revision);
    let text = call.send().await?.server_properties.unwrap_or_else(|| Blob::new(""));
    let owner = summary.note(cx.stack()).map(str::to_owned);
    let description = match &owner {
        Some(name) => {
            let text = &summary.descriptions[0];
            text.strip_suffix(&note(cx.stack(), name)).unwrap_or(text).trim_end()
        }
        None => &summary.descriptions[0],
    };
    let spec = Configuration {
        name: Fixed(summary.name),
        description: description.into(),
        kafka_versions: Fixed(Set(summary.versions)),
        properties: properties(&String::from_utf8_lossy(text.as_ref())),
    };
    let status = match summary.state {
        Some(ConfigurationState::Deleting) => Status::Deleting,
        Some(ConfigurationState::DeleteFailed) => Status::Failed("AWS could not delete it (DELETE_FAILED)".into()),
        _ => Status::Ready,
    };
    let live = Live::new(&summary.arn, spec).output("arn", &summary.arn);
    let live = live.output("revision", summary.revision.to_string()).status(status);
    Ok(match owner {
        Some(name) => live.owned_as(name),
        None => live,
    })
}

/// The settings of a Java properties file, as far as MSK takes them: no continued lines, no escapes.
fn properties(text: &str) -> BTreeMap<String, String> {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with(['#', '!']));
    let pairs = lines.map(|line| line.split_once('=').unwrap_or((line, "")));
    pairs.map(|(key, value)| (key.trim().to_owned(), value.trim().to_owned())).collect()
}

/// Turns "not found" into `None`. MSK calls an absent configuration a bad request.
fn existing<T>(result: aws::Result<T>) -> aws::Result<Option<T>> {
    match result {
        Err(error) if error.class == Class::Invalid && error.message.contains("does not exist") => Ok(None),
        other => found(other),
    }
}
