//! Local files that are uploaded.

use super::Lowering;
use crate::kinds::s3::bucket::Bucket;
use crate::kinds::s3::object::{Content, Object, Source};
use crate::manifest::decode::Spanned;
use crate::resource::{Auto, Fixed, Initial, Ref};
use md5::{Digest, Md5};
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
            Err(error) => {
                let message = format!("cannot read the folder {}: {error}", folder.display());
                return self.fail(
                    path.span,
                    message,
                    "name a folder that is there; it is looked for beside the manifest",
                );
            }
        };
        for file in files {
            let Some(below) = file.strip_prefix(&folder).ok().and_then(Path::to_str) else { continue };
            let below = below.replace(std::path::MAIN_SEPARATOR, "/");
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
        let bytes = match std::fs::read(file) {
            Ok(bytes) => bytes,
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
        let md5: String = Md5::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
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

/// The files below `folder`, in order; caches of Python are left out, and what is hidden but for `.airflowignore`.
fn files_below(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut files = vec![];
    let mut folders = vec![folder.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder)? {
            let path = entry?.path();
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            if name.starts_with('.') && name != ".airflowignore" || name == "__pycache__" {
                continue;
            }
            if path.is_dir() { folders.push(path) } else { files.push(path) }
        }
    }
    files.sort();
    Ok(files)
}
