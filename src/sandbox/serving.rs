//! From a request to its answer.

use super::account::Account;
use super::answer::{Answer, Fault};
use super::call::{Call, CallRecord, Outcome};
use super::clock::{Clock, wall};
use super::faults::{Effect, Faults, full_name, lock};
use super::iam::{Policy, needs};
use super::ids::Ids;
use super::limits::{self, Limits};
use super::operation::{Operation, Protocol, Service};
use super::store::{OpenError, Store};
use super::wire::{self, Request};
use super::{server, services, signature};
use bytes::Bytes;
use std::collections::VecDeque;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// How a sandbox behaves.
#[derive(Clone, Debug)]
pub struct Options {
    /// How many times faster than tokio's clock virtual time passes.
    pub speed: f64,
    /// What every call takes, in tokio's time.
    pub latency: Duration,
    /// Twelve digits.
    pub account_id: String,
    /// Whether AWS's rate limits hold.
    pub rate_limits: bool,
    /// Virtual time at the start, in milliseconds since the epoch; `None` is the wall clock.
    pub start: Option<u64>,
    /// What all identifiers follow from.
    pub seed: u64,
    /// How long the tagging index goes on listing what is deleted, in milliseconds of virtual time.
    pub index_lag: u64,
    /// What callers may do; `None` lets them do everything.
    pub policy: Option<Policy>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            speed: 1.0,
            latency: Duration::ZERO,
            account_id: "000000000000".to_owned(),
            rate_limits: true,
            start: None,
            seed: 0,
            index_lag: 0,
            policy: None,
        }
    }
}

/// The connection broke before the answer arrived; the call may have had its effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the connection was closed before the answer arrived")]
pub struct Lost;

/// One AWS account with all its regions.
#[derive(Debug)]
pub struct Sandbox {
    account_id: String,
    clock: Clock,
    latency: Duration,
    rate_limits: bool,
    policy: Option<Policy>,
    faults: Faults,
    store: Option<Store>,
    state: Mutex<State>,
    calls: Mutex<Calls>,
}

#[derive(Debug)]
struct State {
    account: Account,
    limits: Limits,
    /// The account as it was after each change, while reads lag.
    past: VecDeque<(u64, Account)>,
    /// The changes, while they are kept.
    changes: Option<Vec<Change>>,
}

/// A call that was accepted and may have changed something, with the account around it.
#[derive(Clone, Debug)]
pub struct Change {
    /// The operation, such as `kinesis.CreateStream`.
    pub operation: String,
    /// What a client leaves that dies before the call has its effect.
    pub before: Account,
    /// What a client leaves that dies after the call has its effect.
    pub after: Account,
}

#[derive(Debug)]
struct Calls {
    records: Vec<CallRecord>,
    /// Counts [`Sandbox::clear_calls`], so that a call from before does not report into a record of after.
    generation: u64,
    request_ids: Ids,
}

/// Where a call is recorded.
#[derive(Clone, Copy)]
struct Slot {
    generation: u64,
    index: usize,
}

impl Sandbox {
    /// An empty account in memory.
    pub fn new(options: Options) -> Arc<Self> {
        let account = Account::new(&options.account_id, "us-east-1", options.seed);
        let start = options.start.unwrap_or_else(wall);
        Self::with(account, start, None, options)
    }

    /// An account in memory that goes on from `account` by itself, as of the time it was seen at.
    pub fn of(account: Account, options: Options) -> Arc<Self> {
        let start = account.now;
        Self::with(account, start, None, options)
    }

    /// The account in `directory`, which survives restarts: an empty one when the directory is new. The account id of an
    /// existing one is the one it was made with.
    ///
    /// # Errors
    /// When the directory cannot be read or written, or holds something else.
    pub fn open(directory: &Path, options: Options) -> Result<Arc<Self>, OpenError> {
        let (store, saved) = Store::open(directory, options.speed)?;
        let (mut account, start) = saved.unwrap_or_else(|| {
            let start = options.start.unwrap_or_else(wall);
            (Account::new(&options.account_id, "us-east-1", options.seed), start)
        });
        account.objects = Store::objects(directory);
        Ok(Self::with(account, start, Some(store), options))
    }

    fn with(mut account: Account, start: u64, store: Option<Store>, options: Options) -> Arc<Self> {
        account.now = start;
        account.index_lag = options.index_lag;
        Arc::new(Self {
            account_id: account.id.clone(),
            clock: Clock::new(start, options.speed),
            latency: options.latency,
            rate_limits: options.rate_limits,
            policy: options.policy,
            faults: Faults::new(),
            store,
            state: Mutex::new(State { account, limits: Limits::default(), past: VecDeque::new(), changes: None }),
            calls: Mutex::new(Calls { records: Vec::new(), generation: 0, request_ids: Ids::new(!options.seed) }),
        })
    }

