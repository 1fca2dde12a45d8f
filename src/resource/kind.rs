//! The contract of a kind.

use super::{Actions, Live, Place, Verb};
use crate::aws::{self, Cx, Tagging};
use crate::resource::Change;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::fmt::Debug;
use std::future::Future;
use std::time::Duration;

/// Has a name that addresses and references use.
pub trait Named {
    /// `<service>/<type>`, such as `kafka/topic`.
    const NAME: &'static str;
}

/// A type of AWS object, such as an MSK topic.
///
/// The implementing struct is the resource's *normal form*: lowering builds it and [`Kind::read`]
/// returns it. "Up to date" is equality of two values of one type, so no kind contains comparison,
/// polling, retry, tag-syncing or printing code. What the engine must know about a field is its type
/// (see [`super::Fixed`], [`super::Ref`], [`super::Auto`], [`super::Set`], [`super::Initial`],
/// [`super::Secret`], [`super::Policy`]).
///
/// Every method must be safe to call again after a crash at any point.
pub trait Kind: Named + Serialize + DeserializeOwned + Clone + Debug + Send + Sync + 'static {
    /// Whether replacing or deleting it loses data and so needs `--allow-data-loss`.
    const HOLDS_DATA: bool = false;
    /// The outputs that [`Live::outputs`] may hold.
    const OUTPUTS: &'static [&'static str] = &["arn"];
    /// Those outputs that an update in place may change, such as the version of an object.
    const VOLATILE: &'static [&'static str] = &[];
    /// How its tags are changed after creation.
    const TAGGING: Tagging = Tagging::None;
    /// How one that exists already gets the stack's tags.
    const ADOPTION: Tagging = Self::TAGGING;
    /// The IAM actions of its verbs.
    const ACTIONS: Actions;
    /// Errors that pass by themselves, beside those that do for every kind (see `apply::retry`).
    const RETRY: &'static [Retry] = &[];
    /// How long things typically take, for people who wait.
    const TYPICAL: Typical = Typical::MOMENT;
    /// How long to wait for a creation, change or deletion before giving up.
    const TIMEOUT: Duration = Duration::from_secs(30 * 60);

    /// The identifier, when the manifest alone determines it (after references are resolved).
    fn natural_id(&self) -> Option<String> {
        None
    }

    /// What two objects cannot hold at the same time, such as a name or a CIDR: a replacement with
    /// the same claim deletes first and creates afterwards.
    fn claim(&self) -> Option<String> {
        self.natural_id()
    }

    /// What its actions for `verb` are about, where they have a resource: ARNs, with `*` where AWS chooses or where the
    /// value is known only later (AWS.md part 3). What EC2 has is told apart by tags instead.
    fn arns(&self, place: &Place, verb: Verb) -> Vec<String> {
        let _ = (place, verb);
        vec![]
    }

    /// What a difference outside of [`super::Fixed`] fields means, where its type cannot say because
    /// it depends on the values: fewer partitions replace a topic, more do not.
    fn effect(change: &Change) -> Effect {
        let _ = change;
        Effect::InPlace
    }

    /// Everything of this kind that the stack owns, fully read, in as few calls as AWS allows.
    ///
    /// `cx.wanted()` gives what the manifest asks for, as hints where to look; `cx.listed::<P>()`
    /// shares the listing of a parent kind.
    fn list(cx: &Cx) -> impl Future<Output = aws::Result<Vec<Live<Self>>>> + Send;

    /// One resource by identity, owned or not; `None` when absent. A denied call is an error, never
    /// "absent".
    fn read(cx: &Cx, id: &str) -> impl Future<Output = aws::Result<Option<Live<Self>>>> + Send;

    /// The ids of what could well be this one, whosever it is: for taking over what exists, where the manifest does not
    /// determine the id. References are known.
    fn lookalikes(&self, cx: &Cx) -> impl Future<Output = aws::Result<Vec<String>>> + Send {
        let _ = cx;
        std::future::ready(Ok(vec![]))
    }

    /// Creates it with its owner tags (`cx.tags()`) in one call and returns its identifier. What
    /// needs further calls belongs in `update`: the engine reads back and calls it while a
    /// difference remains.
    fn create(&self, cx: &Cx) -> impl Future<Output = aws::Result<String>> + Send;

    /// Moves `live` to `self` without touching [`super::Fixed`] fields. May do one step of several:
    /// the engine reads again and calls it while a difference remains.
    fn update(&self, cx: &Cx, live: &Live<Self>, changes: &Changes) -> impl Future<Output = aws::Result<()>> + Send;

    /// Why the object `id`, which was just made and is gone again, is gone, when AWS still knows: it is then not made
    /// once more, for nothing else would come of that.
    fn epitaph(cx: &Cx, id: &str) -> impl Future<Output = aws::Result<Option<String>>> + Send {
        let _ = (cx, id);
        std::future::ready(Ok(None))
    }

    /// Starts deletion; already gone is success.
    fn delete(cx: &Cx, live: &Live<Self>) -> impl Future<Output = aws::Result<()>> + Send;
}

/// What a difference means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Nothing: AWS may report there what it likes.
    Ignored,
    /// It is changed in place.
    InPlace,
    /// The resource is replaced.
    Replacement,
}

/// What differs, as [`Kind::update`] gets it.
#[derive(Clone, Debug, Default)]
pub struct Changes(pub Vec<Change>);

impl Changes {
    /// Whether `field` or anything below it differs; a path such as `logging.level`.
    pub fn touch(&self, field: &str) -> bool {
        self.0.iter().any(|change| {
            let rest = change.field.strip_prefix(field);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
        })
    }
}

/// An error that passes by itself.
#[derive(Clone, Copy, Debug)]
pub struct Retry {
    /// The AWS error code.
    pub code: &'static str,
    /// A part of the message; empty matches any.
    pub message: &'static str,
    /// For how long after the first occurrence to try again.
    pub during: Duration,
}

/// How long a creation, an update and a deletion typically take (AWS.md, per kind).
#[derive(Clone, Copy, Debug)]
pub struct Typical {
    /// From the create call until usable.
    pub create: Duration,
    /// From an update call until usable again.
    pub update: Duration,
    /// From the delete call until gone.
    pub delete: Duration,
}

impl Typical {
    /// Done when the call returns.
    pub const MOMENT: Self = Self::seconds(1, 1, 1);

    /// The three durations in seconds.
    pub const fn seconds(create: u64, update: u64, delete: u64) -> Self {
        let (create, update) = (Duration::from_secs(create), Duration::from_secs(update));
        Self { create, update, delete: Duration::from_secs(delete) }
    }
}
