//! A sandbox in a directory survives its process.

use super::{active, create, kinesis, pass};
use aqueduct_sandbox::objects::Objects;
use aqueduct_sandbox::{OpenError, Options, Sandbox};
use aws_sdk_kinesis::primitives::Blob;
use bytes::Bytes;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

/// A directory of its own, removed in the end.
struct Directory(PathBuf);

impl Directory {
    fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let name = format!("aqueduct-sandbox-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        Self(std::env::temp_dir().join(name))
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn open(directory: &Path) -> Arc<Sandbox> {
    Sandbox::open(directory, Options { rate_limits: false, ..Options::default() }).unwrap()
}

#[tokio::test(start_paused = true)]
async fn what_was_made_is_there_after_a_restart() {
    let directory = Directory::new();
    let sandbox = open(&directory.0);
    let client = kinesis(&sandbox);
    active(&client, "s", 2).await;
    client.put_record().stream_name("s").partition_key("k").data(Blob::new("kept")).send().await.unwrap();
    let before = sandbox.now();
    drop((client, sandbox));

    let sandbox = open(&directory.0);
    assert!(sandbox.now() >= before, "time goes on");
    let summary = kinesis(&sandbox).describe_stream_summary().stream_name("s").send().await.unwrap();
    assert_eq!(summary.stream_description_summary.unwrap().open_shard_count, 2);
    let kept = sandbox.with_account(|account| {
        let shards = &account.kinesis.streams["s"].shards;
        shards.iter().flat_map(|shard| &shard.records).map(|record| record.data.0.clone()).collect::<Vec<_>>()
    });
    assert_eq!(kept, [b"kept"]);
}

#[tokio::test(start_paused = true)]
async fn a_life_cycle_goes_on_after_a_restart() {
    let directory = Directory::new();
    create(&kinesis(&open(&directory.0)), "s", 1).await;
    let sandbox = open(&directory.0);
    let status = async || {
        let summary = kinesis(&sandbox).describe_stream_summary().stream_name("s").send().await.unwrap();
        summary.stream_description_summary.unwrap().stream_status.as_str().to_owned()
    };
    assert_eq!(status().await, "CREATING");
    pass(20).await;
    assert_eq!(status().await, "ACTIVE");
}

#[tokio::test(start_paused = true)]
async fn only_changes_are_written() {
    let directory = Directory::new();
    let sandbox = open(&directory.0);
    let client = kinesis(&sandbox);
    client.list_streams().send().await.unwrap();
    assert!(!directory.0.join("state.json").exists());
    create(&client, "s", 1).await;
    assert!(directory.0.join("state.json").exists());
}

#[test]
fn a_directory_that_holds_something_else_is_refused() {
    let directory = Directory::new();
    fs::create_dir_all(&directory.0).unwrap();
    for text in ["", "{}", "[1, 2", r#"{"version":99,"now":0,"wall":0,"account":{}}"#] {
        fs::write(directory.0.join("state.json"), text).unwrap();
        let error = Sandbox::open(&directory.0, Options::default()).unwrap_err();
        assert!(matches!(error, OpenError::Invalid { .. }), "{text}: {error}");
        assert!(error.to_string().contains("state.json"), "{error}");
    }
}

#[test]
fn objects_are_plain_files_by_their_key() {
    let directory = Directory::new();
    let mut objects = Objects::in_directory(&directory.0);
    let plain = directory.0.join("bucket/plugins/a.zip");
    objects.put("bucket", "plugins/a.zip", "1", Bytes::from("old")).unwrap();
    objects.put("bucket", "plugins/a.zip", "2", Bytes::from("new")).unwrap();
    assert_eq!(fs::read(&plain).unwrap(), b"new");
    assert_eq!(objects.get("bucket", "plugins/a.zip", "1").unwrap(), "old");
    objects.remove("bucket", "plugins/a.zip", "2", Some("1"));
    assert_eq!(fs::read(&plain).unwrap(), b"old");
    objects.remove("bucket", "plugins/a.zip", "1", None);
    assert!(!plain.exists() && !directory.0.join("bucket/plugins").exists());
}

#[test]
fn keys_that_cannot_be_paths_keep_their_bytes_and_stay_in_the_directory() {
    let directory = Directory::new();
    let mut objects = Objects::in_directory(&directory.0.join("objects"));
    let long = "k".repeat(1_024);
    let keys =
        ["../../escape", "/absolute", "a//b", "a/./b", "a", "a/b", "folder/", ".versions/a", "ü \0 %2F", &long, "."];
    for (index, key) in keys.iter().enumerate() {
        objects.put("bucket", key, "null", Bytes::from(index.to_string())).unwrap();
    }
    for (index, key) in keys.iter().enumerate() {
        assert_eq!(objects.get("bucket", key, "null").unwrap(), index.to_string(), "{key:?}");
    }
    let outside: Vec<_> = fs::read_dir(&directory.0).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(outside, ["objects"]);
    objects.remove("bucket", "a", "null", None);
    assert_eq!(objects.get("bucket", "a/b", "null").unwrap(), "5");
    objects.remove_bucket("bucket");
    assert!(objects.get("bucket", "a/b", "null").is_err());
}
