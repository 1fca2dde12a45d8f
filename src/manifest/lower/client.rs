//! `client`: the machine with Kafka's tools and the REST proxy.

use super::Lowering;
use super::cloud_init::{Download, Security, Software, user_data};
use super::network::{Network, tcp};
use super::policies::{kafka_administrator, kafka_client, trust};
use super::routes;
use crate::kinds::ec2::elastic_ip::ElasticIp;
use crate::kinds::ec2::instance::options::Names;
use crate::kinds::ec2::instance::{Instance, Metadata, RootVolume};
use crate::kinds::ec2::security_group::{Peer, Rule};
use crate::kinds::iam::instance_profile::InstanceProfile;
use crate::manifest::api::Exposure;
use crate::manifest::client::{self as section, Client};
use crate::resource::{Auto, Fixed, Initial, Ref, Set};
use std::collections::BTreeMap;

/// The one client of a stack.
pub(super) const CLIENT: &str = "client";

const SSH: i32 = 22;

impl Lowering<'_> {
    pub(super) fn client(&mut self, network: &Network) {
        let Some(section) = &self.manifest.client else { return };
        // Whether the API reaches the client over the internet.
        let public = self.manifest.api_to_kafka().is_some_and(|api| *api.exposure == Exposure::Public);
        let group = network.group(self.named(CLIENT), "Kafka client and REST proxy", self.client_rules(section));
        let group = self.security_group(CLIENT, &group);
        let profile = self.client_profile(section);
        let outside = (public || !section.ssh_from.is_empty()) && !network.public.is_empty();
        let (subnets, ways) = match outside {
            true => (&network.public, &network.public_ways),
            false => (&network.private, &network.private_ways),
        };
        let Some(subnet) = subnets.first() else { return };
        let arm = is_arm(&section.instance_type);
        let parameter = section.image_parameter.as_ref().map_or_else(|| newest_image(arm), |given| given.value.clone());
        let spec = Instance {
            image: Fixed(Auto(section.image.as_ref().map(|image| image.value.clone()))),
            image_parameter: Initial(section.image.is_none().then_some(parameter)),
            instance_type: section.instance_type.value.clone(),
            subnet: Fixed(subnet.clone()),
            private_ip: Fixed(Auto(None)),
            // Software is fetched at first boot, before an Elastic IP arrives.
            assign_public_ip: Initial(outside.then_some(true)),
            security_groups: Set(vec![group]),
            instance_profile: Some(profile),
            key_pair: Fixed(section.key_pair.as_ref().map(|key| key.value.clone())),
            user_data: Some(self.user_data(section)),
            root_volume: RootVolume {
                size: Auto(Some(section.disk_gib.value)),
                volume_type: Auto(Some("gp3".into())),
                encrypted: Fixed(Auto(Some(true))),
                kms_key: Fixed(Auto(section.kms_key.as_ref().map(|key| key.value.clone()))),
                ..RootVolume::default()
            },
            metadata: Metadata::default(),
            monitoring: false,
            ebs_optimized: Auto(None),
            cpu_credits: Auto(None),
            source_dest_check: true,
            terminate_on_shutdown: false,
            termination_protection: false,
            tenancy: Fixed(Auto(None)),
            processor: Fixed(Auto(None)),
            hibernation: Fixed(false),
            enclave: Fixed(false),
            auto_recovery: true,
            names: Names::default(),
            running: true,
            needs: Initial(ways.clone()),
        };
        self.add_shown(CLIENT, &spec);
        if public {
            self.add_shown(CLIENT, &ElasticIp { instance: Some(Ref::to(CLIENT)), ..ElasticIp::default() });
        }
    }

    fn client_rules(&self, section: &Client) -> Vec<Rule> {
        let caller = self.manifest.api_to_kafka().map(|api| match *api.exposure {
            Exposure::Public => {
                (Peer::Cidr("0.0.0.0/0".into()), "The REST proxy from API Gateway, which has no fixed addresses")
            }
            Exposure::Private => {
                (Peer::Group(Ref::to(super::api::LOAD_BALANCER)), "The REST proxy from the load balancer")
            }
        });
        let mut rules: Vec<Rule> =
            caller.map(|(peer, why)| tcp(section.rest_proxy.port.value, peer, why)).into_iter().collect();
        let ssh = section.ssh_from.iter();
        rules.extend(ssh.map(|from| tcp(SSH, Peer::Cidr(from.value.to_string()), "SSH")));
        rules
    }

    fn client_profile(&mut self, section: &Client) -> Ref<InstanceProfile, crate::resource::Arn> {
        let trust = trust(self.place, &["ec2.amazonaws.com"], None);
        let mut managed = vec![self.place.managed_policy("AmazonSSMManagedInstanceCore")];
        managed.extend(section.managed_policies.iter().map(|policy| policy.value.clone()));
        let mut role = crate::kinds::iam::role::Role::new(self.named_in_region(CLIENT), trust);
        role.description = "The Kafka client machine".into();
        role.managed = managed.into_iter().collect();
        if let Some(kafka) = &self.manifest.kafka
            && kafka.accepts(crate::manifest::kafka::Authentication::Iam)
        {
            let topics: Vec<String> = kafka.topics.names().map(str::to_owned).collect();
            let dead_letters: Vec<String> =
                self.dead_letters().into_iter().filter(|one| !topics.contains(one)).collect();
            let policy = match kafka.manages_topics() {
                true => kafka_client(self.place, &self.kafka_arns(), &topics, &dead_letters),
                false => kafka_administrator(self.place, &self.kafka_arns()),
            };
            role.inline.insert("kafka".into(), policy);
        }
        self.add(CLIENT, &role);
        let profile = InstanceProfile {
            name: Fixed(self.named_in_region(CLIENT)),
            path: Fixed(Auto(None)),
            role: Ref::to(CLIENT),
        };
        self.add(CLIENT, &profile);
        Ref::to(CLIENT)
    }

    fn user_data(&self, section: &Client) -> String {
        let kafka = self.manifest.kafka.as_ref();
        let (bootstrap_servers, security) =
            kafka.map_or_else(|| (String::new(), Security::Plaintext), |kafka| self.bootstrap(kafka));
        let tools = kafka.map_or_else(|| "3.8.1".to_owned(), |kafka| section::tools_version(&kafka.version));
        let tools = section.kafka_tools.version.clone().unwrap_or(tools);
        let confluent = &section.rest_proxy.confluent;
        let confluent_version = confluent.version.as_deref().unwrap_or(section::CONFLUENT_VERSION);
        let library = &section.iam_library;
        let library_version = library.version.as_deref().unwrap_or(section::IAM_LIBRARY_VERSION);
        user_data(&Software {
            java_package: section.java.clone(),
            kafka: download(&section.kafka_tools, &tools, section::KAFKA_URL),
            iam_library: download(library, library_version, section::IAM_LIBRARY_URL),
            rest_proxy: section.rest_proxy.enabled.then(|| super::cloud_init::RestProxy {
                archive: download(confluent, confluent_version, &section::confluent_url(confluent_version)),
                port: section.rest_proxy.port.value,
                heap: section.rest_proxy.heap.clone(),
                properties: self.proxy_properties(section),
            }),
            bootstrap_servers,
            security,
        })
    }

    /// The REST proxy's properties: those that pages of other origins need, then the user's, which win.
    fn proxy_properties(&self, section: &Client) -> BTreeMap<String, String> {
        let cors = self.manifest.api_to_kafka().and_then(|api| api.cors.as_ref()?.0.as_ref());
        let given = section.rest_proxy.properties.iter().map(|(key, value)| (key.value.clone(), value.value.clone()));
        let mut properties: BTreeMap<String, String> =
            cors.into_iter().flat_map(|rules| routes::proxy_cors(rules.origin())).collect();
        properties.extend(given);
        properties
    }
}

fn download(section: &crate::manifest::common::Download, version: &str, url: &str) -> Download {
    Download { url: section.url(version, url), sha256: section.sha256.clone() }
}

/// Whether an instance type has one of Amazon's own processors: `t4g`, `m7gd`, `c6gn`.
fn is_arm(instance_type: &str) -> bool {
    let family = instance_type.split('.').next().unwrap_or_default();
    let rest =
        family.trim_start_matches(|c: char| c.is_ascii_alphabetic()).trim_start_matches(|c: char| c.is_ascii_digit());
    rest.starts_with('g')
}

fn newest_image(arm: bool) -> String {
    let processor = if arm { "arm64" } else { "x86_64" };
    format!("/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-{processor}")
}
