//! The cluster: what its kind of brokers allows (AWS.md §3.1).

use super::Check;
use crate::manifest::diagnostic::Diagnostic;
use crate::manifest::kafka::{Authentication, ClientBroker, Kafka, Mode, Monitoring};
use crate::manifest::source::Span;

/// Volumes below this cannot have throughput to pay for, in GiB.
const SMALLEST_FOR_THROUGHPUT: i32 = 10;
/// Most brokers of a cluster that ZooKeeper keeps together.
const MOST_WITH_ZOOKEEPER: i32 = 30;
/// Express brokers have no Kafka before this.
const EXPRESS_SINCE: (u32, u32) = (3, 6);

/// Server properties that MSK keeps to itself on Express brokers.
const READ_ONLY: [&str; 17] = [
    "broker.id",
    "broker.rack",
    "default.replication.factor",
    "fetch.max.bytes",
    "group.max.size",
    "inter.broker.listener.name",
    "inter.broker.protocol.version",
    "listeners",
    "log.message.format.version",
    "min.insync.replicas",
    "num.io.threads",
    "num.network.threads",
    "replica.fetch.response.max.bytes",
    "request.timeout.ms",
    "transaction.state.log.min.isr",
    "transaction.state.log.replication.factor",
    "unclean.leader.election.enable",
];

/// Server properties that a configuration may set on Express brokers.
const EXPRESS: [&str; 26] = [
    "allow.everyone.if.no.acl.found",
    "auto.create.topics.enable",
    "compression.type",
    "connections.max.idle.ms",
    "delete.topic.enable",
    "group.initial.rebalance.delay.ms",
    "group.max.session.timeout.ms",
    "leader.imbalance.per.broker.percentage",
    "log.cleanup.policy",
    "log.message.timestamp.after.max.ms",
    "log.message.timestamp.before.max.ms",
    "log.message.timestamp.type",
    "log.retention.bytes",
    "log.retention.ms",
    "max.connections.per.ip",
    "max.incremental.fetch.session.cache.slots",
    "message.max.bytes",
    "num.partitions",
    "offsets.retention.minutes",
    "replica.fetch.max.bytes",
    "replica.selector.class",
    "socket.receive.buffer.bytes",
    "socket.request.max.bytes",
    "socket.send.buffer.bytes",
    "transaction.max.timeout.ms",
    "transactional.id.expiration.ms",
];

pub(super) fn check(cx: &mut Check<'_>) {
    let Some(Some(kafka)) = &cx.parts.kafka else { return };
    match *kafka.mode {
        Mode::Serverless => serverless(cx, kafka),
        Mode::Express => {
            express(cx, kafka);
            express_software(cx, kafka);
        }
        Mode::Standard => standard(cx, kafka),
    }
    if *kafka.mode != Mode::Serverless {
        brokers(cx, kafka);
        authentication(cx, kafka);
    }
}

fn serverless(cx: &mut Check<'_>, kafka: &Kafka) {
    let broker = |span: Option<Span>| span;
    let given: [(&str, Option<Span>); 11] = [
        ("version", kafka.version.given.then_some(kafka.version.span)),
        ("broker_type", broker(kafka.broker_type.as_ref().map(|given| given.span))),
        ("brokers", broker(kafka.brokers.map(|given| given.span))),
        ("storage", broker(kafka.storage.as_ref().map(|given| given.span))),
        ("configuration", (!kafka.configuration.is_empty()).then_some(kafka.configuration.span)),
        ("client_broker", kafka.client_broker.given.then_some(kafka.client_broker.span)),
        ("kms_key", broker(kafka.kms_key.as_ref().map(|given| given.span))),
        ("monitoring", (*kafka.monitoring != Monitoring::Default).then_some(kafka.monitoring.span)),
        ("certificate_authorities", kafka.certificate_authorities.first().map(|given| given.span)),
        ("logs", kafka.logs.given.then_some(kafka.logs.span)),
        ("prune", kafka.prune.then_some(kafka.prune.span)),
    ];
    for (name, span) in given {
        if let Some(span) = span {
            let wrong = Diagnostic::error(span, format!("a serverless cluster has no `{name}` to set"));
            cx.push(
                wrong.other(kafka.mode.span, "serverless").help(format!("remove `{name}`, or write `mode: standard`")),
            );
        }
    }
    for way in kafka.authentication.iter().filter(|way| way.value != Authentication::Iam) {
        let message = format!("a serverless cluster knows IAM alone, not `{}`", way.word());
        cx.push(
            Diagnostic::error(way.span, message)
                .other(kafka.mode.span, "serverless")
                .help("write `authentication: [iam]`"),
        );
    }
    let topics: Vec<Span> = kafka.topics.iter().map(|(name, _)| name.span).collect();
    if let Some(first) = topics.first() {
        let wrong = Diagnostic::error(*first, "topics of a serverless cluster cannot be made through AWS");
        let wrong = wrong.other(kafka.mode.span, "serverless");
        cx.push(wrong.help(
            "write `mode: standard` or `mode: express`, or remove `topics` and make them from the client machine",
        ));
    }
}

