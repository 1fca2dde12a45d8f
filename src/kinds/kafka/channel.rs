//! `kafka/channel`: delivery of a topic's records to S3 or an Iceberg table by MSK itself (AWS.md
//! §3.4).

mod wire;

use super::cluster::{Capacity, Cluster, Logs};
use super::reason;
use super::topic::Topic;
use crate::aws::{self, Cx, Error, Tagging, found};
use crate::kinds::iam::new_role;
use crate::kinds::iam::role::Role;
use crate::kinds::s3::bucket::Bucket;
use crate::resource::{
    Actions, Arn, Auto, Changes, Dependent, Fixed, Kind, LOG_DELIVERY, LOGS_TO_FIREHOSE, LOGS_TO_S3, Live, Named,
    Place, Ref, Retry, Status, Typical, Verb,
};
use aws_sdk_kafka::types::{self, ChannelStatus, IcebergDestinationUpdate, S3DestinationUpdate};
use futures::future::try_join_all;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// A channel: MSK itself delivers the records of one topic of an Express cluster, from the moment
/// the channel is active. Its id is its ARN.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Channel {
    /// The cluster, with Express brokers.
    pub cluster: Fixed<Ref<Cluster>>,
    /// 1 to 64 of `a-z A-Z 0-9 . _ -`; unique in the cluster.
    pub name: Fixed<String>,
    /// The topic.
    pub topic: Fixed<Ref<Topic, Arn>>,
    /// What the values of the records are.
    pub converter: Fixed<Converter>,
    /// The ARN of the schema in Glue's registry; only with [`Converter::Json`] into Iceberg.
    #[serde(default)]
    pub schema: Fixed<Option<String>>,
    /// Where the records go.
    pub destination: Fixed<Destination>,
    /// Where records go that cannot be delivered.
    pub dead_letters: Fixed<DeadLetters>,
    /// The role that MSK takes on to deliver; it trusts `kafka.amazonaws.com`.
    pub role: Fixed<Ref<Role, Arn>>,
    /// How long a record may wait, 300 to 900 seconds; 600 when left out.
    #[serde(default = "ten_minutes")]
    pub freshness_seconds: i32,
    /// The ARN of the KMS key that encrypts what is under way; left out, AWS's own.
    #[serde(default)]
    pub kms_key: Fixed<Auto<String>>,
    /// Where the channel's log goes.
    #[serde(default)]
    pub logs: Fixed<Logs>,
}

/// What the values of records are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Converter {
    /// Bytes, delivered as they are.
    ByteArray,
    /// Text.
    String,
    /// JSON.
    Json,
    /// JSON that begins with the number of its schema in Glue's registry.
    JsonSchemaGsr,
}

/// Where records go.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Destination {
    /// Objects in a bucket.
    S3(S3Destination),
    /// An Iceberg table in an S3 table bucket.
    Iceberg(IcebergDestination),
}

/// Objects in a bucket.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct S3Destination {
    /// The bucket.
    pub bucket: Ref<Bucket, Arn>,
    /// The account that must own the bucket.
    #[serde(default)]
    pub bucket_owner: Option<String>,
    /// What keys begin with.
    #[serde(default)]
    pub prefix: Option<String>,
    /// The rest of the keys, with variables such as `!{topic-name}` and exactly one of
    /// `!{sequence-number}` and `!{kafka-offset}` in the last part.
    #[serde(default)]
    pub key_template: Auto<String>,
    /// How objects are compressed.
    #[serde(default)]
    pub compression: Compression,
    /// The class objects are stored in.
    #[serde(default)]
    pub storage_class: StorageClass,
}

/// How objects are compressed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Compression {
    /// Not at all.
    #[default]
    None,
    /// With gzip.
    Gzip,
    /// With Zstandard.
    Zstd,
}

/// The class objects are stored in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StorageClass {
    /// S3's own default.
    #[default]
    Standard,
    /// S3 chooses by use.
    IntelligentTiering,
    /// Rarely read, at once when needed.
    GlacierIr,
}

/// An Iceberg table, which the channel makes; it must not exist before.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IcebergDestination {
    /// The ARN of the S3 table bucket, in the same region.
    pub warehouse: String,
    /// The ARN of the catalog; left out, AWS derives it.
    #[serde(default)]
    pub catalog: Auto<String>,
    /// The database (namespace).
    pub database: String,
    /// The table.
    pub table: String,
    /// The column whose hour partitions the table.
    pub partition_by: String,
    /// How files are compressed.
    #[serde(default)]
    pub compression: IcebergCompression,
}

