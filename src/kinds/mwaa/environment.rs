//! `mwaa/environment`: an MWAA (Airflow) environment.

use crate::resource::Named;

/// An MWAA (Airflow) environment.
#[derive(Clone, Debug)]
pub struct Environment;

impl Named for Environment {
    const NAME: &'static str = "mwaa/environment";
}
