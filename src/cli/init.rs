//! `aqueduct init`.

use super::arguments::{Global, Init as Arguments};
use super::exit::{Exit, Failure};
use super::output;
use super::project::DEFAULT;
use aqueduct::manifest::forms::STACK;
use std::io::Write;
use std::path::Path;

const TEMPLATE: &str = include_str!("init.yaml");

pub(super) fn run(global: &Global, command: &Arguments) -> Result<Exit, Failure> {
    let path = match (&command.file, &global.files[..]) {
        (Some(file), _) | (None, [file]) => file,
        (None, []) => Path::new(DEFAULT),
        (None, _) => return Err(Failure::usage("init writes one manifest: name one file")),
    };
    let file = path.display();
    (STACK.test)(&command.stack).map_err(|why| {
        let Arguments { stack, .. } = command;
        Failure::usage(format!("--stack {stack}: not {}: {why}\n  allowed: {}", STACK.what, STACK.rule))
    })?;
    let text = TEMPLATE.replace("stack: pipeline", &format!("stack: {}", command.stack));
    let written = std::fs::File::create_new(path).and_then(|mut made| made.write_all(text.as_bytes()));
    match written {
        Ok(()) => {
            let named = if path == Path::new(DEFAULT) { String::new() } else { format!(" -f {file}") };
            output::say(&format!("Wrote {file}. Next:\n  aqueduct{named} validate\n  aqueduct{named} --sandbox apply"));
            Ok(Exit::InSync)
        }
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Err(Failure::usage(format!(
            "{file} exists already and is left as it is\n  name another file: aqueduct init FILE"
        ))),
        Err(error) => Err(Failure::new(format!("cannot write {file}: {error}"))),
    }
}
