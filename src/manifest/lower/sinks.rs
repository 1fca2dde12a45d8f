//! `sinks`: topics delivered to buckets, by connectors or by channels.

use super::Lowering;
use super::connector::{DeadLetters, S3Sink, properties};
use super::kafka::CLUSTER;
use super::network::Network;
use super::policies::{self, channel, s3_sink, trust};
use crate::kinds::iam::role::Role;
use crate::kinds::kafka::channel as native;
use crate::kinds::kafka::cluster::Logs;
use crate::kinds::kafka::topic::Topic;
use crate::kinds::kafkaconnect::connector::{
    AppliedWorkerConfiguration, Authentication, Autoscaling, Capacity, Connector, Encryption, Logs as ConnectLogs,
    NetworkType, Plugin, Provisioned,
};
use crate::kinds::kafkaconnect::custom_plugin::{ContentType, CustomPlugin};
use crate::kinds::kafkaconnect::properties::Properties;
use crate::kinds::kafkaconnect::worker_configuration::WorkerConfiguration;
use crate::manifest::decode::{Map, Spanned};
use crate::manifest::kafka::{Authentication as SignIn, ClientBroker, Kafka};
use crate::manifest::regex::Regex;
use crate::manifest::sinks::{Compression, Converter, Sink, StorageClass, Via, Workers};
use crate::resource::{Arn, Auto, Fixed, Initial, Ref, Set};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::path::Path;

/// The security group of every connector's workers.
const CONNECT: &str = "connect";

/// Both converters are mandatory in a worker configuration (AWS.md §4.2); connectors set their own.
const WORKER_PROPERTIES: [(&str, &str); 2] = [
    ("key.converter", "org.apache.kafka.connect.storage.StringConverter"),
    ("value.converter", "org.apache.kafka.connect.storage.StringConverter"),
];

