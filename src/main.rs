//! The `aqueduct` command.

use std::process::ExitCode;

fn main() -> ExitCode {
    aqueduct::cli::main()
}
