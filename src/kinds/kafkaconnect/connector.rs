//! `kafkaconnect/connector`: an MSK Connect connector.

use crate::resource::Named;

/// An MSK Connect connector.
#[derive(Clone, Debug)]
pub struct Connector;

impl Named for Connector {
    const NAME: &'static str = "kafkaconnect/connector";
}
