//! `s3/bucket`: a bucket with all its settings, found by its name (AWS.md §2.4).

pub use super::lifecycle::{LifecycleRule, Transition};

use super::object::{Object, wanted};
use super::{contents, lifecycle};
use crate::attribute;
use crate::aws::{self, Class, Cx, Error, Tagging, found};
use crate::resource::{Actions, Auto, Changes, Fixed, Kind, Live, Named, Place, Policy, Retry, Set, Typical, Verb};
use aws_sdk_s3::types::{
    BlockedEncryptionTypes, BucketLifecycleConfiguration, BucketLocationConstraint, BucketVersioningStatus,
    CreateBucketConfiguration, EncryptionType, ObjectOwnership, OwnershipControls, OwnershipControlsRule,
    PublicAccessBlockConfiguration, ServerSideEncryption, ServerSideEncryptionByDefault,
    ServerSideEncryptionConfiguration, ServerSideEncryptionRule, Tag, Tagging as TagSet, VersioningConfiguration,
};
use futures::future::try_join_all;
use futures::try_join;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// A bucket.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bucket {
    /// 3 to 63 of `a-z 0-9 . -`; unique in the partition.
    pub name: Fixed<String>,
    /// Whether overwritten and deleted objects are kept as versions.
    #[serde(default)]
    pub versioning: bool,
    /// How objects are encrypted at rest.
    #[serde(default)]
    pub encryption: Encryption,
    /// What keeps it from being public.
    #[serde(default)]
    pub public_access_block: PublicAccessBlock,
    /// Its policy; at most 20 KB.
    #[serde(default)]
    pub policy: Option<Policy>,
    /// What happens to objects as they age; at most 1000 rules.
    #[serde(default)]
    pub lifecycle: Set<LifecycleRule>,
    /// Who owns objects that other accounts write.
    #[serde(default)]
    pub ownership: Ownership,
    /// Whether deleting the bucket deletes every object in it. No setting of AWS: kept in the tag
    /// `aqueduct:force-destroy`, so that it is known when the manifest is gone.
    #[serde(default)]
    pub force_destroy: bool,
}

/// How objects are encrypted at rest unless their writer says otherwise.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Encryption {
    /// With whose keys.
    pub algorithm: Algorithm,
    /// The ARN of the KMS key; none is the account's own key for S3. Only with KMS.
    pub kms_key: Option<String>,
    /// Whether a key of the bucket's own saves most calls to KMS.
    pub bucket_key: bool,
    /// Whether writers may bring keys of their own (SSE-C).
    pub customer_keys: Auto<bool>,
}

/// The algorithms of server-side encryption.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Algorithm {
    /// Keys that S3 manages.
    #[default]
    Aes256,
    /// Keys in KMS.
    Kms,
    /// Keys in KMS, two layers.
    KmsDsse,
}

/// The four flags that keep a bucket from being public; all set unless said otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PublicAccessBlock {
    /// Refuses new public ACLs.
    pub block_acls: bool,
    /// Ignores public ACLs that there are.
    pub ignore_acls: bool,
    /// Refuses new public policies.
    pub block_policy: bool,
    /// Lets a public policy serve only this account and AWS's services.
    pub restrict_bucket: bool,
}

impl Default for PublicAccessBlock {
    fn default() -> Self {
        Self { block_acls: true, ignore_acls: true, block_policy: true, restrict_bucket: true }
    }
}

/// Who owns objects that other accounts write.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ownership {
    /// The bucket's account; ACLs mean nothing.
    #[default]
    BucketOwnerEnforced,
    /// The bucket's account, when the writer gives it full control.
    BucketOwnerPreferred,
    /// The writer.
    ObjectWriter,
}

impl Bucket {
    /// A bucket as AWS makes it by default: private, encrypted with S3's keys, without versions.
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: Fixed(name.into()),
            versioning: false,
            encryption: Encryption::default(),
            public_access_block: PublicAccessBlock::default(),
            policy: None,
            lifecycle: Set::default(),
            ownership: Ownership::default(),
            force_destroy: false,
        }
    }
}

