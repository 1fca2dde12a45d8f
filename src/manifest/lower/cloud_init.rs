//! The client machine's user data: cloud-init that installs Java, the Kafka tools, the IAM library and
//! the REST proxy as a service (PIPELINE §3, without its traps).

use crate::kinds::kafkaconnect::properties::Properties;
use std::collections::BTreeMap;
use std::fmt::Write;

/// A file to fetch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Download {
    /// Where from.
    pub url: String,
    /// What it must hash to, 64 hexadecimal digits; none trusts the connection alone.
    pub sha256: Option<String>,
}

/// What runs on the client machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Software {
    /// The package of the Java runtime, such as `java-17-amazon-corretto-headless`.
    pub java_package: String,
    /// Apache Kafka's archive (`.tgz`), whose command line tools are used.
    pub kafka: Download,
    /// The library that signs in with IAM (`.jar`).
    pub iam_library: Download,
    /// The REST proxy; none leaves a machine with the tools alone.
    pub rest_proxy: Option<RestProxy>,
    /// The brokers, `host:port` with commas between; may be a hole.
    pub bootstrap_servers: String,
    /// How clients sign in.
    pub security: Security,
}

/// The Kafka REST proxy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RestProxy {
    /// Confluent Platform's archive (`.tar.gz`), which it is part of.
    pub archive: Download,
    /// Its port.
    pub port: i32,
    /// The most memory its heap takes, such as `512m`.
    pub heap: String,
    /// Its properties on top of the generated ones.
    pub properties: BTreeMap<String, String>,
}

/// How Kafka's clients talk to the brokers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Security {
    /// TLS, signing in with the machine's role.
    Iam,
    /// TLS without signing in.
    Tls,
    /// Plain text.
    Plaintext,
}

impl Security {
    fn properties(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::Iam => &[
                ("security.protocol", "SASL_SSL"),
                ("sasl.mechanism", "AWS_MSK_IAM"),
                ("sasl.jaas.config", "software.amazon.msk.auth.iam.IAMLoginModule required;"),
                ("sasl.client.callback.handler.class", "software.amazon.msk.auth.iam.IAMClientCallbackHandler"),
            ],
            Self::Tls => &[("security.protocol", "SSL")],
            Self::Plaintext => &[("security.protocol", "PLAINTEXT")],
        }
    }
}

const HOME: &str = "/opt/aqueduct";

/// The user data, `#cloud-config`.
pub fn user_data(software: &Software) -> String {
    let mut out = String::from("#cloud-config\n");
    let _ = writeln!(out, "packages:\n  - {}", software.java_package);
    out.push_str("users:\n  - default\n  - name: kafka\n    system: true\n    shell: /sbin/nologin\n");
    out.push_str("write_files:\n");
    file(&mut out, &format!("{HOME}/client.properties"), "0644", &client_properties(software));
    file(&mut out, &format!("{HOME}/install"), "0755", &install(software));
    file(&mut out, "/etc/profile.d/kafka.sh", "0644", &profile());
    if let Some(proxy) = &software.rest_proxy {
        file(&mut out, &format!("{HOME}/kafka-rest.properties"), "0644", &proxy_properties(software, proxy));
        file(&mut out, &format!("{HOME}/check"), "0755", &check(proxy));
        file(&mut out, "/etc/systemd/system/kafka-rest.service", "0644", &unit(proxy));
        file(&mut out, "/etc/systemd/system/kafka-rest-check.service", "0644", CHECK_UNIT);
        file(&mut out, "/etc/systemd/system/kafka-rest-check.timer", "0644", CHECK_TIMER);
    }
    let _ = writeln!(out, "runcmd:\n  - [{HOME}/install]");
    if software.rest_proxy.is_some() {
        out.push_str("  - [systemctl, daemon-reload]\n");
        out.push_str("  - [systemctl, enable, --now, --no-block, kafka-rest.service, kafka-rest-check.timer]\n");
    }
    out
}

fn file(out: &mut String, path: &str, mode: &str, content: &str) {
    let _ = writeln!(out, "  - path: {path}\n    permissions: \"{mode}\"\n    content: |");
    for line in content.lines() {
        let _ = if line.is_empty() { writeln!(out) } else { writeln!(out, "      {line}") };
    }
}

fn client_properties(software: &Software) -> String {
    let line = |(key, value): &(&str, &str)| format!("{key}={value}\n");
    software.security.properties().iter().map(line).collect()
}

/// How long a record may be on its way, and the parts of that.
const DELIVERY: [&str; 3] = ["producer.delivery.timeout.ms", "producer.request.timeout.ms", "producer.linger.ms"];

