//! Kinds with their types erased, so that one graph and one engine can hold every kind.

use super::{Actions, Changes, Effect, Kind, Live, Place, Retry, Typical, Verb, tree};
use crate::aws::{self, Cx, Tagging};
use crate::resource::Change;
use futures::future::BoxFuture;
use serde_json::Value;
use std::marker::PhantomData;
use std::sync::Arc;
use std::time::Duration;
use tree::Tree;

/// A spec that does not fit its kind.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct SpecError(pub String);

/// A [`Kind`] whose struct is seen as JSON. Specs given to it must come from [`AnyKind::parse`] or
/// from its own listings; others are answered with errors.
#[expect(missing_docs, reason = "each method is the one of `Kind` with the same name")]
pub trait AnyKind: Send + Sync {
    fn name(&self) -> &'static str;
    fn holds_data(&self) -> bool;
    fn outputs(&self) -> &'static [&'static str];
    fn volatile(&self) -> &'static [&'static str];
    fn tagging(&self) -> Tagging;
    fn adoption(&self) -> Tagging;
    fn actions(&self) -> Actions;
    fn retry(&self) -> &'static [Retry];
    fn typical(&self) -> Typical;
    fn timeout(&self) -> Duration;
    /// Checks `spec` against the kind's struct and returns it in full, defaults filled in.
    fn parse(&self, spec: &Value) -> Result<Value, SpecError>;
    /// The tree of `spec`, which is compared.
    fn tree(&self, spec: &Value) -> Result<Tree, SpecError>;
    fn natural_id(&self, spec: &Value) -> Option<String>;
    fn claim(&self, spec: &Value) -> Option<String>;
    fn arns(&self, spec: &Value, place: &Place, verb: Verb) -> Vec<String>;
    fn effect(&self, change: &Change) -> Effect;
    fn list<'a>(&'a self, cx: &'a Cx) -> BoxFuture<'a, aws::Result<Vec<Live<Value>>>>;
    fn read<'a>(&'a self, cx: &'a Cx, id: &'a str) -> BoxFuture<'a, aws::Result<Option<Live<Value>>>>;
    fn epitaph<'a>(&'a self, cx: &'a Cx, id: &'a str) -> BoxFuture<'a, aws::Result<Option<String>>>;
    fn lookalikes<'a>(&'a self, cx: &'a Cx, spec: &'a Value) -> BoxFuture<'a, aws::Result<Vec<String>>>;
    fn create<'a>(&'a self, cx: &'a Cx, spec: &'a Value) -> BoxFuture<'a, aws::Result<String>>;
    fn update<'a>(
        &'a self,
        cx: &'a Cx,
        spec: &'a Value,
        live: Live<Value>,
        changes: &'a Changes,
    ) -> BoxFuture<'a, aws::Result<()>>;
    fn delete<'a>(&'a self, cx: &'a Cx, live: Live<Value>) -> BoxFuture<'a, aws::Result<()>>;
}

/// The one [`AnyKind`] of the kind `K`.
pub struct Erased<K>(PhantomData<fn() -> K>);

impl<K> Erased<K> {
    /// For the list of all kinds.
    pub const fn new() -> Self {
        Self(PhantomData)
    }
}

impl<K> Default for Erased<K> {
    fn default() -> Self {
        Self::new()
    }
}

fn typed<K: Kind>(spec: &Value) -> Result<K, SpecError> {
    serde_json::from_value(spec.clone()).map_err(|error| SpecError(error.to_string()))
}

fn misfit<K: Kind>(error: impl std::fmt::Display) -> aws::Error {
    aws::Error::internal(format!("a spec of {} does not fit its kind: {error}", K::NAME))
}

fn erase<K: Kind>(live: &Live<K>) -> aws::Result<Live<Value>> {
    let spec = serde_json::to_value(&live.spec).map_err(misfit::<K>)?;
    Ok(with_spec(live, spec))
}

fn with_spec<A, B>(live: &Live<A>, spec: B) -> Live<B> {
    let Live { id, spec: _, outputs, tags, owner, stack, status, holds_data, undone } = live;
    let (id, outputs, tags, stack) = (id.clone(), outputs.clone(), tags.clone(), stack.clone());
    let (owner, status, holds_data, undone) = (owner.clone(), status.clone(), *holds_data, undone.clone());
    Live { id, spec, outputs, tags, owner, stack, status, holds_data, undone }
}

