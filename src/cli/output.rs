//! Where text goes: data to stdout, everything else to stderr. Styles are taken off where they do
//! not belong. A closed pipe ends the output, not the run.

use std::io::Write;

/// Writes `text`, as it is, to stdout.
pub(super) fn print(text: &str) {
    let mut stdout = anstream::stdout().lock();
    // A reader that has gone away does not want the rest.
    let _ = stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush());
}

/// Writes a line to stderr.
pub(super) fn say(line: &str) {
    let mut stderr = anstream::stderr().lock();
    let _ = writeln!(stderr, "{line}");
}

/// Writes `value` as indented JSON to stdout.
pub(super) fn print_json(value: &serde_json::Value) {
    print(&format!("{value:#}\n"));
}