impl Named for Bucket {
    const NAME: &'static str = "s3/bucket";
}

attribute!(
    /// The name by which its objects are reached over HTTP, `<name>.s3.<region>.amazonaws.com`.
    pub Domain = "domain"
);

/// Keeps [`Bucket::force_destroy`].
const FORCE_DESTROY: &str = "aqueduct:force-destroy";
const MINUTE: Duration = Duration::from_secs(60);

impl Kind for Bucket {
    const HOLDS_DATA: bool = true;
    const OUTPUTS: &'static [&'static str] = &["arn", "domain"];
    const TAGGING: Tagging = Tagging::S3Bucket;
    const ACTIONS: Actions = Actions {
        read: &[
            "tag:GetResources",
            "s3:GetBucketVersioning",
            "s3:GetBucketPublicAccessBlock",
            "s3:GetEncryptionConfiguration",
            "s3:GetLifecycleConfiguration",
            "s3:GetBucketPolicy",
            "s3:GetBucketOwnershipControls",
            "s3:GetBucketTagging",
            "s3:ListBucketVersions",
        ],
        create: &["s3:CreateBucket", "s3:TagResource"],
        update: &[
            "s3:PutBucketPublicAccessBlock",
            "s3:PutBucketPolicy",
            "s3:DeleteBucketPolicy",
            "s3:PutBucketVersioning",
            "s3:PutEncryptionConfiguration",
            "s3:PutBucketOwnershipControls",
            "s3:PutLifecycleConfiguration",
            "s3:PutBucketTagging",
        ],
        delete: &[
            "s3:GetObjectVersionTagging",
            "s3:DeleteObjectVersion",
            "s3:ListBucketMultipartUploads",
            "s3:AbortMultipartUpload",
            "s3:DeleteBucket",
        ],
        dependent: &[],
    };
    const TYPICAL: Typical = Typical::seconds(3, 3, 3);
    const RETRY: &'static [Retry] = &[
        Retry { code: "MalformedPolicy", message: "Invalid principal", during: Duration::from_secs(120) },
        // Settings of a new bucket, and a policy that was forbidden until just now (AWS.md §2.4).
        Retry { code: "NoSuchBucket", message: "", during: MINUTE },
        Retry { code: "AccessDenied", message: "BlockPublicPolicy", during: MINUTE },
    ];

    fn arns(&self, place: &Place, _: Verb) -> Vec<String> {
        vec![place.s3(&*self.name), place.s3(format!("{}/*", *self.name))]
    }

    fn natural_id(&self) -> Option<String> {
        Some(self.name.0.clone())
    }

    async fn list(cx: &Cx) -> aws::Result<Vec<Live<Self>>> {
        let (index, objects) = try_join!(cx.tag_index(), cx.listed::<Object>())?;
        let listed = objects.iter().map(|object| object.id.clone());
        let ours: BTreeSet<String> = listed.chain(wanted(cx).into_iter().map(|wanted| wanted.id())).collect();
        let prefix = arn(cx, "");
        let buckets = index.iter().filter_map(|(arn, tags)| {
            let name = arn.strip_prefix(&prefix).filter(|name| !name.contains('/'))?;
            let ours = &ours;
            Some(async move {
                let (live, holds) = try_join!(describe(cx, name, Some(tags.clone())), holds_more(cx, name, ours))?;
                Ok::<_, Error>(live.map(|live| live.holds_data(holds)))
            })
        });
        Ok(try_join_all(buckets).await?.into_iter().flatten().collect())
    }

    async fn read(cx: &Cx, id: &str) -> aws::Result<Option<Live<Self>>> {
        describe(cx, id, None).await.map_err(|error| match error.class {
            Class::Denied => {
                Error { message: format!("{} (or {id} is the bucket of another account)", error.message), ..error }
            }
            _ if error.code == "PermanentRedirect" || error.code == "301" => Error {
                message: format!(
                    "{id} is a bucket of another region: give this one another name, such as one with ${{region}}"
                ),
                ..error
            },
            _ => error,
        })
    }

    async fn create(&self, cx: &Cx) -> aws::Result<String> {
        let configuration = CreateBucketConfiguration::builder().set_tags(Some(self.tags(cx)?));
        let elsewhere = Some(cx.region()).filter(|region| *region != "us-east-1").map(BucketLocationConstraint::from);
        let configuration = configuration.set_location_constraint(elsewhere).build();
        cx.s3().create_bucket().bucket(&*self.name).create_bucket_configuration(configuration).send().await?;
        Ok(self.name.0.clone())
    }

    async fn update(&self, cx: &Cx, live: &Live<Self>, changes: &Changes) -> aws::Result<()> {
        // One after another, because S3 refuses changes of one bucket side by side; what may forbid a policy first.
        let (name, s3) = (live.id.as_str(), cx.s3());
        if changes.touch("public_access_block") {
            let block = self.public_access_block.write();
            s3.put_public_access_block().bucket(name).public_access_block_configuration(block).send().await?;
        }
        if changes.touch("policy") {
            match &self.policy {
                Some(policy) => drop(s3.put_bucket_policy().bucket(name).policy(policy.to_json()).send().await?),
                None => drop(s3.delete_bucket_policy().bucket(name).send().await?),
            }
        }
        if changes.touch("versioning") {
            let status =
                if self.versioning { BucketVersioningStatus::Enabled } else { BucketVersioningStatus::Suspended };
            let versioning = VersioningConfiguration::builder().status(status).build();
            s3.put_bucket_versioning().bucket(name).versioning_configuration(versioning).send().await?;
        }
        if changes.touch("encryption") {
            let rules = ServerSideEncryptionConfiguration::builder().rules(self.encryption.write()?).build()?;
            s3.put_bucket_encryption().bucket(name).server_side_encryption_configuration(rules).send().await?;
        }
        if changes.touch("ownership") {
            let rule = OwnershipControlsRule::builder().object_ownership(self.ownership.write()).build()?;
            let controls = OwnershipControls::builder().rules(rule).build()?;
            s3.put_bucket_ownership_controls().bucket(name).ownership_controls(controls).send().await?;
        }
        if changes.touch("lifecycle") {
            self.put_lifecycle(cx, name).await?;
        }
        if changes.touch("force_destroy") {
            let tags = TagSet::builder().set_tag_set(Some(self.tags(cx)?)).build()?;
            s3.put_bucket_tagging().bucket(name).tagging(tags).send().await?;
        }
        Ok(())
    }

    async fn delete(cx: &Cx, live: &Live<Self>) -> aws::Result<()> {
        let name = live.id.as_str();
        // `live` may be of the tagging index, which lags, and what is deleted here is gone for good.
        let forced = is_forced(&tags_of(cx, name).await?);
        if forced {
            contents::clear(cx, name).await?;
        }
        match delete_empty(cx, name).await {
            Err(error) if error.code == "BucketNotEmpty" && !forced => {
                contents::clear_own(cx, name).await?;
                delete_empty(cx, name).await
            }
            other => other,
        }
    }
}

