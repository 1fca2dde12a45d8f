//! What tests share: a sandbox, a context that reaches it, and runs.

use crate::recording::recorded;
use aqueduct::apply::{Interrupt, Outcome, apply};
use aqueduct::aws::{Connect, Cx, StandIn};
use aqueduct::plan::{Plan, plan};
use aqueduct::report::Event;
use aqueduct::world::{Draft, Graph, World, confirm, observe};
use aqueduct_sandbox::iam::Policy;
use aqueduct_sandbox::kinesis::Commitment;
use aqueduct_sandbox::{Account, CallRecord, Options, Sandbox, services};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

/// A sandbox with a stack in it, `test` unless said otherwise. Time is tokio's paused time.
pub struct Lab {
    pub sandbox: Arc<Sandbox>,
    pub cx: Cx,
}

/// What one run said and did.
pub struct Run {
    pub outcome: Outcome,
    pub events: Vec<Event>,
    /// The calls of its steps, without those by which it was planned.
    pub calls: Vec<CallRecord>,
}

impl Lab {
    pub async fn new() -> Self {
        Self::of_stack("test").await
    }

    pub async fn of_stack(stack: &str) -> Self {
        let sandbox = Sandbox::new(Options::default());
        // Without it no stream can be warm.
        let commitment = Commitment { since: sandbox.now(), until: None };
        sandbox.with_account(|account| account.kinesis.commitment = Some(commitment));
        sandbox.with_account(|account| account.ec2.ipv4_pools.insert("ipv4pool-ec2-0123456789abcdef0".into()));
        let cx = connect(&sandbox, stack).await;
        Self { sandbox, cx }
    }

    /// The same account, with a context that knows nothing of earlier runs.
    pub async fn again(&self) -> Self {
        Self { sandbox: self.sandbox.clone(), cx: connect(&self.sandbox, self.cx.stack()).await }
    }

    /// An account of its own that is now as this one is.
    pub async fn copy(&self) -> Self {
        self.in_account(self.sandbox.with_account(|account| account.clone())).await
    }

    /// The same stack in `account`, with a context that knows nothing of earlier runs.
    pub async fn in_account(&self, account: Account) -> Self {
        self.with(account, Options::default()).await
    }

    /// An account of its own that is now as this one is, whose callers may only do what `policy` allows.
    pub async fn held_to(&self, policy: &Value) -> Self {
        let policy = Some(Policy::parse(&policy.to_string()).unwrap());
        self.with(self.sandbox.with_account(|account| account.clone()), Options { policy, ..Options::default() }).await
    }

    async fn with(&self, account: Account, options: Options) -> Self {
        let sandbox = Sandbox::of(account, options);
        let cx = connect(&sandbox, self.cx.stack()).await;
        Self { sandbox, cx }
    }

    pub async fn look(&self, graph: &Graph) -> World {
        observe(&self.cx, graph).await.unwrap_or_else(|error| panic!("{error}"))
    }

    pub async fn plan(&self, graph: &Graph) -> Plan {
        self.compared(graph, graph).await.0
    }

    /// Observes, plans, and looks again at what differs, as the command line does.
    async fn compared(&self, graph: &Graph, order: &Graph) -> (Plan, World) {
        let planned = |world: &World| plan(graph, world, order).unwrap_or_else(|error| panic!("{error}"));
        let mut world = self.look(order).await;
        let suspects = planned(&world).differing();
        confirm(&self.cx, &mut world, suspects).await.unwrap_or_else(|error| panic!("{error}"));
        (planned(&world), world)
    }

    /// Observes, plans, applies.
    pub async fn run(&self, graph: &Graph) -> Run {
        self.run_ordered(graph, graph).await
    }

    /// As `run`, with the graph that orders deletions.
    pub async fn run_ordered(&self, graph: &Graph, order: &Graph) -> Run {
        let (plan, world) = self.compared(graph, order).await;
        self.carry_out(&plan, world).await
    }

    /// Applies `plan`, which was made from `world`.
    pub async fn carry_out(&self, plan: &Plan, world: World) -> Run {
        let events = Mutex::new(vec![]);
        let (_keep, interrupt) = Interrupt::new();
        let before = self.sandbox.calls().len();
        let outcome = apply(&self.cx, plan, world, interrupt, &|event| events.lock().unwrap().push(event)).await;
        Run { outcome, events: events.into_inner().unwrap(), calls: self.sandbox.calls().split_off(before) }
    }

    /// Everything in the account that carries the stack's tag, as the services themselves know it.
    pub fn tagged(&self) -> BTreeSet<String> {
        self.sandbox.with_account(|account| {
            let tagged = services::ALL.iter().filter_map(|service| service.tagged);
            let all = tagged.flat_map(|tagged| tagged(account));
            all.filter(|(_, tags)| tags.contains_key("aqueduct:stack")).map(|(arn, _)| arn).collect()
        })
    }
}

impl Run {
    /// Fails the test with all that was said when anything went wrong.
    pub fn succeeded(self, what: &str) -> Self {
        let said = || self.events.iter().filter(|event| !matches!(event, Event::Waiting { .. }));
        let text = || said().map(|event| format!("  {event:?}\n")).collect::<String>();
        assert!(self.outcome.complete(), "{what}: {:?}\n{}", self.outcome.failed, text());
        self
    }
}

/// A context of `stack` in `sandbox`.
pub async fn connect(sandbox: &Arc<Sandbox>, stack: &str) -> Cx {
    let connect = Connect { stand_in: Some(StandIn::Client(recorded(sandbox.http_client()))), ..Connect::default() };
    connect.connect(stack).await.unwrap()
}

/// The graph of `resources`: addresses with specs.
pub fn graph<'a>(resources: impl IntoIterator<Item = (&'a str, &'a Value)>) -> Graph {
    let mut draft = Draft::default();
    let tags = BTreeMap::from([("team".to_string(), "data".to_string())]);
    for (address, spec) in resources {
        draft.add_value(address, spec, tags.clone());
    }
    draft
        .finish()
        .unwrap_or_else(|errors| panic!("{}", errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")))
}
