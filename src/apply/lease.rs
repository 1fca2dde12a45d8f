//! One writer at a time: who changes a stack holds its lease, a text in the control bucket (DESIGN §4).
//!
//! The holder writes it anew again and again. Who waits and sees it stand still for as long as a lease lasts takes it over,
//! by its own clock alone; of many, S3 lets one. A holder that could not renew it in time changes nothing any more: its
//! fence closes before the lease has run out for anybody else.

use crate::aws::{self, Class, Control, Cx, now};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::time::Duration;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::Instant;

/// How long a lease that is not renewed lasts.
const LASTS: Duration = Duration::from_secs(60);
/// How often it is renewed.
const RENEWAL: Duration = Duration::from_secs(15);
/// How long before its end the holder stops changing things: calls are under way for a while.
const MARGIN: Duration = Duration::from_secs(10);
/// How often who waits looks.
const LOOK: Duration = Duration::from_secs(5);

/// Who holds a lease.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holder {
    /// Somebody, somewhere.
    pub who: String,
    /// The command.
    pub doing: String,
    /// Since when, as text.
    pub since: String,
}

impl Holder {
    /// `who` holds it from now on, for `doing`.
    pub fn new(who: impl Into<String>, doing: impl Into<String>) -> Self {
        Self { who: who.into(), doing: doing.into(), since: now() }
    }
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Record {
    /// How many leases of the stack there have been.
    generation: u64,
    /// How often this one was renewed.
    renewals: u64,
    /// Tells leases apart whatever else they say.
    nonce: String,
    /// Nobody when the lease was given back.
    holder: Option<Holder>,
}

/// What stood there at some time.
#[derive(Clone, Debug, Default)]
pub struct Seen {
    etag: Option<String>,
    record: Record,
}

/// What came of trying to take a lease.
#[derive(Debug)]
pub enum Taking {
    /// It is taken. Whether nobody had it since it was looked at: else what was planned may have changed.
    Taken(Lease, bool),
    /// Somebody else is at work.
    Held(Holder),
}

impl Seen {
    /// Who held the lease then.
    pub fn holder(&self) -> Option<&Holder> {
        self.record.holder.as_ref()
    }
}

/// The right to change a stack. It is renewed until it is given back; dropped, it runs out by itself.
pub struct Lease {
    cx: Cx,
    end: oneshot::Sender<End>,
    task: JoinHandle<()>,
}

#[derive(Clone, Copy, Debug)]
enum End {
    GiveBack,
    Remove,
}

fn key(cx: &Cx) -> String {
    cx.place().lease()
}

/// What stands there now. Who wants the lease looks first, plans, and takes it then.
///
/// # Errors
/// When the control bucket cannot be read.
pub async fn seen(cx: &Cx) -> aws::Result<Seen> {
    look(&Control::new(cx), &key(cx)).await
}

async fn look(control: &Control, key: &str) -> aws::Result<Seen> {
    let Some(stored) = control.read(key).await? else { return Ok(Seen::default()) };
    // What cannot be understood is nobody's, and may be written over.
    let record = serde_json::from_str(&stored.text).unwrap_or_default();
    Ok(Seen { etag: Some(stored.etag), record })
}

/// Takes the lease for `me`, who has looked at it before. Waits up to `patience` for a holder who is alive;
/// a lease that stands still is taken over when it has run out.
///
/// # Errors
/// When the control bucket cannot be read or written.
pub async fn take(cx: &Cx, mut seen: Seen, me: Holder, patience: Duration) -> aws::Result<Taking> {
    let (control, key, began) = (Control::new(cx), key(cx), Instant::now());
    let (mut undisturbed, mut unchanged_since) = (true, Instant::now());
    loop {
        let is_held = seen.record.holder.is_some();
        if !is_held || cx.pace().of_runs().since(unchanged_since) >= LASTS {
            undisturbed &= !is_held;
            let record = Record {
                generation: seen.record.generation + 1,
                renewals: 0,
                nonce: nonce(),
                holder: Some(Holder { since: now(), ..me.clone() }),
            };
            let start = Instant::now();
            match control.write(&key, &text(&record), seen.etag.as_deref()).await {
                Ok(Some(etag)) => {
                    return Ok(Taking::Taken(Lease::begin(cx, control, start, etag, record), undisturbed));
                }
                Ok(None) => {}
                // It may have been written all the same.
                Err(error) if matches!(error.class, Class::Transport | Class::Busy | Class::Throttled) => {
                    if cx.pace().of_runs().since(began) > LASTS * 2 {
                        return Err(error);
                    }
                    cx.pace().of_runs().sleep(LOOK).await;
                }
                Err(error) => return Err(error),
            }
            seen = look(&control, &key).await?;
            if let (true, Some(etag)) = (seen.record.nonce == record.nonce, seen.etag.clone()) {
                return Ok(Taking::Taken(Lease::begin(cx, control, start, etag, record), undisturbed));
            }
            (undisturbed, unchanged_since) = (false, Instant::now());
        } else {
            cx.pace().of_runs().sleep(LOOK).await;
            let then = std::mem::replace(&mut seen, look(&control, &key).await?);
            if then.etag != seen.etag {
                (undisturbed, unchanged_since) = (false, Instant::now());
                if let (Some(holder), true) = (&seen.record.holder, cx.pace().of_runs().since(began) >= patience) {
                    return Ok(Taking::Held(holder.clone()));
                }
            }
        }
    }
}

impl fmt::Debug for Lease {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lease").field("stack", &self.cx.stack()).finish_non_exhaustive()
    }
}

