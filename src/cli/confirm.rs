//! Questions to the person at the terminal.

use super::exit::Failure;
use std::io::{IsTerminal, Write};

/// Asks for a yes.
pub(super) fn yes(question: &str) -> Result<bool, Failure> {
    let answer = ask(&format!("{question} [y/N] "))?;
    Ok(matches!(answer.to_lowercase().as_str(), "y" | "yes"))
}

/// Asks to type `name`.
pub(super) fn name(warning: &str, name: &str) -> Result<bool, Failure> {
    Ok(ask(&format!("{warning} Type the stack's name, {name}, to go on: "))? == name)
}

fn ask(question: &str) -> Result<String, Failure> {
    if !std::io::stdin().is_terminal() {
        return Err(Failure::usage(
            "there is nobody to ask: stdin is no terminal; nothing was changed\n  add --yes to go on without asking",
        ));
    }
    let mut stderr = anstream::stderr().lock();
    write!(stderr, "{question}").and_then(|()| stderr.flush())?;
    let mut answer = String::new();
    std::io::stdin().read_line(&mut answer)?;
    Ok(answer.trim().to_owned())
}