fn arn(cx: &Cx, name: &str) -> String {
    cx.place().s3(name)
}

/// Whether the tags of a bucket allow to delete all that is in it.
fn is_forced(tags: &BTreeMap<String, String>) -> bool {
    tags.get(FORCE_DESTROY).is_some_and(|value| value == "true")
}

async fn delete_empty(cx: &Cx, name: &str) -> aws::Result<()> {
    found(cx.s3().delete_bucket().bucket(name).send().await.map_err(Error::from)).map(drop)
}

/// Whether the bucket holds anything but the objects `ours`, which are `bucket/key`.
async fn holds_more(cx: &Cx, name: &str, ours: &BTreeSet<String>) -> aws::Result<bool> {
    let mut next = Some(contents::Next::default());
    while let Some(from) = next {
        let Some((entries, after)) = contents::page(cx, name, "", false, from).await? else { return Ok(false) };
        if entries.iter().any(|entry| !entry.marker && !ours.contains(&format!("{name}/{}", entry.key))) {
            return Ok(true);
        }
        next = after;
    }
    Ok(false)
}

/// `tags` are read when they are not known.
async fn describe(cx: &Cx, name: &str, tags: Option<BTreeMap<String, String>>) -> aws::Result<Option<Live<Bucket>>> {
    let s3 = cx.s3();
    // What a bucket does not have is not found; only of versioning is there always an answer.
    let versioning = async { found(s3.get_bucket_versioning().bucket(name).send().await.map_err(Error::from)) };
    let block = async { found(s3.get_public_access_block().bucket(name).send().await.map_err(Error::from)) };
    let encryption = async { found(s3.get_bucket_encryption().bucket(name).send().await.map_err(Error::from)) };
    let rules = async { found(s3.get_bucket_lifecycle_configuration().bucket(name).send().await.map_err(Error::from)) };
    let policy = async { found(s3.get_bucket_policy().bucket(name).send().await.map_err(Error::from)) };
    let ownership = async { found(s3.get_bucket_ownership_controls().bucket(name).send().await.map_err(Error::from)) };
    let tags = async {
        match tags {
            Some(tags) => Ok(tags),
            None => tags_of(cx, name).await,
        }
    };
    let all = try_join!(versioning, block, encryption, rules, policy, ownership, tags)?;
    let (Some(versioning), block, encryption, rules, policy, ownership, tags) = all else { return Ok(None) };
    let rule = encryption.and_then(|answer| answer.server_side_encryption_configuration);
    let ownership = ownership.and_then(|answer| answer.ownership_controls);
    let policy = policy
        .and_then(|answer| answer.policy)
        .map(|text| Policy::parse(&text).ok_or_else(|| Error::unreadable("a policy document")));
    let spec = Bucket {
        name: Fixed(name.to_owned()),
        versioning: versioning.status == Some(BucketVersioningStatus::Enabled),
        encryption: Encryption::read(rule.and_then(|rule| rule.rules.into_iter().next()))?,
        public_access_block: PublicAccessBlock::read(block.and_then(|answer| answer.public_access_block_configuration)),
        policy: policy.transpose()?,
        lifecycle: lifecycle::read(rules.and_then(|answer| answer.rules)),
        ownership: Ownership::read(ownership.and_then(|controls| controls.rules.into_iter().next()))?,
        force_destroy: is_forced(&tags),
    };
    let domain = format!("{name}.s3.{}.amazonaws.com", cx.region());
    let live = Live::new(name, spec).output("arn", arn(cx, name)).output("domain", domain);
    Ok(Some(live.tagged(cx, tags)))
}

