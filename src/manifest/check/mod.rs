//! What no single value shows: references between sections and rules across them.

use super::diagnostic::Diagnostics;
use super::root::Parts;
use super::source::Sources;
use super::yaml::Node;

/// Records everything that is wrong between the parts of a manifest.
pub fn check(_parts: &Parts, _tree: &Node, _sources: &Sources, _found: &mut Diagnostics) {}
