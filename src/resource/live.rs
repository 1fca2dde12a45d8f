//! A resource as AWS reports it.

use super::Named;
use crate::aws::{Cx, STACK_TAG};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// One live object, read into the normal form `S` of its kind.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Live<S> {
    /// What `read` finds it by: an AWS id, an ARN or a name, as the kind decides.
    pub id: String,
    /// Its settings in the kind's normal form.
    pub spec: S,
    /// What others may refer to besides the id, such as `arn`.
    pub outputs: BTreeMap<String, String>,
    /// The user's tags: without Aqueduct's own and without those of AWS (`aws:`).
    pub tags: BTreeMap<String, String>,
    /// The name under which the stack owns it; `None` when it is not the stack's.
    pub owner: Option<String>,
    /// The stack that its tags name, this one or another.
    #[serde(default)]
    pub stack: Option<String>,
    /// Whether it can be worked with.
    pub status: Status,
    /// Whether deleting this very object loses data; `None` leaves the answer to the kind.
    pub holds_data: Option<bool>,
    /// Which change AWS began and took back last, and why; with its time, so that no two are alike.
    #[serde(default)]
    pub undone: Option<String>,
}

/// Whether a live object can be worked with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Usable and open to changes.
    Ready,
    /// AWS is working on it; AWS's word for the state, such as `CREATING`.
    Pending(String),
    /// Beyond repair in place; AWS's own reason.
    Failed(String),
    /// On its way out.
    Deleting,
}

impl<S: Named> Live<S> {
    /// A ready object without outputs, tags or owner.
    pub fn new(id: impl Into<String>, spec: S) -> Self {
        let (outputs, tags) = (BTreeMap::new(), BTreeMap::new());
        let (owner, stack, status, holds_data, undone) = (None, None, Status::Ready, None, None);
        Self { id: id.into(), spec, outputs, tags, owner, stack, status, holds_data, undone }
    }

    /// Adds the output `name`.
    pub fn output(mut self, name: &str, value: impl Into<String>) -> Self {
        self.outputs.insert(name.into(), value.into());
        self
    }

    /// Takes AWS's tags: the owner from Aqueduct's own, the rest as the user's.
    pub fn tagged<K: Into<String>, V: Into<String>>(mut self, cx: &Cx, tags: impl IntoIterator<Item = (K, V)>) -> Self {
        let tags: BTreeMap<String, String> = tags.into_iter().map(|(k, v)| (k.into(), v.into())).collect();
        self.owner = cx.owner(S::NAME, &tags);
        self.stack = tags.get(STACK_TAG).cloned();
        self.tags = tags;
        self.tags.retain(|key, _| !key.starts_with("aqueduct:") && !key.starts_with("aws:"));
        self
    }

    /// Says that the stack owns it as `name`, for what is owned through its parent or its path.
    pub fn owned_as(mut self, name: impl Into<String>) -> Self {
        self.owner = Some(name.into());
        self
    }

    /// Sets the status.
    pub fn status(mut self, status: Status) -> Self {
        self.status = status;
        self
    }

    /// Says whether deleting this object loses data.
    pub fn holds_data(mut self, holds: bool) -> Self {
        self.holds_data = Some(holds);
        self
    }

    /// Says which change AWS began and took back last, and why.
    pub fn undone(mut self, undone: Option<String>) -> Self {
        self.undone = undone;
        self
    }
}
