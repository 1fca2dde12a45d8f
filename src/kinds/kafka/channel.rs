//! `kafka/channel`: a channel: native delivery from a topic.

use crate::resource::Named;

/// A channel: native delivery from a topic.
#[derive(Clone, Debug)]
pub struct Channel;

impl Named for Channel {
    const NAME: &'static str = "kafka/channel";
}
