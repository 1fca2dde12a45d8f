//! `kafkaconnect/worker-configuration`: properties of Kafka Connect's workers (AWS.md §4.2).

use super::properties::Properties;
use crate::resource::{Fixed, Named};
use serde::{Deserialize, Serialize};

/// Properties of workers. Its id is its ARN. Nothing of it changes in place, so its name is to hold a
/// digest of the properties: others are then another configuration, and the old one goes once no
/// connector uses it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WorkerConfiguration {
    /// 1 to 128 characters; unique in account and region.
    pub name: Fixed<String>,
    /// At most 1024 characters.
    #[serde(default)]
    pub description: Fixed<String>,
    /// The properties, `key.converter` and `value.converter` among them.
    pub properties: Fixed<Properties>,
}

impl Named for WorkerConfiguration {
    const NAME: &'static str = "kafkaconnect/worker-configuration";
}
