//! `kafka/topic`: a topic.

use crate::resource::Named;

/// A topic.
#[derive(Clone, Debug)]
pub struct Topic;

impl Named for Topic {
    const NAME: &'static str = "kafka/topic";
}
