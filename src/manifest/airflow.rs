//! `airflow`: the MWAA environment.

use super::common::RETENTION;
use super::decode::{Map, Spanned};
use super::forms;
use super::layout::Constraint::{All, Each, Form, Keys, Range};
use super::section::{choice, section};
use serde_json::Value;

section! {
    /// An Airflow environment of MWAA with its DAGs.
    pub struct Airflow {
        /// Its name in AWS; left out, `<stack>-airflow`.
        name: Option<Spanned<String>> where Form(&forms::ENVIRONMENT),
        /// The version of Airflow.
        version: Spanned<String> = "2.10.3" where Form(&forms::AIRFLOW_VERSION),
        /// The size of its machines.
        class: Spanned<Class> = "mw1.small",
        /// How many workers there are at least.
        min_workers: Spanned<i32> = "1" where Range(1, 25),
        /// How many workers there are at most.
        max_workers: Spanned<i32> = "2" where Range(1, 25),
        /// How many schedulers, 2 to 5; of `mw1.micro` always 1. Left out, the fewest.
        schedulers: Option<Spanned<i32>> where Range(1, 5),
        /// How many web servers there are at least, 2 to 5; of `mw1.micro` always 1. Left out, the fewest.
        min_webservers: Option<Spanned<i32>> where Range(1, 5),
        /// How many web servers there are at most; left out, as many as at least.
        max_webservers: Option<Spanned<i32>> where Range(1, 5),
        /// From where its web pages can be reached.
        web_access: Spanned<WebAccess> = "private",
        /// The bucket for DAGs, by its name in `buckets`; left out, one of its own.
        bucket: Option<Spanned<String>>,
        /// The folder with DAGs. Every file below it is uploaded.
        dags: Spanned<String> where Form(&forms::LOCAL_PATH),
        /// The file with Python requirements.
        requirements: Option<Spanned<String>> where Form(&forms::LOCAL_PATH),
        /// The ZIP file with Airflow plugins.
        plugins: Option<Spanned<String>> where Form(&forms::LOCAL_PATH),
        /// The script that each machine runs before Airflow starts.
        startup_script: Option<Spanned<String>> where Form(&forms::LOCAL_PATH),
        /// Airflow's options, such as `core.load_examples`.
        options: Map<String> = "{}" where All(&[Keys(&Form(&forms::AIRFLOW_OPTION)), Each(&Form(&forms::AIRFLOW_VALUE))]),
        /// What is logged.
        logs: AirflowLogs = "{}",
        /// When AWS may maintain it, `DAY:HH:MM` in UTC; left out, AWS chooses.
        maintenance_window: Option<Spanned<String>> where Form(&forms::MAINTENANCE_WINDOW),
        /// The KMS key that encrypts its data; left out, AWS's own.
        kms_key: Option<Spanned<String>> where Form(&forms::AIRFLOW_KMS_KEY),
        /// Statements of IAM for what DAGs do, on top of what the environment needs.
        permissions: Vec<Spanned<Value>> = "[]",
    }
}

section! {
    /// From which level on each part of Airflow logs.
    pub struct AirflowLogs {
        /// Reading of DAG files.
        dag_processing: Level = "info",
        /// Scheduling.
        scheduler: Level = "info",
        /// Tasks.
        task: Level = "info",
        /// The web server.
        webserver: Level = "info",
        /// Workers.
        worker: Level = "info",
        /// For how many days they are kept.
        retention_days: i32 = "30" where RETENTION,
    }
}

choice! {
    /// A size of Airflow's machines.
    pub enum Class {
        /// One machine for everything; at most 25 DAGs.
        Micro = "mw1.micro",
        /// Up to 50 DAGs.
        Small = "mw1.small",
        /// Up to 250 DAGs.
        Medium = "mw1.medium",
        /// Up to 1000 DAGs.
        Large = "mw1.large",
        /// Up to 2000 DAGs.
        Xlarge = "mw1.xlarge",
        /// Up to 4000 DAGs.
        Xxlarge = "mw1.2xlarge",
    }
}

choice! {
    /// From where Airflow's web pages can be reached.
    pub enum WebAccess {
        /// From inside the VPC.
        Private = "private",
        /// From the internet too; users sign in with IAM.
        Public = "public",
    }
}

choice! {
    /// From which level on is logged.
    pub enum Level {
        /// Nothing is.
        Off = "off",
        /// Everything is.
        Debug = "debug",
        /// What happens.
        Info = "info",
        /// What is odd.
        Warning = "warning",
        /// What fails.
        Error = "error",
        /// What stops everything.
        Critical = "critical",
    }
}
