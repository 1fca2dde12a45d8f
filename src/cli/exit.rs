//! How a command ends.

use aqueduct::report::styled_error;
use std::fmt::Display;
use std::process::ExitCode;

/// Exit codes. They are part of the interface.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// Done, or nothing to do.
    InSync = 0,
    /// Something failed.
    Error = 1,
    /// There are differences (`drift`, `plan --detailed-exitcode`).
    Differences = 2,
    /// The command line or the manifest is wrong; nothing was called.
    Usage = 3,
    /// Somebody else holds the stack's lease.
    Held = 4,
    /// Interrupted; another run goes on.
    Interrupted = 130,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// Why a command did not succeed, as people read it.
#[derive(Debug)]
pub struct Failure {
    exit: Exit,
    text: String,
}

impl Failure {
    /// A failure with exit code 1.
    pub fn new(text: impl Display) -> Self {
        Self { exit: Exit::Error, text: styled_error(&text.to_string()) }
    }

    /// A mistake in the command line or the manifest, exit code 3.
    pub fn usage(text: impl Display) -> Self {
        Self { exit: Exit::Usage, text: styled_error(&text.to_string()) }
    }

    /// Somebody else is at work, exit code 4.
    pub fn held(text: impl Display) -> Self {
        Self { exit: Exit::Held, text: styled_error(&text.to_string()) }
    }

    /// Diagnostics that are rendered already, exit code 3.
    pub fn rendered(text: String) -> Self {
        Self { exit: Exit::Usage, text }
    }

    /// Prints it and gives the exit code.
    pub fn report(&self) -> Exit {
        super::output::say(self.text.trim_end());
        self.exit
    }
}

impl<E: std::error::Error> From<E> for Failure {
    fn from(error: E) -> Self {
        Self::new(error)
    }
}
