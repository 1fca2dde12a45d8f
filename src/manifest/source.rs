//! Manifest texts and places in them.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

/// A range of bytes in one of the [`Sources`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Span {
    /// Which text, by its number in [`Sources`].
    pub file: u32,
    /// Offset of the first byte.
    pub start: u32,
    /// Offset after the last byte; equals `start` where only a position is known.
    pub end: u32,
}

/// A position as people count: file, line and column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The file as it was named on the command line.
    pub path: String,
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
}

/// One manifest text.
#[derive(Clone, Debug)]
pub struct Source {
    /// Where it comes from.
    pub path: PathBuf,
    /// The whole text.
    pub text: String,
}

/// All texts that one manifest is made of, in the order in which they are merged.
#[derive(Clone, Debug, Default)]
pub struct Sources(Vec<Source>);

impl Sources {
    /// The texts in `sources`, in that order.
    pub fn new(sources: Vec<Source>) -> Self {
        Self(sources)
    }

    /// The texts with their numbers.
    pub fn iter(&self) -> impl Iterator<Item = (u32, &Source)> {
        (0..).zip(&self.0)
    }

    /// The text that `span` lies in.
    pub fn of(&self, span: Span) -> Option<&Source> {
        self.0.get(span.file as usize)
    }

    /// The bytes of `span`; empty where the span does not fit its text.
    pub fn text(&self, span: Span) -> &str {
        self.of(span).and_then(|source| source.text.get(span.start as usize..span.end as usize)).unwrap_or_default()
    }

    /// The folder that relative paths written at `span` start from.
    pub fn folder(&self, span: Span) -> &Path {
        self.of(span).and_then(|source| source.path.parent()).unwrap_or(Path::new(""))
    }

    /// Where `span` begins.
    pub fn place(&self, span: Span) -> Option<Place> {
        let source = self.of(span)?;
        let before = source.text.get(..span.start as usize).unwrap_or(&source.text);
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        Some(Place { path: source.path.display().to_string(), line, column })
    }
}

/// The text of a file, or of a pipe, that has at most `most` bytes: what goes on without end is not read to its end.
///
/// # Errors
/// Those of reading; also when it has more bytes, or is no UTF-8.
pub fn read_text(path: &Path, most: u64) -> io::Result<String> {
    let invalid = |why: String| io::Error::new(io::ErrorKind::InvalidData, why);
    let mut bytes = vec![];
    File::open(path)?.take(most + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > most {
        return Err(invalid(format!("it is larger than {} MiB", most >> 20)));
    }
    String::from_utf8(bytes).map_err(|_| invalid("it is not UTF-8 text".into()))
}
