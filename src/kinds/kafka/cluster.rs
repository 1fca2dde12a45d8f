//! `kafka/cluster`: an MSK cluster.

use crate::resource::Named;

/// An MSK cluster.
#[derive(Clone, Debug)]
pub struct Cluster;

impl Named for Cluster {
    const NAME: &'static str = "kafka/cluster";
}
