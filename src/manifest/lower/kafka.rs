//! `kafka`: the cluster, its configuration, logs and topics.

use super::Lowering;
use super::cloud_init::Security;
use super::network::{Network, tcp};
use super::policies::Kafka as Arns;
use crate::kinds::ec2::security_group::{Peer, Rule};
use crate::kinds::kafka::cluster::{
    AppliedConfiguration, Authentication, BootstrapBrokersIam, BootstrapBrokersPlaintext, BootstrapBrokersTls,
    Capacity, ClientBroker, Cluster, Logs, Monitoring, NetworkType, OpenMonitoring, Provisioned, Serverless,
    ServerlessVpc, StorageMode, Uuid, VpcConnectivity,
};
use crate::kinds::kafka::configuration::Configuration;
use crate::kinds::kafka::topic::Topic;
use crate::manifest::kafka as section;
use crate::manifest::sinks::Via;
use crate::resource::{Arn, Auto, Fixed, Initial, Ref, Set};
use std::collections::{BTreeMap, BTreeSet};

/// The only cluster of a stack.
pub(super) const CLUSTER: &str = "main";

/// For how long records that could not be delivered are kept, in milliseconds: 14 days.
const DEAD_LETTER_RETENTION: &str = "1209600000";

impl Lowering<'_> {
    pub(super) fn kafka(&mut self, network: &Network) {
        let Some(section) = &self.manifest.kafka else { return };
        let name = section.name.as_ref().map_or_else(|| self.named(CLUSTER), |name| name.value.clone());
        let group = network.group(self.named("kafka"), "Kafka brokers", self.broker_rules(section));
        let group = self.security_group("kafka", &group);
        let capacity = match *section.mode {
            section::Mode::Serverless => Capacity::Serverless(Fixed(Serverless {
                vpcs: Set(vec![ServerlessVpc {
                    subnets: network.private.iter().cloned().collect(),
                    security_groups: Set(vec![group]),
                }]),
            })),
            _ => {
                let logs = self.log_group("kafka", format!("/aqueduct/{}/kafka", self.stack), &section.logs);
                let configuration = self.configuration(section);
                Capacity::Provisioned(Provisioned {
                    version: section.version.value.clone(),
                    brokers: section.brokers(network.private.len()),
                    broker_type: section.broker_type().unwrap_or_default().into(),
                    subnets: Fixed(network.private.iter().cloned().collect()),
                    security_groups: Fixed(Auto(Some(Set(vec![group])))),
                    configuration: Auto(configuration),
                    broker_logs: Logs { cloudwatch: logs.then(|| Ref::to("kafka")), ..Logs::default() },
                    ..provisioned(section)
                })
            }
        };
        let (prune_topics, needs) = (Initial(*section.prune), Initial::default());
        self.add(CLUSTER, &Cluster { name: Fixed(name), capacity, prune_topics, needs });
        self.topics(section, network.private.len());
    }

    /// Who may talk to the brokers: the client and the connectors, on the port of the way they sign in.
    fn broker_rules(&self, section: &section::Kafka) -> Vec<Rule> {
        let connects = self.manifest.sinks.iter().any(|(_, sink)| *sink.via == Via::Connect);
        let callers =
            [(self.manifest.client.is_some(), "client", "the client machine"), (connects, "connect", "connectors")];
        let (port, way) = port(&self.bootstrap(section).1);
        let present = callers.into_iter().filter(|(there, ..)| *there);
        present.map(|(_, group, who)| tcp(port, Peer::Group(Ref::to(group)), &format!("{way} from {who}"))).collect()
    }

    fn configuration(&mut self, section: &section::Kafka) -> Option<AppliedConfiguration> {
        if section.configuration.is_empty() {
            return None;
        }
        let properties: BTreeMap<String, String> =
            section.configuration.iter().map(|(key, value)| (key.value.clone(), value.clone())).collect();
        let spec = Configuration {
            name: Fixed(self.named(CLUSTER)),
            description: format!("Server properties of stack {}", self.stack),
            kafka_versions: Fixed(Set::default()),
            properties,
        };
        self.add(CLUSTER, &spec);
        Some(AppliedConfiguration { arn: Ref::to(CLUSTER), revision: Ref::to(CLUSTER) })
    }

    fn topics(&mut self, section: &section::Kafka, zones: usize) {
        let brokers = section.brokers(zones);
        for (name, topic) in section.topics.iter() {
            let config = topic.config.iter().map(|(key, value)| (key.value.clone(), value.value.clone())).collect();
            let replication = section.replication(topic, brokers);
            self.add(name.value.clone(), &new_topic(&name.value, topic.partitions.value, replication, config));
        }
        if section.manages_topics() {
            for topic in self.dead_letters().into_iter().filter(|topic| section.topics.get(topic).is_none()) {
                let config = BTreeMap::from([("retention.ms".into(), DEAD_LETTER_RETENTION.into())]);
                self.add(topic.clone(), &new_topic(&topic, 1, section.copies(brokers), config));
            }
        }
    }

    /// The topics for what connectors cannot deliver; several may share one.
    pub(super) fn dead_letters(&self) -> BTreeSet<String> {
        let connectors = self.manifest.sinks.iter().filter(|(_, sink)| *sink.via == Via::Connect);
        connectors.map(|(name, sink)| sink.dead_letters(self.stack, &name.value)).collect()
    }

    /// The cluster as policies name it.
    pub(super) fn kafka_arns(&self) -> Arns {
        Arns { arn: Ref::<Cluster, Arn>::to(CLUSTER).to_string(), uuid: Ref::<Cluster, Uuid>::to(CLUSTER).to_string() }
    }

    /// The brokers for clients, and how to talk to them.
    pub(super) fn bootstrap(&self, section: &section::Kafka) -> (String, Security) {
        if section.accepts(section::Authentication::Iam) {
            (Ref::<Cluster, BootstrapBrokersIam>::to(CLUSTER).to_string(), Security::Iam)
        } else if *section.client_broker == section::ClientBroker::Tls {
            (Ref::<Cluster, BootstrapBrokersTls>::to(CLUSTER).to_string(), Security::Tls)
        } else {
            (Ref::<Cluster, BootstrapBrokersPlaintext>::to(CLUSTER).to_string(), Security::Plaintext)
        }
    }
}