/// How the files of a table are compressed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IcebergCompression {
    /// With Zstandard.
    #[default]
    Zstd,
    /// With Snappy.
    Snappy,
}

/// Where records go that cannot be delivered.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeadLetters {
    /// The bucket.
    pub bucket: Ref<Bucket, Arn>,
    /// The account that must own the bucket.
    #[serde(default)]
    pub bucket_owner: Option<String>,
    /// What keys begin with.
    #[serde(default)]
    pub prefix: Option<String>,
}

impl Named for Channel {
    const NAME: &'static str = "kafka/channel";
}

fn ten_minutes() -> i32 {
    600
}

twins!(Converter, types::ValueConverter: ByteArray, String, Json, JsonSchemaGsr);
twins!(Compression, types::S3CompressionType: None, Gzip, Zstd);
twins!(StorageClass, types::S3StorageClass: Standard, IntelligentTiering, GlacierIr);
twins!(IcebergCompression, types::IcebergCompressionType: Zstd, Snappy);

impl Kind for Channel {
    const TAGGING: Tagging = Tagging::Kafka;
    const ACTIONS: Actions = Actions {
        read: &["kafka:ListChannels", "kafka:DescribeChannel"],
        create: &["kafka:CreateChannel", "kafka:TagResource"],
        update: &["kafka:UpdateChannel", "kafka:TagResource", "kafka:UntagResource"],
        delete: &["kafka:DeleteChannel"],
        dependent: &[
            Dependent::pass_role("kafka.amazonaws.com", Verb::CREATE),
            Dependent::new(
                &["kms:DescribeKey"],
                &[Verb::Read, Verb::Create, Verb::Update, Verb::Delete],
                "MSK looks at the key",
            )
            .given(&["kms_key"]),
            Dependent::new(LOG_DELIVERY, Verb::CHANGE, "logs are delivered").given(&[
                "logs.cloudwatch",
                "logs.firehose",
                "logs.s3",
            ]),
            Dependent::new(LOGS_TO_S3, Verb::CHANGE, "logs are delivered into a bucket").given(&["logs.s3"]),
            Dependent::new(LOGS_TO_FIREHOSE, Verb::CHANGE, "logs are delivered into a stream")
                .given(&["logs.firehose"]),
        ],
    };
    const RETRY: &'static [Retry] = &[
        new_role("BadRequestException", "role"),
        new_role("BadRequestException", "Role"),
        new_role("BadRequestException", "assume"),
        new_role("BadRequestException", "trust"),
        new_role("ForbiddenException", ""),
    ];
    const TYPICAL: Typical = Typical::seconds(120, 60, 60);

    /// The ARN without the UUID that AWS adds; [`Channel::read`] finds the channel by it.
    fn arns(&self, _: &Place, _: Verb) -> Vec<String> {
        let cluster = self.cluster.value();
        vec![format!("{}/*", cluster.replacen(":cluster/", ":channel/", 1)), cluster.to_owned()]
    }

    fn natural_id(&self) -> Option<String> {
        let (account, path) = self.cluster.value().split_once(":cluster/")?;
        Some(format!("{account}:channel/{path}/{}", *self.name))
    }

    async fn list(cx: &Cx) -> aws::Result<Vec<Live<Self>>> {
        let clusters = cx.listed::<Cluster>().await?;
        let express = |cluster: &&Live<Cluster>| match &cluster.spec.capacity {
            Capacity::Provisioned(provisioned) => provisioned.broker_type.starts_with("express."),
            Capacity::Serverless(_) => false,
        };
        let there = |cluster: &&Live<Cluster>| !matches!(cluster.status, Status::Deleting | Status::Failed(_));
        let ours = clusters.iter().filter(express).filter(there).map(|cluster| cluster.id.clone());
        let named = cx.wanted::<Self>().into_iter().filter(|(_, channel)| channel.cluster.is_known());
        let places: BTreeSet<String> =
            ours.chain(named.map(|(_, channel)| channel.cluster.value().to_owned())).collect();
        let all = try_join_all(places.iter().map(|cluster| on_cluster(cx, cluster))).await?;
        Ok(all.into_iter().flatten().filter(|channel| channel.owner.is_some()).collect())
    }

    async fn read(cx: &Cx, id: &str) -> aws::Result<Option<Live<Self>>> {
        let (cluster, name) = parts(id).ok_or_else(|| Error::internal(format!("{id} is no channel's ARN")))?;
        if name.contains('/') {
            return describe(cx, &cluster, id).await;
        }
        let all = found(summaries(cx, &cluster).await)?.unwrap_or_default();
        match all.into_iter().find(|(_, known)| known == name) {
            Some((arn, _)) => describe(cx, &cluster, &arn).await,
            None => Ok(None),
        }
    }

    async fn create(&self, cx: &Cx) -> aws::Result<String> {
        let call = cx.kafka().create_channel().cluster_arn(self.cluster.value()).channel_name(&*self.name);
        let call = call.topic_configuration_list(self.topic_configuration());
        let call = match &*self.destination {
            Destination::S3(to) => call.s3_destination_configuration(self.to_s3(to)),
            Destination::Iceberg(to) => call.iceberg_destination_configuration(self.to_iceberg(to)),
        };
        let call = call.set_encryption_configuration(self.encryption()).set_logging_info(self.logging());
        let answer = call.set_tags(Some(cx.tags().into_iter().collect())).send().await?;
        answer.channel_arn.ok_or_else(|| Error::unreadable("the channel's ARN"))
    }

    async fn update(&self, cx: &Cx, live: &Live<Self>, _: &Changes) -> aws::Result<()> {
        let call = cx.kafka().update_channel().cluster_arn(self.cluster.value()).channel_arn(&live.id);
        let seconds = self.freshness_seconds;
        let call = match &*self.destination {
            Destination::S3(_) => {
                let update = S3DestinationUpdate::builder().data_freshness_in_seconds(seconds);
                call.s3_destination_update(update.build())
            }
            Destination::Iceberg(_) => {
                let update = IcebergDestinationUpdate::builder().data_freshness_in_seconds(seconds);
                call.iceberg_destination_update(update.build())
            }
        };
        call.send().await?;
        Ok(())
    }

    async fn delete(cx: &Cx, live: &Live<Self>) -> aws::Result<()> {
        let call = cx.kafka().delete_channel().cluster_arn(live.spec.cluster.value()).channel_arn(&live.id);
        found(call.send().await.map_err(Error::from)).map(drop)
    }
}