async fn tags_of(cx: &Cx, name: &str) -> aws::Result<BTreeMap<String, String>> {
    let answer = found(cx.s3().get_bucket_tagging().bucket(name).send().await.map_err(Error::from))?;
    Ok(answer.into_iter().flat_map(|answer| answer.tag_set).map(|tag| (tag.key, tag.value)).collect())
}

impl Bucket {
    /// All its tags, the one that keeps `force_destroy` too.
    fn tags(&self, cx: &Cx) -> aws::Result<Vec<Tag>> {
        let mut tags = cx.tags();
        if self.force_destroy {
            tags.insert(FORCE_DESTROY.into(), "true".into());
        }
        tags.iter().map(|(key, value)| Ok(Tag::builder().key(key).value(value).build()?)).collect()
    }

    async fn put_lifecycle(&self, cx: &Cx, name: &str) -> aws::Result<()> {
        if self.lifecycle.is_empty() {
            cx.s3().delete_bucket_lifecycle().bucket(name).send().await?;
            return Ok(());
        }
        let rules: aws::Result<Vec<_>> = self.lifecycle.iter().map(LifecycleRule::write).collect();
        let rules = BucketLifecycleConfiguration::builder().set_rules(Some(rules?)).build()?;
        cx.s3().put_bucket_lifecycle_configuration().bucket(name).lifecycle_configuration(rules).send().await?;
        Ok(())
    }
}

