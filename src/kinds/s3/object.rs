//! `s3/object`: an object uploaded from a file, found by bucket and key (AWS.md §2.5).

use super::bucket::Bucket;
use super::contents::{self, Entry, Next, unquoted};
use crate::attribute;
use crate::aws::{self, Class, Cx, Error, Tagging, found};
use crate::resource::{Actions, Auto, Changes, Fixed, Initial, Kind, Live, Named, Place, Ref, Retry, Verb, holes};
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::ServerSideEncryption;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use futures::future::try_join_all;
use futures::try_join;
use md5::{Digest, Md5};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// An object uploaded from a file. It carries the two tags of its owner and none of the user's: S3
/// lists objects without tags and bills for each.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Object {
    /// Where it lies.
    pub bucket: Fixed<Ref<Bucket>>,
    /// Its name in the bucket, at most 1024 bytes.
    pub key: Fixed<String>,
    /// What it holds.
    pub content: Content,
    /// Its MIME type; left out, S3 says `application/octet-stream`.
    #[serde(default)]
    pub content_type: Auto<String>,
}

/// What an object holds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Content {
    /// The MD5 of the content as 32 lower-case hexadecimal digits, which is how S3 lists it.
    pub md5: String,
    /// Where the content comes from when it is uploaded.
    #[serde(default)]
    pub source: Initial<Option<Source>>,
}

/// Where content comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// A local file of at most 5 GB. Lowering makes its path relative to the working directory.
    File(String),
    /// The content itself, without references.
    Text(String),
}

impl Content {
    /// The content of a local file that holds `bytes`, whose path is relative to the working directory.
    pub fn of_file(path: impl Into<String>, bytes: &[u8]) -> Self {
        Self { md5: md5(bytes), source: Initial(Some(Source::File(path.into()))) }
    }

    /// `text` itself.
    pub fn of_text(text: impl Into<String>) -> Self {
        let text = text.into();
        Self { md5: md5(text.as_bytes()), source: Initial(Some(Source::Text(text))) }
    }
}

fn md5(bytes: &[u8]) -> String {
    Md5::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

attribute!(
    /// The object's version; `null` in a bucket that keeps none.
    pub VersionId = "version_id"
);
attribute!(
    /// S3's own digest of the object.
    pub Etag = "etag"
);
attribute!(
    /// `s3://bucket/key`.
    pub Url = "url"
);

impl Named for Object {
    const NAME: &'static str = "s3/object";
}

/// Where the MD5 stands when the ETag is none: KMS encrypts the object (AWS.md §2.5).
const MD5: &str = "aqueduct-md5";
/// How many objects that the manifest does not list may be asked for their owner.
const MOST_STRANGERS: usize = 100;
/// How many pages of a folder are read; wanted objects further on are read one by one.
const MOST_PAGES: usize = 5;

impl Kind for Object {
    const OUTPUTS: &'static [&'static str] = &["arn", "version_id", "etag", "url"];
    const VOLATILE: &'static [&'static str] = &["version_id", "etag"];
    const ADOPTION: Tagging = Tagging::S3Object;
    const ACTIONS: Actions = Actions {
        read: &[
            "tag:GetResources",
            "s3:ListBucketVersions",
            "s3:ListBucket",
            "s3:GetObject",
            "s3:GetObjectTagging",
            "s3:GetObjectVersionTagging",
        ],
        create: &["s3:PutObject", "s3:PutObjectTagging"],
        update: &["s3:PutObject", "s3:PutObjectTagging"],
        delete: &["s3:DeleteObjectVersion"],
        dependent: &[],
    };
    const RETRY: &'static [Retry] = &[Retry { code: "NoSuchBucket", message: "", during: Duration::from_secs(60) }];

    fn arns(&self, place: &Place, _: Verb) -> Vec<String> {
        let bucket = self.bucket.value();
        vec![place.s3(format!("{bucket}/{}", *self.key)), place.s3(bucket)]
    }

    fn natural_id(&self) -> Option<String> {
        Some(format!("{}/{}", self.bucket.value(), *self.key))
    }

    /// Reads whole buckets at once, as far as their first thousand versions go; beyond that, the folders that the manifest
    /// writes into. Objects that the manifest does not list any more are found there by their tags, as long as they are not
    /// lost among more than a hundred of somebody else's.
    async fn list(cx: &Cx) -> aws::Result<Vec<Live<Self>>> {
        let prefix = cx.place().s3("");
        let index = cx.tag_index().await?;
        let owned = index.keys().filter_map(|arn| arn.strip_prefix(&prefix)).filter(|name| !name.contains('/'));
        let owned: BTreeSet<&str> = owned.collect();
        let mut buckets: BTreeMap<String, Vec<Wanted>> =
            owned.iter().map(|bucket| ((*bucket).to_owned(), vec![])).collect();
        for wanted in wanted(cx) {
            buckets.entry(wanted.bucket.clone()).or_default().push(wanted);
        }
        let listings =
            buckets.iter().map(|(bucket, wanted)| in_bucket(cx, bucket, wanted, owned.contains(bucket.as_str())));
        Ok(try_join_all(listings).await?.into_iter().flatten().collect())
    }

    async fn read(cx: &Cx, id: &str) -> aws::Result<Option<Live<Self>>> {
        let (bucket, key) = split(id);
        let tags = async {
            let call = cx.s3().get_object_tagging().bucket(bucket).key(key);
            found(call.send().await.map_err(Error::from))
        };
        let (Some(live), Some(tags)) = try_join!(head(cx, bucket, key), tags)? else { return Ok(None) };
        let mut live = live.tagged(cx, tags.tag_set.into_iter().map(|tag| (tag.key, tag.value)));
        live.tags.clear();
        Ok(Some(live))
    }

    async fn create(&self, cx: &Cx) -> aws::Result<String> {
        match self.put(cx, Some("*")).await {
            Err(error) if error.code == "PreconditionFailed" => Err(Error { class: Class::AlreadyExists, ..error }),
            other => other,
        }
    }

    async fn update(&self, cx: &Cx, _: &Live<Self>, _: &Changes) -> aws::Result<()> {
        self.put(cx, None).await.map(drop)
    }

    async fn delete(cx: &Cx, live: &Live<Self>) -> aws::Result<()> {
        let (bucket, key) = split(&live.id);
        let mut entries = matching(cx, bucket, key, false, usize::MAX).await?;
        entries.retain(|entry| entry.key == key);
        found(contents::delete(cx, bucket, &entries).await).map(drop)
    }
}

