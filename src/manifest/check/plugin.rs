//! The plugin of a connector: whether its file looks like one.

use super::{Check, files};
use crate::manifest::decode::Spanned;
use crate::manifest::diagnostic::Diagnostic;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

/// The record at a ZIP file's end, without its comment: its size and how it begins.
const END: (usize, &[u8]) = (22, b"PK\x05\x06");
/// A file's record in the directory of a ZIP file, without its name: its size and how it begins.
const ENTRY: (usize, &[u8]) = (46, b"PK\x01\x02");

/// Records if the file that `written` names is there but nothing that Kafka Connect could run.
pub(super) fn check(cx: &mut Check<'_>, written: &Spanned<String>) {
    let path = files::path(cx, written);
    let part = match path.extension().and_then(|extension| extension.to_str()) {
        Some(extension) if extension.eq_ignore_ascii_case("zip") => ".jar",
        Some(extension) if extension.eq_ignore_ascii_case("jar") => ".class",
        _ => return,
    };
    // What cannot be read is reported when it is uploaded; what is larger than 4 GiB is no placeholder.
    let Ok((length, names)) = look(&path) else { return };
    let name = &written.value;
    let message = match names {
        _ if length == 0 => format!("`{name}` is empty: nothing will be delivered"),
        None => format!("`{name}` is no ZIP file: nothing will be delivered"),
        Some(names) if !names.iter().any(|name| name.ends_with(part)) => {
            format!("`{name}` has no `{part}` file in it: nothing will be delivered")
        }
        Some(_) => return,
    };
    let wrong = Diagnostic::warning(written.span, message);
    cx.push(wrong.help("download Confluent's S3 sink connector and put its ZIP file there unchanged"));
}

/// The length of the file at `path` and the names in it; no names if it is no ZIP file.
fn look(path: &Path) -> io::Result<(u64, Option<Vec<String>>)> {
    let mut file = File::open(path)?;
    let length = file.metadata()?.len();
    // A comment of at most 65535 bytes follows the record.
    let tail = length.min(END.0 as u64 + u64::from(u16::MAX));
    file.seek(SeekFrom::Start(length - tail))?;
    let mut bytes = vec![];
    file.read_to_end(&mut bytes)?;
    let Some(at) = bytes.windows(END.0).rposition(|window| window.starts_with(END.1)) else {
        return Ok((length, None));
    };
    let field = |offset: usize| number(&bytes, at + offset, 4);
    let (Some(size), Some(start)) = (field(12), field(16)) else { return Ok((length, None)) };
    if start == u64::from(u32::MAX) {
        return Err(io::ErrorKind::Unsupported.into());
    }
    file.seek(SeekFrom::Start(start))?;
    let mut directory = vec![];
    file.take(size).read_to_end(&mut directory)?;
    Ok((length, names(&directory)))
}

/// The names in a ZIP file's directory; none if it is damaged.
fn names(directory: &[u8]) -> Option<Vec<String>> {
    let mut names = vec![];
    let mut at = 0;
    while at < directory.len() {
        directory.get(at..)?.starts_with(ENTRY.1).then_some(())?;
        let length = |offset: usize| number(directory, at + offset, 2).and_then(|length| usize::try_from(length).ok());
        let (name, extra, comment) = (length(28)?, length(30)?, length(32)?);
        let start = at + ENTRY.0;
        names.push(String::from_utf8_lossy(directory.get(start..start + name)?).to_lowercase());
        at = start + name + extra + comment;
    }
    Some(names)
}

/// The number of `size` bytes at `at`, the least one first.
fn number(bytes: &[u8], at: usize, size: usize) -> Option<u64> {
    let bytes = bytes.get(at..at + size)?;
    Some(bytes.iter().rev().fold(0, |number, byte| number << 8 | u64::from(*byte)))
}