/// The cluster's ARN and the rest of a channel's: its name, with or without a UUID behind it.
fn parts(arn: &str) -> Option<(String, &str)> {
    let (account, path) = arn.split_once(":channel/")?;
    let mut slashes = path.match_indices('/').map(|(at, _)| at);
    let (cluster, rest) = path.split_at(slashes.nth(1)?);
    Some((format!("{account}:cluster/{cluster}"), &rest[1..]))
}

/// The ARN and the name of each channel of the cluster, whoever owns it.
async fn summaries(cx: &Cx, cluster: &str) -> aws::Result<Vec<(String, String)>> {
    let (mut all, mut token, mut more) = (vec![], None, true);
    while more {
        let call = cx.kafka().list_channels().cluster_arn(cluster).max_results(100);
        let page = call.set_next_token(token.take()).send().await?;
        let channels = page.channels.unwrap_or_default();
        all.extend(channels.into_iter().filter_map(|channel| Some((channel.channel_arn?, channel.channel_name?))));
        (more, token) = (page.next_token.is_some(), page.next_token);
    }
    Ok(all)
}

/// Every channel of the cluster, whoever owns it: only its description has the tags.
async fn on_cluster(cx: &Cx, cluster: &str) -> aws::Result<Vec<Live<Channel>>> {
    let all = found(summaries(cx, cluster).await)?.unwrap_or_default();
    let described = try_join_all(all.iter().map(|(arn, _)| describe(cx, cluster, arn))).await?;
    Ok(described.into_iter().flatten().collect())
}

async fn describe(cx: &Cx, cluster: &str, arn: &str) -> aws::Result<Option<Live<Channel>>> {
    let answer = cx.kafka().describe_channel().cluster_arn(cluster).channel_arn(arn).send().await.map_err(Error::from);
    let Some(channel) = found(answer)? else { return Ok(None) };
    let info = channel.state_info.as_ref();
    let why = || reason(info.and_then(|info| info.code()), info.and_then(|info| info.message()));
    let status = match &channel.status {
        Some(ChannelStatus::Active) => Status::Ready,
        Some(ChannelStatus::Deleting) => Status::Deleting,
        Some(ChannelStatus::Failed) => Status::Failed(why()),
        // It takes somebody to do something about the reason, so people who wait must see it.
        Some(state @ (ChannelStatus::Suspending | ChannelStatus::Suspended)) => {
            Status::Pending(format!("{state}: {}", why()))
        }
        Some(other) => Status::Pending(other.as_str().to_owned()),
        None => Status::Pending("in an unknown state".into()),
    };
    let tags = channel.tags.clone().unwrap_or_default();
    let spec = wire::normal_form(cluster, channel)?;
    Ok(Some(Live::new(arn, spec).output("arn", arn).tagged(cx, tags).status(status)))
}