    /// Answers one request, for any host, with S3 buckets in the path.
    ///
    /// # Errors
    /// [`Lost`] when a fault breaks the connection.
    pub async fn answer(&self, request: http::Request<Bytes>) -> Result<http::Response<Bytes>, Lost> {
        if !self.latency.is_zero() {
            tokio::time::sleep(self.latency).await;
        }
        let mut request = Request::new(request);
        let head = request.method == http::Method::HEAD;
        let request_id = lock(&self.calls).request_ids.uuid();
        let (service, scope) = match recognise(&request) {
            Ok(known) => known,
            Err(refused) => {
                let (protocol, fault) = *refused;
                self.record("", None, "", Some(&fault));
                return Ok(wire::encode_fault(protocol, &request_id, head, &fault));
            }
        };
        // Clients choose CBOR for the index alone, where JSON can carry all there is.
        let cbor = service.name == "tagging" && wire::cbor::speaks(&request);
        let translate = |response| if cbor { wire::cbor::translate_answer(response) } else { response };
        let translated = if cbor { wire::cbor::translate(&mut request) } else { Ok(()) };
        let (operation, input) = match translated.and_then(|()| wire::decode(service, &mut request)) {
            Ok(decoded) => decoded,
            Err(fault) => {
                self.record(service.name, None, &scope.region, Some(&fault));
                return Ok(translate(wire::encode_fault(service.protocol, &request_id, head, &fault)));
            }
        };
        let slot = self.record(service.name, Some(operation), &scope.region, None);
        let mut call = Call {
            needs: Vec::new(),
            service,
            operation,
            region: scope.region,
            access_key: scope.access_key,
            account_id: self.account_id.clone(),
            now: 0,
            request_id,
            request,
            input,
        };
        let result = self.run(&mut call).await?;
        self.conclude(slot, &mut call, &result);
        Ok(translate(match result {
            Ok(answer) => wire::encode(service, operation, &call.request_id, answer),
            Err(fault) => wire::encode_fault(service.protocol, &call.request_id, head, &fault),
        }))
    }

    /// Serves HTTP/1.1 on `listener`. Dropping the future closes every connection.
    pub async fn serve(self: Arc<Self>, listener: tokio::net::TcpListener) {
        server::serve(self, listener).await;
    }

    /// Every call so far, in order of arrival.
    pub fn calls(&self) -> Vec<CallRecord> {
        lock(&self.calls).records.clone()
    }

    /// Forgets the calls so far.
    pub fn clear_calls(&self) {
        let mut calls = lock(&self.calls);
        calls.records.clear();
        calls.generation += 1;
    }

    /// Keeps from now on every call that changes something, with the account before and after it. Each is a copy of
    /// the whole account.
    pub fn keep_changes(&self) {
        lock(&self.state).changes = Some(Vec::new());
    }

    /// The changes since [`Sandbox::keep_changes`], in their order; from now on none are kept.
    pub fn take_changes(&self) -> Vec<Change> {
        lock(&self.state).changes.take().unwrap_or_default()
    }

    /// What goes wrong.
    pub fn faults(&self) -> &Faults {
        &self.faults
    }

    /// Virtual time in milliseconds since the epoch.
    pub fn now(&self) -> u64 {
        self.clock.now()
    }

    /// Reaches into the account, as it is now in the region of the latest call.
    pub fn with_account<T>(&self, f: impl FnOnce(&mut Account) -> T) -> T {
        let mut state = lock(&self.state);
        state.account.now = self.clock.now();
        f(&mut state.account)
    }

    /// Lets the faults happen, and in their midst the call.
    async fn run(&self, call: &mut Call) -> Result<Result<Answer, Fault>, Lost> {
        let effects = self.faults.strike(call.service, call.operation);
        for effect in &effects {
            if let Effect::Delay(delay) = effect {
                tokio::time::sleep(*delay).await;
            }
        }
        if effects.contains(&Effect::CrashBefore) {
            self.faults.crash();
        }
        if self.faults.has_crashed() {
            return std::future::pending().await;
        }
        for effect in &effects {
            match effect {
                Effect::Refuse(fault) => return Ok(Err(fault.clone())),
                Effect::Throttle => return Ok(Err(limits::throttled(call, 1.0))),
                Effect::LoseCall => return Err(Lost),
                _ => {}
            }
        }
        let result = self.dispatch(call);
        if effects.contains(&Effect::CrashAfter) {
            self.faults.crash();
            return std::future::pending().await;
        }
        if effects.contains(&Effect::LoseAnswer) {
            return Err(Lost);
        }
        Ok(result)
    }

