//! The client machine.

use super::Check;
use crate::kinds::kafkaconnect::properties::Properties;
use crate::manifest::api::Exposure;
use crate::manifest::client::{Client, tools_version};
use crate::manifest::diagnostic::Diagnostic;
use crate::manifest::kafka::{Authentication, Kafka};

/// Types with less than 2 GiB of memory.
const TINY: [&str; 7] = ["t2.nano", "t2.micro", "t3.nano", "t3.micro", "t3a.nano", "t3a.micro", "t4g.micro"];
/// What Confluent's archive and its content take on the disk, with the system, in GiB.
const DISK: i32 = 16;
/// Properties that follow from the rest of the manifest.
const GENERATED: [&str; 2] = ["bootstrap.servers", "listeners"];

pub(super) fn check(cx: &mut Check<'_>) {
    let Some(Some(client)) = &cx.parts.client else { return };
    if !cx.has("kafka") {
        let wrong = Diagnostic::error(client.span, "a client machine without a cluster has nothing to talk to");
        cx.push(wrong.help("add `kafka: {}`, or remove `client`"));
    }
    machine(cx, client);
    software(cx, client);
    ways(cx, client);
    if let Some(Some(kafka)) = &cx.parts.kafka {
        cluster(cx, client, kafka);
    }
}

fn machine(cx: &mut Check<'_>, client: &Client) {
    if let (Some(image), Some(parameter)) = (&client.image, &client.image_parameter) {
        let wrong = Diagnostic::error(parameter.span, "`image` and `image_parameter` exclude each other");
        cx.push(wrong.other(image.span, "the image").help("remove one of the two"));
    }
    if *client.rest_proxy.enabled && *client.disk_gib < DISK {
        let message = format!("{} GiB are too few to unpack Confluent Platform", *client.disk_gib);
        let wrong = Diagnostic::error(client.disk_gib.span, message);
        cx.push(wrong.help(format!("write `disk_gib: {DISK}` or more, or `rest_proxy: {{enabled: false}}`")));
    }
    if *client.rest_proxy.enabled && TINY.contains(&client.instance_type.as_str()) {
        let message = format!("`{}` has too little memory for the REST proxy", client.instance_type.value);
        cx.push(
            Diagnostic::warning(client.instance_type.span, message).help("write `instance_type: t3.small` or larger"),
        );
    }
}

fn software(cx: &mut Check<'_>, client: &Client) {
    for (key, _) in client.rest_proxy.properties.iter() {
        if GENERATED.contains(&key.as_str()) {
            let wrong = Diagnostic::error(key.span, format!("`{}` follows from the rest of the manifest", key.value));
            cx.push(wrong.help("remove it; `rest_proxy.port` sets the port"));
        }
        if Properties::is_secret(key) {
            let wrong = Diagnostic::error(key.span, format!("`{}` would stand in the machine's user data", key.value));
            let wrong = wrong.label("everybody who may describe instances can read user data");
            cx.push(wrong.help("remove it: the REST proxy signs in with the machine's role"));
        }
    }
}

fn ways(cx: &mut Check<'_>, client: &Client) {
    if let Some(from) = client.ssh_from.first()
        && client.key_pair.is_none()
    {
        let wrong = Diagnostic::error(from.span, "nobody can log in by SSH without a key pair");
        cx.push(wrong.help("add `key_pair: <name>`, or remove `ssh_from`: SSM Session Manager needs neither"));
    }
    for from in client.ssh_from.iter().filter(|from| from.prefix_len() == 0) {
        let wrong = Diagnostic::warning(from.span, "the whole internet may try to log in");
        cx.push(wrong.help("name your own addresses, or remove `ssh_from` and use SSM Session Manager"));
    }
    let exposed = cx.api_to_kafka().is_some_and(|api| *api.exposure == Exposure::Public);
    let public = exposed || !client.ssh_from.is_empty();
    let existing = cx.network.and_then(|network| network.existing.as_ref());
    if let (Some(existing), Some(from)) =
        (existing.filter(|one| one.public_subnets.is_empty()), client.ssh_from.first())
    {
        let (at, exists) = (from.span, existing.span);
        let wrong = Diagnostic::error(at, "SSH needs a public subnet, and the network names none");
        cx.push(wrong.other(exists, "the network").help("add `public_subnets`, or remove `ssh_from`"));
    }
    if cx.way_out() == Some(false) && !public && cx.parts.api.is_some() {
        let wrong = Diagnostic::error(cx.nat(), "the client machine has no way to what it must download");
        let wrong = wrong.other(client.span, "the machine, in a private subnet");
        cx.push(wrong.help("write `nat: single`"));
    }
}

fn cluster(cx: &mut Check<'_>, client: &Client, kafka: &Kafka) {
    if !kafka.accepts(Authentication::Iam) && !kafka.accepts(Authentication::None) {
        let wrong = Diagnostic::error(kafka.authentication.span, "the client machine signs in with IAM or not at all");
        cx.push(wrong.other(client.span, "the client machine").help("add `iam` to `authentication`"));
    }
    let series = |version: &str| version.split('.').take(2).map(str::to_owned).collect::<Vec<_>>();
    let tools = client.kafka_tools.version.as_deref();
    if let Some(tools) = tools.filter(|tools| series(tools) != series(&tools_version(&kafka.version))) {
        let message = format!("Kafka's tools of version {tools} for a cluster of version {}", kafka.version.value);
        let wrong = Diagnostic::warning(client.kafka_tools.span, message);
        cx.push(
            wrong.other(kafka.version.span, "the cluster").help("remove `kafka_tools.version`: it follows the cluster"),
        );
    }
}
