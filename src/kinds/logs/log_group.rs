//! `logs/log-group`: a CloudWatch log group, found by its name (AWS.md §2.6).

use crate::aws::{self, Class as ErrorClass, Cx, Error, Tagging, found};
use crate::resource::{Actions, Change, Changes, Effect, Fixed, Kind, Live, Named, Place, Verb};
use aws_sdk_cloudwatchlogs::types::{LogGroup as Found, LogGroupClass};
use futures::future::try_join_all;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// A CloudWatch log group.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LogGroup {
    /// 1 to 512 of `a-z A-Z 0-9 _ - / . #`; unique in account and region.
    pub name: Fixed<String>,
    /// For how long events are kept: 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731,
    /// 1096, 1827, 2192, 2557, 2922, 3288 or 3653 days; none keeps them forever. Where a retention
    /// policy of the account applies, it decides and this counts for nothing.
    #[serde(default)]
    pub retention_days: Option<Retention>,
    /// The ARN of the KMS key that encrypts events; none leaves that to AWS's own keys.
    #[serde(default)]
    pub kms_key: Option<String>,
    /// What can be done with its events, and at which price.
    #[serde(default)]
    pub class: Fixed<Class>,
    /// Whether AWS refuses to delete it. Deleting it from the manifest then counts as losing data.
    #[serde(default)]
    pub deletion_protection: bool,
}

/// For how long events are kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Retention {
    /// So many days, as the group itself says.
    Days(i32),
    /// As a policy of the account says, and which one. Only AWS reports that.
    Policy(String),
}

/// What can be done with a group's events.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Class {
    /// Everything.
    #[default]
    Standard,
    /// Less, for half the price.
    InfrequentAccess,
    /// Only delivery elsewhere.
    Delivery,
    /// The least, for the lowest price.
    Essentials,
}

impl LogGroup {
    /// A group that keeps its events forever, as AWS makes it by default.
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: Fixed(name.into()),
            retention_days: None,
            kms_key: None,
            class: Fixed(Class::default()),
            deletion_protection: false,
        }
    }
}

impl Named for LogGroup {
    const NAME: &'static str = "logs/log-group";
}

/// Stands before the name of an account's policy.
const BY_POLICY: &str = "set by the account policy ";

/// How many groups one call describes by name.
const MOST_NAMES: usize = 50;

impl Kind for LogGroup {
    const TAGGING: Tagging = Tagging::Logs;
    const ACTIONS: Actions = Actions {
        read: &["tag:GetResources", "logs:DescribeLogGroups", "logs:ListTagsForResource"],
        create: &["logs:CreateLogGroup", "logs:TagResource"],
        update: &[
            "logs:PutRetentionPolicy",
            "logs:DeleteRetentionPolicy",
            "logs:AssociateKmsKey",
            "logs:DisassociateKmsKey",
            "logs:PutLogGroupDeletionProtection",
            "logs:TagResource",
            "logs:UntagResource",
        ],
        delete: &["logs:PutLogGroupDeletionProtection", "logs:DeleteLogGroup"],
        dependent: &[],
    };

    fn arns(&self, place: &Place, _: Verb) -> Vec<String> {
        let group = place.arn("logs", format!("log-group:{}", *self.name));
        vec![format!("{group}:*"), group]
    }

    fn natural_id(&self) -> Option<String> {
        Some(self.name.0.clone())
    }

    fn effect(change: &Change) -> Effect {
        // The account's policy goes before what the group says, whatever that is (AWS.md §2.6).
        let overruled = change.from.as_str().is_some_and(|from| from.starts_with(BY_POLICY));
        if change.field == "retention_days" && overruled { Effect::Ignored } else { Effect::InPlace }
    }

    async fn list(cx: &Cx) -> aws::Result<Vec<Live<Self>>> {
        let prefix = cx.arn("logs", "log-group:");
        let index = cx.tag_index().await?;
        let ours: HashMap<&str, _> =
            index.iter().filter_map(|(arn, tags)| Some((arn.strip_prefix(&prefix)?, tags))).collect();
        let names: Vec<&str> = ours.keys().copied().collect();
        let found = try_join_all(names.chunks(MOST_NAMES).map(|names| describe(cx, names))).await?;
        let live = found.into_iter().flatten().filter_map(|group| {
            let tags = ours.get(group.log_group_name.as_deref()?)?;
            Some(normal_form(group).map(|live| live.tagged(cx, (*tags).clone())))
        });
        live.collect()
    }

    async fn read(cx: &Cx, id: &str) -> aws::Result<Option<Live<Self>>> {
        let Some(group) = by_prefix(cx, id).await? else { return Ok(None) };
        let live = normal_form(group)?;
        let arn = live.outputs.get("arn").cloned().unwrap_or_default();
        let answer = cx.logs().list_tags_for_resource().resource_arn(arn).send().await.map_err(Error::from);
        let tags = found(answer)?.map(|answer| answer.tags.unwrap_or_default());
        Ok(tags.map(|tags| live.tagged(cx, tags)))
    }

