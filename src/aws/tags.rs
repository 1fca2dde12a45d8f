//! How tags are changed after creation: the shape of each service's tag API, in one table.

use super::{Cx, Result};
use std::collections::BTreeMap;

/// Names the stack that owns a resource.
pub const STACK_TAG: &str = "aqueduct:stack";
/// Names the resource within its stack, by its address.
pub const ADDRESS_TAG: &str = "aqueduct:address";
/// The key of the tag with the stack's region, on what has none itself: roles and instance profiles are the account's.
pub const REGION_TAG: &str = "aqueduct:region";

/// The tag API of a kind. Ids are what the kind's `Live::id` is unless said otherwise; an ARN is the
/// output `arn`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tagging {
    /// Cannot be tagged, or carries no tags of the user's.
    None,
    /// EC2 `CreateTags` and `DeleteTags` by id.
    Ec2,
    /// ELBv2 `AddTags` and `RemoveTags` by ARN.
    LoadBalancing,
    /// IAM `TagRole` and `UntagRole` by name.
    IamRole,
    /// IAM `TagInstanceProfile` and `UntagInstanceProfile` by name.
    IamInstanceProfile,
    /// S3 `PutBucketTagging`, which replaces the whole set, by bucket name.
    S3Bucket,
    /// S3 `PutObjectTagging`, which replaces the whole set; the id is `bucket/key`.
    S3Object,
    /// CloudWatch Logs by ARN without `:*`.
    Logs,
    /// MSK by ARN.
    Kafka,
    /// MSK Connect by ARN.
    KafkaConnect,
    /// API Gateway by ARN.
    ApiGateway,
    /// Kinesis by stream name.
    Kinesis,
    /// MWAA by ARN.
    Mwaa,
}

/// Which tags to set and which to take off one object.
pub struct TagChange<'a> {
    /// The object's id.
    pub id: &'a str,
    /// The object's ARN, where the API wants one.
    pub arn: &'a str,
    /// Tags to add or overwrite.
    pub set: BTreeMap<String, String>,
    /// Keys to take off.
    pub unset: Vec<String>,
    /// Everything it is to carry afterwards, owner tags included.
    pub all: BTreeMap<String, String>,
}