fn new_topic(name: &str, partitions: i32, replication: i32, config: BTreeMap<String, String>) -> Topic {
    Topic {
        cluster: Fixed(Ref::to(CLUSTER)),
        name: Fixed(name.into()),
        partitions,
        replication: Fixed(replication),
        config,
    }
}

/// The brokers' port for a way to talk to them, with what it is for (AWS.md §3.1).
fn port(security: &Security) -> (i32, &'static str) {
    match security {
        Security::Iam => (9098, "Kafka with IAM"),
        Security::Tls => (9094, "Kafka with TLS"),
        Security::Plaintext => (9092, "Kafka in plain text"),
    }
}

/// What the section says by itself of a cluster with brokers; the rest is filled in by the caller.
fn provisioned(section: &section::Kafka) -> Provisioned {
    let standard = *section.mode == section::Mode::Standard;
    let storage = section.storage.as_ref().map(|storage| &storage.value);
    let size = storage.map_or(100, |storage| storage.size_gib.value);
    let tiered = storage.is_some_and(|storage| *storage.tiered);
    let accepts = |way| section.accepts(way);
    Provisioned {
        version: String::new(),
        brokers: 0,
        broker_type: String::new(),
        subnets: Fixed(Set::default()),
        security_groups: Fixed(Auto(None)),
        storage_gib: Auto(standard.then_some(size)),
        storage_throughput: storage.and_then(|storage| Some(storage.throughput_mibps.as_ref()?.value)),
        storage_mode: if tiered { StorageMode::Tiered } else { StorageMode::Local },
        configuration: Auto(None),
        authentication: Authentication {
            iam: accepts(section::Authentication::Iam),
            scram: accepts(section::Authentication::Scram),
            tls: section.certificate_authorities.iter().map(|authority| authority.value.clone()).collect(),
            unauthenticated: accepts(section::Authentication::None),
        },
        client_broker: match *section.client_broker {
            section::ClientBroker::Tls => ClientBroker::Tls,
            section::ClientBroker::TlsPlaintext => ClientBroker::TlsPlaintext,
            section::ClientBroker::Plaintext => ClientBroker::Plaintext,
        },
        in_cluster_encryption: Fixed(true),
        kms_key: Fixed(Auto(section.kms_key.as_ref().map(|key| key.value.clone()))),
        monitoring: match *section.monitoring {
            section::Monitoring::Default => Monitoring::Default,
            section::Monitoring::PerBroker => Monitoring::PerBroker,
            section::Monitoring::PerTopicPerBroker => Monitoring::PerTopicPerBroker,
            section::Monitoring::PerTopicPerPartition => Monitoring::PerTopicPerPartition,
        },
        open_monitoring: OpenMonitoring { jmx_exporter: section.prometheus, node_exporter: section.prometheus },
        broker_logs: Logs::default(),
        authorizer_logs: Logs::default(),
        public_access: false,
        vpc_connectivity: VpcConnectivity::default(),
        network_type: NetworkType::default(),
        rebalancing: Auto(None),
    }
}
