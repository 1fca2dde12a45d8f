//! A run, as lines: calm on a terminal and in a log alike.

use super::Event;
use super::human::duration;
use super::style::{ALARM, DIM, GONE, NEW, styled};
use std::collections::BTreeMap;
use std::time::Duration;

/// How often, in AWS's time, a long wait is mentioned.
const MENTION: Duration = Duration::from_secs(60);

/// Turns events into lines. Remembers what was said, so that waits are mentioned now and then only.
#[derive(Debug, Default)]
pub struct Progress {
    mentioned: BTreeMap<String, Duration>,
    retried: BTreeMap<String, String>,
}

impl Progress {
    /// The line for `event`, without line end; `None` when it is not worth one.
    pub fn line(&mut self, event: &Event) -> Option<String> {
        Some(match event {
            Event::Started { address, action, typical } if *typical >= MENTION => {
                format!("{address}: {action} {}", styled(DIM, format!("(typically {})", duration(*typical))))
            }
            Event::Started { .. } | Event::Changed { .. } => return None,
            Event::Waiting { address, state, waited, typical } => {
                let last = self.mentioned.get(&address.to_string()).copied().unwrap_or_default();
                if *waited < last + MENTION {
                    return None;
                }
                self.mentioned.insert(address.to_string(), *waited);
                let times = format!("for {}, typically {}", duration(*waited), duration(*typical));
                format!("{address}: {state} {}", styled(DIM, times))
            }
            Event::Retrying { address, error } => {
                if self.retried.insert(address.to_string(), error.clone()).as_ref() == Some(error) {
                    return None;
                }
                format!("{address}: {}", styled(DIM, format!("trying again: {error}")))
            }
            Event::Done { address, action, took } => {
                let done = match *action {
                    "create" => "created",
                    "update" => "changed",
                    "delete" => "deleted",
                    _ => "ready",
                };
                format!("{address}: {} in {}", styled(NEW, done), duration(*took))
            }
            Event::Failed { address, error } => format!("{address}: {}: {error}", styled(ALARM, "failed")),
            Event::Skipped { address, because } => {
                format!("{address}: {}: {because} failed", styled(GONE, "not begun"))
            }
        })
    }
}
