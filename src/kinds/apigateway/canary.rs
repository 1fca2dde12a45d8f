//! A stage's canary: a part of its traffic that is answered in another way (API model).

use super::patch::{Patch, escaped};
use aws_sdk_apigateway::types::CanarySettings;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A part of a stage's traffic that is answered in another way.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Canary {
    /// How much of the traffic, 0 to 100 percent.
    #[serde(default)]
    pub percent_traffic: f64,
    /// The id of the deployment that answers it; left out, the stage's own.
    #[serde(default)]
    pub deployment: Option<String>,
    /// Stage variables that are others for it, or there for it alone.
    #[serde(default)]
    pub variables: BTreeMap<String, String>,
    /// Whether it shares the stage's cache.
    #[serde(default)]
    pub use_stage_cache: bool,
}

impl Canary {
    /// What AWS reports of a stage that shows `deployment`.
    pub(super) fn of(found: CanarySettings, deployment: Option<&str>) -> Self {
        Self {
            percent_traffic: found.percent_traffic,
            deployment: found.deployment_id.filter(|id| Some(id.as_str()) != deployment),
            variables: found.stage_variable_overrides.unwrap_or_default().into_iter().collect(),
            use_stage_cache: found.use_stage_cache,
        }
    }
}

/// What must be set to come from `live` to `wanted` while the stage's own deployment goes from `before` to `shown`.
pub(super) fn patch(wanted: Option<&Canary>, live: Option<&Canary>, (before, shown): (&str, &str), patch: &mut Patch) {
    let begun = Canary { deployment: None, ..Canary::default() };
    let (wanted, now) = match (wanted, live) {
        (None, None) => return,
        (None, Some(_)) => return patch.remove("/canarySettings", None),
        // AWS takes no single variable away: the rest is set again once all of it is gone.
        (Some(wanted), Some(live)) if live.variables.keys().any(|name| !wanted.variables.contains_key(name)) => {
            return patch.remove("/canarySettings", None);
        }
        (Some(wanted), live) => (wanted, live.unwrap_or(&begun)),
    };
    if wanted.percent_traffic != now.percent_traffic || live.is_none() {
        patch.replace("/canarySettings/percentTraffic", wanted.percent_traffic);
    }
    let deployment = wanted.deployment.as_deref().unwrap_or(shown);
    if deployment != now.deployment.as_deref().unwrap_or(before) {
        patch.replace("/canarySettings/deploymentId", deployment);
    }
    for (name, value) in wanted.variables.iter().filter(|(name, value)| now.variables.get(*name) != Some(value)) {
        patch.replace(format!("/canarySettings/stageVariableOverrides/{}", escaped(name)), value);
    }
    if wanted.use_stage_cache != now.use_stage_cache {
        patch.replace("/canarySettings/useStageCache", wanted.use_stage_cache);
    }
}
