//! What colours mean. Everything reads without them.

use anstyle::{AnsiColor, Style};
use std::fmt::Display;

const fn colour(colour: AnsiColor) -> Style {
    Style::new().fg_color(Some(anstyle::Color::Ansi(colour)))
}

/// Something new.
pub(super) const NEW: Style = colour(AnsiColor::Green);
/// Something that changes.
pub(super) const CHANGED: Style = colour(AnsiColor::Yellow);
/// Something that goes, or went wrong.
pub(super) const GONE: Style = colour(AnsiColor::Red);
/// What one must not overlook.
pub(super) const ALARM: Style = colour(AnsiColor::Red).bold();
/// Secondary matter.
pub(super) const DIM: Style = Style::new().dimmed();
/// Headings.
pub(super) const BOLD: Style = Style::new().bold();

/// `text` in `style`.
pub(super) fn styled(style: Style, text: impl Display) -> String {
    format!("{style}{text}{style:#}")
}

/// An error as people read it: the first line stands out.
pub fn styled_error(text: &str) -> String {
    format!("{}: {text}", styled(ALARM, "error"))
}
