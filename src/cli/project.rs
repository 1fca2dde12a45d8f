//! The manifest that a command works on.

use super::arguments::Global;
use super::exit::Failure;
use crate::world::{Draft, Graph};
use serde_json::Value;

pub(super) struct Project(Value);

impl Project {
    pub(super) fn load(global: &Global) -> Result<Self, Failure> {
        let text = std::fs::read_to_string(&global.files[0])?;
        Ok(Self(serde_yaml::from_str(&text).map_err(|e| Failure::usage(e.to_string()))?))
    }
    pub(super) fn stack(&self) -> String {
        self.0["stack"].as_str().unwrap_or_default().into()
    }
    pub(super) fn region(&self) -> Option<String> {
        None
    }
    pub(super) fn account(&self) -> Option<String> {
        None
    }
    pub(super) fn lower(&self, _: &str, _: &str) -> Result<Graph, Failure> {
        let mut draft = Draft::default();
        for (a, s) in self.0["resources"].as_object().into_iter().flatten() {
            draft.add_value(a, s, Default::default());
        }
        draft.finish().map_err(|e| Failure::usage(format!("{e:?}")))
    }
    pub(super) fn lower_offline(&self, _: Option<&str>) -> Result<Graph, Failure> {
        self.lower("", "")
    }
}