/// Looking for the topic and delivering take less together than API Gateway's 29 seconds, so that callers see the broker's
/// error and not a time-out.
fn proxy_properties(software: &Software, proxy: &RestProxy) -> String {
    let mut properties = BTreeMap::from([
        ("listeners".to_owned(), format!("http://0.0.0.0:{}", proxy.port)),
        ("bootstrap.servers".to_owned(), software.bootstrap_servers.clone()),
        ("producer.max.block.ms".to_owned(), "10000".to_owned()),
    ]);
    // Kafka refuses to start where a delivery may not take as long as what it is made of.
    if !DELIVERY.iter().any(|key| proxy.properties.contains_key(*key)) {
        properties.insert("producer.request.timeout.ms".to_owned(), "10000".to_owned());
        properties.insert("producer.delivery.timeout.ms".to_owned(), "15000".to_owned());
    }
    let security = software.security.properties().iter();
    properties.extend(security.map(|(key, value)| (format!("client.{key}"), (*value).to_owned())));
    properties.retain(|key, _| !proxy.properties.contains_key(key));
    let generated: String = properties.iter().map(|(key, value)| format!("{key}={value}\n")).collect();
    // What users write may hold what Java reads as an escape, or YAML not at all.
    generated + &proxy.properties.iter().collect::<Properties>().file()
}

/// Fetches and unpacks; safe to run again.
fn install(software: &Software) -> String {
    let Software { java_package, kafka, iam_library, rest_proxy, .. } = software;
    let mut out = String::from(
        r#"#!/bin/bash
set -euo pipefail

# fetch URL FILE SHA256: an empty SHA256 is not checked.
fetch() {
    curl --fail --silent --show-error --location --retry 5 --retry-all-errors --output "$2.part" "$1"
    if [ -n "$3" ]; then
        echo "$3  $2.part" | sha256sum --check --quiet -
    fi
    mv "$2.part" "$2"
}

"#,
    );
    // cloud-init tries to install packages once, at first boot.
    let _ = writeln!(out, "if ! command -v java > /dev/null; then");
    let _ = writeln!(out, "    dnf install --assumeyes {0} || apt-get install --yes {0}\nfi", quoted(java_package));
    let _ = writeln!(out, "cd {HOME}");
    let mut fetch = |download: &Download, file: &str| {
        let sum = download.sha256.as_deref().unwrap_or_default();
        let _ = writeln!(out, "[ -e {file} ] || fetch {} {file} {}", quoted(&download.url), quoted(sum));
    };
    fetch(kafka, "kafka.tgz");
    fetch(iam_library, "aws-msk-iam-auth.jar");
    if let Some(proxy) = rest_proxy {
        fetch(&proxy.archive, "confluent.tar.gz");
    }
    out.push_str(
        "for archive in *.tgz *.tar.gz; do
    [ -e \"$archive\" ] || continue
    folder=\"${archive%%.*}\"
    if [ ! -e \"$folder/.complete\" ]; then
        rm -rf \"$folder\"
        mkdir \"$folder\"
        tar --extract --gzip --file \"$archive\" --directory \"$folder\" --strip-components 1
        touch \"$folder/.complete\"
    fi
done
",
    );
    out
}

/// Restarts a proxy that does not answer.
fn check(proxy: &RestProxy) -> String {
    let port = proxy.port;
    format!(
        "#!/bin/bash
set -euo pipefail
# It may still be fetching what it needs.
systemctl is-active --quiet kafka-rest.service || exit 0
if ! curl --fail --silent --max-time 20 --output /dev/null http://127.0.0.1:{port}/topics; then
    echo 'The REST proxy does not answer; restarting it.'
    systemctl restart kafka-rest.service
fi
"
    )
}

fn profile() -> String {
    format!("export PATH=\"$PATH:{HOME}/kafka/bin\"\nexport CLASSPATH={HOME}/aws-msk-iam-auth.jar\n")
}

fn unit(proxy: &RestProxy) -> String {
    let heap = &proxy.heap;
    format!(
        "[Unit]
Description=Kafka REST proxy
After=network-online.target
Wants=network-online.target
StartLimitIntervalSec=0

[Service]
User=kafka
Environment=CLASSPATH={HOME}/aws-msk-iam-auth.jar
Environment=KAFKAREST_HEAP_OPTS=-Xmx{heap}
Environment=LOG_DIR=/var/log/kafka-rest
LogsDirectory=kafka-rest
ExecStartPre=+{HOME}/install
TimeoutStartSec=20min
ExecStart={HOME}/confluent/bin/kafka-rest-start {HOME}/kafka-rest.properties
Restart=always
RestartSec=5

[Install]
WantedBy=multi-user.target
"
    )
}

const CHECK_UNIT: &str = "[Unit]
Description=Restart the Kafka REST proxy when it does not answer

[Service]
Type=oneshot
ExecStart=/opt/aqueduct/check
";

const CHECK_TIMER: &str = "[Unit]
Description=Look after the Kafka REST proxy

[Timer]
OnActiveSec=5min
OnUnitActiveSec=1min

[Install]
WantedBy=timers.target
";

/// `text` as one word of the shell.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}