fn express(cx: &mut Check<'_>, kafka: &Kafka) {
    if let Some(storage) = &kafka.storage {
        let wrong = Diagnostic::error(storage.span, "Express brokers have no storage to choose");
        cx.push(wrong.other(kafka.mode.span, "Express").help("remove `storage`; it grows by itself"));
    }
    if let Some(given) = kafka.broker_type.as_ref().filter(|given| !given.starts_with("express.")) {
        let wrong = Diagnostic::error(given.span, format!("`{}` is no type of Express brokers", given.value));
        let wrong = wrong.other(kafka.mode.span, "Express");
        cx.push(wrong.help("write `express.m7g.large` or another that begins with `express.`, or `mode: standard`"));
    }
    if let Some(zones) = cx.zones().filter(|zones| *zones != 3) {
        let wrong =
            Diagnostic::error(kafka.mode.span, format!("Express brokers need three zones; the network has {zones}"));
        let zones =
            cx.network.map(|network| network.existing.as_ref().map_or(network.zones.span, |existing| existing.span));
        let wrong = zones.into_iter().fold(wrong, |wrong, span| wrong.other(span, "the network"));
        cx.push(wrong.help("write `zones: 3`, give three private subnets, or write `mode: standard`"));
    }
}

/// The version and the server properties of Express brokers.
fn express_software(cx: &mut Check<'_>, kafka: &Kafka) {
    if kafka.version() < EXPRESS_SINCE {
        let message = format!("Express brokers need Kafka 3.6 or newer, not {}", kafka.version.value);
        let wrong = Diagnostic::error(kafka.version.span, message).other(kafka.mode.span, "Express");
        cx.push(wrong.help("write `version: 3.8.x`, or `mode: standard`"));
    }
    for (name, _) in kafka.configuration.iter().filter(|(name, _)| !EXPRESS.contains(&name.as_str())) {
        let wrong = match READ_ONLY.contains(&name.as_str()) {
            true => Diagnostic::error(name.span, format!("Express brokers keep `{}` to themselves", name.value)),
            false => {
                let message = format!("`{}` is none of the properties that AWS lists for Express brokers", name.value);
                Diagnostic::warning(name.span, message)
            }
        };
        let retention = name.starts_with("log.retention.").then_some("write `log.retention.ms` instead");
        cx.push(wrong.other(kafka.mode.span, "Express").help(retention.unwrap_or("remove it")));
    }
}

fn standard(cx: &mut Check<'_>, kafka: &Kafka) {
    if let Some(given) = kafka.broker_type.as_ref().filter(|given| given.starts_with("express.")) {
        let wrong = Diagnostic::error(given.span, format!("`{}` is a type of Express brokers", given.value));
        cx.push(
            wrong.other(kafka.mode.span, "standard").help("write `mode: express`, or a type that begins with `kafka.`"),
        );
    }
    let Some(storage) = &kafka.storage else { return };
    let broker = kafka.broker_type().unwrap_or_default();
    if let Some(throughput) = storage.throughput_mibps {
        if *storage.size_gib < SMALLEST_FOR_THROUGHPUT {
            let message = format!("volumes below {SMALLEST_FOR_THROUGHPUT} GiB cannot have throughput to pay for");
            let wrong = Diagnostic::error(throughput.span, message).other(storage.size_gib.span, "the size");
            cx.push(wrong.help("remove `throughput_mibps`, or take larger volumes"));
        }
        let size = broker.rsplit('.').next().unwrap_or_default();
        let least = if broker.contains(".m5.") { 4 } else { 2 };
        let times = size.strip_suffix("xlarge").and_then(|times| times.parse::<u32>().ok()).unwrap_or(1);
        if times < least {
            let wrong =
                Diagnostic::error(throughput.span, format!("`{broker}` is too small for throughput to pay for"));
            cx.push(wrong.help("take `kafka.m5.4xlarge`, `kafka.m7g.2xlarge` or larger, or remove `throughput_mibps`"));
        }
    }
    if *storage.tiered && broker == "kafka.t3.small" {
        let wrong = Diagnostic::error(storage.tiered.span, "`kafka.t3.small` has no tiered storage");
        cx.push(wrong.help("take `kafka.m7g.large` or larger, or remove `tiered`"));
    }
    if *storage.tiered && kafka.version() < (3, 6) && !kafka.version.ends_with(".tiered") {
        let wrong =
            Diagnostic::error(storage.tiered.span, format!("Kafka {} has no tiered storage", kafka.version.value));
        cx.push(wrong.other(kafka.version.span, "the version").help("write `version: 3.8.x`, or remove `tiered`"));
    }
}

