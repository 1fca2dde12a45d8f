//! Carrying out a plan before people's eyes: shared by `apply` and `destroy`.

use super::arguments::Global;
use super::exit::{Exit, Failure};
use super::output;
use super::session::Session;
use super::signals::Signals;
use aqueduct::apply::{Interrupt, Outcome, apply};
use aqueduct::plan::Plan;
use aqueduct::report::{Event, Progress, counted, critical_path};
use aqueduct::world::World;
use std::sync::Mutex;

/// Refuses a plan that loses data unless that is allowed.
pub(super) fn check_data_loss(plan: &Plan, allowed: bool) -> Result<(), Failure> {
    let losing: Vec<String> = plan.losing_data().map(|step| format!("  {}", step.address)).collect();
    if allowed || losing.is_empty() {
        return Ok(());
    }
    Err(Failure::new(format!(
        "this deletes data; nothing was changed:\n{}\n  if that is meant, add --allow-data-loss",
        losing.join("\n")
    )))
}

/// Applies `plan`, tells what happens, and sums up.
pub(super) async fn carry_out(
    global: &Global,
    session: &Session,
    plan: &Plan,
    world: World,
    json: bool,
) -> Result<(Exit, Outcome), Failure> {
    let (stop, interrupt) = Interrupt::new();
    let mut signals = Signals::new()?;
    let listener = tokio::spawn(async move {
        signals.next().await;
        output::say("Stopping: no new step is begun. Press Ctrl-C again to leave at once; nothing is lost either way.");
        // Nobody listens any more only when the run is over.
        let _ = stop.send(true);
        signals.next().await;
        std::process::exit(Exit::Interrupted as i32);
    });
    let progress = Mutex::new(Progress::default());
    let emit = |event: Event| {
        if json {
            if let Ok(line) = serde_json::to_string(&event) {
                output::print(&format!("{line}\n"));
            }
            return;
        }
        let line = progress.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).line(&event);
        if let Some(line) = line {
            output::say(&line);
        }
    };
    let outcome = apply(&session.cx, plan, world, interrupt, &emit).await;
    listener.abort();
    if global.verbose && !outcome.critical_path.steps.is_empty() {
        output::say(critical_path(&outcome.critical_path).trim_end());
    }
    let exit = sum_up(plan, &outcome);
    Ok((exit, outcome))
}

fn sum_up(plan: &Plan, outcome: &Outcome) -> Exit {
    let Outcome { done, failed, skipped, interrupted, .. } = outcome;
    let all = plan.steps.len();
    if outcome.complete() {
        output::say(&format!("Done: {}.", counted(all, "step")));
        return Exit::InSync;
    }
    if !failed.is_empty() {
        let skipped = if *skipped > 0 { format!(", {skipped} not begun because of those") } else { String::new() };
        output::say(&format!("{done} of {} done, {} failed{skipped}:", counted(all, "step"), failed.len()));
        for (address, error) in failed {
            output::say(&format!("  {address}: {error}"));
        }
        output::say("What is done stays. Mend the cause and run the same command again: it goes on from here.");
    }
    if *interrupted {
        output::say(&format!(
            "Interrupted: {done} of {} done. What AWS is still working on goes on by itself; \
             run the same command again and it goes on from there.",
            counted(all, "step")
        ));
        return Exit::Interrupted;
    }
    Exit::Error
}
