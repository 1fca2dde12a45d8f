//! The manifest that a command works on.

use super::arguments::Global;
use super::exit::Failure;
use super::output;
use aqueduct::manifest::diagnostic::Diagnostics;
use aqueduct::manifest::source::Sources;
use aqueduct::manifest::{Inputs, Manifest, UNKNOWN_ACCOUNT, load, lower};
use aqueduct::resource::Place;
use aqueduct::world::Graph;
use std::path::PathBuf;

/// Where the manifest is looked for when none is named.
pub(super) const DEFAULT: &str = "aqueduct.yaml";

/// A manifest in which nothing is wrong, with the texts it came from.
pub(super) struct Project {
    manifest: Manifest,
    sources: Sources,
    files: Vec<PathBuf>,
    region: Option<String>,
}

impl Project {
    /// Reads the files, prints warnings, and fails with everything that is wrong.
    pub(super) fn load(global: &Global) -> Result<Self, Failure> {
        let files = if global.files.is_empty() { vec![DEFAULT.into()] } else { global.files.clone() };
        let project = Self::read(files, None, global.region.clone(), true)?;
        Ok(project)
    }

    fn read(files: Vec<PathBuf>, account: Option<&str>, region: Option<String>, warn: bool) -> Result<Self, Failure> {
        let env = |name: &str| std::env::var(name).ok();
        let inputs = Inputs { account, region: region.as_deref(), env: &env };
        let loaded = load(&files, &inputs);
        let rendered = loaded.diagnostics.render(&loaded.sources, true);
        let Some(manifest) = loaded.manifest else { return Err(Failure::rendered(rendered)) };
        if warn && !loaded.diagnostics.is_empty() {
            output::say(rendered.trim_end());
        }
        Ok(Self { manifest, sources: loaded.sources, files, region })
    }

    /// The name of the stack.
    pub(super) fn stack(&self) -> String {
        self.manifest.header.stack.value.clone()
    }

    /// The region: the command line's or the manifest's.
    pub(super) fn region(&self) -> String {
        self.manifest.header.region.value.clone()
    }

    /// The account that the manifest insists on.
    pub(super) fn account(&self) -> Option<&str> {
        self.manifest.header.account.as_ref().map(|account| account.value.as_str())
    }

    /// The resources wanted in the account that AWS named.
    pub(super) fn lower(&self, place: &Place) -> Result<Graph, Failure> {
        let known = Self::read(self.files.clone(), Some(&place.account), self.region.clone(), false)?;
        known.graph(place)
    }

    /// The resources wanted, as far as they are known without asking AWS for the account.
    pub(super) fn lower_offline(&self) -> Result<Graph, Failure> {
        let account = self.account().unwrap_or(UNKNOWN_ACCOUNT).to_owned();
        self.graph(&Place::new(self.stack(), self.region(), account))
    }

    fn graph(&self, place: &Place) -> Result<Graph, Failure> {
        let wrong = |wrong: Diagnostics| Failure::rendered(wrong.render(&self.sources, true));
        lower(&self.manifest, &self.sources, place).map_err(wrong)
    }
}
