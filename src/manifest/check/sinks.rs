//! Sinks: what a connector and a channel take, and what they would do to each other.

use super::{Check, files, plugin};
use crate::manifest::decode::Spanned;
use crate::manifest::diagnostic::Diagnostic;
use crate::manifest::forms;
use crate::manifest::kafka::{Authentication, Kafka, Mode};
use crate::manifest::regex::Regex;
use crate::manifest::sinks::{Sink, Via, Workers};
use crate::manifest::source::Span;

/// Properties that follow from the rest of a sink, each with what to write instead.
const GENERATED: [(&str, &str); 8] = [
    ("connector.class", "leave it out: another class is another connector"),
    ("topics", "write `topics: […]` in the sink"),
    ("topics.regex", "write `topics_regex` in the sink"),
    ("tasks.max", "write `tasks` in the sink"),
    ("s3.bucket.name", "write `bucket` in the sink"),
    ("s3.region", "leave it out: it is that of the manifest"),
    ("topics.dir", "write `prefix` in the sink"),
    ("errors.deadletterqueue.topic.name", "write `dead_letters` in the sink"),
];

/// Partitioners that know no time of records.
const TIMELESS: [&str; 2] = [
    "io.confluent.connect.storage.partitioner.DefaultPartitioner",
    "io.confluent.connect.storage.partitioner.FieldPartitioner",
];

/// What worker properties must not begin with (AWS.md §4.2).
const UNSUPPORTED: [&str; 11] = [
    "access.control.",
    "admin.",
    "bootstrap.servers",
    "client.",
    "connector.",
    "group.id",
    "listeners",
    "metrics.",
    "plugin.path",
    "rest.",
    "sasl.",
];

/// The longest name of a channel (AWS.md §3.4).
const LONGEST_CHANNEL: usize = 64;

pub(super) fn check(cx: &mut Check<'_>) {
    let Some(sinks) = &cx.parts.sinks else { return };
    if let Some((_, first)) = sinks.iter().next()
        && !cx.has("kafka")
    {
        let wrong = Diagnostic::error(first.span, "a sink without a cluster has no topics to deliver");
        cx.push(wrong.help("add `kafka: {topics: …}`, or remove the sink"));
    }
    for (name, sink) in sinks.iter() {
        one(cx, name, sink);
    }
    overlaps(cx);
}

fn one(cx: &mut Check<'_>, name: &Spanned<String>, sink: &Sink) {
    cx.refers(&sink.bucket, &["buckets"], "bucket");
    cx.unique(sink.topics());
    match *sink.via {
        Via::Connect => connect(cx, name, sink),
        Via::Channel => channel(cx, name, sink),
    }
    let dead_letters = dead_letters(cx, name, sink);
    topics(cx, sink, dead_letters.as_deref());
}

/// Records the settings of the other kind of delivery.
fn foreign(cx: &mut Check<'_>, sink: &Sink, given: &[(&str, Option<Span>)]) {
    let (this, other) = match *sink.via {
        Via::Connect => ("connect", "channel"),
        Via::Channel => ("channel", "connect"),
    };
    for (name, span) in given {
        if let Some(span) = span {
            let wrong = Diagnostic::error(*span, format!("`{name}` means nothing for `via: {this}`"));
            cx.push(wrong.other(sink.via.span, "who delivers").help(format!("remove it, or write `via: {other}`")));
        }
    }
}

