//! Plans in files: what was shown, and a digest that says whether it still holds.

use super::arguments::Plan as Arguments;
use super::exit::Failure;
use aqueduct::manifest::source::read_text;
use aqueduct::plan::Plan;
use aqueduct::report::{FORMAT, Header, json_plan};
use aqueduct_sandbox::files::write_whole;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::path::Path;

/// What `apply FILE` needs to know of a saved plan; the rest of the file is for readers.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Saved {
    format: u32,
    #[serde(flatten)]
    pub header: Header,
    /// The digest of what was wanted and what was live.
    pub digest: String,
    /// The targets it was limited to.
    #[serde(default)]
    pub targets: Vec<String>,
    /// Whether it destroys the stack.
    #[serde(default)]
    pub destroy: bool,
}

/// Writes the plan beside `file` first, so that a crash leaves no half of one.
pub(super) fn save(
    file: &Path,
    header: &Header,
    plan: &Plan,
    digest: &str,
    command: &Arguments,
) -> Result<(), Failure> {
    let mut document = json_plan(header, plan, digest);
    if let Value::Object(document) = &mut document {
        document.insert("targets".into(), command.targets.clone().into());
        document.insert("destroy".into(), command.destroy.into());
    }
    write_whole(file, format!("{document:#}\n").as_bytes())
        .map_err(|error| Failure::new(format!("cannot save the plan to {}: {error}", file.display())))
}

/// How large a plan may be: thousands of times that of a pipeline.
const MAX_BYTES: u64 = 64 << 20;

/// Reads a saved plan.
pub(super) fn load(file: &Path) -> Result<Saved, Failure> {
    let text = read_text(file, MAX_BYTES)
        .map_err(|error| Failure::usage(format!("cannot read the plan {}: {error}", file.display())))?;
    let saved: Saved = serde_json::from_str(&text).map_err(|error| {
        Failure::usage(format!("{} is not a plan saved with `plan --out`: {error}", file.display()))
    })?;
    if saved.format != FORMAT {
        let found = saved.format;
        return Err(Failure::usage(format!(
            "{} has plan format {found}, but this aqueduct reads format {FORMAT}\n  plan again with this version",
            file.display()
        )));
    }
    Ok(saved)
}
