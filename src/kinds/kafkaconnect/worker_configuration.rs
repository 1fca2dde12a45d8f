//! `kafkaconnect/worker-configuration`: an MSK Connect worker configuration.

use crate::resource::Named;

/// An MSK Connect worker configuration.
#[derive(Clone, Debug)]
pub struct WorkerConfiguration;

impl Named for WorkerConfiguration {
    const NAME: &'static str = "kafkaconnect/worker-configuration";
}
