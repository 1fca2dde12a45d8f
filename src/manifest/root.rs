//! The manifest as a whole.

use super::airflow::Airflow;
use super::api::Api;
use super::buckets::Bucket;
use super::client::Client;
use super::decode::{Decoder, Map};
use super::diagnostic::{Diagnostic, Diagnostics, did_you_mean, listed};
use super::forms;
use super::header::Header;
use super::kafka::Kafka;
use super::layout::Constraint::{Form, Keys};
use super::layout::Field;
use super::network::Network;
use super::overrides::Overrides;
use super::section::section;
use super::sinks::Sink;
use super::streams::Stream;
use super::yaml::{Entry, Node, Value};

section! {
    /// The sections of a manifest. Each may be left out, and makes nothing then.
    pub struct Sections {
        /// Where everything runs.
        network: Option<Network>,
        /// Where data lies, by a short name.
        buckets: Map<Bucket> = "{}" where Keys(&Form(&forms::LABEL)),
        /// The Kafka cluster and its topics.
        kafka: Option<Kafka>,
        /// Topics delivered to buckets, by a short name.
        sinks: Map<Sink> = "{}" where Keys(&Form(&forms::LABEL)),
        /// The machine with Kafka's tools and the REST proxy.
        client: Option<Client>,
        /// The REST API in front of Kafka and Kinesis.
        api: Option<Api>,
        /// Kinesis streams by name.
        streams: Map<Stream> = "{}" where Keys(&Form(&forms::STREAM)),
        /// The Airflow environment.
        airflow: Option<Airflow>,
        /// Any field of any resource, by address.
        overrides: Overrides = "{}",
    }
}

/// A manifest of which every part was read; each part is `None` where something in it is wrong.
#[derive(Debug)]
pub struct Parts {
    /// What stands at the top.
    pub header: Option<Header>,
    /// `network`.
    pub network: Option<Option<Network>>,
    /// `buckets`.
    pub buckets: Option<Map<Bucket>>,
    /// `kafka`.
    pub kafka: Option<Option<Kafka>>,
    /// `sinks`.
    pub sinks: Option<Map<Sink>>,
    /// `client`.
    pub client: Option<Option<Client>>,
    /// `api`.
    pub api: Option<Option<Api>>,
    /// `streams`.
    pub streams: Option<Map<Stream>>,
    /// `airflow`.
    pub airflow: Option<Option<Airflow>>,
    /// `overrides`.
    pub overrides: Option<Overrides>,
}

impl Parts {
    /// Reads every part of `tree`, recording whatever is wrong; `None` if it is no map.
    pub fn decode(tree: &Node, found: &mut Diagnostics) -> Option<Self> {
        known_keys(tree, found)?;
        let is_header = |entry: &&Entry| Header::LAYOUT.fields.iter().any(|field| field.name == entry.key);
        let header = tree.entries().iter().filter(is_header).cloned().collect();
        let header = Node { value: Value::Map(header), ..*tree };
        let mut cx = Decoder::new(found);
        let cx = &mut cx;
        let field = |name: &str| Sections::LAYOUT.fields.iter().find(|field| field.name == name);
        macro_rules! part {
            ($name:literal) => {
                field($name).and_then(|field| cx.field(tree, field))
            };
        }
        Some(Self {
            header: super::decode::Decode::decode(&header, cx),
            network: part!("network"),
            buckets: part!("buckets"),
            kafka: part!("kafka"),
            sinks: part!("sinks"),
            client: part!("client"),
            api: part!("api"),
            streams: part!("streams"),
            airflow: part!("airflow"),
            overrides: part!("overrides"),
        })
    }

    /// The manifest, if no part of it is wrong.
    pub fn whole(self) -> Option<Manifest> {
        let sections = Sections {
            span: super::source::Span::default(),
            network: self.network?,
            buckets: self.buckets?,
            kafka: self.kafka?,
            sinks: self.sinks?,
            client: self.client?,
            api: self.api?,
            streams: self.streams?,
            airflow: self.airflow?,
            overrides: self.overrides?,
        };
        Some(Manifest { header: self.header?, sections })
    }
}

/// A manifest in which nothing is wrong.
#[derive(Clone, Debug)]
pub struct Manifest {
    /// What stands at the top.
    pub header: Header,
    /// What follows.
    pub sections: Sections,
}

impl Manifest {
    /// Whether the client machine runs the Kafka REST proxy.
    pub fn has_proxy(&self) -> bool {
        self.client.as_ref().is_some_and(|client| *client.rest_proxy.enabled)
    }

    /// The API, if a route of it leads to the Kafka REST proxy.
    pub fn api_to_kafka(&self) -> Option<&Api> {
        self.api.as_ref().filter(|api| api.leads_to_kafka(self.has_proxy()))
    }
}

impl std::ops::Deref for Manifest {
    type Target = Sections;
    fn deref(&self) -> &Sections {
        &self.sections
    }
}

/// Every key that may stand at the top.
pub fn fields() -> impl Iterator<Item = &'static Field> {
    Header::LAYOUT.fields.iter().chain(Sections::LAYOUT.fields)
}

fn known_keys(tree: &Node, found: &mut Diagnostics) -> Option<()> {
    if !matches!(tree.value, Value::Map(_)) {
        let message = format!("expected a manifest, found {}", tree.describe());
        found.push(
            Diagnostic::error(tree.span, message).help("begin with `aqueduct: 1`; `aqueduct init` writes an example"),
        );
        return None;
    }
    for entry in tree.entries() {
        let known = || fields().map(|field| field.name);
        if !known().any(|name| name == entry.key) {
            let help =
                did_you_mean(&entry.key, known()).unwrap_or_else(|| format!("known here are {}", listed(known())));
            found.push(Diagnostic::error(entry.span, format!("unknown key `{}`", entry.key)).help(help));
        }
    }
    Some(())
}
