//! The settings of topics: which there are, their defaults, and how they travel.

use super::bad;
use crate::answer::Fault;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// The settings of one topic.
pub(super) type Settings = BTreeMap<String, String>;

/// A setting that topics have.
struct Setting {
    name: &'static str,
    default: &'static str,
    /// The broker's setting that takes the default's place.
    broker: &'static str,
    /// Whether topics on Express brokers may set it.
    express: bool,
}

const fn setting(name: &'static str, default: &'static str, broker: &'static str) -> Setting {
    Setting { name, default, broker, express: false }
}

const fn everywhere(name: &'static str, default: &'static str, broker: &'static str) -> Setting {
    Setting { name, default, broker, express: true }
}

const SETTINGS: &[Setting] = &[
    everywhere("cleanup.policy", "delete", "log.cleanup.policy"),
    everywhere("compression.type", "producer", "compression.type"),
    everywhere("delete.retention.ms", "86400000", "log.cleaner.delete.retention.ms"),
    setting("file.delete.delay.ms", "60000", ""),
    setting("flush.messages", "9223372036854775807", "log.flush.interval.messages"),
    setting("flush.ms", "9223372036854775807", "log.flush.interval.ms"),
    setting("follower.replication.throttled.replicas", "", ""),
    setting("index.interval.bytes", "4096", ""),
    setting("leader.replication.throttled.replicas", "", ""),
    setting("local.retention.bytes", "-2", ""),
    setting("local.retention.ms", "-2", ""),
    everywhere("max.compaction.lag.ms", "9223372036854775807", ""),
    everywhere("max.message.bytes", "1048588", "message.max.bytes"),
    everywhere("message.timestamp.after.max.ms", "9223372036854775807", ""),
    everywhere("message.timestamp.before.max.ms", "9223372036854775807", ""),
    setting("message.timestamp.difference.max.ms", "9223372036854775807", "log.message.timestamp.difference.max.ms"),
    everywhere("message.timestamp.type", "CreateTime", "log.message.timestamp.type"),
    setting("min.cleanable.dirty.ratio", "0.5", "log.cleaner.min.cleanable.ratio"),
    everywhere("min.compaction.lag.ms", "0", ""),
    setting("min.insync.replicas", "2", "min.insync.replicas"),
    setting("preallocate", "false", ""),
    setting("remote.storage.enable", "false", ""),
    everywhere("retention.bytes", "-1", "log.retention.bytes"),
    everywhere("retention.ms", "604800000", "log.retention.ms"),
    setting("segment.bytes", "1073741824", "log.segment.bytes"),
    setting("segment.index.bytes", "10485760", ""),
    setting("segment.jitter.ms", "0", ""),
    setting("segment.ms", "604800000", "log.roll.ms"),
    setting("unclean.leader.election.enable", "false", "unclean.leader.election.enable"),
];

/// The settings in `text`, the base64 of a JSON object.
pub(super) fn decode(text: &str) -> Result<Settings, Fault> {
    let bytes =
        BASE64_STANDARD.decode(text).map_err(|_| bad("configs", "The configs parameter is not valid base64."))?;
    let not_json = || bad("configs", "The configs parameter is not a JSON object of strings.");
    let members: Map<String, Value> = serde_json::from_slice(&bytes).map_err(|_| not_json())?;
    let pair = |(name, value): (String, Value)| Some((name, value.as_str()?.to_owned()));
    members.into_iter().map(pair).collect::<Option<_>>().ok_or_else(not_json)
}

pub(super) fn encode(settings: &Settings) -> Result<String, Fault> {
    let text = serde_json::to_string(settings).map_err(|error| Fault::internal(&error))?;
    Ok(BASE64_STANDARD.encode(text))
}

/// Whether Kafka takes `settings`.
pub(super) fn check(settings: &Settings, express: bool) -> Result<(), Fault> {
    for (name, value) in settings {
        let known = SETTINGS.iter().find(|known| known.name == name);
        let known = known.ok_or_else(|| refused("configs", format!("Unknown topic config name: {name}")))?;
        if express && !known.express {
            return Err(refused("configs", format!("Topic config {name} can't be set on Express brokers.")));
        }
        let fits = match known.default {
            "true" | "false" => matches!(value.as_str(), "true" | "false"),
            default if default.parse::<i64>().is_ok() => value.parse::<i64>().is_ok(),
            default if default.parse::<f64>().is_ok() => value.parse::<f64>().is_ok(),
            _ => true,
        };
        let fits = fits
            && match name.as_str() {
                "cleanup.policy" => value.split(',').all(|policy| matches!(policy.trim(), "delete" | "compact")),
                "compression.type" => {
                    matches!(value.as_str(), "producer" | "uncompressed" | "gzip" | "snappy" | "lz4" | "zstd")
                }
                "message.timestamp.type" => matches!(value.as_str(), "CreateTime" | "LogAppendTime"),
                _ => true,
            };
        if !fits {
            return Err(refused("configs", format!("Invalid value {value} for configuration {name}")));
        }
    }
    Ok(())
}

/// What is in effect: the topic's own settings over those of the brokers' configuration over Kafka's.
pub(super) fn effective(own: &Settings, brokers: &[(String, String)]) -> Settings {
    let mut settings: Settings =
        SETTINGS.iter().map(|setting| (setting.name.to_owned(), setting.default.to_owned())).collect();
    for (name, value) in brokers {
        for setting in SETTINGS.iter().filter(|setting| setting.broker == name) {
            settings.insert(setting.name.to_owned(), value.clone());
        }
        let milliseconds = match name.as_str() {
            "log.retention.hours" => 3_600_000,
            "log.retention.minutes" => 60_000,
            _ => continue,
        };
        let finer = brokers.iter().any(|(name, _)| name == "log.retention.ms");
        if let (Ok(value), false) = (value.parse::<i64>(), finer) {
            settings.insert("retention.ms".to_owned(), (value * milliseconds).to_string());
        }
    }
    settings.extend(own.clone());
    settings
}

/// What Kafka itself refuses.
pub(super) fn refused(parameter: &str, message: impl Into<String>) -> Fault {
    Fault::new(400, "KafkaRequestException", message).with_member("invalidParameter", parameter)
}
