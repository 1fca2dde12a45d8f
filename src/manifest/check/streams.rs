//! Streams: encryption and quotas.

use super::Check;
use crate::manifest::diagnostic::Diagnostic;

/// On-demand streams that an account may have unless AWS raised the quota (AWS.md §6.1).
const ON_DEMAND: usize = 50;

pub(super) fn check(cx: &mut Check<'_>) {
    let Some(streams) = &cx.parts.streams else { return };
    for (_, stream) in streams.iter() {
        if let Some(key) = &stream.kms_key
            && !*stream.encrypted
        {
            let wrong = Diagnostic::error(key.span, "a KMS key encrypts nothing with `encrypted: false`");
            cx.push(wrong.other(stream.encrypted.span, "here").help("remove one of the two"));
        }
        let mut seen = vec![];
        for metric in &stream.shard_metrics {
            if seen.contains(&metric.value) {
                let wrong = Diagnostic::error(metric.span, format!("`{}` stands here twice", metric.word()));
                cx.push(wrong.help("remove one of the two"));
            }
            seen.push(metric.value);
        }
    }
    let on_demand: Vec<_> = streams.iter().filter(|(_, stream)| stream.shards.is_none()).collect();
    if let Some((name, _)) = on_demand.get(ON_DEMAND) {
        let message = format!("{} streams on demand; an account may have {ON_DEMAND}", on_demand.len());
        let wrong = Diagnostic::warning(name.span, message).label("the first too many");
        cx.push(wrong.help("give some `shards`, or ask AWS for more"));
    }
}
