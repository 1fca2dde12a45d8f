//! The bytes of S3 objects: in memory, or in a directory where each is a plain file under its own key.
//!
//! What an object is (its metadata, which version is current) is S3's own state. Here only the bytes are kept. In a
//! directory each version is `<bucket>/.versions/<escaped key>/<version>`, and the current one is also `<bucket>/<key>`
//! (a hard link), except where keys cannot be paths: `a/../b`, or `a/b` beside an object `a`.

use crate::files::write_whole;
use bytes::Bytes;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};

/// The bytes of every version of every object.
#[derive(Clone, Debug)]
pub struct Objects(Place);

#[derive(Clone, Debug)]
enum Place {
    Memory(BTreeMap<(String, String, String), Bytes>),
    Directory(PathBuf),
}

impl Default for Objects {
    fn default() -> Self {
        Self(Place::Memory(BTreeMap::new()))
    }
}

/// What may stand for itself in the name of a file.
const SAFE: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_');

impl Objects {
    /// Kept below `directory`.
    pub fn in_directory(directory: &Path) -> Self {
        Self(Place::Directory(directory.to_owned()))
    }

    /// Stores the bytes of `version` (`null` without versioning) and makes it the current one.
    ///
    /// # Errors
    /// When the directory cannot be written.
    pub fn put(&mut self, bucket: &str, key: &str, version: &str, bytes: Bytes) -> io::Result<()> {
        match &mut self.0 {
            Place::Memory(all) => {
                all.insert((bucket.to_owned(), key.to_owned(), version.to_owned()), bytes);
            }
            Place::Directory(directory) => {
                let file = version_file(directory, bucket, key, version);
                if let Some(parent) = file.parent() {
                    fs::create_dir_all(parent)?;
                }
                write_whole(&file, &bytes)?;
                show(directory, bucket, key, &file);
            }
        }
        Ok(())
    }

    /// The bytes of `version`.
    ///
    /// # Errors
    /// When they are not there or cannot be read.
    pub fn get(&self, bucket: &str, key: &str, version: &str) -> io::Result<Bytes> {
        match &self.0 {
            Place::Memory(all) => {
                let id = (bucket.to_owned(), key.to_owned(), version.to_owned());
                all.get(&id).cloned().ok_or_else(|| io::ErrorKind::NotFound.into())
            }
            Place::Directory(directory) => fs::read(version_file(directory, bucket, key, version)).map(Bytes::from),
        }
    }

    /// Forgets `version`. The current one is then the one called `current`; `None` when the object is deleted.
    pub fn remove(&mut self, bucket: &str, key: &str, version: &str, current: Option<&str>) {
        match &mut self.0 {
            Place::Memory(all) => {
                all.remove(&(bucket.to_owned(), key.to_owned(), version.to_owned()));
            }
            Place::Directory(directory) => {
                // What is left behind after an error is unreachable: the state names every version there is.
                let _ = fs::remove_file(version_file(directory, bucket, key, version));
                match current {
                    Some(current) => show(directory, bucket, key, &version_file(directory, bucket, key, current)),
                    None => hide(directory, bucket, key),
                }
            }
        }
    }

    /// No version of the object is the current one any more; all stay readable.
    pub fn hide(&mut self, bucket: &str, key: &str) {
        if let Place::Directory(directory) = &self.0 {
            hide(directory, bucket, key);
        }
    }

    /// Forgets the bucket and all that is in it.
    pub fn remove_bucket(&mut self, bucket: &str) {
        match &mut self.0 {
            Place::Memory(all) => all.retain(|(name, _, _), _| name != bucket),
            Place::Directory(directory) => {
                let _ = fs::remove_dir_all(directory.join(escape(bucket)));
            }
        }
    }
}

fn escape(name: &str) -> String {
    let escaped = utf8_percent_encode(name, SAFE).to_string();
    // Bucket names hold dots, which are harmless unless there is nothing else.
    if name.starts_with('.') { escaped } else { escaped.replace("%2E", ".") }
}

fn version_file(directory: &Path, bucket: &str, key: &str, version: &str) -> PathBuf {
    let mut path = directory.join(escape(bucket));
    path.push(".versions");
    // File names end at 255 bytes, keys at 1024.
    let escaped = escape(key).into_bytes();
    for part in escaped.chunks(200) {
        path.push(format!("{}_", String::from_utf8_lossy(part)));
    }
    path.push(escape(version));
    path
}

/// Where people look for `key`, when it can be a path of its own.
fn plain_file(directory: &Path, bucket: &str, key: &str) -> Option<PathBuf> {
    let relative = Path::new(key);
    let plain = relative.components().all(|part| matches!(part, Component::Normal(_)));
    let same = relative.components().collect::<PathBuf>().as_os_str() == relative.as_os_str();
    (plain && same && !key.is_empty() && !key.starts_with(".versions"))
        .then(|| directory.join(escape(bucket)).join(relative))
}

/// Makes the plain file of `key` the same as `version`. A key that cannot have one goes without.
fn show(directory: &Path, bucket: &str, key: &str, version: &Path) {
    hide(directory, bucket, key);
    let Some(plain) = plain_file(directory, bucket, key) else { return };
    if let Some(parent) = plain.parent() {
        let _ = fs::create_dir_all(parent);
    }
    if fs::hard_link(version, &plain).is_err() {
        let _ = fs::copy(version, &plain);
    }
}

fn hide(directory: &Path, bucket: &str, key: &str) {
    let Some(plain) = plain_file(directory, bucket, key) else { return };
    if plain.is_file() {
        let _ = fs::remove_file(&plain);
        // Folders exist only as parts of keys. Removing one that is not empty fails, as it should.
        let bucket = directory.join(escape(bucket));
        for folder in plain.ancestors().skip(1).take_while(|folder| *folder != bucket) {
            if fs::remove_dir(folder).is_err() {
                break;
            }
        }
    }
}