fn connect(cx: &mut Check<'_>, name: &Spanned<String>, sink: &Sink) {
    foreign(
        cx,
        sink,
        &[
            ("freshness_seconds", sink.freshness_seconds.map(|given| given.span)),
            ("converter", sink.converter.map(|given| given.span)),
            ("compression", sink.compression.map(|given| given.span)),
            ("storage_class", sink.storage_class.map(|given| given.span)),
            ("key_template", sink.key_template.as_ref().map(|given| given.span)),
        ],
    );
    match &sink.plugin {
        Some(plugin) => {
            files::file(cx, plugin, &["zip", "jar"]);
            plugin::check(cx, plugin);
        }
        None => {
            let wrong = Diagnostic::error(sink.span, format!("the sink `{}` has no plugin", name.value));
            cx.push(wrong.help("download Confluent's S3 sink connector and write `plugin: <its ZIP file>`"));
        }
    }
    if let Some(workers) = &sink.workers {
        self::workers(cx, workers);
    }
    properties(cx, sink);
    objects(cx, sink);
    rotation(cx, sink);
    if cx.way_out() == Some(false) && !cx.endpoint("sts") {
        let wrong = Diagnostic::error(cx.nat(), "the connector has no way to AWS's STS, where it gets its credentials");
        let wrong = wrong.other(name.span, "the connector");
        cx.push(wrong.help("write `nat: single`, or add `sts` to `network.endpoints`"));
    }
    if let Some(Some(kafka)) = &cx.parts.kafka {
        cluster(cx, name, sink, kafka);
    }
}

fn cluster(cx: &mut Check<'_>, name: &Spanned<String>, sink: &Sink, kafka: &Kafka) {
    if !kafka.accepts(Authentication::Iam) && !kafka.accepts(Authentication::None) {
        let wrong = Diagnostic::error(kafka.authentication.span, "MSK Connect signs in with IAM or not at all");
        cx.push(wrong.other(name.span, "the connector").help("add `iam` to `authentication`"));
    }
    if kafka.accepts(Authentication::Iam) && kafka.broker_type() == Some("kafka.t3.small") {
        let span = kafka.broker_type.as_ref().map_or(kafka.span, |given| given.span);
        let message = "connectors that sign in with IAM fail on `kafka.t3.small`, which allows too few connections";
        cx.push(
            Diagnostic::error(span, message)
                .other(name.span, "the connector")
                .help("write `broker_type: kafka.m7g.large`"),
        );
    }
    let partitions: i32 =
        sink.topics().iter().filter_map(|topic| kafka.topics.get(topic)).map(|topic| *topic.partitions).sum();
    if let Some(tasks) = sink.tasks.filter(|tasks| partitions > 0 && **tasks > partitions) {
        let message = format!("{} tasks for {partitions} partitions: the rest has nothing to do", *tasks);
        cx.push(
            Diagnostic::warning(tasks.span, message)
                .help(format!("write `tasks: {partitions}`, or give topics more partitions")),
        );
    }
}

fn channel(cx: &mut Check<'_>, name: &Spanned<String>, sink: &Sink) {
    foreign(
        cx,
        sink,
        &[
            ("topics_regex", sink.topics_regex.as_ref().map(|given| given.span)),
            ("plugin", sink.plugin.as_ref().map(|given| given.span)),
            ("connect_version", sink.connect_version.as_ref().map(|given| given.span)),
            ("name", sink.name.as_ref().map(|given| given.span)),
            ("workers", sink.workers.as_ref().map(|given| given.span)),
            ("tasks", sink.tasks.map(|given| given.span)),
            ("flush_size", sink.flush_size.map(|given| given.span)),
            ("rotate_minutes", sink.rotate_minutes.map(|given| given.span)),
            ("properties", sink.properties.given.then_some(sink.properties.span)),
            ("worker_properties", sink.worker_properties.given.then_some(sink.worker_properties.span)),
        ],
    );
    for topic in sink.topics() {
        let channel = format!("{}-{}", name.value, topic.value);
        if channel.len() > LONGEST_CHANNEL {
            let message = format!("its channel would be called `{channel}`, more than {LONGEST_CHANNEL} characters");
            cx.push(
                Diagnostic::error(topic.span, message).other(name.span, "the sink").help("give the sink a shorter key"),
            );
        }
    }
    if let Some(Some(kafka)) = &cx.parts.kafka
        && *kafka.mode != Mode::Express
    {
        let message = format!("channels need Express brokers, not `mode: {}`", kafka.mode.word());
        let wrong = Diagnostic::error(sink.via.span, message).other(kafka.mode.span, "the cluster");
        cx.push(wrong.help("write `via: connect`, or `mode: express` in `kafka`"));
    }
}

