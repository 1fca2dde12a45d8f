//! MWAA (Airflow).

pub mod environment;
pub mod log_groups;
