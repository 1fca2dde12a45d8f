//! Sections to resources. Pure but for the digests of the local files that are uploaded.

mod airflow;
mod api;
mod buckets;
mod client;
pub mod cloud_init;
pub mod connector;
pub mod covering;
mod files;
mod kafka;
mod network;
pub mod policies;
pub mod routes;
mod sinks;
mod streams;

use super::common::{Logs, Tags};
use super::diagnostic::{Diagnostic, Diagnostics, did_you_mean};
use super::root::Manifest;
use super::source::{Sources, Span};
use crate::kinds::ec2::security_group::SecurityGroup;
use crate::kinds::iam::role::Role;
use crate::kinds::logs::log_group::{LogGroup, Retention};
use crate::resource::Place;
use crate::resource::{Named, Policy, Ref};
use crate::world::{Draft, Graph, GraphError};
use serde::Serialize;
use std::collections::BTreeMap;

/// The resources that `manifest` asks for at `place`, or what is wrong with what it refers to:
/// files that cannot be read, overrides that fit nothing.
pub fn lower(manifest: &Manifest, sources: &Sources, place: &Place) -> Result<Graph, Diagnostics> {
    let tags = manifest.header.tags.iter().map(|(key, value)| (key.value.clone(), value.clone())).collect();
    let stack = manifest.header.stack.value.as_str();
    let (draft, found) = (Draft::default(), Diagnostics::default());
    let mut lowering = Lowering { manifest, sources, place, stack, tags, draft, found };
    lowering.all();
    lowering.finish()
}

/// A lowering under way.
struct Lowering<'a> {
    manifest: &'a Manifest,
    sources: &'a Sources,
    place: &'a Place,
    stack: &'a str,
    tags: BTreeMap<String, String>,
    draft: Draft,
    found: Diagnostics,
}

impl Lowering<'_> {
    fn all(&mut self) {
        let network = self.network();
        self.buckets();
        self.streams();
        if let Some(network) = &network {
            self.kafka(network);
            self.sinks(network);
            self.client(network);
            self.airflow(network);
        }
        self.api(network.as_ref());
    }

    fn finish(mut self) -> Result<Graph, Diagnostics> {
        for (address, given) in self.manifest.overrides.iter() {
            let Err(error) = self.draft.override_fields(&address.value, &given.fields) else { continue };
            self.found.push(match error {
                GraphError::Invalid { error, .. } => given.refused(&address.value, &error.to_string()),
                other => {
                    let known: Vec<String> = self.draft.addresses().map(ToString::to_string).collect();
                    let guess = did_you_mean(&address.value, known.iter().map(String::as_str));
                    let wrong = Diagnostic::error(address.span, other.to_string()).help_if(guess);
                    wrong.help("`aqueduct graph` shows the address of everything that the manifest makes")
                }
            });
        }
        let header = self.manifest.header.stack.span;
        match self.draft.finish() {
            Ok(graph) if !self.found.has_errors() => Ok(graph),
            Ok(_) => Err(self.found),
            Err(errors) => {
                errors.iter().for_each(|error| self.found.push(Diagnostic::error(header, error.to_string())));
                Err(self.found)
            }
        }
    }

    /// A name on AWS: the stack's with `suffix`.
    fn named(&self, suffix: &str) -> String {
        format!("{}-{suffix}", self.stack)
    }

    /// A name on AWS for what all regions of the account share: the stack's and the region's with `suffix`.
    fn named_in_region(&self, suffix: &str) -> String {
        format!("{}-{}-{suffix}", self.stack, self.place.region)
    }

    /// Adds a resource with the manifest's tags.
    fn add<K: Named + Serialize>(&mut self, name: impl Into<String>, spec: &K) {
        let tags = self.tags.clone();
        self.draft.add(name, spec, tags);
    }

    /// Adds a resource with tags of its own on top, which win.
    fn add_tagged<K: Named + Serialize>(&mut self, name: impl Into<String>, spec: &K, own: &Tags) {
        let mut tags = self.tags.clone();
        tags.extend(own.iter().map(|(key, value)| (key.value.clone(), value.clone())));
        self.draft.add(name, spec, tags);
    }

    /// Adds an EC2 resource, which the console shows by its `Name` tag.
    fn add_shown<K: Named + Serialize>(&mut self, name: &str, spec: &K) {
        let mut tags = self.tags.clone();
        tags.entry("Name".into()).or_insert_with(|| self.named(name));
        self.draft.add(name, spec, tags);
    }

    /// Adds the role `name` that `services` may assume, with its one inline policy.
    fn role(
        &mut self,
        name: &str,
        description: &str,
        trust: Policy,
        policy: Policy,
        managed: Vec<String>,
    ) -> Ref<Role> {
        let mut role = Role::new(self.named_in_region(name), trust);
        role.description = description.into();
        role.inline.insert(name.into(), policy);
        role.managed = managed.into_iter().collect();
        self.add(name, &role);
        Ref::to(name)
    }

    /// Adds a log group if `logs` are written.
    fn log_group(&mut self, name: &str, path: String, logs: &Logs) -> bool {
        let Some(days) = logs.retention_days() else { return false };
        let mut group = LogGroup::new(path);
        group.retention_days = Some(Retention::Days(days));
        self.add(name, &group);
        true
    }

    fn security_group(&mut self, name: &str, group: &SecurityGroup) -> Ref<SecurityGroup> {
        self.add_shown(name, group);
        Ref::to(name)
    }

    fn fail(&mut self, span: Span, message: String, help: &str) {
        self.found.push(Diagnostic::error(span, message).help(help));
    }
}
