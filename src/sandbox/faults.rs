//! Faults on demand: what a client must survive, at exactly the call where a test wants it.

use super::answer::Fault;
use super::ids::mix;
use super::operation::{Operation, Service};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::watch;

/// Which calls a fault hits. Calls are counted from the moment the fault is added, those that match only.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct At {
    pattern: String,
    mutating: bool,
    first: u64,
    times: u64,
}

impl At {
    /// The `number`-th call of any operation, from 1.
    pub fn call(number: u64) -> Self {
        Self::operation("*", number)
    }

    /// The `number`-th call of an operation that changes something, from 1.
    pub fn write(number: u64) -> Self {
        Self { mutating: true, ..Self::call(number) }
    }

    /// The `number`-th call, from 1, that matches `pattern`: `kinesis.CreateStream`, `ec2.Describe*`, `*`.
    pub fn operation(pattern: &str, number: u64) -> Self {
        Self { pattern: pattern.to_owned(), mutating: false, first: number, times: 1 }
    }

    /// Every call that matches `pattern`.
    pub fn every(pattern: &str) -> Self {
        Self::operation(pattern, 1).times(u64::MAX)
    }

    /// That call and the following that match, `times` in all.
    #[must_use]
    pub fn times(self, times: u64) -> Self {
        Self { times, ..self }
    }

    fn matches(&self, service: &Service, operation: &Operation) -> bool {
        (!self.mutating || operation.mutating) && matches(&self.pattern, &full_name(service, operation))
    }
}

/// `kinesis.CreateStream`
pub(super) fn full_name(service: &Service, operation: &Operation) -> String {
    format!("{}.{}", service.name, operation.name)
}

/// Whether `pattern`, where each `*` stands for anything, is the whole of `name`.
pub(super) fn matches(pattern: &str, name: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut rest) = parts.next().and_then(|first| name.strip_prefix(first)) else {
        return false;
    };
    let mut parts = parts.peekable();
    if parts.peek().is_none() {
        return rest.is_empty();
    }
    while let Some(part) = parts.next() {
        if parts.peek().is_none() {
            return rest.ends_with(part);
        }
        let Some(position) = rest.find(part) else {
            return false;
        };
        rest = &rest[position + part.len()..];
    }
    true
}

/// What happens to a call.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// It is refused, without effect.
    Refuse(Fault),
    /// It is refused the way the service refuses when a rate limit is hit.
    Throttle,
    /// It takes this much longer, in tokio's time.
    Delay(Duration),
    /// The client dies before the call has its effect: neither it nor any later call is ever answered.
    CrashBefore,
    /// The client dies after the call has its effect: neither it nor any later call is ever answered.
    CrashAfter,
    /// The connection breaks before it has its effect.
    LoseCall,
    /// It has its effect, but the connection breaks before the answer arrives.
    LoseAnswer,
}

/// The faults of one sandbox. None to begin with.
#[derive(Debug)]
pub struct Faults {
    rules: Mutex<Vec<Rule>>,
    lag: Mutex<Lag>,
    crashed: watch::Sender<bool>,
}

/// How old what reads show may be.
#[derive(Debug, Default)]
struct Lag {
    longest: Duration,
    only: Option<&'static str>,
    /// A seed and the reads so far, when each read lags differently.
    random: Option<(u64, u64)>,
}

#[derive(Debug)]
struct Rule {
    at: At,
    seen: u64,
    effect: Choice,
}

#[derive(Debug)]
enum Choice {
    Always(Effect),
    Random { seed: u64, rate: f64, effects: Vec<Effect> },
}

impl Faults {
    pub(super) fn new() -> Self {
        Self { rules: Mutex::default(), lag: Mutex::default(), crashed: watch::Sender::new(false) }
    }

    /// `effect` on the calls of `at`.
    pub fn add(&self, at: At, effect: Effect) {
        self.rules().push(Rule { at, seen: 0, effect: Choice::Always(effect) });
    }

