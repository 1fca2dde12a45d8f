//! Local files that are uploaded.

use super::Check;
use crate::manifest::decode::Spanned;
use crate::manifest::diagnostic::{Diagnostic, did_you_mean};
use crate::manifest::source::read_text;
use std::path::{Path, PathBuf};

/// Where `written` leads.
pub(super) fn path(cx: &Check<'_>, written: &Spanned<String>) -> PathBuf {
    cx.sources.folder(written.span).join(&written.value)
}

/// Records if `written` is no file with one of `extensions`.
pub(super) fn file(cx: &mut Check<'_>, written: &Spanned<String>, extensions: &[&str]) {
    let path = path(cx, written);
    let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or_default().to_lowercase();
    if !extensions.contains(&extension.as_str()) {
        let wanted = extensions.iter().map(|extension| format!("`.{extension}`")).collect::<Vec<_>>().join(" or ");
        let wrong = Diagnostic::error(written.span, format!("`{}` is of the wrong kind", written.value));
        cx.push(wrong.help(format!("name a file that ends in {wanted}")));
    } else if path.is_dir() {
        cx.push(Diagnostic::error(written.span, format!("`{}` is a folder", written.value)).help("name the file"));
    } else if !path.is_file() {
        missing(cx, written, &path);
    }
}

/// Records if `written` is no folder that has a file with `extension` in it.
pub(super) fn folder(cx: &mut Check<'_>, written: &Spanned<String>, extension: &str) {
    let path = path(cx, written);
    if path.is_file() {
        let wrong = Diagnostic::error(written.span, format!("`{}` is a file, not a folder", written.value));
        cx.push(wrong.help("name the folder that it lies in"));
    } else if !path.is_dir() {
        missing(cx, written, &path);
    } else if !has(&path, extension, 8) {
        let wrong = Diagnostic::warning(written.span, format!("no file in `{}` ends in `.{extension}`", written.value));
        cx.push(wrong.help("name the folder that has them"));
    }
}

/// What a file says; `None` unless it is one, of a megabyte at most.
pub(super) fn text(path: &Path) -> Option<String> {
    path.is_file().then(|| read_text(path, 1 << 20).ok()).flatten()
}

fn missing(cx: &mut Check<'_>, written: &Spanned<String>, path: &Path) {
    let siblings: Vec<String> =
        path.parent().and_then(|parent| std::fs::read_dir(parent).ok()).map_or(vec![], |entries| {
            entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
        });
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let guess = did_you_mean(&name, siblings.iter().map(String::as_str));
    let wrong = Diagnostic::error(written.span, format!("there is no `{}`", path.display()));
    cx.push(wrong.help_if(guess).help("paths start from the folder of the manifest"));
}

fn has(folder: &Path, extension: &str, depth: usize) -> bool {
    let Ok(entries) = std::fs::read_dir(folder) else { return false };
    entries.flatten().any(|entry| {
        let path = entry.path();
        let fits = path.extension().is_some_and(|found| found == extension);
        // Not through links, which may lead round in circles.
        let folder = || entry.file_type().is_ok_and(|what| what.is_dir());
        fits || (depth > 0 && folder() && has(&path, extension, depth - 1))
    })
}