impl Lowering<'_> {
    pub(super) fn sinks(&mut self, network: &Network) {
        let Some(kafka) = &self.manifest.kafka else { return };
        let sinks = &self.manifest.sinks;
        if sinks.iter().any(|(_, sink)| *sink.via == Via::Connect) {
            let group = network.group(self.named(CONNECT), "MSK Connect workers", vec![]);
            self.security_group(CONNECT, &group);
        }
        for (name, sink) in sinks.iter() {
            match *sink.via {
                Via::Connect => self.connect(&name.value, sink, kafka, network),
                Via::Channel => self.channels(&name.value, sink),
            }
        }
    }

    fn connect(&mut self, name: &str, sink: &Sink, kafka: &Kafka, network: &Network) {
        let Some(plugin) = self.plugin(name, sink) else { return };
        let worker = self.worker_configuration(name, sink);
        let bucket = self.bucket_name(&sink.bucket.value);
        let physical = sink.name.as_ref().map_or_else(|| self.named(name), |name| name.value.clone());
        let dead_letters = sink.dead_letters(self.stack, name);
        let topics = chosen(sink, kafka);
        let source = self.place.arn("kafkaconnect", format!("connector/{physical}/*"));
        let trusted = trust(self.place, &["kafkaconnect.amazonaws.com"], Some(source));
        let mut given = texts(&sink.properties);
        // Kafka Connect names the group after the connector unless it is told another (PIPELINE §5).
        let group = given.get("consumer.override.group.id").cloned().unwrap_or_else(|| format!("connect-{physical}"));
        let access = policies::S3Sink {
            topics: &topics,
            dead_letters: &dead_letters,
            makes_dead_letters: !kafka.manages_topics(),
            group: &group,
            to: self.delivery(&sink.bucket, &bucket),
        };
        let policy = s3_sink(self.place, &self.kafka_arns(), &access);
        let role_name = format!("sink-{name}");
        self.role(&role_name, "An S3 sink connector", trusted, policy, vec![]);
        let logs = self.log_group(&role_name, format!("/aqueduct/{}/sink/{name}", self.stack), &sink.logs);
        let replication = kafka.copies(kafka.brokers(network.private.len()));
        if let Some(regex) = &sink.topics_regex {
            given.entry("topics.regex".into()).or_insert_with(|| regex.value.clone());
        }
        if sink.folder() != "topics" {
            given.entry("topics.dir".into()).or_insert_with(|| sink.folder().to_owned());
        }
        // A clock that nobody asked for would cut objects that are to depend on their records alone.
        let clock = (!sink.rotates_by_records()).then_some(10);
        let clock = sink.rotate_minutes.as_ref().map(|minutes| minutes.value).or(clock);
        let settings = S3Sink {
            topics: &topics,
            bucket: &bucket,
            region: &self.place.region,
            tasks: sink.tasks.as_ref().map_or(3, |tasks| tasks.value).unsigned_abs(),
            flush_size: sink.flush_size.as_ref().map_or(1000, |size| size.value).unsigned_abs(),
            rotate_seconds: clock.map(|minutes| minutes.unsigned_abs() * 60),
            dead_letters: Some(DeadLetters { topic: &dead_letters, replication }),
        };
        let configuration: Properties = properties(&settings, &given).into_iter().collect();
        let iam = kafka.accepts(SignIn::Iam);
        let tls = iam || *kafka.client_broker == ClientBroker::Tls;
        let mut needs: Vec<String> = topics
            .iter()
            .filter(|topic| kafka.topics.get(topic).is_some())
            .chain(kafka.manages_topics().then_some(&dead_letters))
            .map(|topic| Ref::<Topic>::to(topic).to_string())
            .collect();
        needs.extend(network.private_ways.iter().cloned());
        let spec = Connector {
            name: Fixed(physical),
            description: Fixed(String::new()),
            capacity: capacity(sink.workers.as_ref().map(|workers| &workers.value)),
            configuration,
            plugin: Plugin { arn: plugin, revision: 1 },
            worker_configuration: Some(AppliedWorkerConfiguration { arn: worker, revision: 1 }),
            role: Fixed(Ref::to(&role_name)),
            bootstrap_servers: Ref::existing(self.bootstrap(kafka).0),
            version: Fixed(
                sink.connect_version.as_ref().map_or_else(|| "3.7.x".into(), |version| version.value.clone()),
            ),
            subnets: Fixed(network.private.iter().cloned().collect()),
            security_groups: Fixed(Set(vec![Ref::to(CONNECT)])),
            authentication: Fixed(if iam { Authentication::Iam } else { Authentication::None }),
            encryption: Fixed(if tls { Encryption::Tls } else { Encryption::Plaintext }),
            network_type: Fixed(NetworkType::Ipv4),
            logs: Fixed(ConnectLogs { log_group: logs.then(|| Ref::to(&role_name)), ..ConnectLogs::default() }),
            paused: false,
            needs: Initial(needs),
        };
        self.add(name, &spec);
    }

    /// Uploads the plugin's file and makes a plugin of it, named after its content.
    fn plugin(&mut self, name: &str, sink: &Sink) -> Option<Ref<CustomPlugin>> {
        let path = sink.plugin.as_ref()?;
        let file = Path::new(&path.value).file_name()?.to_str()?.to_owned();
        let object = format!("{name}-plugin");
        // Two sinks may use one bucket and files of one name.
        let key = format!("plugins/{name}/{file}");
        let md5 = self.upload(&object, Ref::to(&sink.bucket.value), &key, path)?;
        let jar = Path::new(&file).extension().is_some_and(|extension| extension.eq_ignore_ascii_case("jar"));
        let spec = CustomPlugin {
            name: Fixed(format!("{}-{}", self.named(name), &md5[..8])),
            description: Fixed(file),
            content_type: Fixed(if jar { ContentType::Jar } else { ContentType::Zip }),
            bucket: Fixed(Ref::to(&sink.bucket.value)),
            key: Fixed(key),
            // The content is in the name; an upload of the same file again changes nothing.
            object_version: Fixed::default(),
            needs: Initial(vec![Ref::<crate::kinds::s3::object::Object>::to(&object).to_string()]),
        };
        self.add(name, &spec);
        Some(Ref::to(name))
    }

    fn worker_configuration(&mut self, name: &str, sink: &Sink) -> Ref<WorkerConfiguration> {
        let mut properties: BTreeMap<String, String> =
            WORKER_PROPERTIES.iter().map(|(key, value)| ((*key).into(), (*value).into())).collect();
        properties.extend(texts(&sink.worker_properties));
        let text: String = properties.iter().map(|(key, value)| format!("{key}={value}\n")).collect();
        let digest: String = Sha256::digest(text).iter().take(4).map(|byte| format!("{byte:02x}")).collect();
        let spec = WorkerConfiguration {
            name: Fixed(format!("{}-{digest}", self.named(name))),
            description: Fixed(String::new()),
            properties: Fixed(properties.into_iter().collect()),
        };
        self.add(name, &spec);
        Ref::to(name)
    }

    /// A channel for each topic.
    fn channels(&mut self, name: &str, sink: &Sink) {
        let bucket = self.bucket_name(&sink.bucket.value);
        let role_name = format!("sink-{name}");
        let group = format!("/aqueduct/{}/sink/{name}", self.stack);
        let logs = self.log_group(&role_name, group.clone(), &sink.logs);
        let trusted = trust(self.place, &["kafka.amazonaws.com"], Some(self.place.arn("kafka", "channel/*")));
        let policy = channel(self.place, self.delivery(&sink.bucket, &bucket), logs.then_some(group.as_str()));
        self.role(&role_name, "Channels that deliver topics to S3", trusted, policy, vec![]);
        let role: Ref<Role, Arn> = Ref::to(&role_name);
        for topic in sink.topics() {
            let topic = &topic.value;
            let spec = native::Channel {
                cluster: Fixed(Ref::to(CLUSTER)),
                name: Fixed(format!("{name}-{topic}")),
                topic: Fixed(Ref::to(topic)),
                converter: Fixed(match sink.converter.as_ref().map_or(Converter::Json, |converter| converter.value) {
                    Converter::ByteArray => native::Converter::ByteArray,
                    Converter::String => native::Converter::String,
                    Converter::Json => native::Converter::Json,
                }),
                schema: Fixed(None),
                destination: Fixed(native::Destination::S3(native::S3Destination {
                    bucket: Ref::to(&sink.bucket.value),
                    bucket_owner: None,
                    prefix: Some(format!("{}/", sink.folder())),
                    key_template: Auto(sink.key_template.as_ref().map(|template| template.value.clone())),
                    compression: match sink.compression.as_ref().map_or(Compression::Gzip, |given| given.value) {
                        Compression::None => native::Compression::None,
                        Compression::Gzip => native::Compression::Gzip,
                        Compression::Zstd => native::Compression::Zstd,
                    },
                    storage_class: match sink.storage_class.as_ref().map_or(StorageClass::Standard, |given| given.value)
                    {
                        StorageClass::Standard => native::StorageClass::Standard,
                        StorageClass::IntelligentTiering => native::StorageClass::IntelligentTiering,
                        StorageClass::GlacierIr => native::StorageClass::GlacierIr,
                    },
                })),
                dead_letters: Fixed(native::DeadLetters {
                    bucket: Ref::to(&sink.bucket.value),
                    bucket_owner: None,
                    prefix: Some(sink.dead_letters(self.stack, name)),
                }),
                role: Fixed(role.clone()),
                freshness_seconds: sink.freshness_seconds.as_ref().map_or(600, |seconds| seconds.value),
                kms_key: Fixed(Auto(None)),
                logs: Fixed(Logs { cloudwatch: logs.then(|| Ref::to(&role_name)), ..Logs::default() }),
            };
            self.add(format!("{name}-{topic}"), &spec);
        }
    }
}