impl PublicAccessBlock {
    fn write(self) -> PublicAccessBlockConfiguration {
        PublicAccessBlockConfiguration::builder()
            .block_public_acls(self.block_acls)
            .ignore_public_acls(self.ignore_acls)
            .block_public_policy(self.block_policy)
            .restrict_public_buckets(self.restrict_bucket)
            .build()
    }

    fn read(block: Option<PublicAccessBlockConfiguration>) -> Self {
        let flag =
            |get: fn(&PublicAccessBlockConfiguration) -> Option<bool>| block.as_ref().and_then(get).unwrap_or(false);
        Self {
            block_acls: flag(|block| block.block_public_acls),
            ignore_acls: flag(|block| block.ignore_public_acls),
            block_policy: flag(|block| block.block_public_policy),
            restrict_bucket: flag(|block| block.restrict_public_buckets),
        }
    }
}

impl Encryption {
    fn write(&self) -> aws::Result<ServerSideEncryptionRule> {
        let algorithm = match self.algorithm {
            Algorithm::Aes256 => ServerSideEncryption::Aes256,
            Algorithm::Kms => ServerSideEncryption::AwsKms,
            Algorithm::KmsDsse => ServerSideEncryption::AwsKmsDsse,
        };
        let apply = ServerSideEncryptionByDefault::builder().sse_algorithm(algorithm);
        let apply = apply.set_kms_master_key_id(self.kms_key.clone()).build()?;
        let blocked = self.customer_keys.map(|allowed| {
            let kind = if allowed { EncryptionType::None } else { EncryptionType::SseC };
            BlockedEncryptionTypes::builder().encryption_type(kind).build()
        });
        let rule = ServerSideEncryptionRule::builder().apply_server_side_encryption_by_default(apply);
        Ok(rule.bucket_key_enabled(self.bucket_key).set_blocked_encryption_types(blocked).build())
    }

    fn read(rule: Option<ServerSideEncryptionRule>) -> aws::Result<Self> {
        let Some(rule) = rule else { return Ok(Self::default()) };
        let apply = rule.apply_server_side_encryption_by_default;
        let algorithm = match apply.as_ref().map(|apply| &apply.sse_algorithm) {
            None | Some(ServerSideEncryption::Aes256) => Algorithm::Aes256,
            Some(ServerSideEncryption::AwsKms) => Algorithm::Kms,
            Some(ServerSideEncryption::AwsKmsDsse) => Algorithm::KmsDsse,
            Some(other) => return Err(Error::internal(format!("S3 encrypts with {other}, which is not known"))),
        };
        let blocked = rule.blocked_encryption_types.and_then(|types| types.encryption_type).unwrap_or_default();
        Ok(Self {
            algorithm,
            kms_key: apply.and_then(|apply| apply.kms_master_key_id),
            bucket_key: rule.bucket_key_enabled.unwrap_or(false),
            customer_keys: Auto(Some(!blocked.contains(&EncryptionType::SseC))),
        })
    }
}

impl Ownership {
    fn write(self) -> ObjectOwnership {
        match self {
            Self::BucketOwnerEnforced => ObjectOwnership::BucketOwnerEnforced,
            Self::BucketOwnerPreferred => ObjectOwnership::BucketOwnerPreferred,
            Self::ObjectWriter => ObjectOwnership::ObjectWriter,
        }
    }

    /// Without a rule, as buckets were before there were any, objects are their writers'.
    fn read(rule: Option<OwnershipControlsRule>) -> aws::Result<Self> {
        match rule.map(|rule| rule.object_ownership) {
            None | Some(ObjectOwnership::ObjectWriter) => Ok(Self::ObjectWriter),
            Some(ObjectOwnership::BucketOwnerEnforced) => Ok(Self::BucketOwnerEnforced),
            Some(ObjectOwnership::BucketOwnerPreferred) => Ok(Self::BucketOwnerPreferred),
            Some(other) => Err(Error::internal(format!("S3 reports the ownership {other}, which is not known"))),
        }
    }
}
