//! `kafka/configuration`: an MSK configuration.

use crate::resource::Named;

/// An MSK configuration.
#[derive(Clone, Debug)]
pub struct Configuration;

impl Named for Configuration {
    const NAME: &'static str = "kafka/configuration";
}