fn workers(cx: &mut Check<'_>, workers: &Spanned<Workers>) {
    let wrong = match (workers.count, workers.min, workers.max) {
        (Some(count), Some(other), _) | (Some(count), _, Some(other)) => {
            let wrong = Diagnostic::error(count.span, "`count` and `min` and `max` exclude each other");
            Some(wrong.other(other.span, "here").help("write `count`, or `min` and `max`"))
        }
        (None, Some(one), None) | (None, None, Some(one)) => {
            let wrong = Diagnostic::error(one.span, "`min` and `max` need each other");
            Some(wrong.help("write both, or `count`"))
        }
        (None, Some(min), Some(max)) if *min > *max => {
            let wrong = Diagnostic::error(min.span, format!("at least {} workers and at most {}", *min, *max));
            Some(wrong.other(max.span, "the other").help("let `max` be the greater one"))
        }
        _ => None,
    };
    wrong.into_iter().for_each(|wrong| cx.push(wrong));
    if workers.scale_in_cpu >= *workers.scale_out_cpu {
        let message = format!(
            "workers would be added above {} % and removed below {} %",
            *workers.scale_out_cpu, workers.scale_in_cpu
        );
        let wrong = Diagnostic::error(workers.scale_out_cpu.span, message);
        cx.push(wrong.help("let `scale_out_cpu` be the greater one"));
    }
}

fn properties(cx: &mut Check<'_>, sink: &Sink) {
    for (key, _) in sink.properties.iter() {
        if let Some((_, help)) = GENERATED.iter().find(|(generated, _)| *generated == key.as_str()) {
            let wrong = Diagnostic::error(key.span, format!("`{}` follows from the rest of the sink", key.value));
            cx.push(wrong.help(*help));
        }
    }
    for (key, _) in sink.worker_properties.iter() {
        if let Some(prefix) = UNSUPPORTED.iter().find(|prefix| key.starts_with(**prefix)) {
            let wrong = Diagnostic::error(key.span, format!("MSK Connect sets what begins with `{prefix}` itself"));
            cx.push(wrong.help("remove it"));
        }
    }
}

fn objects(cx: &mut Check<'_>, sink: &Sink) {
    let property = sink.properties.get("flush.size").map(|value| (value.value.as_str(), value.span));
    let one = sink.flush_size.filter(|size| **size == 1).map(|size| size.span);
    if let Some(span) = property.filter(|(value, _)| *value == "1").map(|(_, span)| span).or(one) {
        let wrong = Diagnostic::warning(span, "every record becomes an object of its own, slow and dear to read");
        cx.push(wrong.help("write `flush_size: 1000`; `rotate_minutes` bounds how long a record waits"));
    }
    if let (Some(size), Some((_, span))) = (sink.flush_size, property) {
        let wrong = Diagnostic::error(span, "`flush.size` is given twice");
        cx.push(wrong.other(size.span, "as `flush_size`").help("remove one of the two"));
    }
}

fn rotation(cx: &mut Check<'_>, sink: &Sink) {
    let property = |key: &str| sink.properties.get(key);
    if let (Some(minutes), Some(clock)) = (sink.rotate_minutes, property("rotate.schedule.interval.ms")) {
        let wrong = Diagnostic::error(clock.span, "`rotate.schedule.interval.ms` is given twice");
        cx.push(wrong.other(minutes.span, "as `rotate_minutes`").help("remove one of the two"));
    }
    let timeless = property("partitioner.class").is_none_or(|class| TIMELESS.contains(&class.as_str()));
    if let Some(interval) = property("rotate.interval.ms").filter(|_| timeless && sink.rotates_by_records()) {
        let message = "the connector ignores `rotate.interval.ms` unless its partitioner goes by time";
        let wrong = Diagnostic::error(interval.span, message).help("write `rotate_minutes` to go by the clock");
        cx.push(
            wrong.help("or add `partitioner.class: io.confluent.connect.storage.partitioner.TimeBasedPartitioner`"),
        );
    }
}