impl<K: Kind> AnyKind for Erased<K> {
    fn name(&self) -> &'static str {
        K::NAME
    }
    fn holds_data(&self) -> bool {
        K::HOLDS_DATA
    }
    fn outputs(&self) -> &'static [&'static str] {
        K::OUTPUTS
    }
    fn volatile(&self) -> &'static [&'static str] {
        K::VOLATILE
    }
    fn tagging(&self) -> Tagging {
        K::TAGGING
    }
    fn adoption(&self) -> Tagging {
        K::ADOPTION
    }
    fn actions(&self) -> Actions {
        K::ACTIONS
    }
    fn retry(&self) -> &'static [Retry] {
        K::RETRY
    }
    fn typical(&self) -> Typical {
        K::TYPICAL
    }
    fn timeout(&self) -> Duration {
        K::TIMEOUT
    }
    fn parse(&self, spec: &Value) -> Result<Value, SpecError> {
        serde_json::to_value(typed::<K>(spec)?).map_err(|error| SpecError(error.to_string()))
    }
    fn tree(&self, spec: &Value) -> Result<Tree, SpecError> {
        tree::of(&typed::<K>(spec)?).map_err(|error| SpecError(error.to_string()))
    }
    fn natural_id(&self, spec: &Value) -> Option<String> {
        typed::<K>(spec).ok()?.natural_id()
    }
    fn effect(&self, change: &Change) -> Effect {
        K::effect(change)
    }
    fn claim(&self, spec: &Value) -> Option<String> {
        typed::<K>(spec).ok()?.claim()
    }
    fn arns(&self, spec: &Value, place: &Place, verb: Verb) -> Vec<String> {
        typed::<K>(spec).map(|spec| spec.arns(place, verb)).unwrap_or_default()
    }
    fn list<'a>(&'a self, cx: &'a Cx) -> BoxFuture<'a, aws::Result<Vec<Live<Value>>>> {
        Box::pin(async move {
            let all: Arc<Vec<Live<K>>> = cx.listed::<K>().await?;
            all.iter().map(erase).collect()
        })
    }
    fn read<'a>(&'a self, cx: &'a Cx, id: &'a str) -> BoxFuture<'a, aws::Result<Option<Live<Value>>>> {
        Box::pin(async move { K::read(cx, id).await?.as_ref().map(erase).transpose() })
    }
    fn epitaph<'a>(&'a self, cx: &'a Cx, id: &'a str) -> BoxFuture<'a, aws::Result<Option<String>>> {
        Box::pin(K::epitaph(cx, id))
    }
    fn lookalikes<'a>(&'a self, cx: &'a Cx, spec: &'a Value) -> BoxFuture<'a, aws::Result<Vec<String>>> {
        Box::pin(async move { typed::<K>(spec).map_err(misfit::<K>)?.lookalikes(cx).await })
    }
    fn create<'a>(&'a self, cx: &'a Cx, spec: &'a Value) -> BoxFuture<'a, aws::Result<String>> {
        Box::pin(async move { typed::<K>(spec).map_err(misfit::<K>)?.create(cx).await })
    }
    fn update<'a>(
        &'a self,
        cx: &'a Cx,
        spec: &'a Value,
        live: Live<Value>,
        changes: &'a Changes,
    ) -> BoxFuture<'a, aws::Result<()>> {
        Box::pin(async move {
            let wanted = typed::<K>(spec).map_err(misfit::<K>)?;
            let live = with_spec(&live, typed::<K>(&live.spec).map_err(misfit::<K>)?);
            wanted.update(cx, &live, changes).await
        })
    }
    fn delete<'a>(&'a self, cx: &'a Cx, live: Live<Value>) -> BoxFuture<'a, aws::Result<()>> {
        Box::pin(async move {
            let live = with_spec(&live, typed::<K>(&live.spec).map_err(misfit::<K>)?);
            K::delete(cx, &live).await
        })
    }
}
