//! The log groups that an Airflow environment writes into, one a part of it.

use super::environment::Logging;

/// The groups that the environment `name` writes into, each with what its part is called here. MWAA makes those that are
/// not there, to keep events forever, and leaves them behind, whoever made them (AWS.md §7).
pub fn groups(name: &str, logging: &Logging) -> impl Iterator<Item = (&'static str, String)> {
    let parts = [
        (logging.dag_processing, "dag-processing", "DAGProcessing"),
        (logging.scheduler, "scheduler", "Scheduler"),
        (logging.task, "task", "Task"),
        (logging.webserver, "webserver", "WebServer"),
        (logging.worker, "worker", "Worker"),
    ];
    let written = parts.into_iter().filter(|(level, ..)| level.is_some());
    written.map(move |(_, part, suffix)| (part, format!("airflow-{name}-{suffix}")))
}