impl Object {
    /// Uploads the content. S3 itself checks that it is what the manifest said.
    async fn put(&self, cx: &Cx, if_none_match: Option<&str>) -> aws::Result<String> {
        let md5: Option<Vec<u8>> =
            (0..16).map(|at| u8::from_str_radix(self.content.md5.get(2 * at..2 * at + 2)?, 16).ok()).collect();
        let invalid = || Error::new("InvalidDigest", format!("`{}` is no MD5", self.content.md5), Class::Invalid);
        let md5 = md5.filter(|_| self.content.md5.len() == 32).ok_or_else(invalid)?;
        let body = match self.content.source.as_ref() {
            Some(Source::Text(text)) => ByteStream::from(text.clone().into_bytes()),
            Some(Source::File(path)) => {
                let unreadable =
                    |error| Error::new("Unreadable", format!("cannot read {path}: {error}"), Class::Invalid);
                ByteStream::from_path(path).await.map_err(unreadable)?
            }
            None => {
                return Err(Error::new(
                    "NoSource",
                    format!("nothing says where the content of {} comes from", *self.key),
                    Class::Invalid,
                ));
            }
        };
        let owner = cx.tags().into_iter().filter(|(key, _)| key.starts_with("aqueduct:"));
        let tagging = form_urlencoded::Serializer::new(String::new()).extend_pairs(owner).finish();
        let (bucket, key) = (self.bucket.value(), self.key.as_str());
        let call = cx.s3().put_object().bucket(bucket).key(key).tagging(tagging).metadata(MD5, &self.content.md5);
        let call =
            call.set_content_type(self.content_type.0.clone()).set_if_none_match(if_none_match.map(str::to_owned));
        match call.content_md5(BASE64_STANDARD.encode(md5)).body(body).send().await.map_err(Error::from) {
            Err(error) if error.code == "BadDigest" => {
                let message = format!("the content of {key} is not what it was when the manifest was read; run again");
                Err(Error { message, class: Class::Invalid, ..error })
            }
            other => other.map(|_| format!("{bucket}/{key}")),
        }
    }
}

/// An object that the manifest asks for.
pub(super) struct Wanted {
    name: String,
    bucket: String,
    spec: Object,
}

impl Wanted {
    pub(super) fn id(&self) -> String {
        format!("{}/{}", self.bucket, *self.spec.key)
    }
}

/// The objects that the manifest asks for, as far as their buckets' names are known.
pub(super) fn wanted(cx: &Cx) -> Vec<Wanted> {
    let buckets: BTreeMap<String, String> =
        cx.wanted::<Bucket>().into_iter().map(|(name, bucket)| (name, bucket.name.0)).collect();
    let wanted = cx.wanted::<Object>().into_iter().filter_map(|(name, spec)| {
        let text = spec.bucket.value();
        let bucket = match holes(text).next() {
            None => text.to_owned(),
            Some(hole) => buckets.get(hole.address.strip_prefix(Bucket::NAME)?.strip_prefix('/')?)?.clone(),
        };
        Some(Wanted { name, bucket, spec })
    });
    wanted.collect()
}

fn split(id: &str) -> (&str, &str) {
    id.split_once('/').unwrap_or((id, ""))
}

