//! The control bucket, `aqueduct-<account>-<region>`: small texts that several runs agree by. Each is written only over what
//! its writer has seen (AWS.md §2.5).

use super::{Class, Cx, Error, Result, found};
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{BucketLocationConstraint, CreateBucketConfiguration, PublicAccessBlockConfiguration};
use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;
use std::time::SystemTime;

/// Reads and writes the control bucket, past the fence.
#[derive(Clone, Debug)]
pub struct Control {
    s3: aws_sdk_s3::Client,
    bucket: String,
    account: String,
    region: String,
}

/// A text as it stands there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    /// Which version it is.
    pub etag: String,
    /// What it says.
    pub text: String,
}

impl Control {
    /// The bucket of the account and region that `cx` is connected to.
    pub fn new(cx: &Cx) -> Self {
        let (account, region) = (cx.account().to_owned(), cx.region().to_owned());
        Self { s3: cx.unfenced_s3(), bucket: cx.place().control_bucket(), account, region }
    }

    /// The text at `key`.
    ///
    /// # Errors
    /// When it cannot be read; somebody else's bucket cannot.
    pub async fn read(&self, key: &str) -> Result<Option<Stored>> {
        let call = self.s3.get_object().bucket(&self.bucket).key(key).expected_bucket_owner(&self.account);
        let Some(answer) = found(call.send().await.map_err(Error::from))? else { return Ok(None) };
        let etag = answer.e_tag.ok_or_else(|| Error::unreadable("the ETag"))?;
        let body = answer.body.collect().await.map_err(|error| Error::unreadable(format!("the content: {error}")))?;
        let text = String::from_utf8_lossy(&body.into_bytes()).into_owned();
        Ok(Some(Stored { etag, text }))
    }

    /// Writes `text` to `key` where the version `over` stands, or nothing; gives the new version, or `None` when something
    /// else stands there. Makes the bucket where there is none.
    ///
    /// # Errors
    /// When it cannot be written. After [`Class::Transport`] it may have been.
    pub async fn write(&self, key: &str, text: &str, over: Option<&str>) -> Result<Option<String>> {
        match self.put(key, text, over).await {
            Err(error) if error.code == "NoSuchBucket" && over.is_none() => {
                self.make().await?;
                self.put(key, text, over).await
            }
            // There was something, and it is gone with the bucket.
            Err(error) if error.code == "NoSuchBucket" => Ok(None),
            other => other,
        }
    }

    async fn put(&self, key: &str, text: &str, over: Option<&str>) -> Result<Option<String>> {
        let call = self.s3.put_object().bucket(&self.bucket).key(key).expected_bucket_owner(&self.account);
        let call = call.set_if_match(over.map(str::to_owned)).set_if_none_match(over.is_none().then(|| "*".to_owned()));
        let body = ByteStream::from(text.as_bytes().to_vec());
        match call.content_type("application/json").body(body).send().await.map_err(Error::from) {
            Ok(answer) => answer.e_tag.map(Some).ok_or_else(|| Error::unreadable("the ETag")),
            Err(error) if ["PreconditionFailed", "ConditionalRequestConflict", "NoSuchKey"].contains(&&*error.code) => {
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    async fn make(&self) -> Result<()> {
        // The first region of all is the one that is not named.
        let elsewhere = (self.region != "us-east-1").then(|| {
            let region = BucketLocationConstraint::from(self.region.as_str());
            CreateBucketConfiguration::builder().location_constraint(region).build()
        });
        let made = self.s3.create_bucket().bucket(&self.bucket).set_create_bucket_configuration(elsewhere).send().await;
        match made.map_err(Error::from) {
            Err(error) if error.code != "BucketAlreadyOwnedByYou" => return Err(error),
            _ => {}
        }
        let closed = PublicAccessBlockConfiguration::builder().block_public_acls(true).block_public_policy(true);
        let closed = closed.ignore_public_acls(true).restrict_public_buckets(true).build();
        let call = self.s3.put_public_access_block().bucket(&self.bucket).public_access_block_configuration(closed);
        call.expected_bucket_owner(&self.account).send().await?;
        Ok(())
    }

    /// Takes the text at `key` away, and the bucket with the last one.
    ///
    /// # Errors
    /// When it cannot be deleted.
    pub async fn remove(&self, key: &str) -> Result<()> {
        let call = self.s3.delete_object().bucket(&self.bucket).key(key).expected_bucket_owner(&self.account);
        found(call.send().await.map_err(Error::from))?;
        let call = self.s3.delete_bucket().bucket(&self.bucket).expected_bucket_owner(&self.account);
        match call.send().await.map_err(Error::from) {
            Err(error) if error.code != "BucketNotEmpty" && error.class != Class::NotFound => Err(error),
            _ => Ok(()),
        }
    }
}

/// What time it is, for people: `2026-05-01T12:00:00Z`.
pub fn now() -> String {
    let seconds = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let seconds = i64::try_from(seconds).unwrap_or(i64::MAX);
    DateTime::from_secs(seconds).fmt(Format::DateTime).unwrap_or_default()
}
