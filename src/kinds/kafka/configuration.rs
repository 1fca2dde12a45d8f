//! `kafka/configuration`: server properties for MSK clusters (AWS.md §3.2).

use crate::resource::{Fixed, Named, Set};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

crate::attribute!(
    /// The number of the latest revision, from 1 up.
    pub Revision = "revision"
);

/// Server properties, in revisions. Its name is unique in account and region; its id is its ARN.
///
/// Configurations cannot be tagged: a note at the end of the description says whose it is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Configuration {
    /// Letters, digits and hyphens, no hyphen first.
    pub name: Fixed<String>,
    /// For people.
    #[serde(default)]
    pub description: String,
    /// The versions of Kafka it is for; none means any.
    #[serde(default)]
    pub kafka_versions: Fixed<Set<String>>,
    /// Broker settings such as `auto.create.topics.enable`. A change makes a new revision, which a
    /// cluster takes when its own settings name it.
    #[serde(default)]
    pub properties: BTreeMap<String, String>,
}

impl Named for Configuration {
    const NAME: &'static str = "kafka/configuration";
}
