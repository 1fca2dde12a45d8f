//! MWAA (Airflow).

pub mod environment;
