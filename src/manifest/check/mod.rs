//! What no single value shows: references between sections and rules across them.
//!
//! Parts that are wrong in themselves are left out; what refers to them is still checked by name.

mod airflow;
mod api;
mod buckets;
mod client;
mod files;
mod kafka;
mod names;
mod network;
mod plugin;
mod sinks;
mod streams;
mod tags;
mod topics;

use super::api::Api;
use super::common::implied;
use super::decode::Spanned;
use super::diagnostic::{Diagnostic, Diagnostics, did_you_mean, listed};
use super::network::{Nat, Network};
use super::root::Parts;
use super::source::{Sources, Span};
use super::yaml::{Node, Value};

/// Records everything that is wrong between the parts of a manifest.
pub fn check(parts: &Parts, tree: &Node, sources: &Sources, found: &mut Diagnostics) {
    let network = match &parts.network {
        Some(Some(network)) => Some(network.clone()),
        // Left out: what the other sections imply.
        Some(None) => implied(tree.span),
        None => None,
    };
    let mut cx = Check { parts, tree, sources, network: network.as_ref(), found };
    let cx = &mut cx;
    network::check(cx);
    buckets::check(cx);
    kafka::check(cx);
    topics::check(cx);
    sinks::check(cx);
    client::check(cx);
    api::check(cx);
    streams::check(cx);
    airflow::check(cx);
    names::check(cx);
    tags::check(cx);
}

/// What checks look at and record into.
struct Check<'a> {
    parts: &'a Parts,
    tree: &'a Node,
    sources: &'a Sources,
    /// As given or implied; none if something in it is wrong.
    network: Option<&'a Network>,
    found: &'a mut Diagnostics,
}

impl Check<'_> {
    fn push(&mut self, diagnostic: Diagnostic) {
        self.found.push(diagnostic);
    }

    /// Whether the manifest has `section`, right or wrong.
    fn has(&self, section: &str) -> bool {
        self.tree.get(section).is_some_and(|entry| entry.value.value != Value::Null)
    }

    /// The names in a map at `path`, whether what they name is right or wrong.
    fn names(&self, path: &[&str]) -> Vec<&str> {
        let mut node = self.tree;
        for key in path {
            match node.get(key) {
                Some(entry) => node = &entry.value,
                None => return vec![],
            }
        }
        node.entries().iter().filter(|entry| entry.value.value != Value::Null).map(|entry| entry.key.as_str()).collect()
    }

    /// Records that `name` is none of the names at `path`, if so; `what` is such a thing: "bucket".
    fn refers(&mut self, name: &Spanned<String>, path: &[&str], what: &str) -> bool {
        let known = self.names(path);
        if known.contains(&name.as_str()) {
            return true;
        }
        let message = format!("there is no {what} `{}`", name.value);
        let place = path.join(".");
        let help = match (did_you_mean(name, known.iter().copied()), known.as_slice()) {
            (Some(guess), _) => guess,
            (None, []) => format!("add it: `{place}: {{{}: {{}}}}`", name.value),
            (None, known) => format!("`{place}` has {}; add it there", listed(known.iter().copied())),
        };
        self.push(Diagnostic::error(name.span, message).help(help));
        false
    }

    /// Records each name that stands in `names` a second time.
    fn unique<'n>(&mut self, names: impl IntoIterator<Item = &'n Spanned<String>>) {
        let mut seen: Vec<&Spanned<String>> = vec![];
        for name in names {
            match seen.iter().find(|earlier| earlier.value == name.value) {
                Some(earlier) => {
                    let wrong = Diagnostic::error(name.span, format!("`{}` stands here twice", name.value));
                    self.push(wrong.other(earlier.span, "first here").help("remove one of the two"));
                }
                None => seen.push(name),
            }
        }
    }

    /// Whether there is a stream, right or wrong.
    fn has_streams(&self) -> bool {
        !self.names(&["streams"]).is_empty()
    }

    /// The API, if a route of it leads to the Kafka REST proxy.
    fn api_to_kafka(&self) -> Option<&Api> {
        let api = self.parts.api.as_ref()?.as_ref()?;
        let proxy = match &self.parts.client {
            Some(client) => client.as_ref().is_some_and(|client| *client.rest_proxy.enabled),
            None => self.has("client"),
        };
        api.leads_to_kafka(proxy).then_some(api)
    }

    /// Whether machines in private subnets reach the internet; unknown of a network that is wrong or
    /// not ours.
    fn way_out(&self) -> Option<bool> {
        let network = self.network.filter(|network| network.existing.is_none())?;
        Some(*network.nat != Nat::None)
    }

    /// Where to point at the way out.
    fn nat(&self) -> Span {
        self.network.map_or(self.tree.span, |network| network.nat.span)
    }

    /// Whether the network has an interface endpoint for `service`; not known if it is not ours.
    fn endpoint(&self, service: &str) -> bool {
        self.network.is_none_or(|network| network.endpoints.iter().any(|endpoint| endpoint.value == service))
    }

    /// How many zones there are, if that is known.
    fn zones(&self) -> Option<usize> {
        let network = self.network?;
        Some(match &network.existing {
            Some(existing) => existing.private_subnets.len(),
            None => network.zones.count(),
        })
    }
}
