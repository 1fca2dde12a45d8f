//! What is wrong with a manifest, where, and what to do about it.

use super::source::{Place, Sources, Span};
use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};
use std::fmt;

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Nothing is planned or applied.
    Error,
    /// Worth a look; changes nothing.
    Warning,
}

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq)]
pub struct Diagnostic {
    /// Error or warning.
    pub severity: Severity,
    /// What is wrong, in one line.
    pub message: String,
    /// Where; `None` when there is no text to point at.
    pub span: Option<Span>,
    /// What to say at the caret; may be empty.
    pub label: String,
    /// Other places that matter, such as the first of two equal keys.
    pub others: Vec<(Span, String)>,
    /// What to do, a line each.
    pub help: Vec<String>,
}

impl Diagnostic {
    /// An error at `span`.
    pub fn error(span: Span, message: impl Into<String>) -> Self {
        Self::new(Severity::Error, Some(span), message)
    }

    /// A warning at `span`.
    pub fn warning(span: Span, message: impl Into<String>) -> Self {
        Self::new(Severity::Warning, Some(span), message)
    }

    /// An error that no line of a manifest shows.
    pub fn general(message: impl Into<String>) -> Self {
        Self::new(Severity::Error, None, message)
    }

    fn new(severity: Severity, span: Option<Span>, message: impl Into<String>) -> Self {
        Self { severity, message: message.into(), span, label: String::new(), others: vec![], help: vec![] }
    }

    /// Adds a word at the caret.
    #[must_use]
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = label.into();
        self
    }

    /// Adds a second place.
    #[must_use]
    pub fn other(mut self, span: Span, label: impl Into<String>) -> Self {
        self.others.push((span, label.into()));
        self
    }

    /// Adds a line of advice.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help.push(help.into());
        self
    }

    /// Adds a line of advice if there is one.
    #[must_use]
    pub fn help_if(self, help: Option<impl Into<String>>) -> Self {
        match help {
            Some(help) => self.help(help),
            None => self,
        }
    }

    fn render(&self, sources: &Sources, renderer: &Renderer) -> String {
        let level = match self.severity {
            Severity::Error => Level::ERROR,
            Severity::Warning => Level::WARNING,
        };
        let title = level.primary_title(self.message.as_str());
        let mut group = Group::with_title(title);
        // One snippet a file; the file of the main place comes first.
        let mut files: Vec<u32> = self.span.iter().map(|span| span.file).collect();
        for (span, _) in &self.others {
            if !files.contains(&span.file) {
                files.push(span.file);
            }
        }
        for (file, source) in files.iter().filter_map(|file| sources.iter().find(|(number, _)| number == file)) {
            let path = source.path.display().to_string();
            let mut snippet = Snippet::source(source.text.as_str()).path(path);
            if let Some(span) = self.span.filter(|span| span.file == file) {
                let range = range(span, &source.text);
                let label = (!self.label.is_empty()).then_some(self.label.as_str());
                snippet = snippet.annotation(AnnotationKind::Primary.span(range).label(label));
            }
            for (span, label) in self.others.iter().filter(|(span, _)| span.file == file) {
                let range = range(*span, &source.text);
                snippet = snippet.annotation(AnnotationKind::Context.span(range).label(label.as_str()));
            }
            group = group.element(snippet);
        }
        for help in &self.help {
            group = group.element(Level::HELP.message(help.as_str()));
        }
        renderer.render(&[group])
    }
}

/// The bytes to underline: what of `span` fits its first line, at least one character where there is one.
fn range(span: Span, text: &str) -> std::ops::Range<usize> {
    let start = (span.start as usize).min(text.len());
    let rest = text.get(start..).unwrap_or_default();
    let line = rest.lines().next().unwrap_or_default();
    let first = line.chars().next().map_or(0, char::len_utf8);
    let len = (span.end.saturating_sub(span.start) as usize).min(line.trim_end().len()).max(first);
    start..start + len
}

/// More than this nobody reads at once.
const MOST_SHOWN: usize = 100;

/// Everything found wrong with a manifest.
#[derive(Clone, Debug, Default)]
pub struct Diagnostics(Vec<Diagnostic>);

impl Diagnostics {
    /// Adds one.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        self.0.push(diagnostic);
    }

    /// Keeps those that `keep` likes.
    pub fn retain(&mut self, keep: impl FnMut(&Diagnostic) -> bool) {
        self.0.retain(keep);
    }

    /// Whether there is nothing, not even a warning.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether there is an error among them.
    pub fn has_errors(&self) -> bool {
        self.count(Severity::Error) > 0
    }

    /// How many there are of `severity`.
    pub fn count(&self, severity: Severity) -> usize {
        self.0.iter().filter(|diagnostic| diagnostic.severity == severity).count()
    }

    /// Each with its place, ordered by position.
    pub fn placed<'a>(&'a self, sources: &'a Sources) -> impl Iterator<Item = (&'a Diagnostic, Option<Place>)> {
        self.sorted().into_iter().map(|diagnostic| (diagnostic, diagnostic.span.and_then(|span| sources.place(span))))
    }

    fn sorted(&self) -> Vec<&Diagnostic> {
        let mut sorted: Vec<&Diagnostic> = self.0.iter().collect();
        sorted.sort_by_key(|diagnostic| (diagnostic.span, diagnostic.severity, &diagnostic.message));
        // Two checks may find the same fault of a value that several places use.
        sorted.dedup();
        sorted
    }

    /// All of them for people, ordered by position, with the source lines; `coloured` adds control codes.
    pub fn render(&self, sources: &Sources, coloured: bool) -> String {
        let renderer = if coloured { Renderer::styled() } else { Renderer::plain() };
        let renderer = renderer.decor_style(DecorStyle::Ascii);
        let sorted = self.sorted();
        let mut parts: Vec<String> =
            sorted.iter().take(MOST_SHOWN).map(|diagnostic| diagnostic.render(sources, &renderer) + "\n").collect();
        if let Some(more) = sorted.len().checked_sub(MOST_SHOWN).filter(|more| *more > 0) {
            parts.push(format!("… and {more} more\n"));
        }
        parts.join("\n")
    }
}

impl Extend<Diagnostic> for Diagnostics {
    fn extend<I: IntoIterator<Item = Diagnostic>>(&mut self, diagnostics: I) {
        diagnostics.into_iter().for_each(|diagnostic| self.push(diagnostic));
    }
}

impl IntoIterator for Diagnostics {
    type Item = Diagnostic;
    type IntoIter = std::vec::IntoIter<Diagnostic>;
    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Error => "error",
            Self::Warning => "warning",
        })
    }
}

/// "did you mean `x`?" if one of `known` is close to `word`.
pub fn did_you_mean<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let distance = |candidate: &str| strsim::damerau_levenshtein(&word.to_lowercase(), &candidate.to_lowercase());
    let close = known.into_iter().map(|candidate| (distance(candidate), candidate)).min()?;
    let allowed = (word.chars().count() / 3).clamp(1, 4);
    (close.0 <= allowed && close.1 != word).then(|| format!("did you mean `{}`?", close.1))
}

/// `a`, `b` and `c`, at most twelve of them.
pub fn listed<'a>(words: impl IntoIterator<Item = &'a str>) -> String {
    let words: Vec<String> = words.into_iter().map(|word| format!("`{word}`")).collect();
    match words.as_slice() {
        [] => "none".into(),
        [only] => only.clone(),
        [most @ .., last] if most.len() < 12 => format!("{} and {last}", most.join(", ")),
        many => format!("{} and {} more", many[..12].join(", "), many.len() - 12),
    }
}
