//! S3: what depends on versions, conditions and conflicts.

use super::pass;
use crate::support::Lab;
use aws_sdk_s3::Client;
use aws_sdk_s3::error::ProvideErrorMetadata;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{
    BucketLocationConstraint, BucketVersioningStatus, CompletedMultipartUpload, CompletedPart,
    CreateBucketConfiguration, PublicAccessBlockConfiguration, Tag, Tagging, VersioningConfiguration,
};
use std::sync::Arc;

const BUCKET: &str = "a-bucket";

async fn lab() -> Lab {
    let lab = Lab::new().await;
    lab.cx.s3().create_bucket().bucket(BUCKET).send().await.unwrap();
    lab
}

async fn version(s3: &Client, status: BucketVersioningStatus) {
    let versioning = VersioningConfiguration::builder().status(status).build();
    s3.put_bucket_versioning().bucket(BUCKET).versioning_configuration(versioning).send().await.unwrap();
}

async fn put(s3: &Client, key: &str, content: &'static str) -> Option<String> {
    let call = s3.put_object().bucket(BUCKET).key(key).body(ByteStream::from_static(content.as_bytes()));
    call.send().await.unwrap().version_id
}

async fn get(s3: &Client, key: &str) -> Option<String> {
    let answer = s3.get_object().bucket(BUCKET).key(key).send().await.ok()?;
    Some(String::from_utf8(answer.body.collect().await.unwrap().to_vec()).unwrap())
}

/// The code of a refusal.
macro_rules! refused {
    ($call:expr) => {
        $call.send().await.unwrap_err().code().unwrap_or_default().to_owned()
    };
}

async fn keys(s3: &Client) -> Vec<String> {
    let answer = s3.list_objects_v2().bucket(BUCKET).send().await.unwrap();
    answer.contents().iter().map(|object| object.key().unwrap().to_owned()).collect()
}

#[tokio::test(start_paused = true)]
async fn what_is_put_is_what_is_got() {
    let lab = lab().await;
    let s3 = lab.cx.s3();
    let call = s3.put_object().bucket(BUCKET).key("a/ü & b.txt").body(ByteStream::from_static(b"hello"));
    let call = call.content_type("text/plain").metadata("k", "v").tagging("team=data&x=%2F");
    let etag = call.send().await.unwrap().e_tag.unwrap();
    assert_eq!(etag, "\"5d41402abc4b2a76b9719d911017c592\"");
    let answer = s3.get_object().bucket(BUCKET).key("a/ü & b.txt").send().await.unwrap();
    assert_eq!((answer.content_type(), answer.tag_count()), (Some("text/plain"), Some(2)));
    assert_eq!(answer.metadata().unwrap()["k"], "v");
    assert_eq!(answer.body.collect().await.unwrap().to_vec(), b"hello");
    let part = s3.get_object().bucket(BUCKET).key("a/ü & b.txt").range("bytes=1-3").send().await.unwrap();
    assert_eq!(part.content_range(), Some("bytes 1-3/5"));
    assert_eq!(part.body.collect().await.unwrap().to_vec(), b"ell");
    let head = s3.head_object().bucket(BUCKET).key("a/ü & b.txt").send().await.unwrap();
    assert_eq!((head.content_length(), head.version_id()), (Some(5), None));
    assert_eq!(refused!(s3.head_object().bucket(BUCKET).key("none")), "NotFound");
    assert_eq!(refused!(s3.get_object().bucket(BUCKET).key("none")), "NoSuchKey");
    assert_eq!(refused!(s3.get_object().bucket("no-bucket").key("none")), "NoSuchBucket");
}

#[tokio::test(start_paused = true)]
async fn deleting_in_a_versioned_bucket_leaves_a_marker() {
    let lab = lab().await;
    let s3 = lab.cx.s3();
    put(s3, "k", "before").await;
    version(s3, BucketVersioningStatus::Enabled).await;
    let second = put(s3, "k", "after").await.unwrap();
    let deleted = s3.delete_object().bucket(BUCKET).key("k").send().await.unwrap();
    assert_eq!(deleted.delete_marker(), Some(true));
    assert_eq!(get(s3, "k").await, None);
    let listed = s3.list_object_versions().bucket(BUCKET).send().await.unwrap();
    let ids: Vec<_> = listed.versions().iter().map(|version| version.version_id().unwrap()).collect();
    assert_eq!(ids, [second.as_str(), "null"]);
    assert_eq!(listed.delete_markers()[0].is_latest(), Some(true));
    assert_eq!(refused!(s3.delete_bucket().bucket(BUCKET)), "BucketNotEmpty");
    let marker = deleted.version_id.unwrap();
    s3.delete_object().bucket(BUCKET).key("k").version_id(marker).send().await.unwrap();
    assert_eq!(get(s3, "k").await.as_deref(), Some("after"));
    s3.delete_object().bucket(BUCKET).key("k").version_id(second).send().await.unwrap();
    assert_eq!(get(s3, "k").await.as_deref(), Some("before"));
}

