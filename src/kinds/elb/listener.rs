//! `elb/listener`: a listener.

use crate::resource::Named;

/// A listener.
#[derive(Clone, Debug)]
pub struct Listener;

impl Named for Listener {
    const NAME: &'static str = "elb/listener";
}
