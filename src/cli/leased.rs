//! Taking the stack's lease before anything is changed: shared by the commands that change AWS.

use super::exit::Failure;
use super::output;
use super::session::Session;
use aqueduct::apply::{Holder, Lease, Seen, Taking, take};
use std::time::Duration;

/// Why nothing is done after waiting for another run.
pub(super) const CHANGED: &str = "another run has changed the stack since this was planned; nothing was changed\n  run it again to see what is left to do";

/// The lease, and whether what was planned since `seen` still holds.
pub(super) async fn taken(
    session: &Session,
    seen: Seen,
    doing: &str,
    wait: Duration,
) -> Result<(Lease, bool), Failure> {
    if let Some(holder) = seen.holder() {
        output::say(&format!("Waiting: {}.", held(&session.header.stack, holder)));
    }
    match take(&session.cx, seen, Holder::new(who(), doing), wait).await? {
        Taking::Taken(lease, undisturbed) => Ok((lease, undisturbed)),
        Taking::Held(holder) => Err(Failure::held(format!(
            "{}; nothing was changed\n  wait until it is done, or give --wait SECONDS to wait here",
            held(&session.header.stack, &holder)
        ))),
    }
}

/// Gives the lease back, or takes every trace of it away when the stack is `gone`.
pub(super) async fn given_back(lease: Lease, gone: bool) {
    if gone { lease.remove().await } else { lease.give_back().await }
}

fn held(stack: &str, Holder { who, doing, since }: &Holder) -> String {
    format!("{who} holds the lease of stack {stack} since {since}, for `{doing}`")
}

/// The user, the machine and the process, as far as they are known.
fn who() -> String {
    let named = |names: &[&str]| names.iter().find_map(|name| std::env::var(name).ok()).filter(|name| !name.is_empty());
    let user = named(&["USER", "LOGNAME", "USERNAME"]).unwrap_or_else(|| "somebody".to_owned());
    let host = std::fs::read_to_string("/proc/sys/kernel/hostname").ok().map(|host| host.trim().to_owned());
    let host = host.or_else(|| named(&["HOSTNAME", "COMPUTERNAME"])).unwrap_or_else(|| "some machine".to_owned());
    format!("{user} at {host}, process {}", std::process::id())
}
