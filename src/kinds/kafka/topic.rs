//! `kafka/topic`: a topic, made through MSK's topic API (AWS.md §3.3).

use super::cluster::Cluster;
use crate::resource::{Fixed, Named, Ref};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A topic of a provisioned cluster of Kafka 3.6 or newer. Its id is its ARN.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Topic {
    /// Where it is.
    pub cluster: Fixed<Ref<Cluster>>,
    /// 1 to 249 of `a-z A-Z 0-9 . _ -`.
    pub name: Fixed<String>,
    /// At least 1. Fewer than before replaces the topic.
    pub partitions: i32,
    /// Copies of each partition, at most one a broker; always 3 on Express brokers.
    pub replication: Fixed<i32>,
    /// Settings such as `retention.ms`. Those not named here are AWS's affair: neither compared nor
    /// set, so a setting taken out of the manifest stays as it is until another one changes.
    #[serde(default)]
    pub config: BTreeMap<String, String>,
}

impl Named for Topic {
    const NAME: &'static str = "kafka/topic";
}
