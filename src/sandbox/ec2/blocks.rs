//! Address blocks of VPCs and subnets.

use super::refusals;
use crate::answer::Fault;
use crate::clock::{SECOND, Timed};
use crate::wire::{Params, Xml};
use ipnet::{Ipv4Net, Ipv6Net};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt::Display;

/// How long a block is associating or disassociating.
const TAKES: u64 = 2 * SECOND;

/// A block that was added to a VPC or a subnet.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Block<N> {
    /// `vpc-cidr-assoc-..` or `subnet-cidr-assoc-..`
    pub association: String,
    /// The block itself.
    pub net: N,
    /// Where it is in its life.
    pub state: Timed<Life>,
    /// Why it fails.
    #[serde(default)]
    pub reason: Option<String>,
}

/// The life of an association.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Life {
    /// About to hold.
    Associating,
    /// Holds.
    Associated,
    /// About to be gone.
    Disassociating,
    /// Gone.
    Disassociated,
    /// About to have failed.
    Failing,
    /// Failed; still shown.
    Failed,
}

impl Life {
    /// As in answers.
    pub(super) fn text(self) -> &'static str {
        match self {
            Self::Associating => "associating",
            Self::Associated => "associated",
            Self::Disassociating => "disassociating",
            Self::Disassociated => "disassociated",
            Self::Failing => "failing",
            Self::Failed => "failed",
        }
    }
}

impl<N: Display> Block<N> {
    /// A block that is there from the beginning.
    pub(super) fn first(association: String, net: N, now: u64) -> Self {
        Self { association, net, state: Timed::new(now, Life::Associated), reason: None }
    }

    /// A block that is being added; one that `failing` names fails with the reason there.
    pub(super) fn added(association: String, net: N, now: u64, failing: &BTreeMap<String, String>) -> Self {
        let reason = failing.iter().find(|(block, _)| block.is_empty() || **block == net.to_string());
        let reason = reason.map(|(_, reason)| reason.clone());
        let state = Timed::new(now, Life::Associating);
        let state = match &reason {
            None => state.then(now + TAKES, Life::Associated),
            Some(_) => state.then(now + TAKES, Life::Failing).then(now + 2 * TAKES, Life::Failed),
        };
        Self { association, net, state, reason }
    }

    /// Takes it away.
    pub(super) fn remove(&mut self, now: u64) {
        self.state = Timed::new(now, Life::Disassociating).then(now + TAKES, Life::Disassociated);
    }

    /// Whether it is still shown.
    pub(super) fn shown(&self, now: u64) -> bool {
        *self.state.at(now) != Life::Disassociated
    }

    /// Whether addresses can be taken from it.
    pub(super) fn usable(&self, now: u64) -> bool {
        matches!(self.state.at(now), Life::Associating | Life::Associated)
    }

    /// Whether it is in the way of others: what failed is not.
    pub(super) fn taken(&self, now: u64) -> bool {
        self.shown(now) && !self.fails(now)
    }

    fn fails(&self, now: u64) -> bool {
        matches!(self.state.at(now), Life::Failing | Life::Failed)
    }

    /// Its members, with `prefix` (`cidrBlock` or `ipv6CidrBlock`) in their names.
    pub(super) fn show(&self, prefix: &str, now: u64) -> Xml {
        let state = Xml::new().text("state", self.state.at(now).text());
        let state = state.optional("statusMessage", self.reason.as_ref().filter(|_| self.fails(now)));
        Xml::new()
            .text("associationId", &self.association)
            .text(prefix, &self.net)
            .element(&format!("{prefix}State"), state)
    }
}

/// Reads the IPv4 block at `name`, with the bits after its prefix made zero.
///
/// # Errors
/// When there is none.
pub(super) fn ipv4(params: &Params, name: &str) -> Result<Ipv4Net, Fault> {
    let text: String = params.required(name)?;
    text.parse::<Ipv4Net>().map(|net| net.trunc()).map_err(|_| not_a_block(name, &text))
}

/// Reads the IPv6 block at `name` when there is one, with the bits after its prefix made zero.
///
/// # Errors
/// When it is none.
pub(super) fn ipv6(params: &Params, name: &str) -> Result<Option<Ipv6Net>, Fault> {
    let text: Option<String> = params.optional(name)?;
    text.map(|text| text.parse::<Ipv6Net>().map(|net| net.trunc()).map_err(|_| not_a_block(name, &text))).transpose()
}

fn not_a_block(name: &str, text: &str) -> Fault {
    refusals::invalid(format!("Value ({text}) for parameter {name} is invalid. This is not a valid CIDR block."))
}

/// Whether two blocks have an address in common.
pub(super) fn overlap(one: &Ipv4Net, other: &Ipv4Net) -> bool {
    one.contains(other) || other.contains(one)
}