/// The dead-letter topic of a connector, if its name is good.
fn dead_letters(cx: &mut Check<'_>, name: &Spanned<String>, sink: &Sink) -> Option<String> {
    let form = match *sink.via {
        Via::Connect => &forms::TOPIC,
        Via::Channel => &forms::OBJECT_KEY,
    };
    if let Some(given) = &sink.dead_letters
        && let Err(why) = (form.test)(given)
    {
        let wrong = Diagnostic::error(given.span, format!("`{}` is not {}: {why}", given.value, form.what));
        cx.push(wrong.help(format!("allowed: {}", form.rule)));
        return None;
    }
    let stack = cx.parts.header.as_ref().map(|header| header.stack.value.as_str())?;
    (*sink.via == Via::Connect).then(|| sink.dead_letters(stack, name))
}

fn topics(cx: &mut Check<'_>, sink: &Sink, dead_letters: Option<&str>) {
    // Only the topics of a cluster that the manifest can give topics are known.
    let managed = cx.has("kafka") && !matches!(&cx.parts.kafka, Some(Some(kafka)) if !kafka.manages_topics());
    match (&sink.topics, &sink.topics_regex) {
        (Some(_), Some(regex)) => {
            let wrong = Diagnostic::error(regex.span, "`topics` and `topics_regex` exclude each other");
            cx.push(wrong.help("remove one of the two"));
        }
        (None, None) => {
            let wrong = Diagnostic::error(sink.span, "this sink has no topics");
            cx.push(wrong.help("write `topics: [<topic>, …]`"));
        }
        (Some(topics), None) => {
            for topic in topics.iter() {
                let own = dead_letters == Some(topic.as_str());
                if own {
                    let wrong = Diagnostic::error(topic.span, "what this sink cannot deliver would come back to it");
                    cx.push(wrong.help("deliver dead letters by a sink of their own"));
                } else if managed {
                    cx.refers(topic, &["kafka", "topics"], "topic");
                }
            }
        }
        (None, Some(regex)) => pattern(cx, regex, dead_letters, managed),
    }
}

fn pattern(cx: &mut Check<'_>, written: &Spanned<String>, dead_letters: Option<&str>, managed: bool) {
    let regex = match Regex::parse(written) {
        Ok(regex) => regex,
        Err(why) => {
            let wrong = Diagnostic::error(written.span, format!("this regular expression cannot be used: {why}"));
            cx.push(wrong.help("use names, `.`, `[…]`, `(…|…)`, `*`, `+`, `?` and `\\` only, or list the `topics`"));
            return;
        }
    };
    if let Some(topic) = dead_letters.filter(|topic| regex.matches(topic)) {
        let wrong = Diagnostic::error(written.span, format!("this matches the sink's own dead letters, `{topic}`"));
        cx.push(wrong.help("make it more exact, list the `topics`, or name another topic in `dead_letters`"));
    }
    let names = cx.names(&["kafka", "topics"]);
    if managed && !names.iter().any(|name| regex.matches(name)) {
        let wrong = Diagnostic::error(written.span, format!("no topic matches `{}`", written.value));
        let prefix = names.iter().any(|name| name.contains(written.value.trim_end_matches(['*', '.'])));
        let help = match prefix {
            true => "the whole name must match: end with `.*`",
            false => "compare it with the names in `kafka.topics`",
        };
        cx.push(wrong.help(help));
    }
}

/// Two sinks that write the same objects.
fn overlaps(cx: &mut Check<'_>) {
    let Some(sinks) = &cx.parts.sinks else { return };
    let mut seen: Vec<(&Spanned<String>, &Sink)> = vec![];
    for (_, sink) in sinks.iter() {
        for topic in sink.topics() {
            let same = |(other, by): &&(&Spanned<String>, &Sink)| {
                let place = by.bucket.value == sink.bucket.value && by.folder() == sink.folder();
                other.value == topic.value && place && by.span != sink.span
            };
            if let Some((other, _)) = seen.iter().find(same) {
                let message = format!("two sinks write `{}` to the same place", topic.value);
                let wrong = Diagnostic::error(topic.span, message).other(other.span, "the other");
                cx.push(wrong.help("give one of them another `prefix` or `bucket`"));
            }
            seen.push((topic, sink));
        }
    }
}
