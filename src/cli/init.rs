//! `aqueduct init`.

use super::arguments::Init;
use super::exit::{Exit, Failure};
use super::output;
use std::io::Write;

const TEMPLATE: &str = include_str!("init.yaml");

pub(super) fn run(command: &Init) -> Result<Exit, Failure> {
    let file = command.file.display();
    let text = TEMPLATE.replace("stack: pipeline", &format!("stack: {}", command.stack));
    let written = std::fs::File::create_new(&command.file).and_then(|mut made| made.write_all(text.as_bytes()));
    match written {
        Ok(()) => {
            output::say(&format!("Wrote {file}. Next: aqueduct -f {file} validate, then --sandbox plan."));
            Ok(Exit::InSync)
        }
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Err(Failure::usage(format!(
            "{file} exists already and is left as it is\n  name another file: aqueduct init FILE"
        ))),
        Err(error) => Err(Failure::new(format!("cannot write {file}: {error}"))),
    }
}
