//! Local files that are uploaded.

use super::Lowering;
use crate::kinds::s3::bucket::Bucket;
use crate::kinds::s3::object::{Content, Object, Source};
use crate::manifest::decode::Spanned;
use crate::resource::{Auto, Fixed, Initial, Ref};
use md5::{Digest, Md5};
use std::fs::File;
use std::io::{self, BufRead as _, BufReader};
use std::path::{Path, PathBuf};

impl Lowering<'_> {
    /// Uploads the local file that `path` names to `key`; `None` once it is reported unreadable.
    /// Returns the content's digest.
    pub(super) fn upload(
        &mut self,
        name: &str,
        bucket: Ref<Bucket>,
        key: &str,
        path: &Spanned<String>,
    ) -> Option<String> {
        let file = self.sources.folder(path.span).join(&path.value);
        self.upload_file(name, bucket, key, &file, path)
    }

    /// Uploads every file below the folder that `path` names, keeping the folders, below `prefix`.
    pub(super) fn upload_folder(&mut self, name: &str, bucket: &Ref<Bucket>, prefix: &str, path: &Spanned<String>) {
        let folder = self.sources.folder(path.span).join(&path.value);
        let files = match files_below(&folder) {
            Ok(files) => files,
            Err(Unfit::Unreadable(error)) => {
                let message = format!("cannot read the folder {}: {error}", folder.display());
                let help = "name a folder that is there; it is looked for beside the manifest";
                return self.fail(path.span, message, help);
            }
            Err(Unfit::Refused { file, why, help }) => {
                return self.fail(path.span, format!("cannot upload {}: {why}", file.display()), help);
            }
        };
        for (file, below) in files {
            self.upload_file(&format!("{name}/{below}"), bucket.clone(), &format!("{prefix}/{below}"), &file, path);
        }
    }

    fn upload_file(
        &mut self,
        name: &str,
        bucket: Ref<Bucket>,
        key: &str,
        file: &Path,
        said: &Spanned<String>,
    ) -> Option<String> {
        let md5 = match digest(file) {
            Ok(md5) => md5,
            Err(error) => {
                let message = format!("cannot read {}: {error}", file.display());
                self.fail(
                    said.span,
                    message,
                    "put the file there, or name another; it is looked for beside the manifest",
                );
                return None;
            }
        };
        let source = Initial(Some(Source::File(file.display().to_string())));
        let spec = Object {
            bucket: Fixed(bucket),
            key: Fixed(key.into()),
            content: Content { md5: md5.clone(), source },
            content_type: Auto(None),
        };
        self.add(name, &spec);
        Some(md5)
    }
}

/// The MD5 digest of a file, read piece by piece. What is no file, such as a pipe, might never end.
fn digest(path: &Path) -> io::Result<String> {
    if !path.metadata()?.is_file() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is no file"));
    }
    let (mut file, mut digest) = (BufReader::with_capacity(1 << 16, File::open(path)?), Md5::new());
    loop {
        let piece = file.fill_buf()?;
        if piece.is_empty() {
            break;
        }
        digest.update(piece);
        let length = piece.len();
        file.consume(length);
    }
    Ok(digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
}

/// Why the files of a folder are not uploaded.
enum Unfit {
    Unreadable(io::Error),
    Refused { file: PathBuf, why: &'static str, help: &'static str },
}

impl From<io::Error> for Unfit {
    fn from(error: io::Error) -> Self {
        Self::Unreadable(error)
    }
}

/// The files below `folder` in order, each with its path from there; caches of Python are left out, and what is hidden but
/// for `.airflowignore`. A link may lead to a file within the folder: others would upload what nobody meant, or never end.
fn files_below(folder: &Path) -> Result<Vec<(PathBuf, String)>, Unfit> {
    let root = folder.canonicalize()?;
    let mut files = vec![];
    let mut folders = vec![(folder.to_path_buf(), String::new())];
    while let Some((folder, below)) = folders.pop() {
        for entry in std::fs::read_dir(folder)? {
            let entry = entry?;
            let (file, name) = (entry.path(), entry.file_name());
            let lossy = name.to_string_lossy();
            if lossy.starts_with('.') && lossy != ".airflowignore" || lossy == "__pycache__" {
                continue;
            }
            let Some(name) = name.to_str().filter(|name| !name.contains(char::is_control)) else {
                let why = "its name is not printable Unicode";
                return Err(Unfit::Refused { file, why, help: "give it another name" });
            };
            let below = if below.is_empty() { name.to_owned() } else { format!("{below}/{name}") };
            let mut what = entry.file_type()?;
            if what.is_symlink() {
                let target = file.canonicalize()?;
                what = target.metadata()?.file_type();
                if !target.starts_with(&root) || what.is_dir() {
                    let why = "this link leads to another folder";
                    return Err(Unfit::Refused { file, why, help: "put the files themselves there, not a link" });
                }
            }
            if what.is_dir() {
                folders.push((file, below));
            } else if what.is_file() {
                files.push((file, below));
            } else {
                return Err(Unfit::Refused {
                    file,
                    why: "it is no file",
                    help: "remove it, or begin its name with a dot",
                });
            }
        }
    }
    files.sort();
    Ok(files)
}
