//! The `aqueduct` command. The command line is a part of the program, not of the library: to change it builds no more
//! than itself.

mod cli;

use std::process::ExitCode;

fn main() -> ExitCode {
    cli::main()
}
