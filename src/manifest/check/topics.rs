//! Topics: what the cluster's version, kind and size allow (AWS.md §3.3).

use super::Check;
use crate::manifest::decode::Spanned;
use crate::manifest::diagnostic::{Diagnostic, did_you_mean};
use crate::manifest::kafka::{Kafka, Mode, Topic};
use crate::manifest::source::Span;
use std::collections::HashMap;

/// How many copies must be in sync where nothing says so, in three zones and in two (PIPELINE §4).
const IN_SYNC: (i32, i32) = (2, 1);
/// The setting that says it.
const LEAST: &str = "min.insync.replicas";

/// The settings of a topic in Kafka 3.8.
const SETTINGS: [&str; 34] = [
    "cleanup.policy",
    "compression.gzip.level",
    "compression.lz4.level",
    "compression.type",
    "compression.zstd.level",
    "delete.retention.ms",
    "file.delete.delay.ms",
    "flush.messages",
    "flush.ms",
    "follower.replication.throttled.replicas",
    "index.interval.bytes",
    "leader.replication.throttled.replicas",
    "local.retention.bytes",
    "local.retention.ms",
    "max.compaction.lag.ms",
    "max.message.bytes",
    "message.downconversion.enable",
    "message.format.version",
    "message.timestamp.after.max.ms",
    "message.timestamp.before.max.ms",
    "message.timestamp.difference.max.ms",
    "message.timestamp.type",
    "min.cleanable.dirty.ratio",
    "min.compaction.lag.ms",
    "min.insync.replicas",
    "preallocate",
    "remote.storage.enable",
    "retention.bytes",
    "retention.ms",
    "segment.bytes",
    "segment.index.bytes",
    "segment.jitter.ms",
    "segment.ms",
    "unclean.leader.election.enable",
];

/// The settings that a topic on Express brokers may have.
const EXPRESS: [&str; 11] = [
    "cleanup.policy",
    "compression.type",
    "delete.retention.ms",
    "max.compaction.lag.ms",
    "max.message.bytes",
    "message.timestamp.after.max.ms",
    "message.timestamp.before.max.ms",
    "message.timestamp.type",
    "min.compaction.lag.ms",
    "retention.bytes",
    "retention.ms",
];

pub(super) fn check(cx: &mut Check<'_>) {
    let Some(Some(kafka)) = &cx.parts.kafka else { return };
    if *kafka.mode == Mode::Serverless {
        return;
    }
    // Express brokers do not have such versions at all.
    let old = !kafka.manages_topics() && *kafka.mode == Mode::Standard;
    if let Some((first, _)) = kafka.topics.iter().next().filter(|_| old) {
        let message = format!("topics need Kafka 3.6 or newer, not {}", kafka.version.value);
        let wrong = Diagnostic::error(kafka.version.span, message).other(first.span, "the first topic");
        cx.push(wrong.help("write `version: 3.8.x`, or remove `topics` and make them from the client machine"));
    }
    if *kafka.prune && old {
        let message = format!("topics of Kafka {} cannot be deleted through AWS", kafka.version.value);
        let wrong = Diagnostic::error(kafka.prune.span, message).other(kafka.version.span, "the version");
        cx.push(wrong.help("write `version: 3.8.x`, or remove `prune`"));
    } else if *kafka.prune && kafka.topics.is_empty() {
        let wrong = Diagnostic::warning(kafka.prune.span, "every topic of the cluster will be deleted");
        cx.push(wrong.help("list the topics to keep in `topics`, or remove `prune`"));
    }
    let brokers = cx.zones().map(|zones| kafka.brokers(zones));
    for (name, topic) in kafka.topics.iter() {
        copies(cx, kafka, name, topic, brokers);
        settings(cx, kafka, topic);
    }
    alike(cx, kafka);
    in_sync(cx, kafka, brokers);
    if let Some(brokers) = brokers {
        load(cx, kafka, brokers);
    }
}

fn copies(cx: &mut Check<'_>, kafka: &Kafka, name: &Spanned<String>, topic: &Topic, brokers: Option<i32>) {
    let Some(brokers) = brokers else { return };
    let copies = kafka.replication(topic, brokers);
    if let Some(given) = topic.replication {
        if *kafka.mode == Mode::Express && *given != 3 {
            let wrong = Diagnostic::error(given.span, format!("{} copies are not possible on Express brokers", *given));
            cx.push(wrong.other(kafka.mode.span, "Express").help("remove `replication`: it is always 3"));
        } else if *given > brokers {
            let wrong = Diagnostic::error(given.span, format!("{} copies cannot lie on {brokers} brokers", *given));
            cx.push(wrong.help(format!("write `replication: {}`, or take more brokers", brokers.clamp(1, 3))));
        } else if *given == 1 {
            let message = format!("`{}` has one copy: while a broker restarts, its partitions are gone", name.value);
            cx.push(Diagnostic::warning(given.span, message).help("write `replication: 3`"));
        }
    }
    // Express brokers keep the setting, and the three copies, to themselves.
    if *kafka.mode == Mode::Express {
        return;
    }
    let Some(least) = topic.config.get(LEAST) else {
        let (least, given) = (least_in_sync(cx, kafka), topic.replication);
        if let Some(given) = given.filter(|given| **given > 1 && least.is_some_and(|least| **given <= least)) {
            let fewer = *given - 1;
            let help = format!("take more copies, or write `config: {{{LEAST}: {fewer}}}`");
            cx.push(stalled(given.span, *given).help(help));
        }
        return;
    };
    match least.parse::<i32>() {
        Ok(number) if number > copies => {
            let message = format!("nothing can be written: {} copies must be in sync of {copies}", least.value);
            cx.push(Diagnostic::error(least.span, message).help("write a number below that of the copies, such as 2"));
        }
        Ok(number) if number == copies && copies > 1 => {
            cx.push(stalled(least.span, copies).help("write a number below that of the copies"));
        }
        _ => {}
    }
}

