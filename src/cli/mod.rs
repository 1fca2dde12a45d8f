//! The command line: one file a command, and what they share.

mod adopt;
mod apply;
mod arguments;
mod confirm;
mod destroy;
mod drift;
mod exit;
mod export;
mod graph;
mod iam_policy;
mod init;
mod leased;
mod output;
mod plan;
mod plan_file;
mod planning;
mod project;
mod run;
mod sandbox;
mod session;
mod signals;
mod status;
mod validate;

pub use arguments::Arguments;
pub use exit::{Exit, Failure};

use arguments::Command;
use clap::Parser;
use std::process::ExitCode;

/// Parses the command line, runs the command, prints what went wrong, and says how it ended.
pub fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            let wanted = !error.use_stderr();
            // A closed pipe cannot be told anything.
            let _ = error.print();
            return ExitCode::from(if wanted { Exit::InSync } else { Exit::Usage });
        }
    };
    arguments.global.color.write_global();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return ExitCode::from(Failure::new(format!("cannot start: {error}")).report()),
    };
    let ended = runtime.block_on(dispatch(arguments));
    runtime.shutdown_background();
    ExitCode::from(ended.unwrap_or_else(|failure| failure.report()))
}

async fn dispatch(Arguments { global, command }: Arguments) -> Result<Exit, Failure> {
    match command {
        Command::Init(command) => init::run(&global, &command),
        Command::Validate => validate::run(&global),
        Command::Plan(command) => plan::run(&global, &command).await,
        Command::Apply(command) => apply::run(&global, &command).await,
        Command::Drift(command) => drift::run(&global, &command).await,
        Command::Destroy(command) => destroy::run(&global, &command).await,
        Command::Status(command) => status::run(&global, &command).await,
        Command::Graph(command) => graph::run(&global, &command),
        Command::Adopt(command) => adopt::run(&global, &command).await,
        Command::Export(command) => export::run(&global, &command).await,
        Command::IamPolicy(command) => iam_policy::run(&global, &command).await,
        Command::Sandbox(command) => sandbox::run(global.speed, &command).await,
    }
}