/// Carries out `change` in as few calls as the API allows.
pub async fn retag(cx: &Cx, tagging: Tagging, change: TagChange<'_>) -> Result<()> {
    let TagChange { id, arn, set, unset, all } = change;
    match tagging {
        Tagging::None => {}
        Tagging::Ec2 => {
            use aws_sdk_ec2::types::Tag;
            if !set.is_empty() {
                let tags = set.iter().map(|(key, value)| Tag::builder().key(key).value(value).build()).collect();
                cx.ec2().create_tags().resources(id).set_tags(Some(tags)).send().await?;
            }
            if !unset.is_empty() {
                let tags = unset.iter().map(|key| Tag::builder().key(key).build()).collect();
                cx.ec2().delete_tags().resources(id).set_tags(Some(tags)).send().await?;
            }
        }
        Tagging::LoadBalancing => {
            use aws_sdk_elasticloadbalancingv2::types::Tag;
            if !set.is_empty() {
                let tags = set.iter().map(|(key, value)| Tag::builder().key(key).value(value).build()).collect();
                cx.elb().add_tags().resource_arns(arn).set_tags(Some(tags)).send().await?;
            }
            if !unset.is_empty() {
                cx.elb().remove_tags().resource_arns(arn).set_tag_keys(Some(unset)).send().await?;
            }
        }
        Tagging::IamRole => {
            if !set.is_empty() {
                cx.iam().tag_role().role_name(id).set_tags(Some(iam_tags(&set)?)).send().await?;
            }
            if !unset.is_empty() {
                cx.iam().untag_role().role_name(id).set_tag_keys(Some(unset)).send().await?;
            }
        }
        Tagging::IamInstanceProfile => {
            if !set.is_empty() {
                let call = cx.iam().tag_instance_profile().instance_profile_name(id);
                call.set_tags(Some(iam_tags(&set)?)).send().await?;
            }
            if !unset.is_empty() {
                let call = cx.iam().untag_instance_profile().instance_profile_name(id);
                call.set_tag_keys(Some(unset)).send().await?;
            }
        }
        Tagging::S3Bucket => {
            let tagging = s3_tagging(&all)?;
            cx.s3().put_bucket_tagging().bucket(id).tagging(tagging).send().await?;
        }
        Tagging::S3Object => {
            let (bucket, key) = id.split_once('/').unwrap_or((id, ""));
            let tagging = s3_tagging(&all)?;
            cx.s3().put_object_tagging().bucket(bucket).key(key).tagging(tagging).send().await?;
        }
        Tagging::Logs => {
            if !set.is_empty() {
                cx.logs().tag_resource().resource_arn(arn).set_tags(Some(hashed(set))).send().await?;
            }
            if !unset.is_empty() {
                cx.logs().untag_resource().resource_arn(arn).set_tag_keys(Some(unset)).send().await?;
            }
        }
        Tagging::Kafka => {
            if !set.is_empty() {
                cx.kafka().tag_resource().resource_arn(arn).set_tags(Some(hashed(set))).send().await?;
            }
            if !unset.is_empty() {
                cx.kafka().untag_resource().resource_arn(arn).set_tag_keys(Some(unset)).send().await?;
            }
        }
        Tagging::KafkaConnect => {
            if !set.is_empty() {
                cx.kafkaconnect().tag_resource().resource_arn(arn).set_tags(Some(hashed(set))).send().await?;
            }
            if !unset.is_empty() {
                cx.kafkaconnect().untag_resource().resource_arn(arn).set_tag_keys(Some(unset)).send().await?;
            }
        }
        Tagging::ApiGateway => {
            if !set.is_empty() {
                cx.apigateway().tag_resource().resource_arn(arn).set_tags(Some(hashed(set))).send().await?;
            }
            if !unset.is_empty() {
                cx.apigateway().untag_resource().resource_arn(arn).set_tag_keys(Some(unset)).send().await?;
            }
        }
        Tagging::Kinesis => {
            if !set.is_empty() {
                cx.kinesis().add_tags_to_stream().stream_name(id).set_tags(Some(hashed(set))).send().await?;
            }
            if !unset.is_empty() {
                cx.kinesis().remove_tags_from_stream().stream_name(id).set_tag_keys(Some(unset)).send().await?;
            }
        }
        Tagging::Mwaa => {
            if !set.is_empty() {
                cx.mwaa().tag_resource().resource_arn(arn).set_tags(Some(hashed(set))).send().await?;
            }
            if !unset.is_empty() {
                cx.mwaa().untag_resource().resource_arn(arn).set_tag_keys(Some(unset)).send().await?;
            }
        }
    }
    Ok(())
}

fn hashed(tags: BTreeMap<String, String>) -> std::collections::HashMap<String, String> {
    tags.into_iter().collect()
}

fn iam_tags(tags: &BTreeMap<String, String>) -> Result<Vec<aws_sdk_iam::types::Tag>> {
    let tag = |(key, value): (&String, &String)| aws_sdk_iam::types::Tag::builder().key(key).value(value).build();
    tags.iter().map(tag).map(|tag| tag.map_err(incomplete)).collect()
}

fn s3_tagging(tags: &BTreeMap<String, String>) -> Result<aws_sdk_s3::types::Tagging> {
    let tag = |(key, value): (&String, &String)| aws_sdk_s3::types::Tag::builder().key(key).value(value).build();
    let tags: Result<Vec<_>> = tags.iter().map(tag).map(|tag| tag.map_err(incomplete)).collect();
    aws_sdk_s3::types::Tagging::builder().set_tag_set(Some(tags?)).build().map_err(incomplete)
}

fn incomplete(error: aws_smithy_types::error::operation::BuildError) -> super::Error {
    super::Error::internal(error.to_string())
}

impl From<aws_smithy_types::error::operation::BuildError> for super::Error {
    fn from(error: aws_smithy_types::error::operation::BuildError) -> Self {
        incomplete(error)
    }
}