impl Lease {
    fn begin(cx: &Cx, control: Control, start: Instant, etag: String, record: Record) -> Self {
        cx.fence().keep(start, LASTS - MARGIN);
        let (end, ended) = oneshot::channel();
        let task = tokio::spawn(renew(cx.clone(), control, etag, record, ended));
        Self { cx: cx.clone(), end, task }
    }

    /// Lets others have it.
    pub async fn give_back(self) {
        self.finish(End::GiveBack).await;
    }

    /// Takes every trace of it away, when nothing of the stack is left.
    pub async fn remove(self) {
        self.finish(End::Remove).await;
    }

    async fn finish(self, how: End) {
        // When nobody listens any more, the lease is lost, and there is nothing to give back.
        let _ = self.end.send(how);
        let _ = self.task.await;
        self.cx.fence().lift();
    }
}

/// Keeps the lease until its end, and the fence open for as long as the lease is known to hold.
async fn renew(cx: Cx, control: Control, mut etag: String, mut record: Record, mut ended: oneshot::Receiver<End>) {
    let key = key(&cx);
    loop {
        tokio::select! {
            biased;
            end = &mut ended => {
                // A lease that cannot be given back runs out.
                let _ = match end {
                    Ok(End::GiveBack) => {
                        record.holder = None;
                        control.write(&key, &text(&record), Some(&etag)).await.map(drop)
                    }
                    Ok(End::Remove) => control.remove(&key).await,
                    Err(_) => Ok(()),
                };
                return;
            }
            () = cx.pace().of_runs().sleep(RENEWAL) => {}
        }
        record.renewals += 1;
        let start = Instant::now();
        match control.write(&key, &text(&record), Some(&etag)).await {
            Ok(Some(renewed)) => {
                etag = renewed;
                cx.fence().keep(start, LASTS - MARGIN);
            }
            Ok(None) => match look(&control, &key).await {
                // An earlier renewal whose answer got lost.
                Ok(Seen { etag: Some(renewed), record: theirs }) if theirs.nonce == record.nonce => etag = renewed,
                Ok(_) => {
                    cx.fence().close();
                    return;
                }
                Err(_) => {}
            },
            // The next one may get through; else the fence closes in time.
            Err(_) => {}
        }
    }
}

fn text(record: &Record) -> String {
    serde_json::to_string(record).unwrap_or_default()
}

fn nonce() -> String {
    let mut bytes = [0; 16];
    // Without randomness the time tells leases apart.
    if getrandom::fill(&mut bytes).is_err() {
        return now();
    }
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
