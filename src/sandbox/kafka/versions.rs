//! The versions of Kafka that MSK knows.

use super::{Paging, bad, with_token};
use crate::account::Account;
use crate::answer::{Answer, Fault};
use crate::call::Call;
use crate::operation::Operation;
use serde_json::{Value, json};

pub(super) const OPERATIONS: &[Operation] =
    &[Operation::read("ListKafkaVersions", list).at("GET", "/v1/kafka-versions")];

/// A version of Kafka.
#[derive(Debug)]
pub(super) struct Version {
    /// `3.9.x.kraft`
    pub name: &'static str,
    /// Whether new clusters can have it.
    pub active: bool,
    /// Whether Express brokers run it.
    pub express: bool,
}

const fn deprecated(name: &'static str) -> Version {
    Version { name, active: false, express: false }
}

const fn standard(name: &'static str) -> Version {
    Version { name, active: true, express: false }
}

const fn everywhere(name: &'static str) -> Version {
    Version { name, active: true, express: true }
}

/// Every version there has been, as of late 2026.
pub(super) const ALL: &[Version] = &[
    deprecated("1.1.1"),
    deprecated("2.1.0"),
    deprecated("2.2.1"),
    deprecated("2.3.1"),
    deprecated("2.4.1"),
    deprecated("2.4.1.1"),
    deprecated("2.5.1"),
    deprecated("2.6.0"),
    deprecated("2.6.1"),
    deprecated("2.6.2"),
    deprecated("2.6.3"),
    deprecated("2.7.0"),
    deprecated("2.7.1"),
    deprecated("2.7.2"),
    deprecated("2.8.0"),
    deprecated("2.8.1"),
    deprecated("2.8.2.tiered"),
    deprecated("3.1.1"),
    deprecated("3.2.0"),
    deprecated("3.3.1"),
    deprecated("3.3.2"),
    deprecated("3.4.0"),
    deprecated("3.5.1"),
    everywhere("3.6.0"),
    deprecated("3.6.0.1"),
    standard("3.7.x"),
    standard("3.7.x.kraft"),
    everywhere("3.8.x"),
    everywhere("3.8.x.kraft"),
    everywhere("3.9.x"),
    everywhere("3.9.x.kraft"),
    standard("4.0.x.kraft"),
    standard("4.1.x.kraft"),
    everywhere("4.2.x.kraft"),
];

/// The version called `name`.
pub(super) fn find(name: &str) -> Option<&'static Version> {
    ALL.iter().find(|version| version.name == name)
}

/// The version called `name`, or the refusal that names those there are.
pub(super) fn known(parameter: &str, name: &str) -> Result<&'static Version, Fault> {
    find(name).ok_or_else(|| {
        let valid: Vec<&str> = ALL.iter().map(|version| version.name).collect();
        bad(parameter, format!("Unsupported KafkaVersion [{name}]. Valid values: [{}]", valid.join(", ")))
    })
}

impl Version {
    /// Whether its controllers are Kafka's own, not ZooKeeper.
    pub(super) fn kraft(&self) -> bool {
        self.name.ends_with(".kraft")
    }

    /// Its numbers, where `x` stands for the newest of its line.
    pub(super) fn numbers(&self) -> Vec<u32> {
        let parts = self.name.split('.').map_while(|part| match part {
            "x" => Some(u32::MAX),
            part => part.parse().ok(),
        });
        parts.collect()
    }

    /// Whether a cluster of this version can be moved to `target` in place.
    pub(super) fn upgrades_to(&self, target: &Version) -> bool {
        target.active && target.kraft() == self.kraft() && target.numbers() > self.numbers()
    }
}

fn list(_: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let (page, next) = call.input::<Paging>()?.page(ALL)?;
    let versions: Vec<Value> = page
        .iter()
        .map(|version| json!({ "version": version.name, "status": if version.active { "ACTIVE" } else { "DEPRECATED" } }))
        .collect();
    Answer::json(with_token(json!({ "kafkaVersions": versions }), next))
}