    /// On the share `rate` (0 to 1) of the calls that match `pattern`, one of `effects`. Which ones follows from `seed` and the
    /// order of the calls.
    pub fn random(&self, pattern: &str, seed: u64, rate: f64, effects: &[Effect]) {
        let effect = Choice::Random { seed, rate, effects: effects.to_vec() };
        self.rules().push(Rule { at: At::every(pattern), seen: 0, effect });
    }

    /// From now on reads show what there was `lag` of virtual time ago. S3 and STS never lag.
    pub fn lag(&self, lag: Duration) {
        *lock(&self.lag) = Lag { longest: lag, ..Lag::default() };
    }

    /// As [`Faults::lag`], for the reads of one service alone: `tagging`, `logs`.
    pub fn lag_of(&self, service: &'static str, lag: Duration) {
        *lock(&self.lag) = Lag { longest: lag, only: Some(service), random: None };
    }

    /// As [`Faults::lag`], but each read lags up to `longest` on its own: one that follows may show what was before.
    /// How far follows from `seed` and the order of the reads.
    pub fn random_lag(&self, seed: u64, longest: Duration) {
        *lock(&self.lag) = Lag { longest, only: None, random: Some((seed, 0)) };
    }

    /// No faults any more; a crashed sandbox serves again.
    pub fn clear(&self) {
        self.rules().clear();
        self.lag(Duration::ZERO);
        self.crashed.send_replace(false);
    }

    /// Whether a crash has happened since the last [`Faults::clear`].
    pub fn has_crashed(&self) -> bool {
        *self.crashed.borrow()
    }

    /// Waits until a crash happens; at once when it has.
    pub async fn crashed(&self) {
        // The sender lives as long as `self`, so waiting cannot fail.
        let _ = self.crashed.subscribe().wait_for(|crashed| *crashed).await;
    }

    pub(super) fn crash(&self) {
        self.crashed.send_replace(true);
    }

    /// How far reads lag behind at most.
    pub(super) fn longest_lag(&self) -> Duration {
        lock(&self.lag).longest
    }

    /// How far behind a read of `service` lags; `None` when it shows what is.
    pub(super) fn lag_of_read(&self, service: &str) -> Option<Duration> {
        let mut lag = lock(&self.lag);
        let lags = lag.only.map_or(!matches!(service, "s3" | "sts"), |one| one == service);
        let longest = lag.longest;
        let this = lag.random.as_mut().map(|(seed, reads)| {
            *reads += 1;
            // 16 bits of chance are more than enough.
            longest.mul_f64((mix(seed.wrapping_add(mix(*reads))) & 0xffff) as f64 / 65_536.0)
        });
        (lags && !longest.is_zero()).then_some(this.unwrap_or(longest))
    }

    /// Counts this call and says what happens to it.
    pub(super) fn strike(&self, service: &Service, operation: &Operation) -> Vec<Effect> {
        let mut rules = self.rules();
        let mut effects = Vec::new();
        for rule in rules.iter_mut().filter(|rule| rule.at.matches(service, operation)) {
            rule.seen += 1;
            let hit = rule.seen >= rule.at.first && rule.seen - rule.at.first < rule.at.times;
            match &rule.effect {
                Choice::Always(effect) if hit => effects.push(effect.clone()),
                Choice::Random { seed, rate, effects: choices } if hit && !choices.is_empty() => {
                    let drawn = mix(seed.wrapping_add(mix(rule.seen)));
                    // The upper 53 bits are a fraction of one that a double holds exactly.
                    if ((drawn >> 11) as f64) < rate * (1u64 << 53) as f64 {
                        effects.push(choices[(mix(drawn) % choices.len() as u64) as usize].clone());
                    }
                }
                Choice::Always(_) | Choice::Random { .. } => {}
            }
        }
        effects
    }

    fn rules(&self) -> MutexGuard<'_, Vec<Rule>> {
        lock(&self.rules)
    }
}

/// Locks `mutex` even when a thread died holding it: nothing here is left half-changed.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