#[tokio::test(start_paused = true)]
async fn suspended_versioning_overwrites_only_the_version_without_a_name() {
    let lab = lab().await;
    let s3 = lab.cx.s3();
    version(s3, BucketVersioningStatus::Enabled).await;
    put(s3, "k", "kept").await;
    version(s3, BucketVersioningStatus::Suspended).await;
    put(s3, "k", "one").await;
    put(s3, "k", "two").await;
    let listed = s3.list_object_versions().bucket(BUCKET).send().await.unwrap();
    assert_eq!(listed.versions().len(), 2);
    s3.delete_object().bucket(BUCKET).key("k").send().await.unwrap();
    let listed = s3.list_object_versions().bucket(BUCKET).send().await.unwrap();
    assert_eq!((listed.versions().len(), listed.delete_markers()[0].version_id()), (1, Some("null")));
}

#[tokio::test(start_paused = true)]
async fn conditional_writes_let_one_of_two_writers_win() {
    let lab = lab().await;
    let s3 = lab.cx.s3();
    let new = || s3.put_object().bucket(BUCKET).key("lease").if_none_match("*");
    let etag = new().body(ByteStream::from_static(b"1")).send().await.unwrap().e_tag.unwrap();
    assert_eq!(refused!(new()), "PreconditionFailed");
    let renew = || s3.put_object().bucket(BUCKET).key("lease").if_match(&etag);
    renew().body(ByteStream::from_static(b"2")).send().await.unwrap();
    assert_eq!(refused!(renew().body(ByteStream::from_static(b"3"))), "PreconditionFailed");
    assert_eq!(refused!(s3.put_object().bucket(BUCKET).key("none").if_match(&etag)), "NoSuchKey");
    s3.delete_object().bucket(BUCKET).key("lease").send().await.unwrap();
    new().send().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn listings_come_in_pages_and_fold_at_the_delimiter() {
    let lab = lab().await;
    let s3 = lab.cx.s3();
    for key in ["a", "d/1", "d/2", "d/e/3", "z"] {
        put(s3, key, "").await;
    }
    let (mut seen, mut token) = (vec![], None);
    for _ in 0..3 {
        let call = s3.list_objects_v2().bucket(BUCKET).delimiter("/").max_keys(1);
        let page = call.set_continuation_token(token).send().await.unwrap();
        seen.extend(page.contents().iter().map(|object| object.key().unwrap().to_owned()));
        seen.extend(page.common_prefixes().iter().map(|folder| folder.prefix().unwrap().to_owned()));
        token = page.next_continuation_token;
    }
    assert_eq!((seen, token), (vec!["a".to_owned(), "d/".into(), "z".into()], None));
    let below = s3.list_objects_v2().bucket(BUCKET).prefix("d/").delimiter("/").send().await.unwrap();
    assert_eq!((below.contents().len(), below.common_prefixes()[0].prefix()), (2, Some("d/e/")));
    let (mut seen, mut key, mut id) = (vec![], None, None);
    version(s3, BucketVersioningStatus::Enabled).await;
    put(s3, "a", "again").await;
    for _ in 0..3 {
        let call = s3.list_object_versions().bucket(BUCKET).max_keys(2);
        let page = call.set_key_marker(key).set_version_id_marker(id).send().await.unwrap();
        seen.extend(page.versions().iter().map(|version| version.key().unwrap().to_owned()));
        (key, id) = (page.next_key_marker, page.next_version_id_marker);
    }
    assert_eq!((seen.join(" "), key), ("a a d/1 d/2 d/e/3 z".to_owned(), None));
}

#[tokio::test(start_paused = true)]
async fn an_upload_in_parts_becomes_one_object() {
    let lab = lab().await;
    let s3 = lab.cx.s3();
    let begun = s3.create_multipart_upload().bucket(BUCKET).key("big").send().await.unwrap();
    let id = begun.upload_id().unwrap();
    let mut parts = vec![];
    for (number, size) in [(1, 5 << 20), (2, 3)] {
        let call = s3.upload_part().bucket(BUCKET).key("big").upload_id(id).part_number(number);
        let etag = call.body(ByteStream::from(vec![b'x'; size])).send().await.unwrap().e_tag.unwrap();
        parts.push(CompletedPart::builder().part_number(number).e_tag(etag).build());
    }
    let listed = s3.list_multipart_uploads().bucket(BUCKET).send().await.unwrap();
    assert_eq!(listed.uploads()[0].key(), Some("big"));
    assert_eq!(s3.list_parts().bucket(BUCKET).key("big").upload_id(id).send().await.unwrap().parts().len(), 2);
    let all = CompletedMultipartUpload::builder().set_parts(Some(parts)).build();
    let call = s3.complete_multipart_upload().bucket(BUCKET).key("big").upload_id(id).multipart_upload(all);
    assert!(call.send().await.unwrap().e_tag().unwrap().ends_with("-2\""));
    assert_eq!(get(s3, "big").await.unwrap().len(), (5 << 20) + 3);
    let again = s3.abort_multipart_upload().bucket(BUCKET).key("big").upload_id(id);
    assert_eq!(refused!(again), "NoSuchUpload");
}

#[tokio::test(start_paused = true)]
async fn a_copy_takes_tags_and_metadata_along() {
    let lab = lab().await;
    let s3 = lab.cx.s3();
    let call = s3.put_object().bucket(BUCKET).key("from").tagging("a=b").metadata("m", "1");
    call.body(ByteStream::from_static(b"bytes")).send().await.unwrap();
    s3.copy_object().bucket(BUCKET).key("to").copy_source("a-bucket/from").send().await.unwrap();
    let copy = s3.get_object().bucket(BUCKET).key("to").send().await.unwrap();
    assert_eq!((copy.tag_count(), copy.metadata().unwrap()["m"].as_str()), (Some(1), "1"));
    assert_eq!(copy.body.collect().await.unwrap().to_vec(), b"bytes");
}

#[tokio::test(start_paused = true)]
async fn a_name_is_free_again_some_time_after_its_bucket_is_deleted() {
    let lab = lab().await;
    let s3 = lab.cx.s3();
    s3.delete_bucket().bucket(BUCKET).send().await.unwrap();
    assert_eq!(refused!(s3.create_bucket().bucket(BUCKET)), "OperationAborted");
    pass(30).await;
    s3.create_bucket().bucket(BUCKET).send().await.unwrap();
    assert_eq!(keys(s3).await, Vec::<String>::new());
}

#[tokio::test(start_paused = true)]
async fn bucket_names_are_unique_in_the_world() {
    let lab = lab().await;
    let s3 = lab.cx.s3();
    lab.sandbox.with_account(|account| account.s3.foreign.insert("theirs".to_owned()));
    assert_eq!(refused!(s3.create_bucket().bucket("theirs")), "BucketAlreadyExists");
    assert_eq!(refused!(s3.get_bucket_versioning().bucket("theirs")), "AccessDenied");
    // Only in us-east-1 is one's own bucket made twice.
    s3.create_bucket().bucket(BUCKET).send().await.unwrap();
    let elsewhere = |name: &str| {
        let region = BucketLocationConstraint::from("eu-west-1");
        let configuration = CreateBucketConfiguration::builder().location_constraint(region).build();
        s3.create_bucket().bucket(name).create_bucket_configuration(configuration)
    };
    elsewhere("far-away").send().await.unwrap();
    assert_eq!(refused!(elsewhere("far-away")), "BucketAlreadyOwnedByYou");
    assert_eq!(refused!(s3.get_bucket_versioning().bucket("far-away")), "PermanentRedirect");
    for name in ["Upper", "a_b", "x", "-a-", "192.168.0.1", "a..b", "xn--abc", "abc-s3alias"] {
        assert_eq!(refused!(s3.create_bucket().bucket(name)), "InvalidBucketName", "{name}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_a_new_bucket_does_not_have_is_said_with_a_code_of_its_own() {
    let lab = lab().await;
    let s3 = lab.cx.s3();
    assert_eq!(refused!(s3.get_bucket_tagging().bucket(BUCKET)), "NoSuchTagSet");
    assert_eq!(refused!(s3.get_bucket_policy().bucket(BUCKET)), "NoSuchBucketPolicy");
    assert_eq!(refused!(s3.get_bucket_lifecycle_configuration().bucket(BUCKET)), "NoSuchLifecycleConfiguration");
    assert_eq!(refused!(s3.get_bucket_cors().bucket(BUCKET)), "NoSuchCORSConfiguration");
    assert_eq!(s3.get_bucket_versioning().bucket(BUCKET).send().await.unwrap().status(), None);
    s3.get_bucket_encryption().bucket(BUCKET).send().await.unwrap();
    s3.delete_public_access_block().bucket(BUCKET).send().await.unwrap();
    assert_eq!(refused!(s3.get_public_access_block().bucket(BUCKET)), "NoSuchPublicAccessBlockConfiguration");
    s3.delete_bucket_ownership_controls().bucket(BUCKET).send().await.unwrap();
    assert_eq!(refused!(s3.get_bucket_ownership_controls().bucket(BUCKET)), "OwnershipControlsNotFoundError");
    assert_eq!(refused!(s3.get_bucket_ownership_controls().bucket("none")), "NoSuchBucket");
}

#[tokio::test(start_paused = true)]
async fn public_policies_are_refused_as_long_as_they_are_blocked() {
    let lab = lab().await;
    let s3 = lab.cx.s3();
    let policy = |principal: &str, action: &str, resource: &str| {
        format!(
            r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Principal":{principal},"Action":"{action}","Resource":"{resource}"}}]}}"#
        )
    };
    let put = |text: String| s3.put_bucket_policy().bucket(BUCKET).policy(text);
    let all = "arn:aws:s3:::a-bucket/*";
    let public = policy("\"*\"", "s3:GetObject", all);
    assert_eq!(refused!(put(public.clone())), "AccessDenied");
    let open = PublicAccessBlockConfiguration::builder().block_public_policy(false).build();
    s3.put_public_access_block().bucket(BUCKET).public_access_block_configuration(open).send().await.unwrap();
    put(public).send().await.unwrap();
    let status = s3.get_bucket_policy_status().bucket(BUCKET).send().await.unwrap();
    assert_eq!(status.policy_status.unwrap().is_public(), Some(true));
    let service = r#"{"Service":"logs.amazonaws.com"}"#;
    for text in [
        policy(service, "ec2:RunInstances", all),
        policy(service, "s3:GetObject", "arn:aws:s3:::other/*"),
        policy(r#"{"AWS":"arn:aws:iam::000000000000:role/none"}"#, "s3:GetObject", all),
        "nonsense".to_owned(),
    ] {
        assert_eq!(refused!(put(text.clone())), "MalformedPolicy", "{text}");
    }
    put(policy(service, "s3:GetObject", all)).send().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn objects_have_ten_tags_and_no_more() {
    let lab = lab().await;
    let s3 = lab.cx.s3();
    let tags = |count: usize| (0..count).map(|number| format!("k{number}=v")).collect::<Vec<_>>().join("&");
    s3.put_object().bucket(BUCKET).key("k").tagging(tags(10)).send().await.unwrap();
    assert_eq!(refused!(s3.put_object().bucket(BUCKET).key("k").tagging(tags(11))), "BadRequest");
    let tagging = Tagging::builder().tag_set(Tag::builder().key("a").value("b").build().unwrap()).build().unwrap();
    s3.put_object_tagging().bucket(BUCKET).key("k").tagging(tagging).send().await.unwrap();
    assert_eq!(s3.get_object_tagging().bucket(BUCKET).key("k").send().await.unwrap().tag_set().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_damaged_upload_is_refused() {
    let lab = lab().await;
    let call = lab.cx.s3().put_object().bucket(BUCKET).key("k").body(ByteStream::from_static(b"damaged"));
    assert_eq!(refused!(call.content_md5("XUFAKrxLKna5cZ2REBfFkg==")), "BadDigest");
    assert_eq!(keys(lab.cx.s3()).await, Vec::<String>::new());
}

#[tokio::test(start_paused = true)]
async fn objects_are_plain_files_in_the_directory_of_the_sandbox() {
    use aqueduct::aws::{Connect, StandIn};
    use aqueduct_sandbox::{Options, Sandbox};
    let directory = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("sandbox-s3");
    let _ = std::fs::remove_dir_all(&directory);
    let open = || Sandbox::open(&directory, Options::default()).unwrap();
    let client = async |sandbox: &Arc<Sandbox>| {
        let stand_in = Some(StandIn::Client(sandbox.http_client()));
        Connect { stand_in, ..Connect::default() }.connect("test").await.unwrap()
    };
    let cx = client(&open()).await;
    cx.s3().create_bucket().bucket(BUCKET).send().await.unwrap();
    put(cx.s3(), "topics/pin/0.json", "{}").await;
    let file = directory.join("objects/a-bucket/topics/pin/0.json");
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "{}");
    let cx = client(&open()).await;
    assert_eq!(get(cx.s3(), "topics/pin/0.json").await.as_deref(), Some("{}"));
    cx.s3().delete_object().bucket(BUCKET).key("topics/pin/0.json").send().await.unwrap();
    assert!(!file.exists());
}