/// Records if the cluster's own setting leaves no copy to spare.
fn in_sync(cx: &mut Check<'_>, kafka: &Kafka, brokers: Option<i32>) {
    let Some(copies) = brokers.map(|brokers| kafka.copies(brokers)) else { return };
    let Some((name, least)) = kafka.configuration.iter().find(|(name, _)| name.as_str() == LEAST) else { return };
    if *kafka.mode == Mode::Standard && least.parse::<i32>().is_ok_and(|least| least >= copies && copies > 1) {
        cx.push(stalled(name.span, copies).help("write a number below that of the copies"));
    }
}

fn stalled(span: Span, copies: i32) -> Diagnostic {
    let message = format!("while a broker restarts, nothing can be written: all {copies} copies must be in sync");
    Diagnostic::warning(span, message)
}

/// How many copies must be in sync of topics that do not say so, if that is known.
fn least_in_sync(cx: &Check<'_>, kafka: &Kafka) -> Option<i32> {
    match kafka.configuration.get(LEAST) {
        Some(least) => least.parse().ok(),
        None => Some(if cx.zones()? == 3 { IN_SYNC.0 } else { IN_SYNC.1 }),
    }
}

fn settings(cx: &mut Check<'_>, kafka: &Kafka, topic: &Topic) {
    for (setting, value) in topic.config.iter() {
        if !SETTINGS.contains(&setting.as_str()) {
            let wrong = Diagnostic::error(setting.span, format!("a topic has no setting `{}`", setting.value));
            let help =
                did_you_mean(setting, SETTINGS).unwrap_or_else(|| "such as `retention.ms` or `cleanup.policy`".into());
            cx.push(wrong.help(help));
        } else if *kafka.mode == Mode::Express && !EXPRESS.contains(&setting.as_str()) {
            let wrong =
                Diagnostic::error(setting.span, format!("Express brokers keep `{}` to themselves", setting.value));
            cx.push(wrong.other(kafka.mode.span, "Express").help("remove it"));
        }
        let number = setting.ends_with(".ms") || setting.ends_with(".bytes") || setting.ends_with(".replicas");
        let throttled = setting.ends_with("throttled.replicas");
        if number && !throttled && value.parse::<i64>().is_err() {
            let wrong =
                Diagnostic::error(value.span, format!("`{}` is a whole number, not `{}`", setting.value, value.value));
            cx.push(wrong.help("write digits only; times are in milliseconds"));
        }
    }
}

/// Kafka's metrics take `.` and `_` for the same.
fn alike(cx: &mut Check<'_>, kafka: &Kafka) {
    let mut seen: HashMap<String, &Spanned<String>> = HashMap::new();
    for (name, _) in kafka.topics.iter() {
        if let Some(other) = seen.insert(name.replace('.', "_"), name) {
            let message = format!("`{}` and `{}` are one name in Kafka's metrics", other.value, name.value);
            let wrong = Diagnostic::error(name.span, message).other(other.span, "the other");
            cx.push(wrong.help("use either `.` or `_` in names of topics"));
        }
    }
}

fn load(cx: &mut Check<'_>, kafka: &Kafka, brokers: i32) {
    let broker = kafka.broker_type().unwrap_or_default();
    // What AWS recommends at most, copies included, for each broker.
    let most: i64 = match broker.rsplit('.').next().unwrap_or_default() {
        _ if *kafka.mode == Mode::Express => return,
        "small" => 300,
        "large" | "xlarge" => 1000,
        "2xlarge" => 2000,
        _ => 4000,
    };
    let each = |topic: &Topic| i64::from(*topic.partitions) * i64::from(kafka.replication(topic, brokers));
    let sum: i64 = kafka.topics.iter().map(|(_, topic)| each(topic)).sum();
    if sum > most * i64::from(brokers) {
        let span = kafka.broker_type.as_ref().map_or(kafka.span, |given| given.span);
        let message = format!("{sum} partitions with their copies are too many for {brokers} of `{broker}`");
        let wrong = Diagnostic::warning(span, message);
        cx.push(
            wrong.help(format!(
                "AWS recommends at most {most} a broker: take larger or more brokers, or fewer partitions"
            )),
        );
    }
}