    /// Calls the handler on the account, or on what it was when reads lag.
    fn dispatch(&self, call: &mut Call) -> Result<Answer, Fault> {
        let mut guard = lock(&self.state);
        let state = &mut *guard;
        // Taken under the lock, so that the account never sees time go back.
        call.now = self.clock.now();
        if !call.service.global {
            state.account.enter(&call.region);
        }
        call.needs = needs(&state.account, call);
        if let Some(policy) = &self.policy {
            policy.check(&state.account, call)?;
        }
        if self.rate_limits {
            state.limits.take(call)?;
        }
        let longest = milliseconds(self.faults.longest_lag());
        if longest == 0 {
            state.past.clear();
        } else {
            if state.past.is_empty() {
                state.past.push_back((0, state.account.clone()));
            }
            let horizon = call.now.saturating_sub(longest);
            while state.past.get(1).is_some_and(|(at, _)| *at <= horizon) {
                state.past.pop_front();
            }
            let lag = (!call.operation.mutating).then(|| self.faults.lag_of_read(call.service.name)).flatten();
            if let Some(lag) = lag {
                let shown = call.now.saturating_sub(milliseconds(lag));
                let since = state.past.partition_point(|(at, _)| *at <= shown).saturating_sub(1);
                if let Some((at, past)) = state.past.get(since) {
                    call.now = shown.max(*at);
                    // A copy: the next read may lag further, and an account does not go back in time.
                    return handle(&mut past.clone(), call);
                }
            }
        }
        let kept = call.operation.mutating && state.changes.is_some();
        let before = kept.then(|| {
            state.account.now = call.now;
            state.account.clone()
        });
        let answer = handle(&mut state.account, call)?;
        if call.operation.mutating {
            if let (Some(before), Some(changes)) = (before, &mut state.changes) {
                let operation = full_name(call.service, call.operation);
                changes.push(Change { operation, before, after: state.account.clone() });
            }
            if longest > 0 {
                state.past.push_back((call.now, state.account.clone()));
            }
            if let Some(store) = &self.store {
                store.save(&state.account).map_err(|error| Fault::internal(&error))?;
            }
        }
        Ok(answer)
    }

    fn record(
        &self,
        service: &'static str,
        operation: Option<&Operation>,
        region: &str,
        fault: Option<&Fault>,
    ) -> Slot {
        let mut calls = lock(&self.calls);
        calls.records.push(CallRecord {
            service,
            operation: operation.map_or("", |operation| operation.name),
            mutating: operation.is_some_and(|operation| operation.mutating),
            region: region.to_owned(),
            at: self.clock.now(),
            needs: Vec::new(),
            outcome: fault.map(refusal),
        });
        Slot { generation: calls.generation, index: calls.records.len() - 1 }
    }

    fn conclude(&self, slot: Slot, call: &mut Call, result: &Result<Answer, Fault>) {
        let mut calls = lock(&self.calls);
        if calls.generation != slot.generation {
            return;
        }
        if let Some(record) = calls.records.get_mut(slot.index) {
            record.needs = std::mem::take(&mut call.needs);
            record.outcome = Some(match result {
                Ok(answer) => Outcome { status: answer.status, code: None },
                Err(fault) => refusal(fault),
            });
        }
    }
}

fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

fn refusal(fault: &Fault) -> Outcome {
    Outcome { status: fault.status, code: Some(fault.code.to_string()) }
}

fn handle(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    account.now = call.now;
    if !call.service.global {
        account.enter(&call.region);
    }
    let answer = (call.operation.handler)(account, call)?;
    call.params().finish()?;
    Ok(answer)
}

/// The service a request is for and who signed it; or how to refuse it, in the protocol it seems to speak.
fn recognise(request: &Request) -> Result<(&'static Service, signature::Scope), Box<(Protocol, Fault)>> {
    let refuse = |fault| {
        let protocol = guess(request);
        Box::new((protocol, in_words_of(protocol, fault)))
    };
    let scope = signature::scope(request).map_err(refuse)?;
    match services::find(&scope.service) {
        Some(service) => Ok((service, scope)),
        None => {
            let message =
                format!("Credential should be scoped to a service of this sandbox, not to '{}'", scope.service);
            Err(refuse(Fault::new(403, "SignatureDoesNotMatch", message)))
        }
    }
}

/// The protocol of a request that does not say which service it is for.
fn guess(request: &Request) -> Protocol {
    let host = request.header("host").unwrap_or_default();
    let named = host.split('.').find_map(services::find);
    let kind = request.header("content-type").unwrap_or_default();
    match named {
        Some(service) => service.protocol,
        None if request.header("x-amz-target").is_some() => Protocol::AwsJson { target: "" },
        None if kind.starts_with("application/x-www-form-urlencoded") => {
            Protocol::AwsQuery { version: "", namespace: "" }
        }
        None if kind.starts_with("application/json") => Protocol::RestJson,
        None => Protocol::RestXml,
    }
}

/// JSON services call errors exceptions; S3 calls what is unsigned denied.
fn in_words_of(protocol: Protocol, mut fault: Fault) -> Fault {
    match protocol {
        Protocol::AwsJson { .. } | Protocol::RestJson => {
            fault.code = format!("{}Exception", fault.code).into();
            if fault.code == "SignatureDoesNotMatchException" {
                fault.code = "InvalidSignatureException".into();
            }
        }
        Protocol::RestXml if fault.code == "MissingAuthenticationToken" => {
            fault.code = "AccessDenied".into();
            fault.message = "Access Denied".to_owned();
        }
        Protocol::RestXml | Protocol::Ec2Query { .. } | Protocol::AwsQuery { .. } => {}
    }
    fault
}
