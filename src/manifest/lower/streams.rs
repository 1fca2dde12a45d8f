//! `streams`: one Kinesis stream each.

use super::Lowering;
use crate::kinds::kinesis::stream::{Distribution, Mode, Stream};
use crate::resource::{Auto, Fixed};

/// The key that AWS keeps for Kinesis in every account.
const OWN_KEY: &str = "alias/aws/kinesis";

impl Lowering<'_> {
    pub(super) fn streams(&mut self) {
        for (name, section) in self.manifest.streams.iter() {
            let shards = section.shards.as_ref().map(|shards| shards.value);
            let key = section.kms_key.as_ref().map(|key| key.value.clone());
            let spec = Stream {
                name: Fixed(name.value.clone()),
                mode: if shards.is_some() { Mode::Provisioned } else { Mode::OnDemand },
                shards: Auto(shards),
                retention_hours: section.retention_hours,
                kms_key: section.encrypted.then(|| key.unwrap_or_else(|| OWN_KEY.into())),
                shard_metrics: section.shard_metrics.iter().map(|metric| metric.value.word().to_owned()).collect(),
                max_record_kib: Auto(section.max_record_kib),
                warm_throughput: Auto(None),
                record_distribution: Distribution::default(),
                policy: Auto(None),
            };
            self.add_tagged(name.value.clone(), &spec, &section.tags);
        }
    }
}