fn brokers(cx: &mut Check<'_>, kafka: &Kafka) {
    let Some(zones) = cx.zones() else { return };
    let brokers = kafka.brokers(zones);
    let span = kafka.brokers.map_or(kafka.span, |given| given.span);
    let each = i32::try_from(zones).unwrap_or(3).max(1);
    if brokers % each != 0 {
        let below = (brokers / each).max(1) * each;
        let wrong = Diagnostic::error(span, format!("{brokers} brokers do not spread evenly over {zones} zones"));
        let wrong = match cx.network {
            Some(network) if network.zones.given => wrong.other(network.zones.span, "zones"),
            _ => wrong,
        };
        cx.push(wrong.help(format!("take {below} or {}, a multiple of the zones", below + each)));
    }
    if brokers > MOST_WITH_ZOOKEEPER && !kafka.version.ends_with(".kraft") && *kafka.mode == Mode::Standard {
        let wrong =
            Diagnostic::error(span, format!("with ZooKeeper a cluster has at most {MOST_WITH_ZOOKEEPER} brokers"));
        cx.push(
            wrong.other(kafka.version.span, "this version has ZooKeeper").help("take a version that ends in `.kraft`"),
        );
    }
}

fn authentication(cx: &mut Check<'_>, kafka: &Kafka) {
    let mut seen = vec![];
    for way in &kafka.authentication.value {
        if seen.contains(&way.value) {
            cx.push(
                Diagnostic::error(way.span, format!("`{}` stands here twice", way.word()))
                    .help("remove one of the two"),
            );
        }
        seen.push(way.value);
        let possible: &[ClientBroker] = match way.value {
            Authentication::Iam | Authentication::Scram => &[ClientBroker::Tls],
            Authentication::Tls => &[ClientBroker::Tls, ClientBroker::TlsPlaintext],
            Authentication::None => continue,
        };
        if !possible.contains(&kafka.client_broker) {
            let message = format!("`{}` needs TLS between clients and brokers", way.word());
            let wrong = Diagnostic::error(kafka.client_broker.span, message).other(way.span, "how clients sign in");
            cx.push(wrong.help("write `client_broker: tls`, or `authentication: [none]`"));
        }
    }
    let given = |way| kafka.authentication.iter().find(|given| given.value == way);
    match (given(Authentication::Tls), kafka.certificate_authorities.first()) {
        (Some(way), None) => {
            let wrong = Diagnostic::error(way.span, "`tls` must know whose certificates are good");
            cx.push(wrong.help("give the ARN of a private certificate authority in `certificate_authorities`"));
        }
        (None, Some(authority)) => {
            let wrong = Diagnostic::error(authority.span, "nobody signs in with a certificate");
            cx.push(
                wrong.other(kafka.authentication.span, "here").help("add `tls` to `authentication`, or remove this"),
            );
        }
        _ => {}
    }
    if let Some(way) = given(Authentication::Scram) {
        let message = "nobody can sign in with a password before secrets are associated with the cluster";
        let wrong = Diagnostic::warning(way.span, message);
        cx.push(wrong.help("do it with `aws kafka batch-associate-scram-secret`, or remove `scram`"));
    }
    if let Some(way) = given(Authentication::None) {
        let wrong = Diagnostic::warning(way.span, "whoever reaches the brokers may read and write every topic");
        cx.push(wrong.help("write `authentication: [iam]`"));
    }
}