/// The topics that a connector reads: those that its regular expression matches are as good as listed.
fn chosen(sink: &Sink, kafka: &Kafka) -> Vec<String> {
    let Some(regex) = &sink.topics_regex else {
        return sink.topics().iter().map(|topic| topic.value.clone()).collect();
    };
    match Regex::parse(regex) {
        Ok(regex) if !kafka.topics.is_empty() => {
            kafka.topics.names().filter(|name| regex.matches(name)).map(str::to_owned).collect()
        }
        // Topics that the manifest does not list have no names that a policy could.
        _ => vec!["*".into()],
    }
}

fn capacity(workers: Option<&Workers>) -> Capacity {
    let Some(workers) = workers else { return Capacity::Provisioned(Provisioned { workers: 1, mcu: 1 }) };
    let value = |given: &Option<Spanned<i32>>| given.as_ref().map(|given| given.value);
    let mcu = workers.mcu;
    match (value(&workers.min), value(&workers.max)) {
        (None, None) => Capacity::Provisioned(Provisioned { workers: value(&workers.count).unwrap_or(1), mcu }),
        (min, max) => {
            let min_workers = min.unwrap_or(1);
            Capacity::Autoscaling(Autoscaling {
                min_workers,
                max_workers: max.unwrap_or(min_workers),
                mcu,
                scale_in_cpu: workers.scale_in_cpu,
                scale_out_cpu: workers.scale_out_cpu.value,
                max_tasks: Auto(None),
            })
        }
    }
}

fn texts(map: &Map<Spanned<String>>) -> BTreeMap<String, String> {
    map.iter().map(|(key, value)| (key.value.clone(), value.value.clone())).collect()
}