/// The stack's objects in one bucket.
async fn in_bucket(cx: &Cx, bucket: &str, wanted: &[Wanted], owned: bool) -> aws::Result<Vec<Live<Object>>> {
    let Some((mut entries, next)) = contents::page(cx, bucket, "", false, Next::default()).await? else {
        return Ok(vec![]);
    };
    if next.is_some() {
        let folders = folders(wanted.iter().map(|wanted| wanted.spec.key.as_str()));
        let read = folders.iter().map(|folder| matching(cx, bucket, folder, folder.is_empty(), MOST_PAGES));
        entries = try_join_all(read).await?.into_iter().flatten().collect();
    }
    let entries: Vec<Entry> = entries.into_iter().filter(|entry| entry.latest && !entry.marker).collect();
    let (listed, strangers): (Vec<_>, Vec<_>) =
        entries.iter().partition(|entry| wanted.iter().any(|wanted| *wanted.spec.key == entry.key));
    // Nobody uploads in parts here, so an ETag of parts belongs to somebody else's object.
    let strangers: Vec<&Entry> = strangers.into_iter().filter(|entry| !entry.etag.contains('-')).collect();
    let strangers = if strangers.len() > MOST_STRANGERS { vec![] } else { strangers };
    let listed = listed.into_iter().filter_map(|entry| {
        let wanted = wanted.iter().find(|wanted| *wanted.spec.key == entry.key)?;
        Some(of_wanted(cx, bucket, entry, wanted, owned))
    });
    let strangers = strangers.into_iter().map(|entry| of_stranger(cx, bucket, entry));
    let (listed, strangers) = try_join!(try_join_all(listed), try_join_all(strangers))?;
    Ok(listed.into_iter().chain(strangers).flatten().collect())
}

/// The folders of `keys`: everything below the first part of a key, or, with the empty name, what is in none.
fn folders<'a>(keys: impl Iterator<Item = &'a str>) -> BTreeSet<&'a str> {
    keys.map(|key| key.find('/').map_or("", |end| &key[..=end])).collect()
}

/// The entries of the bucket that begin with `prefix`, on at most `pages` pages.
async fn matching(cx: &Cx, bucket: &str, prefix: &str, flat: bool, pages: usize) -> aws::Result<Vec<Entry>> {
    let (mut all, mut next) = (vec![], Some(Next::default()));
    for _ in 0..pages {
        let Some(from) = next.take() else { break };
        let Some((entries, after)) = contents::page(cx, bucket, prefix, flat, from).await? else { break };
        all.extend(entries);
        next = after;
    }
    Ok(all)
}

/// An object that the manifest asks for. What the listing says is enough when its ETag is the wanted MD5.
async fn of_wanted(
    cx: &Cx,
    bucket: &str,
    entry: &Entry,
    wanted: &Wanted,
    owned: bool,
) -> aws::Result<Option<Live<Object>>> {
    if !owned {
        return Object::read(cx, &wanted.id()).await;
    }
    let plain = entry.etag == wanted.spec.content.md5 && wanted.spec.content_type.is_none();
    let live = if plain {
        let spec = spec(bucket, &entry.key, entry.etag.clone(), None);
        Some(outputs(cx, spec, &entry.version, &entry.etag))
    } else {
        head(cx, bucket, &entry.key).await?
    };
    // Whatever lies at a wanted key in a bucket of the stack is the stack's.
    Ok(live.map(|live| live.owned_as(&wanted.name)))
}

/// An object that the manifest does not ask for, when it is the stack's nevertheless.
async fn of_stranger(cx: &Cx, bucket: &str, entry: &Entry) -> aws::Result<Option<Live<Object>>> {
    match contents::tags(cx, bucket, entry).await? {
        Some(tags) if contents::ours(cx, &tags) => Object::read(cx, &format!("{bucket}/{}", entry.key)).await,
        _ => Ok(None),
    }
}

async fn head(cx: &Cx, bucket: &str, key: &str) -> aws::Result<Option<Live<Object>>> {
    let answer = found(cx.s3().head_object().bucket(bucket).key(key).send().await.map_err(Error::from))?;
    let Some(answer) = answer else { return Ok(None) };
    let etag = unquoted(answer.e_tag.as_deref());
    let digest =
        matches!(answer.server_side_encryption, None | Some(ServerSideEncryption::Aes256)) && !etag.contains('-');
    let kept = answer.metadata.and_then(|mut metadata| metadata.remove(MD5)).filter(|_| !digest);
    let spec = spec(bucket, key, kept.unwrap_or_else(|| etag.clone()), answer.content_type);
    Ok(Some(outputs(cx, spec, answer.version_id.as_deref().unwrap_or("null"), &etag)))
}

fn spec(bucket: &str, key: &str, md5: String, content_type: Option<String>) -> Object {
    Object {
        bucket: Fixed(Ref::existing(bucket)),
        key: Fixed(key.to_owned()),
        content: Content { md5, source: Initial(None) },
        content_type: Auto(content_type),
    }
}

fn outputs(cx: &Cx, spec: Object, version: &str, etag: &str) -> Live<Object> {
    let path = format!("{}/{}", spec.bucket.value(), *spec.key);
    Live::new(&path, spec)
        .output("arn", cx.place().s3(&path))
        .output("version_id", version)
        .output("etag", etag)
        .output("url", format!("s3://{path}"))
}