    async fn create(&self, cx: &Cx) -> aws::Result<String> {
        let tags: HashMap<String, String> = cx.tags().into_iter().collect();
        let call = cx.logs().create_log_group().log_group_name(&*self.name).set_tags(Some(tags));
        let call = call.set_kms_key_id(self.kms_key.clone()).log_group_class(LogGroupClass::from(self.class.name()));
        call.deletion_protection_enabled(self.deletion_protection).send().await?;
        Ok(self.name.0.clone())
    }

    async fn update(&self, cx: &Cx, live: &Live<Self>, changes: &Changes) -> aws::Result<()> {
        let (name, logs) = (live.id.as_str(), cx.logs());
        if changes.touch("retention_days") {
            match &self.retention_days {
                Some(Retention::Days(days)) => {
                    logs.put_retention_policy().log_group_name(name).retention_in_days(*days).send().await?;
                }
                Some(Retention::Policy(text)) => {
                    return Err(Error::internal(format!("the retention of {name} must be days, not `{text}`")));
                }
                None => drop(logs.delete_retention_policy().log_group_name(name).send().await?),
            }
        }
        if changes.touch("kms_key") {
            match &self.kms_key {
                Some(key) => drop(logs.associate_kms_key().log_group_name(name).kms_key_id(key).send().await?),
                None => drop(logs.disassociate_kms_key().log_group_name(name).send().await?),
            }
        }
        if changes.touch("deletion_protection") {
            protect(cx, name, self.deletion_protection).await?;
        }
        Ok(())
    }

    async fn delete(cx: &Cx, live: &Live<Self>) -> aws::Result<()> {
        if live.spec.deletion_protection && found(protect(cx, &live.id, false).await)?.is_none() {
            return Ok(());
        }
        found(cx.logs().delete_log_group().log_group_name(&live.id).send().await.map_err(Error::from)).map(drop)
    }
}

async fn protect(cx: &Cx, name: &str, protection: bool) -> aws::Result<()> {
    let call = cx.logs().put_log_group_deletion_protection().log_group_identifier(name);
    call.deletion_protection_enabled(protection).send().await?;
    Ok(())
}

/// Those of the groups `names`, at most [`MOST_NAMES`], that exist.
async fn describe(cx: &Cx, names: &[&str]) -> aws::Result<Vec<Found>> {
    let identifiers = names.iter().map(|name| (*name).to_owned()).collect();
    let call = cx.logs().describe_log_groups().set_log_group_identifiers(Some(identifiers));
    match call.send().await.map_err(Error::from) {
        Ok(answer) => Ok(answer.log_groups.unwrap_or_default()),
        // No AWS text says what becomes of a name that is gone, so it must not spoil the others.
        Err(error) if error.class == ErrorClass::NotFound => {
            let each = try_join_all(names.iter().map(|name| by_prefix(cx, name))).await?;
            Ok(each.into_iter().flatten().collect())
        }
        Err(error) => Err(error),
    }
}

/// The group called `name`: of all that begin with it, it comes first.
async fn by_prefix(cx: &Cx, name: &str) -> aws::Result<Option<Found>> {
    let answer = cx.logs().describe_log_groups().log_group_name_prefix(name).send().await?;
    let all = answer.log_groups.unwrap_or_default().into_iter();
    Ok(all.into_iter().find(|group| group.log_group_name.as_deref() == Some(name)))
}

/// What stands for the retention that the account's `policy` sets.
fn by_policy(policy: &str, days: Option<i32>) -> String {
    let how_long = days.map_or_else(|| "forever".to_owned(), |days| format!("{days} days"));
    format!("{BY_POLICY}{policy}: {how_long}")
}

fn normal_form(group: Found) -> aws::Result<Live<LogGroup>> {
    let name = group.log_group_name.ok_or_else(|| Error::unreadable("the log group's name"))?;
    let arn = group.log_group_arn.ok_or_else(|| Error::unreadable("the log group's ARN"))?;
    let protection = group.deletion_protection_enabled.unwrap_or(false);
    let spec = LogGroup {
        name: Fixed(name.clone()),
        retention_days: match group.retention_policy_name {
            Some(policy) => Some(Retention::Policy(by_policy(&policy, group.retention_in_days))),
            None => group.retention_in_days.map(Retention::Days),
        },
        kms_key: group.kms_key_id,
        class: Fixed(Class::of(group.log_group_class.as_ref().map_or("STANDARD", LogGroupClass::as_str))?),
        deletion_protection: protection,
    };
    Ok(Live::new(name, spec).output("arn", arn).holds_data(protection))
}

impl Class {
    fn name(self) -> &'static str {
        match self {
            Self::Standard => "STANDARD",
            Self::InfrequentAccess => "INFREQUENT_ACCESS",
            Self::Delivery => "DELIVERY",
            Self::Essentials => "ESSENTIALS",
        }
    }

    fn of(name: &str) -> aws::Result<Self> {
        let all = [Self::Standard, Self::InfrequentAccess, Self::Delivery, Self::Essentials];
        let class = all.into_iter().find(|class| class.name() == name);
        class.ok_or_else(|| Error::internal(format!("AWS names a class of log groups that is not known: {name}")))
    }
}
